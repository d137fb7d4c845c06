"""The shipped bundle, and lines to ask it about."""

from collections.abc import Callable

import pandas as pd
import pytest

from features.line_items import line_items
from models.footprint import EstimateOptions, FootprintModel
from models.persistence import load_model


@pytest.fixture(scope="session")
def model() -> FootprintModel:
    return load_model(threads=2)


@pytest.fixture(scope="session")
def estimate(model: FootprintModel) -> Callable[..., pd.DataFrame]:
    """Estimate lines given as dictionaries; fields left out say what a plain UK ledger line says."""

    def run(*lines: dict[str, object], options: EstimateOptions | None = None) -> pd.DataFrame:
        plain = {
            "amount": 100.0,
            "currency": "GBP",
            "date": pd.Timestamp("2020-04-01"),
            "country": "GB",
            "supplier": "",
        }
        return model.predict(line_items(pd.DataFrame([{**plain, **line} for line in lines])), options)

    return run
