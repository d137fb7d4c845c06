"""The ledger as the checks see it: its lines, with what several checks need worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.money import net_spend
from features.screening.wording import cleaned
from features.vat import COUNTRIES_WITHOUT_VAT
from serving.documents import Ledger
from serving.estimation import LedgerOptions, money_options
from serving.quality.document_numbers import document_number_column, order_number_column
from serving.quality.findings import Rows
from serving.quality.reference import Reference

_NO_LINES: Final = frozenset({"empty_record", "totals_row", "header_repeated"})
"""Issues of rows that belong to the layout of a file."""


@dataclass(frozen=True)
class CheckedLedger:
    """n lines of one or several files.

    Attributes
    ----------
    lines
        :class:`features.line_items.LineItems`.
    screened
        Columns ``decision`` and ``reason`` of :class:`features.screening.Screening`.
    usd
        (n,) net spend in US dollars of its year, negative for credits; NaN without usable money.
    document, order
        (n,) numbers of the invoice or voucher, and of the order; "" where there is none.
    vat_known
        (n,) whether user or header say if the amounts hold value added tax, or the country has none.
    reference
        Tables of the bundle.
    """

    lines: pd.DataFrame
    screened: pd.DataFrame
    usd: npt.NDArray[np.float64]
    document: pd.Series
    order: pd.Series
    vat_known: Rows
    reference: Reference

    @cached_property
    def bought(self) -> Rows:
        """Lines that are, or may be, purchases: neither excluded nor part of the layout."""
        excluded = self.screened["decision"].eq("excluded").to_numpy()
        return np.asarray(~excluded & ~self.lines["issue"].isin(_NO_LINES).to_numpy())

    @cached_property
    def text(self) -> pd.Series:
        """Descriptions in lower-case words, one space apart; "" where nothing is said."""
        codes, unique = pd.factorize(self.lines["description"])
        words = np.array([cleaned(str(text)) for text in unique] or [""], dtype=object)
        return pd.Series(words[codes], index=self.lines.index)

    @cached_property
    def supplier(self) -> pd.Series:
        """Suppliers' names in the same way."""
        return self.lines["supplier"].map(cleaned)

    @property
    def amount(self) -> npt.NDArray[np.float64]:
        """Amounts as stated, money of each line's currency."""
        return self.lines["amount"].to_numpy(dtype=np.float64)


def checked_ledger(
    ledgers: Sequence[Ledger], screened: pd.DataFrame, options: LedgerOptions, reference: Reference
) -> CheckedLedger:
    """Put ledgers together for the checks.

    Parameters
    ----------
    ledgers
        From :func:`serving.estimation.read_ledgers`.
    screened
        Decision and reason of all their lines, in order.
    options
        What the user says about them.
    reference
        Tables of the bundle.
    """
    usd, documents, orders, vat = [], [], [], []
    for ledger in ledgers:
        money, _ = money_options(ledger, options)
        spend = net_spend(ledger.lines, reference.tables, reference.dollars.prices, money)["spend"]
        usd.append(spend.to_numpy(dtype=np.float64))
        documents.append(_numbers(ledger.source, document_number_column(ledger.source)))
        orders.append(_numbers(ledger.source, order_number_column(ledger.source)))
        is_said = options.vat is not None or ledger.vat != "unknown"
        vat.append(is_said | ledger.lines["country"].isin(COUNTRIES_WITHOUT_VAT).to_numpy())
    return CheckedLedger(
        lines=pd.concat([ledger.lines for ledger in ledgers], ignore_index=True),
        screened=screened.reset_index(drop=True)[["decision", "reason"]],
        usd=np.concatenate(usd),
        document=pd.concat(documents, ignore_index=True),
        order=pd.concat(orders, ignore_index=True),
        vat_known=np.concatenate(vat),
        reference=reference,
    )


def _numbers(source: pd.DataFrame, column: str) -> pd.Series:
    if column:
        return source[column].fillna("").astype(str).str.strip()
    return pd.Series("", index=source.index, dtype=object)
