"""Estimates of lines of which a person has said the category, the factor or the mass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import sparse

from models.category import CATEGORY_SCHEME, CategoryVotes
from models.factor_regions import choose_factor_set
from models.factor_sets import FactorSet
from models.footprint import EstimateOptions, FootprintModel
from models.mass_route import METHOD as BY_MASS
from models.reference_index import Neighbours
from models.spend_lines import SpendBasis, SpendLines
from serving.documents.goods_numbers import GOODS_UNKNOWN
from serving.store.reviews import Correction

_NAICS: Final = "NAICS"


@dataclass(frozen=True)
class Ask:
    """How a line is to be valued.

    Attributes
    ----------
    row
        Of the line.
    correction
        What was said about its goods.
    mass_kg
        Of the line; ``None`` where nobody said so.
    category_code
        The category that the model would take by itself, "" for none.
    """

    row: int
    correction: Correction
    mass_kg: float | None
    category_code: str


def valued(
    model: FootprintModel, lines: pd.DataFrame, asks: Sequence[Ask], options: EstimateOptions
) -> dict[int, dict[str, Any] | str]:
    """Value lines as their corrections say.

    Parameters
    ----------
    model
        The footprint model.
    lines
        :class:`features.line_items.LineItems`.
    asks
        At most one a line.
    options
        What the user decided.

    Returns
    -------
    dict of int
        For each row of ``asks`` the columns of :class:`models.estimates.Estimates` that change, or a sentence
        that says why it cannot be valued so.
    """
    if not asks:
        return {}
    predicted = model.predict(_told(lines, asks), options).to_dict("records")
    out: dict[int, dict[str, Any] | str] = {}
    by_money: dict[str, list[tuple[Ask, str]]] = {}
    for ask, record in zip(asks, predicted, strict=True):
        known = {str(name): value for name, value in record.items()}
        by_mass = _by_mass(known)
        code = _naics(model, ask.correction)
        named = _named_factor(model, ask, code)
        if ask.mass_kg is not None:
            out[ask.row] = by_mass or "No footprint of a kilogram of these goods is known."
        elif named is not None:
            by_money.setdefault(named[0], []).append((ask, named[1]))
        elif ask.correction.factor_id is not None:
            out[ask.row] = f"The factor {ask.correction.factor_id!r} is not in this model."
        elif code and known["method"] != BY_MASS:
            set_id = options.factor_set or choose_factor_set(str(lines["country"].iloc[ask.row]))[0]
            by_money.setdefault(set_id, []).append((ask, code))
        elif known["status"] in {"excluded", "unmatched"}:
            out[ask.row] = f"With it the line is {known['status']}: {known['explanation']}"
        else:
            out[ask.row] = known | (_category(model, code) if code else {})
    for set_id, mine in by_money.items():
        out |= _by_money(model, lines, mine, model.factor_sets[set_id], options)
    return out


def _told(lines: pd.DataFrame, asks: Sequence[Ask]) -> pd.DataFrame:
    """Write what was said about the goods on the lines themselves."""
    out = lines.iloc[[ask.row for ask in asks]].reset_index(drop=True)
    # whoever corrected the goods knows them
    out.loc[out["issue"].eq(GOODS_UNKNOWN), ["issue", "issue_detail"]] = ""
    for position, ask in enumerate(asks):
        if ask.correction.category_code:
            out.loc[position, "category_code"] = ask.correction.category_code
            out.loc[position, "category_scheme"] = ask.correction.category_scheme or ""
        if ask.mass_kg is not None:
            # without its money the line can only be valued by its mass
            out.loc[position, ["quantity", "amount"]] = [ask.mass_kg, np.nan]
            out.loc[position, ["unit", "currency"]] = ["kg", ""]
    return out


def _by_mass(estimate: dict[str, Any]) -> dict[str, Any] | None:
    """Take the estimate by mass, if it is one."""
    return estimate if estimate["method"] == BY_MASS else None


def _naics(model: FootprintModel, correction: Correction) -> str:
    scheme = (correction.category_scheme or "").upper()
    code = (correction.category_code or "").strip()
    return code if scheme.startswith(_NAICS) and code in model.category.classes_ else ""


def _named_factor(model: FootprintModel, ask: Ask, code: str) -> tuple[str, str] | None:
    """Find the set of the factor that was named and a category that has it, the line's own if it does."""
    if ask.correction.factor_id is None:
        return None
    for factor_set in model.factor_sets.values():
        factors = factor_set.factors
        having = factors.loc[factors["factor_id"] == ask.correction.factor_id, "naics_code"]
        codes = having[having.isin(model.category.classes_)].tolist()
        if codes:
            own = next((one for one in (code, ask.category_code) if one in codes), codes[0])
            return factor_set.id, str(own)
    return None


def _by_money(
    model: FootprintModel,
    lines: pd.DataFrame,
    asked: Sequence[tuple[Ask, str]],
    factor_set: FactorSet,
    options: EstimateOptions,
) -> dict[int, dict[str, Any] | str]:
    """Value the money of lines whose category is certain with the factors of one set."""
    classes = model.category.classes_
    column = np.searchsorted(classes, [code for _, code in asked])
    certain = sparse.csr_matrix(
        (np.ones(len(asked)), (np.arange(len(asked)), column)), shape=(len(asked), len(classes))
    )
    nobody = Neighbours(np.zeros((len(asked), 0), np.int32), np.zeros((len(asked), 0), np.float32))
    estimated = SpendLines(
        lines=lines.iloc[[ask.row for ask, _ in asked]].reset_index(drop=True),
        query=np.arange(len(asked)),
        votes=CategoryVotes(certain, nobody),
        by_text=certain,
        basis=SpendBasis(model.category, model.titles, model.doubt, model.tables),
        factor_set=factor_set,
        choice="The category was said by a person.",
        options=options.money,
    ).estimates()
    out: dict[int, dict[str, Any] | str] = {}
    records = estimated.drop(columns="half_width").to_dict("records")
    for (ask, _), record in zip(asked, records, strict=True):
        known = {str(name): value for name, value in record.items()}
        out[ask.row] = known if known["status"] != "unmatched" else str(known["explanation"])
    return out


def _category(model: FootprintModel, code: str) -> dict[str, Any]:
    return {
        "category_code": code,
        "category_scheme": CATEGORY_SCHEME,
        "category_title": model.titles[code],
        "category_probability": 1.0,
    }
