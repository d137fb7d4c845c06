"""Document numbers: the column of a ledger that says which invoice or voucher a line belongs to."""

from typing import Final

import pandas as pd

from serving.documents.spellings import normalised

_DOCUMENTS: Final = (
    "invoice number", "invoice", "invoice id", "document number", "document id", "doc number",
    "voucher number", "voucher", "transaction number", "transaction id", "transaction reference",
    "journal number", "document", "rechnungsnummer", "belegnummer", "numero facture", "numero de facture",
    "facture number", "numero factura", "factuurnummer", "numero fattura", "asn dn", "asn dn number",
)  # fmt: skip
"""Spellings as :func:`serving.documents.spellings.normalised` writes them, the surest first."""

_ORDERS: Final = (
    "order number", "po number", "purchase order number", "purchase order", "order reference", "po", "po so",
    "order", "bestellnummer", "numero commande", "numero pedido",
)  # fmt: skip


def document_number_column(source: pd.DataFrame) -> str:
    """Name the column of invoice, voucher or transaction numbers; "" where there is none.

    A column with another number on every line names lines, not documents, and is none.

    Examples
    --------
    >>> document_number_column(pd.DataFrame({"Voucher No": ["7", "7"], "Amount": ["1", "2"]}))
    'Voucher No'
    """
    return next((name for name in _named(source, _DOCUMENTS) if not _one_a_line(source[name])), "")


def order_number_column(source: pd.DataFrame) -> str:
    """Name the column of order numbers; "" where there is none."""
    return next(iter(_named(source, _ORDERS)), "")


def _named(source: pd.DataFrame, spellings: tuple[str, ...]) -> list[str]:
    columns: dict[str, str] = {}
    for name in source.columns:
        columns.setdefault(normalised(str(name)), str(name))
    return [columns[spelling] for spelling in spellings if spelling in columns]


def _one_a_line(numbers: pd.Series) -> bool:
    stated = numbers[numbers.str.strip() != ""]
    return stated.empty or bool(stated.is_unique)
