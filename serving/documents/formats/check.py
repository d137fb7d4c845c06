"""The check of a folder: what every structured document in it yields, against what it says itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from data.errors import UnreadableDocumentError
from serving.documents.formats.document import Document
from serving.documents.formats.ocds import OcdsFormat
from serving.documents.formats.registry import FORMATS
from serving.documents.readers import document_kind, flattened_contracts

Outcome = Literal[
    "adds_up",
    "total_differs",
    "no_total_stated",
    "figure_unreadable",
    "no_purchase",
    "unreadable",
    "no_document",
]

_SENTENCES: Final[dict[Outcome, str]] = {
    "adds_up": "",
    "total_differs": "the document's own total is not the sum of its lines",
    "no_total_stated": "the document states no total",
    "figure_unreadable": "a figure of a line is none",
    "no_purchase": "",
    "unreadable": "",
    "no_document": "no structured document",
}


@dataclass(frozen=True)
class DocumentCheck:
    """What came of one document.

    Attributes
    ----------
    file
        Path below the folder.
    kind
        What the document is.
    lines
        How many it has.
    total
        Sum of their amounts.
    stated
        What the document says that they come to, None where it says nothing.
    outcome, detail
        The typed result, and a sentence where there is more to say.
    """

    file: str
    kind: str
    lines: int
    total: Decimal
    stated: Decimal | None
    outcome: Outcome
    detail: str

    @property
    def difference(self) -> Decimal | None:
        """The lines less what is stated."""
        return None if self.stated is None else self.total - self.stated


def check_folder(folder: Path) -> list[DocumentCheck]:
    """Read every file below a folder as ``estimate`` would, and compare sums to the cent.

    Raises
    ------
    UnreadableDocumentError
        When there is no such folder.
    """
    if not folder.is_dir():
        raise UnreadableDocumentError(
            f"{folder}: got no folder, expected one with documents; check the path."
        )
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [check for path in paths for check in _checks(path, str(path.relative_to(folder)))]


def markdown(checks: Sequence[DocumentCheck]) -> str:
    """Write checks as a table in Markdown, below how many came out which way."""
    counts = Counter(check.outcome for check in checks)
    summed = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    lines = sum(check.lines for check in checks)
    head = (
        "| file | kind | lines | sum of lines | stated | difference | result |\n|---|---|--:|--:|--:|--:|---|"
    )
    return "\n".join([f"{len(checks)} documents, {lines} lines: {summed}.", "", head, *map(_row, checks)])


def _checks(path: Path, name: str) -> Iterator[DocumentCheck]:
    content = path.read_bytes()
    found = next((one for one in FORMATS if one.recognises(content)), None)
    kind = found.kind if found else document_kind(content) or "unknown"
    try:
        if found is None and (contracts := flattened_contracts(content, path.name)):
            found, content = OcdsFormat(), contracts
        if found is None:
            yield DocumentCheck(name, kind, 0, Decimal(), None, "no_document", _SENTENCES["no_document"])
        else:
            yield from (_check(document, name) for document in found.read(content, path.name))
    except UnreadableDocumentError as error:
        yield DocumentCheck(name, kind, 0, Decimal(), None, "unreadable", str(error))


def _check(document: Document, name: str) -> DocumentCheck:
    total = sum((line.amount or Decimal() for line in document.lines), Decimal())
    outcome: Outcome = "adds_up"
    if not document.lines:
        outcome = "no_purchase"
    elif any(line.unread and line.amount is None for line in document.lines):
        outcome = "figure_unreadable"
    elif document.stated_total is None:
        outcome = "no_total_stated"
    elif total != document.stated_total:
        outcome = "total_differs"
    return DocumentCheck(
        file=name,
        kind=document.kind,
        lines=len(document.lines),
        total=total,
        stated=document.stated_total if document.lines else None,
        outcome=outcome,
        detail=document.reason or _SENTENCES[outcome],
    )


def _row(check: DocumentCheck) -> str:
    said = f"{check.outcome}: {check.detail}" if check.detail else check.outcome
    figures = (check.total if check.lines else None, check.stated, check.difference)
    cells = (check.file, check.kind, str(check.lines), *map(_money, figures), said)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"
