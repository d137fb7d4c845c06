import sys

import numpy as np
import pytest

import data.location
from data.catalogue import files
from training.intensity_sets import intensity_examples
from training.share_alike import ShareAlike
from training.sources import IN_THE_BUNDLE, LEARNED_FROM, Sources, data_versions, passed_on_masses


def test_what_is_passed_on_may_be_passed_on():
    for name in (*IN_THE_BUNDLE, *LEARNED_FROM):
        source = files()[name].source
        assert source.redistributable == "yes", name
        assert not source.share_alike, name


def test_versions_name_digest_and_terms_of_every_file():
    versions = data_versions()
    assert set(versions) == {*IN_THE_BUNDLE, *LEARNED_FROM}
    for name, version in versions.items():
        assert version["sha256"] == files()[name].sha256
        assert version["licence"]


def test_versions_name_a_share_alike_file_only_where_it_was_taken():
    taken = data_versions([ShareAlike.BOAVIZTA])
    assert taken.keys() - data_versions().keys() == {"share_alike/boavizta_data_us.csv"}
    assert taken["share_alike/boavizta_data_us.csv"]["licence"] == "ODbL-1.0"


@pytest.fixture
def read(monkeypatch):
    """Names of the files that are looked up."""
    names = set()
    locate = data.location.locate

    def noted(name, *args):
        names.add(name)
        return locate(name, *args)

    for module in list(sys.modules.values()):
        if getattr(module, "locate", None) is locate:
            monkeypatch.setattr(module, "locate", noted)
    return names


def encode(texts):
    return np.random.default_rng(0).normal(size=(len(texts), 4)).astype(np.float32)


@pytest.mark.data_package
def test_every_file_that_masses_and_products_come_from_is_named(read):
    passed_on_masses()
    intensity_examples(encode)

    assert read
    assert read <= {*IN_THE_BUNDLE, *LEARNED_FROM}


@pytest.mark.data_package
def test_share_alike_files_are_read_only_when_they_are_asked_for(read):
    default = Sources.of_reference_data()
    default.masses()
    default.products(encode)
    assert len(read) > 10
    assert not {name for name in read if name.startswith("share_alike/")}

    read.clear()
    asked = Sources.of_reference_data(share_alike=[ShareAlike.BOAVIZTA])
    examples, _ = asked.products(encode)
    assert {name for name in read if name.startswith("share_alike/")} == {ShareAlike.BOAVIZTA.file}
    assert set(examples.loc[examples["source"] == "boavizta", "licence"]) == {"ODbL-1.0"}
