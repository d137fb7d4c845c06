"""The rules of screening: which kinds of account, payee and buyer, seen together, decide.

They stand in ``payee_rules.toml``, tried first, and ``rules.toml``.
"""

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, model_validator

from features.screening.kinds import account_kinds, payee_kinds

_TABLES: Final = ("payee_rules.toml", "rules.toml")

NOBODY = "nobody"
"""No supplier is named."""

ITSELF = "itself"
"""The supplier is the buyer."""


class Decision(StrEnum):
    """What a ledger line is, as far as its footprint is concerned."""

    PURCHASE = "purchase"
    EXCLUDED = "excluded"
    UNCLEAR = "unclear"
    UNMATCHED = "unmatched"


class Reason(StrEnum):
    """Why a line is not, or perhaps not, a purchase that can be estimated."""

    NONE = ""
    PAYROLL = "payroll"
    PENSION = "pension"
    TAX = "tax"
    VAT = "vat"
    TRANSFER = "transfer"
    GRANT = "grant"
    LOAN = "loan"
    DEPRECIATION = "depreciation"
    INTERNAL_RECHARGE = "internal_recharge"
    REFUND = "refund"
    FINE = "fine"
    OTHER = "other"
    MAY_BE_PAYROLL = "may_be_payroll"
    MAY_BE_TRANSFER = "may_be_transfer"
    MAY_BE_GRANT = "may_be_grant"
    MAY_BE_REFUND = "may_be_refund"
    MAY_BE_INTERNAL_RECHARGE = "may_be_internal_recharge"
    MAY_BE_OTHER = "may_be_other"
    PAYEE_UNNAMED = "payee_unnamed"
    DESCRIPTION_EMPTY = "description_empty"
    DESCRIPTION_REDACTED = "description_redacted"
    EMPTY_RECORD = "empty_record"


_UNMATCHED = frozenset({Reason.DESCRIPTION_EMPTY, Reason.DESCRIPTION_REDACTED, Reason.EMPTY_RECORD})


def decision_of(reason: Reason) -> Decision:
    """Give the decision that a reason stands for: every reason belongs to exactly one."""
    if reason is Reason.NONE:
        return Decision.PURCHASE
    if reason in _UNMATCHED:
        return Decision.UNMATCHED
    if reason is Reason.PAYEE_UNNAMED or reason.startswith("may_be_"):
        return Decision.UNCLEAR
    return Decision.EXCLUDED


class Rule(BaseModel):
    """One line of the rule table: conditions on kinds, the reason that follows, and why it does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    account: tuple[str, ...] = ()
    account_mentions: tuple[str, ...] = ()
    account_not: tuple[str, ...] = ()
    payee: tuple[str, ...] = ()
    payee_not: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    reason: Reason = Reason.NONE
    because: str

    @property
    def decision(self) -> Decision:
        """What a line is that fits this rule."""
        return decision_of(self.reason)

    @model_validator(mode="after")
    def _kinds_exist(self) -> Self:
        known = {"account": set(account_kinds().kinds), "buyer": set(payee_kinds().kinds)}
        known["payee"] = known["buyer"] | {NOBODY, ITSELF}
        for column, names in known.items():
            conditions = (column, f"{column}_not", f"{column}_mentions")
            wanted = {name for condition in conditions for name in getattr(self, condition, ())}
            if unknown := sorted(wanted - names):
                raise ValueError(f"rule {self.name!r}: no such {column} kind: {', '.join(unknown)}")
        return self


@cache
def screening_rules() -> tuple[Rule, ...]:
    """Read the rules that come with the product, in the order in which they are tried."""
    tables = (files("features.screening").joinpath(name).read_text(encoding="utf-8") for name in _TABLES)
    return tuple(Rule.model_validate(rule) for table in tables for rule in tomllib.loads(table)["rule"])
