"""The footprint model: line items in, one estimate a line out."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.line_items import LINE_ITEM_FIELDS, LineItems
from features.money import MoneyOptions
from features.price_tables import PriceTables
from features.screening import screen
from features.text import TextEncoder
from models.buyer_codes import BuyerCodes
from models.candidates import Questions
from models.category import CategoryVotes
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.factor_regions import choose_factor_set
from models.factor_sets import FactorSets
from models.intervals import CategoryDoubt
from models.purchases import PurchaseModel
from models.ranked_category import RankedCategory, ask
from models.spend_lines import SpendBasis, SpendLines

_BLOCK: Final = 20_000


@dataclass(frozen=True)
class EstimateOptions:
    """What a user may decide about an estimation.

    Parameters
    ----------
    factor_set
        Id of the set for every line; ``None`` chooses by the buyer's country.
    money
        What the ledger does not say about its amounts.
    """

    factor_set: str | None = None
    money: MoneyOptions = field(default_factory=MoneyOptions)


@dataclass(frozen=True)
class Queries:
    """The distinct questions that n lines ask the category model.

    ``number`` (n,) row of ``votes`` for each line, -1 for a line that asks none.
    """

    number: npt.NDArray[np.int64]
    votes: CategoryVotes


class FootprintModel:
    """Everything a prediction needs.

    Parameters
    ----------
    encoder
        Fitted :class:`features.text.TextEncoder`.
    category
        Fitted :class:`models.ranked_category.RankedCategory`.
    purchases
        Fitted :class:`models.purchases.PurchaseModel`.
    doubt
        Calibrated :class:`models.intervals.CategoryDoubt`.
    factor_sets, tables
        Factors and prices.
    titles
        Title of each category, by NAICS 2017 code.
    codes
        Look-up of buyers' codes.
    version
        Digest of the bundle.
    card
        JSON-serialisable model card.
    """

    def __init__(
        self,
        *,
        encoder: TextEncoder,
        category: RankedCategory,
        purchases: PurchaseModel,
        doubt: CategoryDoubt,
        factor_sets: FactorSets,
        tables: PriceTables,
        titles: Mapping[str, str],
        codes: BuyerCodes,
        version: str,
        card: Mapping[str, Any],
    ) -> None:
        self.encoder = encoder
        self.category = category
        self.purchases = purchases
        self.doubt = doubt
        self.factor_sets = factor_sets
        self.tables = tables
        self.titles = dict(titles)
        self.codes = codes
        self.version = version
        self.card = card

    def predict(
        self,
        lines: pd.DataFrame,
        options: EstimateOptions | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> pd.DataFrame:
        """Estimate the footprint of line items.

        Parameters
        ----------
        lines
            :class:`features.line_items.LineItems`, n rows.
        options
            By default the factor set follows the buyer's country, and amounts are without VAT.
        progress
            Called with the number of lines done since the last call.

        Returns
        -------
        pandas.DataFrame
            :class:`models.estimates.Estimates`, n rows in the order of ``lines``. kg CO2e, cradle to
            purchase.

        Raises
        ------
        UnknownFactorSetError
            If ``options`` names a set that the bundle does not hold.
        """
        options = options or EstimateOptions()
        lines = LineItems.validate(lines)
        parts = []
        for start in range(0, max(len(lines), 1), _BLOCK):
            block = lines.iloc[start : start + _BLOCK].reset_index(drop=True)
            parts.append(self._predict_block(block, options, progress))
        return Estimates.validate(pd.concat(parts, ignore_index=True))

    def screen(
        self, lines: pd.DataFrame, progress: Callable[[int], None] | None = None
    ) -> tuple[pd.DataFrame, Questions, npt.NDArray[np.int64]]:
        """Tell purchases from the rest, by rules and by what was learned.

        Returns
        -------
        pandas.DataFrame
            As of :func:`features.screening.screen`, n rows.
        Questions
            What the lines that the rules let pass say, encoded.
        numpy.ndarray of int64
            (n,) row of each line in the questions, -1 for a line that asks none.
        """
        screened = screen(lines)
        asked = np.array(screened["decision"].isin(["purchase", "unclear"]) & (lines["issue"] == ""))
        if progress:
            progress(int((~asked).sum()))
        questions = ask(lines.loc[asked, "description"], lines.loc[asked, "supplier"], self.encoder, progress)
        number = np.where(asked, np.cumsum(asked) - 1, -1)
        passed = lines[asked].reset_index(drop=True)
        ruled = screened[asked].reset_index(drop=True)
        decided = self.purchases.decide(passed, ruled, questions.vectors["line"])
        for name in ("decision", "reason", "detail"):
            screened.loc[asked, name] = decided[name].to_numpy()
        return screened, questions, number

    def categorise(self, lines: pd.DataFrame, questions: Questions, number: npt.NDArray[np.int64]) -> Queries:
        """Find the categories of the lines that have a question; every distinct one is answered once."""
        rows = np.flatnonzero(number >= 0)
        kinds = lines.loc[rows, ["category_scheme", "category_code", "description", "supplier"]]
        group = kinds.groupby(list(kinds.columns), sort=False).ngroup().to_numpy()
        first = np.unique(group, return_index=True)[1]
        distinct = kinds.iloc[first]
        coded = self.codes.matrix(
            distinct["category_scheme"].tolist(), distinct["category_code"].tolist(), self.category.classes_
        )
        out = np.full(len(lines), -1, dtype=np.int64)
        out[rows] = group
        return Queries(out, self.category.votes(questions.take(number[rows][first]), coded))

    def _predict_block(
        self, lines: pd.DataFrame, options: EstimateOptions, progress: Callable[[int], None] | None
    ) -> pd.DataFrame:
        out = _blank(lines)
        screened, questions, number = self.screen(lines, progress)
        _say_screened(out, screened, lines)
        open_lines = np.array(screened["decision"].isin(["purchase", "unclear"]) & (lines["issue"] == ""))
        _say_no_amount(out, open_lines & lines["amount"].isna().to_numpy())
        open_lines &= lines["amount"].notna().to_numpy()
        queries = self.categorise(lines, questions, np.where(open_lines, number, -1))
        basis = SpendBasis(self.category, self.titles, self.doubt, self.tables)
        for set_id, words, mine in self._by_factor_set(lines, open_lines, options.factor_set):
            rows = np.flatnonzero(mine)
            valued = SpendLines(
                lines=lines.iloc[rows].reset_index(drop=True),
                query=queries.number[rows],
                votes=queries.votes,
                basis=basis,
                factor_set=self.factor_sets[set_id],
                choice=words,
                options=options.money,
            ).estimates()
            for name in valued.columns:
                out.loc[rows, name] = valued[name].to_numpy()
        _widen_unclear(out, screened)
        out["model_version"] = self.version
        out["estimate_id"] = _estimate_ids(lines, self.version, options)
        return out[list(ESTIMATE_FIELDS)]

    def _by_factor_set(
        self, lines: pd.DataFrame, mask: npt.NDArray[np.bool_], wanted: str | None
    ) -> list[tuple[str, str, npt.NDArray[np.bool_]]]:
        """Lines grouped by the set that values them and the reason for it."""
        if wanted is not None:
            return [(self.factor_sets[wanted].id, "The set was asked for.", mask)] if mask.any() else []
        groups = []
        for country in sorted(set(lines.loc[mask, "country"])):
            set_id, words = choose_factor_set(country)
            groups.append((set_id, words, mask & (lines["country"] == country).to_numpy()))
        return groups


def _blank(lines: pd.DataFrame) -> pd.DataFrame:
    numbers = {"kg_co2e", "kg_co2e_low", "kg_co2e_high", "category_probability", "factor_value"}
    out = pd.DataFrame(
        {
            name: np.nan if name in numbers else pd.Series("", index=lines.index, dtype=object)
            for name in ESTIMATE_FIELDS
        },
        index=lines.index,
    )
    out["line_id"] = lines["line_id"]
    out[["alternatives", "conversions", "evidence"]] = "[]"
    return out


def _say_screened(out: pd.DataFrame, screened: pd.DataFrame, lines: pd.DataFrame) -> None:
    """Give the lines their first status; those that go on to be valued are overwritten later."""
    excluded = (screened["decision"] == "excluded").to_numpy()
    out["status"] = np.where(excluded, "excluded", "unmatched")
    out["reason"] = screened["reason"].to_numpy()
    out["explanation"] = screened["detail"].to_numpy()
    unread = (lines["issue"] != "").to_numpy() & ~excluded
    out.loc[unread, "reason"] = lines.loc[unread, "issue"]
    out.loc[unread, "explanation"] = lines.loc[unread, "issue_detail"]


def _say_no_amount(out: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> None:
    out.loc[mask, "reason"] = "amount_missing"
    out.loc[mask, "explanation"] = (
        "The line states no amount of money, expected an amount and its currency: add the net amount."
    )


def _widen_unclear(out: pd.DataFrame, screened: pd.DataFrame) -> None:
    """Let the range of a line that may be no purchase reach zero, and put the line up for review."""
    unclear = (screened["decision"] == "unclear").to_numpy() & out["kg_co2e"].notna().to_numpy()
    out.loc[unclear, "status"] = "review"
    out.loc[unclear, "reason"] = screened.loc[unclear, "reason"]
    out.loc[unclear, "kg_co2e_low"] = np.minimum(out.loc[unclear, "kg_co2e_low"].astype(float), 0.0)
    out.loc[unclear, "kg_co2e_high"] = np.maximum(out.loc[unclear, "kg_co2e_high"].astype(float), 0.0)
    out.loc[unclear, "explanation"] = (
        screened.loc[unclear, "detail"]
        + " It may be no purchase at all, so the range reaches zero. "
        + out.loc[unclear, "explanation"]
    )


def _estimate_ids(lines: pd.DataFrame, version: str, options: EstimateOptions) -> list[str]:
    """Name each estimate by what went into it: the same line, model and options give the same id."""
    asked = json.dumps([version, options.factor_set, _options_text(options.money)])
    rows = zip(*(lines[name].tolist() for name in LINE_ITEM_FIELDS), strict=True)
    return [
        hashlib.sha256(f"{asked}{json.dumps(row, default=str)}".encode()).hexdigest()[:24] for row in rows
    ]


def _options_text(money: MoneyOptions) -> list[str]:
    return [str(money.amounts_include_vat), str(money.vat_rate), str(money.default_date)]
