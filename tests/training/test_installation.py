import numpy as np
import pytest

from data.errors import BundleError
from models.bundle import Bundle, load_bundle, save_bundle
from training.installation import staged_bundle


@pytest.fixture
def bundles(tmp_path):
    for name in ("old", "new"):
        save_bundle(Bundle({"name": name}, {"x": np.zeros(1)}, {}), tmp_path / name)
    return tmp_path


def name_of(folder):
    return load_bundle(folder).metadata["name"]


def test_nothing_changes_before_the_swap_and_all_of_it_with_it(bundles):
    with staged_bundle(bundles / "new", bundles / "old") as swap:
        assert name_of(bundles / "old") == "old"
        swap()
        assert name_of(bundles / "old") == "new"
    assert sorted(path.name for path in bundles.iterdir()) == ["new", "old"]


def test_without_a_swap_everything_stays_and_nothing_is_left_behind(bundles):
    with staged_bundle(bundles / "new", bundles / "old"):
        pass
    assert name_of(bundles / "old") == "old"
    assert sorted(path.name for path in bundles.iterdir()) == ["new", "old"]


def test_a_new_folder_is_made(bundles):
    with staged_bundle(bundles / "new", bundles / "deep" / "er") as swap:
        swap()
    assert name_of(bundles / "deep" / "er") == "new"


def test_a_swap_that_fails_puts_the_old_bundle_back(bundles):
    with staged_bundle(bundles / "new", bundles / "old") as swap:
        for path in bundles.glob(".old.new-*"):
            path.rename(bundles / "gone")
        with pytest.raises(OSError, match="No such file"):
            swap()
    assert name_of(bundles / "old") == "old"


def test_a_damaged_bundle_is_not_installed(bundles):
    (bundles / "new" / "metadata.json").write_text("{}")
    with pytest.raises(BundleError, match="altered"), staged_bundle(bundles / "new", bundles / "old"):
        pass
    assert name_of(bundles / "old") == "old"
    assert not list(bundles.glob(".old*"))
