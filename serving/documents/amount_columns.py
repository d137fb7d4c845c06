"""The columns that an amount is worked out from where a ledger does not write it into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from serving.documents.columns import ColumnChoice
from serving.documents.content import describe_content
from serving.documents.spellings import name_score, normalised

_NAMED: Final = 0.6
_MIN_AMOUNTS: Final = 0.5
_SIGNS: Final = frozenset({"d", "dr", "debit", "c", "cr", "credit", "s", "soll", "h", "haben", "+", "-"})
_MOST_SIGNS: Final = 4
_BARE_PRICE_WEIGHT: Final = 0.4
_BARE_PRICES: Final = frozenset({"price", "preis", "prix", "precio", "prijs", "prezzo"})
"""Beside a quantity, these words mean the price of one, unless the user says otherwise."""


@dataclass(frozen=True)
class AmountColumns:
    """Names of columns, "" for none.

    Attributes
    ----------
    debit, credit
        Both sides of an account; the amount is one less the other.
    sign
        Tells debits from credits whose amounts are written without a sign.
    unit_price
        Times the quantity, it gives the amount of a line that states none.
    """

    debit: str = ""
    credit: str = ""
    sign: str = ""
    unit_price: str = ""

    def money_columns(self) -> tuple[str, ...]:
        """Return the columns that hold money."""
        return tuple(name for name in (self.debit, self.credit, self.unit_price) if name)


def complete_amount(
    choices: Sequence[ColumnChoice], source: pd.DataFrame, *, given: bool
) -> tuple[list[ColumnChoice], AmountColumns]:
    """Find out how the amount of a line is worked out where no column, or not every cell, holds it.

    Parameters
    ----------
    choices
        The columns recognised so far.
    source
        The ledger as text.
    given
        Whether the user said which column holds the amount, or that none does: then nothing is worked out.

    Returns
    -------
    tuple of list of ColumnChoice and AmountColumns
        The choices, that of a computed amount replaced, and the columns it is computed from.
    """
    if given:
        return list(choices), AmountColumns()
    chosen = {choice.field: choice for choice in choices}
    amount = chosen.get("amount")
    parts = AmountColumns(sign=_sign_column(source, chosen))
    debit, credit = (_role_column(role, source, chosen) for role in ("debit", "credit"))
    if (
        debit
        and credit
        and (amount is None or amount.column in {debit, credit} or amount.how == "by content")
    ):
        parts = AmountColumns(debit=debit, credit=credit)
        return _computed(choices, f'"{debit}" less "{credit}"'), parts
    if "quantity" not in chosen:
        return list(choices), parts
    quantity = chosen["quantity"].column
    if amount is not None and _is_price_of_one(amount.column):
        parts = replace(parts, unit_price=amount.column)
        return _computed(choices, f'"{quantity}" times "{amount.column}"'), parts
    parts = replace(parts, unit_price=_role_column("unit_price", source, chosen))
    if amount is None and parts.unit_price:
        return _computed(choices, f'"{quantity}" times "{parts.unit_price}"'), parts
    return list(choices), parts


def _is_price_of_one(header: str) -> bool:
    words = normalised(header).split()
    return words[:1] != [] and words[0] in _BARE_PRICES and name_score("amount", header) <= _BARE_PRICE_WEIGHT


def _computed(choices: Sequence[ColumnChoice], formula: str) -> list[ColumnChoice]:
    """Put a computed amount among the choices, at its place behind the description."""
    amount = ColumnChoice("amount", "", "computed", 1.0, (formula,))
    others = [choice for choice in choices if choice.field != "amount"]
    place = sum(choice.field in {"line_id", "description"} for choice in others)
    return [*others[:place], amount, *others[place:]]


def _role_column(role: str, source: pd.DataFrame, chosen: Mapping[str, ColumnChoice]) -> str:
    """Return the column of amounts whose header names a role best, "" where none does."""
    taken = {choice.column for field, choice in chosen.items() if field != "amount"}
    scores = {str(name): name_score(role, str(name)) for name in source.columns if name not in taken}
    named = [name for name, score in scores.items() if score >= _NAMED]
    fitting = [name for name in named if _holds_amounts(source[name])]
    return max(fitting, key=lambda name: scores[name], default="")


def _holds_amounts(column: pd.Series) -> bool:
    content = describe_content(column)
    return content.filled == 0 or content.amounts >= _MIN_AMOUNTS


def _sign_column(source: pd.DataFrame, chosen: Mapping[str, ColumnChoice]) -> str:
    taken = {choice.column for choice in chosen.values()}
    for name in map(str, source.columns):
        if name in taken or name_score("debit_or_credit", name) < _NAMED:
            continue
        values = {value.strip().lower() for value in source[name].unique()} - {""}
        if values and values <= _SIGNS and len(values) <= _MOST_SIGNS:
            return name
    return ""
