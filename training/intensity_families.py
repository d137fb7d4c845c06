"""Families of products: what must not be split between learning and measuring."""

import re
from collections.abc import Sequence
from typing import Any, Final

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
    return _chains(keys, *_near_pairs(np.where(made[:, None], 0, vectors)))


def equal_products(examples: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Name the product of each example, (m,): far less than a family.

    Equal are names of the same words, in every source, and names with the same value in one source.
    """
    value = examples["source"] + ":" + examples["kg_co2e_per_kg"].map("{:.6e}".format)
    none = np.zeros(0, dtype=np.int_)
    return _chains([examples["text"].map(_stems).to_numpy(), value.to_numpy()], none, none)


def head(text: str) -> str:
    """Return the first words of a name that say what it is, singular, in alphabetical order.

    Examples
    --------
    >>> head("Tomato sauces, with onions, prepacked"), head("Fresh tomatoes, raw")
    ('sauc tomato', 'tomato')
    """
    words = re.findall(r"[^\W\d_]{3,}", re.split(r"[,(;:.]", text.lower())[0])
    stems = [_stem(word) for word in words if word not in _NOT_A_NAME]
    return " ".join(sorted(stems[:_HEAD_WORDS])) or text.lower()


def _stems(text: str) -> str:
    return " ".join(sorted(_stem(word) for word in re.findall(r"\w+", text.lower())))


def _stem(word: str) -> str:
    return re.sub(r"(?<=\w{3})(es|e|s)$", "", word)


def _chains(
    keys: Sequence[npt.NDArray[Any]], first: npt.NDArray[np.int_], second: npt.NDArray[np.int_]
) -> npt.NDArray[np.str_]:
    """Name what hangs together by an equal key, (m,) each, or as a pair of rows; and so on in chains."""
    n = len(keys[0])
    columns = [np.unique(key.astype(str), return_inverse=True)[1] for key in keys]
    offsets = np.cumsum([n, *[column.max() + 1 for column in columns]])
    rows = np.concatenate([np.arange(n)] * len(keys) + [first])
    nodes = np.concatenate(
        [column + start for column, start in zip(columns, offsets, strict=False)] + [second]
    )
    links = csr_matrix((np.ones(len(rows)), (rows, nodes)), (offsets[-1], offsets[-1]))
    return np.asarray(connected_components(links, directed=False)[1][:n].astype(str))


def _near_pairs(vectors: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    first, second = np.nonzero(np.triu(vectors @ vectors.T, 1) > _NEAR_IDENTICAL)
    return first, second
