"""The footprint model: line items in, one estimate a line out."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from features.line_items import LINE_ITEM_FIELDS, LineItems
from features.money import MoneyOptions
from features.price_tables import PriceTables
from features.screening import screen
from features.text import TextEncoder
from models.buyer_codes import BuyerCodes
from models.category import CategoryVotes, follow_codes
from models.contributions import category_contributions
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.factor_regions import choose_factor_set
from models.factor_sets import FactorSets
from models.intensity import IntensityModel
from models.intensity_features import CategoryProbabilities
from models.intervals import CategoryDoubt
from models.ladder import Ladder
from models.mass import MassModel
from models.mass_route import MassRoute
from models.purchases import PurchaseModel
from models.questions import Questions
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
    explain
        Whether ``contributions`` are to say, too, what made the category the most probable one. Some
        milliseconds for each distinct line.
    """

    factor_set: str | None = None
    money: MoneyOptions = field(default_factory=MoneyOptions)
    explain: bool = False


@dataclass(frozen=True)
class Queries:
    """The distinct questions that n lines ask the category model.

    ``number`` (n,) row of ``questions`` and ``votes`` for each line, -1 for a line that asks none;
    ``by_text`` (u, C) the probabilities without the buyers' codes.
    """

    number: npt.NDArray[np.int64]
    questions: Questions
    votes: CategoryVotes
    by_text: sparse.csr_matrix


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
    mass
        Fitted :class:`models.mass.MassModel`.
    intensity
        Fitted :class:`models.intensity.IntensityModel`.
    ladder
        Calibrated :class:`models.ladder.Ladder`.
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
        mass: MassModel,
        intensity: IntensityModel,
        ladder: Ladder,
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
        self.mass = mass
        self.intensity = intensity
        self.ladder = ladder
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
            (n,) row of each line in the questions, -1 for a line that asks none or was excluded in the end.
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
        still_open = screened["decision"].isin(["purchase", "unclear"]).to_numpy()
        return screened, questions, np.where(still_open, number, -1)

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
        asked = questions.take(number[rows][first])
        votes = self.category.votes(asked)
        by_text = votes.probability
        if coded.nnz:
            votes = replace(votes, probability=follow_codes(by_text, coded, self.category.code_trust))
        return Queries(out, asked, votes, by_text)

    def by_factor_set(
        self, lines: pd.DataFrame, mask: npt.NDArray[np.bool_], wanted: str | None
    ) -> list[tuple[str, str, npt.NDArray[np.bool_]]]:
        """Group n lines by the set that values them: its id, why, and which of the lines under ``mask``."""
        if wanted is not None:
            return [(self.factor_sets[wanted].id, "The set was asked for.", mask)] if mask.any() else []
        groups = []
        for country in sorted(set(lines.loc[mask, "country"])):
            set_id, words = choose_factor_set(country)
            groups.append((set_id, words, mask & (lines["country"] == country).to_numpy()))
        return groups

    def _predict_block(
        self, lines: pd.DataFrame, options: EstimateOptions, progress: Callable[[int], None] | None
    ) -> pd.DataFrame:
        out = _blank(lines)
        screened, questions, number = self.screen(lines, progress)
        _say_screened(out, screened, lines)
        open_lines = number >= 0
        queries = self.categorise(lines, questions, number)
        by_money = out.assign(half_width=np.nan)
        basis = SpendBasis(self.category, self.titles, self.doubt, self.tables)
        for set_id, words, mine in self.by_factor_set(lines, open_lines, options.factor_set):
            rows = np.flatnonzero(mine)
            valued = SpendLines(
                lines=lines.iloc[rows].reset_index(drop=True),
                query=queries.number[rows],
                votes=queries.votes,
                by_text=queries.by_text,
                basis=basis,
                factor_set=self.factor_sets[set_id],
                choice=words,
                options=options.money,
            ).estimates()
            for name in valued.columns:
                by_money.loc[rows, name] = valued[name].to_numpy()
        rows = np.flatnonzero(open_lines)
        by_mass = MassRoute(self.mass, self.intensity, self.tables, self.encoder).estimates(
            lines.iloc[rows],
            questions.vectors["description"][number[rows]],
            CategoryProbabilities(self.category.classes_, queries.votes.probability[queries.number[rows]]),
            options.money,
        )
        out = self.ladder.choose(by_money, by_mass)
        if options.explain:
            _explain(out, self.category, queries)
        _widen_unclear(out, screened)
        out["model_version"] = self.version
        out["estimate_id"] = estimate_ids(lines, self.version, options)
        return out[list(ESTIMATE_FIELDS)]


def estimate_ids(lines: pd.DataFrame, version: str, options: EstimateOptions) -> list[str]:
    """Name each estimate by what went into it: the same line, model and options give the same id.

    Parameters
    ----------
    lines
        :class:`features.line_items.LineItems`, n rows.
    version
        Of the model.
    options
        What the lines are estimated with.
    """
    asked = json.dumps([version, options.factor_set, _options_text(options.money)])
    rows = zip(*(lines[name].tolist() for name in LINE_ITEM_FIELDS), strict=True)
    return [
        hashlib.sha256(f"{asked}{json.dumps(row, default=str)}".encode()).hexdigest()[:24] for row in rows
    ]


def _blank(lines: pd.DataFrame) -> pd.DataFrame:
    numbers = {name for name, column in Estimates.to_schema().columns.items() if column.nullable}
    out = pd.DataFrame(
        {
            name: np.nan if name in numbers else pd.Series("", index=lines.index, dtype=object)
            for name in ESTIMATE_FIELDS
        },
        index=lines.index,
    )
    out["line_id"] = lines["line_id"]
    out[["alternatives", "conversions", "evidence"]] = "[]"
    out["contributions"] = "{}"
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


def _explain(out: pd.DataFrame, category: RankedCategory, queries: Queries) -> None:
    """Add to the contributions what made the category of a line more probable than the next."""
    shares = category_contributions(
        category, queries.questions, queries.votes.probability, queries.by_text
    ).round(4)
    reasons = [
        {name: value for name, value in record.items() if value == value}  # noqa: PLR0124 - NaN is not itself
        for record in shares.to_dict("records")
    ]
    for row in np.flatnonzero(queries.number >= 0).tolist():
        figures = json.loads(str(out.loc[row, "contributions"]))
        out.loc[row, "contributions"] = json.dumps({**figures, "category": reasons[queries.number[row]]})


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


def _options_text(money: MoneyOptions) -> list[str]:
    return [str(money.amounts_include_vat), str(money.vat_rate), str(money.default_date)]
