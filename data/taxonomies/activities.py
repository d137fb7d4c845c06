"""Classifications of economic activities (NACE, ISIC) and the commodities of the US input-output model."""

from typing import Final

import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, rename_columns

NACE_FILE: Final = "taxonomies/nace_rev2.csv"
ISIC_FILE: Final = "taxonomies/isic_rev4.csv"
USEEIO_COMMODITIES_FILE: Final = "taxonomies/useeio_commodity_meta.csv"


class Nace(pa.DataFrameModel):
    """NACE Rev. 2 from the section (a letter) to the class (01.11); its classes are those of UK SIC 2007."""

    nace_code: Series[str] = pa.Field(str_matches=r"^([A-U]|\d{2}(\.\d{1,2})?)$", unique=True)
    title: Series[str] = pa.Field(str_length={"min_value": 1})
    includes: Series[str]
    excludes: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class Isic(pa.DataFrameModel):
    """ISIC Rev. 4 from the section (a letter) to the class (four digits)."""

    isic_code: Series[str] = pa.Field(str_matches=r"^([A-U]|\d{2,4})$", unique=True)
    title: Series[str] = pa.Field(str_length={"min_value": 1})

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class UseeioCommodities(pa.DataFrameModel):
    """Commodities and final demands of USEEIO, named by what a buyer gets."""

    useeio_code: Series[str] = pa.Field(str_length={"min_value": 1}, unique=True)
    name: Series[str] = pa.Field(description='"" for four codes that the model no longer uses')
    category: Series[str] = pa.Field(description="NAICS sector")
    subcategory: Series[str] = pa.Field(description="NAICS industry group")
    description: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def nace() -> DataFrame[Nace]:
    """Return NACE Rev. 2; ``includes`` joins the publisher's "includes" and "also includes"."""
    table = read_csv(NACE_FILE)
    table["Include"] = table["Include"] + " " + table["IncludeAlso"]
    frame = rename_columns(
        table, {"NACE Rev. 2": "nace_code", "Name": "title", "Include": "includes", "Exclude": "excludes"}
    )
    for column in ("title", "includes", "excludes"):
        frame[column] = one_line(frame[column])
    return Nace.validate(frame)


def isic() -> DataFrame[Isic]:
    """Return ISIC Rev. 4."""
    frame = rename_columns(read_csv(ISIC_FILE), {"ISIC Rev. 4": "isic_code", "Description": "title"})
    frame["title"] = one_line(frame["title"])
    return Isic.validate(frame)


def useeio_commodities() -> DataFrame[UseeioCommodities]:
    """Return the commodities of the US environmentally extended input-output model."""
    frame = rename_columns(
        read_csv(USEEIO_COMMODITIES_FILE, encoding="latin-1"),
        {
            "Code": "useeio_code",
            "Name": "name",
            "Category": "category",
            "Subcategory": "subcategory",
            "Description": "description",
        },
    )
    for column in ("name", "description"):
        frame[column] = one_line(frame[column])
    return UseeioCommodities.validate(frame)
