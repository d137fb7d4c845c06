import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from data.errors import EncoderMismatchError
from features.text import LAYERS_FILE, TextEncoder, clean_text


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(threads=2).fit()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("(81200) Medical Surgical Supplies & Equipment", "Medical Surgical Supplies & Equipment"),
        ("(id:2002419) Cancer Supportive Services and R&D", "Cancer Supportive Services and R&D"),
        ("KINGS COLLEGE LONDON:03529700", "KINGS COLLEGE LONDON"),
        ("  Gloves \r\n nitrile\t(100) ", "Gloves nitrile (100)"),
        ("A4 80gsm ream", "A4 80gsm ream"),
        ("WD-40 400ml", "WD-40 400ml"),
        ("10 ml x 100", "10 ml x 100"),
        ("TYRES 205/55", "tires 205/55"),
        ("Fresh cilantro (bunch)", "Fresh coriander (bunch)"),
        ("tyrex petroleum kerbside", "tyrex petroleum kerbside"),
    ],
)
def test_cleaning_takes_off_codes_and_leaves_goods(written: str, meant: str):
    assert clean_text(written) == meant


def test_vectors_have_length_one_and_repeats_are_identical(encoder: TextEncoder):
    vectors = encoder.transform(pd.Series(["nitrile gloves", "piano", "nitrile gloves"]))
    assert vectors.shape == (3, encoder.dimension_)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors[0] == vectors[2]).all()


def test_each_unique_text_is_encoded_once(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch):
    seen: list[int] = []
    encode = encoder._transformer.encode
    monkeypatch.setattr(encoder._transformer, "encode", lambda t, **k: seen.append(len(t)) or encode(t, **k))
    encoder.transform(["gloves"] * 1000 + ["masks"] * 1000)
    assert sum(seen) == encoder.batch_size, "both words are one token long, and fit one batch"


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder: TextEncoder):
    texts = [
        f"{goods} {size}" for goods in ("nitrile gloves", "steel tube", "A4 paper ream") for size in range(9)
    ]
    together = encoder.transform(texts)
    assert (together[::-1] == encoder.transform(texts[::-1])).all()
    assert (together[4] == encoder.transform(texts[4:5])[0]).all()


def test_no_texts_and_missing_texts_are_fine(encoder: TextEncoder):
    assert encoder.transform([]).shape == (0, encoder.dimension_)
    assert np.isfinite(encoder.transform(pd.Series(["gloves", None]))).all()


def test_goods_lie_near_their_like(encoder: TextEncoder):
    glove, mitten, diesel = encoder.transform(["disposable gloves", "nitrile exam gloves", "diesel fuel"])
    assert glove @ mitten > glove @ diesel + 0.2


def test_an_encoder_that_is_not_there_is_one_clear_sentence(tmp_path):
    with pytest.raises(
        EncoderMismatchError, match=r"is not there: give the folder of a sentence-transformers"
    ):
        TextEncoder(str(tmp_path)).fit()


def test_tuned_layers_lie_over_the_default_encoder(encoder: TextEncoder, tmp_path):
    name = "encoder.layer.5.output.dense.weight"
    weight = encoder._transformer[0].auto_model.state_dict()[name].numpy()
    save_file({name: weight.astype(np.float16)}, tmp_path / LAYERS_FILE)
    same = TextEncoder(str(tmp_path), threads=2).fit()
    assert same.weights_sha256_ != encoder.weights_sha256_
    np.testing.assert_allclose(same.transform(["gloves"]), encoder.transform(["gloves"]), atol=1e-3)
    save_file({name: np.zeros_like(weight)}, tmp_path / LAYERS_FILE)
    other = TextEncoder(str(tmp_path), threads=2).fit()
    assert np.abs(other.transform(["gloves"]) - encoder.transform(["gloves"])).max() > 0.01


@pytest.mark.parametrize(
    "strange", [{"no.such.layer": np.ones(3)}, {"encoder.layer.5.output.dense.weight": np.ones((2, 2))}]
)
def test_layers_of_another_encoder_are_refused(strange: dict[str, np.ndarray], tmp_path):
    save_file(strange, tmp_path / LAYERS_FILE)
    with pytest.raises(EncoderMismatchError, match="which is no layer of all-MiniLM-L6-v2"):
        TextEncoder(str(tmp_path)).fit()


def test_importing_the_encoder_does_not_import_torch():
    code = "import sys, features.text; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    assert said.stdout == "False\n"
