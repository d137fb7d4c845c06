"""Goods with a known mass per article or per unit of money, each with the group that must not be split."""

import re
from typing import Final

import numpy as np
import pandas as pd
from pandera.typing.pandas import DataFrame

from data.labelled import carbon_catalogue, health_items
from data.prices import commodity_prices, cpi_index, exchange_rates, produce_prices, tariff_prices
from features.quantities import Basis, read_contents, read_unit
from models.mass import MassExamples

PRICE_YEAR: Final = 2022
"""Money of every set is in US dollars of this year."""

_TARIFF_YEAR: Final = 2023
_JUICE_KG_PER_LITRE: Final = 1.045
_ESTIMATED_WEIGHT: Final = 0.5
_DONATION: Final = "[DON]"
_PACK_KG: Final = (0.005, 10.0)
_NOMINAL_USD: Final = 0.05
_ENOUGH_SHIPMENTS: Final = 3
_DECLARED_UNITS_KG: Final = (1.0, 1000.0, 907.185)
_SOLD_BY_MASS: Final = "^Materials$|^Energy$|Utilities"
_TEXT_LENGTH: Final = 300
_NO_MASS: Final = (Basis.NONE, Basis.PIECES_ONLY)
_KG_PER_COMMODITY_UNIT: Final = {
    "($/mt)": 1000.0,
    "($/kg)": 1.0,
    "($/dmtu)": 1000.0,
    "($/troy oz)": 0.0311034768,
    "($/bbl)": 136.0,
    "($/mmbtu)": 20.2,
}
"""Crude oil at 0.856 kg per litre, natural gas at 52 MJ per kg; iron ore is priced per tonne since 2008."""
_KG_PER_PRODUCE_UNIT: Final = {
    "per pound": read_unit("LBR").factor,
    "per pint": read_unit("PTL").factor * _JUICE_KG_PER_LITRE,
}


