"""HTML tables: what many accounting systems write when they are asked for a spreadsheet, and name .xls."""

from html.parser import HTMLParser
from typing import Final

from serving.documents.encodings import decode, not_a_table
from serving.documents.table import Table, refuse_oversize

_CELLS: Final = frozenset({"td", "th"})
_BREAKS: Final = frozenset({"br", "p", "div", "li"})
_UNSEEN: Final = frozenset({"script", "style"})
_MOST_SPANNED: Final = 100


def read_html(content: bytes, name: str) -> list[Table]:
    """Read every table of an HTML page.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name, for the message of an error.

    Returns
    -------
    list of Table
        One per table that holds anything; a cell over several columns or rows stands in the first of them.

    Raises
    ------
    UnreadableDocumentError
        When the bytes are no text, or no table is in it.
    """
    text, encoding, notes = decode(content, name)
    parser = _TableParser()
    parser.feed(text)
    parser.close()
    grids = [rows for rows in parser.tables if any(cell for row in rows for cell in row)]
    if not grids:
        raise not_a_table(name, "an HTML or XML document without a table")
    for rows in grids:
        refuse_oversize(len(rows), max(map(len, rows)), name)
    notes.insert(0, f"Format: HTML table, {encoding}.")
    return [
        Table(rows=rows, name=f"Table {number}", notes=tuple(notes)) for number, rows in enumerate(grids, 1)
    ]


class _TableParser(HTMLParser):
    """Collects the rows of every table; a table within a cell counts for itself and leaves the cell empty."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._held: dict[int, dict[int, int]] = {}
        self._text: list[str] | None = None
        self._span = (1, 1)
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._text = None
            table: list[list[str]] = []
            self.tables.append(table)
            self._open.append(table)
            self._held[id(table)] = {}
        elif tag == "tr" and self._open:
            self._end_cell()
            self._begin_row()
        elif tag in _CELLS and self._open:
            self._end_cell()
            if not self._open[-1]:
                self._begin_row()
            said = dict(attrs)
            self._span = (_spanned(said.get("colspan")), _spanned(said.get("rowspan")))
            self._text = []
        elif tag in _BREAKS and self._text is not None:
            self._text.append(" ")
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS or tag == "tr":
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._unseen:
            self._text.append(data)

    def _begin_row(self) -> None:
        self._open[-1].append([])
        self._skip_held()

    def _end_cell(self) -> None:
        if self._text is None or not self._open:
            return
        table = self._open[-1]
        columns, rows = self._span
        held = self._held[id(table)]
        for place in range(len(table[-1]), len(table[-1]) + columns):
            held[place] = rows - 1
        table[-1].extend([" ".join("".join(self._text).split()), *[""] * (columns - 1)])
        self._text = None
        self._skip_held()

    def _skip_held(self) -> None:
        """Leave the places empty that a cell of a row above reaches down to."""
        row, held = self._open[-1][-1], self._held[id(self._open[-1])]
        while held.get(len(row), 0) > 0:
            held[len(row)] -= 1
            row.append("")


def _spanned(said: str | None) -> int:
    return min(int(said), _MOST_SPANNED) if said and said.strip().isdecimal() and int(said) else 1
