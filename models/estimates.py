"""The estimate: what this product says about one line, and how it came to it."""

from typing import Final

import pandera.pandas as pa
from pandera.typing.pandas import Series

from features.frames import Frame

STATUSES: Final = ("estimated", "review", "excluded", "unmatched")
METHODS: Final = ("supplier-specific", "hybrid", "average-data", "spend-based", "")
"""GHG Protocol Scope 3 category 1 calculation methods; "" where nothing was calculated."""


class Estimates(Frame):
    """One row per line item, in the order of the line items: always ``len(out) == len(in)``.

    ``estimated``: a figure to use; ``review``: a figure that a person should look at, ``reason`` says why;
    ``excluded``: not a purchase, no figure; ``unmatched``: a purchase or not, no figure can be given.
    """

    line_id: Series[str]
    status: Series[str] = pa.Field(isin=STATUSES)
    reason: Series[str] = pa.Field(description="typed code, '' where there is nothing to say")
    kg_co2e: Series[float] = pa.Field(nullable=True)
    kg_co2e_low: Series[float] = pa.Field(nullable=True, description="5th percentile")
    kg_co2e_high: Series[float] = pa.Field(nullable=True, description="95th percentile")
    method: Series[str] = pa.Field(isin=METHODS)
    category_code: Series[str]
    category_scheme: Series[str]
    category_title: Series[str]
    category_probability: Series[float] = pa.Field(nullable=True, ge=0, le=1.000001)
    alternatives: Series[str] = pa.Field(
        description="JSON list of the candidate categories: code, title, probability, factor, unit"
    )
    factor_id: Series[str]
    factor_value: Series[float] = pa.Field(nullable=True)
    factor_unit: Series[str]
    factor_source: Series[str] = pa.Field(description="publication, cell and licence")
    data_quality: Series[str] = pa.Field(
        description="pedigree scores, '(reliability;completeness;temporal;"
        "geographical;technological)', 1 best to 5"
    )
    model_version: Series[str]
    estimate_id: Series[str]
    explanation: Series[str] = pa.Field(
        description="the estimate, or what is wrong with the line, as a sentence"
    )
    conversions: Series[str] = pa.Field(description="JSON list of every conversion with its rate and source")
    evidence: Series[str] = pa.Field(
        description="JSON list of the nearest reference entries or products with their source"
    )
    mass_kg: Series[float] = pa.Field(nullable=True, description="of the goods, where it says something")
    other_method: Series[str] = pa.Field(isin=METHODS, description="what the line could also be valued by")
    other_kg_co2e: Series[float] = pa.Field(nullable=True)
    other_kg_co2e_low: Series[float] = pa.Field(nullable=True)
    other_kg_co2e_high: Series[float] = pa.Field(nullable=True)
    contributions: Series[str] = pa.Field(
        description="JSON object: what makes up the figure, as natural logarithms that add up to that of "
        "its size"
    )

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


ESTIMATE_FIELDS: Final = tuple(Estimates.to_schema().columns)
ESTIMATE_JSON_FIELDS: Final = ("alternatives", "conversions", "evidence", "contributions")
"""Fields whose text is JSON."""
