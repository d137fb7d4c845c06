"""How much one line is of another: exactly, or not at all."""

import math
from collections.abc import Mapping
from typing import Any, Final

from features.quantities import UnitKind, read_unit

_MEASURES: Final = frozenset({UnitKind.MASS, UnitKind.VOLUME, UnitKind.LENGTH, UnitKind.AREA})
_BRITISH: Final = frozenset({"GB", "IE"})


def units_in(unit: str, other: str, country: str = "") -> float | None:
    """Say how many of another unit one unit is, ``None`` where that is not exact.

    Measures of one kind are exact, unless a gallon may be a British or an American one; pieces are where both
    units count what the description describes. A package of unknown content is only its own like.

    Parameters
    ----------
    unit
        Of the line.
    other
        Of the figure.
    country
        Of the buyer, who knows which gallon it was.

    Examples
    --------
    >>> units_in("g", "kg"), units_in("dozen", "piece"), units_in("Box", "box "), units_in("box", "piece")
    (0.001, 12.0, 1.0, None)
    """
    if unit.strip() and unit.strip().casefold() == other.strip().casefold():
        return 1.0
    one, many = read_unit(unit, imperial=country in _BRITISH), read_unit(other)
    if one.kind is not many.kind or read_unit(other, imperial=True) != many:
        return None
    if one.kind in _MEASURES:
        return one.factor / many.factor
    counted = one.pieces == one.articles and many.pieces == many.articles
    return one.pieces / many.pieces if one.kind is UnitKind.PIECES and counted else None


def times_as_much(line: Mapping[str, Any], than: Mapping[str, Any]) -> tuple[float, str] | None:
    """Say how many times as much a line is as another line of the same goods, and by what.

    Quantities are compared first, then money of one currency. Credits are negative.

    Parameters
    ----------
    line, than
        With ``quantity``, ``unit``, ``amount`` and ``currency``; missing numbers are NaN or ``None``.

    Examples
    --------
    >>> sold = {"quantity": None, "unit": "", "amount": 100.0, "currency": "GBP"}
    >>> times_as_much(sold | {"amount": -50.0}, sold)
    (-0.5, 'the money')
    """
    quantities = _number(line["quantity"]), _number(than["quantity"])
    amounts = _number(line["amount"]), _number(than["amount"])
    rate = units_in(line["unit"], than["unit"])
    if all(quantities) and rate is not None:
        sign = math.copysign(1.0, amounts[0] * amounts[1]) if all(amounts) else None
        times = quantities[0] * rate / quantities[1]
        return (sign * abs(times) if sign else times), "the quantity"
    if all(amounts) and line["currency"] == than["currency"]:
        return amounts[0] / amounts[1], "the money"
    return None


def signed_quantity(line: Mapping[str, Any]) -> float | None:
    """Give the quantity of a line with the sign of its money, ``None`` where it states none."""
    quantity, amount = _number(line["quantity"]), _number(line["amount"])
    if not quantity:
        return None
    return math.copysign(quantity, amount) if amount else quantity


def _number(value: float | None) -> float:
    """Give 0 for what is not there: nothing can be measured against either."""
    return 0.0 if value is None or not math.isfinite(value) else float(value)
