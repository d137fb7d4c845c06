"""What invoices of UBL and of CII share: which kinds are credits, and how their lines add up."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from serving.documents.formats.document import DocumentLine

CREDIT_TYPES: Final = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""Codes of UNTDID 1001 for documents whose positive amounts are credits."""


def credited(lines: Sequence[DocumentLine]) -> tuple[DocumentLine, ...]:
    """Turn the signs of lines: a credit note writes what it gives back without a minus."""
    return tuple(
        replace(
            line,
            amount=None if line.amount is None else -line.amount,
            quantity=None if line.quantity is None else -line.quantity,
        )
        for line in lines
    )


def settled_total(
    net: Decimal | None, of_lines: Decimal | None, allowances: Decimal | None, charges: Decimal | None
) -> Decimal | None:
    """Return what a document comes to without tax: as said, else its lines less allowances plus charges."""
    if net is not None or of_lines is None:
        return net
    return of_lines - (allowances or Decimal()) + (charges or Decimal())
