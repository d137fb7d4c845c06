"""What the reference index is made of: classifications, buyers' words for them, and labelled lines."""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import pandas as pd

from data.buyers_words import known_suppliers, purchase_wordings
from data.taxonomies import emdn, naics_descriptions, naics_index, naics_titles, schedule_b
from features.text import clean_text
from models.reference_index import ReferenceEntries
from training.labelled_sets import LabelledSet, labelled_sets

_BOILERPLATE: Final = re.compile(
    r"^This (U\.S\. )?industry (group )?comprises (\([^)]*\) )?"
    r"(establishments|units) primarily (engaged in )?",
    re.IGNORECASE,
)
_DESCRIPTION_LENGTH: Final = 600
NOT_BOUGHT: Final = "92"
"""Public administration: what a public body does is not what a buyer buys."""

_ELECTRICITY: Final = r"^(?:22111\d|221121)$"
_ELECTRICITY_AS_BOUGHT: Final = "221122"
"""However electricity is made and transmitted, it reaches a buyer through its distribution."""

_GOODS_SECTORS: Final = ("11", "21", "31", "32", "33")
_ACTIVITY: Final = re.compile(
    r"[, ]*\b(manufacturing|mfg|farming|growing|production|mining|processing|canning|milling|mills?"
    r"|preserving|weaving|printing|made (from purchased|in) )\b.*$",
    re.IGNORECASE,
)
_EXAMPLES: Final = re.compile(r"\((?:e\.g\.|i\.e\.),?\s*([^)]*)\)")
_PLURAL: Final = re.compile(r"[^aisu']s$")
_BRACKETS: Final = re.compile(r"\s*\([^)]*\)")
_SOURCE_OF_SET: Final = {"public": "public_lines"}
_SHORTEST_NAME: Final = 3
_SHORTEST_EXAMPLE: Final = 5
"""Of "Steel shapes (e.g., bars, rods)" the short examples say too little alone."""

WEIGHTS: Final = {
    "naics_2017_index": 1.0,
    "naics_2017_titles": 2.0,
    "naics_2017_descriptions": 1.0,
    "schedule_b": 0.1,
    "emdn": 0.1,
    "purchase_wordings": 1.0,
    "known_suppliers": 1.0,
    "austin": 1.0,
    "grocery": 1.0,
    "public_lines": 1.0,
}
"""Prior weight of an entry of each source. Tariff and device texts are many and detailed: at full weight they
crowd out the rest (NAICS-6 on Austin lines falls from 0.51 to 0.48). Docs: decision 0002."""


