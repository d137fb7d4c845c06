"""A small model: real factors and prices, and categories told by a word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from features.line_items import LineItems
from features.price_tables import PriceTables
from models.bundle import DEFAULT_BUNDLE
from models.category import CategoryVotes
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.factor_sets import FactorSets
from models.footprint import EstimateOptions, estimate_ids
from models.intervals import CategoryDoubt
from models.reference_index import Neighbours
from models.spend_lines import SpendBasis, SpendLines

WORDS = {"326199": "gloves", "334111": "computer", "337214": "desk"}
OTHERS = "325611"
CARD = {
    "categories": 3,
    "data": {
        "factors/a.csv": {"source": "Factors", "licence": "CC0-1.0", "attribution": "A.", "sha256": "0" * 64}
    },
}


@dataclass
class SmallCategory:
    """Categories in order; there are no texts that could be evidence."""

    classes_: np.ndarray
    index_: None = None


@dataclass
class SmallModel:
    """Values money by the category whose word stands in the description."""

    titles: Mapping[str, str]
    tables: PriceTables
    factor_sets: FactorSets
    doubt: CategoryDoubt
    category: SmallCategory
    version: str = "small"
    card: Mapping[str, Any] = field(default_factory=lambda: CARD)
    asked: int = 0

    def predict(
        self, lines: pd.DataFrame, options: EstimateOptions | None = None, _progress: Any = None
    ) -> pd.DataFrame:
        options = options or EstimateOptions()
        lines = LineItems.validate(lines)
        self.asked += len(lines)
        out = _blank(lines, self.version, options)
        rows = np.flatnonzero((lines["issue"] == "").to_numpy())
        if len(rows):
            valued = self._valued(lines.iloc[rows].reset_index(drop=True), options)
            for name in valued.columns:
                out.loc[rows, name] = valued[name].to_numpy()
        return Estimates.validate(out[list(ESTIMATE_FIELDS)])

    def _valued(self, lines: pd.DataFrame, options: EstimateOptions) -> pd.DataFrame:
        codes = [
            next((code for code, word in WORDS.items() if word in text.lower()), OTHERS)
            for text in lines["description"]
        ]
        classes, count = self.category.classes_, len(lines)
        column = np.searchsorted(classes, codes)
        certain = sparse.csr_matrix((np.ones(count), (np.arange(count), column)), shape=(count, len(classes)))
        nobody = Neighbours(np.zeros((count, 0), np.int32), np.zeros((count, 0), np.float32))
        return (
            SpendLines(
                lines=lines,
                query=np.arange(count),
                votes=CategoryVotes(certain, nobody),
                by_text=certain,
                basis=SpendBasis(self.category, self.titles, self.doubt, self.tables),
                factor_set=self.factor_sets[options.factor_set or "epa-v1.3"],
                choice="",
                options=options.money,
            )
            .estimates()
            .drop(columns="half_width")
            .assign(evidence='[{"text":"a word","source":"small"}]')
        )


def _blank(lines: pd.DataFrame, version: str, options: EstimateOptions) -> pd.DataFrame:
    numbers = {name for name, column in Estimates.to_schema().columns.items() if column.nullable}
    blank = {name: np.nan if name in numbers else "" for name in ESTIMATE_FIELDS}
    out = pd.DataFrame([blank] * len(lines)).astype(
        {name: float if name in numbers else object for name in ESTIMATE_FIELDS}
    )
    out[["alternatives", "conversions", "evidence"]] = "[]"
    out["contributions"], out["status"], out["model_version"] = "{}", "unmatched", version
    out["line_id"] = lines["line_id"]
    out["reason"], out["explanation"] = lines["issue"], lines["issue_detail"]
    out["estimate_id"] = estimate_ids(lines, version, options)
    return out


@cache
def small_parts() -> dict[str, Any]:
    """Tables of the shipped bundle, read once."""
    tables = {path.stem: pd.read_parquet(path) for path in sorted(DEFAULT_BUNDLE.glob("*.parquet"))}
    categories = tables["categories"]
    doubt = CategoryDoubt()
    doubt.multiple_ = 1.0
    return {
        "titles": dict(zip(categories["naics_code"], categories["title"], strict=True)),
        "tables": PriceTables.from_frames(tables),
        "factor_sets": FactorSets.from_frames(tables),
        "doubt": doubt,
        "category": SmallCategory(np.sort(categories["naics_code"].to_numpy(dtype=str))),
    }
