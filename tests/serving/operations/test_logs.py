"""What a line of the log looks like, and what never stands in one."""

import json
import logging

import pytest

from serving.operations.logs import JsonLines, TextLines
from serving.operations.redaction import redactor
from serving.operations.settings import operations_settings
from serving.settings import SettingsError


def _record(message, name="serving.somewhere", **extra):
    record = logging.LogRecord(name, logging.INFO, "file.py", 1, message, (), None)
    record.__dict__.update(extra)
    return record


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"lp_0123456789abcdef_{'f' * 64}", "lp_***"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
        ("postgresql://trust:s3cret@db:5432/lp", "postgresql://trust:***@db:5432/lp"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"),
        ("the word swordfish", "the word ***"),
        ("sqlite:////srv/store.db", "sqlite:////srv/store.db"),
    ],
)
def test_secrets_are_hidden_by_their_form_or_by_name(said, shown):
    assert redactor(["swordfish"])(said) == shown


def test_secrets_of_the_environment_are_hidden_wherever_they_turn_up(monkeypatch):
    monkeypatch.setenv("LEDGERPRINT_JOBS_WEBHOOK_SECRET", "correct horse battery")
    monkeypatch.setenv("LEDGERPRINT_DATABASE", "postgresql://me:tr0ub4dor@db/lp")

    line = JsonLines().format(_record("said", detail="correct horse battery and tr0ub4dor"))

    assert json.loads(line)["detail"] == "*** and ***"


def test_other_programs_messages_end_with_their_first_line():
    line = JsonLines().format(_record("Task exception was never retrieved\nValueError: wigs", name="asyncio"))

    assert json.loads(line)["event"] == "Task exception was never retrieved"


def test_a_person_at_a_terminal_reads_facts_beside_the_event():
    assert (
        TextLines().format(_record("model loaded", seconds=3.2)).endswith("INFO    model loaded seconds=3.2")
    )


def test_logs_are_json_unless_somebody_looks_on(monkeypatch):
    monkeypatch.delenv("LEDGERPRINT_LOG_FORMAT", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert not operations_settings().json_lines

    monkeypatch.setenv("LEDGERPRINT_LOG_FORMAT", "json")
    assert operations_settings().json_lines


def test_a_setting_that_cannot_be_used_is_named(monkeypatch):
    monkeypatch.setenv("LEDGERPRINT_LOG_LEVEL", "loud")

    with pytest.raises(SettingsError, match="LEDGERPRINT_LOG_LEVEL=loud, expected 'debug'"):
        operations_settings()
