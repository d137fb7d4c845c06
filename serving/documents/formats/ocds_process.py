"""A contracting process of OCDS: its contracts, else its awards, each bought thing once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from serving.documents.formats.classification import Classification, classification, preferred, written_codes
from serving.documents.formats.document import Document, DocumentLine, described, figure, times_price, written

Object = Mapping[str, Any]

_NOT_IN_FORCE: Final = frozenset({"cancelled", "unsuccessful", "pending", "withdrawn"})
"""Of contracts and awards: nothing was bought, or not yet."""
_REC20: Final = frozenset({"UNCEFACT", "UNECE", "UNECE REC 20"})


@dataclass(frozen=True)
class _Bought:
    """A contract or an award, with what it leaves to the award it comes from."""

    kind: str
    identifier: str
    stated: Object
    award: Object

    def said(self, key: str) -> Any:
        return self.stated.get(key) or self.award.get(key)


def process_document(ocid: str, releases: Sequence[Object]) -> Document:
    """Read one contracting process from all releases that tell of it.

    A purchase stands in planning, tender, award and contract alike: it counts by its contract, else by its
    award. What is only planned or tendered is no purchase yet.
    """
    ordered = sorted(releases, key=lambda release: str(release.get("date", "")))
    bought = list(_bought(ordered))
    parties = {
        str(party.get("id", "")): party for release in ordered for party in _objects(release.get("parties"))
    }
    buyer = next((one for release in reversed(ordered) if (one := _object(release.get("buyer")))), {})
    if not _text(buyer, "name"):
        buyer = _object(next((_object(r.get("tender")).get("procuringEntity") for r in ordered[::-1]), None))
    lines = [line for one in bought for line in _lines(one, buyer, parties)]
    values = [_money(one.said("value"), [])[0] for one in bought]
    stated = sum((value or Decimal() for value in values), Decimal()) if any(values) else None
    return Document(
        kind="OCDS contracting process",
        identifier=ocid,
        lines=tuple(lines),
        stated_total=stated if lines else None,
        vat="unknown",
        notes=("OCDS does not say whether values hold value added tax.",) if lines else (),
        reason="" if lines else _reason(ordered),
    )


def _bought(releases: Sequence[Object]) -> Iterator[_Bought]:
    """Yield contracts in force, then awards in force that no contract came from."""
    awards = _latest(releases, "awards")
    contracts = _latest(releases, "contracts")
    signed = {str(contract.get("awardID", "")) for contract in contracts.values()}
    for identifier, contract in contracts.items():
        if str(contract.get("status", "")) not in _NOT_IN_FORCE:
            award = awards.get(str(contract.get("awardID", "")), {})
            yield _Bought("contract", identifier, contract, award)
    for identifier, award in awards.items():
        if identifier not in signed and str(award.get("status", "")) not in _NOT_IN_FORCE:
            yield _Bought("award", identifier, award, {})


def _latest(releases: Sequence[Object], key: str) -> dict[str, Object]:
    """Put together what releases say of each contract or award; a later one overrides field by field."""
    found: dict[str, dict[str, Any]] = {}
    for release in releases:
        for number, one in enumerate(_objects(release.get(key)), 1):
            identifier = str(one.get("id", "") or number)
            found.setdefault(identifier, {}).update({name: value for name, value in one.items() if value})
    return dict(found)


def _lines(bought: _Bought, buyer: Object, parties: Mapping[str, Object]) -> Iterator[DocumentLine]:
    """Yield a line for each item that has a value, and one for what they leave of the whole value."""
    unread: list[str] = []
    value, currency = _money(bought.said("value"), unread)
    around = _around(bought, buyer, parties)
    items = [
        _item_line(item, number, around) for number, item in enumerate(_objects(bought.said("items")), 1)
    ]
    counted = sum((line.amount or Decimal() for line in items), Decimal())
    rest = None if value is None else value - counted
    if unread or (rest is not None and (rest > 0 or not items)):
        unpriced = [line for line in items if line.amount is None and not (line.unread or unread)]
        yield from (line for line in items if line.amount is not None or line.unread or unread)
        yield _whole_line(bought, around, items, unpriced, rest, currency, unread)
    else:
        yield from items


def _whole_line(
    bought: _Bought,
    around: DocumentLine,
    items: Sequence[DocumentLine],
    unpriced: Sequence[DocumentLine],
    rest: Decimal | None,
    currency: str,
    unread: Sequence[str],
) -> DocumentLine:
    """Return what the value of a contract or award is for, as far as its items do not say so themselves.

    One item without a value of its own gets it; of several, nobody knows how it is shared.
    """
    if len(unpriced) == 1:
        return replace(unpriced[0], amount=rest, currency=currency)
    title = described(str(bought.said("title") or ""), str(bought.said("description") or ""))
    if unpriced:
        title = "; ".join(dict.fromkeys(line.description for line in unpriced))
    elif items:
        title = f"Rest of {bought.kind}: {title}"
    coded = next((line for line in (unpriced or items) if line.category_code), around)
    return replace(
        around,
        number=f"{bought.kind} {bought.identifier}",
        description=title,
        amount=rest,
        currency=currency,
        category_code=coded.category_code,
        category_scheme=coded.category_scheme,
        unread=tuple(unread),
    )


def _around(bought: _Bought, buyer: Object, parties: Mapping[str, Object]) -> DocumentLine:
    suppliers = [_text(one, "name") for one in _objects(bought.said("suppliers"))]
    address = _object(parties.get(_text(buyer, "id"), {}).get("address")) or _object(buyer.get("address"))
    signed = bought.stated.get("dateSigned") or bought.stated.get("date") or bought.award.get("date")
    return DocumentLine(
        number="",
        description="",
        date=str(signed or "").partition("T")[0],
        country=_text(address, "countryName") or _text(address, "country"),
        supplier="; ".join(filter(None, suppliers)),
        buyer=_text(buyer, "name"),
        own={
            "counted_by": bought.kind,
            "contract_id": bought.identifier if bought.kind == "contract" else "",
            "award_id": bought.identifier if bought.kind == "award" else _text(bought.stated, "awardID"),
        },
    )


def _item_line(item: Object, number: int, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    unit = _object(item.get("unit"))
    unit_value, currency = _money(unit.get("value"), unread)
    quantity = figure(_text(item, "quantity"), unread)
    codes = [
        _classification(item),
        *(_code(one) for one in _objects(item.get("additionalClassifications"))),
    ]
    best = preferred(codes)
    is_code = _text(unit, "scheme").upper() in _REC20
    own = around.own
    place = f"{own['counted_by']} {own['contract_id'] or own['award_id']}"
    label = _text(_object(item.get("classification")), "description")
    return replace(
        around,
        number=f"{place} item {_text(item, 'id') or number}",
        description=_text(item, "description") or label,
        amount=None if unread else times_price(quantity, unit_value),
        currency=currency,
        quantity=quantity,
        unit=(_text(unit, "id") if is_code else "") or _text(unit, "name"),
        category_code=best.code,
        category_scheme=best.scheme,
        own={
            **own,
            "unit_price": written(unit_value),
            "classifications": written_codes(codes) if len([code for code in codes if code]) > 1 else "",
            "classification_name": label,
        },
        unread=tuple(unread),
    )


def _classification(item: Object) -> Classification | None:
    return _code(_object(item.get("classification")))


def _code(one: Object) -> Classification | None:
    return classification(_text(one, "scheme"), _text(one, "id"))


def _money(value: Any, unread: list[str]) -> tuple[Decimal | None, str]:
    money = _object(value)
    return figure(_text(money, "amount"), unread), _text(money, "currency")


def _reason(releases: Sequence[Object]) -> str:
    """Say why nothing of a process counts as bought."""
    stated = [
        one for release in releases for key in ("awards", "contracts") for one in _objects(release.get(key))
    ]
    if stated and all(str(one.get("status", "")) in _NOT_IN_FORCE for one in stated):
        return (
            "got an OCDS process whose awards and contracts are not in force: nothing was bought, or not yet."
        )
    if stated:
        return (
            "got OCDS awards and contracts in force with neither value nor items, expected either; add them."
        )
    stage = next((key for key in ("tender", "planning") if any(r.get(key) for r in releases)), "")
    what = {"tender": "a tender only", "planning": "planning only"}.get(stage, "neither awards nor contracts")
    return f"got an OCDS process with {what}, expected an award or a contract: nothing was bought yet."


def _objects(value: Any) -> list[Object]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(value: Any) -> Object:
    return value if isinstance(value, dict) else {}


def _text(value: Object, key: str) -> str:
    found = value.get(key)
    return " ".join(found.split()) if isinstance(found, str) else ""
