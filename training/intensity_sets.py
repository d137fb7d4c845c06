"""Products with a known footprint per kg, from every source that may be used, cleaned into one table."""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.factors import desnz_material_factors
from data.labelled import (
    agribalyse_gate,
    agribalyse_stages,
    boavizta,
    boverket,
    br18,
    carbon_catalogue,
    oefdb,
    owid_food,
    rivm_food,
    uslci,
)
from models.intensity_examples import IntensityExamples
from training.dutch_foods import ENGLISH
from training.intensity_domains import (
    OEFDB_MATERIAL_GROUPS,
    catalogue_domain,
    gate_food_domain,
    inventory_domain,
    material_domain,
)
from training.intensity_families import families
from training.share_alike import ShareAlike

_LONGEST_TEXT: Final = 300
_SMALLEST: Final = 1e-4  # kg CO2e per kg; less (or a credit) has no useful logarithm
_TRANSPORT_ONLY: Final = 7.0  # kg CO2e per tonne
_NO_PRODUCT: Final = ("processing", "transformation")
_PRODUCTIONS: Final = {"Primary material production": "", "Closed-loop source": ", recycled"}

INVENTORY_SCREENED: Final = {
    r"[Cc]ombusted|^Trim and saw|[Dd]ebark|[Bb]ucked|bonding application|^Grinding": "a process, no product",
    r"neat, \d+%": "resin solids without their inputs: a tenth of the same resin elsewhere",
    r"[Pp]ackaging and information": "accompanies another product",
    r"sulphate_alum|diisocyanate resin, at plant, US": "six times other figures for the same product",
    r"^Ethanol.*(conversion facility|refueling station|blending terminal)": "ten times other ethanol",
}
"""Processes of the US inventory that are left out, and why."""
CATALOGUE_SCREENED: Final = {
    "Ecoworx": "its weight of 0.27 kg is not that of the square metre it stands for",
    r"(Average of all )?[Pp]roducts (sold )?(for|to) \w+$": "names no product",
    r"The information has been calculated": "names no product",
}
"""Products of the Carbon Catalogue that are left out by the beginning of their text, and why."""
DEVICES_SCREENED: Final = {
    r"^Fortis (x360 )?11 inch|EliteBook 645|Elite Tower 880|E24mv G4|M24fd FHD": "half its weight was read",
    r"C1422H": "a monitor of 0.6 kg with the footprint of one of 6 kg",
}
"""Devices of Boavizta that are left out by a part of their name, and why: misread sheets."""
_WOOD_LIMIT: Final = (
    2.0  # kg CO2e per kg: sawn and peeled wood above it counts the burning of its own residues
)

_WRAPPING: Final = re.compile(
    r"\{[^}]*\}( U\b)?|/?\b[A-Z]{2,3}[ /]U\b|\(ACYVIA\)|,? constructed by Ecobalyse|\[fr(-organic)?\]"
    r"|,? ?\bat (?:[a-z]+ )*(?:plant|farm|gate|processing|mill|orchard|greenhouse|vineyard|landing|dairy"
    r"|field|sawmill|kiln|factory|station|terminal|market|facility)\b"
    r"|,? ?\b(?:consumption mix|production mix|national average|conventional|variety mix|integrated"
    r"|average production|for direct consumption|production|processing)\b"
    r"|\b(?:19|20)\d\d(?:-\d{4})?\b|\bCTR\b|\b(?:US )?(?:SE|PNW|INW|NE-NC)\b"
)
_CUSTOMER: Final = re.compile(
    r"^(Aggregated (global )?sales|Average of all products sold) (for|to) [^.]*?( - |\. )"
    r"|Please note that this factor is representative.*",
    re.IGNORECASE,
)
_TOLD_SHARES: Final = (0.8, 1.05)  # making, transport, use and end of life; else a share was misread
_DEVICE_WORDS: Final = {
    "Laptop": "laptop computer",
    "Desktop": "desktop computer",
    "Monitor": "monitor",
    "Server": "server",
    "Converged": "server",
    "Converged Edge": "server",
    "Smartphone": "smartphone",
    "Tablet": "tablet computer",
    "Thin Client": "thin client",
    "Thin client": "thin client",
}
_LAPTOP_INCHES: Final = (10.0, 17.9)  # a "desktop" with such a screen is one: no all-in-one is as small
_FOOTNOTE: Final = re.compile(r"(?<=Plus|stem|dule|rver)4$| fwsdfFFactor$| ENERGY STAR$")
_COMPANY: Final = {"hp": "hewlett-packard"}
"""Makers of devices under the name that the Carbon Catalogue has for them."""


class _Product(NamedTuple):
    text: str
    value: float
    boundary: str
    domain: str
    gate: float
    maker: str = ""
    weight_kg: float = np.nan


