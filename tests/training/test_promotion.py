import hashlib
import json
import shutil

import mlflow
import numpy as np
import pandas as pd
import pytest

from data.catalogue import files
from data.errors import BundleError
from models.bundle import Bundle, load_bundle, save_bundle
from training import promotion as promotion_module
from training.contenders import find_contender
from training.promotion import PromotionError, Promotions
from training.promotion_log import PromotionLog, PromotionLogError
from training.registry import Registry, UnknownRunError, quiet_mlflow
from training.regression_cases import CASES
from training.scorecards import SCORECARD_FILE, save_scorecard

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
]


@pytest.fixture(autouse=True)
def no_shipped_scorecard(tmp_path, monkeypatch):
    """Judge the models of these tests by themselves, not beside the shipped one."""
    monkeypatch.setattr("training.scorecards._SHIPPED", tmp_path)


DATA = "prices/fx_monthly.csv"


MODEL_FILE = """
import mlflow
import pandas as pd

class Echo(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: pd.DataFrame):
        return model_input

mlflow.models.set_model(Echo())
"""


class KnowsTheCases:
    """A model that knows the regression cases, unless its bundle says that it fails them."""

    def __init__(self, folder):
        self.fails = load_bundle(folder).metadata["fails"]

    def predict(self, lines):
        right = {text: case.accepted[0] for case in CASES for text in case.spellings}
        codes = ["999999" if self.fails else right.get(text, "111998") for text in lines["description"]]
        return pd.DataFrame({"category_code": codes, "category_title": "Title", "kg_co2e": 5.0})


def scorecard(right=0.7, half_width=0.6, seed=0):
    groups, draw = 120, np.random.default_rng(seed)
    hit = (draw.random(groups) < right).astype(float)
    return pd.DataFrame(
        {
            "dataset": "towns",
            "record": [str(k) for k in range(groups)],
            "group": [str(k) for k in range(groups)],
            "weight": 1.0,
            "hit1": hit,
            "hit5": hit,
            "log_error": draw.normal(0, 0.3, groups),
            "half_width": half_width,
            "probability": 0.7,
            "method": "spend-based",
        }
    )


class Store:
    """A tracking store in a folder, with trainings as they are recorded."""

    def __init__(self, folder, empty_store):
        self.folder = folder
        self.uri = f"sqlite:///{folder / 'runs.db'}"
        shutil.copy(empty_store, folder / "runs.db")
        mlflow.set_tracking_uri(self.uri)
        mlflow.create_experiment("ledgerprint", artifact_location=(folder / "mlruns").as_uri())
        self.registry = Registry(self.uri)
        self.log = PromotionLog.of_store(self.uri)
        self.promotions = Promotions(self.registry, self.log, load=KnowsTheCases)

    def train(
        self,
        name,
        *,
        card=None,
        fails=False,
        seed="1",
        code="abc",
        data=None,
        tag=None,
        pyfunc=True,
        fail=False,
    ):
        mlflow.set_tracking_uri(self.uri)
        mlflow.set_experiment("ledgerprint")
        bundle = self.folder / name
        version = save_bundle(Bundle({"name": name, "fails": fails}, {"x": np.zeros(2)}, {}), bundle)
        with mlflow.start_run(run_name=name) as run:
            mlflow.log_params({"neighbours": 60} | ({"seed": seed} if seed else {}))
            mlflow.log_dict(data or {DATA: {"sha256": files()[DATA].sha256}}, "data_versions.json")
            if code:
                mlflow.set_tag("code_version", code)
            mlflow.log_artifacts(str(bundle), "bundle")
            mlflow.set_tag("bundle_version", tag or version)
            if card is not None:
                save_scorecard(card, self.folder / SCORECARD_FILE)
                mlflow.log_artifact(str(self.folder / SCORECARD_FILE))
            if pyfunc:
                self._log_model(version)
        if fail:
            mlflow.MlflowClient().set_terminated(run.info.run_id, "FAILED")
        return run.info.run_id

    def _log_model(self, version):
        (self.folder / "echo.py").write_text(MODEL_FILE)
        with quiet_mlflow():
            mlflow.pyfunc.log_model(
                name="model",
                python_model=str(self.folder / "echo.py"),
                pip_requirements=[],
                tags={"v": version},
            )

    def promote(self, candidate, **options):
        return self.promotions.promote(candidate, **{"by": "Ada", "reason": "better on towns", **options})

    def champion(self):
        found = self.registry.alias("champion")
        return found and found.bundle_version

    def version(self, name):
        return load_bundle(self.folder / name).version


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    """An empty tracking store: its tables take seconds to make."""
    path = tmp_path_factory.mktemp("empty") / "runs.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def store(tmp_path, empty_store):
    return Store(tmp_path, empty_store)


