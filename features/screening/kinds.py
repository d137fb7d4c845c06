"""Kinds of accounts and payees, recognised by words: the tables ``accounts.toml`` and ``payees.toml``."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from features.screening.wording import without_fillers

Seen = npt.NDArray[np.bool_]

BOUGHT: Final = "bought"
"""The kind whose words take every kind away that is not firm: they say that something is bought."""


class Kind(BaseModel):
    """What marks one kind of account or payee; patterns are read by RE2 and by :mod:`re` alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    phrases: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    never: tuple[str, ...] = Field(default=(), alias="not")
    firm: bool = False

    def is_whole(self, text: str) -> bool:
        """Tell whether a whole cleaned text is one of this kind's."""
        return bool(self.whole and re.fullmatch(_either(self.whole), text))

    def words(self, text: str, stripped: str) -> str:
        """Give the words of a text by which this kind was recognised; the whole text if it was that."""
        if self.is_whole(text) or self.is_whole(stripped):
            return text
        for patterns in (self.phrases, self.mentions):
            if patterns and (found := re.search(_anywhere(patterns), text)):
                return found.group(0)
        return text


class KindTable(BaseModel):
    """The kinds that one column of a ledger can show, and the words that hide them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: dict[str, Kind]
    fillers: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    longest_text_words: int

    def stripped(self, text: str) -> str:
        """Take numbers, dates and fillers out of a cleaned text."""
        return without_fillers(text, self.fillers | self.dates)

    def is_wordless(self, text: str) -> bool:
        """Tell whether a cleaned text holds nothing but numbers and dates."""
        return not without_fillers(text, self.dates)

    def seen(self, texts: Sequence[str]) -> dict[str, Seen]:
        """Tell for each kind in which of the cleaned texts it is seen.

        Parameters
        ----------
        texts
            Cleaned texts, each of them once.

        Returns
        -------
        dict
            A boolean array per kind, in the order of ``texts``.
        """
        short = np.array([len(text.split()) <= self.longest_text_words for text in texts], dtype=bool)
        within = [text for text, is_short in zip(texts, short, strict=True) if is_short]
        as_written = pa.array(within, type=pa.string())
        stripped = pa.array([self.stripped(text) for text in within], type=pa.string())
        nowhere = np.zeros(len(within), dtype=bool)
        bought = (
            _search(as_written, _anywhere(self.kinds[BOUGHT].phrases)) if BOUGHT in self.kinds else nowhere
        )
        seen = {}
        for name, kind in self.kinds.items():
            seen[name] = np.zeros(len(texts), dtype=bool)
            seen[name][short] = self._kind_seen(kind, as_written, stripped, bought)
        return seen

    def mentioned(self, texts: Sequence[str]) -> dict[str, Seen]:
        """Tell for each kind with words of its own for it in which cleaned texts it is merely mentioned.

        A mention is read freely: inside texts of any length, whatever else they say. It counts only beside a
        payee that sells nothing.
        """
        read = pa.array(list(texts), type=pa.string())
        return {
            name: _search(read, _anywhere(kind.mentions))
            for name, kind in self.kinds.items()
            if kind.mentions
        }

    @staticmethod
    def _kind_seen(kind: Kind, as_written: pa.Array, stripped: pa.Array, bought: Seen) -> Seen:
        seen = np.zeros(len(as_written), dtype=bool)
        if kind.phrases:
            seen |= _search(as_written, _anywhere(kind.phrases))
            if not kind.firm:
                seen &= ~bought
        if kind.whole:
            whole = f"^{_either(kind.whole)}$"
            seen |= _search(as_written, whole) | _search(stripped, whole)
        if kind.never:
            seen &= ~_search(as_written, _anywhere(kind.never))
        return seen


@cache
def account_kinds() -> KindTable:
    """Read the kinds of accounts that come with the product."""
    table = tomllib.loads(_table("accounts.toml"))
    settings = {name: table.pop(name) for name in ("fillers", "dates", "longest_text_words")}
    return KindTable.model_validate({"kinds": table, **settings})


@cache
def payee_kinds() -> KindTable:
    """Read the kinds of payees that come with the product."""
    table = tomllib.loads(_table("payees.toml"))
    longest = table.pop("longest_text_words")
    return KindTable.model_validate({"kinds": table, "longest_text_words": longest})


def _table(name: str) -> str:
    return files("features.screening").joinpath(name).read_text(encoding="utf-8")


def _either(patterns: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _anywhere(patterns: tuple[str, ...]) -> str:
    return rf"\b{_either(patterns)}\b"


def _search(texts: pa.Array, pattern: str) -> Seen:
    return np.asarray(pc.match_substring_regex(texts, pattern), dtype=bool)
