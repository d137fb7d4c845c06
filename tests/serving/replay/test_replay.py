"""Replay: what a bundle estimated once it estimates again, to the last digit, or the difference is told."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import create_engine, text

import serving.replay.past_lines
import serving.replay.replay
from features.line_items import line_items
from features.money import MoneyOptions
from models.bundle import bundle_version, load_bundle, save_bundle
from models.footprint import EstimateOptions
from models.persistence import load_model
from serving.replay.past_lines import BATCH
from serving.replay.replay import ReplayCount, replay
from serving.store import Actor
from serving.store.canonical import canonical_json
from serving.store.estimate_search import EstimateFilter
from serving.store.estimates import record_estimates
from serving.store.making import current_making
from serving.store.periods import close_period
from serving.store.retention import retain
from serving.store.verification import verify
from training.installation import staged_bundle

LOCAL = Actor.local()


@pytest.fixture
def replayed(store, archive, load):
    """Replays, and gives all that came of it."""

    def run(loads=load, **wanted):
        with store.reading(LOCAL) as reading:
            return list(replay(reading, EstimateFilter(**wanted), archive, loads))

    return run


@pytest.fixture
def tamper(store, database):
    """Changes a stored row behind the store's back, as somebody with the file can."""

    def run(statement, **values):
        store.close()
        engine = create_engine(database)
        with engine.begin() as connection:
            for trigger in ("audit_entries_fixed", "audit_entries_payload"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
            connection.execute(text(statement), values)
        engine.dispose()

    return run


def outcomes(found):
    return {outcome: sum(one.outcome == outcome for one in found) for outcome in {o.outcome for o in found}}


def payload_of(store, sequence):
    with store.whole() as connection:
        found = connection.scalar(
            text("SELECT payload FROM audit_entries WHERE sequence = :at"), {"at": sequence}
        )
    return json.loads(found)


def test_estimates_of_two_bundles_are_equal_after_the_default_was_exchanged(
    record, replayed, bundles, default, purchases
):
    first = record(default, purchases(25))
    with staged_bundle(bundles.newer, default) as promote:
        promote()
    second = record(default, purchases(25))
    shutil.rmtree(default)

    found = replayed(loads=load_model)

    assert (first["kg_co2e"] != second["kg_co2e"]).any()
    assert {one.model_version for one in found} == {
        bundle_version(bundles.older),
        bundle_version(bundles.newer),
    }
    assert outcomes(found) == {"equal": 50}, [one for one in found if one.outcome != "equal"][:3]


def test_lines_made_again_in_other_company_are_equal(record, replayed, bundles, purchases, monkeypatch):
    lines = purchases(90)
    for start in range(0, 90, 30):
        part = lines.iloc[start : start + 30].reset_index(drop=True)
        record(bundles.older, line_items(part.drop(columns="line_id")), job=f"job {start}")
    record(bundles.older, lines.head(10), EstimateOptions("epa-v1.3", MoneyOptions(True, 0.2), True), "z")

    monkeypatch.setattr(serving.replay.past_lines, "BATCH", 37)
    assert outcomes(replayed()) == {"equal": 100}
    monkeypatch.setattr(serving.replay.past_lines, "BATCH", 7)
    assert outcomes(replayed(job_id="job 60")) == {"equal": 30}


def test_three_thousand_lines_of_several_calls_are_replayed_in_batches(
    record, replayed, tiny, purchases, load
):
    sizes = []

    class Counts:
        def __init__(self, folder):
            self.model = load(folder)
            self.version = self.model.version

        def predict(self, lines, options=None):
            sizes.append(len(lines))
            return self.model.predict(lines, options)

    for number in range(10):
        options = EstimateOptions() if number % 2 else EstimateOptions("epa-v1.3", MoneyOptions(True, 0.2))
        record(tiny.older, purchases(300, seed=number), options, f"job {number}")

    found = replayed(Counts)

    assert outcomes(found) == {"equal": 3000}
    assert sorted(one.sequence for one in found) == list(range(1, 3001))
    assert sorted(sizes) == [500, 500, BATCH, BATCH]


def test_lines_of_many_options_wait_in_bounded_memory(record, replayed, tiny, purchases, monkeypatch):
    monkeypatch.setattr(serving.replay.past_lines, "BATCH", 20)
    monkeypatch.setattr(serving.replay.past_lines, "_WAITING", 40)
    lines = purchases(50)
    for number in range(50):
        options = EstimateOptions(money=MoneyOptions(True, number / 100))
        record(tiny.older, lines.iloc[[number]].reset_index(drop=True), options)

    assert outcomes(replayed()) == {"equal": 50}


def test_a_line_is_found_by_its_id_its_job_and_its_date(record, replayed, tiny, purchases, clock):
    estimates = record(tiny.older, purchases(3), job="a")
    record(tiny.older, purchases(5, seed=1), job="b")
    later = clock.now + timedelta(seconds=0.5)
    record(tiny.older, purchases(7, seed=2), job="c")

    wanted = str(estimates["estimate_id"].iloc[1])
    assert [one.sequence for one in replayed(estimate_id=wanted)] == [2]
    assert len(replayed(job_id="b")) == 5
    assert len(replayed(since=later)) == 7


def test_what_was_added_to_an_explanation_is_compared(store, replayed, archive, load, tiny):
    lines = line_items(pd.DataFrame([{"description": "desk", "amount": 5.0, "currency": "GBP"}]))
    estimates = load(archive.keep(tiny.older)).predict(lines)
    said = estimates.assign(explanation=estimates["explanation"] + " Its supplier's code.")
    for note in (" Its supplier's code.", ""):
        with store.writing(LOCAL) as writing:
            record_estimates(writing, ["desk"], lines, said, EstimateOptions(), "", [note])

    with_note, without = replayed()

    assert with_note.outcome == "equal"
    assert [one.column for one in without.differences] == ["explanation"]


def test_a_changed_byte_of_a_bundle_is_found_and_named(record, replayed, archive, tiny, purchases):
    record(tiny.older, purchases(4))
    version = bundle_version(tiny.older)
    file = archive.folder / version / "factors.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])

    found = replayed()

    assert outcomes(found) == {"impossible": 4}
    assert "factors.parquet was altered" in found[0].cause


def test_a_bundle_that_was_exchanged_for_another_whole_one_is_found(
    record, replayed, archive, tiny, purchases
):
    record(tiny.older, purchases(4))
    folder = archive.folder / bundle_version(tiny.older)
    shutil.rmtree(folder)
    shutil.copytree(tiny.newer, folder)

    (cause,) = {one.cause for one in replayed()}

    assert f"holds bundle {bundle_version(tiny.newer)} under" in cause


def test_a_missing_bundle_is_told_and_the_estimates_of_others_are_replayed(
    record, replayed, archive, tiny, purchases
):
    record(tiny.older, purchases(4))
    record(tiny.newer, purchases(4))
    shutil.rmtree(archive.folder / bundle_version(tiny.older))

    found = replayed()

    assert outcomes(found) == {"impossible": 4, "equal": 4}
    assert "is not in the archive" in next(one.cause for one in found if one.outcome == "impossible")


def test_a_bundle_of_another_encoder_is_the_cause(store, record, replayed, archive, bundles, tmp_path):
    bundle = load_bundle(bundles.older)
    encoder = {**bundle.metadata["encoder"], "weights_sha256": "0" * 64}
    version = save_bundle(
        replace(bundle, metadata={**bundle.metadata, "encoder": encoder}), tmp_path / "other"
    )
    archive.keep(tmp_path / "other")
    lines = line_items(pd.DataFrame([{"description": "desk", "amount": 5.0, "currency": "GBP"}]))
    estimates = record(bundles.older, lines).assign(model_version=version)
    with store.writing(LOCAL) as writing:
        record_estimates(writing, ["desk"], lines, estimates, EstimateOptions())

    (found,) = replayed(load_model, model_version=version)

    assert found.outcome == "impossible"
    assert "encoder of SHA-256 000000000000" in found.cause


def test_an_altered_figure_is_different_here_and_tampered_with_in_the_audit(
    record, replayed, tiny, purchases, tamper, store
):
    estimates = record(tiny.older, purchases(30))
    row = int(np.flatnonzero(estimates["kg_co2e"].notna())[0])
    payload = payload_of(store, row + 1)
    payload["estimate"]["kg_co2e"] /= 2
    tamper(
        "UPDATE audit_entries SET payload = :payload WHERE sequence = :at",
        payload=canonical_json(payload),
        at=row + 1,
    )

    found = {one.sequence: one for one in replayed()}

    assert outcomes(found.values()) == {"equal": 29, "different": 1}
    assert "altered since it was written" in found[row + 1].cause
    (difference,) = found[row + 1].differences
    assert difference.column == "kg_co2e"
    assert difference.relative == pytest.approx(1.0)
    assert [(one.sequence, one.fault) for one in verify(store).findings] == [(row + 1, "changed")]


@pytest.mark.parametrize("payload", ["{", "null", "{}", '{"estimate":{}}', "[]"])
def test_a_row_that_cannot_be_read_any_more_is_different_and_spares_the_others(
    record, replayed, tiny, purchases, tamper, payload
):
    record(tiny.older, purchases(3))
    tamper("UPDATE audit_entries SET payload = :payload WHERE sequence = 2", payload=payload)

    found = {one.sequence: one for one in replayed()}

    assert found[2].outcome == "different"
    assert "altered since it was written" in found[2].cause
    assert found[1].outcome == found[3].outcome == "equal"


def test_a_line_altered_to_nonsense_is_told_and_spares_the_others(
    record, replayed, tiny, purchases, tamper, store
):
    record(tiny.older, purchases(3))
    payload = payload_of(store, 2)
    payload["line"]["currency"] = "pounds"
    tamper("UPDATE audit_entries SET payload = :payload WHERE sequence = 2", payload=canonical_json(payload))

    found = {one.sequence: one for one in replayed()}

    assert "altered since it was written" in found[2].cause
    assert found[2].outcome == "impossible"
    assert found[1].outcome == found[3].outcome == "equal"


def test_other_libraries_and_another_code_are_named_as_the_cause_of_a_difference(
    record, replayed, tiny, purchases, monkeypatch, load
):
    record(tiny.older, purchases(20))
    now = current_making()
    newer = replace(now, code="0123456789abcdef", libraries={**now.libraries, "numpy": "99.0"})
    monkeypatch.setattr(serving.replay.replay, "current_making", lambda: newer)

    class RoundsOtherwise:
        def __init__(self, folder):
            self.model = load(folder)
            self.version = self.model.version

        def predict(self, lines, options=None):
            out = self.model.predict(lines, options)
            return out.assign(kg_co2e=np.nextafter(out["kg_co2e"], np.inf))

    found = replayed(RoundsOtherwise)

    different = [one for one in found if one.outcome == "different"]
    assert different
    assert {one.cause for one in different} == {
        f"code {now.code} then, 0123456789abcdef now; numpy {now.libraries['numpy']} then, 99.0 now"
    }
    assert {one.column for each in different for one in each.differences} == {"kg_co2e"}
    assert all(0 < one.differences[0].relative < 1e-15 for one in different)
    assert outcomes(replayed(load)) == {"equal": 20}


def test_what_retention_reduced_cannot_be_replayed_and_says_so(record, replayed, tiny, purchases, store):
    lines = purchases(10)
    record(tiny.older, lines)
    days = lines["date"].dt.date
    with store.writing(LOCAL) as writing:
        close_period(writing, "all", days.min(), days.max())
        retain(writing, sorted(days)[5])

    found = replayed()

    count = ReplayCount()
    for one in found:
        count.take(one)
    assert count.outcomes["reduced"] > 0
    assert count.outcomes["equal"] == 10 - count.outcomes["reduced"] > 0
    assert {one.cause for one in found if one.outcome == "reduced"} == {
        "retention has reduced its content to its hash: it cannot be replayed"
    }
    assert count.confirmed


def test_nothing_is_confirmed_where_nothing_came_out_equal(record, replayed, archive, tiny, purchases):
    record(tiny.older, purchases(2))
    shutil.rmtree(archive.folder)

    count = ReplayCount()
    for one in replayed():
        count.take(one)

    assert not count.confirmed
    assert not ReplayCount().confirmed
