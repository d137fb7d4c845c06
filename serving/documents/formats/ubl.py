"""UBL 2: what its invoices, orders, despatch advices and catalogues have in common."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from serving.documents.formats.allowances import AllowanceCharge
from serving.documents.formats.classification import classification, gtin_in, preferred, written_codes
from serving.documents.formats.document import DocumentLine, described, figure, written
from serving.documents.formats.safe_xml import Element

SCHEMAS: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES: Final = {
    "cac": f"{SCHEMAS}CommonAggregateComponents-2",
    "cbc": f"{SCHEMAS}CommonBasicComponents-2",
}


def text(element: Element | None, path: str) -> str:
    """Return the text under a path, white space as single blanks, "" where there is none."""
    found = None if element is None else element.find(path, NAMESPACES)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def each(element: Element | None, path: str) -> Iterator[Element]:
    """Yield the elements under a path."""
    if element is not None:
        yield from element.iterfind(path, NAMESPACES)


def attribute(element: Element, path: str, name: str) -> str:
    """Return an attribute of the element under a path, "" where there is none."""
    found = element.find(path, NAMESPACES)
    return "" if found is None else str(found.get(name, "")).strip()


def amount(element: Element, path: str, unread: list[str]) -> Decimal | None:
    """Return the figure under a path; what is none goes to ``unread``."""
    return figure(text(element, path), unread)


def party_name(element: Element, *paths: str) -> str:
    """Return the name of the first party that has one."""
    names = ("cac:PartyName/cbc:Name", "cac:PartyLegalEntity/cbc:RegistrationName")
    found = (text(element, f"{path}/{name}") for path in paths for name in names)
    return next((name for name in found if name), "")


def country(element: Element, *paths: str) -> str:
    """Return the country of the first address that has one."""
    found = (text(element, f"{path}/cac:Country/cbc:IdentificationCode") for path in paths)
    return next((code for code in found if code), "")


def with_item(line: DocumentLine, item: Element | None, note: str = "") -> DocumentLine:
    """Say on a line what its ``cac:Item`` says: names, identifiers, classifications, origin, properties."""
    if item is None:
        return replace(line, description=described("", "", note), own={**line.own, "note": note})
    standard = item.find("cac:StandardItemIdentification/cbc:ID", NAMESPACES)
    number = "" if standard is None else (standard.text or "").strip()
    codes = [
        classification(
            code.get("listID", ""),
            code.text or "",
            lists=code.get("listVersionID", "") or code.get("name", ""),
        )
        for code in each(item, "cac:CommodityClassification/cbc:ItemClassificationCode")
    ]
    best = preferred(codes)
    gtin = gtin_in(number, "" if standard is None else standard.get("schemeID", ""))
    properties = [
        f"{text(one, 'cbc:Name')}: {text(one, 'cbc:Value')}"
        for one in each(item, "cac:AdditionalItemProperty")
    ]
    description = " ".join(text(one, ".") for one in each(item, "cbc:Description"))
    own = {
        "seller_item_id": text(item, "cac:SellersItemIdentification/cbc:ID"),
        "buyer_item_id": text(item, "cac:BuyersItemIdentification/cbc:ID"),
        "standard_item_id": "" if gtin else number,
        "classifications": written_codes(codes) if len(codes) > 1 else "",
        "origin_country": text(item, "cac:OriginCountry/cbc:IdentificationCode"),
        "manufacturer": text(item, "cac:ManufacturerParty/cac:PartyName/cbc:Name"),
        "item_properties": "; ".join(properties),
        "note": note,
    }
    return replace(
        line,
        description=described(text(item, "cbc:Name"), description, note),
        category_code=best.code,
        category_scheme=best.scheme,
        gtin=gtin,
        own={**line.own, **own},
    )


def price(element: Element, unread: list[str]) -> tuple[Decimal | None, Decimal | None]:
    """Return the price of ``cac:Price`` and the quantity that it is for."""
    path = "cac:Price/cbc:"
    return amount(element, f"{path}PriceAmount", unread), amount(element, f"{path}BaseQuantity", unread)


def notes_of(element: Element) -> str:
    """Return the notes of a line as one text."""
    return " ".join(filter(None, (text(note, ".") for note in each(element, "cbc:Note"))))


def tax(element: Element, path: str) -> str:
    """Return category and rate of a value added tax, "S 19"."""
    rate = figure(text(element, f"{path}/cbc:Percent"), [])
    return " ".join(filter(None, (text(element, f"{path}/cbc:ID"), written(rate and rate.normalize()))))


def allowances(root: Element) -> list[AllowanceCharge]:
    """Return the allowances and charges of a document as a whole."""
    found = [(one, amount(one, "cbc:Amount", [])) for one in each(root, "cac:AllowanceCharge")]
    return [
        AllowanceCharge(
            amount=value,
            is_charge=text(one, "cbc:ChargeIndicator").lower() in {"true", "1"},
            reason=text(one, "cbc:AllowanceChargeReason"),
            code=text(one, "cbc:AllowanceChargeReasonCode"),
            tax=tax(one, "cac:TaxCategory"),
        )
        for one, value in found
        if value
    ]
