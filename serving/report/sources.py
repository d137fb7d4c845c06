"""Whose data a model is made from, as its card states."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Credit:
    """One source of data in the model: what its licence asks to be said, and which files were taken."""

    source: str
    licence: str
    attribution: str
    files: list[dict[str, str]]


def model_credits(card: Mapping[str, Any]) -> list[Credit]:
    """List the sources of the data that the model was made from, as the model card states them."""
    found: dict[tuple[str, str, str], Credit] = {}
    stated = card.get("data", {})
    for name, facts in stated.items() if isinstance(stated, dict) else ():
        said = (facts.get("source", name), facts.get("licence", "not stated"), facts.get("attribution", ""))
        credit = found.setdefault(said, Credit(*said, files=[]))
        credit.files.append({"name": name, "sha256": facts.get("sha256", "")})
    return list(found.values())
