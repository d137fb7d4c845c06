"""Catalogued files as tables of text: codes stay codes, and every column is there under its own name.

The loaders of this folder start from these; nothing here knows what a table means.
"""

import pandas as pd

from data.errors import AlteredDataError
from data.location import locate

SOURCE_ROW = "source_row"
"""Column with the 1-based line of a record in its file, where every record is one line."""


def read_csv(name: str, *, encoding: str = "utf-8-sig", source_row: bool = False) -> pd.DataFrame:
    """Read a comma-separated file of the catalogue, every cell as text and "" where it is empty.

    Parameters
    ----------
    name
        Name in the catalogue.
    encoding
        Of the file; the default also reads UTF-8 without a byte order mark.
    source_row
        Add :data:`SOURCE_ROW`; only for files in which no cell holds a line break.
    """
    frame = pd.read_csv(locate(name), dtype=str, keep_default_na=False, encoding=encoding)
    if source_row:
        frame[SOURCE_ROW] = range(2, len(frame) + 2)
    return frame


def read_sheet(name: str, sheet: str, *, skip_lines: int = 0) -> pd.DataFrame:
    """Read a worksheet of the catalogue, every cell as text and "" where it is empty.

    Line breaks and double blanks in a heading become one blank.
    """
    frame = pd.read_excel(
        locate(name), sheet_name=sheet, skiprows=skip_lines, dtype=str, na_filter=False, engine="calamine"
    )
    frame.columns = pd.Index([" ".join(str(column).split()) for column in frame.columns])
    return frame


def read_fixed_width(name: str, columns: dict[str, tuple[int, int]], *, encoding: str) -> pd.DataFrame:
    """Read a fixed-width file without a header: each column from a first to a last position, trimmed."""
    lines = locate(name).read_text(encoding=encoding).splitlines()
    return pd.DataFrame(
        {column: [line[start:stop].strip() for line in lines] for column, (start, stop) in columns.items()}
    )


def rename_columns(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Keep the columns named, in that order, under their new names.

    Raises
    ------
    AlteredDataError
        When a column is not there.
    """
    missing = [column for column in names if column not in frame.columns]
    if missing:
        raise AlteredDataError(
            f"Got a table with the columns {list(frame.columns)}, expected {missing} among them: replace the "
            f"file by the one of the data package."
        )
    return frame[list(names)].rename(columns=names)


def one_line(text: "pd.Series[str]") -> "pd.Series[str]":
    """Replace every run of white space and line breaks by one blank, and trim."""
    return text.str.replace(r"\s+", " ", regex=True).str.strip()


def distinct_sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop repeated rows and sort the others by all columns: the order does not depend on how they came."""
    return frame.drop_duplicates().sort_values(list(frame.columns), ignore_index=True)
