"""Column recognition: which column of a ledger holds which field, by name and by content."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from data.errors import ColumnMappingError
from features.line_items import LINE_ITEM_FIELDS
from models.estimates import ESTIMATE_FIELDS
from serving.documents.content import ColumnContent, describe_content
from serving.documents.spellings import counts_against, name_score, normalised

How = Literal["by name", "by content", "by format", "given", "constant", "computed"]


@dataclass(frozen=True)
class ColumnChoice:
    """Where a field of the lines comes from.

    Attributes
    ----------
    field
        Of the line item.
    column
        Of the source; "" for a constant and for what is computed.
    how
        ``by name`` (the header), ``by content`` (the values), ``by format`` (the format of the document
        defines it), ``given`` (a mapping), ``constant`` (an option, or what follows from one), ``computed``
        (from several columns).
    confidence
        0 to 1.
    samples
        Values of the column, the constant, or how it is computed.
    """

    field: str
    column: str
    how: How
    confidence: float
    samples: tuple[str, ...]

    @property
    def shown(self) -> str:
        """What a reader is told: the column, else the constant in quotation marks, else the computation."""
        if self.column or self.how == "computed":
            return self.column or self.samples[0]
        return ", ".join(f'"{value}"' for value in self.samples)


_BY_NAME: Final = 0.35
_BY_CONTENT: Final = 0.4
_CLAIMED: Final = 0.5
"""A column whose name claims another field this clearly is not taken for a third one by content."""
_MISFIT: Final = 0.2
_LONG_TEXT: Final = 25
_MIN_LEGAL_FORMS: Final = 0.2
_FEW_VALUES: Final = 0.05
_SAME_WORD: Final = 0.2
_CLOSE: Final = 0.6
_MOSTLY_FILLED: Final = 0.6
_WRONG_NUMBERS: Final = 0.6
"""How far digits that are no GTIN fit a column that is named so: each is then told what is wrong with it."""

_MARKS_OF_RESULT: Final = frozenset({"estimate_id", "model_version", "kg_co2e", "category_code"})
_OWN_RESULT: Final = (
    "The document is a result of ledgerprint: the columns of its estimate are not read. Codes of your own, "
    'now in "input_category_code", need a mapping.'
)

_Fit = Callable[[ColumnContent], float]


def recognise_columns(
    source: pd.DataFrame, mapping: Mapping[str, str]
) -> tuple[list[ColumnChoice], list[str]]:
    """Choose a column for every field that one can be found for.

    Parameters
    ----------
    source
        The ledger as text.
    mapping
        Field -> column, as given by the user; it wins. An empty column leaves the field out.

    Returns
    -------
    tuple of list of ColumnChoice and list of str
        One choice per field found, in the order of the fields, and notes on what else was possible.

    Raises
    ------
    ColumnMappingError
        When the mapping names an unknown field or column.
    """
    contents = {str(name): describe_content(source[name]) for name in source.columns}
    chosen = _given(mapping, contents)
    earlier = _earlier_estimate(contents) - set(mapping.values())
    contents = {name: content for name, content in contents.items() if name not in earlier}
    left_out = {field for field, column in mapping.items() if not column}
    fields = [field for field in LINE_ITEM_FIELDS if field not in chosen and field not in left_out]
    scores = _name_scores(fields, contents)
    _choose_by_name(chosen, scores, contents)
    _choose_by_content(chosen, [field for field in fields if field not in chosen], contents)
    if "description" in fields and "description" not in chosen:
        _share_description(chosen, contents)
    _pair_currency(chosen, scores, contents)
    choices = [chosen[field] for field in LINE_ITEM_FIELDS if field in chosen]
    return choices, _notes(chosen, scores) + ([_OWN_RESULT] if earlier else [])


def _earlier_estimate(columns: Iterable[str]) -> set[str]:
    """Name the columns of a result of our own: a category estimated before is no code of the buyer's."""
    named = set(columns)
    return named & (set(ESTIMATE_FIELDS) - {"line_id"}) if named >= _MARKS_OF_RESULT else set()


def declared_columns(
    source: pd.DataFrame, fields: Mapping[str, str], mapping: Mapping[str, str]
) -> list[ColumnChoice]:
    """Take the columns that a format declares, unless the user says otherwise.

    Parameters
    ----------
    source
        The document as text.
    fields
        Field -> column, as the format defines them.
    mapping
        Field -> column, as given by the user; it wins. An empty column leaves the field out.

    Raises
    ------
    ColumnMappingError
        When the mapping names an unknown field or column.
    """
    contents = {str(name): describe_content(source[name]) for name in source.columns}
    chosen = _given(mapping, contents)
    for field, column in fields.items():
        if field not in mapping:
            chosen[field] = ColumnChoice(field, column, "by format", 1.0, contents[column].samples)
    return [chosen[field] for field in LINE_ITEM_FIELDS if field in chosen]


