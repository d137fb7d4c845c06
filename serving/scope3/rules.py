"""The rules that tell Scope 3 categories apart: the table ``rules.toml``."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Kind(BaseModel):
    """Kinds of goods that are often capitalised, by the beginnings of their NAICS 2017 codes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    naics: tuple[str, ...]


class CapitalRules(BaseModel):
    """What makes a purchase a capital good."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[str, ...]
    capital: frozenset[str]
    revenue: frozenset[str]
    words: tuple[str, ...]
    words_against: tuple[str, ...]
    kinds: tuple[Kind, ...]

    def words_in(self, text: str) -> str:
        """Give the words of a cleaned text that name a capital account; "" where there are none."""
        if re.search(_anywhere(self.words_against), text):
            return ""
        found = re.search(_anywhere(self.words), text)
        return found[0] if found else ""

    def kind_of(self, naics: str) -> str:
        """Name the kind that a category belongs to; "" where it is none that is often capitalised."""
        return next((kind.title for kind in self.kinds if naics.startswith(kind.naics)), "")


class Elsewhere(BaseModel):
    """Purchases that are reported in another scope or category, and how they are better told there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: str
    title: str
    naics: tuple[str, ...]
    words: tuple[str, ...] = ()
    words_within: tuple[str, ...] = ()
    instead: str

    def is_named_by(self, naics: str, text: str) -> bool:
        """Tell whether a cleaned text names it, on a line of a kind that may be it."""
        return bool(
            self.words and naics.startswith(self.words_within) and re.search(_anywhere(self.words), text)
        )


class Rules(BaseModel):
    """The whole table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    capital: CapitalRules
    elsewhere: tuple[Elsewhere, ...]

    def elsewhere_of(self, naics: str, text: str = "") -> Elsewhere | None:
        """Name where else a line is reported, by its cleaned text, then the longest beginning of its code."""
        named = next((entry for entry in self.elsewhere if entry.is_named_by(naics, text)), None)
        if named:
            return named
        fitting = [
            (len(prefix), number)
            for number, entry in enumerate(self.elsewhere)
            for prefix in entry.naics
            if naics.startswith(prefix)
        ]
        return self.elsewhere[max(fitting)[1]] if fitting else None


@cache
def scope3_rules() -> Rules:
    """Read the rules that come with the product."""
    return Rules.model_validate(
        tomllib.loads(files("serving.scope3").joinpath("rules.toml").read_text("utf-8"))
    )


def _anywhere(patterns: tuple[str, ...]) -> str:
    return rf"\b(?:{'|'.join(patterns)})\b"
