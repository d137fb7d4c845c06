"""Classifications of goods: the Harmonized System, Schedule B, Combined Nomenclature, CPA and CPC."""

from typing import Final

import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, read_fixed_width, rename_columns

HS_FILE: Final = "taxonomies/hs_2022.csv"
SCHEDULE_B_FILE: Final = "taxonomies/schedule_b_2019_to_naics.txt"
CN_FILE: Final = "taxonomies/cn_2022.csv"
CPA_FILE: Final = "taxonomies/cpa_2_1.csv"
CPC_FILE: Final = "taxonomies/cpc_2_1.csv"

_SCHEDULE_B_COLUMNS: Final = {
    "schedule_b_code": (0, 10),
    "short_text": (14, 69),
    "long_text": (69, 219),
    "naics_code": (265, 271),
}


class HarmonizedSystem(pa.DataFrameModel):
    """HS 2022: chapters (two digits), headings (four), subheadings (six)."""

    hs_code: Series[str] = pa.Field(str_matches=r"^\d{2}(\d{2}){0,2}$", unique=True)
    parent_code: Series[str] = pa.Field(str_matches=r"^(\d{2}|\d{4})?$", description='"" for a chapter')
    description: Series[str] = pa.Field(str_length={"min_value": 1})

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class ScheduleB(pa.DataFrameModel):
    """US export codes of 2019, ten digits of which six are HS 2017, each with its NAICS 2017 code."""

    schedule_b_code: Series[str] = pa.Field(str_matches=r"^\d{10}$", unique=True)
    short_text: Series[str] = pa.Field(str_length={"min_value": 1})
    long_text: Series[str] = pa.Field(str_length={"min_value": 1})
    naics_code: Series[str] = pa.Field(
        str_matches=r"^\d{4}(\d\d|\dX|XX)$",
        description="as published: 2.3 % are roll-ups (11211X) or no NAICS at all",
    )

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class CombinedNomenclature(pa.DataFrameModel):
    """CN 2022 from the chapter (two digits) to the eight-digit code."""

    cn_code: Series[str] = pa.Field(str_matches=r"^\d{2}(\d{2}){0,3}$", unique=True)
    text: Series[str] = pa.Field(
        str_length={"min_value": 1}, description="understandable without the headings above it"
    )

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class ProductsByActivity(pa.DataFrameModel):
    """CPA 2.1 below its sections, with what each position includes and excludes."""

    cpa_code: Series[str] = pa.Field(str_matches=r"^\d{2}(\.\d{1,2}(\.\d{1,2})?)?$", unique=True)
    title: Series[str] = pa.Field(str_length={"min_value": 1})
    includes: Series[str]
    excludes: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class CentralProducts(pa.DataFrameModel):
    """CPC 2.1 from the section (one digit) to the subclass (five)."""

    cpc_code: Series[str] = pa.Field(str_matches=r"^\d{1,5}$", unique=True)
    title: Series[str] = pa.Field(str_length={"min_value": 1})

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def hs() -> DataFrame[HarmonizedSystem]:
    """Return the Harmonized System 2022 without the line of its total."""
    frame = rename_columns(
        read_csv(HS_FILE), {"hscode": "hs_code", "parent": "parent_code", "description": "description"}
    )
    frame = frame[frame["hs_code"] != "TOTAL"].reset_index(drop=True)
    frame["parent_code"] = frame["parent_code"].replace("TOTAL", "")
    frame["description"] = one_line(frame["description"])
    return HarmonizedSystem.validate(frame)


def schedule_b() -> DataFrame[ScheduleB]:
    """Return Schedule B 2019 with its short and long texts, both in capitals."""
    return ScheduleB.validate(read_fixed_width(SCHEDULE_B_FILE, _SCHEDULE_B_COLUMNS, encoding="latin-1"))


def cn() -> DataFrame[CombinedNomenclature]:
    """Return the Combined Nomenclature 2022 with its self-explanatory texts, without the roman sections."""
    frame = rename_columns(read_csv(CN_FILE), {"CN 2022": "cn_code", "SupText": "text"})
    frame["text"] = one_line(frame["text"])
    return CombinedNomenclature.validate(frame[frame["cn_code"].str.isdigit()].reset_index(drop=True))


def cpa() -> DataFrame[ProductsByActivity]:
    """Return the products by activity, CPA 2.1; the first five characters of a code are its NACE class."""
    frame = rename_columns(
        read_csv(CPA_FILE),
        {"CPA 2.1": "cpa_code", "Name": "title", "Include": "includes", "Exclude": "excludes"},
    )
    for column in ("title", "includes", "excludes"):
        frame[column] = one_line(frame[column])
    return ProductsByActivity.validate(frame[frame["cpa_code"].str[0].str.isdigit()].reset_index(drop=True))


def cpc() -> DataFrame[CentralProducts]:
    """Return the Central Product Classification 2.1."""
    frame = rename_columns(read_csv(CPC_FILE), {"CPC 2.1": "cpc_code", "CPC21title": "title"})
    frame["title"] = one_line(frame["title"])
    return CentralProducts.validate(frame)
