"""Allowances and charges on a whole document: allowances lower its lines, charges become lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from serving.documents.formats.document import DocumentLine

_MAX_SHARED: Final = 100
_CHARGES: Final = {
    "AA": "advertising",
    "ABK": "miscellaneous services",
    "ABL": "packaging",
    "ADR": "other services",
    "ADT": "pick-up",
    "CAI": "cleaning",
    "CD": "car loading",
    "CG": "cleaning",
    "DL": "delivery",
    "FC": "freight",
    "FI": "financing",
    "HD": "handling",
    "IN": "insurance",
    "INS": "insurance",
    "LA": "labelling",
    "PC": "packing",
    "SAA": "shipping and handling",
    "SH": "special handling",
    "TAC": "testing",
    "TX": "tax",
}
"""Codes of UNTDID 7161 that documents use, as words."""


@dataclass(frozen=True)
class AllowanceCharge:
    """What is taken off or added to a document as a whole.

    Attributes
    ----------
    amount
        As written, net of value added tax.
    is_charge
        Whether it is added.
    reason, code
        In words, and by UNTDID 7161 (charges) or 5189 (allowances).
    tax
        Category and rate of its value added tax, "S 19", as on the lines that it concerns; "" where not said.
    """

    amount: Decimal
    is_charge: bool
    reason: str = ""
    code: str = ""
    tax: str = ""


def with_allowances(
    lines: Sequence[DocumentLine],
    taxes: Sequence[str],
    found: Sequence[AllowanceCharge],
    around: DocumentLine,
) -> tuple[tuple[DocumentLine, ...], tuple[str, ...]]:
    """Put what concerns the whole document on its lines, so that they add up to what it comes to.

    A discount is no purchase: it lowers what the goods cost, in proportion to their amounts, to the cent, on
    the lines with its rate of tax. A charge buys something else, freight or packing, and becomes a line of
    its own; so does a discount that no line can take, and every one where there are more than a hundred.

    Parameters
    ----------
    lines
        Of the document.
    taxes
        Category and rate of the tax of each line.
    found
        Allowances and charges of the document as a whole.
    around
        What the document says of all its lines: currency, date, parties.

    Returns
    -------
    tuple of lines and notes
    """
    amounts = [line.amount for line in lines]
    notes = []
    extra = []
    for number, one in enumerate(found, 1):
        taking = _taking(one, amounts, taxes) if len(found) <= _MAX_SHARED else []
        if not taking:
            extra.append(_own_line(one, number, around))
            continue
        shares = _shares(one.amount, [amounts[n] or Decimal() for n in taking])
        for n, share in zip(taking, shares, strict=True):
            amounts[n] = (amounts[n] or Decimal()) - share
        why = f" ({one.reason})" if one.reason else ""
        notes.append(f"Discount on the document{why}: {one.amount:f} taken off its lines in proportion.")
    lowered = [
        line if amount == line.amount else replace(line, amount=amount, own={**line.own, **_stated(line)})
        for line, amount in zip(lines, amounts, strict=True)
    ]
    return (*lowered, *extra), tuple(notes)


def _taking(one: AllowanceCharge, amounts: Sequence[Decimal | None], taxes: Sequence[str]) -> list[int]:
    """Return the positions of the lines that a discount lowers; none where it is no discount on them."""
    if one.is_charge or one.amount < 0:
        return []
    positive = [n for n, amount in enumerate(amounts) if amount and amount > 0]
    taking = [n for n in positive if one.tax in {"", taxes[n]}] or positive
    shared = sum((amounts[n] or Decimal() for n in taking), Decimal())
    return taking if one.amount <= shared else []


def _stated(line: DocumentLine) -> dict[str, str]:
    return {"line_amount": f"{line.amount:f}"}


def _shares(total: Decimal, amounts: Sequence[Decimal]) -> list[Decimal]:
    """Share a total in proportion, in cents that add up; the last cents go to the largest remainders.

    Examples
    --------
    >>> _shares(Decimal("1.00"), [Decimal(1), Decimal(1), Decimal(1)])
    [Decimal('0.34'), Decimal('0.33'), Decimal('0.33')]
    """
    cent = min(Decimal("0.01"), Decimal(1).scaleb(int(total.as_tuple().exponent)))
    whole = sum(amounts, Decimal())
    exact = [total * amount / whole for amount in amounts]
    shares = [share.quantize(cent, rounding="ROUND_DOWN") for share in exact]
    missing = int((total - sum(shares, Decimal())) / cent)
    order = sorted(range(len(shares)), key=lambda n: shares[n] - exact[n])
    for n in order[:missing]:
        shares[n] += cent
    return shares


def _own_line(one: AllowanceCharge, number: int, around: DocumentLine) -> DocumentLine:
    kind = "charge" if one.is_charge else "discount"
    said = one.reason or _CHARGES.get(one.code.upper(), "")
    return replace(
        around,
        number=f"{kind} {number}",
        description=f"{kind.capitalize()}: {said}" if said else f"{kind.capitalize()} on the document",
        amount=one.amount if one.is_charge else -one.amount,
        own={**around.own, "reason_code": one.code},
    )
