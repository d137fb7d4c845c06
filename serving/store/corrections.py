"""Remembered corrections: the same goods get the correction that was approved for them before.

Corrections that contradict each other are all returned, side by side: which one holds is for a person to say,
by reviewing the others again. Nothing is averaged.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from serving.store.canonical import parse_canonical
from serving.store.goods import comparable_goods, product_gtin
from serving.store.reviews import Correction, is_current_review
from serving.store.store import Reading
from serving.store.tables import Entry

_ASKED_AT_ONCE: Final = 500


@dataclass(frozen=True)
class RememberedCorrection:
    """An approved correction of the same goods.

    Attributes
    ----------
    correction
        What is right. A mass or a footprint is that of the corrected line: ``line`` says how much that was.
    line
        The corrected line: description, supplier, GTIN, amount, currency, quantity and unit.
    matched_by
        Why the goods are the same.
    estimate_id
        What was corrected.
    reviewed_by, approved_by, at, comment, reference
        Who, when and why.
    """

    correction: Correction
    line: dict[str, Any]
    matched_by: Literal["gtin", "description and supplier"]
    estimate_id: str
    reviewed_by: str
    approved_by: str
    at: datetime
    comment: str
    reference: str


def remembered_corrections(reading: Reading, lines: pd.DataFrame) -> list[list[RememberedCorrection]]:
    """Find what was corrected before on the same goods.

    A line whose GTIN was corrected gets the corrections of that GTIN; any other line those of the same words
    from the same supplier, if neither names another GTIN.

    Parameters
    ----------
    reading
        Transaction.
    lines
        :class:`features.line_items.LineItems`, n rows.

    Returns
    -------
    list of list of RememberedCorrection
        One list a line, in order; different corrections, the latest first. More than one is a contradiction.
    """
    gtins = [product_gtin(text) for text in lines["gtin"]]
    goods = [
        comparable_goods(description, supplier)
        for description, supplier in zip(lines["description"], lines["supplier"], strict=True)
    ]
    by_gtin = _approved(reading, Entry.gtin, gtins)
    by_goods = _approved(reading, Entry.goods, goods)
    found = []
    for gtin, words in zip(gtins, goods, strict=True):
        same_gtin = by_gtin.get(gtin, [])
        same_words = [entry for entry in by_goods.get(words, []) if not (gtin and entry.gtin)]
        found.append(
            _distinct(_remembered(entry, "gtin") for entry in same_gtin)
            or _distinct(_remembered(entry, "description and supplier") for entry in same_words)
        )
    return found


def _approved(
    reading: Reading, column: InstrumentedAttribute[str], names: Iterable[str]
) -> dict[str, list[Entry]]:
    found = defaultdict(list)
    for asked in _batches({name for name in names if name}):
        query = select(Entry).where(
            *is_current_review(), Entry.status == "approved", column != "", column.in_(asked)
        )
        for entry in reading.session.scalars(query.order_by(Entry.sequence.desc())):
            found[str(getattr(entry, column.key))].append(entry)
    return found


def _batches(names: Iterable[str]) -> Iterator[Sequence[str]]:
    left = iter(sorted(names))
    while batch := list(islice(left, _ASKED_AT_ONCE)):
        yield batch


def _remembered(
    entry: Entry, matched_by: Literal["gtin", "description and supplier"]
) -> RememberedCorrection:
    payload = parse_canonical(entry.payload or "")
    return RememberedCorrection(
        correction=Correction(**payload["correction"]),
        line=payload["line"],
        matched_by=matched_by,
        estimate_id=entry.subject,
        reviewed_by=payload["reviewed_by"],
        approved_by=payload["approved_by"],
        at=entry.at,
        comment=payload["comment"],
        reference=payload["reference"],
    )


def _distinct(found: Iterable[RememberedCorrection]) -> list[RememberedCorrection]:
    """Keep the latest of those that say the same of the same amount."""
    kept: dict[Any, RememberedCorrection] = {}
    for one in found:
        of = one.correction
        about = (one.line["quantity"], one.line["unit"], one.line["amount"], one.line["currency"])
        absolute = of.mass_kg is not None or of.kg_co2e is not None
        kept.setdefault((of, about if absolute else None), one)
    return list(kept.values())
