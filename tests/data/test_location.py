import dataclasses
import os
import re
from pathlib import Path

import pytest

import data.catalogue
import data.location
from data import fetch, files, locate
from data.errors import AlteredDataError, MissingDataError
from data.settings import DataSettings

NAME = "factors/tiny.csv"
CONTENT = b"code,value\n1,2.5\n"


def put(folder: Path, content: bytes = CONTENT) -> Path:
    path = folder / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def allowed(places: DataSettings) -> DataSettings:
    return places.model_copy(update={"download": True})


def test_the_folder_of_the_user_comes_before_the_one_beside_the_checkout_and_that_before_the_cache(places):
    cached = put(places.cache)
    assert locate(NAME, places) == cached
    beside = put(data.location.BESIDE_CHECKOUT)
    assert locate(NAME, places) == beside
    package = put(places.data)
    assert locate(NAME, places) == package


def test_a_missing_file_is_reported_with_its_source_every_place_and_three_remedies(places, upstream):
    with pytest.raises(MissingDataError) as caught:
        locate(NAME, places)
    message = str(caught.value)
    for part in (
        "Tiny table",
        str(places.data),
        str(places.cache),
        "LEDGERPRINT_DATA",
        f"ledgerprint data fetch {NAME}",
        "LEDGERPRINT_DOWNLOAD=1",
    ):
        assert part in message
    assert upstream.requests == []


def test_an_altered_file_is_refused_even_where_a_later_place_has_a_good_one(places, entry):
    altered = put(places.data, CONTENT.replace(b"2.5", b"9.5"))
    put(places.cache)
    with pytest.raises(
        AlteredDataError, match=re.escape(str(altered)) + f".*expected 17 bytes.*{entry.sha256}"
    ):
        locate(NAME, places)


def test_a_truncated_file_is_refused(places):
    put(places.data, CONTENT[:-3])
    with pytest.raises(AlteredDataError, match="has 14 bytes"):
        locate(NAME, places)


def test_a_file_that_changes_after_it_was_verified_is_verified_again(places):
    path = put(places.data)
    locate(NAME, places)
    path.write_bytes(CONTENT.replace(b"2.5", b"9.5"))
    os.utime(path, ns=(1, 1))
    with pytest.raises(AlteredDataError):
        locate(NAME, places)


def test_a_download_that_is_allowed_lands_in_the_cache_and_happens_once(places, upstream):
    first = locate(NAME, allowed(places))
    assert first == places.cache / NAME
    assert first.read_bytes() == CONTENT
    assert locate(NAME, allowed(places)) == first
    assert upstream.requests == [f"/nobody/tables/{'0' * 40}/a%20folder/tiny.csv"]


def test_fetch_downloads_without_being_allowed_by_a_setting(places):
    assert fetch(NAME, places).read_bytes() == CONTENT


@pytest.mark.parametrize("body", [CONTENT[:-3], CONTENT.replace(b"2.5", b"9.5"), b"", 9 * CONTENT])
def test_a_download_of_other_bytes_is_refused_and_leaves_nothing_behind(places, upstream, body):
    upstream.body = body
    with pytest.raises(AlteredDataError, match="has other bytes than the expected 17"):
        fetch(NAME, places)
    assert [path for path in places.cache.rglob("*") if path.is_file()] == []


def test_a_connection_that_breaks_off_is_reported_and_leaves_nothing_behind(places, upstream):
    upstream.claimed_length = 4 * len(CONTENT)
    with pytest.raises(MissingDataError, match="could not be downloaded"):
        fetch(NAME, places)
    assert [path for path in places.cache.rglob("*") if path.is_file()] == []


def test_a_file_that_upstream_no_longer_has_is_reported_with_its_address(places, upstream):
    upstream.status = 404
    with pytest.raises(MissingDataError, match=r"404 .*a%20folder/tiny\.csv"):
        fetch(NAME, places)
    assert [path for path in places.cache.rglob("*") if path.is_file()] == []


def test_a_server_that_is_not_there_is_reported(places):
    nowhere = DataSettings(cache=places.cache, download_base="http://127.0.0.1:1")
    with pytest.raises(MissingDataError, match="LEDGERPRINT_DATA"):
        fetch(NAME, nowhere)


def test_a_folder_that_cannot_be_written_is_reported(places):
    places.cache.parent.mkdir(exist_ok=True)
    places.cache.write_text("a file where the folder should be")
    with pytest.raises(MissingDataError, match="could not be kept in"):
        fetch(NAME, places)


DERIVED = {"identical_to_upstream": False, "how": "sorted by hand"}


def test_a_derived_file_is_not_downloaded_and_the_message_says_how_it_was_made(
    places, entry, upstream, monkeypatch
):
    derived = dataclasses.replace(entry, **DERIVED)
    monkeypatch.setattr(data.catalogue, "files", lambda: {NAME: derived})
    with pytest.raises(MissingDataError, match=r"it is derived \(sorted by hand\).*LEDGERPRINT_DATA"):
        locate(NAME, allowed(places))
    assert upstream.requests == []


def test_a_file_whose_hold_out_was_removed_is_not_downloaded_and_the_message_says_so(
    places, entry, upstream, monkeypatch
):
    held_out = dataclasses.replace(entry, **DERIVED, holdout_removed=True)
    monkeypatch.setattr(data.catalogue, "files", lambda: {NAME: held_out})
    with pytest.raises(MissingDataError, match="hold-out was removed, upstream still has it"):
        locate(NAME, allowed(places))
    assert upstream.requests == []


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("LEDGERPRINT_DATA", str(tmp_path))
    monkeypatch.setenv("LEDGERPRINT_DOWNLOAD", "1")
    monkeypatch.setenv("LEDGERPRINT_CACHE", str(tmp_path / "cache"))
    settings = DataSettings()
    assert (settings.data, settings.download, settings.cache) == (tmp_path, True, tmp_path / "cache")


def test_nothing_is_downloaded_unless_the_environment_says_so(monkeypatch):
    monkeypatch.delenv("LEDGERPRINT_DOWNLOAD", raising=False)
    assert DataSettings().download is False


@pytest.mark.data_package
@pytest.mark.parametrize("name", files())
def test_every_file_of_the_package_is_as_the_catalogue_describes_it(name, data_dir):
    assert locate(name, DataSettings(data=data_dir)) == data_dir / name
