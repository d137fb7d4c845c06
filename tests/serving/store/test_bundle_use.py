"""Which bundles are in use: counted over all tenants, while nobody records."""

import threading

from models.footprint import EstimateOptions
from serving.store import Actor, AuditStore
from serving.store.bundle_use import BundleUse, chains_held, records_by_bundle
from serving.store.chain import NewEntry
from serving.store.estimate_search import EstimateFilter, model_versions
from serving.store.estimates import record_estimates

LOCAL, LEEDS = Actor.local(), Actor.local("leeds")


def record(store, estimated, count, version, actor=LOCAL, job="a"):
    lines = estimated.lines.head(count)
    estimates = estimated.estimates.head(count).assign(model_version=version)
    with store.writing(actor) as writing:
        record_estimates(writing, ["x"] * count, lines, estimates, EstimateOptions(), job)


def test_estimates_and_restated_lines_are_counted_by_their_bundle(store, estimated):
    record(store, estimated, 3, "m1")
    record(store, estimated, 2, "m1", LEEDS)
    record(store, estimated, 1, "m2", LEEDS)
    with store.writing(LOCAL) as writing:
        line = NewEntry(kind="restatement", subject="e1", status="line", model_version="m3", payload={})
        writing.append([line, NewEntry(kind="restatement", subject="restatement-4", payload={})])

    with store.whole() as connection:
        use = records_by_bundle(connection)

    assert use == {"m1": BundleUse(5, 0), "m2": BundleUse(1, 0), "m3": BundleUse(0, 1)}


def test_nothing_is_recorded_while_the_chains_are_held(store, estimated, url):
    record(store, estimated, 1, "m1")
    done = threading.Event()

    def write():
        with AuditStore(url) as other:
            record(other, estimated, 1, "m2")
        done.set()

    with chains_held(store) as connection:
        writer = threading.Thread(target=write)
        writer.start()
        waited = not done.wait(0.5)
        use = records_by_bundle(connection)
    writer.join(30)

    assert waited
    assert set(use) == {"m1"}
    assert done.is_set()


def test_the_bundles_of_a_search_are_named(store, estimated):
    record(store, estimated, 2, "m2")
    record(store, estimated, 2, "m1", job="b")
    record(store, estimated, 2, "m3", LEEDS)

    with store.reading(LOCAL) as reading:
        assert model_versions(reading, EstimateFilter()) == ["m1", "m2"]
        assert model_versions(reading, EstimateFilter(job_id="a")) == ["m2"]
        assert model_versions(reading, EstimateFilter(job_id="c")) == []
