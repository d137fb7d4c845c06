"""The spend route: money of a line times the factors of its candidate categories."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from features.money import MoneyOptions, net_spend
from features.price_tables import PriceTables
from models.factor_mixing import mix_factors
from models.factor_sets import FactorSet
from models.intervals import Z_90, CategoryDoubt, in_quadrature

_MONEY_GSD: Final = 1.05
"""Average rates and indices stand for the day and the goods of a purchase; a few per cent either way."""


@dataclass(frozen=True)
class SpendEstimates:
    """Figures of n lines valued with one factor set, as arrays of length n.

    Attributes
    ----------
    spend
        :class:`features.money.NetSpend`.
    kg_co2e
        Central figure; NaN where the line has no usable amount or no candidate has a factor.
    kg_per_spend
        The candidates' factors mixed: kg CO2e per unit of ``spend``.
    text_kg_per_spend, typical_kg_per_spend
        The same without the buyers' codes, and the median of all categories.
    category_half_width, half_width
        Half-widths of the 90% range in log kg CO2e: from doubt about the category alone, and in all.
    best
        Position in ``classes`` of the most probable category that has a factor; where none has one, of the
        most probable category.
    factor_year
        Year of prices whose factor is used.
    deflator, basic_price_rate
        Of the best category.
    """

    spend: pd.DataFrame
    kg_co2e: npt.NDArray[np.float64]
    kg_per_spend: npt.NDArray[np.float64]
    text_kg_per_spend: npt.NDArray[np.float64]
    typical_kg_per_spend: npt.NDArray[np.float64]
    category_half_width: npt.NDArray[np.float64]
    half_width: npt.NDArray[np.float64]
    best: npt.NDArray[np.int64]
    factor_year: npt.NDArray[np.int64]
    deflator: npt.NDArray[np.float64]
    basic_price_rate: npt.NDArray[np.float64]


def spend_estimates(
    lines: pd.DataFrame,
    query: npt.NDArray[np.int64],
    probability: sparse.csr_matrix,
    by_text: sparse.csr_matrix,
    classes: npt.NDArray[np.str_],
    factor_set: FactorSet,
    tables: PriceTables,
    doubt: CategoryDoubt,
    options: MoneyOptions,
) -> SpendEstimates:
    """Estimate lines that share a factor set.

    Parameters
    ----------
    lines
        n line items.
    query
        (n,) row of ``probability`` of each line.
    probability, by_text, classes
        (u, C) category probabilities of the distinct queries, with and without buyers' codes, and the C
        categories.
    factor_set, tables, doubt, options
        What values the money.
    """
    spend = net_spend(lines, tables, factor_set.prices, options)
    years, year = np.unique(spend["spend_year"].to_numpy(dtype=np.int64), return_inverse=True)
    valued = factor_set.spend_factors(years, tables)
    row = factor_set.rows([str(code) for code in classes])
    per_spend = _at(valued.kg_co2e_per_spend, row)
    mixed = mix_factors(probability, per_spend)
    worded = mixed if by_text is probability else mix_factors(by_text, per_spend)
    amount = spend["spend"].to_numpy(dtype=np.float64)
    kg_per_spend = np.exp(mixed.log_factor[query, year])
    best = _best(probability, np.asarray(np.isfinite(per_spend).any(axis=1)))[query]
    category_width = doubt.half_width(mixed.spread[query, year])
    factor_gsd = _factor_gsd(lines["country"].to_numpy(dtype=str), years[year], row[best], factor_set)
    other = np.full(len(lines), Z_90 * np.log(_MONEY_GSD))
    return SpendEstimates(
        spend=spend,
        kg_co2e=amount * kg_per_spend,
        kg_per_spend=kg_per_spend,
        text_kg_per_spend=np.exp(worded.log_factor[query, year]),
        typical_kg_per_spend=np.nanmedian(per_spend, axis=0)[year],
        category_half_width=category_width,
        half_width=in_quadrature(category_width, Z_90 * np.log(factor_gsd), other),
        best=best,
        factor_year=factor_set.prices.factor_years(years)[year],
        deflator=_at(valued.deflator, row)[best, year],
        basic_price_rate=_at(valued.basic_price_rate, row)[best, year],
    )


def _at(values: npt.NDArray[np.float64], row: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Rows of the set's own order brought into the order of the classes; NaN where the set lacks one."""
    return np.where(row[:, None] >= 0, values[row], np.nan)


def _best(probability: sparse.csr_matrix, usable: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Most probable category of each query, one with a factor before any other, (u,)."""
    with_factor = probability @ sparse.diags(usable.astype(np.float64))
    found = np.asarray(with_factor.max(axis=1).todense()).ravel() > 0
    best = np.where(
        found, np.asarray(with_factor.argmax(axis=1)).ravel(), np.asarray(probability.argmax(axis=1)).ravel()
    )
    return best.astype(np.int64)


def _factor_gsd(
    country: npt.NDArray[np.str_],
    year: npt.NDArray[np.int64],
    row: npt.NDArray[np.int64],
    factor_set: FactorSet,
) -> npt.NDArray[np.float64]:
    """Spread of each line's factor, found once for each country and year."""
    out = np.ones(len(row))
    group, keys = pd.factorize(pd.MultiIndex.from_arrays([country, year]))
    for number, (where, when) in enumerate(keys):
        mine = group == number
        out[mine] = factor_set.gsd(str(where), int(when))[row[mine]]
    return out
