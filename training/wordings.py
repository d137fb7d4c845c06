"""Wordings that the tables of screening stand for: a pattern spelt out into names of accounts and payees."""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from features.screening.kinds import Kind

_TOKEN: Final = re.compile(r"\(\?:|\{\d+,\d+\}|\\.|\[[^\]]*\]|.")
_QUANTIFIER: Final = re.compile(r"[?*+]|\{\d+,\d+\}")
_SPELT: Final = {r"\d": "4", r"\s": " "}
_UNSAID: Final = (r"\w", ".")
"""Stand for any letter: the pattern names no wording there."""


@dataclass(frozen=True)
class Wording:
    """A name of an account or a payee, the kind it shows, and the pattern of the table that it comes from."""

    text: str
    kind: str
    pattern: str


@dataclass(frozen=True)
class _Choice:
    """One of several sequences of texts and further choices."""

    sequences: tuple[tuple["str | _Choice", ...], ...]

    def spell(self, rng: random.Random) -> str:
        return _spell(rng.choice(self.sequences), rng)


def wordings(kinds: Mapping[str, Kind], rng: random.Random, tries: int = 2) -> list[Wording]:
    r"""Spell the phrases and whole texts of kinds out.

    Parameters
    ----------
    kinds
        Kinds by name (:class:`features.screening.kinds.KindTable`).
    rng
        Chooses among the spellings of an alternative.
    tries
        Spellings drawn of every alternative of a pattern.

    Returns
    -------
    list of Wording
        Distinct within an alternative, in the order of the tables.

    Examples
    --------
    >>> pay = Kind(title="pay", phrases=(r"(?:net )?wages|pay run \d+",))
    >>> sorted(wording.text for wording in wordings({"pay": pay}, random.Random(1), tries=8))
    ['net wages', 'pay run 4', 'wages']
    """
    found = []
    for name, kind in kinds.items():
        for number, pattern in enumerate((*kind.phrases, *kind.whole)):
            for sequence in _Reader(pattern).choice().sequences:
                texts = dict.fromkeys(" ".join(_spell(sequence, rng).split()) for _ in range(tries))
                found += [Wording(text, name, f"{name} {number}") for text in texts if text]
    return found


def _spell(sequence: tuple[str | _Choice, ...], rng: random.Random) -> str:
    return "".join(part if isinstance(part, str) else part.spell(rng) for part in sequence)


class _Reader:
    """Read the regular expressions of the tables: groups, alternatives, classes and quantifiers."""

    def __init__(self, pattern: str) -> None:
        self._tokens = _TOKEN.findall(pattern)
        self._at = 0

    def choice(self) -> _Choice:
        """Read alternatives up to the end of their group."""
        sequences = [tuple(self._sequence())]
        while self._next() == "|":
            self._at += 1
            sequences.append(tuple(self._sequence()))
        return _Choice(tuple(sequences))

    def _sequence(self) -> Iterator[str | _Choice]:
        while self._next() not in {"|", ")", ""}:
            atom = self._atom()
            quantifier = self._next()
            if _QUANTIFIER.fullmatch(quantifier):
                self._at += 1
                yield _quantified(atom, quantifier)
            else:
                yield atom

    def _atom(self) -> str | _Choice:
        token = self._next()
        self._at += 1
        if token in {"(", "(?:"}:
            group = self.choice()
            self._at += 1
            return group
        if token.startswith("["):
            return _Choice(tuple((letter,) for letter in token[1:-1])) if "-" not in token else ""
        return "" if token in _UNSAID else _SPELT.get(token, token.removeprefix("\\"))

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""


def _quantified(atom: str | _Choice, quantifier: str) -> str | _Choice:
    if quantifier.startswith("?"):
        return _Choice(((atom,), ()))
    return "" if quantifier == "*" else atom
