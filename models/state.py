"""What a fitted part of the model is made of: plain values, arrays, tables and LightGBM's own text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy.typing as npt
import pandas as pd

_SEPARATOR: Final = "."


@dataclass(frozen=True)
class State:
    """A fitted part, ready to be written without pickle.

    Attributes
    ----------
    metadata
        JSON-serialisable.
    arrays, tables
        By name.
    boosters
        LightGBM models in its own text format, by name.
    """

    metadata: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    boosters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_parts(cls, parts: Mapping[str, "State"]) -> "State":
        """Put parts together; the names of a part's content begin with the part's name and a point.

        Examples
        --------
        >>> whole = State.of_parts({"mass": State(metadata={"floor": 0.1}, boosters={"piece": "tree"})})
        >>> whole.metadata, list(whole.boosters)
        ({'mass': {'floor': 0.1}}, ['mass.piece'])
        """
        return cls(
            metadata={name: dict(part.metadata) for name, part in parts.items()},
            arrays=_prefixed({name: part.arrays for name, part in parts.items()}),
            tables=_prefixed({name: part.tables for name, part in parts.items()}),
            boosters=_prefixed({name: part.boosters for name, part in parts.items()}),
        )

    def part(self, name: str) -> "State":
        """Take one part out again.

        Raises
        ------
        KeyError
            If there is no such part.

        Examples
        --------
        >>> whole = State.of_parts({"mass": State(metadata={"floor": 0.1}, boosters={"piece": "tree"})})
        >>> whole.part("mass").boosters
        {'piece': 'tree'}
        """
        return State(
            metadata=self.metadata[name],
            arrays=_of_part(self.arrays, name),
            tables=_of_part(self.tables, name),
            boosters=_of_part(self.boosters, name),
        )


def _prefixed(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"{part}{_SEPARATOR}{name}": value
        for part, content in parts.items()
        for name, value in content.items()
    }


def _of_part(content: Mapping[str, Any], part: str) -> dict[str, Any]:
    start = part + _SEPARATOR
    return {name.removeprefix(start): value for name, value in content.items() if name.startswith(start)}
