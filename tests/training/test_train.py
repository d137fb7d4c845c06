import json

import mlflow
import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from features.text import TextEncoder
from models.bundle import load_bundle
from models.persistence import load_model, save_model
from models.purchases import PurchaseExamples, PurchaseModel
from training.registry import RunRecord
from training.scorecards import SCORECARD_FILE, read_scorecard
from training.train import IN_THE_BUNDLE, LEARNED_FROM, Sources, retrain, train

pytestmark = [
    pytest.mark.data_package,
    # MLflow 3.17 uses an option that SQLAlchemy 2.1 has deprecated.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
]

SAID = {
    "": ["copier paper", "nitrile gloves", "office chairs", "diesel fuel"],
    "payroll": ["staff wages", "monthly salaries"],
    "grant": ["bursary award", "community grant"],
    "tax": ["property levy", "municipal tax"],
}


def few_purchases(encoder: TextEncoder) -> PurchaseModel:
    """Fit on a handful of lines, each from ten payees, and never be sure enough to exclude a line."""
    rows = [(text, f"payee {n}", why) for n in range(10) for why, texts in SAID.items() for text in texts]
    lines = pd.DataFrame(rows, columns=["description", "supplier", "reason"])
    payees = lines["supplier"].to_numpy(dtype=object)
    examples = PurchaseExamples(
        lines=lines[["description", "supplier"]],
        vectors=encoder.transform(lines["description"]),
        reason=lines["reason"].to_numpy(dtype=object),
        weight=np.ones(len(lines)),
        ruled=np.full(len(lines), "purchase", dtype=object),
        groups=np.column_stack([payees, [""] * len(lines)]),
    )
    fitted = PurchaseModel(hash_bits=6).fit(examples)
    fitted.exclude_above_ = fitted.unclear_above_ = 1.0
    return fitted


@pytest.fixture(scope="module")
def sources(ledger_entries, ledger, council):
    return Sources(ledger_entries, [ledger, council], few_purchases)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, sources):
    folder = tmp_path_factory.mktemp("training")
    said = []
    uri = f"sqlite:///{folder / 'runs.db'}"
    once, again = (
        train(folder / name, tracking_uri=uri, sources=sources, quick=True, say=said.append)
        for name in ("once", "again")
    )
    return once, again, uri, said


@pytest.fixture(scope="module")
def run(trained):
    mlflow.set_tracking_uri(trained[2])
    return mlflow.get_run(trained[0].run_id)


def test_training_twice_makes_the_same_bundle_to_the_byte(trained):
    once, again, _, _ = trained
    assert once.version == again.version == load_bundle(again.folder).version
    assert once.run_id != again.run_id


def test_what_was_trained_can_be_loaded_and_saved_again_and_knows_its_goods(trained, tmp_path):
    model = load_model(trained[0].folder)
    lines = pd.DataFrame(
        {
            "description": ["latex gloves", "unleaded petrol", "filing cabinet", "monthly salaries"],
            "supplier": ["", "delta fuels", "", ""],
            "amount": 100.0,
            "currency": "USD",
            "country": "US",
        }
    )
    estimates = model.predict(line_items(lines))
    assert estimates["category_code"].tolist()[:3] == ["339113", "324110", "337214"]
    assert estimates["status"].tolist()[3] == "excluded"
    assert np.isfinite(model.doubt.multiple_)
    assert save_model(model, tmp_path / "again") == model.version == trained[0].version
    pd.testing.assert_frame_equal(load_model(tmp_path / "again").predict(line_items(lines)), estimates)


def test_a_ledger_on_which_nothing_was_bought_is_answered(trained):
    model = load_model(trained[0].folder)
    lines = line_items(pd.DataFrame({"description": ["Salaries"], "amount": [1.0], "currency": ["GBP"]}))
    assert model.predict(lines)["status"].tolist() == ["excluded"]
    assert len(model.predict(lines.iloc[:0])) == 0


