"""A buyer's product catalogue as a file: one article a row."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from features.amounts import parse_amounts
from serving.documents.readers import read_tables
from serving.store.catalogue import CatalogueItem
from serving.store.errors import CatalogueError

COLUMNS: Final = ("gtin", "article", "description", "material", "mass_kg", "category", "scheme", "supplier")
_NUMBERS: Final = frozenset({"gtin", "article"})
_DEFAULT_SCHEME: Final = "NAICS"


def read_catalogue(path: Path) -> tuple[list[CatalogueItem], list[str]]:
    """Read a product catalogue.

    Parameters
    ----------
    path
        CSV or another table, with a column ``gtin`` or ``article``, and any of ``description``, ``material``,
        ``mass_kg`` (of one piece), ``category``, ``scheme`` (of the category; NAICS where it is empty) and
        ``supplier``. Other columns are not read. Of a row with both numbers, both name the goods.

    Returns
    -------
    tuple of list of CatalogueItem and list of str
        The items, and a sentence for each row that cannot be used.

    Raises
    ------
    UnreadableDocumentError
        If the file cannot be read.
    CatalogueError
        If neither number has a column.
    """
    table = read_tables(path)[0]
    header, rows = (table.header, table.rows) if table.header else (table.rows[0], table.rows[1:])
    names = [cell.strip().lower() for cell in header]
    if not _NUMBERS & set(names):
        raise CatalogueError(
            f"Got the columns {', '.join(names)} in {path.name}, expected 'gtin' or 'article', and any of "
            f"{', '.join(name for name in COLUMNS if name not in _NUMBERS)}: name them so."
        )
    masses = pd.Series(
        [dict(zip(names, cells, strict=False)).get("mass_kg", "") for cells in rows], dtype="str"
    )
    read = parse_amounts(masses)
    items: list[CatalogueItem] = []
    problems: list[str] = []
    for number, cells in enumerate(rows, 2):
        record = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        if not any(record.values()):
            continue
        mass, problem = read["value"].iloc[number - 2], str(read["problem"].iloc[number - 2])
        if problem:
            problems.append(f"row {number}: {problem}")
            continue
        try:
            items += _items(record, None if pd.isna(mass) else float(mass))
        except CatalogueError as error:
            problems.append(f"row {number}: {error}")
    return items, problems


def _items(record: Mapping[str, str], mass_kg: float | None) -> list[CatalogueItem]:
    named = {name: record[name] for name in ("gtin", "article") if record.get(name)} or {"gtin": ""}
    category = record.get("category", "").removesuffix(".0")
    return [
        CatalogueItem(
            gtin=value if name == "gtin" else "",
            article=value if name == "article" else "",
            description=record.get("description", ""),
            material=record.get("material", ""),
            mass_kg=mass_kg,
            category_code=category,
            category_scheme=(record.get("scheme") or _DEFAULT_SCHEME) if category else "",
            supplier=record.get("supplier", ""),
        )
        for name, value in named.items()
    ]
