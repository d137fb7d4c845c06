"""What the page of a line shows."""

import json
from typing import Any, Final

from serving.api.backend import Backend
from serving.ledgers import Ledgers
from serving.pages.decided_lines import DecidedLines, decided_lines
from serving.pages.decision_form import DecisionForm
from serving.pages.explained import Explained
from serving.pages.line_history import correction_words, key_names, line_history
from serving.store import LOCAL, Actor

_ALIKE: Final = 25


def line_content(
    estimate_id: str, ledger: str, actor: Actor, back: Backend, cursor: str, ledgers: Ledgers
) -> dict[str, Any]:
    """Read what the page of a line shows.

    Parameters
    ----------
    estimate_id
        Of the line.
    ledger
        Job of the ledger that it is looked at in; "" takes the one that it was recorded with last.
    actor
        Who looks.
    back
        Store.
    cursor
        Of an earlier page of the times it was asked for, "" for the latest.
    ledgers
        Open the ledger.

    Raises
    ------
    UnknownEstimateError, UnknownJobError, JobResultError, NotValuedError
        As of :func:`serving.pages.decided_lines.decided_lines`.
    """
    with back.get_store().reading(actor) as reading:
        lines = decided_lines(reading, ledgers, estimate_id, ledger, cursor=cursor)
        events = line_history(reading, lines.found)
        names = key_names(reading)
    content = lines.found.latest.content
    alike = lines.alike
    seen = {"line": lines.seen, "goods": lines.seen if alike is None else int(alike["review_sequence"].max())}
    return {
        "lines_of": lines,
        "record": lines.found.latest,
        "line": content.line if content else None,
        "received": _fields(content.received) if content else [],
        "explained": Explained.of(content.estimate, content.line) if content else None,
        "events": events,
        "earlier": lines.found.history.cursor,
        "names": names,
        "now": lines.now,
        "alike": None if alike is None else alike.head(_ALIKE),
        "alike_count": 0 if alike is None else len(alike),
        "alike_reviewed": 0 if alike is None else int((alike["review"] != "").sum()),
        "correction": correction_words(lines.review.correction)
        if lines.review and lines.review.correction
        else "",
        "form": DecisionForm(estimate_id, lines.ledger, seen=max(seen.values())),
        "hindrance": _hindrance(lines, actor),
        "approval_hindrance": _approval_hindrance(lines, actor),
        "is_alone": actor.who == LOCAL,
        "may_comment": "review" in actor.scopes,
    }


def _hindrance(lines: DecidedLines, actor: Actor) -> str:
    """Say why the actor cannot review the line, "" where they can."""
    if "review" not in actor.scopes:
        return "Your key may look, but not review: sign in with one that has the scope “review”."
    if lines.locked_by:
        return f"The period {lines.locked_by} is closed, and locks this line: an admin can reopen it."
    return ""


def _approval_hindrance(lines: DecidedLines, actor: Actor) -> str:
    """Say why the actor cannot approve the line's review, "" where they can or there is none."""
    if lines.review is None or lines.review.approved_by:
        return ""
    hindrance = _hindrance(lines, actor)
    if not hindrance and lines.review.reviewed_by == actor.who:
        hindrance = "You reviewed it: another key has to approve."
    return hindrance


def _fields(received: Any) -> list[tuple[str, str]]:
    """Give the fields of a line as they were received; what they hold is foreign."""
    if not isinstance(received, dict):
        return [("Line", _text(received))]
    return [
        (str(name), _text(value)) for name, value in received.items() if value is not None and value != ""
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
