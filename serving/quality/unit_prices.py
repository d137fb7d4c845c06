"""Findings about unit prices: against the other lines of the same goods, and over time."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from serving.quality.findings import Finding, Rows, Subject
from serving.quality.ledger import CheckedLedger
from serving.quality.money import robust_z

_LEAST_LINES: Final = 5
_FAR: Final = 3.5
_LEAST_SPREAD: Final = 0.1
"""Log units: a price that differs by a tenth is no surprise."""
_LEAST_RATIO: Final = 2.0
_LEAST_SIDE: Final = 2
_JUMP: Final = 1.5


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find prices that cannot be right beside those of the same goods, and prices that jumped."""
    priced = _prices(ledger)
    far, far_said = _impossible(priced, len(ledger.lines))
    jumped, jump_said = _jumps(priced[~priced["row"].isin(np.flatnonzero(far))], len(ledger.lines))
    return [
        Finding(
            "price_impossible",
            Subject.PRICE,
            "Unit price far from the same goods",
            f"Of at least {_LEAST_LINES} lines with the same description, unit and currency, the "
            f"logarithm of amount "
            f"over quantity is more than {_FAR:g} robust standard deviations (at least "
            f"{_LEAST_SPREAD:g}) from the "
            f"median, and the price differs from it by {_LEAST_RATIO:g} times or more.",
            "Check quantity, unit (pieces or packs?) and decimal mark: by mass, the figure follows the "
            "quantity.",
            far,
            far_said,
        ),
        Finding(
            "price_jump",
            Subject.PRICE,
            "Unit price jumped over time",
            f"From this line on, every unit price of the goods differs from every one before in the same "
            f"direction, "
            f"and the medians of both sides, of {_LEAST_SIDE} lines or more each, differ by {_JUMP:g} "
            f"times or more.",
            "Check for a change of pack size; a figure by money follows the price, not the goods.",
            jumped,
            jump_said,
        ),
    ]


def _prices(ledger: CheckedLedger) -> pd.DataFrame:
    """Work out the unit prices of the lines that have one: row, goods, day and log price."""
    lines = ledger.lines
    quantity = lines["quantity"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        price = ledger.amount / quantity
    usable = np.isfinite(price) & (price > 0) & ledger.bought & ledger.text.ne("").to_numpy()
    frame: pd.DataFrame = pd.DataFrame(
        {
            "row": np.arange(len(lines)),
            "description": lines["description"].str.strip().str.casefold(),
            "unit": lines["unit"].str.strip().str.casefold(),
            "currency": lines["currency"],
            "day": lines["date"],
            "price": price,
        }
    )[usable].copy()
    keys = ["description", "unit", "currency"]
    frame["goods"] = frame.groupby(keys, sort=False).ngroup()
    frame["log_price"] = np.log(frame["price"].to_numpy(dtype=np.float64))
    return frame


def _impossible(priced: pd.DataFrame, count: int) -> tuple[Rows, Mapping[int, str]]:
    middle, z = robust_z(priced["log_price"], [priced["goods"]], _LEAST_SPREAD)
    enough = priced.groupby("goods")["row"].transform("size") >= _LEAST_LINES
    apart = (priced["log_price"] - middle).abs() >= np.log(_LEAST_RATIO)
    far = priced[enough & apart & (z.abs() > _FAR)]
    usual = pd.Series(np.exp(middle))
    said = {
        int(row): f"{price:,.4g} per {unit or 'piece'}, median {usual.loc[index]:,.4g}"
        for index, row, price, unit in far[["row", "price", "unit"]].itertuples(name=None)
    }
    return _rows(said, count), said


def _jumps(priced: pd.DataFrame, count: int) -> tuple[Rows, Mapping[int, str]]:
    said = dict(_jumps_of_goods(priced.dropna(subset=["day"])))
    return _rows(said, count), said


def _jumps_of_goods(dated: pd.DataFrame) -> Iterator[tuple[int, str]]:
    for _, goods in dated.groupby("goods", sort=False):
        if len(goods) < 2 * _LEAST_SIDE or goods["day"].min() == goods["day"].max():
            continue
        ordered = goods.sort_values("day", kind="stable")
        price = ordered["price"].to_numpy(dtype=np.float64)
        day = ordered["day"].to_numpy()
        steps = [
            at
            for at in range(_LEAST_SIDE, len(price) - _LEAST_SIDE + 1)
            if day[at] != day[at - 1] and _parted(price[:at], price[at:])
        ]
        if steps:
            at = max(steps, key=lambda at: abs(np.log(price[at] / price[at - 1])))
            before, after = np.median(price[:at]), np.median(price[at:])
            yield (
                int(ordered["row"].iloc[at]),
                f"{before:,.4g} before, {after:,.4g} from {ordered['day'].iloc[at]:%Y-%m-%d} on",
            )


def _parted(before: np.ndarray, after: np.ndarray) -> bool:
    ratio = np.median(after) / np.median(before)
    apart = before.max() < after.min() if ratio > 1 else after.max() < before.min()
    return bool(apart and max(ratio, 1 / ratio) >= _JUMP)


def _rows(said: Mapping[int, str], count: int) -> Rows:
    rows = np.zeros(count, dtype=bool)
    rows[list(said)] = True
    return rows
