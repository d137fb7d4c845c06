"""Logging a bundle to MLflow as a model that plain ``mlflow.pyfunc.load_model`` loads and scores with."""

import re
import shutil
import tempfile
import warnings
from importlib.metadata import requires
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from features.line_items import LineItems
from models.estimates import Estimates

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec

DISTRIBUTION: Final = "ledgerprint"
PACKAGES: Final = ("data", "features", "models")
"""Packages whose code travels with the model."""
NOT_FOR_SCORING: Final = frozenset(
    {
        *("altair", "optuna", "typer", "rich", "vl-convert-python"),  # training and the command line
        *("bentoml", "fastapi", "jinja2", "markupsafe", "prometheus-client", "requests"),  # serving
        *("openpyxl", "python-calamine", "charset-normalizer", "xlsxwriter"),  # documents
    }
)
"""Requirements of the distribution that scoring does not need; all others are declared."""
_MODEL_FILE: Final = Path(__file__).with_name("pyfunc.py")
_REQUIRED_INPUT: Final = ("description",)


def log_pyfunc(bundle: Path, version: str) -> str:
    """Log a bundle within the active run.

    Parameters
    ----------
    bundle
        Folder.
    version
        Of the bundle; becomes a tag of the model.

    Returns
    -------
    str
        Address for :func:`mlflow.pyfunc.load_model`.
    """
    import mlflow  # noqa: PLC0415 - loads slowly

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # MLflow 3.17 compares columns in a way that pandas 3 deprecates, and warns of its own type hints.
        warnings.simplefilter("ignore")
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(_MODEL_FILE),
            artifacts={"bundle": str(bundle.resolve())},
            code_paths=_code(Path(folder)),
            pip_requirements=requirements(),
            signature=signature(),
            input_example=input_example(),
            tags={"bundle_version": version},
        )
    return str(info.model_uri)


def requirements(distribution: str = DISTRIBUTION) -> list[str]:
    """Pinned requirements of the installed distribution that scoring needs; extras (tools) are left out."""
    declared = [text.split(";")[0].strip() for text in requires(distribution) or [] if "extra ==" not in text]
    return sorted(text for text in declared if re.split(r"[^\w.-]", text)[0].lower() not in NOT_FOR_SCORING)


def signature() -> "ModelSignature":
    """Say what goes in (line items, of which only the description is required) and what comes out."""
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types import Schema  # noqa: PLC0415

    inputs, outputs = LineItems.to_schema().columns, Estimates.to_schema().columns
    return ModelSignature(
        inputs=Schema(
            [_column(name, str(c.dtype), required=name in _REQUIRED_INPUT) for name, c in inputs.items()]
        ),
        outputs=Schema([_column(name, str(c.dtype)) for name, c in outputs.items()]),
    )


def input_example() -> pd.DataFrame:
    """Two lines of a ledger."""
    return pd.DataFrame(
        {
            "line_id": ["1", "2"],
            "description": ["nitrile examination gloves", "office chair"],
            "amount": [120.0, 310.0],
            "currency": ["USD", "GBP"],
            "country": ["US", "GB"],
        }
    )


def _column(name: str, kind: str, *, required: bool = True) -> "ColSpec":
    from mlflow.types import ColSpec  # noqa: PLC0415

    mlflow_type = (
        "double" if kind.startswith("float") else "datetime" if kind.startswith("date") else "string"
    )
    return ColSpec(mlflow_type, name, required=required)


def _code(folder: Path) -> list[str]:
    """Copy the packages into a folder, without the bundle that ships with the project."""
    root = Path(__file__).resolve().parent.parent
    leave_out = shutil.ignore_patterns("__pycache__", "default", "examples")
    return [str(shutil.copytree(root / name, folder / name, ignore=leave_out)) for name in PACKAGES]
