import pytest

from data.catalogue import files
from training.share_alike import CARD, ShareAlike, bundle_terms
from training.sources import IN_THE_BUNDLE, LEARNED_FROM


@pytest.mark.parametrize("one", ShareAlike)
def test_a_set_is_a_share_alike_source_of_the_catalogue_that_no_default_training_takes(one):
    source = files()[one.file].source
    assert source.id == one
    assert source.share_alike
    assert one.file not in {*IN_THE_BUNDLE, *LEARNED_FROM}


def test_without_a_set_a_bundle_carries_no_terms():
    assert bundle_terms([]) == {}


def test_with_a_set_a_bundle_says_licence_credit_and_what_passing_it_on_asks():
    said = bundle_terms([ShareAlike.BOAVIZTA])[CARD]
    assert said["licences"] == ["ODbL-1.0"]
    assert said["attribution"] == ["Boavizta, environmental-footprint-data, ODbL 1.0."]
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in said["terms"]
    assert "under the same licence" in said["terms"]


def test_two_licences_that_exclude_each_other_forbid_passing_on():
    said = bundle_terms([ShareAlike.OEFDB, ShareAlike.BOAVIZTA])[CARD]
    assert said["licences"] == ["CC-BY-SA-4.0", "ODbL-1.0"]
    assert "do not pass it on" in said["terms"]
