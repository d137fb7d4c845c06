"""An encoder, small indices of real texts with the lines that stem from them, and models fitted on them."""

import numpy as np
import pandas as pd
import pytest

from features.text import TextEncoder, clean_text
from models.category import query_text
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.category import FittedCategory, LabelledLines, fit_category, labelled_lines
from training.labelled_sets import LabelledSet
from training.reference_entries import labelled_entries

GOODS = {
    "339113": ["nitrile gloves", "surgical masks", "wound dressings", "examination gloves"],
    "325412": ["paracetamol tablets", "antibiotic capsules", "ibuprofen tablets", "insulin"],
    "337214": ["office chairs", "steel desks", "filing cabinets", "swivel chairs"],
    "322121": ["printer paper", "copier paper A4", "writing paper", "envelopes"],
    "324110": ["diesel", "petrol", "heating oil", "motor fuel"],
}
SUPPLIERS = {
    "339113": ["mediwrap", "surgical direct", "theatre care"],
    "325412": ["apotek", "pharma north", "bright chemists"],
    "337214": ["seat and desk", "office interiors", "ergo furniture"],
    "322121": ["the paper mill", "ream house", "stationers row"],
    "324110": ["delta fuels", "roadside petroleum", "harbour oil"],
}


@pytest.fixture(scope="session")
def encoder() -> TextEncoder:
    return TextEncoder(threads=2).fit()


@pytest.fixture(scope="session")
def entries() -> pd.DataFrame:
    """Twenty entries; the first two of a category stem from a labelled line."""
    rows = [
        (code, text, "public_lines" if number < 2 else "naics_2017_index", f"{code}:{number}", 1.0, "line")
        for code, texts in GOODS.items()
        for number, text in enumerate(texts)
    ]
    return pd.DataFrame(rows, columns=["naics_code", "text", "source", "source_code", "weight", "view"])


@pytest.fixture(scope="session")
def labelled(entries: pd.DataFrame) -> LabelledSet:
    """Ten labelled lines, each a group of its own, each an entry of the index."""
    lines = entries[entries["source"] == "public_lines"]
    return labelled_set(
        "small",
        [(text, "") for text in lines["text"]],
        lines["naics_code"].tolist(),
        lines["source_code"].tolist(),
        lines["source_code"].tolist(),
    )


def labelled_set(
    name: str, lines: list[tuple[str, str]], codes: list[str], groups: list[str], records: list[str]
) -> LabelledSet:
    """Label lines given as (description, supplier)."""
    return LabelledSet(
        name=name,
        title=f"Goods of a {name} office",
        text=pd.Series([query_text(*line) for line in lines], dtype="str"),
        description=pd.Series([clean_text(description) for description, _ in lines], dtype="str"),
        supplier=pd.Series([supplier for _, supplier in lines], dtype="str"),
        accepted=[(code,) for code in codes],
        group=np.array(groups),
        record=np.array(records),
        weight=np.ones(len(lines)),
        trust=np.ones(len(lines)),
    )


@pytest.fixture(scope="session")
def ledger() -> LabelledSet:
    """Eighty lines: four goods of each category, each from three suppliers and once from nobody.

    A supplier is a group; a line without one is a group of its own.
    """
    rows = [
        (code, text, supplier)
        for code, texts in GOODS.items()
        for text in texts
        for supplier in (*SUPPLIERS[code], "")
    ]
    return labelled_set(
        "public",
        [(text, supplier) for _, text, supplier in rows],
        [code for code, _, _ in rows],
        [supplier or text for _, text, supplier in rows],
        [f"line {number}" for number in range(len(rows))],
    )


@pytest.fixture(scope="session")
def council() -> LabelledSet:
    """Twenty lines of a second set that names no supplier, each a group of its own."""
    rows = [(code, f"{text}, per box") for code, texts in GOODS.items() for text in texts]
    return labelled_set(
        "austin",
        [(text, "") for _, text in rows],
        [code for code, _ in rows],
        [text for _, text in rows],
        [f"purchase {number}" for number in range(len(rows))],
    )


@pytest.fixture(scope="session")
def ledger_entries(entries: pd.DataFrame, ledger: LabelledSet, council: LabelledSet) -> pd.DataFrame:
    """Ten entries of a classification, and those of both labelled sets."""
    classified = entries[entries["source"] == "naics_2017_index"]
    parts = [classified, labelled_entries(ledger), labelled_entries(council)]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def ledger_index(encoder: TextEncoder, ledger_entries: pd.DataFrame) -> ReferenceIndex:
    return ReferenceIndex.from_vectors(ledger_entries, encoder.transform(ledger_entries["text"]))


@pytest.fixture(scope="session")
def lines(encoder: TextEncoder, ledger: LabelledSet, council: LabelledSet) -> LabelledLines:
    return labelled_lines([ledger, council], encoder)


@pytest.fixture(scope="session")
def small_ranker() -> CategoryRanker:
    return CategoryRanker(rounds=30, seeds=(1,))


@pytest.fixture(scope="session")
def fitted(
    ledger_index: ReferenceIndex, lines: LabelledLines, small_ranker: CategoryRanker
) -> FittedCategory:
    return fit_category(ledger_index, lines, small_ranker)
