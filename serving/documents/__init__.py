"""Documents in: ledgers of any tabular format become validated line items, with every choice on record."""

from serving.documents.columns import ColumnChoice
from serving.documents.ledger import Ledger, read_ledger

__all__ = ["ColumnChoice", "Ledger", "read_ledger"]
