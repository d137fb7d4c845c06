"""An encoder, and a small index of real texts with the lines that stem from them."""

import numpy as np
import pandas as pd
import pytest

from features.text import TextEncoder
from training.labelled_sets import LabelledSet

GOODS = {
    "339113": ["nitrile gloves", "surgical masks", "wound dressings", "examination gloves"],
    "325412": ["paracetamol tablets", "antibiotic capsules", "ibuprofen tablets", "insulin"],
    "337214": ["office chairs", "steel desks", "filing cabinets", "swivel chairs"],
    "322121": ["printer paper", "copier paper A4", "writing paper", "envelopes"],
    "324110": ["diesel", "petrol", "heating oil", "motor fuel"],
}


@pytest.fixture(scope="session")
def encoder() -> TextEncoder:
    return TextEncoder(threads=2).fit()


@pytest.fixture(scope="session")
def entries() -> pd.DataFrame:
    """Twenty entries; the first two of a category stem from a labelled line."""
    rows = [
        (code, text, "public_lines" if number < 2 else "naics_2017_index", f"{code}:{number}", 1.0)
        for code, texts in GOODS.items()
        for number, text in enumerate(texts)
    ]
    return pd.DataFrame(rows, columns=["naics_code", "text", "source", "source_code", "weight"])


@pytest.fixture(scope="session")
def labelled(entries: pd.DataFrame) -> LabelledSet:
    """Ten labelled lines, each a group of its own, each an entry of the index."""
    lines = entries[entries["source"] == "public_lines"]
    return LabelledSet(
        name="small",
        title="Goods of a small office",
        text=lines["text"].reset_index(drop=True),
        accepted=[(code,) for code in lines["naics_code"]],
        group=lines["source_code"].to_numpy(dtype=str),
        record=lines["source_code"].to_numpy(dtype=str),
        weight=np.ones(len(lines)),
    )
