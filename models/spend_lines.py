"""Estimates of lines that share a factor set: the figures of the spend route with their words and records."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.conversions import Conversion, conversion_records
from features.money import MoneyOptions
from models.category import CATEGORY_SCHEME, CategoryVotes
from models.explanation import (
    Candidates,
    alternatives_json,
    candidates_text,
    conversions_json,
    estimate_sentence,
    evidence_json,
    top_candidates,
)
from models.factor_sets import FactorSet
from models.intervals import interval
from models.pedigree import pedigree_text
from models.spend_route import SpendEstimates, spend_estimates

if TYPE_CHECKING:
    from models.footprint import FootprintModel

SIGNIFICANT_DIGITS: Final = 6

REVIEW_FACTOR: Final = 4.0
"""A line is for review when doubt about its category alone moves the figure by more than this factor."""


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
        Answers of the category model to the distinct questions.
    model
        The footprint model.
    factor_set, choice
        The set, and why it was chosen, as a sentence.
    options
        What the ledger does not say about its amounts.
    """

    lines: pd.DataFrame
    query: npt.NDArray[np.int64]
    votes: CategoryVotes
    model: "FootprintModel"
    factor_set: FactorSet
    choice: str
    options: MoneyOptions

    def estimates(self) -> pd.DataFrame:
        """Columns of :class:`models.estimates.Estimates` that the spend route sets, n rows."""
        figures = self._figures
        kg = _significant(figures.kg_co2e)
        low, high = interval(kg, figures.half_width)
        out = pd.DataFrame(
            {
                "kg_co2e": kg,
                "kg_co2e_low": _significant(low),
                "kg_co2e_high": _significant(high),
                "method": "spend-based",
                **self._category_columns(),
                **self._factor_columns(),
                "conversions": [conversions_json(steps) for steps in self._conversions],
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
        unvalued = np.isnan(figures.kg_co2e) & ~unpriced
        for failed, reason, words in (
            (unpriced, figures.spend["issue"], figures.spend["issue_detail"]),
            (unvalued, "factor_missing", f"No candidate category has a factor in {self.factor_set.id}: name another set."),
        ):
            out.loc[failed, "status"] = "unmatched"
            out.loc[failed, "reason"] = reason
            out.loc[failed, "explanation"] = words
            out.loc[failed, ["method", "factor_id", "factor_unit", "factor_source", "data_quality"]] = ""
            out.loc[failed, "factor_value"] = np.nan
        return out

    def _category_columns(self) -> dict[str, object]:
        best = self._figures.best
        classes = self.model.category.classes_
        probability = self.votes.probability
        chosen = np.asarray(probability[self.query, np.maximum(best, 0)]).ravel()
        alternatives = {
            (q, y): alternatives_json(
                self._candidates.column[q], self._candidates.probability[q], classes, self._titles,
                self._factors_of_year(y), self._unit,
            )
            for q, y in set(zip(self.query.tolist(), self._figures.factor_year.tolist(), strict=True))
        }  # fmt: skip
        evidence = {
            q: evidence_json(self.votes.neighbours, q, self.model.category.index_) for q in set(self.query.tolist())
        }
        keys = zip(self.query.tolist(), self._figures.factor_year.tolist(), strict=True)
        return {
            "category_code": classes[np.maximum(best, 0)],
            "category_scheme": CATEGORY_SCHEME,
            "category_title": [self._titles[b] for b in np.maximum(best, 0)],
            "category_probability": chosen.round(4),
            "alternatives": [alternatives[key] for key in keys],
            "evidence": [evidence[q] for q in self.query.tolist()],
        }

    def _factor_columns(self) -> dict[str, object]:
        figures = self._figures
        codes = self.model.category.classes_[np.maximum(figures.best, 0)]
        group, keys = pd.factorize(pd.MultiIndex.from_arrays([codes, figures.factor_year]))
        records = [self.factor_set.record(str(code), int(year)) for code, year in keys]
        licence = f"{self.factor_set.title}; {self.factor_set.licence}"
        return {
            "factor_id": [records[g]["factor_id"] for g in group],
            "factor_value": [records[g]["kg_co2e_per_unit"] for g in group],
            "factor_unit": [records[g]["unit"] for g in group],
            "factor_source": [_source_words(records[g], licence) for g in group],
            "data_quality": self._data_quality(figures),
        }

    def _data_quality(self, figures: SpendEstimates) -> list[str]:
        row = self.factor_set.rows([str(code) for code in self.model.category.classes_])[figures.best]
        out = np.zeros((len(row), 5), dtype=np.int64)
        group, keys = pd.factorize(pd.MultiIndex.from_arrays([self.lines["country"], figures.spend["spend_year"]]))
        for number, (country, year) in enumerate(keys):
            mine = group == number
            out[mine] = self.factor_set.pedigree(str(country), int(year))[row[mine]]
        return pedigree_text(out)

    def _sentences(self, out: pd.DataFrame) -> list[str]:
        words = f"Factors: {self.factor_set.title}. {self.choice}"
        candidates = {
            q: candidates_text(self._candidates.column[q], self._candidates.probability[q], self._titles)
            for q in set(self.query.tolist())
        }
        converted = [steps[-1].to_value if steps else a for steps, a in zip(self._conversions, self.lines["amount"], strict=True)]
        kg = zip(out["kg_co2e"], out["kg_co2e_low"], out["kg_co2e_high"], strict=True)
        return [
            estimate_sentence(line, steps, figures[0] / money if money else 0.0, self.factor_set.prices.currency,
                              candidates[q], figures, words)
            for line, steps, money, q, figures in zip(
                self.lines.to_dict("records"), self._conversions, converted, self.query.tolist(), kg, strict=True
            )
        ]  # fmt: skip

    def _factors_of_year(self, year: int) -> npt.NDArray[np.float64]:
        return self._factors_by_year[year]

    @cached_property
    def _factors_by_year(self) -> dict[int, npt.NDArray[np.float64]]:
        years = np.unique(self._figures.factor_year)
        codes = [str(code) for code in self.model.category.classes_]
        return dict(zip(years.tolist(), self.factor_set.kg_co2e_per_unit(codes, years).T, strict=True))

    @cached_property
    def _figures(self) -> SpendEstimates:
        return spend_estimates(
            self.lines,
            self.query,
            self.votes.probability,
            self.model.category.classes_,
            self.factor_set,
            self.model.tables,
            self.model.doubt,
            self.options,
        )

    @cached_property
    def _conversions(self) -> list[list[Conversion]]:
        figures = self._figures
        codes = [str(code) for code in self.model.category.classes_[np.maximum(figures.best, 0)]]
        return conversion_records(
            figures.spend, codes, self.model.tables, self.factor_set.prices, figures.deflator, figures.basic_price_rate
        )

    @cached_property
    def _candidates(self) -> Candidates:
        return top_candidates(self.votes.probability)

    @cached_property
    def _titles(self) -> list[str]:
        return [self.model.titles.get(str(code), str(code)) for code in self.model.category.classes_]

    @cached_property
    def _unit(self) -> str:
        prices = self.factor_set.prices
        return f"kg CO2e per {prices.currency}, {prices.basis} price"


def _source_words(record: dict[str, object], licence: str) -> str:
    words = f"{record['source']} ({licence})"
    return f"{words}; {record['screening_reason']}" if record["screening_reason"] else words


def _significant(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round to the digits that are stable however lines are batched: encoders differ in the eighth."""
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.nan_to_num(magnitude))
    return np.round(values * scale) / scale
