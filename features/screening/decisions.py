"""Screening: which lines of a ledger are purchases of goods or services, and which are not."""

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from features.frames import Frame
from features.screening.kinds import KindTable, Seen, account_kinds, payee_kinds
from features.screening.rules import ITSELF, NOBODY, Decision, Reason, Rule, screening_rules
from features.screening.wording import cleaned, without_legal_form

_COLUMNS: Final = ["description", "cost_centre", "supplier", "buyer"]
_PURCHASE: Final = (Decision.PURCHASE.value, Reason.NONE.value, "")


class Screening(Frame):
    """What each line is: one row per line item, in the order and with the index of the line items."""

    decision: Series[str] = pa.Field(isin=[decision.value for decision in Decision])
    reason: Series[str] = pa.Field(isin=[reason.value for reason in Reason])
    detail: Series[str] = pa.Field(description="which words in which column decided; '' if none did")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def screen(lines: pd.DataFrame) -> pd.DataFrame:
    """Decide for every line whether it is a purchase of goods or services.

    Description, supplier and buyer decide together (the cost centre stands in for a description that says
    nothing): "Qualified Nursing Staff" is a service when an agency is paid, a recharge when another hospital
    is paid, and pay when a person is paid. A line that nothing speaks against is a purchase. Screening reads
    words only, never amounts: a credit note for goods is a (negative) purchase.

    Parameters
    ----------
    lines
        Line items (:class:`features.line_items.LineItems`).

    Returns
    -------
    pandas.DataFrame
        Frame of :class:`Screening`: ``purchase``; ``excluded`` with the reason; ``unclear`` where the line
        may be either; ``unmatched`` where it says nothing at all.

    Notes
    -----
    What counts as a purchase follows the GHG Protocol Corporate Value Chain (Scope 3) Standard, category 1:
    goods and services acquired. The kinds and rules stand in the tables beside this module.

    Examples
    --------
    >>> import pandas as pd
    >>> from features.line_items import line_items
    >>> accounts = ["Qualified Nursing Staff", "Qualified Nursing Staff", "VAT fittings"]
    >>> payees = ["Pulse Healthcare Ltd", "Medway NHS Foundation Trust", "Acme Plumbing Ltd"]
    >>> screen(line_items(pd.DataFrame({"description": accounts, "supplier": payees})))["decision"].tolist()
    ['purchase', 'excluded', 'purchase']
    """
    number, tuples = _unique_tuples(lines)
    decided = pd.DataFrame(_screen_tuples(tuples), columns=["decision", "reason", "detail"], dtype=object)
    out = decided.take(number).set_axis(lines.index)
    _mark_lines_that_say_nothing(out, lines, tuples, number)
    return cast("pd.DataFrame", Screening.validate(out))


def _unique_tuples(lines: pd.DataFrame) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    groups = lines.groupby(_COLUMNS, sort=False, dropna=False)
    number: npt.NDArray[np.int64] = np.asarray(groups.ngroup(), dtype=np.int64)
    tuples = lines.loc[~lines.duplicated(_COLUMNS).to_numpy(), _COLUMNS].reset_index(drop=True)
    for column in _COLUMNS:
        codes, texts = pd.factorize(tuples[column])
        tuples[column] = np.array([cleaned(text) for text in texts] or [""], dtype=object)[codes]
    return number, tuples


@dataclass(frozen=True)
class _Column:
    """The cleaned texts of one column, and where each kind is seen in it."""

    texts: npt.NDArray[np.object_]
    kinds: dict[str, Seen]
    mentions: dict[str, Seen]
    table: KindTable

    @classmethod
    def read(cls, texts: "pd.Series[str]", table: KindTable) -> "_Column":
        codes, unique = pd.factorize(texts)
        kinds, mentions = (
            {kind: where[codes] for kind, where in seen.items()}
            for seen in (table.seen(list(unique)), table.mentioned(list(unique)))
        )
        return cls(texts.to_numpy(dtype=object), kinds, mentions, table)

    def says_nothing(self) -> Seen:
        """Tell where the text has no word of its own and shows no kind either."""
        only_fillers = np.array([not self.table.stripped(str(text)) for text in self.texts], dtype=bool)
        return only_fillers & ~self.any_of(tuple(self.kinds))

    def any_of(self, kinds: tuple[str, ...]) -> Seen:
        return np.asarray(np.stack([self.kinds[kind] for kind in kinds]).any(axis=0), dtype=bool)

    def any_mention_of(self, kinds: tuple[str, ...]) -> Seen:
        mentions = [self.mentions[kind] for kind in kinds if kind in self.mentions]
        return np.asarray(np.stack([self.any_of(kinds), *mentions]).any(axis=0), dtype=bool)

    def evidence(self, row: int, kinds: tuple[str, ...], where: str) -> str:
        seen = (
            kind for read in (self.kinds, self.mentions) for kind in kinds if kind in read and read[kind][row]
        )
        kind = next(seen)
        if kind == NOBODY:
            return "no supplier is named"
        if kind == ITSELF:
            return "the supplier is the buyer"
        text = str(self.texts[row])
        words = self.table.kinds[kind].words(text, self.table.stripped(text))
        return f'the {where} says "{words}" ({self.table.kinds[kind].title})'


