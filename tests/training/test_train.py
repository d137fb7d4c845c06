import json

import mlflow
import numpy as np
import pytest

from models.bundle import load_bundle
from models.persistence import load_model
from training.train import CALIBRATED_ON, IN_THE_BUNDLE, train

pytestmark = [
    pytest.mark.data_package,
    # MLflow 3.17 uses an option that SQLAlchemy 2.1 has deprecated.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, entries, labelled):
    folder = tmp_path_factory.mktemp("training")
    said = []
    uri = f"sqlite:///{folder / 'runs.db'}"
    once, again = (
        train(folder / name, tracking_uri=uri, entries=entries, sets=[labelled], say=said.append)
        for name in ("once", "again")
    )
    return once, again, uri, said


def test_training_twice_makes_the_same_bundle_to_the_byte(trained):
    once, again, _, _ = trained
    assert once.version == again.version == load_bundle(again.folder).version
    assert once.run_id != again.run_id


def test_what_was_trained_can_be_loaded_and_knows_its_goods(trained, entries):
    model = load_model(trained[0].folder)
    assert len(model.category.index_) == len(entries)
    vectors = model.encoder.transform(["latex gloves", "unleaded petrol"])
    assert list(model.category.predict(vectors)) == ["339113", "324110"]
    assert np.isfinite(model.doubt.multiple_)


def test_the_run_holds_parameters_figures_data_versions_plots_and_the_bundle(trained, tmp_path):
    once, _, uri, _ = trained
    mlflow.set_tracking_uri(uri)
    run = mlflow.get_run(once.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["category.neighbours"] == "60"
    assert run.data.params["entries"] == "20"
    assert run.data.params["entries.public_lines"] == "10"
    assert run.data.params["entries.naics_2017_index"] == "10"
    assert {"small.ledgerprint.top1", "small.TF-IDF.factor_mape", "small.constant.top5"} <= set(
        run.data.metrics
    )
    assert run.data.tags["bundle_version"] == once.version
    folder = mlflow.artifacts.download_artifacts(run_id=once.run_id, dst_path=str(tmp_path))
    assert (tmp_path / "evaluation" / "calibration.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "evaluation" / "coverage.png").stat().st_size > 1000
    assert load_bundle(tmp_path / "bundle").version == once.version, folder
    versions = json.loads((tmp_path / "data_versions.json").read_text())
    assert set(versions) == {*IN_THE_BUNDLE, *CALIBRATED_ON}


def test_artifacts_lie_beside_the_database_and_nowhere_else(trained):
    once, _, uri, _ = trained
    mlflow.set_tracking_uri(uri)
    assert str(once.folder.parent / "mlruns") in mlflow.get_run(once.run_id).info.artifact_uri


def test_the_user_is_told_what_is_being_done(trained):
    assert any("encoding 20 entries" in text for text in trained[3])


def test_a_training_that_fails_leaves_a_failed_run_and_no_bundle(trained, tmp_path, entries):
    uri = trained[2]
    with pytest.raises(ValueError, match="at least one array"):
        train(tmp_path / "bundle", tracking_uri=uri, entries=entries.iloc[:0], sets=[])
    mlflow.set_tracking_uri(uri)
    assert "FAILED" in set(mlflow.search_runs(experiment_names=["ledgerprint"])["status"])
    assert not (tmp_path / "bundle").exists()
