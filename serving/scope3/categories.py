"""The category of each line, and the rule that gave it."""

from typing import Final

import pandas as pd

from features.screening.wording import cleaned
from serving.documents.spellings import normalised
from serving.result import EstimatedLedger
from serving.scope3.rules import Rules, scope3_rules

GOODS_AND_SERVICES: Final = "category-1"
CAPITAL_GOODS: Final = "category-2"
BOOKED_AS_REVENUE: Final = "goods or services that the ledger books as revenue"


def scope3_categories(result: EstimatedLedger, capital_threshold: float | None) -> pd.DataFrame:
    """Say where each line with a figure is reported.

    Parameters
    ----------
    result
        The estimated ledger.
    capital_threshold
        Amount, in the currency of a line, from which on goods of a kind that is often capitalised are capital
        goods; ``None`` leaves the decision to the ledger's own words.

    Returns
    -------
    pandas.DataFrame
        One row per line: ``category``, "" for lines without a figure, and ``because``, the rule as a clause.
    """
    rules = scope3_rules()
    booked = _booked(result.source, rules)
    lines, estimates = result.lines, result.estimates
    known: dict[tuple[str, ...], tuple[str, str]] = {}
    told = []
    rows = zip(
        booked,
        lines["description"],
        lines["cost_centre"],
        estimates["category_code"],
        lines["amount"].abs(),
        estimates["kg_co2e"].notna(),
        strict=True,
    )
    for book, description, cost_centre, naics, amount, valued in rows:
        large = capital_threshold is not None and amount >= capital_threshold
        key = (book, description, cost_centre, naics, str(large))
        if valued and key not in known:
            known[key] = _category(
                rules, book, f"{cleaned(description)} | {cleaned(cost_centre)}", naics, large=large
            )
        told.append(known[key] if valued else ("", ""))
    return pd.DataFrame(told, columns=["category", "because"])


def _category(rules: Rules, book: str, account: str, naics: str, *, large: bool) -> tuple[str, str]:
    if book in rules.capital.capital:
        return CAPITAL_GOODS, "the ledger books it as capital"
    if book not in rules.capital.revenue:
        if words := rules.capital.words_in(account):
            return CAPITAL_GOODS, f'the account says "{words}"'
        kind = rules.capital.kind_of(naics)
        if large and kind:
            return CAPITAL_GOODS, f"{kind}, from the stated amount on"
    if elsewhere := rules.elsewhere_of(naics, account):
        return elsewhere.category, elsewhere.title.partition(": ")[2]
    if book in rules.capital.revenue:
        return GOODS_AND_SERVICES, BOOKED_AS_REVENUE
    return GOODS_AND_SERVICES, "goods or services that no other rule takes"


def _booked(source: pd.DataFrame, rules: Rules) -> list[str]:
    """Read what a column of the ledger says about capital or revenue, in lower case; "" for nothing."""
    said = pd.Series("", index=source.index, dtype=object)
    for name in source.columns:
        if normalised(str(name)) in rules.capital.columns:
            said = said.where(said != "", source[name].fillna("").astype(str).str.strip().str.lower())
    return [str(value) for value in said]
