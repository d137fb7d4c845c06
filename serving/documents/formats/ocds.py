"""OCDS: what public contracts bought, from releases, records and packages, as JSON or JSON Lines."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from data.errors import UnreadableDocumentError
from serving.documents.encodings import decode
from serving.documents.formats.document import Document
from serving.documents.formats.ocds_process import process_document

Object = Mapping[str, Any]

_HEAD_BYTES: Final = 1 << 16
_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_MARKS: Final = (
    re.compile(rb'"ocid"\s*:'),
    re.compile(rb'"(?:tag|releases|records|compiledRelease|initiationType|awards|contracts)"\s*:'),
)
_MAX_DEPTH: Final = 60
_FILLED: Final = re.compile(r"\S")
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Numbers stay as they are written, so that none is rounded."""
_EMPTY: Final = "got OCDS that only links to its releases, expected the releases; fetch those."


class OcdsFormat:
    """Reads every contracting process of a file once, however many releases tell of it.

    Releases of one process are put together: of its contracts and awards the latest version counts, which is
    what merging them comes to for what is read here.
    """

    kind = "OCDS"

    def recognises(self, content: bytes) -> bool:
        """Tell by the identifiers of contracting processes among the first fields."""
        head = content[:_HEAD_BYTES]
        return _START.match(head) is not None and all(mark.search(head) for mark in _MARKS)

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read the contracting processes, in the order in which they come up."""
        text, _, _ = decode(content, name)
        processes: dict[str, list[Object]] = {}
        for value in _values(text, name):
            for release in _releases(value):
                processes.setdefault(str(release.get("ocid", "")), []).append(release)
        if not processes:
            return [Document("OCDS", "", (), reason=_EMPTY)]
        return [process_document(ocid, releases) for ocid, releases in processes.items()]


def joined_contracts(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Put files of OCDS below one another, to be read as one: what several of them tell of counts once.

    Raises
    ------
    UnreadableDocumentError
        When one is no text.
    """
    return "\n".join(decode(content, name)[0] for name, content in files).encode("utf-8", "surrogatepass")


def _values(text: str, name: str) -> Iterator[Any]:
    """Yield the JSON values of a file: one document, one a line, or several below one another."""
    position = _next(text, 0)
    while position < len(text):
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError) as error:
            where = f"on line {error.lineno}: {error.msg}" if isinstance(error, ValueError) else "too deep"
            raise UnreadableDocumentError(
                f"{name}: got broken JSON ({where}), expected whole OCDS; send it again."
            ) from error
        yield value
        position = _next(text, position)


def _next(text: str, position: int) -> int:
    found = _FILLED.search(text, position)
    return found.start() if found else len(text)


def _releases(value: Any, depth: int = 0) -> Iterator[Object]:
    """Yield the releases within a package, a record, a list of them or a release itself."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _releases(one, depth + 1)
    elif isinstance(value, dict):
        if isinstance(value.get("compiledRelease"), dict):
            yield {"ocid": value.get("ocid", "")} | value["compiledRelease"]
        elif "releases" in value or "records" in value:
            for key in ("records", "releases"):
                yield from _releases(value.get(key, []), depth + 1)
        elif "ocid" in value and not (value.get("url") and "id" not in value):
            yield value
