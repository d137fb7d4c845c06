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
    groups = [
        ReasonGroup(
            status=str(status),
            reason=str(reason),
            lines=len(rows),
            usd_size=float(rows["usd_size"].sum()),
            examples=rows.sort_values("usd_size", ascending=False, kind="stable")
            .head(shown)
            .to_dict("records"),  # type: ignore[arg-type]
        )
        for (status, reason), rows in frame.groupby(["status", "reason"], sort=False, observed=True)
    ]
    return sorted(groups, key=lambda group: (group.status != "unmatched", -group.usd_size))
