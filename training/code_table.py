"""The table that leads a buyer's own codes to categories, made from the concordances."""

import tomllib
from importlib.resources import files
from typing import Any, Final

import pandas as pd

from data.concordances import (
    cn_to_naics_2017,
    cpv_to_nace_division,
    hs_to_naics_2017,
    nace_to_naics_2017,
    naics_2022_to_2017,
)
from data.taxonomies import emdn, naics_titles
from models.buyer_codes import CodeTable

_CPV_CLASS: Final = 4


def code_table() -> pd.DataFrame:
    """Gather the codes of every scheme.

    Returns
    -------
    pandas.DataFrame
        :class:`models.buyer_codes.CodeTable`: NAICS of 2017 and, where the code is new, of 2022; NACE Rev.
        2; HS 2022; CN 2022; CPV 2008 by its NACE divisions; EMDN by its first letter, PSC by its group or
        letter and UNSPSC by its segment, by what they mean.
    """
    titles = naics_titles()["naics_code"]
    naics = titles[titles.str.fullmatch(r"\d{6}")]
    newer = naics_2022_to_2017()
    newer = newer[newer["naics_2022_code"].str.fullmatch(r"\d{6}") & ~newer["naics_2022_code"].isin(naics)]
    letters = _bridge("emdn_to_naics.toml")
    devices = emdn()["emdn_code"]
    nace, hs, cn = nace_to_naics_2017(), hs_to_naics_2017(), cn_to_naics_2017()
    parts = [
        _codes("NAICS", naics, naics),
        _codes("NAICS", newer["naics_2022_code"], newer["naics_code"]),
        _codes("NACE", nace["nace_code"], nace["naics_code"]),
        _codes("HS", hs["hs_code"], hs["naics_code"]),
        _codes("CN", cn["cn_code"], cn["naics_code"]),
        _cpv(nace),
        _codes("EMDN", devices, devices.str[0].map(letters)),
        _by_prefix("PSC", naics),
        _by_prefix("UNSPSC", naics),
    ]
    table = pd.concat(parts, ignore_index=True).dropna().drop_duplicates()
    return CodeTable.validate(table.sort_values(["scheme", "code", "naics_code"], ignore_index=True))


def _cpv(nace: pd.DataFrame) -> pd.DataFrame:
    """Lead CPV codes to the categories of their NACE divisions.

    A branch of the vocabulary whose codes all lead to the same divisions is held as its root alone, and a
    class (four digits) that leads to several as one: what is looked up is cut until the table knows it.
    """
    links = cpv_to_nace_division()
    divisions = links.groupby("cpv_code")["nace_division"].agg(frozenset)
    roots: dict[str, frozenset[str]] = {}
    for length in range(2, _CPV_CLASS + 1):
        for prefix, found in divisions.groupby(divisions.index.str[:length]):
            above = any(str(prefix)[:shorter] in roots for shorter in range(2, length))
            if not above and (len(set(found)) == 1 or length == _CPV_CLASS):
                roots[str(prefix)] = frozenset().union(*found)
    pairs = pd.Series({code: sorted(found) for code, found in roots.items()}, name="division").explode()
    categories = pd.DataFrame({"division": nace["nace_code"].str[:2], "naics_code": nace["naics_code"]})
    opened = pairs.rename_axis("code").reset_index().merge(categories.drop_duplicates(), on="division")
    return _codes("CPV", opened["code"], opened["naics_code"])


def _by_prefix(scheme: str, naics: pd.Series) -> pd.DataFrame:
    """Lead the heads of a scheme's codes to every category that begins with one of their prefixes."""
    pairs = [
        (head, code)
        for head, prefixes in _bridge(f"{scheme.lower()}_to_naics.toml").items()
        for code in naics[naics.str.startswith(tuple(prefixes))]
    ]
    heads, codes = zip(*pairs, strict=True)
    return _codes(scheme, pd.Series(heads), pd.Series(codes))


def _bridge(name: str) -> dict[str, Any]:
    return tomllib.loads(files("data").joinpath(name).read_text("utf-8"))


def _codes(scheme: str, codes: pd.Series, naics: pd.Series) -> pd.DataFrame:
    bare = codes.str.replace(r"[^0-9A-Z]", "", regex=True)
    return pd.DataFrame({"scheme": scheme, "code": bare.to_numpy(), "naics_code": naics.to_numpy()})
