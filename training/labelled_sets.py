"""Labelled goods to evaluate on, each with the group that must not be split."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from data.labelled import austin_lines, grocery_lines, public_lines
from features.text import clean_text
from models.category import query_text

_GROCERY_PREFIX: Final = 60
_GROCERY_LENGTH: Final = 300


@dataclass(frozen=True)
class LabelledSet:
    """n labelled texts.

    Attributes
    ----------
    name, title
        Short and full name.
    text
        (n,) query texts.
    accepted
        n tuples of acceptable NAICS 2017 codes, best first, at least one.
    group
        (n,) lines of one group are not independent.
    record
        (n,) key of the line in its source; entries of the reference index that stem from the same group are
        kept from voting.
    weight
        (n,) spend behind a line, or 1.
    """

    name: str
    title: str
    text: pd.Series
    accepted: list[tuple[str, ...]]
    group: npt.NDArray[np.str_]
    record: npt.NDArray[np.str_]
    weight: npt.NDArray[np.float64]


def labelled_sets() -> list[LabelledSet]:
    """Load every set.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    return [austin(), grocery(), public_purchases()]


def austin() -> LabelledSet:
    """Municipal purchases; lines that share a commodity code or a description (digits aside) form a group."""
    lines = austin_lines()
    same_text = lines["description"].str.lower().str.replace(r"[^a-z]", "", regex=True)
    return LabelledSet(
        name="austin",
        title="City of Austin purchase descriptions",
        text=lines["description"].map(clean_text),
        accepted=[(code,) for code in lines["naics_2017"]],
        group=_components(lines["nigp_code"], same_text),
        record=np.array([f"austin:{n}" for n in range(len(lines))]),
        weight=np.ones(len(lines)),
    )


def grocery() -> LabelledSet:
    """Grocery listings with a label; texts with the same beginning form a group."""
    lines = grocery_lines()
    lines = lines[lines["naics_2017"] != ""].reset_index(drop=True)
    beginning = (
        lines["text"].str.lower().str.replace(r"[^0-9a-z]", "", regex=True).str.slice(0, _GROCERY_PREFIX)
    )
    return LabelledSet(
        name="grocery",
        title="Grocery listings, noisy votes",
        text=lines["text"].str.slice(0, _GROCERY_LENGTH).map(clean_text),
        accepted=[(code,) for code in lines["naics_2017"]],
        group=beginning.to_numpy(dtype=str),
        record=("grocery:" + lines["product_code"]).to_numpy(dtype=str),
        weight=np.ones(len(lines)),
    )


def public_purchases() -> LabelledSet:
    """Purchases on public ledgers with every category an expert accepts; a supplier is a group."""
    lines = public_lines()
    lines = lines[(lines["status"] == "purchase") & (lines["accept"].map(len) > 0)].reset_index(drop=True)
    texts = [query_text(d, s) for d, s in zip(lines["description"], lines["supplier"], strict=True)]
    return LabelledSet(
        name="public",
        title="Public ledger lines, account and supplier",
        text=pd.Series(texts, dtype="str"),
        accepted=list(lines["accept"]),
        group=np.array([re.sub(r"[^0-9a-z]", "", supplier.lower()) for supplier in lines["supplier"]]),
        record=(lines["source"] + ":" + lines["row"].astype(str)).to_numpy(dtype=str),
        weight=lines["spend_alike"].to_numpy(dtype=np.float64),
    )


def _components(*keys: pd.Series) -> npt.NDArray[np.str_]:
    """Name the connected components of rows that share any key."""
    n = len(keys[0])
    columns = [pd.factorize(key)[0] for key in keys]
    offsets = np.cumsum([n, *[column.max() + 1 for column in columns]])
    rows = np.tile(np.arange(n), len(columns))
    nodes = np.concatenate([column + offset for column, offset in zip(columns, offsets, strict=False)])
    links = csr_matrix((np.ones(len(rows)), (rows, nodes)), (offsets[-1], offsets[-1]))
    return np.asarray(connected_components(links, directed=False)[1][:n].astype(str))
