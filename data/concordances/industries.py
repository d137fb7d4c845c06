"""From NAICS 2017 to the other classifications of industries, and from NAICS 2022 to NAICS 2017."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.factors import defra_multipliers
from data.tables import distinct_sorted, read_csv, rename_columns
from data.taxonomies import naics_titles

NACE_FILE: Final = "taxonomies/naics_2017_to_nace_rev2.csv"
BEA_FILE: Final = "taxonomies/naics_2017_to_bea_2017.csv"
EDITIONS_FILE: Final = "taxonomies/naics_crosswalk_time_series.csv"

SIX_DIGITS: Final = r"^\d{6}$"
NACE_CLASS: Final = r"^\d{2}\.\d{2}$"


class NaicsToNace(pa.DataFrameModel):
    """NAICS 2017 to NACE Rev. 2 class (= UK SIC 2007 class)."""

    naics_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)
    nace_code: Series[str] = pa.Field(str_matches=NACE_CLASS)

    class Config:
        """Exactly these columns, in this order, no pair twice."""

        strict = True
        ordered = True
        coerce = True
        unique = ("naics_code", "nace_code")


class NaicsToDefra(pa.DataFrameModel):
    """NAICS 2017 to the product group of the UK spend multipliers."""

    naics_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)
    sic_group: Series[str] = pa.Field(str_length={"min_value": 1})

    class Config:
        """Exactly these columns, in this order, no pair twice."""

        strict = True
        ordered = True
        coerce = True
        unique = ("naics_code", "sic_group")


class NaicsToBea(pa.DataFrameModel):
    """NAICS 2017 to BEA 2017 detail industry."""

    naics_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)
    bea_code: Series[str] = pa.Field(str_matches=r"^[0-9A-Z]{5,6}$")

    class Config:
        """Exactly these columns, in this order, no pair twice."""

        strict = True
        ordered = True
        coerce = True
        unique = ("naics_code", "bea_code")


class Naics2022To2017(pa.DataFrameModel):
    """NAICS 2022 to NAICS 2017."""

    naics_2022_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)
    naics_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)

    class Config:
        """Exactly these columns, in this order, no pair twice."""

        strict = True
        ordered = True
        coerce = True
        unique = ("naics_2022_code", "naics_code")


def naics_to_nace() -> DataFrame[NaicsToNace]:
    """Return the NACE Rev. 2 classes of each NAICS 2017 code.

    Two thirds of the codes lead to one class; one leads to 13. Where the table names a group instead of a
    class (111336, fruit and nut combination farming), the classes of that group stand in, as far as the table
    has them.

    Notes
    -----
    Source: Eurostat and US Census Bureau, NAICS 2017 to NACE Rev. 2.
    """
    frame = rename_columns(read_csv(NACE_FILE), {"NAICS 2017": "naics_code", "NACE Rev. 2": "nace_code"})
    frame = frame[frame["naics_code"].str.fullmatch(SIX_DIGITS)]
    is_class = frame["nace_code"].str.fullmatch(NACE_CLASS)
    classes = frame.loc[is_class, ["nace_code"]].drop_duplicates()
    classes["group"] = classes["nace_code"].str[:4]
    groups = frame[~is_class].rename(columns={"nace_code": "group"}).merge(classes, on="group")
    out = pd.concat([frame[is_class], groups[["naics_code", "nace_code"]]])
    return NaicsToNace.validate(distinct_sorted(out))


def nace_to_naics_2017() -> DataFrame[NaicsToNace]:
    """Return the NAICS 2017 codes of each NACE Rev. 2 class: the same pairs, in the order of NACE."""
    frame = naics_to_nace().sort_values(["nace_code", "naics_code"], ignore_index=True)
    return NaicsToNace.validate(frame)


def naics_to_defra() -> DataFrame[NaicsToDefra]:
    """Return the Defra groups of each NAICS 2017 code, through its NACE class, which is its SIC 2007 class.

    A class belongs to the group with the longest of its prefixes. Classes without a group (households' own
    production, extraterritorial bodies) lead nowhere.
    """
    groups = defra_multipliers().drop_duplicates("sic_group")
    group_of = {
        prefix: group
        for group, prefixes in zip(groups["sic_group"], groups["sic_prefixes"], strict=True)
        for prefix in prefixes.split(",")
        if prefix
    }
    frame = pd.DataFrame(naics_to_nace())
    digits = frame["nace_code"].str.replace(".", "", regex=False)
    frame["sic_group"] = ""
    for length in (2, 3, 4):  # from the division to the class, so that the longest prefix has the last word
        frame["sic_group"] = digits.str[:length].map(group_of).fillna(frame["sic_group"])
    frame = frame.loc[frame["sic_group"] != "", ["naics_code", "sic_group"]]
    return NaicsToDefra.validate(distinct_sorted(frame))


def naics_to_bea() -> DataFrame[NaicsToBea]:
    """Return the BEA 2017 detail industries of each six-digit NAICS 2017 code (several in construction)."""
    frame = rename_columns(
        read_csv(BEA_FILE), {"NAICS_2017_Code": "naics_code", "BEA_2017_Detail_Code": "bea_code"}
    )
    return NaicsToBea.validate(distinct_sorted(frame[frame["naics_code"].str.fullmatch(SIX_DIGITS)]))


def naics_2022_to_2017() -> DataFrame[Naics2022To2017]:
    """Return the NAICS 2017 codes of each NAICS 2022 code; a code that was merged in 2022 has several."""
    frame = rename_columns(
        read_csv(EDITIONS_FILE), {"NAICS_2022_Code": "naics_2022_code", "NAICS_2017_Code": "naics_code"}
    )
    real = frame["naics_2022_code"].str.fullmatch(SIX_DIGITS) & frame["naics_code"].isin(naics_2017_codes())
    return Naics2022To2017.validate(distinct_sorted(frame[real]))


def naics_2017_codes() -> frozenset[str]:
    """Return the 1,057 six-digit codes of NAICS 2017."""
    codes = naics_titles()["naics_code"]
    return frozenset(codes[codes.str.fullmatch(SIX_DIGITS)])


def any_naics_to_2017() -> pd.DataFrame:
    """Return pairs ``naics_any``, ``naics_code``: a code of 2002 to 2017 and its successors in NAICS 2017.

    A code that NAICS 2017 has leads to itself alone, whatever older editions meant by it.
    """
    table = read_csv(EDITIONS_FILE)
    known = naics_2017_codes()
    pairs = [pd.DataFrame({"naics_any": sorted(known), "naics_code": sorted(known)})]
    for edition in (2002, 2007, 2012):
        older = rename_columns(table, {f"NAICS_{edition}_Code": "naics_any", "NAICS_2017_Code": "naics_code"})
        pairs.append(older[older["naics_code"].isin(known) & ~older["naics_any"].isin(known)])
    return distinct_sorted(pd.concat(pairs))
