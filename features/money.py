"""Money of a line: without value added tax, in a factor set's currency at the spend year's rate."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from features.frames import Frame
from features.price_tables import FactorPrices, PriceTables
from features.vat import STANDARD_VAT_SOURCE, checked_vat_rate, standard_vat_rates

_FULL_YEAR: Final = 12
_GIVEN: Final = "given by the user"


class NetSpend(Frame):
    """One row per line item, in order: what was spent, and how the figure was reached.

    ``spend`` is in the factor set's currency at the prices of ``spend_year``, without VAT, at purchaser
    prices. A line whose money cannot be used has ``spend`` NaN; ``issue`` says why, "" for a line that names
    no amount.
    """

    line_id: Series[str]
    amount: Series[float] = pa.Field(nullable=True, description="as the ledger has it, money of `currency`")
    currency: Series[str]
    vat_rate: Series[float] = pa.Field(ge=0, description="share of the net price taken off")
    vat_note: Series[str]
    vat_source: Series[str]
    amount_ex_vat: Series[float] = pa.Field(nullable=True, description="money of `currency`")
    spend_year: Series[int]
    year_note: Series[str]
    exchange_rate: Series[float] = pa.Field(
        nullable=True, description="units of `spend_currency` per `currency`"
    )
    exchange_note: Series[str]
    spend: Series[float] = pa.Field(nullable=True, description="money of `spend_currency`")
    spend_currency: Series[str]
    issue: Series[str] = pa.Field(isin=("", "unknown_currency"))
    issue_detail: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


@dataclass(frozen=True)
class MoneyOptions:
    """What a ledger does not say about its own amounts.

    Parameters
    ----------
    amounts_include_vat
        Whether the amounts are gross of value added tax.
    vat_rate
        Share of the net price (0.2 is 20%) to take off; ``None`` takes the standard rate of the line's
        country on its date.
    default_date
        Date of the lines without one; ``None`` takes the year of the factors.

    Raises
    ------
    InvalidVatRateError
        If ``vat_rate`` is not between 0 and 1.
    """

    amounts_include_vat: bool = False
    vat_rate: float | None = None
    default_date: date | None = None

    def __post_init__(self) -> None:
        if self.vat_rate is not None:
            checked_vat_rate(self.vat_rate)


def net_spend(
    lines: pd.DataFrame,
    tables: PriceTables,
    prices: FactorPrices,
    options: MoneyOptions | None = None,
) -> pd.DataFrame:
    """Bring the amounts of line items into the currency of a factor set.

    Parameters
    ----------
    lines
        :class:`features.line_items.LineItems`, n rows.
    tables
        The price tables.
    prices
        Prices that the factor set is stated in.
    options
        What the ledger does not say itself; by default amounts are without VAT.

    Returns
    -------
    pandas.DataFrame
        :class:`NetSpend`, n rows in the order of ``lines``. Credits stay negative.

    Notes
    -----
    The rate is the average of the spend year (US Federal Reserve, H.10); of a year that is not complete, the
    average of its months; outside the table, that of the nearest year. The notes say which.
    """
    options = options or MoneyOptions()
    dates, year_note = _spend_dates(lines["date"], prices, options.default_date)
    years = dates.dt.year.to_numpy(dtype=np.int64)
    vat_rate, vat_note, vat_source = _vat(lines["country"], dates, options)
    amount_ex_vat = lines["amount"].to_numpy(dtype=np.float64) / (1 + vat_rate)
    exchange_rate, exchange_note = _exchange(lines["currency"], years, tables, prices.currency)
    unknown = np.isnan(exchange_rate) & lines["amount"].notna().to_numpy()
    known = ", ".join(sorted({"USD", *tables.exchange_rates["currency"]}))
    return NetSpend.validate(
        pd.DataFrame(
            {
                "line_id": lines["line_id"].to_numpy(),
                "amount": lines["amount"].to_numpy(dtype=np.float64),
                "currency": lines["currency"].to_numpy(),
                "vat_rate": vat_rate,
                "vat_note": vat_note,
                "vat_source": vat_source,
                "amount_ex_vat": amount_ex_vat,
                "spend_year": years,
                "year_note": year_note,
                "exchange_rate": exchange_rate,
                "exchange_note": exchange_note,
                "spend": amount_ex_vat * exchange_rate,
                "spend_currency": prices.currency,
                "issue": np.where(unknown, "unknown_currency", ""),
                "issue_detail": [
                    f"The currency {code!r} has no exchange rate, expected one of {known}: "
                    "convert the amount to one of them first."
                    if bad
                    else ""
                    for code, bad in zip(lines["currency"], unknown, strict=True)
                ],
            }
        )
    )


def _spend_dates(
    dates: pd.Series, prices: FactorPrices, default_date: date | None
) -> tuple[pd.Series, npt.NDArray[np.object_]]:
    stand_in = pd.Timestamp(default_date) if default_date else pd.Timestamp(prices.last_year, 7, 1)
    note = (
        f"no date: taken as {stand_in.date()}, the date given for such lines"
        if default_date
        else f"no date: taken as spent in {prices.last_year}, the year of the factors"
    )
    missing = dates.isna()
    return dates.fillna(stand_in), np.where(missing, note, "").astype(object)


def _vat(
    countries: pd.Series, dates: pd.Series, options: MoneyOptions
) -> tuple[npt.NDArray[np.float64], list[str], str]:
    """Rate, note and source of the VAT in each line."""
    n = len(countries)
    if not options.amounts_include_vat:
        return np.zeros(n), [""] * n, ""
    if options.vat_rate is not None:
        return (
            np.full(n, options.vat_rate),
            [f"VAT rate of {options.vat_rate:.1%} given for this ledger"] * n,
            _GIVEN,
        )
    rates = standard_vat_rates(countries, dates)
    notes = [
        f"no VAT rate known for country {country or '(not given)'}: none taken off, may be too high"
        if np.isnan(rate)
        else f"standard VAT rate of {country} assumed ({rate:.1%})"
        for country, rate in zip(countries, rates, strict=True)
    ]
    return np.nan_to_num(rates), notes, STANDARD_VAT_SOURCE


def _exchange(
    currencies: pd.Series, years: npt.NDArray[np.int64], tables: PriceTables, target: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Units of ``target`` per unit of each line's currency, found once for each currency and year."""
    group, keys = pd.factorize(pd.MultiIndex.from_arrays([currencies, years]))
    found = [_year_rate(str(currency), int(year), tables, target) for currency, year in keys]
    rates = np.array([rate for rate, _ in found], dtype=np.float64)
    notes = np.array([note for _, note in found], dtype=object)
    return rates[group], notes[group]