def names(entry):
    return {check.check for check in entry.failed}


def test_the_first_model_becomes_champion_when_it_stands_by_itself(store):
    run_id = store.train("first", card=scorecard())
    outcome = store.promote(run_id)
    assert not outcome.refused
    assert all(check.passed for check in outcome.checks)
    assert store.champion() == store.version("first")
    assert store.registry.alias("challenger") is None
    entry = store.log.entries()[0]
    assert (entry.action, entry.by, entry.reason) == ("promotion", "Ada", "better on towns")
    assert entry.from_model is None
    assert (entry.to_model.run_id, entry.to_model.number) == (run_id, "1")
    assert entry.evaluation_run_id == run_id
    assert entry.at.utcoffset().total_seconds() == 0
    assert not entry.forced
    mlflow.set_tracking_uri(store.uri)
    with quiet_mlflow():
        champion = mlflow.pyfunc.load_model("models:/ledgerprint@champion")
        assert champion.predict(pd.DataFrame({"x": [1]})).equals(pd.DataFrame({"x": [1]}))


def test_a_model_is_promoted_whatever_store_mlflow_last_looked_at(store, tmp_path):
    run_id = store.train("first", card=scorecard())
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    mlflow.set_tracking_uri(elsewhere)
    try:
        assert not store.promote(run_id).refused
        assert mlflow.get_tracking_uri() == elsewhere
    finally:
        mlflow.set_tracking_uri(store.uri)
    assert store.champion() == store.version("first")


def test_a_folder_of_a_bundle_is_promoted_by_the_run_that_made_it(store):
    run_id = store.train("first", card=scorecard())
    assert store.promote(str(store.folder / "first")).entry.to_model.run_id == run_id


def test_a_worse_model_is_refused_and_stays_challenger_and_a_better_one_takes_over(store):
    first = store.train("first", card=scorecard())
    store.promote(first)
    worse = store.train("worse", card=scorecard(right=0.4))
    outcome = store.promote(worse)
    assert outcome.refused
    assert names(outcome.entry) == {"towns: top1", "towns: top5"}
    assert outcome.entry.compared_with == store.version("first")
    assert store.champion() == store.version("first")
    assert store.registry.alias("challenger").bundle_version == store.version("worse")
    better = store.train("better", card=scorecard(right=0.9))
    assert not store.promote(better).refused
    assert store.champion() == store.version("better")
    assert [entry.action for entry in store.log.entries()] == ["promotion", "refusal", "promotion"]


def test_a_model_that_breaks_coverage_or_a_regression_case_is_refused(store):
    outcome = store.promote(store.train("bad", card=scorecard(half_width=0.2), fails=True))
    assert outcome.refused
    assert {"towns: coverage of the 90% range", "regression case 'piano'"} <= names(outcome.entry)
    assert store.champion() is None


