"""Labelled goods to evaluate on, each with the group that must not be split."""

import re
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from data.buyers_words import purchase_wordings
from data.labelled import austin_lines, grocery_lines, public_lines
from data.taxonomies import naics_titles
from features.text import clean_text
from models.category import query_text
from models.reference_index import ReferenceIndex

_GROCERY_PREFIX: Final = 60
_GROCERY_LENGTH: Final = 300
_NEXT_BEST: Final = 0.6
"""Share of an acceptable category against that of the next better one."""
_DIGITS: Final = 6
_WORDINGS_OF_A_CATEGORY: Final = 2
_CONFIDENCE: Final = {"high": 1.0, "medium": 0.8, "low": 0.5}


@dataclass(frozen=True)
class LabelledSet:
    """n labelled texts.

    Attributes
    ----------
    name, title
        Short and full name.
    text
        (n,) query texts: description and supplier as one.
    description, supplier
        (n,) its parts; the supplier is "" where the set names none.
    accepted
        n tuples of acceptable NAICS 2017 codes, best first, at least one.
    group
        (n,) lines of one group are not independent.
    record
        (n,) key of the line in its source; entries of the reference index that stem from the same group are
        kept from voting.
    weight
        (n,) spend behind a line, or 1.
    trust
        (n,) how sure the labels are, 1 for an ordinary one.
    votes
        n mappings of categories to shares of people's votes; empty where nobody voted.
    """

    name: str
    title: str
    text: pd.Series
    description: pd.Series
    supplier: pd.Series
    accepted: list[tuple[str, ...]]
    group: npt.NDArray[np.str_]
    record: npt.NDArray[np.str_]
    weight: npt.NDArray[np.float64]
    trust: npt.NDArray[np.float64]
    votes: list[dict[str, float]] = field(default_factory=list)

    @property
    def shares(self) -> list[dict[str, float]]:
        """How each label is shared out among categories: as voted, else the better ones more; sums to 1."""
        return self.votes or [_by_order(codes) for codes in self.accepted]

    def first(self, lines: int) -> Self:
        """Keep the lines of the first groups, at least one, up to so many lines."""
        rank = pd.factorize(self.group)[0]
        groups = int(np.searchsorted(np.cumsum(np.bincount(rank)), lines, side="right"))
        return self.take(np.flatnonzero(rank < max(groups, 1)))

    def take(self, rows: npt.NDArray[np.int64]) -> Self:
        """Keep some of the lines."""
        chosen: dict[str, Any] = {}
        for name in (one.name for one in fields(self) if one.name not in ("name", "title")):
            values = getattr(self, name)
            if isinstance(values, pd.Series):
                chosen[name] = values.iloc[rows].reset_index(drop=True)
            elif isinstance(values, np.ndarray):
                chosen[name] = values[rows]
            else:
                chosen[name] = [values[row] for row in rows] if values else []
        return replace(self, **chosen)


