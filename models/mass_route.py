"""The mass route: kilograms of a line times the footprint of a kilogram."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.conversions import Conversion
from features.deflation import deflators
from features.money import MoneyOptions, net_spend
from features.price_tables import FactorPrices, PriceTables
from features.quantities import Basis, Note, goods_without_amount, quantities
from features.text import TextEncoder, clean_text
from models.explanation import (
    contributions_json,
    conversions_json,
    mass_sentence,
    products_json,
    products_text,
)
from models.figures import significant
from models.intensity import IntensityModel
from models.intensity_features import CategoryProbabilities
from models.intervals import in_quadrature, interval
from models.mass import LearnedBasis, MassModel
from models.pedigree import pedigree_text

METHOD: Final = "average-data"
FACTOR_ID: Final = "ledgerprint-intensity"
FACTOR_UNIT: Final = "kg CO2e per kg, cradle to gate"

_MASS_PRICES: Final = FactorPrices("USD", 2022, 2022, "purchaser")
"""Prices of the dollars that masses per dollar are learned from."""
_GOODS: Final = ("11", "21", "31", "32", "33", "42", "44", "45")
"""NAICS sectors that make or trade goods; a kilogram of a service means nothing."""
_LEAST_GOODS: Final = 0.5
_WIDEST_MASS: Final = float(np.log(10.0))
"""Half-width in log kg beyond which a mass says too little to be multiplied with anything."""
_TECHNOLOGICAL: Final = np.array([0.95, 0.8, 0.6])
"""Similarity of the nearest known product for technological scores of 2, 3 and 4; below, 5."""
_READ: Final = {
    Basis.MASS_UNIT: "the quantity is in a unit of mass",
    Basis.STATED_MASS: "the text states the mass",
    Basis.VOLUME_TIMES_DENSITY: "volume times density",
    Basis.SHEET_AREA_TIMES_GRAMMAGE: "area of the sheets times their grammage",
    LearnedBasis.PER_ARTICLE: "mass of an article as of similar goods",
    LearnedBasis.PER_USD: "mass per dollar as of similar goods",
}

Floats = npt.NDArray[np.float64]
MASS_ROUTE_FIELDS: Final = (
    "kg_co2e", "kg_co2e_low", "kg_co2e_high", "half_width", "mass_kg", "from_money", "near", "method",
    "factor_id", "factor_value", "factor_unit", "factor_source", "data_quality", "explanation", "conversions",
    "evidence", "contributions",
)  # fmt: skip


@dataclass(frozen=True)
class MassRoute:
    """What turns amounts of goods into footprints.

    Parameters
    ----------
    mass, intensity
        Fitted.
    tables
        Prices.
    encoder
        Fitted; for descriptions without their amounts.
    """

    mass: MassModel
    intensity: IntensityModel
    tables: PriceTables
    encoder: TextEncoder

    def estimates(
        self,
        lines: pd.DataFrame,
        vectors: npt.NDArray[np.float32],
        categories: CategoryProbabilities,
        options: MoneyOptions,
    ) -> pd.DataFrame:
        """Estimate the lines that say how much of some goods there is.

        Parameters
        ----------
        lines
            n line items.
        vectors
            (n, d) unit-norm vectors of their descriptions.
        categories
            Of the lines, n rows.
        options
            What the ledger does not say about its amounts.

        Returns
        -------
        pandas.DataFrame
            :data:`MASS_ROUTE_FIELDS` of the lines with an estimate, on the index of ``lines``; kg CO2e from
            cradle to gate, ``half_width`` in log kg CO2e, ``from_money`` whether the mass was learned from
            the money that the line cost, ``near`` whether a product much like it is known. Lines of services,
            without a mass, or with one that says too little have no row.
        """
        if lines.empty:
            return _no_rows(lines)
        read = quantities(lines)
        masses = self.mass.predict(vectors, read, self._dollars(lines, options))
        usable = masses["mass_kg"].notna() & (masses["mass_kg"] != 0)
        usable &= (masses["log_half_width"] <= _WIDEST_MASS) & is_goods(categories)
        rows = np.flatnonzero(usable.to_numpy())
        weighed = _WeighedLines(
            lines=lines.iloc[rows],
            read=read.iloc[rows],
            masses=masses.iloc[rows],
            vectors=vectors[rows],
            categories=categories[rows],
            intensity=self.intensity,
            encoder=self.encoder,
        )
        return weighed.estimates()

    def _dollars(self, lines: pd.DataFrame, options: MoneyOptions) -> Floats:
        """US dollars in prices of 2022 by general inflation, (n,); NaN without a usable amount."""
        spend = net_spend(lines, self.tables, _MASS_PRICES, options)
        years, year = np.unique(spend["spend_year"].to_numpy(dtype=np.int64), return_inverse=True)
        to_2022 = deflators(self.tables, [""], years, _MASS_PRICES.factor_years(years), "USD")[0]
        return np.asarray(spend["spend"].to_numpy(dtype=np.float64) * to_2022[year])


@dataclass(frozen=True)
class _WeighedLines:
    """n lines with a mass."""

    lines: pd.DataFrame
    read: pd.DataFrame
    masses: pd.DataFrame
    vectors: npt.NDArray[np.float32]
    categories: CategoryProbabilities
    intensity: IntensityModel
    encoder: TextEncoder

    def estimates(self) -> pd.DataFrame:
        if self.lines.empty:
            return _no_rows(self.lines)
        factor = significant(self._of_goods("kg_co2e_per_kg"))
        mass = significant(self._mass)
        kg = significant(mass * factor)
        width = in_quadrature(
            self.masses["log_half_width"].to_numpy(dtype=np.float64), self._of_goods("log_half_width")
        )
        low, high = interval(kg, width)
        evidence = [products_json(nearest) for nearest in self._evidence]
        out = pd.DataFrame(
            {
                "kg_co2e": kg,
                "kg_co2e_low": significant(low),
                "kg_co2e_high": significant(high),
                "half_width": width,
                "mass_kg": mass,
                "near": self._of_goods("similarity") >= _TECHNOLOGICAL[-1],
                "from_money": (self.masses["basis"] == LearnedBasis.PER_USD).to_numpy(),
                "method": METHOD,
                "factor_id": FACTOR_ID,
                "factor_value": factor,
                "factor_unit": FACTOR_UNIT,
                "factor_source": [self._sources[goods] for goods in self._goods],
                "data_quality": self._data_quality(),
                "explanation": "",
                "conversions": [conversions_json([step]) for step in self._conversions(mass)],
                "evidence": [evidence[goods] for goods in self._goods],
                "contributions": "",
            },
            index=self.lines.index,
        )
        out["explanation"] = self._sentences(out)
        out["contributions"] = self._contributions()
        return out[list(MASS_ROUTE_FIELDS)]

    @cached_property
    def _mass(self) -> Floats:
        """Mass of each line, negative where its money or, without money, its quantity is."""
        mass = self.masses["mass_kg"].to_numpy(dtype=np.float64)
        amount = self.lines["amount"].to_numpy(dtype=np.float64)
        told = np.isfinite(amount) & (amount != 0)
        return np.asarray(np.where(told, np.sign(amount), np.sign(mass)) * np.abs(mass))

    @cached_property
    def _distinct(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Number of each line's goods, (n,), and the first line of each goods, (g,)."""
        texts = self.lines["description"] + "\0" + self.lines["supplier"]
        codes = self.lines["category_scheme"] + "\0" + self.lines["category_code"]
        number, _ = pd.factorize(texts + "\0" + codes)
        return number.astype(np.int64), np.unique(number, return_index=True)[1].astype(np.int64)

    @property
    def _goods(self) -> list[int]:
        return [int(number) for number in self._distinct[0]]

    @cached_property
    def _intensities(self) -> pd.DataFrame:
        """Footprint of a kilogram of each goods, g rows."""
        first = self._distinct[1]
        texts = self.lines["description"].iloc[first]
        return self.intensity.predict(texts, self._goods_vectors, self.categories[first])

    @cached_property
    def _goods_vectors(self) -> npt.NDArray[np.float32]:
        """Vectors of what each goods is, without how much of it there is, (g, d)."""
        first = self._distinct[1]
        described = self.lines["description"].iloc[first].reset_index(drop=True)
        goods = described.map(goods_without_amount)
        changed = np.flatnonzero(goods != described)
        vectors = self.vectors[first]
        vectors[changed] = self.encoder.transform(goods.iloc[changed].map(clean_text))
        return vectors

    def _of_goods(self, column: str) -> Floats:
        """Value of each line's goods, (n,)."""
        return self._intensities[column].to_numpy(dtype=np.float64)[self._distinct[0]]

    @cached_property
    def _evidence(self) -> list[pd.DataFrame]:
        """Nearest known products of each goods."""
        first = self._distinct[1]
        found = self.intensity.evidence(self._goods_vectors, self.categories[first])
        return [nearest for _, nearest in found.groupby("line", sort=True)]

    @cached_property
    def _sources(self) -> list[str]:
        """Where the footprint of each goods comes from, and under which licences."""
        known = f"learned from {len(self.intensity.examples_):,} published footprints of products; nearest: "
        return [
            known
            + "; ".join(
                f"{name} ({source}, {licence})"
                for name, source, licence in zip(
                    nearest["name"], nearest["source"], nearest["licence"], strict=True
                )
            )
            for nearest in self._evidence
        ]

    def _data_quality(self) -> list[str]:
        """Pedigree scores: published studies, averaged by a model, of products more or less alike."""
        technological = 5 - (self._of_goods("similarity")[:, None] >= _TECHNOLOGICAL).sum(axis=1)
        scores = np.tile(np.array([4, 4, 4, 4, 5], dtype=np.int64), (len(self.lines), 1))
        scores[:, 4] = technological
        return pedigree_text(scores)

    def _conversions(self, mass: Floats) -> list[Conversion]:
        """Say for each line how its amount became kilograms."""
        steps = []
        rows = zip(
            self.lines["quantity"],
            self.lines["unit"],
            self.lines["amount"],
            self.lines["currency"],
            self.read[["span", "note"]].itertuples(index=False),
            self.masses["basis"],
            mass,
            strict=True,
        )
        for quantity, unit, amount, currency, (span, note), basis, kg in rows:
            by_money = basis == LearnedBasis.PER_USD
            stated, what = (amount, currency) if by_money else (quantity, unit or "articles")
            value = float(np.copysign(stated, kg))
            words = f"{_READ[basis]}: {span}" if span and basis in set(Basis) else _READ[basis]
            told = "" if note == Note.NONE else str(note).replace("_", " ")
            if value != stated:
                told = "; ".join(filter(None, [told, "with the sign of the money"]))
            steps.append(Conversion("mass", value, what, kg, "kg", kg / value, words, told))
        return steps

    def _sentences(self, out: pd.DataFrame) -> list[str]:
        steps = self._conversions(out["mass_kg"].to_numpy(dtype=np.float64))
        products = [products_text(nearest) for nearest in self._evidence]
        kg = out[["kg_co2e", "kg_co2e_low", "kg_co2e_high"]].itertuples(index=False, name=None)
        return [
            mass_sentence(step, factor, products[goods], figure)
            for step, factor, goods, figure in zip(steps, out["factor_value"], self._goods, kg, strict=True)
        ]

    def _contributions(self) -> list[str]:
        """Say what the footprint of a kilogram, and the kilograms, contribute."""
        first = self._distinct[1]
        shares = self.intensity.contributions(self._goods_vectors, self.categories[first]).to_dict("records")
        quantity = np.log(np.abs(self._mass))
        return [
            contributions_json(
                {**{str(name): share for name, share in shares[goods].items()}, "quantity": kg}
            )
            for goods, kg in zip(self._goods, quantity, strict=True)
        ]


def _no_rows(lines: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(columns=list(MASS_ROUTE_FIELDS), index=lines.index[:0])


def is_goods(categories: CategoryProbabilities) -> npt.NDArray[np.bool_]:
    """Tell the lines that are more probably goods than services, (n,)."""
    column = np.isin([code[:2] for code in categories.codes], _GOODS)
    share: Any = categories.probability @ column.astype(np.float64)
    return np.asarray(share >= _LEAST_GOODS)
