"""The memory of an encoder: texts that were encoded before cost nothing."""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from cachetools import LRUCache

from features.text import TextEncoder

TEXTS_KEPT: Final = 50_000
"""Two kilobytes each."""


class RememberingEncoder(TextEncoder):
    """Encode as another encoder does, and keep the vectors that were asked for last.

    Parameters
    ----------
    encoder
        Fitted.
    most
        Texts whose vectors are kept.
    """

    def __init__(self, encoder: TextEncoder, most: int = TEXTS_KEPT) -> None:
        super().__init__(encoder.model, encoder.batch_size, encoder.threads)
        self.encoder = encoder
        self.dimension_ = encoder.dimension_
        self.weights_sha256_ = encoder.weights_sha256_
        self._vectors: LRUCache[str, npt.NDArray[np.float32]] = LRUCache(most)
        self._lock = threading.Lock()

    def fit(self, texts: Sequence[str] | pd.Series | None = None, y: object = None) -> Self:  # noqa: ARG002
        """Do nothing: the encoder is fitted."""
        return self

    def transform(
        self, texts: Sequence[str] | pd.Series, progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Encode texts as :meth:`features.text.TextEncoder.transform` does."""
        wanted = ["" if pd.isna(text) else str(text) for text in texts]
        if not wanted:
            return np.zeros((0, self.dimension_), dtype=np.float32)
        with self._lock:
            found = {text: self._vectors[text] for text in wanted if text in self._vectors}
        new = [text for text in dict.fromkeys(wanted) if text not in found]
        encoded = self.encoder.transform(new, progress)
        # copies: a row of a block would keep the whole block
        found |= {text: vector.copy() for text, vector in zip(new, encoded, strict=True)}
        with self._lock:
            self._vectors.update(found)
        if progress:
            progress(len(wanted) - len(new))
        return np.stack([found[text] for text in wanted])
