"""A decision about lines as a person types it: what is right instead, why, and what they saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import pandas as pd
from pydantic import ValidationError

from features.amounts import decimal_convention, parse_amounts
from models.category import CATEGORY_SCHEME
from serving.ledgers.work import WAITING
from serving.schemas.reviews import ReviewIn
from serving.store.reviews import Correction
from serving.wording import foreign_text

FIGURES: Final = ("mass_kg", "kg_co2e", "kg_co2e_low", "kg_co2e_high")
FIELDS: Final = ("category", *FIGURES, "factor_id", "comment", "reference")
DECISIONS: Final = ("accept", "correct", "exclude", "approve")
OVER: Final = ("line", "goods", *WAITING)
"""What a decision is about: the line, all lines of its goods, or those of them that wait for a person."""
STEPS: Final = ("form", "effect", "record")
_KEPT_CHARACTERS: Final = 10_001


@dataclass(frozen=True)
class DecisionForm:
    """What was typed, and what it was read as.

    Attributes
    ----------
    estimate_id, ledger
        The line it is said of, and the job of its ledger, "" for none.
    over, what, step
        Of :data:`OVER`, :data:`DECISIONS` and :data:`STEPS`; the first of them where nothing is said.
    seen
        Number of the latest review that the page showed.
    place
        "line" or "queue": the page that it is sent from.
    typed
        Field -> text, for each of :data:`FIELDS`.
    correction
        What is right instead; ``None`` where the estimate is accepted, or cannot be read.
    faults
        Field -> what was got, what was expected and what to do.
    """

    estimate_id: str
    ledger: str
    over: str = "line"
    what: str = "accept"
    step: str = "form"
    seen: int = 0
    place: str = "line"
    typed: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    correction: Correction | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, said: Mapping[str, Any], titles: Mapping[str, str]) -> Self:
        """Read the fields of a form.

        Parameters
        ----------
        said
            Fields of the form.
        titles
            Of the categories that there are, by code.
        """
        typed = {name: str(said.get(name, "")).strip()[:_KEPT_CHARACTERS] for name in FIELDS}
        what = _one_of(said, "what", DECISIONS)
        faults: dict[str, str] = {}
        correction = _correction(what, typed, titles, faults)
        seen = str(said.get("seen", "0"))
        return cls(
            estimate_id=str(said.get("estimate", ""))[:100],
            ledger=str(said.get("ledger", ""))[:100],
            over=_one_of(said, "over", OVER),
            what=what,
            # what needs no more words than its name goes on to its effect
            step=_one_of({"step": "form" if what == "correct" else "effect"} | dict(said), "step", STEPS),
            seen=int(seen) if seen.isdecimal() and len(seen) < len(str(1 << 63)) else 0,
            place=_one_of(said, "place", ("line", "queue")),
            typed=typed,
            correction=correction,
            faults=faults,
        )


def _one_of(said: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    text = str(said.get(name, ""))
    return text if text in known else known[0]


def _correction(
    what: str, typed: Mapping[str, str], titles: Mapping[str, str], faults: dict[str, str]
) -> Correction | None:
    said: dict[str, Any] = {}
    if what == "exclude":
        said["excluded"] = True
    elif what == "correct":
        said = _said_instead(typed, titles, faults)
        if not said and not faults:
            faults["category"] = "Say what is right instead: a category, a mass, a footprint or a factor."
    words = {name: typed[name] for name in ("comment", "reference")}
    try:
        read = ReviewIn.model_validate({"correction": said or None, **words})
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][-1])
            faults.setdefault(name if name in FIELDS else "kg_co2e_low", f"{fault['msg']}: correct it.")
        return None
    if faults or read.correction is None:
        return None
    return Correction(**read.correction.model_dump())


def _said_instead(
    typed: Mapping[str, str], titles: Mapping[str, str], faults: dict[str, str]
) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if typed["category"]:
        code = typed["category"].split(maxsplit=1)[0]
        if code in titles:
            said |= {"category_code": code, "category_scheme": CATEGORY_SCHEME}
        else:
            faults["category"] = (
                f'Got "{foreign_text(typed["category"], 60)}", expected a six-digit {CATEGORY_SCHEME} code: '
                "search by words, and choose one."
            )
    for name in FIGURES:
        if typed[name]:
            value = _number(typed[name])
            if value is None:
                got = foreign_text(typed[name], 40)
                faults[name] = f'Got "{got}", expected a number of kilograms such as 12.5: correct it.'
            else:
                said[name] = value
    if typed["factor_id"]:
        said["factor_id"] = typed["factor_id"]
    return said


def _number(text: str) -> float | None:
    texts = pd.Series([text], dtype="str")
    convention = decimal_convention(texts, fallback=".", fallback_evidence="the language of the page")
    found = parse_amounts(texts, convention=convention, country="").iloc[0]
    return None if found["problem"] or found["currency_hint"] else float(found["value"])
