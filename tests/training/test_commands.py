from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from training.commands import app
from training.encoder import TuningPlan
from training.share_alike import ShareAlike


@pytest.fixture
def tuned(monkeypatch):
    """Tuning that takes note of what it is asked for, with an index of two texts."""
    asked = {}
    index = SimpleNamespace(entries=pd.DataFrame({"text": ["a", "b"]}), vectors=np.eye(2))

    def fine_tune(output, entries, vectors, *, plan, say):
        say("tuning")
        asked.update(output=output, texts=list(entries["text"]), shape=vectors.shape, plan=plan)
        return SimpleNamespace(steps=7, device="cpu", seconds=4.2, complete=False)

    model = SimpleNamespace(category=SimpleNamespace(index_=index))
    monkeypatch.setattr("models.persistence.load_model", lambda _: model)
    monkeypatch.setattr("training.encoder.fine_tune", fine_tune)
    return asked


def test_tuning_takes_the_texts_of_the_bundle_and_says_how_to_train_with_it(tuned, tmp_path):
    folder = tmp_path / "encoder"
    done = CliRunner().invoke(
        app, ["tune-encoder", "-o", str(folder), "--minutes", "2", "--seed", "3"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert (tuned["texts"], tuned["shape"]) == (["a", "b"], (2, 2))
    assert tuned["plan"] == TuningPlan(minutes=2.0, seed=3)
    said = " ".join(done.output.split())
    assert "7 steps on cpu in 4 s, cut short by the limit of 2 minutes" in said
    assert "ledgerprint train --encoder" in said


@pytest.fixture
def planned(monkeypatch):
    """Training that takes note of its plan."""
    plans = []

    def train(output, plan, **_):
        plans.append(plan)
        return SimpleNamespace(evaluation=None, label_report="", version="v", folder=output, run_id="r")

    monkeypatch.setattr("training.train.train", train)
    monkeypatch.setattr("training.scoreboard.print_scores", lambda *_: None)
    return plans


def test_share_alike_sets_are_named_one_by_one_and_their_terms_are_said(planned):
    told = CliRunner().invoke(app, ["train", "--share-alike", "boavizta"], catch_exceptions=False)
    assert planned[0].share_alike == (ShareAlike.BOAVIZTA,)
    assert "under ODbL-1.0" in " ".join(told.output.split())


def test_without_being_asked_no_share_alike_set_is_taken(planned):
    told = CliRunner().invoke(app, ["train"], catch_exceptions=False)
    assert planned[0].share_alike == ()
    assert "licence" not in told.output


def test_a_search_or_a_weight_below_nothing_is_refused():
    for arguments in (["train", "--search", "-1"], ["train", "--labels-weight", "0"]):
        assert CliRunner().invoke(app, arguments).exit_code == 2
