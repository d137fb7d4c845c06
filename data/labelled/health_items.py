"""Health items with packs, price and shipped weight."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, rename_columns

HEALTH_ITEMS_FILE: Final = "ledgers/usaid_scms.csv"

_WEIGHED_ELSEWHERE: Final = r"\(ID#:(\d+)\)"


class HealthItems(pa.DataFrameModel):
    """Delivered order lines of medicines and tests. Lines shipped together may share one weight."""

    line_id: Series[str] = pa.Field(unique=True)
    description: Series[str] = pa.Field(str_length={"min_value": 1})
    product: Series[str] = pa.Field(str_length={"min_value": 1}, description="molecule or type of test")
    dosage_form: Series[str]
    pieces_per_pack: Series[float] = pa.Field(gt=0, description="tablets, tests, or ml of a liquid")
    packs: Series[float] = pa.Field(gt=0)
    value_usd: Series[float] = pa.Field(ge=0, description="nominal")
    year: Series[int] = pa.Field(ge=2005, le=2016, description="of the delivery")
    weight_kg: Series[float] = pa.Field(
        nullable=True, ge=0, description="gross, of this line and of all that name it in `weighed_with`"
    )
    weighed_with: Series[str] = pa.Field(description='line that bears the weight; "" where none was taken')

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def health_items() -> DataFrame[HealthItems]:
    """Return medicines and tests as they were shipped, with packs, price and gross weight.

    A weight cell holds kilograms, a reference to the line of the same shipment that bears them, or words. The
    kilograms of a line include those of the lines that refer to it.

    Notes
    -----
    Source: USAID, Supply Chain Shipment Pricing Data, 2006 to 2015.
    """
    table = read_csv(HEALTH_ITEMS_FILE)
    weight = pd.to_numeric(table["Weight (Kilograms)"], errors="coerce")
    reference = table["Weight (Kilograms)"].str.extract(_WEIGHED_ELSEWHERE)[0].fillna("")
    table["weight_kg"] = weight
    table["weighed_with"] = reference.where(weight.isna(), table["ID"])
    table["year"] = pd.to_datetime(table["Delivered to Client Date"], format="%d-%b-%y").dt.year
    frame = rename_columns(
        table,
        {
            "ID": "line_id",
            "Item Description": "description",
            "Molecule/Test Type": "product",
            "Dosage Form": "dosage_form",
            "Unit of Measure (Per Pack)": "pieces_per_pack",
            "Line Item Quantity": "packs",
            "Line Item Value": "value_usd",
            "year": "year",
            "weight_kg": "weight_kg",
            "weighed_with": "weighed_with",
        },
    )
    for column in ("description", "product"):
        frame[column] = one_line(frame[column])
    return HealthItems.validate(frame)
