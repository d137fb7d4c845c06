import dataclasses
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import data.catalogue
import data.commands
from data import files
from data.commands import app
from data.errors import MissingDataError, UnknownSourceError

NAME = "factors/tiny.csv"


@pytest.fixture
def shell(monkeypatch, places):
    """Run a command with the three places in its environment and the tiny file as its catalogue."""
    monkeypatch.setenv("LEDGERPRINT_DATA", str(places.data))
    monkeypatch.setenv("LEDGERPRINT_CACHE", str(places.cache))
    monkeypatch.setenv("LEDGERPRINT_DOWNLOAD_BASE", str(places.download_base))
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_list_shows_name_source_licence_and_that_a_missing_file_can_be_fetched(shell):
    output = shell("list").output
    for part in ("tiny.csv", "Tiny table", "CC0-1.0", "missing"):
        assert part in output


def test_list_as_json_carries_digest_terms_and_place(shell, places):
    (before,) = json.loads(shell("list", "--json").output)
    assert (before["found"], before["downloadable"]) == (None, True)
    assert shell("fetch", NAME).exit_code == 0
    (after,) = json.loads(shell("list", "--json").output)
    assert after["found"] == str(places.cache / NAME)
    assert after["source"]["licence"] == "CC0-1.0"
    assert len(after["sha256"]) == 64


def test_verify_leaves_with_1_and_names_each_missing_or_altered_file_and_with_0_when_all_is_well(
    shell, places
):
    missing = shell("verify")
    assert (missing.exit_code, "0 of 1 files" in missing.output) == (1, True)
    assert "factors/tiny.csv (Tiny table, Nobody) was looked for" in missing.output
    path = places.cache / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else")
    altered = shell("verify")
    assert (altered.exit_code, "has 14 bytes" in altered.output) == (1, True)
    path.unlink()
    shell("fetch")
    assert shell("verify").exit_code == 0


def test_verify_downloads_nothing_even_where_downloads_are_allowed(shell, monkeypatch, upstream):
    monkeypatch.setenv("LEDGERPRINT_DOWNLOAD", "1")
    assert shell("verify").exit_code == 1
    assert upstream.requests == []


def test_fetch_without_a_name_gets_what_lies_nowhere_and_then_has_nothing_left_to_do(shell, upstream):
    assert "tiny.csv" in shell("fetch").output
    assert "Nothing to fetch" in shell("fetch").output
    assert len(upstream.requests) == 1


def test_a_share_alike_file_is_fetched_only_by_name_and_may_be_missing(shell, monkeypatch, entry, upstream):
    inherited = dataclasses.replace(entry, source=dataclasses.replace(entry.source, share_alike=True))
    for module in (data.catalogue, data.commands):
        monkeypatch.setattr(module, "files", lambda: {NAME: inherited})
    assert shell("verify").exit_code == 0
    assert "Nothing to fetch" in shell("fetch").output
    assert upstream.requests == []
    assert shell("fetch", NAME).exit_code == 0
    assert len(upstream.requests) == 1


def test_fetch_hands_an_error_on_to_the_command_line(shell, upstream):
    upstream.status = 500
    assert isinstance(shell("fetch", NAME).exception, MissingDataError)


def test_fetch_reports_a_misspelt_name_before_it_downloads_anything(shell, upstream):
    assert isinstance(shell("fetch", NAME, "factors/tinny.csv").exception, UnknownSourceError)
    assert upstream.requests == []


@pytest.mark.data_package
def test_verify_finds_the_whole_package_intact(monkeypatch, data_dir):
    monkeypatch.setenv("LEDGERPRINT_DATA", str(data_dir))
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 0
    assert f"{len(files())} of {len(files())} files" in result.output


def test_asking_for_help_imports_neither_pandas_nor_torch():
    heavy = "('pandas', 'pandera', 'torch', 'lightgbm')"
    script = f"import sys, data.commands; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert result.stdout.strip() == "[]"
