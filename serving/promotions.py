"""The promotion log as a serving machine reads it: JSON lines, each with the digest of the one before.

Training writes it; serving knows its format alone, and says where it does not hold.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_NO_ENTRY: Final = "0" * 64


@dataclass(frozen=True)
class PromotionHistory:
    """Entries of a promotion log, the oldest first, and the first thing about them that does not fit."""

    entries: list[dict[str, Any]]
    fault: str


def read_promotions(path: Path) -> PromotionHistory:
    """Read a promotion log up to the first line that is no entry."""
    entries: list[dict[str, Any]] = []
    fault, previous = "", _NO_ENTRY
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            return PromotionHistory(entries, fault or f"Line {number} is no entry.")
        said = (entry.get("number"), entry.get("previous"), entry.get("sha256"))
        if said != (number, previous, _digest(entry)):
            fault = fault or f"Line {number} does not fit its digest or the line before it."
        previous = str(entry.get("sha256"))
        entries.append(entry)
    return PromotionHistory(entries, fault)


def _digest(entry: dict[str, Any]) -> str:
    content = {name: value for name, value in entry.items() if name != "sha256"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
