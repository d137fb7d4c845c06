"""What knowing the figures of some lines exactly would do to the range of a total."""

import numpy as np
import pandas as pd

from models.totals import Codes, Figures, Floats, Moments, Rows, added, summed


def narrowing(estimates: pd.DataFrame, group: Codes, groups: int) -> Floats:
    """Say how much narrower the range of the total would be if a group's figures were known exactly.

    Parameters
    ----------
    estimates
        As of :func:`models.totals.total`, n rows: all lines of the total.
    group
        (n,) number of each line's group, from 0; -1 for lines of none.
    groups
        How many there are.

    Returns
    -------
    numpy.ndarray
        (groups,) kg CO2e: the width of the range of ``total(estimates)`` less the width where every line of
        the group, and no other, is certainly what it says: ``kg_co2e_low = kg_co2e_high = kg_co2e``.

    Notes
    -----
    It is the difference that two calls of :func:`models.totals.total` would give, for all groups at once:
    a group changes the sums of its own categories alone, so only these are put together anew.
    """
    lines = Figures.of(estimates)
    mine = group[lines.rows]
    everything, if_known = _ranges(lines, lines.everything, mine, groups)
    purchases, purchases_known = _ranges(lines, lines.without_purchases, mine, groups)
    credit, credit_known = _ranges(lines, lines.without_credits, mine, groups)
    now = np.maximum(everything[1], credit[1]) - np.minimum(everything[0], purchases[0])
    then = np.maximum(if_known[1], credit_known[1]) - np.minimum(if_known[0], purchases_known[0])
    return np.asarray(now - then)


def _ranges(
    lines: Figures, counted: Rows, group: Codes, groups: int
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Range of the sum of the counted lines, kg CO2e: as it is, (1,), and with a group known, (groups,)."""
    categories = int(lines.category.max(initial=0)) + 1
    kg, size = lines.kg, np.abs(lines.kg)
    weight = lines.sigma * size
    net, sizes, weighted = (
        added(np.where(counted, values, 0.0), lines.category, categories) for values in (kg, size, weight)
    )
    sigma = np.divide(weighted, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    now = Moments.of(net, sigma, np.zeros(categories, dtype=np.intp), 1)
    grouped = np.flatnonzero(group >= 0)
    code, (new_kg, new_size, known_weight) = summed(
        group[grouped] * categories + lines.category[grouped],
        # a line that may be none counts once it is known
        np.where(counted, 0.0, kg)[grouped],
        np.where(counted, 0.0, size)[grouped],
        np.where(counted, weight, 0.0)[grouped],
    )
    of_group, of_category = code // categories, code % categories
    before = Moments.of(net[of_category], sigma[of_category], of_group, groups)
    left = np.maximum(weighted[of_category] - known_weight, 0.0) / (sizes[of_category] + new_size)
    after = Moments.of(net[of_category] + new_kg, left, of_group, groups)
    known = Moments(
        np.maximum(now.bought + after.bought - before.bought, 0.0),
        np.maximum(now.credited + after.credited - before.credited, 0.0),
    )
    return now.range(), known.range()
