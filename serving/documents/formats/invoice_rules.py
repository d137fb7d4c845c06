"""Business rules of invoices: a compiled Schematron applied to a document, its findings put to lines."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from lxml import etree

from data.errors import LedgerprintError
from serving.documents.formats.safe_xml import Element, parse_xml

_SVRL: Final = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
_LINE: Final = re.compile(
    r"(?:InvoiceLine|CreditNoteLine|IncludedSupplyChainTradeLineItem)(?:\[namespace-uri\(\)='[^']*'\])?\[(\d+)\]"
)
_FATAL: Final = frozenset({"fatal", "error", ""})


class RulesNotCheckedError(LedgerprintError):
    """The rules could not be applied: the processor is not installed, or the stylesheet is none."""


@dataclass(frozen=True)
class Finding:
    """A rule that a document breaks.

    Attributes
    ----------
    rule
        "BR-CO-10".
    severity
        ``fatal`` breaks the standard, ``warning`` does not.
    line
        Position of the line that it is about, from 1; None where it is about the document.
    text
        What the rule asks for.
    """

    rule: str
    severity: Literal["fatal", "warning"]
    line: int | None
    text: str


def check_rules(content: bytes, name: str, stylesheet: Path) -> list[Finding]:
    """Apply a compiled Schematron, such as those that CEN publishes for EN 16931, to a document.

    Parameters
    ----------
    content
        The document; its own document type definition is not used.
    name
        Its name, for the message of an error.
    stylesheet
        XSLT that writes a report in SVRL.

    Raises
    ------
    UnreadableDocumentError
        When the document is no sound XML.
    RulesNotCheckedError
        When the stylesheet is none, or ``ledgerprint[rules]`` is not installed.
    """
    root = parse_xml(content, name)
    if not stylesheet.is_file():
        raise RulesNotCheckedError(
            f"Got no file {stylesheet}, expected a compiled Schematron (XSLT); check the path."
        )
    report = _report(etree.tostring(root, encoding="unicode"), stylesheet)
    found = report.xpath("//svrl:failed-assert | //svrl:successful-report", namespaces=_SVRL)
    return [_finding(one) for one in found]


def _report(document: str, stylesheet: Path) -> Element:
    try:
        from saxonche import PySaxonApiError, PySaxonProcessor  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise RulesNotCheckedError(
            "Got no processor of XSLT 2, expected one to check rules; install `ledgerprint[rules]`."
        ) from error
    try:
        with PySaxonProcessor(license=False) as processor:
            transform = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(stylesheet))
            report = transform.transform_to_string(xdm_node=processor.parse_xml(xml_text=document))
        return parse_xml((report or "").encode(), stylesheet.name)
    except (PySaxonApiError, LedgerprintError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise RulesNotCheckedError(
            f"{stylesheet}: got no report from it ({reason}), expected a compiled Schematron; check the file."
        ) from error


def _finding(one: Element) -> Finding:
    line = _LINE.search(one.get("location", ""))
    flag = (one.get("flag") or one.get("role") or "").lower()
    said = " ".join("".join(one.itertext()).split())
    return Finding(
        rule=one.get("id", ""),
        severity="fatal" if flag in _FATAL else "warning",
        line=int(line.group(1)) if line else None,
        text=said,
    )
