"""The sheet of lines: the input's own columns, then the estimate, as the other formats have them."""

from typing import Any, Final

import pandas as pd

from data.errors import OutputError

WORKBOOK_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False}
"""Text stays text: no cell of a ledger becomes a formula or a link."""
_MOST_ROWS: Final = 1_048_575
_MOST_CHARACTERS: Final = 32_767


def write_lines(table: pd.DataFrame, writer: "pd.ExcelWriter[Any]", sheet: str) -> list[str]:
    """Write a table as a sheet whose header stays in sight.

    Returns
    -------
    list of str
        What a user should know: shortened cells.

    Raises
    ------
    OutputError
        When a sheet cannot hold so many rows.
    """
    if len(table) > _MOST_ROWS:
        raise OutputError(
            f"Got {len(table):,} lines, expected at most {_MOST_ROWS:,} in a workbook: write .csv."
        )
    table, shortened = table.copy(), 0
    for name in table.columns:
        if pd.api.types.is_string_dtype(table[name].dtype):
            shortened += int((table[name].str.len() > _MOST_CHARACTERS).sum())
            table[name] = table[name].str.slice(0, _MOST_CHARACTERS)
    table.to_excel(writer, sheet_name=sheet, index=False)
    writer.sheets[sheet].freeze_panes(1, 0)
    if not shortened:
        return []
    return [
        f"{shortened:,} cells were cut at {_MOST_CHARACTERS:,} characters, the most that a workbook holds."
    ]
