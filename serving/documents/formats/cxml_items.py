"""cXML: items of orders, baskets, quotes, ship notices, invoices, catalogues, and who deals with whom."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from serving.documents.formats.classification import classification, gtin_in, preferred, written_codes
from serving.documents.formats.document import DocumentLine, described, figure, times_price, written
from serving.documents.formats.safe_xml import Element

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def text(element: Element | None, path: str) -> str:
    """Return the text under a path, white space as single blanks, "" where there is none."""
    found = None if element is None else element.find(path)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def money(element: Element | None, path: str, unread: list[str]) -> tuple[Decimal | None, str]:
    """Return a sum of money and its currency."""
    found = None if element is None else element.find(f"{path}/Money")
    if found is None:
        return None, ""
    return figure(found.text or "", unread), str(found.get("currency", "")).strip()


def day(written_time: str) -> str:
    """Return the date of a time such as ``2000-10-12T18:41:29-08:00``, as its clock had it."""
    return written_time.strip().partition("T")[0]


def item_line(item: Element, around: DocumentLine) -> DocumentLine:
    """Read an item of an order, a basket, a quote, a ship notice or a catalogue."""
    detail = next(
        (
            found
            for path in ("ItemDetail", "BlanketItemDetail", "ShipNoticeItemDetail")
            for found in item.iter(path)
        ),
        item,
    )
    unread: list[str] = []
    unit_price, currency = money(detail, "UnitPrice", unread)
    quantity = figure(item.get("quantity", ""), unread)
    basis = detail.find("PriceBasisQuantity")
    per = figure(basis.get("quantity", ""), unread) if basis is not None else None
    factor = figure(basis.get("conversionFactor", ""), unread) if basis is not None else None
    priced = quantity if quantity is None or factor is None else quantity * factor
    line = replace(
        around,
        number=item.get("lineNumber", "") or item.get("shipNoticeLineNumber", ""),
        amount=None if unread else times_price(priced, unit_price, per),
        currency=currency or around.currency,
        quantity=quantity,
        unit=text(detail, "UnitOfMeasure") or text(item, "UnitOfMeasure"),
        cost_centre=_cost_centre(item) or around.cost_centre,
        own={
            **around.own,
            "unit_price": written(unit_price),
            "price_quantity": written(per),
            "price_conversion": written(factor),
            "delivery_date": day(item.get("requestedDeliveryDate", "")),
        },
        unread=tuple(unread),
    )
    return with_goods(line, item, detail)


def with_goods(line: DocumentLine, item: Element, detail: Element) -> DocumentLine:
    """Say on a line which goods it is about: their names, identifiers and classifications."""
    codes = [
        classification(code.get("domain", ""), code.get("code", "") or code.text or "")
        for code in detail.iterfind("Classification")
    ]
    best = preferred(codes)
    identifier = next(item.iter("ItemID"), None)
    gtins = [
        *(one.text or "" for one in detail.iter("EANID")),
        *(
            one.get("identifier", "")
            for one in item.iter("IdReference")
            if _names_gtin(one.get("domain", ""))
        ),
    ]
    own = {
        "seller_item_id": text(identifier, "SupplierPartID"),
        "buyer_item_id": text(identifier, "BuyerPartID"),
        "manufacturer": text(detail, "ManufacturerName"),
        "classifications": written_codes(codes) if len(codes) > 1 else "",
    }
    return replace(
        line,
        description=_description(detail),
        category_code=best.code,
        category_scheme=best.scheme,
        gtin=next((gtin for one in gtins if (gtin := gtin_in(one))), ""),
        own={**line.own, **own},
    )


def contact(element: Element | None, *paths: str) -> tuple[str, str]:
    """Return name and country of the first party under some paths that has either."""
    for path in paths:
        found = None if element is None else element.find(path)
        if found is None:
            continue
        country = next(
            (one.get("isoCountryCode", "") for one in found.iterfind(".//PostalAddress/Country")), ""
        )
        if (name := text(found, ".//Name")) or country:
            return name, country
    return "", ""


def identity(root: Element, side: str) -> str:
    """Return how the header names a side, ``From`` or ``To``; its shared secret is never read."""
    return text(root, f"Header/{side}/Credential/Identity")


def priced_items(items: list[Element]) -> Iterator[Element]:
    """Leave out what has no price of its own: groups priced by their items, items priced by their group."""
    by_group = {
        item.get("lineNumber", "")
        for item in items
        if item.get("itemType") == "composite" and item.get("compositeItemType") == "groupLevel"
    }
    for item in items:
        heads = item.get("itemType") == "composite" and item.get("compositeItemType") == "itemLevel"
        if not heads and item.get("parentLineNumber", "-") not in by_group:
            yield item


def _description(detail: Element) -> str:
    found = list(detail.iterfind("Description"))
    if not found:
        return ""
    chosen = next((one for one in found if one.get(_LANGUAGE, "").lower().startswith("en")), found[0])
    short = text(chosen, "ShortName")
    return described(short, text(chosen, ".").removeprefix(short))


def _names_gtin(domain: str) -> bool:
    return domain.upper().startswith(("EAN", "UPC", "GTIN"))


def _cost_centre(item: Element) -> str:
    for segment in [*item.iter("AccountingSegment"), *item.iter("Segment")]:
        name = text(segment, "Name") or segment.get("type", "")
        if "cost" in name.lower():
            return str(segment.get("id", "")).strip()
    return ""
