"""The table that leads a buyer's own codes to categories, made from the concordances."""

import tomllib
from importlib.resources import files

import pandas as pd

from data.concordances import cn_to_naics_2017, hs_to_naics_2017, nace_to_naics_2017, naics_2022_to_2017
from data.taxonomies import emdn, naics_titles
from models.buyer_codes import CodeTable


def code_table() -> pd.DataFrame:
    """Gather the codes of every scheme.

    Returns
    -------
    pandas.DataFrame
        :class:`models.buyer_codes.CodeTable`: NAICS of 2017 and, where the code is new, of 2022; NACE Rev. 2; HS
        2022; CN 2022; EMDN by its first letter.
    """
    titles = naics_titles()["naics_code"]
    naics = titles[titles.str.fullmatch(r"\d{6}")]
    newer = naics_2022_to_2017()
    newer = newer[newer["naics_2022_code"].str.fullmatch(r"\d{6}") & ~newer["naics_2022_code"].isin(naics)]
    letters = tomllib.loads(files("data").joinpath("emdn_to_naics.toml").read_text("utf-8"))
    devices = emdn()["emdn_code"]
    nace, hs, cn = nace_to_naics_2017(), hs_to_naics_2017(), cn_to_naics_2017()
    parts = [
        _codes("NAICS", naics, naics),
        _codes("NAICS", newer["naics_2022_code"], newer["naics_code"]),
        _codes("NACE", nace["nace_code"], nace["naics_code"]),
        _codes("HS", hs["hs_code"], hs["naics_code"]),
        _codes("CN", cn["cn_code"], cn["naics_code"]),
        _codes("EMDN", devices, devices.str[0].map(letters)),
    ]
    table = pd.concat(parts, ignore_index=True).dropna().drop_duplicates()
    return CodeTable.validate(table.sort_values(["scheme", "code", "naics_code"], ignore_index=True))


def _codes(scheme: str, codes: pd.Series, naics: pd.Series) -> pd.DataFrame:
    bare = codes.str.replace(r"[^0-9A-Z]", "", regex=True)
    return pd.DataFrame({"scheme": scheme, "code": bare.to_numpy(), "naics_code": naics.to_numpy()})
