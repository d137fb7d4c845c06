"""What the page of a draft shows: the look at it in words, and what can be said otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import pandas as pd

from features.amounts import iso_currencies
from models.factor_sets import FactorSet
from serving.documents import ColumnChoice
from serving.documents.countries import country_names
from serving.drafts.drafts import Draft
from serving.drafts.look import Look, LookedField
from serving.pages.mapping_form import NONE, Said
from serving.quality.findings import Subject
from serving.quality.inspection import Told
from serving.wording import code_text, count_text, foreign_text

Option = tuple[str, str]
"""Value and words."""
_SAMPLE_LINES: Final = 8
_NAME_CHARACTERS: Final = 60
_KINDS: Final = {
    "delimited text": "Text table (CSV or alike)",
    "workbook": "Workbook",
    "archive": "ZIP archive",
    "scan list": "List of scanned barcodes",
    "JSON": "JSON",
}
_TITLES: Final = {
    "line_id": "Line number",
    "description": "Description",
    "amount": "Amount",
    "currency": "Currency",
    "date": "Date",
    "quantity": "Quantity",
    "unit": "Unit",
    "country": "Country of the buyer",
    "supplier": "Supplier",
    "category_code": "Category code",
    "category_scheme": "Scheme of the codes",
    "gtin": "Barcode (GTIN)",
    "buyer": "Buyer",
    "cost_centre": "Cost centre",
}
_OPTIONS: Final = {
    "`--vat included`": "that they include VAT",
    "--vat included or --vat excluded": "whether amounts include VAT",
    ", or a table of suppliers (--suppliers)": "",
    "--currency": "“Currency”",
    "--country": "“Country of the buyer”",
    "--date": "“Date”",
}
"""What the command line calls its options -> what the page calls its fields."""
_MAPPINGS: Final = tuple(
    f"name it with a mapping such as {field}=COLUMN" for field in ("description", "amount")
)
_NUMBERS: Final = frozenset({"amount", "quantity", "date"})
"""Fields that stand below each other digit by digit."""
_HOW: Final = {
    "by name": "by its name",
    "by content": "by its values",
    "by format": "by the format",
    "given": "chosen by you",
    "computed": "worked out",
    "constant": "the same for every line",
}


@dataclass(frozen=True)
class DraftView:
    """What the templates ask of a draft.

    Parameters
    ----------
    draft
        What was dropped.
    said
        What somebody says about it.
    look
        How it is understood with that.
    factor_sets
        By id: what the model can value by.
    """

    draft: Draft
    said: Said
    look: Look
    factor_sets: Mapping[str, FactorSet]

    @property
    def kind(self) -> str:
        """What kind of document it is."""
        kind = _KINDS.get(self.look.kind, self.look.kind)
        return f"{kind} in a ZIP archive" if self.look.files and not self.look.is_several else kind

    @property
    def extent(self) -> str:
        """How many lines there are, or were read."""
        if self.look.is_several:
            seen = len(self.look.sheets) + len(self.look.unread) + len(self.look.notes)
            among = f", the first {seen} of them looked at" if seen < self.look.files else ""
            return f"{count_text(self.look.files, 'file')}{among}, {_size_text(self.draft.size)}"
        if self.look.lines is None:
            return f"first {count_text(self.look.seen, 'line')} read of {_size_text(self.draft.size)}"
        return f"{count_text(self.look.lines, 'line')}, {_size_text(self.draft.size)}"

    @property
    def is_part(self) -> bool:
        """Whether there is more than was looked at."""
        return self.look.is_several or self.look.lines is None or self.look.lines > self.look.seen

    @property
    def notes(self) -> list[str]:
        """What was found out while reading, with the names that this page has for options."""
        notes = [*self.look.ledger.notes, self.look.vat_note] if self.look.ledger else []
        notes = [*self.look.notes, *notes]
        return [_as_on_the_page(note) for note in notes]

    @property
    def problem(self) -> str:
        """Why there is no ledger."""
        problem = _as_on_the_page(self.look.problem)
        remedy = "drop this file by itself and choose it there" if self.look.is_several else "choose it below"
        for mapping in _MAPPINGS:
            problem = problem.replace(mapping, remedy)
        return problem

    @property
    def issues(self) -> list[Option]:
        """Issue and number of the lines that get no figure."""
        return [(code_text(issue), count_text(lines, "line")) for issue, lines in self.look.issues.items()]

    @property
    def is_without_currency(self) -> bool:
        """Whether most lines have money and nobody knows of which currency."""
        return 2 * self.look.issues.get("currency_missing", 0) > self.look.seen

    @property
    def sheets(self) -> list[Option]:
        """The sheets; none where there is one table only."""
        if len(self.look.sheets) == 1:
            return []
        return [
            (str(at), foreign_text(name, _NAME_CHARACTERS) or f"Table {at + 1}")
            for at, name in enumerate(self.look.sheets)
        ]

    @property
    def countries(self) -> list[Option]:
        """All countries."""
        return [("", "As the ledger says"), *country_names().items()]

    @property
    def currencies(self) -> list[Option]:
        """All currencies."""
        return [("", "As the ledger says"), *((code, code) for code in sorted(iso_currencies()))]

    @property
    def sets(self) -> list[Option]:
        """The factor sets."""
        sets = ((name, one.title) for name, one in self.factor_sets.items())
        return [("", "Chosen by the country"), *sets]

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Each field with its column, how that was found, values, and what else could be chosen."""
        return [self._field(one) for one in self.look.fields]

    @property
    def header(self) -> list[tuple[str, bool]]:
        """The fields that the first lines fill, and whether they are numbers."""
        return [(_TITLES[name], name in _NUMBERS) for name in self._lines.columns]

    @property
    def rows(self) -> list[list[tuple[str, bool]]]:
        """The first lines as understood: cells, and whether they are numbers."""
        numbers = [name in _NUMBERS for name in self._lines.columns]
        return [list(zip(row, numbers, strict=True)) for row in self._lines.to_numpy().tolist()]

    @property
    def findings(self) -> list[tuple[str, Sequence[Told]]]:
        """Findings by what they are about."""
        told = self.look.inspection.findings if self.look.inspection else []
        return [(subject.value, list(group)) for subject, group in groupby(told, key=_subject)]

    def said_of(self, told: Told) -> Option:
        """Say how a finding is told, and what to do about it."""
        return _as_on_the_page(told.rule), _as_on_the_page(told.remedy)

    @property
    def _lines(self) -> pd.DataFrame:
        if self.look.ledger is None:
            return pd.DataFrame()
        lines = self.look.ledger.lines.head(_SAMPLE_LINES).drop(columns=["issue", "issue_detail"])
        texts = pd.DataFrame({name: [_text(value) for value in lines[name]] for name in lines})
        return texts.loc[:, [bool(texts[name].ne("").any()) for name in texts]]

    def _field(self, looked: LookedField) -> dict[str, Any]:
        choice = looked.choice
        is_said = looked.name in self.said.columns
        recognised = "Recognise it" if is_said else _recognised(choice)
        columns = [
            (str(at), foreign_text(name, _NAME_CHARACTERS)) for at, name in enumerate(self.look.columns)
        ]
        position = self.said.columns.get(looked.name)
        return {
            "name": looked.name,
            "title": _TITLES[looked.name],
            "options": [("", recognised), (NONE, "No column"), *columns],
            "chosen": "" if not is_said else NONE if position is None else str(position),
            "is_found": choice is not None,
            "how": _how(choice) if choice else ("left out by you" if is_said else "not found"),
            "samples": looked.samples,
        }


def _recognised(choice: ColumnChoice | None) -> str:
    if choice is None:
        return "Not found"
    if choice.how == "constant":
        return f"{foreign_text(', '.join(choice.samples), _NAME_CHARACTERS)}, for every line"
    return f"{foreign_text(choice.shown, _NAME_CHARACTERS)} (recognised)"


def _how(choice: ColumnChoice) -> str:
    sure = f", {choice.confidence:.0%} sure" if choice.how in {"by name", "by content"} else ""
    return _HOW[choice.how] + sure


def _subject(told: Told) -> Subject:
    return told.subject


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:,.2f}".removesuffix(".00") if isinstance(value, float) else str(value)


def _size_text(size: int) -> str:
    for unit, of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= of:
            return f"{size / of:.1f} {unit}"
    return f"{size} bytes"


def _as_on_the_page(note: str) -> str:
    """Name options as the page does, not as the command line."""
    for option, name in _OPTIONS.items():
        note = note.replace(option, name)
    return note
