"""XML from strangers: no entities, no remote definitions, no network, and an end to size and depth."""

import re
from typing import Any, Final

from lxml import etree

from data.errors import UnreadableDocumentError
from serving.documents.formats.known_xml import known_name

Element = Any
"""Of lxml, which has no types."""

_MAX_BYTES: Final = 1 << 27
_MAX_TAGS: Final = 6_000_000
_HEAD_BYTES: Final = 1 << 16
_CHUNK_BYTES: Final = 1 << 10
_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<[?!A-Za-z_]|\xff\xfe\s*<\x00|\xfe\xff\x00<|<\x00[?!A-Za-z_]|\x00<\x00[?!A-Za-z_]"
)
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_pis": True,
}


def is_markup(content: bytes) -> bool:
    """Tell by the first bytes whether a document begins as XML does, in any encoding of Unicode."""
    return _START.match(content) is not None


def root_tag(content: bytes) -> str:
    """Return the name of an XML document's root as ``{namespace}name``, "" for anything else.

    Only the first bytes are read.
    """
    root = _root(content)
    return str(root.tag) if root is not None else ""


def parse_xml(content: bytes, name: str, *, keep_comments: bool = False) -> Element:
    """Parse a whole XML document.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name, for the message of an error.
    keep_comments
        For documents that are written again.

    Returns
    -------
    lxml.etree._Element
        The root; a remote document type definition stays unread.

    Raises
    ------
    UnreadableDocumentError
        When it is broken, too large or too deep, or defines entities.
    """
    if len(content) > _MAX_BYTES or content.count(b"<") > _MAX_TAGS:
        raise UnreadableDocumentError(
            f"{name}: got XML of {len(content) >> 20} MiB and {content.count(b'<'):,} tags, expected at most "
            f"{_MAX_BYTES >> 20} MiB and {_MAX_TAGS:,}; split the document."
        )
    if (head := _root(content)) is not None and _defines_entities(head):
        raise UnreadableDocumentError(
            f"{name}: got XML that defines entities of its own, expected none, as they can hide bombs and "
            "files; write it again without a document type definition."
        )
    try:
        return etree.fromstring(content, etree.XMLParser(remove_comments=not keep_comments, **_SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UnreadableDocumentError(
            f"{name}: got broken or unreasonable XML ({reason}), expected a whole document in the encoding "
            "that it names; send it again, or write it again without embedded files."
        ) from error


def refuse_unknown_xml(content: bytes, name: str) -> UnreadableDocumentError:
    """Return the error for XML that no format takes."""
    tag = root_tag(content) or str(parse_xml(content, name).tag)
    namespace, _, local = tag.rpartition("}")
    if known := known_name(namespace[1:]):
        return UnreadableDocumentError(f"{name}: got {known}")
    where = f" of {namespace[1:]}" if namespace else ""
    return UnreadableDocumentError(
        f"{name}: got an XML document <{local}>{where}, expected a UBL or CII invoice, an order as UBL or "
        "Order-X, a UBL despatch advice or catalogue, or cXML; send one of these, or export the ledger as "
        "CSV."
    )


def _root(content: bytes) -> Element | None:
    if not is_markup(content):
        return None
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    try:
        for start in range(0, min(len(content), _HEAD_BYTES), _CHUNK_BYTES):
            parser.feed(content[start : start + _CHUNK_BYTES])
            for _, element in parser.read_events():
                return element
    except etree.XMLSyntaxError:
        return next((element for _, element in parser.read_events()), None)
    return None


def _defines_entities(root: Element) -> bool:
    definition = root.getroottree().docinfo.internalDTD
    return definition is not None and any(True for _ in definition.iterentities())
