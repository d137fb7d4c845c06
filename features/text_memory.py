"""The memory of an encoder: texts that were encoded before cost nothing."""

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.text import TextEncoder


class RememberingEncoder(TextEncoder):
    """Encode as another encoder does, and keep every vector as long as this object lives.

    For work that looks at the same lines more than once; a long-lived process would fill its memory.

    Parameters
    ----------
    encoder
        Fitted.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        super().__init__(encoder.model, encoder.batch_size, encoder.threads)
        self.encoder = encoder
        self.dimension_ = encoder.dimension_
        self.weights_sha256_ = encoder.weights_sha256_
        self._vectors: dict[str, npt.NDArray[np.float32]] = {}

    def fit(self, texts: Sequence[str] | pd.Series | None = None, y: object = None) -> Self:  # noqa: ARG002
        """Do nothing: the encoder is fitted."""
        return self

    def transform(
        self, texts: Sequence[str] | pd.Series, progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Encode texts as :meth:`features.text.TextEncoder.transform` does."""
        wanted = ["" if pd.isna(text) else str(text) for text in texts]
        new = [text for text in wanted if text not in self._vectors]
        self._vectors.update(zip(new, self.encoder.transform(new, progress), strict=True))
        if progress:
            progress(len(wanted) - len(new))
        if not wanted:
            return np.zeros((0, self.dimension_), dtype=np.float32)
        return np.stack([self._vectors[text] for text in wanted])
