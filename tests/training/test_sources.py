import sys

import numpy as np
import pytest

import data.location
from data.catalogue import files
from training.intensity_sets import intensity_examples
from training.sources import IN_THE_BUNDLE, LEARNED_FROM, data_versions, passed_on_masses


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


@pytest.mark.data_package
def test_every_file_that_masses_and_products_come_from_is_named(monkeypatch):
    read = set()
    locate = data.location.locate

    def noted(name, *args):
        read.add(name)
        return locate(name, *args)

    for module in list(sys.modules.values()):
        if getattr(module, "locate", None) is locate:
            monkeypatch.setattr(module, "locate", noted)

    passed_on_masses()
    rng = np.random.default_rng(0)
    intensity_examples(lambda texts: rng.normal(size=(len(texts), 4)).astype(np.float32))

    assert read
    assert read <= {*IN_THE_BUNDLE, *LEARNED_FROM}
