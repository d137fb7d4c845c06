"""The reference index: texts whose category is known, with their vectors, searched exhaustively."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from models.inner_products import inner_products

_QUERIES_PER_BLOCK: Final = 32
_INT8_MAX: Final = 127.0


class ReferenceEntries(pa.DataFrameModel):
    """Texts with a known category; an entry with several acceptable categories stands in several rows."""

    naics_code: Series[str] = pa.Field(str_matches=r"^\d{6}$", description="NAICS 2017")
    text: Series[str] = pa.Field(str_length={"min_value": 1}, description="as shown to a person")
    source: Series[str] = pa.Field(description="source of the catalogue the text comes from")
    source_code: Series[str] = pa.Field(description="the source's own code or record")
    weight: Series[float] = pa.Field(gt=0, description="prior weight as evidence, 1 = a NAICS index entry")
    view: Series[str] = pa.Field(
        isin=("line", "description", "supplier"), description="what of a line the text is compared with"
    )

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


@dataclass(frozen=True)
class Neighbours:
    """Best entries for n queries: ``entry`` (n, k) row numbers, ``similarity`` (n, k) cosines, in order."""

    entry: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float32]


class ReferenceIndex:
    """Entries and their unit-norm vectors.

    Vectors are kept as one byte a dimension with one scale a row, which moves a cosine by less than 0.01 and
    makes the bundle four times smaller.

    Parameters
    ----------
    entries
        Frame of :class:`ReferenceEntries`, m rows.
    quantised
        (m, d) int8.
    scale
        (m,) float32; ``quantised * scale`` are the vectors.

    Attributes
    ----------
    vectors
        (m, d) float32.
    """

    def __init__(
        self, entries: pd.DataFrame, quantised: npt.NDArray[np.int8], scale: npt.NDArray[np.float32]
    ) -> None:
        self.entries = ReferenceEntries.validate(entries.reset_index(drop=True))
        self.quantised = quantised
        self.scale = scale
        self.vectors = quantised.astype(np.float32) * scale[:, None]

    @classmethod
    def from_vectors(cls, entries: pd.DataFrame, vectors: npt.NDArray[np.float32]) -> Self:
        """Quantise unit-norm vectors, one row an entry."""
        scale = (np.abs(vectors).max(axis=1) / _INT8_MAX).astype(np.float32)
        quantised = np.rint(vectors / scale[:, None]).astype(np.int8)
        return cls(entries, quantised, scale)

    def __len__(self) -> int:
        return len(self.entries)

    def without(self, dropped: npt.NDArray[np.bool_]) -> "ReferenceIndex":
        """Leave out some entries, so that a labelled line is not its own neighbour; ``dropped`` is (m,)."""
        keep = ~dropped
        return ReferenceIndex(self.entries[keep], self.quantised[keep], self.scale[keep])

    def search(
        self, queries: npt.NDArray[np.float32], k: int, bonus: npt.NDArray[np.float32] | None = None
    ) -> Neighbours:
        """Find the k best entries for each query, looking at every entry.

        Parameters
        ----------
        queries
            (n, d) unit-norm vectors.
        k
            Entries per query; no more than there are.
        bonus
            (m,) added to the cosine when entries are ordered, for entries that weigh more or less as
            evidence.

        Returns
        -------
        Neighbours
            ``similarity`` is the plain cosine; the order is by cosine plus bonus.
        """
        k = min(k, len(self))
        extra = np.zeros(len(self), dtype=np.float32) if bonus is None else bonus
        entry = np.zeros((len(queries), k), dtype=np.int32)
        similarity = np.zeros((len(queries), k), dtype=np.float32)
        for start in range(0, len(queries), _QUERIES_PER_BLOCK):
            block = slice(start, start + _QUERIES_PER_BLOCK)
            cosine = inner_products(queries[block], self.vectors)
            rank = -(cosine + extra)
            nearest = np.argpartition(rank, k - 1, axis=1)[:, :k]
            order = np.argsort(np.take_along_axis(rank, nearest, axis=1), axis=1, kind="stable")
            entry[block] = np.take_along_axis(nearest, order, axis=1)
            similarity[block] = np.take_along_axis(cosine, entry[block], axis=1)
        return Neighbours(entry, similarity)
