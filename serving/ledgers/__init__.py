"""A recorded ledger as it stands now: frames and figures, for whoever shows them.

:class:`Ledgers` opens the ledger of a job with its present reviews, :class:`LedgerFilter` and
:func:`line_page` choose lines of it; :mod:`serving.breakdown` sums up what is left.
"""

from serving.ledgers.filters import LedgerFilter, LinePage, line_page
from serving.ledgers.ledgers import Ledgers
from serving.ledgers.opening import GetModel, Ledger
from serving.ledgers.standing import Standing

__all__ = ["GetModel", "Ledger", "LedgerFilter", "Ledgers", "LinePage", "Standing", "line_page"]
