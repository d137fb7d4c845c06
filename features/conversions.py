"""The record of every step that money, or an amount of goods, took: enough to replay it, and to say it."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.deflation import deflation_source
from features.price_tables import FactorPrices, PriceTables

Step = Literal["vat", "currency", "deflation", "price_basis", "mass"]

_SYMBOLS: Final = {"USD": "US$", "GBP": "£", "EUR": "€"}
_EXCHANGE_SOURCE: Final = "US Federal Reserve, H.10 exchange rates"
_MARGIN_SOURCE: Final = "US Bureau of Economic Analysis, margins of 2017"
_WHOLE_UNITS_FROM: Final = 100
_MARGIN_NOTE: Final = "trade and transport margins valued with the factors of retail trade and land transport"


@dataclass(frozen=True)
class Conversion:
    """One step: ``to_value == from_value * rate``.

    Parameters
    ----------
    step
        ``vat``, ``currency``, ``deflation`` or ``price_basis`` of money, ``mass`` of an amount of goods.
    from_value, to_value
        Money, or amount and kilograms, before and after.
    from_unit, to_unit
        Currency and year of its prices, then what else matters: ``GBP 2020, ex VAT``. Of an amount, its
        unit as the line has it.
    rate
        Factor between the two.
    source
        Where the rate comes from.
    note
        What had to be assumed; "" where nothing was.
    """

    step: Step
    from_value: float
    from_unit: str
    to_value: float
    to_unit: str
    rate: float
    source: str
    note: str

    def to_dict(self) -> dict[str, str | float]:
        """Hand out the record as JSON values."""
        return asdict(self)


def conversion_records(
    spend: pd.DataFrame,
    naics_codes: Sequence[str],
    tables: PriceTables,
    prices: FactorPrices,
    deflator: npt.NDArray[np.float64],
    basic_price_rate: npt.NDArray[np.float64],
) -> list[list[Conversion]]:
    """Record the steps each line's money took to the prices of its factor.

    Parameters
    ----------
    spend
        :class:`features.money.NetSpend`, n rows.
    naics_codes
        The category of each line, n.
    tables
        The price tables.
    prices
        Prices that the factor set is stated in.
    deflator
        Value of the spend year's money in the factor year's prices, per line, n.
    basic_price_rate
        Basic price per purchaser price, per line, n; ones for factors at purchaser prices.

    Returns
    -------
    list of list of Conversion
        n lists, in the order of the steps. A step that changes nothing and assumes nothing is left out; a
        line without a usable amount has an empty list.
    """

    @cache
    def source(naics_code: str, spend_year: int, factor_year: int) -> str:
        return deflation_source(tables, naics_code, spend_year, factor_year, prices.currency)

    factor_years = prices.factor_years(spend["spend_year"].to_numpy(dtype=np.int64))
    records: list[list[Conversion]] = []
    for n, line in enumerate(spend.to_dict("records")):
        if np.isnan(line["spend"]):
            records.append([])
            continue
        steps = list(_to_factor_currency(line))
        currency, year, factor_year = prices.currency, line["spend_year"], int(factor_years[n])
        money = float(line["spend"])
        if year != factor_year or line["year_note"]:
            rate = float(deflator[n])
            then, now = f"{currency} {year}, ex VAT", f"{currency} {factor_year}, ex VAT"
            index = source(naics_codes[n], year, factor_year) if year != factor_year else ""
            steps.append(
                Conversion("deflation", money, then, money * rate, now, rate, index, line["year_note"])
            )
            money *= rate
        if np.isfinite(basic_price_rate[n]) and basic_price_rate[n] != 1:
            rate = float(basic_price_rate[n])
            paid = f"{currency} {factor_year}, purchaser price"
            basic = f"{currency} {factor_year}, basic price equivalent"
            steps.append(
                Conversion(
                    "price_basis", money, paid, money * rate, basic, rate, _MARGIN_SOURCE, _MARGIN_NOTE
                )
            )
        records.append(steps)
    return records


def conversion_sentence(conversions: Sequence[Conversion]) -> str:
    """Say a line's conversions as part of a sentence; "" where there are none.

    Examples
    --------
    >>> conversion_sentence([
    ...     Conversion("currency", 412, "GBP 2020, ex VAT", 529, "USD 2020, ex VAT", 1.284, "", "2020 mean"),
    ...     Conversion("deflation", 529, "USD 2020, ex VAT", 560, "USD 2022, ex VAT", 1.0586, "", ""),
    ... ])
    '£412 ex VAT in 2020 = US$529 at 1.284 USD per GBP (2020 mean) = US$560 in 2022 prices'
    """
    if not conversions:
        return ""
    first = conversions[0]
    parts = [f"{_money(first.from_value, first.from_unit)} {_condition(first)} in {_year(first.from_unit)}"]
    parts += [f"{_money(step.to_value, step.to_unit)} {_reason(step)}" for step in conversions]
    return " = ".join(parts)


def _to_factor_currency(line: dict[Hashable, Any]) -> Iterator[Conversion]:
    """Take off VAT, then change the currency."""
    year, currency = line["spend_year"], line["currency"]
    if line["vat_note"]:
        rate = 1 / (1 + line["vat_rate"])
        net = f"{currency} {year}, ex VAT"
        gross = f"{currency} {year}, with VAT" if line["vat_rate"] else net
        yield Conversion(
            "vat",
            line["amount"],
            gross,
            line["amount_ex_vat"],
            net,
            rate,
            line["vat_source"],
            line["vat_note"],
        )
    if currency != line["spend_currency"]:
        yield Conversion(
            "currency",
            line["amount_ex_vat"],
            f"{currency} {year}, ex VAT",
            line["spend"],
            f"{line['spend_currency']} {year}, ex VAT",
            line["exchange_rate"],
            _EXCHANGE_SOURCE,
            line["exchange_note"],
        )


def _reason(step: Conversion) -> str:
    note = f" ({step.note})" if step.note else ""
    match step.step:
        case "vat":
            return f"ex VAT{note}"
        case "currency":
            return f"at {step.rate:.4g} {step.to_unit[:3]} per {step.from_unit[:3]}{note}"
        case "deflation":
            return f"in {_year(step.to_unit)} prices{note}"
        case "price_basis":
            return f"at basic prices{note}"
        case "mass":
            return f"by {step.source}{note}"


def _condition(step: Conversion) -> str:
    return step.from_unit.partition(", ")[2] or "ex VAT"


def _year(unit: str) -> str:
    return unit.partition(",")[0].rpartition(" ")[2]


def _money(value: float, unit: str) -> str:
    """Whole units from 100 on, two decimals below: what a reader needs to recognise the figure."""
    currency = unit[:3]
    figure = f"{abs(value):,.0f}" if abs(value) >= _WHOLE_UNITS_FROM else f"{abs(value):,.2f}"
    return f"{'-' if value < 0 else ''}{_SYMBOLS.get(currency, currency + ' ')}{figure}"
