import re

import pytest
from pydantic import ValidationError

from features.screening import Decision, Reason, decision_of
from features.screening.kinds import account_kinds, payee_kinds
from features.screening.rules import ITSELF, NOBODY, Rule, screening_rules


def test_every_kind_serves_a_rule():
    rules = screening_rules()
    accounts = {kind for rule in rules for kind in (*rule.account, *rule.account_mentions, *rule.account_not)}
    payees = {kind for rule in rules for kind in (*rule.payee, *rule.payee_not, *rule.buyer)}
    assert accounts == set(account_kinds().kinds)
    assert payees - {NOBODY, ITSELF} == set(payee_kinds().kinds)


def test_rules_have_names_of_their_own():
    names = [rule.name for rule in screening_rules()]
    assert len(names) == len(set(names))


def test_patterns_are_written_in_cleaned_letters():
    for table in (account_kinds(), payee_kinds()):
        for kind in table.kinds.values():
            for pattern in (*kind.phrases, *kind.whole, *kind.mentions, *kind.never):
                literal = re.sub(r"\\[a-zA-Z]", "", pattern)
                assert re.fullmatch(r"[a-z0-9 ?|()\[\]{}+*.,:-]*", literal), pattern


def test_a_rule_on_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError, match="no such payee kind: council_of_elders"):
        Rule(name="wrong", payee=("council_of_elders",), reason=Reason.TAX, because="")


@pytest.mark.parametrize(
    ("reason", "decision"),
    [
        (Reason.NONE, Decision.PURCHASE),
        (Reason.VAT, Decision.EXCLUDED),
        (Reason.MAY_BE_GRANT, Decision.UNCLEAR),
        (Reason.PAYEE_UNNAMED, Decision.UNCLEAR),
        (Reason.EMPTY_RECORD, Decision.UNMATCHED),
    ],
)
def test_a_reason_stands_for_one_decision(reason, decision):
    assert decision_of(reason) is decision
