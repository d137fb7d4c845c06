"""Settings document themselves."""

from typer.testing import CliRunner

from ledgerprint import app
from tests.conftest import ROOT

GUIDE = ROOT / "docs" / "operations.md"


def test_the_guide_has_the_table_that_the_command_prints(monkeypatch):
    # defaults follow the user's folders and nothing else of the environment
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    printed = CliRunner().invoke(app, ["settings"]).output

    assert f"<!-- settings -->\n{printed}<!-- /settings -->" in GUIDE.read_text(), (
        "print the table with `ledgerprint settings` and put it into docs/operations.md"
    )


def test_no_setting_is_without_a_meaning():
    printed = CliRunner().invoke(app, ["settings"]).output.splitlines()[2:]

    assert all(line.rstrip("| ").count("|") == 3 for line in printed)
