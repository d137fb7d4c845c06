"""Documents in: ledgers of any tabular format become validated line items, with every choice on record."""

from serving.documents.columns import ColumnChoice
from serving.documents.contents import ledgers_in
from serving.documents.ledger import Ledger, read_ledger

__all__ = ["ColumnChoice", "Ledger", "ledgers_in", "read_ledger"]
