"""What a process keeps at hand: frames within a limit, and the models that estimates were made with."""

import pytest

from models.bundle import DEFAULT_BUNDLE
from serving.ledgers import served_or_archived
from serving.ledgers.memory import Memory
from serving.replay.archive import BundleArchive, MissingBundleError
from tests.serving.small_model import SmallModel, small_parts


def test_what_was_not_used_for_longest_makes_room():
    memory = Memory(100)
    for key in "abc":
        memory.put(key, key.upper(), 40)
        memory.get("a")

    assert [memory.get(key) for key in "abc"] == ["A", None, "C"]
    assert memory.size_bytes == 80


def test_the_latest_is_kept_however_large():
    memory = Memory(100)
    memory.put("small", 1, 10)
    memory.put("large", 2, 1_000)

    assert [memory.get("small"), memory.get("large")] == [None, 2]


def test_a_new_value_takes_the_place_of_the_old_one():
    memory = Memory(100)
    memory.put("a", 1, 90)
    memory.put("a", 2, 90)

    assert (memory.get("a"), memory.size_bytes) == (2, 90)


def test_the_served_model_values_its_own_estimates_and_the_archive_those_of_others(tmp_path):
    served, archive = SmallModel(**small_parts()), BundleArchive(tmp_path)
    get_model = served_or_archived(lambda: served, archive, threads=1)
    older = archive.keep(DEFAULT_BUNDLE).name

    assert get_model("") is get_model("small") is served
    assert get_model(older).version == older
    assert get_model(older) is get_model(older)
    with pytest.raises(MissingBundleError):
        get_model("0123456789abcdef")
