"""What the page of a ledger shows of the lines that are looked for: figures, hotspots, what to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from markupsafe import Markup

from serving import breakdown
from serving.ledgers import LedgerFigures, Standing, goods_groups, ledger_figures, line_page
from serving.ledgers.figures import REVIEW_STATES, total_now
from serving.pages.advice import advice
from serving.pages.ledger_address import LINES_SHOWN, LedgerAddress
from serving.report import charts
from serving.report.reasons import ReasonGroup, by_reason

Rows = list[dict[str, Any]]
_BARS: Final = 8
_WORTH_A_LOOK: Final = 8
_EXAMPLES: Final = 3
_CUTS: Final = (
    ("category", "Categories", "Category"),
    ("supplier", "Suppliers", "Supplier"),
    ("cost_centre", "Cost centres", "Cost centre"),
)
_STATES: Final = {
    "approved": "Reviewed and approved by a second person",
    "reviewed": "Reviewed by one person",
    "": "Not reviewed",
}
_WHO_LOOKED: Final = {"approved": "approved", "reviewed": "reviewed", "": "unreviewed"}


@dataclass(frozen=True)
class Hotspots:
    """One way of cutting the total.

    Attributes
    ----------
    title, what
        Of all groups, and of one.
    drawing
        ``None`` where no group has a footprint above zero.
    rows
        Of :func:`serving.breakdown.by_group`, each with its ``address``, "" where it leads nowhere.
    """

    title: str
    what: str
    drawing: Markup | None
    rows: Rows


@dataclass(frozen=True)
class ReviewState:
    """What rests on lines of one state of review.

    Attributes
    ----------
    name, words
        Of the state.
    lines, kg, share
        As of :class:`serving.ledgers.figures.ReviewedShare`.
    before
        Share of the states above it.
    address
        Of these lines.
    """

    name: str
    words: str
    lines: int
    kg: float
    share: float
    before: float
    address: str


@dataclass(frozen=True)
class Reason:
    """Lines that share a status and a reason, in words, and the address of all of them."""

    group: ReasonGroup
    heading: str
    helps: str
    address: str


@dataclass(frozen=True, kw_only=True)
class LedgerView:
    """What is told of the lines that are looked for.

    Attributes
    ----------
    figures
        What they add up to.
    whole_kg
        What the whole ledger adds up to, kg CO2e.
    figure_count
        Lines with a figure.
    coverage
        How much of the money has a figure.
    states
        Of review.
    hotspots
        Ways of cutting the total that cut it.
    methods
        As the rows of :class:`Hotspots`.
    pedigree
        Rows of :func:`serving.breakdown.pedigree`.
    excluded, problems
        Lines without a figure or with one to be looked at, by reason.
    work
        Goods whose figures would narrow the total's range most: rows of
        :func:`serving.ledgers.goods_groups` with ``width`` (of the total's range then), ``estimate_id`` (of
        the largest line) and ``address`` (of all lines).
    """

    figures: LedgerFigures
    whole_kg: float
    figure_count: int
    coverage: breakdown.Coverage
    states: list[ReviewState]
    hotspots: list[Hotspots]
    methods: Rows
    pedigree: Rows
    excluded: list[Reason]
    problems: list[Reason]
    work: Rows

    @property
    def is_changed(self) -> bool:
        """Whether reviews changed what was estimated."""
        return self.figures.now != self.figures.estimated

    @property
    def width(self) -> float:
        """Of the total's range, kg CO2e."""
        return self.figures.now.kg_co2e_high - self.figures.now.kg_co2e_low


