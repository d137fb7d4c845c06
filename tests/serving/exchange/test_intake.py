"""Exchanged footprints become figures that new estimates take, where and when they are for the line."""

import json

import pytest
from typer.testing import CliRunner

from ledgerprint import app
from serving.exchange.intake import take_in
from serving.store import Actor, AuditStore
from serving.store.errors import ScopeError
from serving.store.supplier_figures import GoodsOfSupplier, figure_history

GOODS = GoodsOfSupplier(gtin="4006381333931")


@pytest.fixture
def taken(store):
    def take(*documents):
        with store.writing(Actor.local()) as writing:
            return list(take_in(writing, documents))

    return take


def versions(store):
    with store.reading(Actor.local()) as reading:
        return figure_history(reading, GOODS)


def test_a_footprint_is_declared_once_and_a_newer_one_is_a_new_version(taken, store, pact_3):
    newer = pact_3 | {"validityPeriodStart": "2026-01-01T00:00:00Z"}

    outcomes = [one.outcome for one in taken(pact_3, pact_3, newer, pact_3)]

    assert outcomes == ["declared", "unchanged", "declared", "older"]
    assert [version.version for version in versions(store)] == [2, 1]


def test_a_broken_footprint_costs_the_others_nothing(taken, pact_3):
    first, second, third = taken({"id": "x", "specVersion": "3.0.0"}, 7, pact_3)

    assert (first.outcome, first.footprint) == ("refused", "x")
    assert (second.outcome, second.footprint) == ("refused", "number 2")
    assert third.outcome == "declared"
    assert third.detail.startswith("2.5 kg CO2e per kg, valid from 2025-01-01 to 2026-12-31.")


def test_whoever_may_not_review_declares_nothing(store, pact_3):
    reader = Actor("default", "k", frozenset({"estimate"}))

    with pytest.raises(ScopeError), store.writing(reader) as writing:
        list(take_in(writing, [pact_3]))


def test_files_are_loaded_by_a_command(tmp_path, pact_3):
    file, database = tmp_path / "answer.json", f"sqlite:///{tmp_path / 'store.db'}"
    file.write_text(json.dumps({"data": [pact_3, pact_3 | {"status": "Deprecated"}]}), "utf-8")

    done = CliRunner().invoke(app, ["footprints", "load", str(file), "--database", database])

    assert done.exit_code == 1
    assert "declared: f4b1225a-bd44-4c8e-861d-079e4e1dfd69 gtin:04006381333931" in done.output
    assert "refused: f4b1225a-bd44-4c8e-861d-079e4e1dfd69" in done.output
    with AuditStore(database) as store:
        assert len(versions(store)) == 1
