"""From the codes of foreign trade (HS, CN) to NAICS 2017."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.concordances.industries import (
    NACE_CLASS,
    SIX_DIGITS,
    any_naics_to_2017,
    naics_2017_codes,
    naics_to_nace,
)
from data.tables import distinct_sorted, read_csv, rename_columns
from data.taxonomies import hs, schedule_b

HS_FILE: Final = "taxonomies/hs_2022_to_naics.csv"
CN_FILE: Final = "taxonomies/cn_2022_to_cpa_2_1.csv"


class HsToNaics(pa.DataFrameModel):
    """HS 2022 subheading to NAICS 2017, with the table that says so."""

    hs_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)
    naics_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)
    through: Series[str] = pa.Field(isin=("schedule_b_2019", "hs_2022_to_naics"))

    class Config:
        """Exactly these columns, in this order, no pair twice."""

        strict = True
        ordered = True
        coerce = True
        unique = ("hs_code", "naics_code")


class CnToNaics(pa.DataFrameModel):
    """CN 2022 to NAICS 2017 through the NACE class of its CPA code."""

    cn_code: Series[str] = pa.Field(str_matches=r"^\d{8}$")
    nace_code: Series[str] = pa.Field(str_matches=NACE_CLASS)
    naics_code: Series[str] = pa.Field(str_matches=SIX_DIGITS)

    class Config:
        """Exactly these columns, in this order, no triple twice."""

        strict = True
        ordered = True
        coerce = True
        unique = ("cn_code", "nace_code", "naics_code")


def hs_to_naics_2017() -> DataFrame[HsToNaics]:
    """Return the NAICS 2017 codes of each HS 2022 subheading; 5,507 of 5,613 have one.

    Schedule B decides where it lists the subheading with a real NAICS code. The others (new in HS 2022, or
    known to Schedule B only by a roll-up) take an older table, its codes of 1997 to 2012 lifted to 2017.

    Notes
    -----
    Source: US Census Bureau, Schedule B 2019; concordance R package, hs6_naics.
    """
    known = naics_2017_codes()
    subheadings = hs()["hs_code"]
    export = schedule_b()[["schedule_b_code", "naics_code"]]
    export = export.assign(hs_code=export["schedule_b_code"].str[:6], through="schedule_b_2019")
    export = export[export["naics_code"].isin(known) & export["hs_code"].isin(subheadings)]
    older = rename_columns(read_csv(HS_FILE), {"HS6_6d": "hs_code", "NAICS_6d": "naics_any"})
    older = older[older["hs_code"].isin(subheadings) & ~older["hs_code"].isin(export["hs_code"])]
    lifted = older.merge(any_naics_to_2017(), on="naics_any").assign(through="hs_2022_to_naics")
    columns = ["hs_code", "naics_code", "through"]
    return HsToNaics.validate(distinct_sorted(pd.concat([export[columns], lifted[columns]])))


def cn_to_naics_2017() -> DataFrame[CnToNaics]:
    """Return the NAICS 2017 codes of each eight-digit CN 2022 code, by way of CPA 2.1 and its NACE class.

    A NACE class opens into several NAICS codes: the largest of their factors is 1.5 times the smallest in the
    median, and 3.9 times for one code in ten. CPA files fish (03.00) and seats (31.00) under no single NACE
    class; there every class of the division stands in.

    Notes
    -----
    Source: Eurostat, CN 2022 to CPA 2.1, and NAICS 2017 to NACE Rev. 2.
    """
    frame = rename_columns(read_csv(CN_FILE), {"CN 2022": "cn_code", "CPA 2.1": "cpa_class"})
    frame["cpa_class"] = frame["cpa_class"].str[:5]
    industries = naics_to_nace()
    division = industries["nace_code"].str[:2] + ".00"  # where NACE has this class, it is all of its division
    classes = pd.concat(
        [industries.assign(cpa_class=industries["nace_code"]), industries.assign(cpa_class=division)]
    )
    frame = frame.merge(classes, on="cpa_class")[["cn_code", "nace_code", "naics_code"]]
    return CnToNaics.validate(distinct_sorted(frame))
