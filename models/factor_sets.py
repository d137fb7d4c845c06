"""Factor sets: versioned tables of kg CO2e per unit of money, keyed by NAICS 2017."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from data.errors import BundleError, UnknownFactorSetError
from features.deflation import deflators
from features.price_basis import basic_price_rates, margin_factor, producer_shares
from features.price_tables import FactorPrices, PriceTables
from models.factor_regions import geographical_score, mismatch_gsd
from models.pedigree import combined_gsd, pedigree_gsd, temporal_score

BASE_GSD: Final = 1.7
"""Spread of a sector's factor around the truth for one purchase of its country and year; decision 0004."""

_TRADE: Final = "445110"
_TRANSPORT: Final = "484110"


class Factors(pa.DataFrameModel):
    """The factors of one set: one row per category and year of prices, every category of the classification.

    ``usable`` is false where there is no factor; ``kg_co2e_per_unit`` is NaN there. ``screening_reason``
    says why a factor is not the published one, and is "" where it is.
    """

    naics_code: Series[str] = pa.Field(str_matches=r"^\d{6}$", description="NAICS 2017")
    year: Series[int] = pa.Field(description="of the prices")
    factor_id: Series[str]
    kg_co2e_per_unit: Series[float] = pa.Field(nullable=True, gt=0, description="per unit of the currency")
    unit: Series[str]
    source: Series[str] = pa.Field(description="file, line and column of the published figure")
    usable: Series[bool]
    screening_reason: Series[str]
    technological_score: Series[int] = pa.Field(ge=1, le=5, description="pedigree score")

    class Config:
        """Exactly these columns, in this order; one row per category and year."""

        strict = True
        ordered = True
        coerce = True
        unique = ("naics_code", "year")


FACTOR_COLUMNS: Final = tuple(Factors.to_schema().columns)


@dataclass(frozen=True)
class SpendFactors:
    """What one unit of money of each category (row) and spend year (column) causes, and why.

    ``kg_co2e_per_spend = factor * deflator * basic_price_rate``, in kg CO2e per unit of the set's currency at
    the prices of the spend year, purchaser price without VAT. All four have the shape (categories, years).
    """

    kg_co2e_per_spend: npt.NDArray[np.float64]
    factor: npt.NDArray[np.float64]
    deflator: npt.NDArray[np.float64]
    basic_price_rate: npt.NDArray[np.float64]


