"""Lines that teach what a purchase is: labelled ledger lines, and lines put together from the rules' words.

Three ledgers do not hold the words of all others. The tables of screening name accounts and payees in several
languages; spelt out, paired with each other, with goods and with companies, and judged by the rules, they let
a model of meaning recognise names that no table holds.
"""

import random
import re
from typing import Final

import numpy as np
import pandas as pd

from data.labelled import austin_lines, carbon_catalogue, grocery_lines, public_lines
from data.taxonomies import cpv, naics_index, naics_titles
from features.line_items import line_items
from features.screening import screen
from features.screening.kinds import account_kinds, payee_kinds
from features.text import TextEncoder
from models.category import line_queries
from models.purchases import PurchaseExamples
from training.reference_entries import NOT_BOUGHT
from training.wordings import Wording, wordings

CONFIDENCE_WEIGHTS: Final = {"high": 1.0, "medium": 0.7, "low": 0.4}
COMPOSED_WEIGHT: Final = 0.05
"""Weight of a line put together against one labelled with high confidence."""

BUYERS: Final = {
    "guys": "Guy's and St Thomas' NHS Foundation Trust",
    "leeds": "Leeds City Council",
    "birmingham": "Birmingham City Council",
}
"""Who pays, by the beginning of the ledger's name."""

_SOLD_KINDS: Final = ("bought", "goods", "commissioned", "education")
_LEGAL_FORMS: Final = ("ltd", "limited", "plc", "llc", "inc", "gmbh", "sarl", "group", "services", "and co")
_GOODS: Final = {
    "cpv": 500,
    "austin": 800,
    "naics_index": 800,
    "naics_titles": 1200,
    "grocery": 200,
}
_LISTING_LENGTH: Final = 60
_UNSOLD: Final = 0.25
"""Share of the lines without a supplier."""


def ledger_lines() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return labelled ledger lines as line items with their buyer, and beside them their labels.

    Lines labelled as unclear are among them.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    labels = public_lines()
    buyers = labels["source"].str.extract(r"^([a-z]+)", expand=False).map(BUYERS)
    columns = ["description", "cost_centre", "supplier", "amount", "currency", "date"]
    return line_items(labels[columns].assign(buyer=buyers)), labels


def labelled_examples(
    lines: pd.DataFrame, labels: pd.DataFrame, screened: pd.DataFrame, encoder: TextEncoder
) -> PurchaseExamples:
    """Make examples of labelled lines; a supplier is a group. Those labelled as unclear weigh nothing.

    Parameters
    ----------
    lines, labels
        From :func:`ledger_lines`.
    screened
        What the rules say about them.
    encoder
        Fitted.
    """
    weight = labels["confidence"].map(CONFIDENCE_WEIGHTS).where(labels["status"] != "unclear", 0.0)
    names = lines["supplier"].str.replace(r":\d+$", "", regex=True).str.lower()
    keys = names.str.replace(r"[^0-9a-z]", "", regex=True)
    return PurchaseExamples(
        lines=lines,
        vectors=encoder.transform(line_queries(lines)),
        reason=labels["excluded_reason"].to_numpy(dtype=object),
        weight=np.asarray(weight, dtype=np.float64),
        ruled=screened["decision"].to_numpy(dtype=object),
        groups=np.column_stack([("supplier " + keys).to_numpy(dtype=object), [""] * len(lines)]),
    )


def composed_examples(encoder: TextEncoder, seed: int = 0) -> PurchaseExamples:
    """Put lines together from the words of the screening tables, goods and companies; the rules label them.

    A line counts as one that the rules let pass: together with the lines of the same pattern it is held out,
    as if no table knew its words. Lines that the rules call unclear are left out.

    Parameters
    ----------
    encoder
        Fitted.
    seed
        Of the random pairing.
    """
    pairs = _pairs(random.Random(seed))  # noqa: S311 - no secret hangs on it
    lines = line_items(pairs[["description", "supplier"]])
    screened = screen(lines)
    kept = screened["decision"].isin(["purchase", "excluded"]).to_numpy()
    lines = lines[kept].reset_index(drop=True)
    return PurchaseExamples(
        lines=lines,
        vectors=encoder.transform(line_queries(lines)),
        reason=screened.loc[kept, "reason"].to_numpy(dtype=object),
        weight=np.full(len(lines), COMPOSED_WEIGHT),
        ruled=np.full(len(lines), "purchase", dtype=object),
        groups=pairs.loc[kept, ["account_key", "payee_key"]].to_numpy(dtype=object),
    )


def _pairs(rng: random.Random) -> pd.DataFrame:
    accounts = wordings(account_kinds().kinds, rng)
    payees = wordings(payee_kinds().kinds, rng)
    sold = [account.text for account in accounts if account.kind in _SOLD_KINDS]
    goods = _goods(rng)
    companies = list(dict.fromkeys(carbon_catalogue()["company"]))
    rows: list[tuple[str, str, str, str]] = []
    for account in accounts:
        key = f"account {account.pattern}"
        rows += [
            (account.text, "", key, ""),
            (account.text, _seller(companies, rng), key, ""),
            (f"{account.text} {rng.choice(sold)}", _seller(companies, rng), key, ""),
            _paid(account, rng.choice(payees)),
        ]
    for payee in payees:
        rows += [
            _paid(rng.choice(accounts), payee),
            (rng.choice(goods), payee.text, "", f"payee {payee.pattern}"),
        ]
    rows += [(text, _seller(companies, rng), f"goods {text}", "") for text in goods]
    columns = ["description", "supplier", "account_key", "payee_key"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(columns[:2], ignore_index=True)


def _paid(account: Wording, payee: Wording) -> tuple[str, str, str, str]:
    return account.text, payee.text, f"account {account.pattern}", f"payee {payee.pattern}"


def _seller(companies: list[str], rng: random.Random) -> str:
    """Name a company, with its own legal form or another one; at times nobody."""
    if rng.random() < _UNSOLD:
        return ""
    name = rng.choice(companies)
    return name if rng.random() < 0.5 else f"{re.split(r'[ ,]', name)[0]} {rng.choice(_LEGAL_FORMS)}"  # noqa: PLR2004


def _goods(rng: random.Random) -> list[str]:
    """Names of goods and services in English, German and French, as buyers and classifications put them."""
    vocabulary, titles = cpv(), naics_titles()
    sources = [
        *((vocabulary[f"name_{language}"], _GOODS["cpv"]) for language in ("en", "de", "fr")),
        (austin_lines()["description"], _GOODS["austin"]),
        (naics_index()["entry"], _GOODS["naics_index"]),
        (titles.loc[~titles["naics_code"].str.startswith(NOT_BOUGHT), "title"], _GOODS["naics_titles"]),
        (grocery_lines()["text"].str.slice(0, _LISTING_LENGTH), _GOODS["grocery"]),
    ]
    drawn = (rng.sample(sorted({text for text in texts if text}), number) for texts, number in sources)
    return [text for texts in drawn for text in texts]