def mass_examples(*, confirmed_terms_only: bool = False) -> DataFrame[MassExamples]:
    """Put all sets together.

    Parameters
    ----------
    confirmed_terms_only
        Leave out the drug tariff, whose terms were read second hand: for a model that is passed on.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    sets = [health_packs(), products(), commodities(), produce()]
    if not confirmed_terms_only:
        sets.append(medicines())
    return MassExamples.validate(pd.concat(sets, ignore_index=True))


def health_packs() -> pd.DataFrame:
    """Gross mass and price of a pack of medicines or tests; a molecule or a type of test is a group.

    A weight counts when all lines that were weighed together are of one item. Some weights are wrong by
    orders of magnitude: shipments beyond what a pack can weigh are left out, the median over the shipments of
    an item stands for it, and items shipped once or twice weigh less. Donations carry no real price.
    """
    lines = health_items()
    lines = lines[
        (lines["weighed_with"] != "") & ~lines["description"].str.contains(_DONATION, regex=False)
    ].copy()
    prices = _price_index("US")
    lines["usd"] = lines["value_usd"] * prices[PRICE_YEAR] / lines["year"].map(prices)
    together = lines.groupby("weighed_with").agg(
        text=("description", "first"),
        items=("description", "nunique"),
        product=("product", "first"),
        packs=("packs", "sum"),
        usd=("usd", "sum"),
        kg=("weight_kg", "max"),
    )
    alone = together[(together["items"] == 1) & (together["kg"] > 0) & (together["usd"] > 0)].copy()
    alone["kg_per_article"] = alone["kg"] / alone["packs"]
    alone["usd_per_article"] = alone["usd"] / alone["packs"]
    alone = alone[alone["kg_per_article"].between(*_PACK_KG) & (alone["usd_per_article"] > _NOMINAL_USD)]
    packs = alone.groupby("text", as_index=False).agg(
        group=("product", "first"),
        shipments=("kg", "size"),
        kg_per_article=("kg_per_article", "median"),
        usd_per_article=("usd_per_article", "median"),
    )
    packs["pieces_per_article"] = [read_contents(text).pieces for text in packs["text"]]
    packs["weight"] = (packs["shipments"] / _ENOUGH_SHIPMENTS).clip(upper=1.0)
    packs["kg_per_usd"] = packs["kg_per_article"] / packs["usd_per_article"]
    return _examples(packs, "health packs")


def products() -> pd.DataFrame:
    """Mass of manufactured products that are sold by the piece; a company is a group.

    A functional unit of exactly 1 kg, a tonne or a short ton is a declared unit and no piece, and so are the
    lots of industries that sell by mass or volume. Products of a company that are named alike count once.
    """
    catalogue = carbon_catalogue()
    declared = np.isclose(catalogue["weight_kg"].to_numpy()[:, None], _DECLARED_UNITS_KG, rtol=1e-3)
    by_mass = catalogue["industry_group"].str.contains(_SOLD_BY_MASS)
    pieces = catalogue[~declared.any(axis=1) & ~by_mass]
    frame = pd.DataFrame(
        {
            "text": (pieces["product_name"] + ". " + pieces["product_detail"]).str.slice(0, _TEXT_LENGTH),
            "group": pieces["company"],
            "kg_per_article": pieces["weight_kg"],
            "weight": np.where(pieces["weight_source"] == "company", 1.0, _ESTIMATED_WEIGHT),
        }
    )
    alike = frame.groupby(["text", "group"], as_index=False)
    return _examples(alike.agg({"kg_per_article": "median", "weight": "max"}), "products")


def commodities() -> pd.DataFrame:
    """Mass per dollar of raw commodities; the first word names the group."""
    prices = commodity_prices()
    prices = prices[prices["unit"].isin(list(_KG_PER_COMMODITY_UNIT))]
    names = prices["commodity"]
    frame = pd.DataFrame(
        {
            "text": names,
            "group": [re.split(r"[\s,]", name)[0].lower().rstrip("s") for name in names],
            "kg_per_usd": prices["unit"].map(_KG_PER_COMMODITY_UNIT) / prices["usd_per_unit"],
        }
    )
    return _examples(frame.reset_index(drop=True), "commodities")


def produce() -> pd.DataFrame:
    """Mass per dollar of fruit and vegetables in US shops; all forms of a plant are a group."""
    prices = produce_prices()
    frame = pd.DataFrame(
        {
            "text": prices["name"] + ", " + prices["form"].str.lower(),
            "group": prices["plant"],
            "kg_per_usd": prices["unit"].map(_KG_PER_PRODUCE_UNIT) / prices["usd_per_unit"],
        }
    )
    return _examples(frame, "produce")


def medicines() -> pd.DataFrame:
    """Net mass per dollar of creams and liquids in the drug tariff; an active substance is a group.

    The terms of this set are to be confirmed: see :func:`mass_examples`.
    """
    packs = tariff_prices()
    packs = packs[packs["pack_unit"].isin(["ml", "gram"])]
    usd = packs["gbp"] / _units_per_usd("GBP", _TARIFF_YEAR)
    prices = _price_index("US")
    frame = pd.DataFrame(
        {
            "text": packs["medicine"],
            "group": packs["medicine"].str.extract(r"^([A-Za-z-]+)")[0].str.lower(),
            "kg_per_usd": packs["pack_size"] / 1000 / (usd * prices[PRICE_YEAR] / prices[_TARIFF_YEAR]),
        }
    )
    return _examples(frame.groupby(["text", "group"], as_index=False).median(), "medicines")


def _examples(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Bring a set into the common form; a mass that the text states needs no model."""
    out = frame.reindex(columns=list(MassExamples.to_schema().columns)).assign(kind=kind)
    out["group"] = f"{kind}: " + out["group"].astype(str)
    out["weight"] = out["weight"].fillna(1.0)
    out["states_mass"] = [read_contents(text).basis not in _NO_MASS for text in out["text"]]
    return out


def _price_index(country: str) -> pd.Series:
    index = cpi_index()
    return index[index["country"] == country].set_index("year")["index_2017_100"]


def _units_per_usd(currency: str, year: int) -> float:
    rates = exchange_rates()
    of_year = (rates["currency"] == currency) & (rates["date"].dt.year == year)
    return float(rates.loc[of_year, "units_per_usd"].mean())