def require_fields(names: Iterable[str]) -> None:
    """Refuse what is no field of a line item.

    Raises
    ------
    ColumnMappingError
        When one of the names is none.
    """
    for field in names:
        if field not in LINE_ITEM_FIELDS:
            raise ColumnMappingError(
                f'Got a mapping for "{field}", expected a field{_meant(field, LINE_ITEM_FIELDS)}; '
                f"the fields are {', '.join(LINE_ITEM_FIELDS)}."
            )


def _given(mapping: Mapping[str, str], contents: Mapping[str, ColumnContent]) -> dict[str, ColumnChoice]:
    require_fields(mapping)
    chosen = {}
    for field, column in mapping.items():
        if not column:
            continue
        alike = [name for name in contents if normalised(name) == normalised(column)]
        name = column if column in contents else (alike[0] if len(alike) == 1 else "")
        if not name:
            raise ColumnMappingError(
                f'Got the column "{column}" for {field}, expected one of its own{_meant(column, contents)}; '
                f"the columns are {', '.join(contents)}."
            )
        chosen[field] = ColumnChoice(field, name, "given", 1.0, contents[name].samples)
    return chosen


def _meant(got: str, names: Iterable[str]) -> str:
    lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(got.lower(), lower, n=1, cutoff=_CLOSE)
    return f' (did you mean "{lower[close[0]]}"?)' if close else ""


def _name_scores(fields: list[str], contents: Mapping[str, ColumnContent]) -> dict[tuple[str, str], float]:
    return {
        (field, column): name_score(field, column) * _FITS[field](content)
        for field in fields
        for column, content in contents.items()
    }


def _choose_by_name(
    chosen: dict[str, ColumnChoice],
    scores: Mapping[tuple[str, str], float],
    contents: Mapping[str, ColumnContent],
) -> None:
    """Give columns to fields, the best score first; each is given once."""
    taken = {choice.column for choice in chosen.values()}
    for (field, column), score in sorted(scores.items(), key=lambda item: -item[1]):
        if score < _BY_NAME:
            break
        if field not in chosen and column not in taken:
            chosen[field] = ColumnChoice(field, column, "by name", round(score, 2), contents[column].samples)
            taken.add(column)


def _choose_by_content(
    chosen: dict[str, ColumnChoice], missing: list[str], contents: Mapping[str, ColumnContent]
) -> None:
    """Find the fields whose values show them, among the columns that no name claims."""
    for field in ("date", "amount", "currency", "gtin", "description", "supplier"):
        taken = {choice.column for choice in chosen.values()}
        likeness = {
            column: _CONTENT_SCORES[field](content)
            for column, content in contents.items()
            if column not in taken
            and not (counts_against(field, column) and not _misnamed(column, content))
            and not _claimed(field, column, content)
        }
        best = max(likeness, key=lambda column: likeness[column], default="")
        if field in missing and best and likeness[best] >= _BY_CONTENT:
            confidence = round(likeness[best], 2)
            chosen[field] = ColumnChoice(field, best, "by content", confidence, contents[best].samples)


def _share_description(chosen: dict[str, ColumnChoice], contents: Mapping[str, ColumnContent]) -> None:
    """Take a column such as "Supplier / Description" for the description, whatever else it is taken for."""
    for column, content in contents.items():
        parts = [name_score("description", part) for part in re.split(r"[/&+,]| and ", column)]
        confidence = max(parts) * _text_fit(content)
        if len(parts) > 1 and confidence >= _CLAIMED:
            chosen["description"] = ColumnChoice(
                "description", column, "by name", round(confidence, 2), content.samples
            )
            return


def _claimed(field: str, column: str, content: ColumnContent) -> bool:
    return any(
        name_score(other, column) * _FITS[other](content) >= _CLAIMED
        for other in LINE_ITEM_FIELDS
        if other != field
    )


def _misnamed(column: str, content: ColumnContent) -> bool:
    """Tell whether a header clearly names a field that the values below it cannot be."""
    best = max(LINE_ITEM_FIELDS, key=lambda field: name_score(field, column))
    return name_score(best, column) >= _CLAIMED and _FITS[best](content) < _MISFIT


