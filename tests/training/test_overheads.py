import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from typer.testing import CliRunner

from data.buyers_words import purchase_wordings
from data.overheads import overhead_lines
from models.category import CategoryVotes
from training import overheads as overheads_module
from training.commands import app
from training.labelled_sets import labelled_sets
from training.overheads import answer_overheads, confident_errors, overhead_figures, overheads

CLASSES = np.array(["221122", "325612", "561720"])
FACTORS = np.array([3.0, 0.5, 0.2])


class OneFactorEach:
    """Factors of three categories."""

    def kg_co2e_per_unit(self, codes, years):
        known = dict(zip(CLASSES, FACTORS, strict=True))
        return np.array([[known.get(code, np.nan)] * len(years) for code in codes])


@pytest.fixture
def answers(monkeypatch):
    """A power bill answered rightly, window cleaning taken for a polish, a spray taken for a service.

    A fourth line reads like one that is learned from.
    """
    table = pd.DataFrame(
        {
            "description": ["Power bill", "Window cleaning", "Glass spray", "window-cleaning contract"],
            "supplier": ["", "", "Shine", ""],
            "country": "GB",
            "accepted": [("221122",), ("561720", "561790"), ("325612",), ("561720",)],
        }
    )
    learned = pd.DataFrame({"text": ["Window cleaning contract"]})
    monkeypatch.setattr(overheads_module, "purchase_wordings", lambda: learned)
    monkeypatch.setattr(overheads_module, "overhead_lines", lambda: table)
    probability = sparse.csr_matrix([[0.9, 0.1, 0.0], [0.0, 0.8, 0.2], [0.4, 0.0, 0.6]])
    monkeypatch.setattr(overheads_module, "ask", lambda *_: None)
    category = SimpleNamespace(classes_=CLASSES, votes=lambda _: CategoryVotes(probability, None))
    model = SimpleNamespace(category=category, encoder=None)
    return answer_overheads(model, OneFactorEach(), overheads())


def test_answers_are_scored_against_every_accepted_category(answers):
    assert answers["answer"].tolist() == ["221122", "325612", "561720"]
    assert answers["hit1"].tolist() == [True, False, False]
    assert answers["hit5"].tolist() == [True, True, False]
    assert answers["log_error"].iloc[0] == pytest.approx(0)


def test_figures_are_given_for_all_for_services_and_for_goods(answers):
    figures = overhead_figures(answers).set_index("set")
    assert figures["lines"].to_dict() == {"all": 3, "services": 2, "goods": 1}
    assert figures.loc["all", "top1"] == pytest.approx(1 / 3)
    assert figures.loc["services", ["top1", "top5"]].tolist() == [0.5, 1.0]
    assert figures.loc["goods", "top5"] == 0


def test_no_estimate_counts_as_outside_a_factor_of_two(answers):
    figures = overhead_figures(answers.assign(log_error=[0.0, np.nan, np.log(3)])).set_index("set")
    assert figures.loc["all", "factor_within_2x"] == pytest.approx(1 / 3)


def test_the_most_confident_error_comes_first_and_right_answers_do_not_come(answers):
    errors = confident_errors(answers)
    assert errors["text"].tolist() == ["Window cleaning", "Glass spray"]
    assert errors["accepted"].tolist() == ["561720 561790", "325612"]
    assert len(confident_errors(answers, 1)) == 1


@pytest.mark.data_package
def test_overheads_are_not_among_the_sets_that_training_reads():
    assert "overheads" not in {labelled.name for labelled in labelled_sets()}


def test_lines_that_read_like_what_is_learned_from_are_left_out():
    letters = re.compile(r"[^0-9a-z]")
    learned = {letters.sub("", text.lower()) for text in purchase_wordings()["text"]}
    asked = [letters.sub("", text.lower()) for text in overheads().description]

    assert not learned & set(asked)
    assert len(asked) == sum(
        letters.sub("", t.lower()) not in learned for t in overhead_lines()["description"]
    )


def test_the_command_prints_figures_and_errors_and_writes_the_figures(answers, monkeypatch, tmp_path):
    found = (overhead_figures(answers), confident_errors(answers))
    monkeypatch.setattr("training.scoreboard.evaluate_overheads", lambda _: found)
    file = tmp_path / "figures.csv"
    done = CliRunner().invoke(
        app, ["evaluate", "--part", "overheads", "-o", str(file)], catch_exceptions=False
    )
    assert "Window cleaning" in done.output
    assert pd.read_csv(file)["set"].tolist() == ["all", "services", "goods"]
