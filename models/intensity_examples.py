"""Products with a known footprint per kg, and where a footprint ends."""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

Boundary = Literal["gate", "shop", "consumer", "reported"]
BOUNDARIES: Final[tuple[Boundary, ...]] = ("gate", "shop", "consumer", "reported")
"""Where a footprint ends; ``reported`` is the boundary a company chose and did not break down."""


class IntensityExamples(pa.DataFrameModel):
    """Products with a known footprint per kg."""

    text: Series[str] = pa.Field(str_length={"min_value": 1})
    kg_co2e_per_kg: Series[float] = pa.Field(gt=0, description="at the boundary")
    gate_kg_co2e_per_kg: Series[float] = pa.Field(gt=0, description="at the gate; the same if not told")
    boundary: Series[str] = pa.Field(isin=BOUNDARIES)
    domain: Series[str]
    group: Series[str] = pa.Field(description="members of a family are not independent")
    source: Series[str] = pa.Field(description="of the data catalogue")
    licence: Series[str]
    weight: Series[float] = pa.Field(gt=0, description="as evidence; 1 = a published footprint")
    weight_kg: Series[float] = pa.Field(gt=0, nullable=True, description="of a piece; NaN if unknown")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def boundary_positions(boundary: pd.Series) -> npt.NDArray[np.int64]:
    """Positions in :data:`BOUNDARIES`, (n,)."""
    return np.array([BOUNDARIES.index(name) for name in boundary], dtype=np.int64)
