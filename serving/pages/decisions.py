"""Decisions about lines: their effect first, then their record; what cannot be done is said in place."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import anyio.to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from serving.api.backend import Back, Backend
from serving.api.reference_tables import categories, page_of
from serving.ledgers import Effect, Ledgers, approve_goods, effect, review_goods
from serving.ledgers.valuations import Valuations
from serving.pages.decided_lines import DecidedLines, decided_lines
from serving.pages.decision_form import DecisionForm
from serving.pages.line_content import line_content
from serving.pages.line_history import correction_words
from serving.pages.rendering import render, wants_part
from serving.pages.standings import with_ledgers
from serving.pages.visitors import Known, OwnForm
from serving.store import Actor
from serving.store.group_reviews import GroupReview, LineReview, Refused, approve_together, review_together
from serving.wording import count_text, mass_text

router = APIRouter()

_SUGGESTED: Final = 20
_DONE: Final = {"accept": "accepted", "correct": "corrected", "exclude": "excluded", "approve": "approved"}
_OF_THE_STATE: Final = frozenset({"locked", "changed", "not_reviewed", "own_review"})
_CONFLICT: Final = (
    "Somebody reviewed this since your page was opened. What stands now is shown below, and what you typed "
    "is still here: look at it, and go on if you still think so."
)


@dataclass(frozen=True, eq=False)
class _Decided:
    """What came of a form.

    Attributes
    ----------
    form
        What was typed.
    lines
        What it is about, before anything was recorded.
    effect
        What the decision would do, ``None`` where that is not known or there is nothing to show.
    done
        What was recorded, ``None`` while nothing was.
    refused
        Lines that stay, or would stay, as they are.
    problem, status
        What stands in the way, "" for nothing; HTTP status.
    """

    form: DecisionForm
    lines: DecidedLines
    effect: Effect | None = None
    done: GroupReview | None = None
    refused: list[Refused] = field(default_factory=list)
    problem: str = ""
    status: int = 200

    @property
    def causes(self) -> list[tuple[str, int]]:
        """Why lines stay as they are, and how many; the most frequent reason first."""
        counts: dict[str, int] = {}
        for one in self.refused:
            counts[one.sentence] = counts.get(one.sentence, 0) + 1
        return sorted(counts.items(), key=lambda item: -item[1])

    @property
    def instead(self) -> str:
        """What is right instead, as it was understood."""
        return correction_words(self.form.correction) if self.form.correction else ""

    @property
    def said(self) -> str:
        """What was recorded, in a sentence or two."""
        if self.done is None:
            return self.problem
        words = f"{count_text(len(self.done.written), 'line')} {_DONE[self.form.what]}."
        if self.effect is not None:
            before, after = self.effect.before.kg_co2e, self.effect.after.kg_co2e
            words += f" The ledger's total was {mass_text(before)} CO2e and is now {mass_text(after)} CO2e."
        if self.refused:
            words += f" {count_text(len(self.refused), 'line')} stayed as before."
        return words


@router.post("/decisions")
async def decide(request: Request, actor: Known, form: OwnForm, back: Back) -> Response:
    """Show what a decision would do, or record it."""
    actor.require("review")
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    typed = await anyio.to_thread.run_sync(lambda: DecisionForm.read(said, back.get_model().titles))
    decided = await with_ledgers(back, partial(_decided, typed, actor, back))
    if decided.done is not None and typed.place == "line" and wants_part(request):
        shown = partial(line_content, typed.estimate_id, typed.ledger, actor, back, "")
        content = await with_ledgers(back, shown)
        answer = render(request, "line_part.html", **content, message=decided.said, causes=decided.causes)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#line", "outerHTML"
        return answer
    return _answer(request, decided)


@router.get("/categories")
def suggest(request: Request, _actor: Known, back: Back, q: str = "", category: str = "") -> Response:
    """Search the categories by words of their titles or by their codes."""
    words = (q or category)[:200]
    known = categories(back.get_model())
    found, _ = page_of(
        known, lambda one: one.code, lambda one: f"{one.code} {one.title}", words, _SUGGESTED, ""
    )
    template = "categories_part.html" if wants_part(request) else "categories.html"
    return render(request, template, found=found if words.strip() else [], words=words)


def _decided(form: DecisionForm, actor: Actor, back: Backend, ledgers: Ledgers) -> _Decided:
    with back.get_store().reading(actor) as reading:
        lines = decided_lines(reading, ledgers, form.estimate_id, form.ledger, form.over)
    if lines.seen > form.seen:
        return _Decided(form, lines, problem=_CONFLICT, status=409)
    if form.step == "form":
        return _Decided(form, lines)
    if lines.locked_by and form.over == "line":
        words = f"The period {lines.locked_by} is closed: have it reopened, or leave the line as it is."
        return _Decided(form, lines, problem=words, status=409)
    if form.faults:
        return _Decided(form, lines, problem="Correct what is marked below.", status=422)
    if form.what == "approve":
        return _approved(form, lines, actor, back)
    return _reviewed(form, lines, actor, back, ledgers.valuations)


def _reviewed(
    form: DecisionForm, lines: DecidedLines, actor: Actor, back: Backend, valuations: Valuations
) -> _Decided:
    found = None
    if lines.standing is not None:
        found = effect(lines.standing, lines.rows, form.correction, lines.row, valuations)
        if not found.lines:
            return _nothing(form, lines, found.refused)
    if form.step == "effect":
        return _Decided(form, lines, found, refused=found.refused if found else [])
    why = form.typed["comment"], form.typed["reference"]
    with back.get_store().writing(actor) as writing:
        if found is None:
            alone = [LineReview(form.estimate_id, form.seen, form.correction)]
            done = review_together(writing, alone, *why)
        else:
            done = review_goods(writing, found, *why)
    return _recorded(form, lines, found, done)


def _approved(form: DecisionForm, lines: DecidedLines, actor: Actor, back: Backend) -> _Decided:
    if lines.standing is not None and not lines.rows:
        return _nothing(form, lines, [])
    if form.step == "effect":
        return _Decided(form, lines)
    comment = form.typed["comment"]
    with back.get_store().writing(actor) as writing:
        if lines.standing is None:
            done = approve_together(writing, [LineReview(form.estimate_id, form.seen)], comment)
        else:
            done = approve_goods(writing, lines.standing, lines.rows, comment)
    return _recorded(form, lines, None, done)


def _recorded(form: DecisionForm, lines: DecidedLines, found: Effect | None, done: GroupReview) -> _Decided:
    if not done.written:
        return _nothing(form, lines, done.refused)
    return _Decided(form, lines, found, done, done.refused)


def _nothing(form: DecisionForm, lines: DecidedLines, refused: list[Refused]) -> _Decided:
    """Say that no line would change, or did."""
    states = {one.cause for one in refused}
    status = 409 if states <= _OF_THE_STATE else 422
    words = (
        "Nothing was recorded: no line can be decided on like this."
        if refused
        else ("Nothing is left to decide on: somebody else was faster, or the lines do not wait any more.")
    )
    return _Decided(form, lines, refused=refused, problem=words, status=status)


def _answer(request: Request, decided: _Decided) -> Response:
    content: dict[str, Any] = {"decided": decided, "form": decided.form, "lines_of": decided.lines}
    if not wants_part(request):
        return render(request, "decision.html", decided.status, **content)
    goods = "" if decided.lines.now is None else decided.lines.now["goods"]
    if decided.done is not None:
        answer = render(request, "review_done.html", **content)
        target = f"#group-{goods}"
    else:
        answer = render(request, "decision_part.html", decided.status, **content)
        target = "#decision" if decided.form.place == "line" else f"#decision-{goods}"
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = target, "outerHTML"
    return answer
