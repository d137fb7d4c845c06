"""What an estimate was made with beside its bundle: the code, the libraries and the processor."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self

from models.code_version import code_version

LIBRARIES: Final = (
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "lightgbm",
    "torch",
    "tokenizers",
    "transformers",
    "sentence-transformers",
)
"""Whose version may move the last digits of an estimate."""
_PROCESSORS: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Making:
    """Code, libraries and processor.

    Attributes
    ----------
    code
        Digest of the source files that decide what is estimated.
    libraries
        Version of Python and of each of :data:`LIBRARIES`.
    processor
        Its kind.
    """

    code: str
    libraries: Mapping[str, str]
    processor: str

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote."""
        return cls(content["code"], dict(content["libraries"]), content["processor"])

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self)

    def changes(self, now: "Making") -> list[str]:
        """Say what is different now, one clause each.

        Examples
        --------
        >>> then = Making("a1", {"numpy": "2.4.5"}, "x86_64")
        >>> then.changes(Making("a1", {"numpy": "2.4.6"}, "x86_64"))
        ['numpy 2.4.5 then, 2.4.6 now']
        """
        pairs = {"code": (self.code, now.code)}
        for name in sorted({*self.libraries, *now.libraries}):
            pairs[name] = self.libraries.get(name, "unknown"), now.libraries.get(name, "unknown")
        pairs["processor"] = self.processor, now.processor
        return [f"{name} {was} then, {is_now} now" for name, (was, is_now) in pairs.items() if was != is_now]


@cache
def current_making() -> Making:
    """Say what estimates of this process are made with."""
    libraries = {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
    return Making(code_version(), libraries, _processor())


def _processor() -> str:
    """Architecture, and the model where the system names one: kinds of processor round differently."""
    told = _PROCESSORS.read_text("utf-8", "replace").splitlines() if _PROCESSORS.is_file() else []
    named = next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), "")
    return f"{platform.machine()} {named}".strip()
