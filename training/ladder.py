"""How far products are from their sectors, on goods whose price and footprint per kilogram are both known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.line_items import line_items
from features.money import MoneyOptions
from features.price_tables import PriceTables
from features.text import TextEncoder
from models.factor_sets import FactorSet
from models.intensity import IntensityModel
from models.intervals import CategoryDoubt
from models.ladder import Ladder
from models.ranked_category import RankedCategory, ask
from models.spend_route import spend_estimates
from training.mass_sets import PRICE_YEAR

_SAME_GOODS: Final = 0.85
"""Cosine of two texts from which on they are taken for the same goods."""
_AT_GATE: Final = "gate"
_WITHIN: Final = np.log(2.0)


@dataclass(frozen=True)
class MoneySide:
    """What values the money of a line.

    Attributes
    ----------
    category, doubt, factor_set, tables
        As the footprint model has them.
    """

    category: RankedCategory
    doubt: CategoryDoubt
    factor_set: FactorSet
    tables: PriceTables


def priced_goods(
    masses: pd.DataFrame, products: pd.DataFrame, encode: Callable[[pd.Series], npt.NDArray[np.float32]]
) -> pd.DataFrame:
    """Find the goods of which a price and a footprint are known.

    Parameters
    ----------
    masses
        n rows of :class:`models.mass.MassExamples`.
    products
        m rows of :class:`models.intensity_examples.IntensityExamples`.
    encode
        Turns texts into unit-norm vectors.

    Returns
    -------
    pandas.DataFrame
        A row for each priced good that some product at the gate is named like: ``text``, ``kind``,
        ``products`` (positions, a list) and ``kg_co2e_per_usd``, by the median of these products.
    """
    priced = masses[masses["kg_per_usd"].notna()].reset_index(drop=True)
    at_gate = np.flatnonzero((products["boundary"] == _AT_GATE).to_numpy())
    alike = encode(priced["text"]) @ encode(products["text"].iloc[at_gate]).T >= _SAME_GOODS
    log = np.log(products["kg_co2e_per_kg"].to_numpy())
    rows = []
    for good in np.flatnonzero(alike.any(axis=1)):
        found = at_gate[alike[good]]
        per_usd = float(np.exp(np.median(log[found])) * priced["kg_per_usd"].iloc[good])
        rows.append((priced["text"].iloc[good], priced["kind"].iloc[good], found.tolist(), per_usd))
    return pd.DataFrame(rows, columns=["text", "kind", "products", "kg_co2e_per_usd"])


def value_by_money(goods: pd.DataFrame, encoder: TextEncoder, money: MoneySide) -> pd.DataFrame:
    """Value a dollar of each good by its sector.

    Parameters
    ----------
    goods
        n rows of :func:`priced_goods`.
    encoder, money
        What estimates lines.

    Returns
    -------
    pandas.DataFrame
        n rows: ``kg_co2e_per_usd`` and ``half_width`` of its range in logarithms.
    """
    lines = line_items(
        pd.DataFrame(
            {
                "description": goods["text"].to_numpy(),
                "amount": 1.0,
                "currency": "USD",
                "date": pd.Timestamp(PRICE_YEAR, 7, 1),
                "country": "US",
            }
        )
    )
    questions = ask(lines["description"], lines["supplier"], encoder)
    probability = money.category.votes(questions).probability
    found = spend_estimates(
        lines,
        np.arange(len(lines)),
        probability,
        probability,
        money.category.classes_,
        money.factor_set,
        money.tables,
        money.doubt,
        MoneyOptions(),
    )
    return pd.DataFrame({"kg_co2e_per_usd": found.kg_co2e, "half_width": found.half_width})


def calibrated_ladder(goods: pd.DataFrame, money: pd.DataFrame) -> Ladder:
    """Calibrate the ladder on goods and what money says of them, from :func:`value_by_money`."""
    error = np.log(money["kg_co2e_per_usd"].to_numpy() / goods["kg_co2e_per_usd"].to_numpy())
    known = np.isfinite(error)
    kind = goods["kind"].to_numpy(dtype=str)
    return Ladder().calibrate(error[known], money["half_width"].to_numpy()[known], kind[known])


def compared(goods: pd.DataFrame, money: pd.DataFrame, intensity: IntensityModel) -> pd.DataFrame:
    """Hold both methods against the known footprints.

    The mass of these goods is known, and their footprint per kg is estimated by models that have not seen
    the family of the product.

    Returns
    -------
    pandas.DataFrame
        n rows: ``text``, ``kind``, and per US dollar the known ``kg_co2e``, ``by_money`` and ``by_mass``.
    """
    log = np.log(intensity.examples_["kg_co2e_per_kg"].to_numpy())
    error = intensity.out_of_family_["log"].to_numpy() - log
    by_mass = [
        known * float(np.exp(np.median(error[found])))
        for known, found in zip(goods["kg_co2e_per_usd"], goods["products"], strict=True)
    ]
    return pd.DataFrame(
        {
            "text": goods["text"],
            "kind": goods["kind"],
            "kg_co2e": goods["kg_co2e_per_usd"],
            "by_money": money["kg_co2e_per_usd"],
            "by_mass": by_mass,
        }
    )


def ladder_figures(table: pd.DataFrame) -> pd.DataFrame:
    """Say how far both methods are off, from :func:`compared`.

    Returns
    -------
    pandas.DataFrame
        A row for each kind of goods and one for all: ``kind``, ``goods``, and for both methods the share
        ``within_2x`` and the ``median_factor`` by which they are off.
    """
    rows = []
    for kind, part in [*table.groupby("kind", sort=True), ("all", table)]:
        row: dict[str, object] = {"kind": kind, "goods": len(part)}
        for method in ("by_money", "by_mass"):
            error = np.abs(np.log(part[method] / part["kg_co2e"]))
            row[f"within_2x_{method}"] = float((error < _WITHIN).mean())
            row[f"median_factor_{method}"] = float(np.exp(np.median(error)))
        rows.append(row)
    return pd.DataFrame(rows)
