"""Estimates of lines that share a factor set: the figures of the spend route with their words and records."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from features.conversions import Conversion, conversion_records
from features.money import MoneyOptions
from features.price_tables import PriceTables
from models.category import CATEGORY_SCHEME, CategoryVotes
from models.explanation import (
    Candidates,
    alternatives_json,
    candidates_text,
    contributions_json,
    conversions_json,
    estimate_sentence,
    evidence_json,
    top_candidates,
)
from models.factor_sets import FactorSet
from models.figures import significant
from models.intervals import CategoryDoubt, interval
from models.pedigree import pedigree_text
from models.ranked_category import RankedCategory
from models.spend_route import SpendEstimates, spend_estimates

_NO_AMOUNT: Final = (
    "The line states no amount of money and no mass of goods that could be valued, expected an amount and "
    "its currency, or a quantity in a unit such as kg: add the net amount."
)

REVIEW_FACTOR: Final = 2.0
"""A line is for review when doubt about its category alone may move it by more than this; decision 0006."""


@dataclass(frozen=True)
class SpendBasis:
    """What values lines, whichever factor set and whichever lines.

    Parameters
    ----------
    category
        Fitted category model; its classes are the C categories.
    titles
        Title of each category, by NAICS 2017 code.
    doubt
        Calibrated range of the category.
    tables
        Prices.
    """

    category: RankedCategory
    titles: Mapping[str, str]
    doubt: CategoryDoubt
    tables: PriceTables


@dataclass(frozen=True)
class SpendLines:
    """n lines, the questions they asked and the set that values them.

    Parameters
    ----------
    lines
        Line items with an amount.
    query
        (n,) row of ``votes`` of each line.
    votes
        Answers of the category model to the distinct questions, buyers' codes among them.
    by_text
        (u, C) its probabilities without the buyers' codes.
    basis
        Category model, its doubt and the prices.
    factor_set, choice
        The set, and why it was chosen, as a sentence.
    options
        What the ledger does not say about its amounts.
    """

    lines: pd.DataFrame
    query: npt.NDArray[np.int64]
    votes: CategoryVotes
    by_text: sparse.csr_matrix
    basis: SpendBasis
    factor_set: FactorSet
    choice: str
    options: MoneyOptions

    def estimates(self) -> pd.DataFrame:
        """Columns of :class:`models.estimates.Estimates` that money sets, and ``half_width``, n rows."""
        figures = self._figures
        kg = significant(figures.kg_co2e)
        low, high = interval(kg, figures.half_width)
        out = pd.DataFrame(
            {
                "kg_co2e": kg,
                "kg_co2e_low": significant(low),
                "kg_co2e_high": significant(high),
                "method": "spend-based",
                **self._category_columns(),
                **self._factor_columns(),
                "conversions": [conversions_json(steps) for steps in self._conversions],
                "contributions": self._contributions(),
                "half_width": figures.half_width,
            }
        )
        out["explanation"] = self._sentences(out)
        return self._with_status(out)

    def _with_status(self, out: pd.DataFrame) -> pd.DataFrame:
        figures = self._figures
        doubtful = np.exp(figures.category_half_width) > REVIEW_FACTOR
        nothing = out["kg_co2e"].to_numpy() == 0
        out["status"] = np.where(doubtful & ~nothing, "review", "estimated")
        out["reason"] = np.select([nothing, doubtful], ["zero_amount", "category_uncertain"], "")
        unpriced = (figures.spend["issue"] != "").to_numpy()
        unpaid = self.lines["amount"].isna().to_numpy()
        without_factor = np.isnan(figures.kg_co2e) & ~unpriced & ~unpaid
        out.loc[unpriced, "reason"] = figures.spend.loc[unpriced, "issue"]
        out.loc[unpriced, "explanation"] = figures.spend.loc[unpriced, "issue_detail"]
        out.loc[without_factor, "reason"] = "factor_missing"
        out.loc[without_factor, "explanation"] = (
            f"No candidate category has a factor in {self.factor_set.id}, expected at least one: "
            "name another factor set."
        )
        out.loc[unpaid, "reason"] = "amount_missing"
        out.loc[unpaid, "explanation"] = _NO_AMOUNT
        failed = unpriced | without_factor | unpaid
        out.loc[failed, "status"] = "unmatched"
        out.loc[failed, ["method", "factor_id", "factor_unit", "factor_source", "data_quality"]] = ""
        out.loc[failed, "contributions"] = "{}"
        out.loc[failed, "factor_value"] = np.nan
        return out

    def _category_columns(self) -> dict[str, object]:
        best = self._figures.best
        keys = list(zip(self.query.tolist(), self._figures.factor_year.tolist(), strict=True))
        alternatives = {key: self._alternatives(*key) for key in set(keys)}
        index = self.basis.category.index_
        queries = set(self.query.tolist())
        evidence = {query: evidence_json(self.votes.neighbours, query, index) for query in queries}
        return {
            "category_code": self.basis.category.classes_[best],
            "category_scheme": CATEGORY_SCHEME,
            "category_title": [self._titles[b] for b in best],
            "category_probability": np.asarray(self.votes.probability[self.query, best]).ravel().round(4),
            "alternatives": [alternatives[key] for key in keys],
            "evidence": [evidence[query] for query, _ in keys],
        }

    def _alternatives(self, query: int, factor_year: int) -> str:
        return alternatives_json(
            self._candidates.column[query],
            self._candidates.probability[query],
            self._codes,
            self._titles,
            self._factors_by_year[factor_year],
            f"kg CO2e per {self.factor_set.prices.currency}, {self.factor_set.prices.basis} price",
        )

    def _factor_columns(self) -> dict[str, object]:
        figures = self._figures
        group, keys = pd.factorize(pd.MultiIndex.from_arrays([figures.best, figures.factor_year]))
        records = [self.factor_set.record(self._codes[best], int(year)) for best, year in keys]
        licence = f"{self.factor_set.title}; {self.factor_set.licence}"
        return {
            "factor_id": [records[g]["factor_id"] for g in group],
            "factor_value": [records[g]["kg_co2e_per_unit"] for g in group],
            "factor_unit": [records[g]["unit"] for g in group],
            "factor_source": [_source_words(records[g], licence) for g in group],
            "data_quality": self._data_quality(figures),
        }

    def _data_quality(self, figures: SpendEstimates) -> list[str]:
        row = self.factor_set.rows(self._codes)[figures.best]
        out = np.zeros((len(row), 5), dtype=np.int64)
        group, keys = pd.factorize(
            pd.MultiIndex.from_arrays([self.lines["country"], figures.spend["spend_year"]])
        )
        for number, (country, year) in enumerate(keys):
            mine = group == number
            out[mine] = self.factor_set.pedigree(str(country), int(year))[row[mine]]
        return pedigree_text(out)

    def _sentences(self, out: pd.DataFrame) -> list[str]:
        figures = self._figures
        words = f"Factors: {self.factor_set.title}. {self.choice}"
        said = {
            query: candidates_text(
                self._candidates.column[query], self._candidates.probability[query], self._titles
            )
            for query in set(self.query.tolist())
        }
        kg_per_converted = figures.kg_per_spend / (figures.deflator * figures.basic_price_rate)
        kg = out[["kg_co2e", "kg_co2e_low", "kg_co2e_high"]].itertuples(index=False, name=None)
        rows = zip(
            self.lines["amount"],
            self.lines["currency"],
            self._conversions,
            kg_per_converted,
            self.query.tolist(),
            kg,
            strict=True,
        )
        return [
            estimate_sentence(
                f"{currency} {amount:,.2f}",
                steps,
                per_unit,
                self.factor_set.prices.currency,
                said[query],
                figure,
                words,
            )
            for amount, currency, steps, per_unit, query, figure in rows
        ]

    def _contributions(self) -> list[str]:
        """Say what the words, the codes and the money contribute: each on a typical category's factor."""
        figures = self._figures
        with np.errstate(divide="ignore"):
            shares = {
                "base": np.log(figures.typical_kg_per_spend),
                "text": np.log(figures.text_kg_per_spend / figures.typical_kg_per_spend),
                "codes": np.log(figures.kg_per_spend / figures.text_kg_per_spend),
                "money": np.log(np.abs(figures.spend["spend"].to_numpy(dtype=np.float64))),
            }
        rows = zip(*shares.values(), strict=True)
        return [contributions_json(dict(zip(shares, row, strict=True))) for row in rows]

    @cached_property
    def _figures(self) -> SpendEstimates:
        return spend_estimates(
            self.lines,
            self.query,
            self.votes.probability,
            self.by_text,
            self.basis.category.classes_,
            self.factor_set,
            self.basis.tables,
            self.basis.doubt,
            self.options,
        )

    @cached_property
    def _conversions(self) -> list[list[Conversion]]:
        figures = self._figures
        return conversion_records(
            figures.spend,
            [self._codes[best] for best in figures.best],
            self.basis.tables,
            self.factor_set.prices,
            figures.deflator,
            figures.basic_price_rate,
        )

    @cached_property
    def _factors_by_year(self) -> dict[int, npt.NDArray[np.float64]]:
        """Factor of each category, (C,), by factor year."""
        years = np.unique(self._figures.factor_year)
        return dict(zip(years.tolist(), self.factor_set.kg_co2e_per_unit(self._codes, years).T, strict=True))

    @cached_property
    def _candidates(self) -> Candidates:
        return top_candidates(self.votes.probability)

    @cached_property
    def _codes(self) -> list[str]:
        return [str(code) for code in self.basis.category.classes_]

    @cached_property
    def _titles(self) -> list[str]:
        return [self.basis.titles.get(code, code) for code in self._codes]


def _source_words(record: dict[str, object], licence: str) -> str:
    words = f"{record['source']} ({licence})"
    return f"{words}; {record['screening_reason']}" if record["screening_reason"] else words
