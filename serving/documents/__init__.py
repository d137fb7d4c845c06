"""Documents in: ledgers of any tabular format become validated line items, with every choice on record."""

from serving.documents.columns import ColumnChoice
from serving.documents.contents import ledgers_in
from serving.documents.contracts import contracts_in, is_contracts
from serving.documents.ledger import Ledger, read_ledger

__all__ = ["ColumnChoice", "Ledger", "contracts_in", "is_contracts", "ledgers_in", "read_ledger"]
