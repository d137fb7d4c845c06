"""What a range is made of: how much of it is doubt that better data would take away."""

from typing import Final

import numpy as np
import pandas as pd

from features.line_items import LineItems
from models.footprint import EstimateOptions, FootprintModel
from models.intensity_features import CategoryProbabilities
from models.intervals import Z_90
from models.mass_route import is_goods
from models.spend_route import spend_estimates

_WEIGHED_GSD: Final = 1.02
"""Of a mass that a document states, as :mod:`features.quantities` takes it."""
_ALIKE: Final = 0.6
"""Similarity from which a known product is much like a line's goods, as the ladder asks for."""
_SAME_RANGE: Final = [
    "description", "supplier", "buyer", "cost_centre", "country", "category_scheme", "category_code", "year",
]  # fmt: skip
"""What decides about the width of a range by money."""


def range_parts(model: FootprintModel, lines: pd.DataFrame, options: EstimateOptions) -> pd.DataFrame:
    """Say how wide each part of a line's range is.

    Parameters
    ----------
    model
        The footprint model.
    lines
        :class:`features.line_items.LineItems`, n rows; distinct lines are looked at once.
    options
        What the lines are estimated with.

    Returns
    -------
    pandas.DataFrame
        n rows in order, half-widths of central 90% ranges in log kg CO2e. ``category``: by money, from doubt
        about the category alone (:class:`models.intervals.CategoryDoubt`). ``by_mass``: of the figure by mass
        if the line stated its kilograms, NaN where it is no goods or no product much like it is known. NaN,
        too, for lines that are excluded.
    """
    lines = LineItems.validate(lines)
    key = lines.assign(year=lines["date"].dt.year.fillna(0))[_SAME_RANGE]
    number = key.groupby(_SAME_RANGE, sort=False).ngroup().to_numpy()
    first = np.unique(number, return_index=True)[1]
    distinct = lines.iloc[first].reset_index(drop=True)
    # a width does not depend on the amount; a line without one has a width, too
    parts = _of_distinct(model, distinct.assign(amount=1.0), options)
    return parts.iloc[number].reset_index(drop=True)


def _of_distinct(model: FootprintModel, lines: pd.DataFrame, options: EstimateOptions) -> pd.DataFrame:
    out = pd.DataFrame({"category": np.nan, "by_mass": np.nan}, index=lines.index)
    _, questions, number = model.screen(lines)
    is_open = number >= 0
    queries = model.categorise(lines, questions, number)
    for set_id, _, mine in model.by_factor_set(lines, is_open, options.factor_set):
        rows = np.flatnonzero(mine)
        figures = spend_estimates(
            lines.iloc[rows].reset_index(drop=True),
            queries.number[rows],
            queries.votes.probability,
            queries.by_text,
            model.category.classes_,
            model.factor_sets[set_id],
            model.tables,
            model.doubt,
            options.money,
        )
        out.loc[rows, "category"] = figures.category_half_width
    rows = np.flatnonzero(is_open)
    categories = CategoryProbabilities(
        model.category.classes_, queries.votes.probability[queries.number[rows]]
    )
    goods = np.flatnonzero(is_goods(categories))
    if len(goods):
        of_goods = rows[goods]
        vectors = questions.vectors["description"][number[of_goods]]
        learned = model.intensity.predict(lines["description"].iloc[of_goods], vectors, categories[goods])
        width = np.hypot(learned["log_half_width"].to_numpy(dtype=np.float64), Z_90 * np.log(_WEIGHED_GSD))
        alike = learned["similarity"].to_numpy(dtype=np.float64) >= _ALIKE
        out.loc[of_goods, "by_mass"] = np.where(alike, width, np.nan)
    return out
