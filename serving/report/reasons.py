"""Lines by why they have no figure, or one that a person should look at, with examples."""

from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class ReasonGroup:
    """Lines that share a status and a reason, with those of the largest spend."""

    status: str
    reason: str
    lines: int
    usd_size: float
    examples: list[dict[str, Any]]


def by_reason(frame: pd.DataFrame, shown: int) -> list[ReasonGroup]:
    """Group lines by status and reason: those without a figure first, then by spend.

    Parameters
    ----------
    frame
        Lines of :func:`serving.line_frame.line_frame`.
    shown
        Examples of each group.
    """
    told = frame[["status", "reason", "usd_size"]].reset_index(drop=True)
    sizes = dict(list(told.groupby(["status", "reason"], sort=False, observed=True)["usd_size"]))
    shown_of = {
        key: of.sort_values(ascending=False, kind="stable").index[:shown] for key, of in sizes.items()
    }
    # whole rows of the examples alone, and all at once: a long ledger has many columns, and many names
    positions = [at for of in shown_of.values() for at in of]
    examples = iter(frame.iloc[positions].to_dict("records"))
    groups = [
        ReasonGroup(
            status=str(status),
            reason=str(reason),
            lines=len(of),
            usd_size=float(of.sum()),
            examples=[
                {str(name): value for name, value in next(examples).items()} for _ in shown_of[status, reason]
            ],
        )
        for (status, reason), of in sizes.items()
    ]
    return sorted(groups, key=lambda group: (group.status != "unmatched", -group.usd_size))
