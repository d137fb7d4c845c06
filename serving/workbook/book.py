"""The workbook put together: four sheets that read from the total down to the cell of a factor."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from serving import breakdown
from serving.result import EstimatedLedger
from serving.wording import code_text, foreign_text
from serving.workbook.factors import factors_used
from serving.workbook.lines import WORKBOOK_OPTIONS, write_lines
from serving.workbook.method import method_notes

_GROUPS: Final = 50
_GROUPINGS: Final = (
    ("Categories", "Category", "category"),
    ("Suppliers", "Supplier", "supplier"),
    ("Methods", "Method", "method"),
)
_WIDE: Final = 60
_NARROW: Final = 16
_METHOD_WIDTH: Final = 100
_ROW_HEIGHT: Final = 15
"""Points; a row of wrapped text is given its height, as not every program works it out."""
_GROUP_COLUMNS: Final = ("lines", "usd", "kg", "kg_low", "kg_high")
_GROUP_HEADERS: Final = ("Lines", "Spend, USD", "kg CO2e", "Low, kg CO2e", "High, kg CO2e")


def write_book(result: EstimatedLedger, table: pd.DataFrame, path: Path) -> list[str]:
    """Write an estimated ledger as a workbook.

    Parameters
    ----------
    result
        What was estimated.
    table
        Its lines as other formats have them (:func:`serving.outputs.output_table`).
    path
        Of the file.

    Returns
    -------
    list of str
        What a user should know: shortened cells.

    Raises
    ------
    OutputError
        When the sheet of lines cannot hold so many.
    """
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": WORKBOOK_OPTIONS}) as writer:
        styles = _Styles.of(writer.book)
        _Sheet.new(writer, "Summary", styles).summary(result)
        notes = write_lines(table, writer, "Lines")
        _Sheet.new(writer, "Factors", styles).factors(result)
        _Sheet.new(writer, "Method", styles).method(result)
    return notes


@dataclass(frozen=True)
class _Styles:
    title: Any
    heading: Any
    header: Any
    figure_header: Any
    whole: Any
    exact: Any
    wrapped: Any

    @classmethod
    def of(cls, book: Any) -> "_Styles":
        rule = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        return cls(
            title=book.add_format({"bold": True, "font_size": 16}),
            heading=book.add_format({"bold": True, "font_size": 12}),
            header=book.add_format(rule),
            figure_header=book.add_format({**rule, "align": "right"}),
            whole=book.add_format({"num_format": "#,##0", "valign": "top"}),
            exact=book.add_format({"num_format": "0.####", "valign": "top"}),
            wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        )


@dataclass
class _Sheet:
    """Writes one sheet from the top down; texts are written as texts, whatever they begin with."""

    sheet: Any
    styles: _Styles
    row: int = 0

    @classmethod
    def new(cls, writer: "pd.ExcelWriter[Any]", name: str, styles: _Styles) -> "_Sheet":
        sheet = writer.book.add_worksheet(name)
        writer.sheets[name] = sheet
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return cls(sheet, styles)

    def summary(self, result: EstimatedLedger) -> None:
        frame = breakdown.joined(result)
        known = breakdown.coverage(frame)
        self.sheet.set_column(0, 0, _WIDE)
        self.sheet.set_column(1, 6, _NARROW)
        self.line("Carbon footprint of purchases", self.styles.title)
        version = result.model_card.get("model_version", "not stated")
        self.line(f"Model {version}; the sheet Method says how to read this.")
        self.row += 1
        if frame["kg"].notna().any():
            self.table(
                "Total",
                ("", "kg CO2e", "Low, kg CO2e", "High, kg CO2e"),
                [("All lines with a figure", result.total_kg, result.total_kg_low, result.total_kg_high)],
            )
        else:
            self.line("No line has a figure.")
        self.line(result.total_note, self.styles.wrapped)
        self.row += 1
        self.table(
            "Spend",
            ("", "USD"),
            [
                ("With a figure", known.covered_usd),
                ("May be purchases, without a figure", known.unmatched_usd),
                ("Excluded, as no purchase", known.excluded_usd),
            ],
        )
        statuses = breakdown.by_status(frame).to_dict("records")
        self.table(
            "Lines by status, and why",
            ("Status and reason", "Lines", "Spend, USD", "kg CO2e"),
            [
                (_status(row), row["lines"], row["usd_size"], row["kg"])
                for row in statuses
                if row["status"] != "excluded"
            ],
        )
        excluded = [
            (code_text(str(row["reason"])), row["lines"], row["usd_size"])
            for row in statuses
            if row["status"] == "excluded"
        ]
        self.table("Excluded, and why", ("Reason", "Lines", "Spend, USD"), excluded)
        for title, one, column in _GROUPINGS:
            groups = breakdown.by_group(frame, column, keep=_GROUPS)
            rows = groups[["group", *_GROUP_COLUMNS]].itertuples(index=False, name=None)
            self.table(title, (one, *_GROUP_HEADERS), list(rows))

    def factors(self, result: EstimatedLedger) -> None:
        headers = ("Factor", "Value", "Unit", "Lines", "kg CO2e", "Source and cell", "Licence", "Attribution")
        for column, width in enumerate((24, 10, 30, 8, 14, 70, 24, 60)):
            self.sheet.set_column(column, column, width)
        used = factors_used(result)
        self.header(headers, figures=(1, 3, 4))
        self.sheet.freeze_panes(1, 0)
        for row in used.itertuples(index=False, name=None):
            self.cells(row, exact=(1,))

    def method(self, result: EstimatedLedger) -> None:
        self.sheet.set_column(0, 0, 30)
        self.sheet.set_column(1, 1, _METHOD_WIDTH)
        self.header(("Topic", "What is to be known"), figures=())
        for note in method_notes(result):
            self.sheet.set_row(self.row, _ROW_HEIGHT * math.ceil(len(note[1]) / _METHOD_WIDTH))
            self.cells(note, text=self.styles.wrapped)

    def line(self, text: str, style: Any = None) -> None:
        if style is self.styles.wrapped:
            self.sheet.merge_range(self.row, 0, self.row, 5, "", style)
            self.sheet.set_row(self.row, 3 * _ROW_HEIGHT)
        self.sheet.write_string(self.row, 0, text, style)
        self.row += 1

    def table(self, title: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        self.line(title, self.styles.heading)
        self.header(headers, figures=range(1, len(headers)))
        for row in rows:
            self.cells(row)
        self.row += 1

    def header(self, headers: Sequence[str], figures: Sequence[int]) -> None:
        for column, header in enumerate(headers):
            style = self.styles.figure_header if column in figures else self.styles.header
            self.sheet.write_string(self.row, column, header, style)
        self.row += 1

    def cells(self, row: Sequence[Any], exact: Sequence[int] = (), text: Any = None) -> None:
        for column, value in enumerate(row):
            if isinstance(value, str):
                self.sheet.write_string(self.row, column, foreign_text(value, 2_000), text)
            elif pd.notna(value):
                style = self.styles.exact if column in exact else self.styles.whole
                self.sheet.write_number(self.row, column, value, style)
        self.row += 1


def _status(row: dict[Any, Any]) -> str:
    reason = code_text(str(row["reason"])).lower()
    return code_text(str(row["status"])) + (f": {reason}" if reason else "")
