"""The line item: one row of a ledger, an order or an invoice, whatever document it came from."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from features.frames import Frame

LINE_ITEM_FIELDS: Final = (
    "line_id",
    "description",
    "amount",
    "currency",
    "date",
    "quantity",
    "unit",
    "country",
    "supplier",
    "category_code",
    "category_scheme",
    "gtin",
    "buyer",
    "cost_centre",
)
"""Every field of a line item, in order. Required: ``description`` and ``amount`` + ``currency`` or
``quantity`` + ``unit``; a line that lacks them is kept and answered with a typed reason."""


class LineItems(Frame):
    """One validated frame of line items, one row per input line, in input order.

    Text fields hold "" where the document said nothing. ``issue`` and ``issue_detail`` are set by a reader
    for a line it could not understand: a typed code, and the sentence got / expected / what to do.
    """

    line_id: Series[str] = pa.Field(unique=True)
    description: Series[str]
    amount: Series[float] = pa.Field(nullable=True, description="money of `currency`; negative for credits")
    currency: Series[str] = pa.Field(str_matches=r"^([A-Z]{3})?$", description="ISO 4217")
    date: Series[pd.Timestamp] = pa.Field(nullable=True, description="of the purchase, else of the payment")
    quantity: Series[float] = pa.Field(nullable=True)
    unit: Series[str] = pa.Field(description="as written, or UNECE Rec 20")
    country: Series[str] = pa.Field(
        str_matches=r"^([A-Z]{2})?$", description="of the buyer, ISO 3166-1 alpha-2"
    )
    supplier: Series[str]
    category_code: Series[str]
    category_scheme: Series[str] = pa.Field(
        description="NAICS, NACE, HS, CN, CPV, PSC, EMDN, UNSPSC or as written"
    )
    gtin: Series[str]
    buyer: Series[str]
    cost_centre: Series[str]
    issue: Series[str]
    issue_detail: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


_MISSING: Final = ("amount", "date", "quantity")
"""Fields for which "nothing said" is a missing value rather than an empty text."""


def line_items(frame: pd.DataFrame) -> pd.DataFrame:
    """Complete and validate a frame of line items.

    Parameters
    ----------
    frame
        Any subset of the line item fields (plus ``issue``, ``issue_detail``). Missing fields are filled with
        "nothing said"; a missing ``line_id`` becomes the 1-based row number.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order, validated against :class:`LineItems`.
    """
    out = frame.copy()
    if "line_id" not in out:
        out["line_id"] = [str(n) for n in range(1, len(out) + 1)]
    for field in (*LINE_ITEM_FIELDS, "issue", "issue_detail"):
        if field not in out:
            out[field] = pd.NaT if field == "date" else float("nan") if field in _MISSING else ""
        if field not in _MISSING:
            out[field] = [_text(value) for value in out[field]]
    out["date"] = pd.to_datetime(out["date"]).astype("datetime64[ns]")
    columns = [*LINE_ITEM_FIELDS, "issue", "issue_detail"]
    return LineItems.validate(out[columns].reset_index(drop=True))


def _text(value: object) -> str:
    """Say a value as text; a code that became a floating-point number beside empty cells loses its ".0"."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - only a missing value is not itself
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