def labelled_sets() -> list[LabelledSet]:
    """Load every set.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    return [austin(), grocery(), public_purchases()]


def austin() -> LabelledSet:
    """Municipal purchases; lines that share a commodity code or a description form a group."""
    lines = austin_lines()
    same_text = lines["description"].str.lower().str.replace(r"[^0-9a-z]", "", regex=True)
    text = lines["description"].map(clean_text)
    return LabelledSet(
        name="austin",
        title="City of Austin purchase descriptions",
        text=text,
        description=text,
        supplier=_nobody(text),
        accepted=[(code,) for code in lines["naics_2017"]],
        group=_components(lines["nigp_code"], same_text),
        record=np.array([f"austin:{n}" for n in range(len(lines))]),
        weight=np.ones(len(lines)),
        trust=np.ones(len(lines)),
    )


def grocery() -> LabelledSet:
    """Grocery listings with a label; texts with the same beginning form a group."""
    lines = grocery_lines()
    lines = lines[lines["naics_2017"] != ""].reset_index(drop=True)
    beginning = (
        lines["text"].str.lower().str.replace(r"[^0-9a-z]", "", regex=True).str.slice(0, _GROCERY_PREFIX)
    )
    text = lines["text"].str.slice(0, _GROCERY_LENGTH).map(clean_text)
    return LabelledSet(
        name="grocery",
        title="Grocery listings, noisy votes",
        text=text,
        description=text,
        supplier=_nobody(text),
        accepted=[(code,) for code in lines["naics_2017"]],
        group=beginning.to_numpy(dtype=str),
        record=("grocery:" + lines["product_code"]).to_numpy(dtype=str),
        weight=np.ones(len(lines)),
        trust=lines["vote_share"].to_numpy(dtype=np.float64),
        votes=_votes(lines),
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
        description=lines["description"].map(clean_text),
        supplier=lines["supplier"].map(clean_text).str.lower(),
        accepted=list(lines["accept"]),
        group=np.array([re.sub(r"[^0-9a-z]", "", supplier.lower()) for supplier in lines["supplier"]]),
        record=(lines["source"] + ":" + lines["row"].astype(str)).to_numpy(dtype=str),
        weight=lines["spend_alike"].to_numpy(dtype=np.float64),
        trust=np.array([_CONFIDENCE[word] for word in lines["confidence"]]),
    )


def wordings(index: ReferenceIndex) -> LabelledSet:
    """Take some of an index's wordings of each category, to learn from and never to measure with.

    Each is a group of its own: others of its category, by the same author, stay in sight.
    """
    known = purchase_wordings()
    known = known[known["record"].isin(index.entries["source_code"])]
    some = known.sample(frac=1.0, random_state=0).groupby("naics_code").head(_WORDINGS_OF_A_CATEGORY)
    some = some.sort_index()
    text = some["text"].map(clean_text).reset_index(drop=True)
    return LabelledSet(
        name="wordings",
        title="Wordings of purchases",
        text=text,
        description=text,
        supplier=_nobody(text),
        accepted=[(code,) for code in some["naics_code"]],
        group=some["record"].to_numpy(dtype=str),
        record=some["record"].to_numpy(dtype=str),
        weight=np.ones(len(text)),
        trust=np.ones(len(text)),
    )


def _by_order(codes: tuple[str, ...]) -> dict[str, float]:
    total = sum(_NEXT_BEST**place for place in range(len(codes)))
    return {code: _NEXT_BEST**place / total for place, code in enumerate(codes)}


def _votes(lines: pd.DataFrame) -> list[dict[str, float]]:
    """Shares of votes, categories of 2007 and 2012 lifted to 2017 as the labels are; others left out."""
    known = set(naics_titles()["naics_code"])
    labels = list(zip(lines["votes"], lines["naics_2017"], strict=True))
    lifted: dict[str, Counter[str]] = {}
    for votes, label in labels:
        if label not in votes:
            lifted.setdefault(Counter(votes).most_common(1)[0][0], Counter())[label] += 1
    lift = {old: counts.most_common(1)[0][0] for old, counts in lifted.items()}
    out = []
    for votes, label in labels:
        codes = [code for vote in votes if len(code := lift.get(vote, vote)) == _DIGITS and code in known]
        counts = Counter(codes or [label])
        out.append({code: count / counts.total() for code, count in counts.items()})
    return out


def _nobody(text: pd.Series) -> pd.Series:
    return pd.Series("", index=text.index, dtype="str")


def _components(*keys: pd.Series) -> npt.NDArray[np.str_]:
    """Name the connected components of rows that share any key."""
    n = len(keys[0])
    columns = [pd.factorize(key)[0] for key in keys]
    offsets = np.cumsum([n, *[column.max() + 1 for column in columns]])
    rows = np.tile(np.arange(n), len(columns))
    nodes = np.concatenate([column + offset for column, offset in zip(columns, offsets, strict=False)])
    links = csr_matrix((np.ones(len(rows)), (rows, nodes)), (offsets[-1], offsets[-1]))
    return np.asarray(connected_components(links, directed=False)[1][:n].astype(str))
