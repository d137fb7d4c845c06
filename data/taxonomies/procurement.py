"""Classifications that buyers use: CPV of the EU, PSC of the US Government, EMDN for medical devices."""

from typing import Final

import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, rename_columns

CPV_FILE: Final = "taxonomies/cpv_2008.csv"
PSC_FILE: Final = "taxonomies/psc_2025_04.csv"
EMDN_FILE: Final = "taxonomies/emdn.csv"

_PSC_CODE_LENGTH: Final = 4


class ProcurementVocabulary(pa.DataFrameModel):
    """CPV 2008 in three languages."""

    cpv_code: Series[str] = pa.Field(str_matches=r"^\d{8}-\d$", unique=True, description="with check digit")
    digits: Series[str] = pa.Field(
        str_matches=r"^\d{8}$", unique=True, description="the code without its check digit"
    )
    parent_code: Series[str] = pa.Field(str_matches=r"^(\d{8}-\d)?$", description='"" for a division')
    name_en: Series[str] = pa.Field(str_length={"min_value": 1})
    name_fr: Series[str]
    name_de: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class ProductServiceCodes(pa.DataFrameModel):
    """Active four-character product and service codes."""

    psc_code: Series[str] = pa.Field(str_matches=r"^[0-9A-Z]{4}$", unique=True)
    title: Series[str] = pa.Field(str_length={"min_value": 1}, description="in capitals, abbreviated")
    full_name: Series[str]
    includes: Series[str] = pa.Field(description='"" for two of three codes')

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class MedicalDevices(pa.DataFrameModel):
    """EMDN: a letter for the category, then two more digits on each level below."""

    emdn_code: Series[str] = pa.Field(str_matches=r"^[A-Z](\d{2}){0,6}$", unique=True)
    level: Series[int] = pa.Field(ge=1, le=7)
    term: Series[str] = pa.Field(str_length={"min_value": 1}, description="in capitals")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def cpv() -> DataFrame[ProcurementVocabulary]:
    """Return the Common Procurement Vocabulary 2008 with English, French and German names."""
    frame = rename_columns(
        read_csv(CPV_FILE),
        {c: c for c in ("cpv_code", "parent_code", "name_en", "name_fr", "name_de")},
    )
    frame.insert(1, "digits", frame["cpv_code"].str[:8])
    return ProcurementVocabulary.validate(frame)


def psc() -> DataFrame[ProductServiceCodes]:
    """Return the product and service codes that are in force (April 2025), without their groups."""
    table = read_csv(PSC_FILE)
    in_force = (table["END DATE"] == "") & (table["PSC CODE"].str.len() == _PSC_CODE_LENGTH)
    frame = rename_columns(
        table[in_force],
        {
            "PSC CODE": "psc_code",
            "PRODUCT AND SERVICE CODE NAME": "title",
            "PRODUCT AND SERVICE CODE FULL NAME (DESCRIPTION)": "full_name",
            "PRODUCT AND SERVICE CODE INCLUDES": "includes",
        },
    )
    for column in ("title", "full_name", "includes"):
        frame[column] = one_line(frame[column])
    return ProductServiceCodes.validate(frame.reset_index(drop=True))


def emdn() -> DataFrame[MedicalDevices]:
    """Return the European Medical Device Nomenclature."""
    frame = rename_columns(read_csv(EMDN_FILE), {c: c for c in ("emdn_code", "level", "term")})
    frame["term"] = one_line(frame["term"])
    return MedicalDevices.validate(frame)
