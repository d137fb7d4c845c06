import json

import pytest

from training.promotion_log import (
    NO_ENTRY,
    FailedCheck,
    ModelName,
    PromotionLog,
    PromotionLogError,
    champions,
    new_entry,
)

MODELS = {
    name: ModelName(number=str(k), bundle_version=name * 8, run_id=f"run-{name}")
    for k, name in enumerate("abc")
}


@pytest.fixture
def log(tmp_path):
    return PromotionLog(tmp_path / "store" / "promotions.jsonl")


def write(log, *actions):
    with log.locked():
        for action, name in actions:
            log.append(new_entry(action, "Ada", "why not: é", None, MODELS[name]))
    return log.entries()


def test_entries_are_numbered_dated_and_chained(log):
    entries = write(log, ("promotion", "a"), ("refusal", "b"), ("promotion", "c"))
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [NO_ENTRY, entries[0].sha256, entries[1].sha256]
    assert all(entry.sha256 == entry.digest() for entry in entries)
    assert all(entry.at.utcoffset().total_seconds() == 0 for entry in entries)
    assert entries[0].reason == "why not: é"


def test_what_was_written_stays_as_it_is_byte_for_byte(log):
    write(log, ("promotion", "a"))
    before = log.path.read_bytes()
    write(log, ("promotion", "b"))
    assert log.path.read_bytes().startswith(before)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: [lines[0].replace("Ada", "Bob"), *lines[1:]],
        lambda lines: [lines[0], lines[2]],
        lambda lines: lines[1:],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, '{"half": '],
        lambda lines: [*lines[:2], json.dumps(json.loads(lines[2]) | {"extra": 1})],
    ],
    ids=["altered", "taken out", "beginning cut off", "swapped", "repeated", "half a line", "added to"],
)
def test_tampering_shows(log, tamper):
    write(log, ("promotion", "a"), ("promotion", "b"), ("promotion", "c"))
    log.path.write_text("\n".join(tamper(log.path.read_text().splitlines())) + "\n")
    with pytest.raises(PromotionLogError, match=r"was altered: got .* expected .* put the file back"):
        log.entries()
    with pytest.raises(PromotionLogError), log.locked():
        log.append(new_entry("promotion", "Ada", "more", None, MODELS["a"]))


def test_an_end_that_was_cut_off_shows_by_what_the_registry_remembers(log):
    entries = write(log, ("promotion", "a"), ("promotion", "b"))
    log.path.write_text(log.path.read_text().splitlines()[0] + "\n")
    assert len(log.entries()) == 1
    with pytest.raises(PromotionLogError, match="which the registry remembers"):
        log.entries(last_known=entries[1].sha256)
    log.path.unlink()
    with pytest.raises(PromotionLogError, match="got 0 entries"):
        log.entries(last_known=entries[1].sha256)


def test_champions_stand_behind_one_another_and_a_rollback_takes_one_away(log):
    entries = write(
        log, ("promotion", "a"), ("refusal", "c"), ("promotion", "b"), ("rollback", "a"), ("promotion", "c")
    )
    assert [model.number for model in champions(entries)] == ["0", "2"]


def test_failed_checks_are_kept(log):
    failed = (FailedCheck(check="coverage", got="0.7", expected="at least 0.80"),)
    entry = new_entry("refusal", "Ada", "try", None, MODELS["a"]).model_copy(update={"failed": failed})
    with log.locked():
        log.append(entry)
    assert log.entries()[0].failed == failed


def test_two_promotions_at_a_time_are_one_too_many(log):
    with (
        log.locked(),
        pytest.raises(PromotionLogError, match="in use by another"),
        PromotionLog(log.path).locked(),
    ):
        pass
    with log.locked():
        pass


def test_the_log_lies_beside_a_sqlite_store_and_must_be_named_for_a_server(tmp_path):
    log = PromotionLog.of_store(f"sqlite:///{tmp_path / 'runs.db'}")
    assert log.path == tmp_path / "promotions.jsonl"
    with pytest.raises(PromotionLogError, match="--log"):
        PromotionLog.of_store("http://tracking.example")
    assert PromotionLog.of_store("http://tracking.example", tmp_path / "log").path == tmp_path / "log"