def _pair_currency(
    chosen: dict[str, ColumnChoice],
    scores: Mapping[tuple[str, str], float],
    contents: Mapping[str, ColumnContent],
) -> None:
    """Prefer the currency whose header shares a word with the amount's, such as "billing"."""
    current, amount = chosen.get("currency"), chosen.get("amount")
    if current is None or amount is None or current.how != "by name":
        return
    others = {choice.column for choice in chosen.values()} - {current.column}
    words = set(normalised(amount.column).split())

    def paired(column: str) -> float:
        return scores["currency", column] + _SAME_WORD * len(words & set(normalised(column).split()))

    candidates = [c for f, c in scores if f == "currency" and scores[f, c] >= _BY_NAME and c not in others]
    best = max(candidates, key=paired)
    confidence = min(1.0, round(paired(best), 2))
    chosen["currency"] = ColumnChoice("currency", best, "by name", confidence, contents[best].samples)


def _notes(chosen: Mapping[str, ColumnChoice], scores: Mapping[tuple[str, str], float]) -> list[str]:
    """Say which other columns could have been the amount, the description or the date."""
    taken = {choice.column for choice in chosen.values()}
    notes = []
    for field in ("description", "amount", "date"):
        also = [
            column
            for (scored, column), score in scores.items()
            if scored == field and score >= _BY_NAME and column not in taken and not _is_other_side(column)
        ]
        if also and field in chosen:
            others = ", ".join(f'"{column}"' for column in also)
            notes.append(f'For {field}, column "{chosen[field].column}" was preferred to {others}.')
    return notes


def _is_other_side(column: str) -> bool:
    """Tell whether a column holds credits: they are taken off the debits, not left aside."""
    return name_score("credit", column) >= _CLAIMED


def _amount_fit(content: ColumnContent) -> float:
    return content.amounts if content.amounts >= 0.5 else 0.1 * content.amounts  # noqa: PLR2004 - most of them


def _quantity_fit(content: ColumnContent) -> float:
    return min(1.0, content.amounts + content.quantities_with_unit)


def _date_fit(content: ColumnContent) -> float:
    return min(1.0, content.dates + content.day_numbers)


def _text_fit(content: ColumnContent) -> float:
    few_values = content.distinct < _FEW_VALUES and not content.unique
    return content.words * (0.8 if few_values else 1.0)


def _label_fit(content: ColumnContent) -> float:
    return max(content.words, 0.7 * max(content.codes, content.amounts)) * (1.0 - content.dates)


def _code_fit(content: ColumnContent) -> float:
    return max(content.codes, content.amounts - content.decimals) * (1.0 - content.dates)


_FITS: Final[Mapping[str, _Fit]] = {
    "line_id": lambda content: (
        float(content.unique and content.filled >= _MOSTLY_FILLED)
        * (1.0 - content.dates)
        * (1.0 - content.decimals)
    ),
    "description": _text_fit,
    "amount": _amount_fit,
    "currency": lambda content: content.currencies,
    "date": _date_fit,
    "quantity": _quantity_fit,
    "unit": lambda content: content.unit_like,
    "country": lambda content: content.countries,
    "supplier": lambda content: max(content.words, 0.3 * content.codes),
    "category_code": _code_fit,
    "category_scheme": lambda content: content.unit_like,
    "gtin": lambda content: max(content.gtins, _WRONG_NUMBERS * content.gtin_shaped),
    "buyer": _label_fit,
    "cost_centre": _label_fit,
}
"""Field -> how far the content of a column allows that it is the field."""


def _description_content(content: ColumnContent) -> float:
    length = min(1.0, content.mean_characters / _LONG_TEXT)
    return content.words * (0.4 + 0.3 * length + 0.3 * content.distinct) - 0.3 * content.legal_forms


_CONTENT_SCORES: Final[Mapping[str, _Fit]] = {
    "date": lambda content: content.dates if content.dates > content.amounts else 0.0,
    "amount": lambda content: (
        content.amounts
        * (0.4 + 0.6 * content.decimals)
        * (1.0 - content.gtins)
        * (0.5 if content.dates else 1.0)
    ),
    "currency": lambda content: content.currencies if content.currencies > _CLOSE else 0.0,
    "gtin": lambda content: content.gtins if content.gtins > _CLOSE else 0.0,
    "description": _description_content,
    "supplier": lambda content: (
        content.words * (_BY_CONTENT + content.legal_forms)
        if content.legal_forms >= _MIN_LEGAL_FORMS
        else 0.0
    ),
}
"""Field -> how clearly values alone show it."""