@pytest.mark.parametrize(
    ("faults", "check", "got"),
    [
        ({"fail": True}, "run: status", "FAILED"),
        ({"tag": "0123"}, "run: bundle", "0123"),
        ({"seed": None}, "run: seed", "none recorded"),
        ({"code": None}, "run: code version", "none recorded"),
        ({"pyfunc": False}, "run: model for MLflow", "none logged"),
        ({"card": None}, "scorecard", "none"),
        ({"data": {DATA: {"sha256": "0" * 64}}}, f"data: {DATA}", "000000000000…"),
        ({"data": {"prices/none.csv": {"sha256": "1" * 64}}}, "data: prices/none.csv", "111111111111…"),
        ({"data": {"user labels/a.csv": {"sha256": "2" * 64}}}, "data: user labels/a.csv", "222222222222…"),
    ],
)
def test_a_model_that_cannot_be_made_again_from_its_run_is_refused(store, faults, check, got):
    outcome = store.promote(store.train("first", **{"card": scorecard(), **faults}))
    assert outcome.refused
    assert [(c.check, c.got) for c in outcome.entry.failed] == [(check, got)]
    assert store.champion() is None


def test_labels_of_a_user_that_the_run_has_kept_count_as_known_data(store):
    labels = store.folder / "mine.csv"
    labels.write_text("description,category_code\n")
    data = {"user labels/mine.csv": {"sha256": hashlib.sha256(labels.read_bytes()).hexdigest()}}
    run_id = store.train("first", card=scorecard(), data=data)
    mlflow.MlflowClient().log_artifact(run_id, str(labels), "user_labels")
    assert not store.promote(run_id).refused


def test_force_overrides_and_is_logged_with_what_it_overrode(store):
    store.promote(store.train("first", card=scorecard()))
    worse = store.train("worse", card=scorecard(right=0.4))
    outcome = store.promote(worse, force=True)
    assert not outcome.refused
    assert outcome.entry.forced
    assert names(outcome.entry) == {"towns: top1", "towns: top5"}
    assert store.champion() == store.version("worse")


def test_a_bundle_that_no_run_made_is_refused_even_with_force(store):
    store.train("known", card=scorecard())
    save_bundle(Bundle({"name": "stray", "fails": False}, {"x": np.ones(1)}, {}), store.folder / "stray")
    outcome = store.promote(str(store.folder / "stray"), force=True)
    assert outcome.refused
    assert "run" in names(outcome.entry)
    assert not outcome.entry.forced
    assert store.champion() is None


def test_training_again_must_give_the_same_digest(store):
    run_id = store.train("first", card=scorecard())

    def other(run, folder):
        assert run.parameters["neighbours"] == "60"
        return save_bundle(Bundle({"name": "other"}, {"x": np.ones(1)}, {}), folder)

    outcome = store.promote(run_id, retrain=other)
    assert names(outcome.entry) == {"retrained: bundle"}
    assert "the run by abc" in outcome.entry.failed[0].got

    def same(_, folder):
        bundle = Bundle({"name": "first", "fails": False}, {"x": np.zeros(2)}, {})
        return save_bundle(bundle, folder)

    assert not store.promote(run_id, retrain=same).refused


def test_rollback_returns_through_the_champions_one_by_one(store):
    for name, right in (("first", 0.6), ("second", 0.75), ("third", 0.9)):
        assert not store.promote(store.train(name, card=scorecard(right))).refused
    for name in ("second", "first"):
        outcome = store.promotions.rollback(by="Bo", reason="complaints")
        assert outcome.entry.to_model.bundle_version == store.version(name) == store.champion()
    with pytest.raises(PromotionError, match=r"1 champion\(s\).*promote another model"):
        store.promotions.rollback(by="Bo", reason="complaints")
    assert [entry.action for entry in store.log.entries()] == ["promotion"] * 3 + ["rollback"] * 2


def test_an_installed_champion_replaces_the_bundle_before_it_and_a_rollback_brings_that_back(store):
    target = store.folder / "served"
    store.promote(store.train("first", card=scorecard()), install=target)
    assert load_bundle(target).version == store.version("first")
    outcome = store.promote(store.train("second", card=scorecard(0.9)), install=target)
    assert outcome.entry.installed == str(target)
    assert load_bundle(target).version == store.version("second")
    store.promotions.rollback(by="Bo", reason="complaints", install=target)
    assert load_bundle(target).version == store.version("first")
    assert not list(store.folder.glob(".served*"))


