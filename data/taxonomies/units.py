"""UNECE codes for units of measure (Recommendation 20) and for packages (Recommendation 21)."""

from typing import Final

import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, rename_columns

UNITS_FILE: Final = "taxonomies/unece_rec20_units.csv"
PACKAGES_FILE: Final = "taxonomies/unece_rec21_packages.csv"

_DELETED: Final = "X"
_DEPRECATED: Final = "D"


class Units(pa.DataFrameModel):
    """Units of measure that may stand in a document; deleted codes are not among them."""

    unit_code: Series[str] = pa.Field(str_matches=r"^[0-9A-Z]{1,3}$", unique=True, description="KGM, C62 ...")
    name: Series[str] = pa.Field(str_length={"min_value": 1})
    symbol: Series[str]
    description: Series[str]
    si_conversion: Series[str] = pa.Field(description='typeset factor to the SI unit: "10⁻³ m³"')
    is_deprecated: Series[bool]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class Packages(pa.DataFrameModel):
    """Kinds of packages, with the X that electronic invoices put before their code."""

    package_code: Series[str] = pa.Field(
        str_matches=r"^X[0-9A-Z]{2}$", unique=True, description="XBX, XPK ..."
    )
    name: Series[str] = pa.Field(str_length={"min_value": 1})
    description: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def units() -> DataFrame[Units]:
    """Return the units of measure that are in force or deprecated."""
    table = read_csv(UNITS_FILE)
    table["is_deprecated"] = table["Status"] == _DEPRECATED
    frame = rename_columns(
        table[table["Status"] != _DELETED],
        {
            "CommonCode": "unit_code",
            "Name": "name",
            "Symbol": "symbol",
            "Description": "description",
            "ConversionFactor": "si_conversion",
            "is_deprecated": "is_deprecated",
        },
    )
    for column in ("name", "symbol", "description", "si_conversion"):
        frame[column] = one_line(frame[column])
    return Units.validate(frame.reset_index(drop=True))


def packages() -> DataFrame[Packages]:
    """Return the kinds of packages."""
    frame = rename_columns(
        read_csv(PACKAGES_FILE), {"code": "package_code", "name": "name", "description": "description"}
    )
    frame["description"] = one_line(frame["description"])
    return Packages.validate(frame)
