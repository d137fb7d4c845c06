import mlflow
import numpy as np
import pandas as pd
import pytest

from models.ranker import CategoryRanker
from training import search as search_module
from training.registry import quiet_mlflow
from training.search import search_ranker
from training.tracking import training_run

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")


class Clock:
    """Every look takes a second."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


@pytest.fixture
def search(tmp_path, ledger_index, lines):
    """Search with a budget and a ranker; the trials' runs by name."""

    def run(minutes, ranker):
        uri = f"sqlite:///{tmp_path / 'runs.db'}"
        with training_run(uri, "search test", {}) as parent:
            found = search_ranker(ledger_index, lines, ranker, minutes, clock=Clock())
        with quiet_mlflow():
            runs = mlflow.search_runs(experiment_names=["ledgerprint"], output_format="list")
        return found, {r.info.run_name: r for r in runs}, parent

    return run


def test_the_default_is_always_tried_and_trials_stop_with_the_budget(search):
    default = CategoryRanker(rounds=20, leaves=7, learning_rate=0.05, seeds=(1,))
    found, runs, parent = search(0.0, default)
    assert found.trials["trial"].tolist() == [0]
    assert found.trials[["rounds", "leaves", "learning_rate"]].iloc[0].tolist() == [20, 7, 0.05]
    assert found.ranker.get_params() == default.get_params()
    assert "kept" in found.verdict
    assert runs["default"].data.params["rounds"] == "20"
    assert runs["search"].data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert runs["default"].data.tags["mlflow.parentRunId"] == runs["search"].info.run_id


def test_the_same_seed_tries_the_same_and_every_trial_is_a_run(search):
    default = CategoryRanker(rounds=20, leaves=7, learning_rate=0.05, seeds=(1,))
    first, runs, _ = search(0.2, default)
    again, _, _ = search(0.2, default)
    assert len(first.trials) > 2
    pd.testing.assert_frame_equal(first.trials, again.trials)
    assert {f"trial {number}" for number in first.trials["trial"][1:]} <= set(runs)
    assert runs["search"].data.params["trials"] == str(len(first.trials))


@pytest.mark.parametrize(("gain", "taken"), [(0.2, True), (0.0, False)])
def test_other_parameters_are_taken_only_if_better_beyond_noise_where_they_were_not_chosen(
    search, monkeypatch, gain, taken
):
    """The default is held to be right by chance alone, other parameters by ``gain`` more."""
    real = search_module._standing
    looks = []

    def rigged(ranker, splits):
        looks.append(len(splits))
        table = real(ranker, splits)
        other = ranker.rounds != 20
        chosen_on = len(splits) == len(search_module.SEARCHED_ON)
        noise = np.random.default_rng(0).normal(0, 0.01, len(table)) if other else 0.0
        return table.assign(reciprocal_rank=0.5 + noise + (0.2 if chosen_on else gain) * other)

    monkeypatch.setattr(search_module, "_standing", rigged)
    found, _, _ = search(0.2, CategoryRanker(rounds=20, leaves=7, seeds=(1,)))
    assert looks[-2:] == [len(search_module.CONFIRMED_ON)] * 2
    assert (found.ranker.rounds != 20) is taken
    assert found.ranker.seeds == (1,)
    assert found.verdict.startswith("Taken" if taken else "The default parameters are kept")
