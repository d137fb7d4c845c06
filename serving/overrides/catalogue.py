"""Lines valued again with what the buyer's product catalogue says about their goods."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from models.footprint import EstimateOptions, FootprintModel
from serving.overrides.additions import additions
from serving.overrides.found import LineOverrides
from serving.store.catalogue import CatalogueVersion
from serving.wording import number_text

_KEPT: Final = ("line_id", "estimate_id")


def value_known_goods(
    model: FootprintModel,
    lines: pd.DataFrame,
    estimates: pd.DataFrame,
    overrides: Sequence[LineOverrides],
    options: EstimateOptions,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Value lines again with what the catalogue says about their goods.

    Parameters
    ----------
    model, lines, estimates, overrides, options
        As of :func:`serving.overrides.apply_overrides`.

    Returns
    -------
    tuple of pandas.DataFrame
        Lines with what the catalogue adds, and their estimates; n rows each, in order, under their own ids.
    """
    rows = [row for row, known in enumerate(overrides) if known.item is not None]
    if not rows:
        return lines, estimates
    told, valued = _records(lines), _records(estimates)
    said = []
    for row in rows:
        version = overrides[row].item
        added = additions(told[row], version.item) if version else {}
        told[row] |= added
        said.append(_sentence(version, added) if version else "")
    # within a frame ids differ, and past lines of several calls may share one
    asked = [told[row] | {"line_id": str(number)} for number, row in enumerate(rows)]
    again = _records(model.predict(_line_items(asked, lines), options))
    for row, first, record in zip(rows, said, again, strict=True):
        kept = {name: valued[row][name] for name in _KEPT}
        valued[row] = record | kept | {"explanation": f"{first} {record['explanation']}"}
    return _line_items(told, lines), pd.DataFrame(valued, columns=estimates.columns)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _line_items(records: Sequence[Mapping[str, Any]], like: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(records, columns=like.columns).astype(like.dtypes.to_dict())


def _sentence(version: CatalogueVersion, added: Mapping[str, Any]) -> str:
    item = version.item
    found = []
    if "description" in added:
        found.append(f'"{added["description"]}"')
    if "quantity" in added and item.mass_kg:
        found.append(f"{number_text(item.mass_kg, 4)} kg a piece")
    if "category_code" in added:
        found.append(f"{item.category_scheme} {item.category_code}".strip())
    if "supplier" in added:
        found.append(f"from {item.supplier}")
    return (
        f"The product catalogue says of {item.gtin or item.article}: {', '.join(found)} (recorded by "
        f"{version.who} on {version.at.date()})."
    )
