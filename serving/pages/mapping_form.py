"""The form over a draft: what somebody says about a ledger, read from a form or an address, and written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from features.line_items import LINE_ITEM_FIELDS
from serving.jobs.submission import JobOptions

NONE: Final = "none"
"""Of a field: that no column holds it."""
_TEXTS: Final = ("country", "currency", "date", "vat", "factor_set")
_FIELD: Final = "column_"
_MOST_CHARACTERS: Final = 100


@dataclass(frozen=True)
class Said:
    """What somebody says about a draft.

    Attributes
    ----------
    texts
        Option -> what is said, "" for nothing: ``country``, ``currency``, ``date``, ``vat``, ``factor_set``,
        and ``vat_rate`` in percent.
    explain
        Whether the job is to say what decided about each category.
    sheet
        Position of the table, ``None`` for the one most like a ledger.
    columns
        Field -> position of its column, ``None`` for none.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    explain: bool = False
    sheet: int | None = None
    columns: Mapping[str, int | None] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: Mapping[str, Any]) -> "Said":
        """Read a form or a query; what is malformed counts as not said, as no page of ours sends it.

        Columns are known by their positions, so those of another sheet are left out.
        """
        texts = {name: str(sent.get(name, "")).strip()[:_MOST_CHARACTERS] for name in (*_TEXTS, "vat_rate")}
        sheet, of_sheet = _position(sent.get("sheet")), _position(sent.get("of_sheet"))
        columns: dict[str, int | None] = {}
        if of_sheet is None or sheet in {None, of_sheet}:
            for name in LINE_ITEM_FIELDS:
                said = sent.get(f"{_FIELD}{name}", "")
                if said == NONE:
                    columns[name] = None
                elif (position := _position(said)) is not None:
                    columns[name] = position
        return cls(texts, bool(sent.get("explain")), sheet, columns)

    def query(self) -> str:
        """Write it for an address; "" where nothing is said."""
        pairs = {name: text for name, text in self.texts.items() if text}
        pairs |= {"explain": "1"} if self.explain else {}
        pairs |= {} if self.sheet is None else {"sheet": str(self.sheet)}
        for name, position in self.columns.items():
            pairs[f"{_FIELD}{name}"] = NONE if position is None else str(position)
        return urlencode(pairs)

    def options(self) -> JobOptions:
        """Give it as a job takes it, without sheet and columns.

        Raises
        ------
        JobOptionsError
            If something of it cannot be used.
        """
        said: dict[str, Any] = {name: self.texts.get(name) or None for name in _TEXTS}
        if rate := self.texts.get("vat_rate", ""):
            number = rate.removesuffix("%").strip().replace(",", ".")
            try:
                said["vat_rate"] = float(number) / 100
            except ValueError:
                said["vat_rate"] = rate
        return JobOptions.of(said | {"explain": self.explain})


def _position(said: object) -> int | None:
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None  # noqa: PLR2004 - at most 500 columns
