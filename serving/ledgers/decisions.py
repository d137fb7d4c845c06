"""One decision for all lines of the same goods: its effect before it is taken, and how it is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from models.figures import significant
from models.totals import Total
from serving.ledgers.corrections import CHANGED, Outcome, accepted, corrected
from serving.ledgers.figures import group_total, total_now
from serving.ledgers.standing import Standing, with_values
from serving.ledgers.valuations import Asked, Valuations, needs_model
from serving.overrides.amounts import times_as_much
from serving.store.group_reviews import GroupReview, LineReview, Refused, approve_together, review_together
from serving.store.reviews import Correction
from serving.store.store import Writing

_AMOUNTS: Final = ("quantity", "unit", "amount", "currency")


@dataclass(frozen=True, eq=False)
class Effect:
    """What a decision about some lines would do.

    Attributes
    ----------
    before, after
        Total of the ledger.
    group_before, group_after
        Total of the lines that it is for, refused ones as they are; one line has its own range.
    reviews
        What would be recorded, one a line.
    refused
        Lines that would stay as they are.
    """

    before: Total
    after: Total
    group_before: Total
    group_after: Total
    reviews: list[LineReview]
    refused: list[Refused]

    @property
    def lines(self) -> int:
        """Lines that would be reviewed."""
        return len(self.reviews)


def effect(
    standing: Standing,
    rows: Sequence[int],
    correction: Correction | None,
    given_for: int,
    valuations: Valuations,
) -> Effect:
    """Work out what a decision about some lines would do; nothing is recorded.

    A mass or a footprint is said of one line, and brought to the amounts of the others
    (:func:`serving.overrides.amounts.times_as_much`).

    Parameters
    ----------
    standing
        The ledger as it stands now.
    rows
        Of the lines, from 1; those that the ledger does not have are left out.
    correction
        What is right instead; ``None`` accepts the estimates.
    given_for
        Row of the line that the correction is about.
    valuations
        Says what corrections of categories, factors and masses come to.
    """
    frame = standing.frame
    positions = [row - 1 for row in dict.fromkeys(rows) if 1 <= row <= len(frame)]
    lines = frame.iloc[positions]
    scaled, refused = _scaled(lines, correction, given_for, frame)
    outcomes = _outcomes(standing, scaled, valuations)
    reviews, changed = [], {}
    for at, outcome in outcomes.items():
        estimate_id = str(frame["estimate_id"].iloc[at])
        if outcome.note:
            refused.append(Refused(estimate_id, "not_valued", outcome.note))
        else:
            changed[at] = outcome.changes
            reviews.append(LineReview(estimate_id, int(frame["review_sequence"].iloc[at]), scaled[at]))
    after = with_values(frame, list(changed), list(changed.values()))
    return Effect(
        before=total_now(frame),
        after=total_now(after),
        group_before=group_total(lines),
        group_after=group_total(after.iloc[positions]),
        reviews=reviews,
        refused=refused,
    )


def review_goods(writing: Writing, decided: Effect, comment: str = "", reference: str = "") -> GroupReview:
    """Record a decision: each line's review is an entry of its own, all of them in one transaction.

    Parameters
    ----------
    writing
        Transaction.
    decided
        From :func:`effect`.
    comment, reference
        As of :func:`serving.store.reviews.review_estimate`.

    Returns
    -------
    GroupReview
        What was written, and all lines that stay as they are: those that were refused before, and those that
        were locked or reviewed since.

    Raises
    ------
    ScopeError
        If the actor may not review.
    """
    done = review_together(writing, decided.reviews, comment, reference)
    return replace(done, refused=[*decided.refused, *done.refused])


def approve_goods(
    writing: Writing, standing: Standing, rows: Sequence[int], comment: str = ""
) -> GroupReview:
    """Sign the reviews of some lines off, as they stand.

    Parameters
    ----------
    writing
        Transaction.
    standing
        The ledger as whoever approves it saw it.
    rows
        Of the lines, from 1.
    comment
        Added to those of the reviewers.

    Returns
    -------
    GroupReview
        What was written, and the lines that stay as they are, such as those that the actor reviewed.

    Raises
    ------
    ScopeError
        If the actor may not review.
    """
    frame = standing.frame
    positions = [row - 1 for row in dict.fromkeys(rows) if 1 <= row <= len(frame)]
    told = frame[["estimate_id", "review_sequence"]].iloc[positions]
    asked = [LineReview(str(name), int(seen)) for name, seen in told.itertuples(index=False)]
    return approve_together(writing, asked, comment)


def _scaled(
    lines: pd.DataFrame, correction: Correction | None, given_for: int, frame: pd.DataFrame
) -> tuple[dict[int, Correction | None], list[Refused]]:
    """Bring a correction to each line that it can be brought to, by its position in the frame."""
    given = _amounts(frame.iloc[[given_for - 1]])[0] if 1 <= given_for <= len(frame) else None
    scaled: dict[int, Correction | None] = {}
    refused: list[Refused] = []
    about = lines[["row", "estimate_id", "locked"]].itertuples(index=False)
    for (row, name, is_locked), amounts in zip(about, _amounts(lines), strict=True):
        if is_locked:
            refused.append(Refused(str(name), "locked", "A closed period locks the line."))
        elif correction is None or row == given_for or not _is_of_an_amount(correction):
            scaled[row - 1] = correction
        elif given is None or (times := times_as_much(amounts, given)) is None:
            refused.append(
                Refused(
                    str(name),
                    "not_comparable",
                    "The line and the one that was corrected state no amounts in the same unit or currency: "
                    "how much of the corrected figure it is, is not known.",
                )
            )
        else:
            scaled[row - 1] = _times(correction, times[0])
    return scaled, refused


def _outcomes(
    standing: Standing, scaled: dict[int, Correction | None], valuations: Valuations
) -> dict[int, Outcome]:
    asked = [Asked(at, one) for at, one in scaled.items() if one is not None and needs_model(one)]
    found = dict(zip((one.position for one in asked), valuations.of(standing.ledger, asked), strict=True))
    # a decision is about the estimate, whatever was made of it before
    rows = standing.ledger.frame[list(CHANGED)].iloc[list(scaled)].to_dict("records")
    out = {}
    for (at, one), row in zip(scaled.items(), rows, strict=True):
        line: dict[str, Any] = {str(name): value for name, value in row.items()}
        new = accepted(line) if one is None else corrected(line, one, found.get(at), "")
        out[at] = new if new.note else Outcome(line | new.changes)
    return out


def _amounts(lines: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()} for row in lines[list(_AMOUNTS)].to_dict("records")
    ]


def _is_of_an_amount(correction: Correction) -> bool:
    said = correction.mass_kg is not None or correction.kg_co2e is not None
    return said and not correction.excluded


def _times(correction: Correction, times: float) -> Correction:
    """Bring a mass, or a footprint with its range, to so many times as much."""
    low, high = correction.kg_co2e_low, correction.kg_co2e_high
    ends = sorted(_product(end, times) for end in (low, high) if end is not None)
    return replace(
        correction,
        mass_kg=None if correction.mass_kg is None else _product(correction.mass_kg, times),
        kg_co2e=None if correction.kg_co2e is None else _product(correction.kg_co2e, times),
        kg_co2e_low=ends[0] if ends else None,
        kg_co2e_high=ends[1] if ends else None,
    )


def _product(value: float, times: float) -> float:
    return float(significant(np.array([value * times]))[0])
