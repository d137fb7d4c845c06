"""How files were understood, on a terminal: which column is what, and what a person should know."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from features.line_items import LINE_ITEM_FIELDS
from serving.readings import Reading, Remark, files_text
from serving.terminal_tables import print_table, start_table
from serving.wording import NOTHING, code_text, foreign_text

_FIELD_WIDTH: Final = 18
_COLUMN_WIDTH: Final = 20


def print_readings(understood: Sequence[Reading], said: Sequence[Remark], console: Console) -> None:
    """Print columns, then notes; text of the ledger is cleaned and never read as markup."""
    _print_columns(understood, console)
    _print_notes(said, console)


def _print_columns(understood: Sequence[Reading], console: Console) -> None:
    """Print fields down, files across: as many beside each other as the terminal is wide enough for."""
    beside = max(1, (console.width - _FIELD_WIDTH) // _COLUMN_WIDTH)
    for start in range(0, len(understood), beside):
        shown = understood[start : start + beside]
        table = start_table(
            "Columns as understood", "Field", *(files_text(reading.files) or "Column" for reading in shown)
        )
        for field in (name for name in LINE_ITEM_FIELDS if any(name in reading.columns for reading in shown)):
            table.add_row(
                code_text(field), *(_foreign(reading.columns.get(field, NOTHING), 60) for reading in shown)
            )
        print_table(table, console)


def _print_notes(said: Sequence[Remark], console: Console) -> None:
    heading = None
    for remark in said:
        title = files_text(remark.files) or "Notes"
        if title != heading:
            console.print(_foreign(title, 200), style="bold")
            heading = title
        console.print(Padding(_foreign(remark.text, 400), (0, 0, 0, 2), expand=False))
    if heading:
        console.print()


def _foreign(text: str, limit: int) -> Text:
    return Text(foreign_text(text, limit))
