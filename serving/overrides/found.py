"""Finding what people know about the goods of lines: remembered corrections and suppliers' figures."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from features.money import MoneyOptions
from serving.documents.goods_numbers import GOODS_UNKNOWN
from serving.overrides.additions import additions
from serving.store import Reading
from serving.store.catalogue import CatalogueVersion, article_subject, current_items, gtin_subject
from serving.store.column_types import is_storable
from serving.store.corrections import RememberedCorrection, remembered_corrections
from serving.store.goods import product_gtin
from serving.store.supplier_figures import FigureVersion, GoodsOfSupplier, current_figures
from serving.supplier_names import comparable_supplier


@dataclass(frozen=True)
class LineOverrides:
    """What people know about the goods of one line.

    Attributes
    ----------
    corrections
        Approved corrections of the same goods, the latest first; more than one is a contradiction.
    figure
        The supplier's present figure for the goods, ``None`` for none.
    figure_note
        Why the figure is not for this line's day; "" where it is.
    without_range
        What gets no range, by the kind of its mark: nothing, unless it was recorded so.
    item
        Of the buyer's product catalogue, where it says something that the line does not.
    """

    corrections: tuple[RememberedCorrection, ...] = ()
    figure: FigureVersion | None = None
    figure_note: str = ""
    without_range: frozenset[str] = frozenset()
    item: CatalogueVersion | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is known."""
        return bool(self.corrections) or self.figure is not None or self.item is not None


def find_overrides(reading: Reading, lines: pd.DataFrame, money: MoneyOptions) -> list[LineOverrides]:
    """Find what is known about the goods of some lines.

    A supplier's figure is found by the line's GTIN, else by its supplier and its description, taken as the
    supplier's name of the article. A line that could not be read, or is there twice, gets nothing: what is
    wrong with it must stay visible.

    Parameters
    ----------
    reading
        Transaction.
    lines
        :class:`features.line_items.LineItems`, n rows.
    money
        Says the day of the lines without one; else it is today.

    Returns
    -------
    list of LineOverrides
        One a line, in order.
    """
    corrections = remembered_corrections(reading, lines)
    figures = _figures(reading, lines)
    items = _items(reading, lines)
    undated = money.default_date or reading.now.date()
    found = []
    for corrected, figure, item, day, issue in zip(
        corrections, figures, items, lines["date"], lines["issue"], strict=True
    ):
        spent_on = undated if pd.isna(day) else day.date()
        note = _out_of_date(figure, spent_on) if figure else ""
        unread = issue not in {"", GOODS_UNKNOWN}
        found.append(LineOverrides() if unread else LineOverrides(tuple(corrected), figure, note, item=item))
    return found


def _figures(reading: Reading, lines: pd.DataFrame) -> list[FigureVersion | None]:
    """Find the present figure of each line's goods, by GTIN before supplier and article."""
    told = lines[["gtin", "supplier", "description"]].itertuples(index=False, name=None)
    named = [_names(gtin, supplier, article) for gtin, supplier, article in told]
    goods = [one for names in named for one in names]
    current = {
        one.subject: version
        for one, version in zip(goods, current_figures(reading, goods), strict=True)
        if version is not None
    }
    return [next((current[one.subject] for one in names if one.subject in current), None) for names in named]


def _items(reading: Reading, lines: pd.DataFrame) -> list[CatalogueVersion | None]:
    """Find what the catalogue adds, by GTIN before the buyer's number in place of a description."""
    records = [{str(k): v for k, v in record.items()} for record in lines.to_dict("records")]
    named = [(gtin_subject(line["gtin"]), article_subject(line["description"])) for line in records]
    current = current_items(reading, [subject for names in named for subject in names])
    found = [next((current[one] for one in names if one in current), None) for names in named]
    return [
        item if item and additions(line, item.item) else None
        for line, item in zip(records, found, strict=True)
    ]


def _names(gtin: str, supplier: str, article: str) -> list[GoodsOfSupplier]:
    product = product_gtin(gtin)
    names = [GoodsOfSupplier(gtin=product)] if product else []
    if comparable_supplier(supplier) and article.strip() and is_storable(supplier + article):
        names.append(GoodsOfSupplier(supplier=supplier, article=article))
    return names


def _out_of_date(version: FigureVersion, day: date) -> str:
    figure = version.figure
    if figure.valid_from and day < figure.valid_from:
        return f"It is valid from {figure.valid_from}, and the line is dated {day}."
    if figure.valid_to and day > figure.valid_to:
        return f"It is valid to {figure.valid_to}, and the line is dated {day}."
    return ""
