"""Goods that other systems are known to put into the wrong category: no such model may be promoted."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from features.line_items import line_items
from training.estimate_moves import Predicts


@dataclass(frozen=True)
class Case:
    """Goods, the NAICS 2017 codes that are right for them, and how buyers spell them."""

    goods: str
    accepted: tuple[str, ...]
    spellings: tuple[str, ...]


CASES: Final = (
    Case(
        "computer cable",
        (
            *("334117", "334118", "334210", "334290", "334417", "334418", "334419"),
            *("331420", "335921", "335929", "335931"),
        ),
        (
            "computer cable",
            "COMPUTER CABLE 2M CAT6",
            "Cable, computer, network patch lead",
            "computer cables x10",
        ),
    ),
    Case("piano", ("339992",), ("piano", "UPRIGHT PIANO BLK", "Piano, grand", "pianos (2)")),
    Case(
        "computer keyboard",
        ("334111", "334118"),
        (
            "computer keyboard",
            "KEYBOARD USB UK LAYOUT COMPUTER",
            "Wireless keyboard & mouse set",
            "keyboard, computer",
        ),
    ),
    Case(
        "backpack",
        ("314910", "314999", "315990", "316992", "316998", "326199", "339920"),
        ("backpack", "BACKPACK SCHOOL BLK", "Back pack, hiking 40L", "backpacks for pupils"),
    ),
    Case(
        "supply of electricity",
        ("221122",),
        ("Electricity", "ELECTRICITY HH SUPPLY OCT", "Electricity bill, depot", "electric utility charges"),
    ),
)
SYNONYMS: Final = ("cilantro", "coriander")
SYNONYM_LINES: Final = ("{}", "fresh {} bunch", "{} 100G")
SYNONYM_TOLERANCE: Final = 0.02
"""Share by which the footprints of two names for the same goods may differ."""
_BUYERS: Final = {"US": "USD", "GB": "GBP"}

_Found = Mapping[tuple[str, str], Mapping[Hashable, Any]]
"""Estimates by the buyer's country and the text of the line."""


@dataclass(frozen=True)
class CaseFailure:
    """A regression case that a model fails: the line, what was got and what was expected."""

    line: str
    got: str
    expected: str


def failed_cases(model: Predicts) -> list[CaseFailure]:
    """Ask a model about every case, for a buyer in the United States and one in the United Kingdom.

    Returns
    -------
    list of CaseFailure
        Empty for a model that may be promoted.
    """
    texts = [text for case in CASES for text in case.spellings]
    texts += [line.format(name) for line in SYNONYM_LINES for name in SYNONYMS]
    asked = [(country, text) for country in _BUYERS for text in texts]
    lines = pd.DataFrame(asked, columns=["country", "description"])
    lines = lines.assign(amount=100.0, currency=lines["country"].map(_BUYERS))
    estimates = model.predict(line_items(lines)).to_dict("records")
    found = dict(zip(asked, estimates, strict=True))
    return [*_wrong_categories(found), *_synonyms_apart(found)]


def _wrong_categories(found: _Found) -> Iterator[CaseFailure]:
    for case in CASES:
        for text in case.spellings:
            got = found["US", text]
            if got["category_code"] not in case.accepted:
                name = f"{got['category_code']} {got['category_title']}".strip()
                yield CaseFailure(
                    text, name or "no category", f"a {case.goods}: {', '.join(sorted(case.accepted))}"
                )


def _synonyms_apart(found: _Found) -> Iterator[CaseFailure]:
    for country in _BUYERS:
        for line in SYNONYM_LINES:
            one, other = (found[country, line.format(name)] for name in SYNONYMS)
            close = abs(one["kg_co2e"] - other["kg_co2e"]) <= SYNONYM_TOLERANCE * abs(other["kg_co2e"])
            if one["category_code"] != other["category_code"] or not close:
                yield CaseFailure(
                    f"{line.format('/'.join(SYNONYMS))} ({country})",
                    " and ".join(f"{e['category_code']} with {e['kg_co2e']:.1f} kg" for e in (one, other)),
                    f"the same category, and figures within {SYNONYM_TOLERANCE:.0%}",
                )