def intensity_examples(
    encode: Callable[[pd.Series], npt.NDArray[np.float32]],
    *,
    unconfirmed: bool = False,
    share_alike: Collection[ShareAlike] = (),
) -> tuple[pd.DataFrame, npt.NDArray[np.float32]]:
    """Return the products and the vectors of their texts.

    Figures at or below 0.0001 kg CO2e per kg are left out: wood that counts the carbon in it as a credit, and
    re-used goods. They have no logarithm, and no text tells a credit. So are processing steps, US processes
    that contradict others (:data:`INVENTORY_SCREENED`) and UK factors that hold no more than the transport.

    Parameters
    ----------
    encode
        Turns n texts into (n, d) unit-norm vectors.
    unconfirmed
        Add the construction products whose owners have not confirmed that they may be reused: for measuring,
        never for a model that is passed on.
    share_alike
        Add these sets: a model that is made from them is passed on under their terms.

    Returns
    -------
    examples
        m rows of :class:`models.intensity_examples.IntensityExamples`.
    vectors
        (m, d).

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    asked_for = {(one.value, _SHARE_ALIKE[one][0]): _SHARE_ALIKE[one][1] for one in sorted(share_alike)}
    sources = {**_SOURCES, **(_UNCONFIRMED if unconfirmed else {}), **asked_for}
    parts = []
    for (source, licence), products in sources.items():
        part = pd.DataFrame(list(products()), columns=list(_Product._fields))
        parts.append(part.assign(source=source, licence=licence))
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["value"] > _SMALLEST) & (table["text"] != "")].reset_index(drop=True)
    vectors = encode(table["text"].astype("str"))
    examples = pd.DataFrame(
        {
            "text": table["text"],
            "kg_co2e_per_kg": table["value"],
            "gate_kg_co2e_per_kg": np.maximum(table["gate"], _SMALLEST),
            "boundary": table["boundary"],
            "domain": table["domain"],
            "group": "",
            "source": table["source"],
            "licence": table["licence"],
            "weight": 1.0,
            "weight_kg": table["weight_kg"],
        }
    )
    examples["group"] = families(examples, table["maker"], vectors)
    return IntensityExamples.validate(examples), vectors


def product_name(name: str) -> str:
    """Take off what a life-cycle database adds to the name of a product.

    Examples
    --------
    >>> product_name("Cauliflower, conventional, national average, at farm gate {FR} U")
    'Cauliflower'
    >>> product_name("Wheat flour, at industrial mill {FR} U [organic], constructed by Ecobalyse")
    'Wheat flour, organic'
    """
    text = _WRAPPING.sub(" ", name.replace("[organic]", ", organic"))
    text = re.sub(r"\s*,(\s*,)*\s*", ", ", text)
    return re.sub(r"\s+", " ", text).strip(" ,;.-/")


def _agribalyse_gate() -> Iterable[_Product]:
    for row in _rows(agribalyse_gate()):
        if row["category"] not in _NO_PRODUCT:
            value = row["kg_co2e_per_kg"]
            yield _Product(product_name(row["name"]), value, "gate", gate_food_domain(row["name"]), value)


def _agribalyse_consumer() -> Iterable[_Product]:
    frame = agribalyse_stages()
    stages = [column for column in frame.columns if column.endswith("kg_co2e_per_kg")]
    frame["total"] = frame[stages].sum(axis=1)
    for row in _rows(frame):
        at_gate = row["agriculture_kg_co2e_per_kg"] + row["processing_kg_co2e_per_kg"]
        yield _Product(product_name(row["name_en"]), row["total"], "consumer", "food", at_gate)


def _owid() -> Iterable[_Product]:
    after = ("transport_kg_co2e_per_kg", "packaging_kg_co2e_per_kg", "retail_kg_co2e_per_kg")
    for row in _rows(owid_food()):
        total = row["total_kg_co2e_per_kg"]
        yield _Product(row["name"], total, "shop", "food", total - sum(row[stage] for stage in after))


def _rivm() -> Iterable[_Product]:
    for row in _rows(rivm_food()):
        name = ENGLISH.get(row["name_nl"], row["name_nl"])
        yield _Product(name, row["kg_co2e_per_kg"], "shop", "food", row["kg_co2e_per_kg"])


def _uslci() -> Iterable[_Product]:
    screened = re.compile("|".join(INVENTORY_SCREENED))
    for row in _rows(uslci()):
        name, category, value = row["process"], row["category"], row["kg_co2e_per_kg"]
        if screened.search(name) or (category.startswith("Wood") and value > _WOOD_LIMIT):
            continue
        yield _Product(product_name(name), value, "gate", inventory_domain(name, category), value)


def _desnz() -> Iterable[_Product]:
    for row in _rows(desnz_material_factors()):
        if row["production"] not in _PRODUCTIONS or row["kg_co2e_per_tonne"] < _TRANSPORT_ONLY:
            continue
        name = _material(row["material"].rpartition(": ")[2], row["material_group"])
        value = row["kg_co2e_per_tonne"] / 1000.0
        domain = material_domain(row["material_group"], row["material"])
        yield _Product(name + _PRODUCTIONS[row["production"]], value, "gate", domain, value)


def _oefdb() -> Iterable[_Product]:
    for row in _rows(oefdb()):
        value = row["kg_co2e_per_kg"]
        if row["production"] not in _PRODUCTIONS or value * 1000.0 < _TRANSPORT_ONLY:
            continue
        group = OEFDB_MATERIAL_GROUPS[row["category"]]
        name = _material(row["name"], group)
        domain = material_domain(group, row["name"])
        yield _Product(name + _PRODUCTIONS[row["production"]], value, row["boundary"], domain, value)


def _material(name: str, group: str) -> str:
    papers = {"board": "board, paperboard", "mixed": "mixed paper and board", "paper": "paper"}
    name = re.sub(r"\((incl|excl)\. forming\)", "", name).strip()
    name = (papers.get(name.lower(), name) if group == "Paper" else name).replace("Electrical items - ", "")
    name = name.replace(" - ", ", ")
    rubber_or_said = name == "Tyres" or "plastic" in name
    return f"{name} plastic" if group == "Plastic" and not rubber_or_said else name


def _carbon_catalogue() -> Iterable[_Product]:
    screened = re.compile("|".join(CATALOGUE_SCREENED))
    for row in _rows(carbon_catalogue()):
        name, detail = row["product_name"], row["product_detail"]
        repeated = not detail or detail.lower().startswith(name.lower()[:40])
        text = _CUSTOMER.sub("", (detail or name) if repeated else f"{name}. {detail}")[:_LONGEST_TEXT]
        if screened.match(text):
            continue
        at_gate, weight_kg = row["cradle_to_gate_kg_co2e_per_kg"], row["weight_kg"]
        told = at_gate > 0
        value = at_gate if told else row["pcf_kg_co2e"] / weight_kg
        boundary, domain = "gate" if told else "reported", catalogue_domain(text, row["sector"])
        yield _Product(text, value, boundary, domain, value, row["company"].lower(), weight_kg)


def _boavizta() -> Iterable[_Product]:
    screened = re.compile("|".join(DEVICES_SCREENED))
    least, most = _TOLD_SHARES
    for row in _rows(boavizta()):
        name, maker = _FOOTNOTE.sub("", row["name"]), row["manufacturer"].lower()
        if screened.search(name) or not least <= row["told_share"] <= most:
            continue
        small_screen = _LAPTOP_INCHES[0] <= row["screen_inch"] <= _LAPTOP_INCHES[1]
        kind = "Laptop" if row["kind"] == "Desktop" and small_screen else row["kind"]
        word = _DEVICE_WORDS.get(kind, "")
        text = f"{row['manufacturer']} {name}" + (f", {word}" if word and word not in name.lower() else "")
        value = row["cradle_to_gate_kg_co2e_per_kg"]
        yield _Product(text, value, "gate", "equipment", value, _COMPANY.get(maker, maker), row["weight_kg"])


def _boverket() -> Iterable[_Product]:
    for row in _rows(boverket()):
        yield _Product(row["name"], row["kg_co2e_per_kg"], "gate", "construction", row["kg_co2e_per_kg"])


def _br18() -> Iterable[_Product]:
    for row in _rows(br18()):
        name = row["name_de_or_en"] or row["name_da"]
        yield _Product(name, row["kg_co2e_per_kg"], "gate", "construction", row["kg_co2e_per_kg"])


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


_SOURCES: Final[dict[tuple[str, str], Callable[[], Iterable[_Product]]]] = {
    ("ecobalyse_agribalyse", "etalab-2.0"): _agribalyse_gate,
    ("agribalyse", "etalab-2.0"): _agribalyse_consumer,
    ("uslci", "MIT"): _uslci,
    ("owid_food", "CC-BY-4.0"): _owid,
    ("rivm_food", "CC-BY-4.0"): _rivm,
    ("desnz_2025", "OGL-UK-3.0"): _desnz,
    ("carbon_catalogue", "CC0-1.0"): _carbon_catalogue,
}
_UNCONFIRMED: Final[dict[tuple[str, str], Callable[[], Iterable[_Product]]]] = {
    ("boverket", "to be confirmed"): _boverket,
    ("br18", "to be confirmed"): _br18,
}
_SHARE_ALIKE: Final[dict[ShareAlike, tuple[str, Callable[[], Iterable[_Product]]]]] = {
    ShareAlike.BOAVIZTA: ("ODbL-1.0", _boavizta),
    ShareAlike.OEFDB: ("CC-BY-SA-4.0", _oefdb),
}