def _screen_tuples(tuples: pd.DataFrame) -> list[tuple[str, str, str]]:
    account = _Column.read(tuples["description"], account_kinds())
    silent = account.says_nothing()
    if silent.any():
        account = _Column.read(tuples["description"].mask(silent, tuples["cost_centre"]), account_kinds())
    payee = _Column.read(tuples["supplier"], payee_kinds())
    payee.kinds[NOBODY] = (tuples["supplier"] == "").to_numpy()
    names = tuples[["supplier", "buyer"]].map(without_legal_form)
    payee.kinds[ITSELF] = ((names["supplier"] == names["buyer"]) & (names["buyer"] != "")).to_numpy()
    buyer = _Column.read(tuples["buyer"], payee_kinds())

    decided = [_PURCHASE] * len(tuples)
    open_still = np.ones(len(tuples), dtype=bool)
    for rule in screening_rules():
        fits = open_still & _fits(rule, account, payee, buyer)
        open_still &= ~fits
        if rule.decision is Decision.PURCHASE:
            continue
        for row in np.flatnonzero(fits).tolist():
            parts = []
            if named := rule.account or rule.account_mentions:
                where = "cost centre" if silent[row] else "description"
                parts.append(account.evidence(row, named, where))
            if rule.payee:
                parts.append(payee.evidence(row, rule.payee, "supplier"))
            if rule.buyer:
                parts.append(buyer.evidence(row, rule.buyer, "buyer"))
            detail = _sentence(" and ".join(parts), rule.because)
            decided[row] = (rule.decision.value, rule.reason.value, detail)
    return decided


def _fits(rule: Rule, account: _Column, payee: _Column, buyer: _Column) -> Seen:
    fits = np.ones(len(account.texts), dtype=bool)
    for column, wanted in ((account, rule.account), (payee, rule.payee), (buyer, rule.buyer)):
        if wanted:
            fits &= column.any_of(wanted)
    if rule.account_mentions:
        fits &= account.any_mention_of(rule.account_mentions)
    for column, unwanted in ((account, rule.account_not), (payee, rule.payee_not)):
        if unwanted:
            fits &= ~column.any_of(unwanted)
    return fits


def _sentence(evidence: str, because: str) -> str:
    return f"{evidence[0].upper()}{evidence[1:]}: {because}."


def _mark_lines_that_say_nothing(
    out: pd.DataFrame, lines: pd.DataFrame, tuples: pd.DataFrame, number: npt.NDArray[np.int64]
) -> None:
    """Turn purchases without a word to go by, and records without content, into unmatched lines."""
    redacted = payee_kinds().kinds["redacted"]
    nothing_bought = (out["decision"] == Decision.PURCHASE.value).to_numpy()
    words = tuples["description"]
    hidden = np.array([redacted.is_whole(text) for text in words], dtype=bool)
    wordless = words.map(account_kinds().is_wordless).astype(bool)
    silent = wordless & (tuples["supplier"] == "") & (tuples["cost_centre"] == "")
    uncoded = ((lines["category_code"] == "") & (lines["gtin"] == "")).to_numpy()
    for where, reason, detail in (
        (
            nothing_bought & uncoded & silent.to_numpy()[number],
            Reason.DESCRIPTION_EMPTY,
            "Description, supplier and cost centre have no word to go by, and no code is given: add one.",
        ),
        (
            nothing_bought & uncoded & hidden[number],
            Reason.DESCRIPTION_REDACTED,
            "The description is redacted: give the account or what was bought.",
        ),
        (
            (lines["issue"] == Reason.EMPTY_RECORD.value).to_numpy(),
            Reason.EMPTY_RECORD,
            "The record is empty: nothing was bought, or the row belongs to the layout of the file.",
        ),
    ):
        out.loc[where, ["decision", "reason", "detail"]] = [Decision.UNMATCHED.value, reason.value, detail]