def ledger_view(standing: Standing, address: LedgerAddress) -> LedgerView:
    """Sum up the lines that an address looks for."""
    frame = address.wanted.apply(standing.frame)
    figures = ledger_figures(frame)
    is_whole = frame is standing.frame
    reasons = _reasons(frame, address)
    return LedgerView(
        figures=figures,
        whole_kg=(figures.now if is_whole else total_now(standing.frame)).kg_co2e,
        figure_count=int(frame["kg"].notna().sum()),
        coverage=breakdown.coverage(frame),
        states=_states(figures, address),
        hotspots=list(_hotspots(frame, address)),
        methods=_led(breakdown.by_group(frame, "method"), partial(_narrowed, address, "method")),
        pedigree=_records(breakdown.pedigree(frame)),
        excluded=[one for one in reasons if one.group.status == "excluded"],
        problems=[one for one in reasons if one.group.status != "excluded"],
        work=_work(frame, figures, address),
    )


def lines_of(standing: Standing, address: LedgerAddress) -> dict[str, Any]:
    """Give the page of lines that an address shows, for the template of the table."""
    frame = address.wanted.apply(standing.frame)
    last = max(-(-len(frame) // LINES_SHOWN), 1)
    if address.page > last:
        address = address.at_page(last)
    page = line_page(
        frame, address.sort, descending=address.descending, offset=address.offset, limit=LINES_SHOWN
    )
    return {"page": page, "rows": _records(page.lines), "last_page": last, "shown": address}


def _states(figures: LedgerFigures, address: LedgerAddress) -> list[ReviewState]:
    states, before = [], 0.0
    for name in REVIEW_STATES:
        mine = figures.shares[name]
        share = 0.0 if np.isnan(mine.share) else mine.share
        to = str(address.narrowed(review=_WHO_LOOKED[name]))
        states.append(ReviewState(name, _STATES[name], mine.lines, mine.kg, share, before, to))
        before += share
    return states


def _hotspots(frame: pd.DataFrame, address: LedgerAddress) -> Iterator[Hotspots]:
    for column, title, what in _CUTS:
        table = breakdown.by_group(frame, column, keep=_BARS)
        if len(table) > 1:
            rows = _led(table, partial(_narrowed, address, column))
            # the bar of all small groups together would dwarf the others
            named = table[~table["together"]]
            drawing = charts.pareto(named, _links(rows)[: len(named)]) if (named["kg"] > 0).any() else None
            yield Hotspots(title, what, drawing, rows)
    periods = breakdown.by_month(frame)
    if len(periods) > 1:
        rows = _led(periods, partial(_narrowed, address, "month"))
        yield Hotspots("Over time", "Period", charts.months(periods, _links(rows)), rows)


def _narrowed(address: LedgerAddress, column: str, name: str) -> str:
    return str(address.narrowed(**{column: name}))


def _led(table: pd.DataFrame, to: Callable[[str], str]) -> Rows:
    """Give groups the addresses of their lines; all small groups together have none."""
    rows = _records(table)
    return [row | {"address": "" if row.get("together") else to(row["group"])} for row in rows]


def _links(rows: Rows) -> list[str]:
    return [str(row["address"]) for row in rows]


def _reasons(frame: pd.DataFrame, address: LedgerAddress) -> list[Reason]:
    out = []
    for group in by_reason(frame, _EXAMPLES):
        if group.status == "estimated":
            continue
        told = advice(group.status, group.reason)
        to = address.narrowed(status=group.status, reason=group.reason)
        out.append(Reason(group, told.reason if told else "", told.helps if told else "", str(to)))
    return out


def _work(frame: pd.DataFrame, figures: LedgerFigures, address: LedgerAddress) -> Rows:
    groups = goods_groups(frame, "unreviewed")
    groups = groups[groups["narrows_kg"] > 0].head(_WORTH_A_LOOK)
    width = figures.now.kg_co2e_high - figures.now.kg_co2e_low
    # a line's label in the frame is its row less one, whatever was filtered
    groups = groups.assign(
        width=width - groups["narrows_kg"],
        share=groups["narrows_kg"] / width if width else 0.0,
        estimate_id=frame["estimate_id"].loc[groups["row"] - 1].to_numpy(),
    )
    return [row | {"address": str(address.narrowed(goods=row["goods"]))} for row in _records(groups)]


def _records(frame: pd.DataFrame) -> Rows:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
