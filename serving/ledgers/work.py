"""What is worth a person's time: the lines and goods whose figures, if known, would narrow the total most."""

from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.total_narrowing import narrowing
from serving.ledgers.figures import estimates_of, group_totals
from serving.line_frame import FIGURES

_OF_EXAMPLE: Final = ("row", "line_id", "description", "supplier")
_OF_GROUPS: Final = ("goods", "usd_size", "reason", *_OF_EXAMPLE)

Rows = npt.NDArray[np.bool_]
Waiting = Literal["flagged", "unreviewed", "unapproved"]
WAITING: Final[tuple[Waiting, ...]] = get_args(Waiting)
"""Lines that wait for a person: those for review or without a figure that nobody reviewed; all that nobody
reviewed and that are not excluded; those that were reviewed and nobody approved."""


def waiting(frame: pd.DataFrame, what: Waiting) -> Rows:
    """Tell which lines of a standing's frame wait for a person; locked ones do not."""
    if what == "unapproved":
        rows = frame["review"] == "reviewed"
    elif what == "flagged":
        rows = (frame["review"] == "") & frame["status"].isin(["review", "unmatched"])
    else:
        rows = (frame["review"] == "") & (frame["status"] != "excluded")
    return np.asarray(rows & ~frame["locked"], dtype=bool)


def goods_groups(frame: pd.DataFrame, what: Waiting = "flagged") -> pd.DataFrame:
    """Group the lines that wait by the same goods, those first whose figures are worth most to know.

    Parameters
    ----------
    frame
        Of a standing, all its lines.
    what
        Which lines.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``goods``, ``lines``, ``usd_size``, ``kg``, ``kg_low``, ``kg_high`` (0 without
        figures), ``narrows_kg`` (how much the range of the ledger's total would narrow if the figures of the
        group were known exactly: :func:`models.total_narrowing.narrowing`), ``reasons`` (distinct, the most
        frequent first), and of its largest line ``row``, ``line_id``, ``description``, ``supplier``.
        Ordered by ``narrows_kg``, then by ``usd_size``.
    """
    rows = waiting(frame, what)
    mine = frame.loc[rows, [*_OF_GROUPS, *FIGURES, "category_code"]]
    code, goods = pd.factorize(mine["goods"])
    of_line = np.full(len(frame), -1, dtype=np.intp)
    of_line[rows] = code
    found = group_totals(mine, code, len(goods))
    found.insert(0, "usd_size", np.bincount(code, mine["usd_size"].fillna(0.0), len(goods)))
    found.insert(0, "lines", np.bincount(code, minlength=len(goods)))
    found.insert(0, "goods", pd.Series(np.asarray(goods), dtype="str"))
    found["narrows_kg"] = narrowing(estimates_of(frame), of_line, len(goods))
    found["reasons"] = _reasons(mine["reason"], code, len(goods))
    example = mine.iloc[_largest(mine, code, len(goods))]
    for name in _OF_EXAMPLE:
        found[name] = example[name].to_numpy()
    return found.sort_values(["narrows_kg", "usd_size"], ascending=False, kind="stable", ignore_index=True)


def work_list(frame: pd.DataFrame, what: Waiting = "unreviewed", limit: int = 10) -> pd.DataFrame:
    """List the lines that are worth most to know, each for itself.

    Parameters
    ----------
    frame
        Of a standing, all its lines.
    what
        Which lines.
    limit
        How many at most.

    Returns
    -------
    pandas.DataFrame
        Rows of the frame with ``narrows_kg`` as of :func:`goods_groups`, in that order.
    """
    at = np.flatnonzero(waiting(frame, what))
    of_line = np.full(len(frame), -1, dtype=np.intp)
    of_line[at] = np.arange(len(at))
    worth = narrowing(estimates_of(frame), of_line, len(at))
    money = frame["usd_size"].to_numpy()[at]
    best = np.lexsort((-np.nan_to_num(money), -worth))[:limit]
    return frame.iloc[at[best]].assign(narrows_kg=worth[best])


def _largest(lines: pd.DataFrame, code: npt.NDArray[np.intp], groups: int) -> npt.NDArray[np.intp]:
    """Find the position of the largest line of each group, by footprint, else by money."""
    order = np.lexsort((-lines["usd_size"].fillna(0.0), -lines["kg"].abs().fillna(0.0), code))
    return order[np.searchsorted(code[order], np.arange(groups))]


def _reasons(reasons: pd.Series, code: npt.NDArray[np.intp], groups: int) -> list[tuple[str, ...]]:
    told = pd.DataFrame({"code": code, "reason": reasons.astype("str").to_numpy()})
    counts = told[told["reason"] != ""].value_counts(["code", "reason"], sort=True)
    out: list[list[str]] = [[] for _ in range(groups)]
    for group, reason in counts.index:
        out[group].append(reason)
    return [tuple(names) for names in out]
