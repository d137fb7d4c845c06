"""What is asked of the category model: lines as texts and vectors, and what must not speak for them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.inner_products import inner_products

VIEWS: Final = ("line", "description", "supplier")
"""What of a line a text is compared with: description and supplier together, or one of them."""

_FEW: Final = 32
"""Rows that cost no more than one: a product's time goes into laying out what they are compared with."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Questions:
    """n lines to be categorised.

    Attributes
    ----------
    text
        (n,) description and supplier as one text.
    vectors
        For each view, (n, d) unit-norm vectors.
    has_supplier
        (n,) whether the line names one.
    """

    text: pd.Series
    vectors: dict[str, Floats]
    has_supplier: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.text)

    def take(self, rows: npt.NDArray[np.int64] | slice) -> "Questions":
        """Keep some of the lines."""
        return Questions(
            self.text.iloc[rows].reset_index(drop=True),
            {view: vectors[rows] for view, vectors in self.vectors.items()},
            self.has_supplier[rows],
        )


@dataclass(frozen=True)
class Hidden:
    """What must not speak for a line because it is of its own group.

    Attributes
    ----------
    question
        (n,) group of each line.
    entry
        (m,) group of each entry of the index, -1 for none.
    score
        (n, K) what the kernel ridge regression says of each line without its group; None where it has not
        learned from these lines.
    """

    question: npt.NDArray[np.int64]
    entry: npt.NDArray[np.int64]
    score: Floats | None = None


class ViewCosines:
    """Cosines of b lines with m entries of an index, for whichever view and entries are wanted.

    Parameters
    ----------
    questions
        The lines.
    vectors
        (m, d) unit-norm vectors of the entries.
    own
        (b, m) entries that a line must not see: their cosine is -1.
    threads
        That share the work where lines are few.
    """

    def __init__(
        self, questions: Questions, vectors: Floats, own: npt.NDArray[np.bool_] | None, threads: int
    ) -> None:
        self._questions, self._vectors, self._own, self._threads = questions, vectors, own, threads
        self._joint: dict[str, Floats] = {}
        if len(questions) * len(VIEWS) <= _FEW:
            together = np.concatenate([questions.vectors[view] for view in VIEWS])
            parts = np.split(inner_products(together, vectors, threads), len(VIEWS))
            self._joint = dict(zip(VIEWS, parts, strict=True))

    def of(self, view: str, rows: slice) -> Floats:
        """Give the cosines of a view with some entries, (b, len(rows))."""
        if self._joint:
            cosine = self._joint[view][:, rows]
        else:
            cosine = inner_products(self._questions.vectors[view], self._vectors[rows], self._threads)
        return cosine if self._own is None else np.where(self._own[:, rows], np.float32(-1.0), cosine)
