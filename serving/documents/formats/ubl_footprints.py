"""UBL invoices with footprints: what was estimated of each line, as properties of its item."""

from collections.abc import Hashable, Iterator, Mapping
from decimal import Decimal
from typing import Final

import pandas as pd
from lxml import etree

from data.errors import UnreadableDocumentError
from serving.documents.formats.safe_xml import Element, parse_xml, root_tag
from serving.documents.formats.ubl import NAMESPACES, each, text
from serving.documents.formats.ubl_invoice import CREDIT_NOTE, INVOICE, invoice_lines

FOOTPRINT: Final = "Carbon footprint (kg CO2e)"
LOW: Final = "Carbon footprint, 5th percentile (kg CO2e)"
HIGH: Final = "Carbon footprint, 95th percentile (kg CO2e)"
METHOD: Final = "Carbon footprint method (GHG Protocol)"
STATUS: Final = "Carbon footprint status"
ESTIMATE: Final = "Carbon footprint estimate (ledgerprint)"
_NAMES: Final = frozenset({FOOTPRINT, LOW, HIGH, METHOD, STATUS, ESTIMATE})
_FIGURES: Final = {FOOTPRINT: "kg_co2e", LOW: "kg_co2e_low", HIGH: "kg_co2e_high"}
_BEHIND: Final = (
    "ManufacturerParty",
    "InformationContentProviderParty",
    "OriginAddress",
    "ItemInstance",
    "Certificate",
    "Dimension",
)
"""Children of an item that stand behind its properties."""


def with_footprints(content: bytes, name: str, estimates: pd.DataFrame) -> tuple[bytes, int]:
    """Write the estimates of an invoice's lines into it.

    The unit stands in the name of a property: EN 16931 knows a name and a value there, nothing else.
    Properties that an earlier run wrote are replaced. A signature of the document does not hold any more.

    Parameters
    ----------
    content
        A UBL invoice or credit note.
    name
        Its name, for the message of an error.
    estimates
        :class:`models.estimates.Estimates` of the lines that were read from it, in order.

    Returns
    -------
    tuple of bytes and int
        The invoice, and how many estimates have no item to stand on: those of charges on the whole document.

    Raises
    ------
    UnreadableDocumentError
        When it is no UBL invoice or credit note.
    """
    if root_tag(content) not in {INVOICE, CREDIT_NOTE}:
        raise UnreadableDocumentError(
            f"{name}: got another document, expected a UBL invoice or credit note, whose items can carry "
            "footprints; write a table instead, as `estimate` does."
        )
    root = parse_xml(content, name, keep_comments=True)
    elements = invoice_lines(root, [])
    placed = 0
    for element, estimate in zip(elements, estimates.to_dict("records"), strict=False):
        item = next(each(element, "cac:Item"), None)
        if item is not None:
            _replace_properties(item, dict(_properties(estimate)))
            placed += 1
    written = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    return bytes(written), len(estimates) - placed


def _properties(estimate: Mapping[Hashable, object]) -> Iterator[tuple[str, str]]:
    for title, column in _FIGURES.items():
        value = estimate[column]
        if isinstance(value, float) and not pd.isna(value):
            yield title, f"{Decimal(repr(value)):f}".removesuffix(".0")
    if estimate["method"]:
        yield METHOD, str(estimate["method"])
    yield STATUS, ": ".join(filter(None, (str(estimate["status"]), str(estimate["reason"]))))
    yield ESTIMATE, str(estimate["estimate_id"])


def _replace_properties(item: Element, properties: dict[str, str]) -> None:
    for old in list(each(item, "cac:AdditionalItemProperty")):
        if text(old, "cbc:Name") in _NAMES:
            item.remove(old)
    behind = next((one for path in _BEHIND for one in each(item, f"cac:{path}")), None)
    for title, value in properties.items():
        added = etree.Element(f"{{{NAMESPACES['cac']}}}AdditionalItemProperty")
        for tag, content in (("Name", title), ("Value", value)):
            etree.SubElement(added, f"{{{NAMESPACES['cbc']}}}{tag}").text = content
        if behind is None:
            item.append(added)
        else:
            behind.addprevious(added)