def reference_entries(labelled: Sequence[LabelledSet] | None = None) -> pd.DataFrame:
    """Gather the entries of every source.

    Parameters
    ----------
    labelled
        Labelled lines that join the classifications; by default all there are.

    Returns
    -------
    pandas.DataFrame
        :class:`models.reference_index.ReferenceEntries`, without the sector :data:`NOT_BOUGHT`;
        the generation of electricity stands under its distribution.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    parts = [
        _naics_index(),
        _goods_of_naics_index(),
        _naics_titles(),
        _naics_descriptions(),
        _schedule_b(),
        _emdn(),
        _purchase_wordings(),
        _known_suppliers(),
        *(labelled_entries(labelled) for labelled in (labelled_sets() if labelled is None else labelled)),
    ]
    entries = pd.concat(parts, ignore_index=True)
    entries["naics_code"] = entries["naics_code"].replace(_ELECTRICITY, _ELECTRICITY_AS_BOUGHT, regex=True)
    entries = entries[~entries["naics_code"].str.startswith(NOT_BOUGHT) & (entries["text"] != "")]
    return ReferenceEntries.validate(entries.reset_index(drop=True))


def labelled_entries(labelled: LabelledSet) -> pd.DataFrame:
    """Turn labelled lines into entries, one for each accepted category, the first ones weighing more.

    A line that names its supplier also stands for its description and for its supplier alone.
    """
    source = _SOURCE_OF_SET.get(labelled.name, labelled.name)
    views = {"line": labelled.text, "description": labelled.description, "supplier": labelled.supplier}
    rows = pd.DataFrame({"naics_code": labelled.accepted, "source_code": labelled.record, **views})
    rows = rows.explode("naics_code").dropna(subset="naics_code")
    rows["weight"] = WEIGHTS.get(source, 1.0) * 0.5 ** rows.groupby(level=0).cumcount()
    named = rows[rows["supplier"] != ""]
    parts = [
        _entries(part["naics_code"], part[view], source, part["source_code"], part["weight"], view)
        for view, part in (("line", rows), ("description", named), ("supplier", named))
    ]
    return pd.concat(parts, ignore_index=True)


def _naics_index() -> pd.DataFrame:
    index = naics_index(2017)
    return _entries(index["naics_code"], index["entry"], "naics_2017_index", index["naics_code"])


def _goods_of_naics_index() -> pd.DataFrame:
    """Name the goods of the index without the activity.

    Buyers write "backpack"; "Knapsacks (e.g., backpacks, book bags) manufacturing" is further from that than
    "Mountain hiking" is.
    """
    index = naics_index(2017)
    index = index[index["naics_code"].str.startswith(_GOODS_SECTORS)]
    names = index.assign(entry=index["entry"].map(goods_names)).explode("entry").dropna(subset="entry")
    names = names.drop_duplicates(["naics_code", "entry"])
    return _entries(names["naics_code"], names["entry"], "naics_2017_index", names["naics_code"])


def goods_names(entry: str) -> list[str]:
    """Name the goods that an entry of the NAICS index is about, where that is not the entry itself.

    An example in the singular says which of the goods are meant, and is none by itself: nobody who writes
    "water" buys a meter.

    Examples
    --------
    >>> goods_names("Knapsacks (e.g., backpacks, book bags) manufacturing")
    ['Knapsacks', 'backpacks', 'book bags']
    >>> goods_names("Meters (e.g., gas, water) manufacturing")
    ['Meters', 'gas meters', 'water meters']
    """
    goods = _ACTIVITY.sub("", _BRACKETS.sub("", entry)).strip(" ,")
    examples = [name.strip() for text in _EXAMPLES.findall(entry) for name in re.split(r",| or | and ", text)]
    named = [goods] if len(goods) >= _SHORTEST_NAME and goods != entry else []
    meant = goods.split(" made ")[0].lower()
    named += [f"{name} {meant}" for name in examples if name and not _PLURAL.search(name)]
    return named + [name for name in examples if len(name) >= _SHORTEST_EXAMPLE and _PLURAL.search(name)]


def _naics_titles() -> pd.DataFrame:
    titles = naics_titles()
    titles = titles[titles["naics_code"].str.fullmatch(r"\d{6}")]
    return _entries(titles["naics_code"], titles["title"], "naics_2017_titles", titles["naics_code"])


def _naics_descriptions() -> pd.DataFrame:
    described = naics_descriptions()
    described = described[described["naics_code"].str.fullmatch(r"\d{6}") & (described["description"] != "")]
    text = described["description"].str.split("Cross-References").str[0].map(clean_text)
    text = text.str.replace(_BOILERPLATE, "", regex=True).str.slice(0, _DESCRIPTION_LENGTH)
    return _entries(described["naics_code"], text, "naics_2017_descriptions", described["naics_code"])


def _schedule_b() -> pd.DataFrame:
    tariff = schedule_b()
    known = set(naics_titles()["naics_code"])
    tariff = tariff[tariff["naics_code"].isin(known)]
    texts = pd.concat([tariff["long_text"], tariff["short_text"]]).str.lower()
    twice = pd.concat([tariff, tariff])
    entries = _entries(twice["naics_code"], texts, "schedule_b", twice["schedule_b_code"])
    return entries.drop_duplicates(["naics_code", "text"])


def _emdn() -> pd.DataFrame:
    devices = emdn()
    letters = tomllib.loads(files("data").joinpath("emdn_to_naics.toml").read_text("utf-8"))
    return _entries(
        devices["emdn_code"].str[0].map(letters), devices["term"].str.lower(), "emdn", devices["emdn_code"]
    ).dropna(subset="naics_code")


def _purchase_wordings() -> pd.DataFrame:
    wordings = purchase_wordings()
    text = wordings["text"].map(clean_text)
    return _entries(wordings["naics_code"], text, "purchase_wordings", wordings["record"])


def _known_suppliers() -> pd.DataFrame:
    suppliers = known_suppliers()
    name = suppliers["supplier"].map(clean_text).str.lower()
    weight = WEIGHTS["known_suppliers"] * 0.5 ** (suppliers["rank"] - 1)
    return _entries(suppliers["naics_code"], name, "known_suppliers", suppliers["supplier"], weight)


def _entries(
    codes: pd.Series,
    texts: pd.Series,
    source: str,
    source_codes: pd.Series,
    weight: pd.Series | None = None,
    view: str = "line",
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "naics_code": codes.to_numpy(),
            "text": texts.to_numpy(),
            "source": source,
            "source_code": source_codes.to_numpy(),
            "weight": WEIGHTS[source] if weight is None else weight.to_numpy(),
            "view": view,
        }
    )
