import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from features.text import LAYERS_FILE, TextEncoder
from training.encoder import REPORT_FILE, Tuning, TuningPlan, fine_tune
from training.encoder_texts import TuningTexts

PLAN = TuningPlan(steps=12, batch_size=8, learning_rate=5e-4, anchor=0.5, written_share=0.3, blend=1.0)
TARIFF = TuningTexts(["articles of apparel, of vulcanised rubber"], [("339113", "315990")])


@pytest.fixture(scope="module")
def vectors(encoder: TextEncoder, entries: pd.DataFrame) -> np.ndarray:
    return encoder.transform(entries["text"])


@pytest.fixture(scope="module")
def tuning(entries: pd.DataFrame, vectors: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Tuning:
    return fine_tune(
        tmp_path_factory.mktemp("tuned"), entries, vectors, plan=PLAN, device="cpu", tariff=TARIFF
    )


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    tuning: Tuning, entries: pd.DataFrame, vectors: np.ndarray, tmp_path: Path
):
    again = fine_tune(tmp_path / "a", entries, vectors, plan=PLAN, device="cpu", tariff=TARIFF)
    other = fine_tune(
        tmp_path / "b", entries, vectors, plan=replace(PLAN, seed=1), device="cpu", tariff=TARIFF
    )
    assert again.weights_sha256 == tuning.weights_sha256
    assert other.weights_sha256 != tuning.weights_sha256


def test_labelled_lines_are_never_seen(
    tuning: Tuning, entries: pd.DataFrame, vectors: np.ndarray, tmp_path: Path
):
    labelled = entries["source"] == "public_lines"
    other = entries.assign(text=entries["text"].where(~labelled, "something else"))
    other["naics_code"] = other["naics_code"].where(~labelled, "111110")
    other["source"] = other["source"].where(~labelled, "austin")
    found = fine_tune(tmp_path, other, vectors, plan=PLAN, device="cpu", tariff=TARIFF)
    assert found.weights_sha256 == tuning.weights_sha256


def test_only_the_upper_layers_change_and_they_fit_a_bundle(tuning: Tuning):
    layers = load_file(Path(tuning.folder) / LAYERS_FILE)
    assert {name.split(".")[2] for name in layers} == {"4", "5"}
    assert (Path(tuning.folder) / LAYERS_FILE).stat().st_size < 8e6


def test_tuning_learns_and_stays_near(tuning: Tuning, encoder: TextEncoder):
    assert np.mean(tuning.vote_loss[-4:]) < np.mean(tuning.vote_loss[:4])
    texts = ["nitrile gloves", "piano", "diesel fuel"]
    tuned = TextEncoder(tuning.folder, threads=2).fit()
    cosine = (tuned.transform(texts) * encoder.transform(texts)).sum(axis=1)
    assert tuned.weights_sha256_ == tuning.weights_sha256 != encoder.weights_sha256_
    assert (cosine > 0.8).all()
    assert (cosine < 0.9999).any()


def test_a_time_limit_is_kept_and_reported(entries: pd.DataFrame, vectors: np.ndarray, tmp_path: Path):
    cut = fine_tune(tmp_path, entries, vectors, plan=replace(PLAN, minutes=0.0), device="cpu", tariff=TARIFF)
    assert (cut.steps, cut.complete) == (0, False)
    assert json.loads((tmp_path / REPORT_FILE).read_text("utf-8"))["complete"] is False


def test_no_blend_is_the_encoder_from_before(
    encoder: TextEncoder, entries: pd.DataFrame, vectors: np.ndarray, tmp_path: Path
):
    fine_tune(tmp_path, entries, vectors, plan=replace(PLAN, steps=3, blend=0.0), device="cpu", tariff=TARIFF)
    same = TextEncoder(str(tmp_path), threads=2).fit().transform(entries["text"])
    np.testing.assert_allclose(same, encoder.transform(entries["text"]), atol=2e-3)
