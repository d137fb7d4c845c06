import itertools
import random
import re

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from features.screening import screen
from features.screening.kinds import Kind, account_kinds, payee_kinds
from models.purchases import PurchaseModel
from training.purchase_examples import COMPOSED_WEIGHT, composed_examples, labelled_examples, ledger_lines
from training.purchases import COMBINED, LOGISTIC, RULES, evaluate_purchases, fit_purchases
from training.wordings import wordings


class LettersEncoder:
    """Stands in for the transformer: the shares of pairs of letters, quick and the same everywhere."""

    def transform(self, texts):
        out = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            letters = f" {text.lower()} "
            for pair in itertools.pairwise(letters):
                out[row, (ord(pair[0]) * 31 + ord(pair[1])) % 64] += 1.0
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1.0)


@pytest.mark.parametrize("table", [account_kinds(), payee_kinds()], ids=["accounts", "payees"])
def test_wordings_are_made_of_words_and_nearly_all_show_the_kind_they_come_from(table):
    found = wordings(table.kinds, random.Random(0))  # noqa: S311
    assert len(found) > 500
    assert [w.text for w in found if not re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", w.text)] == []
    seen = table.seen([wording.text for wording in found])
    shown = [seen[wording.kind][row] for row, wording in enumerate(found)]
    assert np.mean(shown) > 0.85


def test_classes_quantifiers_and_groups_are_spelt_out():
    kind = Kind(title="x", phrases=(r"bank g[io]ro chgss?|(?:\w+ ){0,2}tax \d{4,4}|recharg\w*",))
    rng = random.Random(0)  # noqa: S311
    found = {wording.text for wording in wordings({"x": kind}, rng, tries=30)}
    assert found == {
        "bank giro chgs",
        "bank goro chgs",
        "bank giro chgss",
        "bank goro chgss",
        "tax 4",
        "recharg",
    }


@pytest.mark.data_package
def test_lines_put_together_carry_the_answer_of_the_rules_and_the_keys_of_their_patterns():
    made = composed_examples(LettersEncoder())
    assert len(made.weight) > 5000
    assert set(made.weight) == {COMPOSED_WEIGHT}
    assert 0.2 < made.not_purchase.mean() < 0.6
    assert (made.groups != "").any(axis=1).all()
    sample = np.random.default_rng(0).choice(len(made.weight), 300, replace=False)
    again = screen(line_items(made.lines.iloc[sample][["description", "supplier"]]))
    assert again["reason"].tolist() == made.reason[sample].tolist()


@pytest.mark.data_package
def test_a_ledger_line_knows_its_buyer_and_weighs_by_its_confidence():
    lines, labels = ledger_lines()
    assert set(lines["buyer"]) == {
        "Guy's and St Thomas' NHS Foundation Trust",
        "Leeds City Council",
        "Birmingham City Council",
    }
    made = labelled_examples(lines, labels, screen(lines), LettersEncoder())
    assert (made.weight[(labels["status"] == "unclear").to_numpy()] == 0).all()
    assert made.weight[(labels["confidence"] == "high") & (labels["status"] == "purchase")].tolist()[0] == 1.0
    hospital = lines["supplier"].str.startswith("KINGS COLLEGE LONDON").to_numpy()
    assert hospital.sum() > 1
    assert len(set(made.groups[hospital, 0])) == 1


@pytest.mark.data_package
def test_model_and_rules_together_stay_within_the_promised_errors_on_suppliers_never_seen(other_buyers):
    figures = evaluate_purchases(LettersEncoder(), seeds=(0,), other=other_buyers)
    assert set(figures["model"]) == {RULES, LOGISTIC, COMBINED}
    table = figures.set_index(["set", "model"])
    together = table.loc[("all", COMBINED)]
    assert together["accuracy"] >= 0.95
    assert together["found"] >= 0.90
    assert together["wrongly_excluded"] <= 0.03
    assert together["calibration_error"] <= 0.06
    third = "other buyers, third batch"
    assert table.loc[(third, COMBINED), "found"] >= table.loc[(third, RULES), "found"]


@pytest.mark.data_package
def test_a_fitted_model_decides_and_comes_back_from_its_state():
    model = fit_purchases(LettersEncoder())
    again = PurchaseModel.from_state(model.state())
    lines = line_items(
        pd.DataFrame({"description": ["Copier paper", "Salaries"], "supplier": ["Acme Ltd", "Payroll"]})
    )
    vectors = LettersEncoder().transform(lines["description"].tolist())
    decided = again.decide(lines, screen(lines), vectors)
    assert decided["decision"].tolist() == ["purchase", "excluded"]


@pytest.fixture
def other_buyers(request):
    path = request.config.rootpath / "tests" / "features" / "test_screening_other_ledgers.csv"
    return pd.read_csv(path, keep_default_na=False)