@dataclass(frozen=True)
class FactorSet:
    """One published set of factors.

    Parameters
    ----------
    id, title
        Short name (``epa-v1.3``) and full one.
    prices
        Currency, years and basis of the prices the factors are stated in.
    ghg_set
        The global warming potentials that add the gases up.
    region
        ISO 3166-1 alpha-2 code of the country the factors describe.
    licence, attribution
        Terms of the source, and the words it asks for.
    reliability, completeness
        Pedigree scores of the publication; the other three depend on the line or the row.
    factors
        :class:`Factors`.
    """

    id: str
    title: str
    prices: FactorPrices
    ghg_set: str
    region: str
    licence: str
    attribution: str
    reliability: int
    completeness: int
    factors: pd.DataFrame

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", Factors.validate(self.factors))

    @cached_property
    def naics_codes(self) -> tuple[str, ...]:
        """The categories of the set in ascending order: the rows of every array it hands out by default."""
        return tuple(self._values.index)

    def rows(self, naics_codes: Sequence[str]) -> npt.NDArray[np.int64]:
        """Row of each category in :attr:`naics_codes`, -1 where the set does not know it."""
        return np.asarray(self._values.index.get_indexer(pd.Index(naics_codes)), dtype=np.int64)

    def kg_co2e_per_unit(
        self, naics_codes: Sequence[str], factor_years: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Look up factors.

        Parameters
        ----------
        naics_codes
            n categories.
        factor_years
            m years of prices that the set has, see :meth:`FactorPrices.factor_years`.

        Returns
        -------
        numpy.ndarray of float64, shape (n, m)
            kg CO2e per unit of the set's currency; NaN where there is no usable factor.
        """
        return self._values.reindex(index=pd.Index(naics_codes), columns=factor_years).to_numpy(np.float64)

    def spend_factors(self, spend_years: npt.NDArray[np.int64], tables: PriceTables) -> SpendFactors:
        """Value money of every category and of each spend year.

        A line of ``spend`` money of ``year`` in category ``code`` causes
        ``spend * kg_co2e_per_spend[rows([code]), column of year]``.

        Parameters
        ----------
        spend_years
            m distinct years.
        tables
            The price tables.
        """
        codes = self.naics_codes
        factor_years = self.prices.factor_years(spend_years)
        factor = self.kg_co2e_per_unit(codes, factor_years)
        deflator = deflators(tables, codes, spend_years, factor_years, self.prices.currency)
        rate = np.ones_like(factor)
        if self.prices.basis == "basic":
            trade, transport = self.kg_co2e_per_unit((_TRADE, _TRANSPORT), factor_years)
            rate = basic_price_rates(producer_shares(tables, codes), factor, margin_factor(trade, transport))
        return SpendFactors(factor * deflator * rate, factor, deflator, rate)

    def record(self, naics_code: str, factor_year: int) -> dict[str, Any]:
        """Hand out everything held about one factor: a row of :class:`Factors` as JSON values.

        Raises
        ------
        UnknownFactorSetError
            If the set has no row for the category and year.
        """
        row = self._row_of.get((naics_code, factor_year))
        if row is None:
            raise UnknownFactorSetError(
                f"The factor set {self.id} has no row for NAICS {naics_code} in {factor_year}, expected a "
                f"six-digit NAICS 2017 code and a year from {self.prices.first_year} to "
                f"{self.prices.last_year}: check the code."
            )
        return {
            str(name): value.item() if isinstance(value, np.generic) else value
            for name, value in self.factors.iloc[row].items()
        }

    def pedigree(self, country: str, spend_year: int | None = None) -> npt.NDArray[np.int64]:
        """Pedigree scores of every category for a purchase.

        Parameters
        ----------
        country
            Of the buyer, ISO 3166-1 alpha-2; "" for unknown.
        spend_year
            Of the purchase; ``None`` for a purchase in the years of the set.

        Returns
        -------
        numpy.ndarray of int64, shape (len(naics_codes), 5)
            In the order of :data:`models.pedigree.INDICATORS`.
        """
        apart = 0
        if spend_year is not None:
            apart = spend_year - int(self.prices.factor_years(np.array([spend_year]))[0])
        scores = np.empty((len(self.naics_codes), 5), dtype=np.int64)
        scores[:, 0] = self.reliability
        scores[:, 1] = self.completeness
        scores[:, 2] = temporal_score(np.array([apart]))[0]
        scores[:, 3] = geographical_score(country, self.region)
        scores[:, 4] = self._technological_scores
        return scores

    def gsd(self, country: str, spend_year: int | None = None) -> npt.NDArray[np.float64]:
        """Geometric standard deviation of every factor for a purchase, shape (len(naics_codes),).

        Combines the spread of products around their sector's average, the spread between countries where the
        buyer's is not the set's, and the pedigree scores. Parameters as in :meth:`pedigree`.
        """
        return combined_gsd(
            BASE_GSD, mismatch_gsd(country, self.region), pedigree_gsd(self.pedigree(country, spend_year))
        )

    @cached_property
    def _values(self) -> pd.DataFrame:
        return self.factors.pivot_table(
            index="naics_code", columns="year", values="kg_co2e_per_unit", dropna=False, aggfunc="first"
        ).sort_index()

    @cached_property
    def _technological_scores(self) -> npt.NDArray[np.int64]:
        worst = self.factors.groupby("naics_code")["technological_score"].max()
        return worst.reindex(list(self.naics_codes)).to_numpy(dtype=np.int64)

    @cached_property
    def _row_of(self) -> dict[tuple[str, int], int]:
        keys = zip(self.factors["naics_code"], self.factors["year"], strict=True)
        return {(code, int(year)): row for row, (code, year) in enumerate(keys)}


class FactorSets(Mapping[str, FactorSet]):
    """The factor sets of a model bundle, by id.

    Raises
    ------
    UnknownFactorSetError
        On access, if there is no set of that id.
    """

    def __init__(self, sets: Sequence[FactorSet]) -> None:
        self._sets = {factor_set.id: factor_set for factor_set in sets}

    def __getitem__(self, factor_set_id: str) -> FactorSet:
        if factor_set_id not in self._sets:
            raise UnknownFactorSetError(
                f"The factor set {factor_set_id!r} is not in this bundle, expected one of "
                f"{', '.join(self._sets)}: choose one of them."
            )
        return self._sets[factor_set_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sets)

    def __len__(self) -> int:
        return len(self._sets)

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """Hand out ``factor_sets`` (one row per set) and ``factors``, to be saved in a model bundle."""
        described = [
            {name: getattr(s, name) for name in _DESCRIPTION}
            | {name: getattr(s.prices, name) for name in _PRICES}
            for s in self._sets.values()
        ]
        factors = [s.factors.assign(factor_set_id=s.id) for s in self._sets.values()]
        return {
            "factor_sets": pd.DataFrame(described, columns=[*_DESCRIPTION, *_PRICES]),
            "factors": pd.concat(factors, ignore_index=True),
        }

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame]) -> Self:
        """Restore the sets of a model bundle.

        Raises
        ------
        BundleError
            If a table is missing.
        """
        missing = sorted({"factor_sets", "factors"} - frames.keys())
        if missing:
            raise BundleError(
                f"The bundle lacks the tables {', '.join(missing)}, expected factor_sets and factors: "
                "make the bundle again."
            )
        factors = dict(iter(frames["factors"].groupby("factor_set_id", sort=False)))
        sets = []
        for row in frames["factor_sets"].to_dict("records"):
            own = factors[row["id"]].drop(columns="factor_set_id").reset_index(drop=True)
            prices = FactorPrices(**{name: row[name] for name in _PRICES})
            sets.append(FactorSet(prices=prices, factors=own, **{name: row[name] for name in _DESCRIPTION}))
        return cls(sets)


_PRICES: Final = ("currency", "first_year", "last_year", "basis")
_DESCRIPTION: Final = (
    "id",
    "title",
    "ghg_set",
    "region",
    "licence",
    "attribution",
    "reliability",
    "completeness",
)
