"""Purchase lines and product listings that people gave a NAICS 2017 code.

All three are training parts: their hold-outs were removed, so they cannot be downloaded. Split them by group,
never by row: the descriptions repeat.
"""

from typing import Any, Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, rename_columns

AUSTIN_FILE: Final = "labelled/austin_train.csv"
GROCERY_FILE: Final = "labelled/grocery_train.csv"
PUBLIC_FILE: Final = "labelled/public_lines_train.csv"

_NIGP_LENGTHS: Final = {3: 5, 4: 5, 6: 7, 10: 11}
"""Length of a published NIGP code and the length it had before a spreadsheet took its leading zeros."""

_EXCLUDED_REASONS: Final = (
    "",
    "payroll",
    "pension",
    "tax",
    "transfer",
    "grant",
    "loan",
    "refund",
    "other",
)


class AustinLines(pa.DataFrameModel):
    """Municipal purchase descriptions; a line is a distinct pair of commodity code and description."""

    nigp_code: Series[str] = pa.Field(str_matches=r"^[0-9A-Z]{2,11}$", description="leading zeros restored")
    description: Series[str] = pa.Field(
        str_length={"min_value": 1}, description="in capitals, cut at 50 or 60 characters"
    )
    naics_2017: Series[str] = pa.Field(str_matches=r"^\d{6}$")
    kg_co2e_per_usd: Series[float] = pa.Field(gt=0, description="EPA v1.2 with margins, USD of 2021")
    bea_code: Series[str] = pa.Field(str_matches=r"^[0-9A-Z]{6}(,[0-9A-Z]{6})*$")
    line_count: Series[int] = pa.Field(ge=1, description="purchase lines behind this one")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True
        unique = ("nigp_code", "description")


class GroceryLines(pa.DataFrameModel):
    """Listing texts of groceries with the votes of several annotators."""

    product_code: Series[str] = pa.Field(unique=True)
    text: Series[str] = pa.Field(str_length={"min_value": 1}, description="on one line")
    naics_2017: Series[str] = pa.Field(
        str_matches=r"^(\d{6})?$", description='"" where a code of 2007 splits in 2017'
    )
    votes: Series[object] = pa.Field(description="tuple of the codes given, as given; -1 and 0: nothing fits")
    vote_count: Series[int] = pa.Field(ge=1)
    vote_share: Series[float] = pa.Field(gt=0, le=1, description="of the votes, for the label")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class PublicLines(pa.DataFrameModel):
    """Lines of hospital, council and card ledgers: purchase or not, and the codes an expert accepts."""

    source: Series[str] = pa.Field(description="ledger the line was drawn from")
    row: Series[int] = pa.Field(ge=0, description="0-based record in that ledger")
    description: Series[str] = pa.Field(description="account or purpose")
    cost_centre: Series[str]
    supplier: Series[str]
    narrative: Series[str]
    amount: Series[float] = pa.Field(description="money of `currency`; negative for credits")
    date: Series[pd.Timestamp]
    currency: Series[str] = pa.Field(str_matches=r"^[A-Z]{3}$")
    lines_alike: Series[int] = pa.Field(ge=1, description="records with the same account and supplier")
    spend_alike: Series[float] = pa.Field(ge=0, description="their absolute amounts added up, in `currency`")
    status: Series[str] = pa.Field(isin=("purchase", "excluded", "unclear"))
    excluded_reason: Series[str] = pa.Field(isin=_EXCLUDED_REASONS, description='"" unless excluded')
    accept: Series[object] = pa.Field(description="tuple of NAICS 2017 codes, best first; may be empty")
    confidence: Series[str] = pa.Field(isin=("high", "medium", "low"))

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True
        unique = ("source", "row")


def austin_lines() -> DataFrame[AustinLines]:
    """Return purchase descriptions of the City of Austin with the NAICS 2017 code that annotators chose.

    The factor is that of EPA v1.2 for the code, not a measured footprint. Lines that share a commodity code
    or a description belong into one group when splitting.

    Notes
    -----
    Source: Amazon Science, Parakeet; City of Austin open data.
    """
    frame = rename_columns(
        read_csv(AUSTIN_FILE),
        {
            "commodity_code": "nigp_code",
            "description": "description",
            "naics_2017": "naics_2017",
            "kg_co2e_per_usd": "kg_co2e_per_usd",
            "bea_code": "bea_code",
            "n_rows": "line_count",
        },
    )
    frame["nigp_code"] = [code.zfill(_NIGP_LENGTHS.get(len(code), 0)) for code in frame["nigp_code"]]
    frame["description"] = one_line(frame["description"])
    return AustinLines.validate(frame)


def grocery_lines() -> DataFrame[GroceryLines]:
    """Return listing texts of groceries with the code that most annotators gave, lifted to NAICS 2017.

    A listing without any text is left out. The label has just over half of the votes in the mean: weigh by
    ``vote_share``. Texts that begin alike belong into one group when splitting.

    Notes
    -----
    Source: Amazon Science, CaML.
    """
    frame = rename_columns(
        read_csv(GROCERY_FILE),
        {
            "product_code": "product_code",
            "product_text": "text",
            "naics_2017": "naics_2017",
            "raw_votes": "votes",
            "n_votes": "vote_count",
            "vote_share": "vote_share",
        },
    )
    frame["text"] = one_line(frame["text"])
    frame["votes"] = _tuples(frame["votes"], " ")
    return GroceryLines.validate(frame[frame["text"] != ""].reset_index(drop=True))


def public_lines() -> DataFrame[PublicLines]:
    """Return lines of public ledgers with status and acceptable categories.

    Weigh by ``confidence``; split by supplier, and by source to see how another buyer would fare. Electricity
    is a purchase without an acceptable code, because EPA has no factor for it.

    Notes
    -----
    Source: drawn from the published ledgers of Guy's and St Thomas', Leeds and Birmingham.
    """
    table = read_csv(PUBLIC_FILE)
    frame = rename_columns(table, {column: column for column in PublicLines.to_schema().columns})
    frame["date"] = pd.to_datetime(frame["date"], format="%d/%m/%Y").astype("datetime64[ns]")
    frame["accept"] = _tuples(frame["accept"], "|")
    return PublicLines.validate(frame)


def _tuples(cells: "pd.Series[str]", separator: str) -> "pd.Series[Any]":
    split = [tuple(part for part in cell.split(separator) if part) for cell in cells]
    return pd.Series(split, index=cells.index, dtype=object)