def _year_rate(currency: str, year: int, tables: PriceTables, target: str) -> tuple[float, str]:
    if currency == target:
        return 1.0, ""
    source = _units_per_usd(tables.exchange_rates, currency, year)
    goal = _units_per_usd(tables.exchange_rates, target, year)
    if source is None or goal is None:
        return float("nan"), ""
    used = max(source, goal, key=lambda rate: (abs(rate.year - year), -rate.months))
    if used.year != year:
        note = f"no rate for {year}: average of {used.year}, the nearest year"
    elif used.months < _FULL_YEAR:
        note = f"{year} average of {used.months} months"
    else:
        note = f"{year} average"
    return goal.units_per_usd / source.units_per_usd, note


@dataclass(frozen=True)
class _YearRate:
    units_per_usd: float
    year: int
    months: int


def _units_per_usd(rates: pd.DataFrame, currency: str, year: int) -> _YearRate | None:
    if currency == "USD":
        return _YearRate(1.0, year, _FULL_YEAR)
    of_currency = rates[rates["currency"] == currency]
    if of_currency.empty:
        return None
    row = of_currency.iloc[int((of_currency["year"] - year).abs().to_numpy().argmin())]
    return _YearRate(float(row["units_per_usd"]), int(row["year"]), int(row["months"]))
