import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

from data.errors import BundleError, EncoderMismatchError
from features.line_items import line_items
from models.bundle import DEFAULT_BUNDLE, load_bundle, save_bundle
from models.persistence import load_model, save_model


def test_a_model_that_was_saved_and_loaded_has_the_same_version_and_estimates(model, tmp_path):
    lines = line_items(pd.DataFrame({"description": ["gloves"], "amount": [10.0], "currency": ["USD"]}))
    assert save_model(model, tmp_path / "again") == model.version
    pd.testing.assert_frame_equal(load_model(tmp_path / "again").predict(lines), model.predict(lines))


def test_a_bundle_of_another_making_is_one_clear_sentence(tmp_path):
    shipped = load_bundle(DEFAULT_BUNDLE)
    tables = {name: table for name, table in shipped.tables.items() if name != "entries"}
    save_bundle(replace(shipped, tables=tables), tmp_path)
    with pytest.raises(BundleError, match=r"lacks 'entries'.*ledgerprint train"):
        load_model(tmp_path)


def test_a_bundle_without_what_a_part_has_learned_is_one_clear_sentence(tmp_path):
    shipped = load_bundle(DEFAULT_BUNDLE)
    save_bundle(replace(shipped, boosters={}), tmp_path)
    with pytest.raises(BundleError, match=r"lacks 'seed_\d+'.*ledgerprint train"):
        load_model(tmp_path)
    metadata = {name: value for name, value in shipped.metadata.items() if name != "learned"}
    save_bundle(replace(shipped, metadata=metadata), tmp_path)
    with pytest.raises(BundleError, match=r"lacks 'learned'.*ledgerprint train"):
        load_model(tmp_path)


def test_a_table_with_other_columns_is_one_clear_sentence(tmp_path):
    shipped = load_bundle(DEFAULT_BUNDLE)
    tables = {**shipped.tables, "entries": shipped.tables["entries"].drop(columns="weight")}
    save_bundle(replace(shipped, tables=tables), tmp_path)
    with pytest.raises(BundleError, match=r"not ReferenceEntries.*ledgerprint train"):
        load_model(tmp_path)


def test_a_bundle_is_refused_when_the_encoder_at_hand_is_another_one(tmp_path):
    shipped = load_bundle(DEFAULT_BUNDLE)
    metadata = json.loads(json.dumps(shipped.metadata))
    metadata["encoder"]["weights_sha256"] = "0" * 64
    save_bundle(replace(shipped, metadata=metadata), tmp_path)
    with pytest.raises(EncoderMismatchError, match="000000000000…, got 53aa51172d14"):
        load_model(tmp_path)


def test_a_shipped_file_that_changed_by_a_byte_is_refused(tmp_path):
    copy = shutil.copytree(DEFAULT_BUNDLE, tmp_path / "copy")
    (copy / "codes.parquet").write_bytes((copy / "codes.parquet").read_bytes() + b" ")
    with pytest.raises(BundleError, match=r"codes\.parquet was altered"):
        load_model(copy)


def test_the_model_names_its_sources_with_licence_and_credit(model):
    assert model.card["categories"] == len(model.category.classes_)
    for name, version in model.card["data"].items():
        assert {"sha256", "source", "licence", "attribution"} <= version.keys(), name


@pytest.mark.parametrize("folder", ["models", "training"])
def test_importing_a_folder_loads_neither_torch_nor_mlflow(folder):
    code = f"import sys, {folder}; print({{'torch', 'mlflow', 'sentence_transformers'}} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    assert said.stdout == "set()\n"
