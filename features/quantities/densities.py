"""Litres to kilograms: density by what the description names, with its uncertainty."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final


@dataclass(frozen=True)
class Density:
    """Mass of a litre, and the geometric standard deviation of that figure."""

    kg_per_litre: float
    gsd: float


UNNAMED_LIQUID: Final = Density(1.0, 1.2)
"""Liquids, gels and creams that the table does not name lie between 0.8 and 1.3 kg per litre."""


def density_of(description: str) -> Density | None:
    """Find the density of what a description names; None where the table names nothing of it.

    Examples
    --------
    >>> density_of("Sunflower oil 5 litre").kg_per_litre
    0.92
    """
    text = description.lower()
    return next((density for words, density in _table() if words.search(text)), None)


@cache
def _table() -> tuple[tuple[re.Pattern[str], Density], ...]:
    """Entries in order of their longest word, so that "ice cream" and "heating oil" come before "oil"."""
    entries = tomllib.loads(files("features.quantities").joinpath("densities.toml").read_text("utf-8"))
    pairs = [
        (word, Density(entry["kg_per_litre"], entry["gsd"]))
        for entry in entries["density"]
        for word in entry["words"]
    ]
    pairs.sort(key=lambda pair: -len(pair[0].split()))
    return tuple((re.compile(rf"\b{re.escape(word)}\b"), density) for word, density in pairs)
