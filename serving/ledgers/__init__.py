"""A recorded ledger as it stands now: frames and figures, for whoever shows them.

:class:`Ledgers` opens the ledger of a job with its present reviews, :class:`LedgerFilter` and
:func:`line_page` choose lines of it; :func:`ledger_figures` and :mod:`serving.breakdown` sum up what is left.
:func:`goods_groups` and :func:`work_list` say what to look at, :func:`effect` what a decision would do, and
:func:`review_goods` and :func:`approve_goods` record it. :func:`write_standing` hands all of it out.
"""

from serving.ledgers.decisions import Effect, approve_goods, effect, review_goods
from serving.ledgers.figures import LedgerFigures, ledger_figures
from serving.ledgers.filters import LedgerFilter, LinePage, line_page
from serving.ledgers.ledgers import Ledgers
from serving.ledgers.model_versions import served_or_archived
from serving.ledgers.opening import GetModel, Ledger
from serving.ledgers.standing import Standing
from serving.ledgers.tables import write_standing
from serving.ledgers.work import goods_groups, work_list

__all__ = [
    "Effect",
    "GetModel",
    "Ledger",
    "LedgerFigures",
    "LedgerFilter",
    "Ledgers",
    "LinePage",
    "Standing",
    "approve_goods",
    "effect",
    "goods_groups",
    "ledger_figures",
    "line_page",
    "review_goods",
    "served_or_archived",
    "work_list",
    "write_standing",
]
