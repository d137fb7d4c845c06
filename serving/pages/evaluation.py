"""What a model card says about the evaluation, as tables that charts are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

_SETS: Final = {
    "austin": "a US city's purchases",
    "grocery": "groceries",
    "grocery agreed": "groceries, labels agreed on",
    "public": "public ledgers",
}
_PARTS: Final = (
    ("figures", "dataset", "Category and its factor"),
    ("intensity", "kind", "kg CO2e per kg"),
    ("mass", "kind", "Mass"),
)
_TARGETS: Final = {"kg_per_article": "by the article", "kg_per_usd": "by the money"}
_ALL: Final = "all"


@dataclass(frozen=True)
class Evaluated:
    """The evaluation of a model on groups never seen.

    Attributes
    ----------
    groups
        ``part``, ``group``, ``lines``, ``groups``, ``coverage`` (of the 90% range), ``within_2x``.
    categories
        ``group``, ``lines``, ``top1``, ``top5``, ``error`` and ``error_by_spend`` (mean error of the factor,
        as a share), ``calibration_error``.
    calibration
        ``group``, ``stated``, ``right``, ``lines``; empty where the card has no curve.
    by_spend
        ``group``, ``quarter``, ``spend_from``, ``spend_to``, ``lines``, ``median_factor``, ``within_2x``;
        empty where the card says nothing.
    how
        How it was evaluated.
    """

    groups: pd.DataFrame
    categories: pd.DataFrame
    calibration: pd.DataFrame
    by_spend: pd.DataFrame
    how: str

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> "Evaluated":
        """Read a model card; what it does not hold is empty."""
        figures = _records(card, "figures")
        return cls(
            groups=pd.DataFrame(_groups(card), columns=_GROUP_COLUMNS),
            categories=pd.DataFrame(
                [
                    {
                        "group": _set(str(one["dataset"])),
                        "lines": one.get("lines", 0),
                        "top1": one.get("top1"),
                        "top5": one.get("top5"),
                        "error": one.get("factor_mape"),
                        "error_by_spend": one.get("spend_weighted_error"),
                        "calibration_error": one.get("calibration_error"),
                    }
                    for one in figures
                ]
            ),
            calibration=_named(card, "calibration"),
            by_spend=_named(card, "error_by_spend"),
            how=str(card.get("evaluated_on", "")),
        )


_GROUP_COLUMNS: Final = ["part", "group", "lines", "groups", "coverage", "within_2x"]


def _groups(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "part": " ".join(word for word in (title, _TARGETS.get(str(one.get("target")), "")) if word),
            "group": _set(str(one[name])) if part == "figures" else str(one[name]),
            "lines": one.get("lines", one.get("goods", 0)),
            "groups": one.get("groups", 0),
            "coverage": one.get("coverage"),
            "within_2x": one.get("factor_within_2x", one.get("within_2x")),
        }
        for part, name, title in _PARTS
        for one in _records(card, part)
        if one.get("coverage") is not None and one[name] != _ALL
    ]


def _records(card: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = card.get(name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _named(card: Mapping[str, Any], name: str) -> pd.DataFrame:
    frame = pd.DataFrame(_records(card, name))
    if frame.empty:
        return frame
    return frame.assign(group=[_set(str(one)) for one in frame["dataset"]]).drop(columns="dataset")


def _set(name: str) -> str:
    return _SETS.get(name, name)
