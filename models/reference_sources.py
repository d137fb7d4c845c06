"""Sources of the reference index: classifications and buyers' words for them, and labelled lines."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

CLASSIFICATIONS: Final = (
    "naics_2017_index",
    "naics_2017_titles",
    "naics_2017_descriptions",
    "schedule_b",
    "emdn",
    "purchase_wordings",
    "known_suppliers",
)
LABELLED_SOURCES: Final = ("austin", "grocery", "public_lines")


def voted_categories(entries: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Tell which categories the classifications among some entries vote on, (C,), sorted."""
    codes = entries["naics_code"].to_numpy(dtype=str)
    return np.unique(codes[entries["source"].isin(CLASSIFICATIONS).to_numpy()])
