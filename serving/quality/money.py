"""Findings about amounts: missing, zero, negative, in several currencies, with or without tax."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from serving.quality.findings import Finding, Rows, Subject
from serving.quality.ledger import CheckedLedger

_LEAST_LINES: Final = 10
_FAR: Final = 5.0
_LEAST_SPREAD: Final = 0.25
"""Log units: amounts that are all alike make no small difference an outlier."""


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find amounts that are missing or zero, credits, minor currencies, unknown VAT, and outliers."""
    lines, amount = ledger.lines, ledger.amount
    nameless = ~np.isnan(amount) & lines["currency"].eq("").to_numpy()
    far, said = _outliers(ledger)
    return [
        Finding(
            "amount_missing",
            Subject.MONEY,
            "No amount",
            "The line states no amount of money that can be read.",
            "Export the net amount of the line.",
            np.isnan(amount),
        ),
        Finding(
            "currency_missing",
            Subject.MONEY,
            "No currency",
            "There is an amount, but nothing names its currency.",
            "Say `--currency` or `--country`, or add a column.",
            nameless,
        ),
        Finding(
            "currency_other",
            Subject.MONEY,
            "Other currency than most lines",
            "The currency is not the one of most lines of the ledgers.",
            "",
            _minor_currency(ledger),
        ),
        Finding(
            "vat_unknown",
            Subject.MONEY,
            "VAT basis unknown",
            "Neither an option nor the header of the amounts says whether they hold value added tax; "
            "they are "
            "taken as being without.",
            "Say `--vat included` or `--vat excluded`: a fifth of the amount may depend on it.",
            ~ledger.vat_known,
        ),
        Finding(
            "amount_zero",
            Subject.MONEY,
            "Zero amount",
            "The amount is zero.",
            "Free goods have a footprint: give their quantity.",
            amount == 0,
        ),
        Finding(
            "amount_negative", Subject.MONEY, "Negative amount", "The amount is below zero.", "", amount < 0
        ),
        Finding(
            "amount_outlier",
            Subject.MONEY,
            "Amount far from those of the same description and supplier",
            f"Of at least {_LEAST_LINES} lines with the same description, supplier and currency, the "
            f"logarithm of "
            f"this amount "
            f"is more than {_FAR:g} robust standard deviations (1.4826 times the median absolute "
            f"deviation, at least "
            f"{_LEAST_SPREAD:g}) above or below the median.",
            "Check for a misplaced decimal mark, a total among its lines, or a project booked as one line.",
            far,
            said,
        ),
    ]


def _minor_currency(ledger: CheckedLedger) -> Rows:
    currency = ledger.lines["currency"]
    counted = currency[ledger.bought & currency.ne("").to_numpy()].value_counts()
    if counted.empty:
        return np.zeros(len(currency), dtype=bool)
    return np.asarray(currency.ne("").to_numpy() & currency.ne(counted.index[0]).to_numpy())


def _outliers(ledger: CheckedLedger) -> tuple[Rows, Mapping[int, str]]:
    size = pd.Series(np.abs(ledger.amount)).where(ledger.amount != 0)
    size = size.where(pd.Series(ledger.bought) & ledger.text.ne(""))
    group = [ledger.text, ledger.supplier, ledger.lines["currency"]]
    logs = pd.Series(np.log(size))
    middle, z = robust_z(logs, group, _LEAST_SPREAD)
    enough = logs.groupby(group).transform("count") >= _LEAST_LINES
    far = (z.abs() > _FAR).to_numpy(dtype=bool) & enough.to_numpy(dtype=bool)
    said = {
        row: f"median {np.exp(middle.iloc[row]):,.2f}, {z.iloc[row]:+.1f} standard deviations"
        for row in np.flatnonzero(far).tolist()
    }
    return far, said


def robust_z(
    values: "pd.Series[float]", group: list[pd.Series], least_spread: float
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Say how far values lie from the median of their group.

    Parameters
    ----------
    values
        n numbers; NaN takes no part.
    group
        Keys, each n long.
    least_spread
        Of a standard deviation.

    Returns
    -------
    tuple of pandas.Series
        The median of each value's group, and the distance from it in robust standard deviations
        (Iglewicz and Hoaglin, *How to detect and handle outliers*, 1993).
    """
    middle = values.groupby(group).transform("median")
    spread = 1.4826 * (values - middle).abs().groupby(group).transform("median")
    return middle, (values - middle) / spread.clip(lower=least_spread)
