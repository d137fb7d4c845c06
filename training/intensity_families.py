"""Families of products: what must not be split between learning and measuring."""

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

_NEAR_IDENTICAL: Final = 0.9  # cosine of two names
_HEAD_WORDS: Final = 2
_NOT_A_NAME: Final = frozenset(
    {"fresh", "raw", "dried", "frozen", "canned", "organic", "cooked", "whole", "white", "red", "green"}
    | {"black", "mixed", "prepared", "other", "plain", "sweet", "wild", "smoked", "roasted", "grilled"}
)


def families(
    examples: pd.DataFrame, maker: pd.Series, vectors: npt.NDArray[np.float32]
) -> npt.NDArray[np.str_]:
    """Name the family of each product, (m,).

    Products of one company are a family. Elsewhere products belong together that have the same value in one
    source (one stands in for the other), the same first words, or nearly the same text; and so on in chains.

    Parameters
    ----------
    examples
        m rows with ``text``, ``source`` and ``kg_co2e_per_kg``.
    maker
        (m,) company that reported the footprint, "" for none.
    vectors
        (m, d) unit-norm vectors of the texts.
    """
    n = len(examples)
    made = (maker != "").to_numpy()
    value = examples["source"] + ":" + examples["kg_co2e_per_kg"].map("{:.6e}".format)
    keys = [
        np.where(made, "maker:" + maker, "head:" + examples["text"].map(head)),
        np.where(made, [f"row:{row}" for row in range(n)], value),
    ]
    columns = [np.unique(key.astype(str), return_inverse=True)[1] for key in keys]
    offsets = np.cumsum([n, *[column.max() + 1 for column in columns]])
    first, second = _near_pairs(np.where(made[:, None], 0, vectors))
    rows = np.concatenate([np.arange(n), np.arange(n), first])
    nodes = np.concatenate([columns[0] + offsets[0], columns[1] + offsets[1], second])
    links = csr_matrix((np.ones(len(rows)), (rows, nodes)), (offsets[-1], offsets[-1]))
    return np.asarray(connected_components(links, directed=False)[1][:n].astype(str))


def head(text: str) -> str:
    """Return the first words of a name that say what it is, singular, in alphabetical order.

    Examples
    --------
    >>> head("Tomato sauces, with onions, prepacked"), head("Fresh tomatoes, raw")
    ('sauc tomato', 'tomato')
    """
    words = re.findall(r"[^\W\d_]{3,}", re.split(r"[,(;:.]", text.lower())[0])
    stems = [re.sub(r"(?<=\w{3})(es|e|s)$", "", word) for word in words if word not in _NOT_A_NAME]
    return " ".join(sorted(stems[:_HEAD_WORDS])) or text.lower()


def _near_pairs(vectors: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    first, second = np.nonzero(np.triu(vectors @ vectors.T, 1) > _NEAR_IDENTICAL)
    return first, second
