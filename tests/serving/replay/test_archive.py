"""The archive: whole bundles alone get in, and none leaves while a record refers to it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data.errors import BundleError
from models.bundle import bundle_version
from serving.replay.archive import BundleArchive, BundleInUseError, MissingBundleError, archive_of
from serving.store import Actor
from serving.store.chain import NewEntry
from serving.store.periods import close_period
from serving.store.retention import retain


def spoil(folder):
    file = folder / "metadata.json"
    file.write_bytes(file.read_bytes() + b" ")


def test_a_kept_bundle_lies_under_its_digest_whole_and_apart_from_the_original(archive, tiny, tmp_path):
    default = shutil.copytree(tiny.older, tmp_path / "default")
    version = bundle_version(default)

    kept = archive.keep(default)
    spoil(default)

    assert kept == archive.folder / version == archive.find(version)
    assert bundle_version(kept) == version
    assert [path.name for path in archive.folder.iterdir()] == [version]


def test_keeping_it_again_changes_nothing_and_mends_one_that_was_altered(archive, tiny):
    kept = archive.keep(tiny.older)
    before = {path.name: path.stat().st_ino for path in kept.iterdir()}
    archive.keep(tiny.older)
    assert {path.name: path.stat().st_ino for path in kept.iterdir()} == before

    spoil(kept)
    with pytest.raises(BundleError, match=r"metadata\.json was altered"):
        archive.find(kept.name)
    archive.keep(tiny.older)
    assert archive.find(kept.name) == kept
    assert [path.name for path in archive.folder.iterdir()] == [kept.name]


def test_a_bundle_that_is_not_whole_is_not_kept(archive, tiny, tmp_path):
    broken = shutil.copytree(tiny.older, tmp_path / "broken")
    spoil(broken)

    with pytest.raises(BundleError, match="was altered"):
        archive.keep(broken)
    assert not archive.folder.exists()


def test_a_disk_that_refuses_is_one_sentence(tiny, tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(BundleError, match=r"Cannot keep the bundle .*LEDGERPRINT_BUNDLES"):
        BundleArchive(tmp_path / "file" / "archive").keep(tiny.older)


def test_several_at_once_may_keep_the_same_bundle(archive, tiny):
    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda _: archive.keep(tiny.older), range(16)))

    assert kept == {archive.folder / bundle_version(tiny.older)}
    assert [path.name for path in archive.folder.iterdir()] == [bundle_version(tiny.older)]
    assert [one.fault for one in archive.kept()] == [""]


@pytest.mark.parametrize("version", ["", "..", "0123456789abcdef", "../../etc", "DEFAULT"])
def test_what_is_not_there_is_missing(archive, tiny, version):
    archive.keep(tiny.older)

    with pytest.raises(MissingBundleError, match="is not in the archive"):
        archive.find(version)


def test_the_list_says_which_are_whole(archive, tiny):
    spoil(archive.keep(tiny.older))
    archive.keep(tiny.newer)

    found = {one.version: one for one in archive.kept()}

    assert "was altered" in found[bundle_version(tiny.older)].fault
    assert found[bundle_version(tiny.newer)].fault == ""
    assert found[bundle_version(tiny.newer)].size_bytes > 1000


def test_a_bundle_that_estimates_of_any_tenant_refer_to_is_not_removed(
    archive, tiny, record, purchases, store
):
    record(tiny.older, purchases(3))
    record(tiny.older, purchases(4), actor=Actor.local("leeds"))
    archive.keep(tiny.newer)
    used, idle = bundle_version(tiny.older), bundle_version(tiny.newer)

    with pytest.raises(BundleInUseError, match="7 recorded estimates"):
        archive.remove(used, store)
    archive.remove(idle, store)

    assert [one.version for one in archive.kept()] == [used]
    assert [path.name for path in archive.folder.iterdir()] == [used]
    with pytest.raises(MissingBundleError):
        archive.remove(idle, store)


def test_neither_reduced_estimates_nor_restatements_let_it_go(archive, tiny, record, purchases, store):
    lines = purchases(2)
    record(tiny.older, lines)
    archive.keep(tiny.newer)
    newer = bundle_version(tiny.newer)
    days = lines["date"].dt.date
    with store.writing(Actor.local()) as writing:
        close_period(writing, "all", days.min(), days.max())
        retain(writing, days.max())
        line = NewEntry(kind="restatement", subject="e1", status="line", model_version=newer, payload={})
        writing.append([line])

    with pytest.raises(BundleInUseError, match="2 recorded estimates"):
        archive.remove(bundle_version(tiny.older), store)
    with pytest.raises(BundleInUseError, match="0 recorded estimates and 1 restated lines"):
        archive.remove(newer, store)


def test_an_archive_lies_beside_its_database_unless_another_folder_is_named(tmp_path):
    assert archive_of("sqlite:////var/lib/x.db").folder == Path("/var/lib/x.db.bundles")
    assert archive_of("sqlite:///x.db", tmp_path).folder == tmp_path
    of_server = archive_of("postgresql://user:secret@db.example/ledger").folder
    assert of_server.name == "db.example-ledger.bundles"
    assert of_server.parent.name == "ledgerprint"
