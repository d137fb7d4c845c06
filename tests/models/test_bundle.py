import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.errors import BundleError
from models.bundle import Bundle, load_bundle, save_bundle, swap_in


@pytest.fixture
def bundle() -> Bundle:
    return Bundle(
        metadata={"encoder": "test", "figures": {"top1": 0.5}},
        arrays={"vectors": np.arange(6, dtype=np.int8).reshape(2, 3)},
        tables={"entries": pd.DataFrame({"text": ["a", "b"]})},
        boosters={"category.seed_1": "tree\nversion=v4\nµ=0.5\n"},
    )


def test_what_was_saved_is_what_is_loaded(bundle, tmp_path):
    version = save_bundle(bundle, tmp_path / "b")
    loaded = load_bundle(tmp_path / "b")
    assert loaded.version == version
    assert loaded.metadata == bundle.metadata
    np.testing.assert_array_equal(loaded.arrays["vectors"], bundle.arrays["vectors"])
    pd.testing.assert_frame_equal(loaded.tables["entries"], bundle.tables["entries"])
    assert loaded.boosters == bundle.boosters


def test_the_version_follows_the_content_and_nothing_else(bundle, tmp_path):
    first, second = save_bundle(bundle, tmp_path / "one"), save_bundle(bundle, tmp_path / "two")
    others = [
        replace(bundle, metadata={**bundle.metadata, "seed": 1}),
        replace(bundle, boosters={"category.seed_1": "tree\nversion=v4\nµ=0.6\n"}),
        replace(bundle, boosters={"category.seed_2": bundle.boosters["category.seed_1"]}),
    ]
    versions = {save_bundle(other, tmp_path / f"other {n}") for n, other in enumerate(others)}
    assert first == second
    assert len(versions - {first}) == 3


def test_saving_over_a_bundle_leaves_nothing_of_the_old_one(bundle, tmp_path):
    save_bundle(bundle, tmp_path / "b")
    version = save_bundle(Bundle(bundle.metadata, bundle.arrays, {}), tmp_path / "b")
    loaded = load_bundle(tmp_path / "b")
    assert not loaded.tables
    assert not loaded.boosters
    assert loaded.version == version
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_write_that_fails_leaves_the_old_bundle_whole_and_nothing_beside_it(bundle, tmp_path, monkeypatch):
    version = save_bundle(bundle, tmp_path / "b")

    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        save_bundle(replace(bundle, metadata={"encoder": "new"}), tmp_path / "b")
    monkeypatch.undo()
    assert load_bundle(tmp_path / "b").version == version
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_write_that_fails_leaves_no_half_of_a_new_bundle(bundle, tmp_path):
    with pytest.raises(TypeError, match="not JSON serializable"):
        save_bundle(replace(bundle, metadata={"encoder": object()}), tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_a_folder_of_other_things_is_not_overwritten(bundle, tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(BundleError, match="holds no bundle"):
        save_bundle(bundle, tmp_path)
    assert (tmp_path / "thesis.docx").exists()


@pytest.mark.parametrize(
    "name", ["entries.parquet", "vectors.safetensors", "metadata.json", "category.seed_1.txt"]
)
@pytest.mark.parametrize("harm", ["delete", "truncate", "alter"])
def test_a_harmed_file_is_one_clear_sentence_that_names_it(bundle, tmp_path, name, harm):
    save_bundle(bundle, tmp_path)
    path = tmp_path / name
    content = path.read_bytes()
    if harm == "delete":
        path.unlink()
    elif harm == "truncate":
        path.write_bytes(content[:-5])
    else:
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BundleError, match=f"{name}.*ledgerprint train") as raised:
        load_bundle(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_missing_bundle_a_broken_manifest_and_a_foreign_file_are_told_apart(bundle, tmp_path):
    with pytest.raises(BundleError, match="There is no model bundle"):
        load_bundle(tmp_path / "nothing")
    save_bundle(bundle, tmp_path)
    (tmp_path / "extra.pkl").write_bytes(b"")
    with pytest.raises(BundleError, match=r"not part of it: \['extra.pkl'\]"):
        load_bundle(tmp_path)
    (tmp_path / "extra.pkl").unlink()
    manifest = tmp_path / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**content, "format": 99}))
    with pytest.raises(BundleError, match="has format 99"):
        load_bundle(tmp_path)
    manifest.write_text("{")
    with pytest.raises(BundleError, match="is not a bundle manifest"):
        load_bundle(tmp_path)


def test_a_swap_that_fails_puts_the_old_folder_back(tmp_path):
    target = tmp_path / "bundle"
    target.mkdir()
    (target / "old.txt").write_text("whole")
    with pytest.raises(FileNotFoundError):
        swap_in(tmp_path / "never written", target)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    assert (target / "old.txt").read_text() == "whole"


def test_arrays_are_kept_whatever_their_order_in_memory(bundle, tmp_path):
    weights = np.arange(12, dtype=np.float32).reshape(3, 4)
    turned = {"turned": weights.T, "by_column": np.asfortranarray(weights), "every_other": weights[:, ::2]}
    save_bundle(replace(bundle, arrays=turned), tmp_path / "b")
    loaded = load_bundle(tmp_path / "b").arrays
    for name, array in turned.items():
        np.testing.assert_array_equal(loaded[name], array, err_msg=name)