def test_a_folder_that_holds_other_things_is_not_overwritten_and_nothing_is_promoted(store):
    target = store.folder / "notes"
    target.mkdir()
    (target / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match="is no bundle"):
        store.promote(store.train("first", card=scorecard()), install=target)
    assert (target / "notes.txt").read_text() == "mine"
    assert store.champion() is None
    assert not store.log.entries()


def test_a_refusal_installs_nothing(store):
    target = store.folder / "served"
    assert store.promote(store.train("bad", card=scorecard(), fails=True), install=target).refused
    assert not target.exists()


def test_what_is_asked_for_must_make_sense(store):
    run_id = store.train("first", card=scorecard())
    with pytest.raises(PromotionError, match=r"blank name \(--by\)"):
        store.promote(run_id, by=" ")
    with pytest.raises(PromotionError, match="blank reason"):
        store.promote(run_id, reason="", force=True)
    with pytest.raises(UnknownRunError, match="expected the id of a run"):
        store.promote("nothing")
    with pytest.raises(UnknownRunError, match="no challenger yet"):
        store.promote("challenger")
    store.promote(run_id)
    with pytest.raises(PromotionError, match="the champion already"):
        store.promote(run_id)
    assert len(store.log.entries()) == 1


def test_a_tracking_store_that_is_not_there_is_not_made(tmp_path):
    uri = f"sqlite:///{tmp_path / 'none.db'}"
    promotions = Promotions(Registry(uri), PromotionLog.of_store(uri))
    with pytest.raises(UnknownRunError, match="--tracking-uri"):
        promotions.promote("run", by="Ada", reason="why not")
    assert not list(tmp_path.iterdir())


def test_an_alias_moved_behind_the_logs_back_is_noticed(store):
    store.promote(store.train("first", card=scorecard()))
    other = store.registry.register(store.registry.run(store.train("other", card=scorecard(0.72))))
    store.registry.set_alias("champion", other.number)
    outcome = store.promote(store.train("third", card=scorecard(0.9)))
    assert outcome.entry.notice == "The alias champion was at version 2, the log knows 1."
    assert outcome.entry.from_model.bundle_version == store.version("other")


def test_a_log_that_was_cut_off_stops_every_promotion(store):
    store.promote(store.train("first", card=scorecard()))
    store.log.path.unlink()
    with pytest.raises(PromotionLogError, match="which the registry remembers"):
        store.promote(store.train("second", card=scorecard(0.9)))


def test_before_there_is_a_champion_the_shipped_model_is_the_one_to_beat(store, monkeypatch):
    monkeypatch.setattr(promotion_module, "shipped_scorecard", lambda _: scorecard(0.9))
    outcome = store.promote(store.train("first", card=scorecard(0.6)))
    assert names(outcome.entry) == {"towns: top1", "towns: top5"}
    assert len(outcome.entry.compared_with) == 16


def test_a_champion_whose_artifacts_were_altered_is_not_brought_back(store):
    first = store.train("first", card=scorecard())
    store.promote(first)
    store.promote(store.train("second", card=scorecard(0.9)))
    kept = next((store.folder / "mlruns" / first).rglob("metadata.json"))
    kept.write_text(json.dumps({"name": "other"}))
    with pytest.raises(BundleError, match="altered"):
        store.promotions.rollback(by="Bo", reason="complaints")
    assert store.champion() == store.version("second")


def test_a_contender_carries_its_run_and_its_scorecard_however_it_is_named(store, tmp_path):
    run_id = store.train("first", card=scorecard())
    store.promote(run_id)
    found = [
        find_contender(name, store.registry, tmp_path)
        for name in (run_id, str(store.folder / "first"), "champion")
    ]
    assert {contender.run.run_id for contender in found} == {run_id}
    assert {contender.version for contender in found} == {store.version("first")}
    assert all(len(contender.scorecard) == 120 for contender in found)
