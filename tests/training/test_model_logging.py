import json
import subprocess
import sys

import mlflow
import pandas as pd
import pytest

from models.bundle import DEFAULT_BUNDLE, load_bundle
from models.estimates import ESTIMATE_FIELDS
from training.model_logging import NOT_FOR_SCORING, input_example, log_pyfunc, requirements, signature
from training.registry import quiet_mlflow

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")
LINES = pd.DataFrame(
    {
        "description": ["desk", "pens, box of 50", "nothing said"],
        "amount": [100, 20, None],
        "currency": ["GBP", "USD", None],
        "date": pd.to_datetime(["2023-01-02", None, None]),
        "country": ["GB", "US", None],
    }
)
# Plain MLflow in a process of its own, which must find the code that was logged and not this checkout.
SCORE = """
import sys
import mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(sys.argv[2])
model.predict(pandas.read_parquet(sys.argv[3])).to_json(sys.argv[4], orient="records")
import features, models
print(models.__file__, features.__file__, sep="\\n")
"""


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """Address of a logged model, its tracking store and the folder of its artifacts."""
    folder = tmp_path_factory.mktemp("logged")
    uri = f"sqlite:///{folder / 'runs.db'}"
    mlflow.set_tracking_uri(uri)
    mlflow.create_experiment("pyfunc", artifact_location=(folder / "mlruns").as_uri())
    mlflow.set_experiment("pyfunc")
    with mlflow.start_run():
        model_uri = log_pyfunc(DEFAULT_BUNDLE, load_bundle().version)
    return model_uri, uri, folder / "mlruns"


def test_plain_mlflow_loads_the_model_and_scores_a_frame_line_by_line(logged):
    mlflow.set_tracking_uri(logged[1])
    with quiet_mlflow():
        estimates = mlflow.pyfunc.load_model(logged[0]).predict(LINES)
    assert list(estimates.columns) == list(ESTIMATE_FIELDS)
    assert estimates["status"].isin(["estimated", "review"]).tolist() == [True, True, False]
    assert estimates["reason"].iloc[2] == "amount_missing"
    assert set(estimates["model_version"]) == {load_bundle().version}


def test_another_process_scores_with_the_code_that_was_logged(logged, tmp_path):
    LINES.to_parquet(tmp_path / "lines.parquet")
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [
            sys.executable,
            "-c",
            SCORE,
            logged[1],
            logged[0],
            tmp_path / "lines.parquet",
            tmp_path / "out.json",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert all("/code/" in path for path in done.stdout.split()), done.stdout
    estimates = json.loads((tmp_path / "out.json").read_text())
    assert [estimate["line_id"] for estimate in estimates] == ["1", "2", "3"]


def test_a_frame_without_descriptions_is_refused_by_the_signature(logged):
    mlflow.set_tracking_uri(logged[1])
    with quiet_mlflow():
        model = mlflow.pyfunc.load_model(logged[0])
        with pytest.raises(mlflow.exceptions.MlflowException, match="description"):
            model.predict(LINES.drop(columns="description"))


def test_nothing_is_pickled_and_the_bundle_is_whole(logged):
    files = [path for path in logged[2].rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in {".pkl", ".pickle", ".joblib", ".dill"}]
    manifest = next(path for path in files if path.name == "manifest.json")
    assert load_bundle(manifest.parent).version == load_bundle().version
    declared = next(path for path in files if path.name == "requirements.txt").read_text().splitlines()
    assert set(requirements()) <= set(declared)
    assert next(path for path in files if path.name == "input_example.json")


def test_requirements_are_pinned_and_leave_out_the_tools(logged):
    found = requirements()
    names = {text.partition("==")[0] for text in found}
    assert all("==" in text for text in found)
    assert {"mlflow", "lightgbm", "sentence-transformers", "torch"} <= names
    assert not names & {"pytest", "ruff", "mypy", "bentoml", *NOT_FOR_SCORING}
    model = mlflow.models.get_model_info(logged[0])
    assert not {"pytest", "cloudpickle"} & {name.lower() for name in names}
    assert model.signature == signature()


def test_only_the_description_is_required():
    inputs = signature().inputs
    assert [column.name for column in inputs if column.required] == ["description"]
    assert {column.name: column.type.name for column in inputs}["date"] == "datetime"
    assert set(input_example()) <= set(inputs.input_names())