def test_the_run_holds_parameters_figures_data_versions_and_plots(trained, run, tmp_path):
    assert run.info.status == "FINISHED"
    said = run.data.params
    assert {"seed", "quick", "encoder", "encoder_sha256", "ranker.rounds", "finder.candidates"} <= set(said)
    assert (said["quick"], said["entries"]) == (
        "True",
        str(len(load_bundle(trained[0].folder).tables["entries"])),
    )
    assert (said["entries.naics_2017_index"], said["entries.austin"]) == ("10", "20")
    assert {"public.ledgerprint.top1", "public.TF-IDF.factor_mape", "austin.constant.top5"} <= set(
        run.data.metrics
    )
    mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=str(tmp_path))
    versions = json.loads((tmp_path / "data_versions.json").read_text())
    assert set(versions) == {*IN_THE_BUNDLE, *LEARNED_FROM}
    assert json.loads((tmp_path / "model_card.json").read_text())["data"] == versions


def test_the_run_holds_the_bundle_and_the_scorecard_it_is_compared_by(trained, run, tmp_path):
    mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=str(tmp_path))
    assert load_bundle(tmp_path / "bundle").version == run.data.tags["bundle_version"] == trained[0].version
    card = read_scorecard(tmp_path / SCORECARD_FILE)
    pd.testing.assert_frame_equal(card, trained[0].evaluation.scorecard)
    assert card["dataset"].value_counts().to_dict() == {"public": 80, "austin": 20}


def test_parts_of_the_model_have_runs_of_their_own_beneath(trained, run):
    mlflow.set_tracking_uri(trained[2])
    beneath = mlflow.search_runs(
        experiment_names=["ledgerprint"], filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'"
    )
    assert set(beneath["tags.mlflow.runName"]) == {"category", "purchases"}
    assert set(beneath["status"]) == {"FINISHED"}
    category = beneath[beneath["tags.mlflow.runName"] == "category"]["run_id"].iloc[0]
    plots = {file.path for file in mlflow.MlflowClient().list_artifacts(category, "evaluation")}
    assert {"evaluation/calibration.png", "evaluation/coverage.png"} <= plots


def test_the_model_is_logged_as_one_that_plain_mlflow_loads(trained, run):
    mlflow.set_tracking_uri(trained[2])
    (logged,) = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id],
        filter_string=f"source_run_id = '{run.info.run_id}'",
        output_format="list",
    )
    assert logged.tags["bundle_version"] == trained[0].version


def test_artifacts_lie_beside_the_database_and_nowhere_else(trained, run):
    assert str(trained[0].folder.parent / "mlruns") in run.info.artifact_uri


def test_the_user_is_told_what_is_being_done(trained, ledger_entries):
    assert any(f"encoding {len(ledger_entries)} entries" in text for text in trained[3])


def test_another_seed_makes_another_bundle_and_a_run_can_be_trained_again(
    trained, run, sources, tmp_path, monkeypatch
):
    monkeypatch.setattr(Sources, "of_reference_data", classmethod(lambda *_: sources))
    recorded = RunRecord(
        run.info.run_id, run.info.status, trained[0].version, run.data.params, run.data.tags, {}, ""
    )
    assert retrain(recorded, tmp_path / "again") == trained[0].version
    other = train(
        tmp_path / "other",
        tracking_uri=f"sqlite:///{tmp_path / 'runs.db'}",
        seed=7,
        quick=True,
        sources=sources,
    )
    assert other.version != trained[0].version


def test_a_training_that_fails_leaves_a_failed_run_and_no_bundle(trained, sources, tmp_path):
    def broken(_: TextEncoder) -> PurchaseModel:
        raise ValueError("no examples")

    failing = Sources(sources.entries, sources.sets, broken)
    with pytest.raises(ValueError, match="no examples"):
        train(tmp_path / "bundle", tracking_uri=trained[2], sources=failing, quick=True)
    mlflow.set_tracking_uri(trained[2])
    assert "FAILED" in set(mlflow.search_runs(experiment_names=["ledgerprint"])["status"])
    assert not (tmp_path / "bundle").exists()
