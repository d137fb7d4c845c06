"""Jobs on the command line, with the shipped model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def ledgerprint(tmp_path):
    """Runs the command line in a folder of its own: ``ledgerprint("jobs", "list")``."""

    def run(*arguments, **said):
        settings = {"LEDGERPRINT_DATABASE": f"sqlite:///{tmp_path / 'store.db'}", "PYTHONPATH": str(ROOT)}
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, ROOT / "ledgerprint.py", *arguments],
            cwd=tmp_path,
            env=os.environ | settings | said,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_job_gives_the_same_file_as_an_estimate_of_the_ledger(ledgerprint, examples, tmp_path):
    ledger = examples / "hospital.csv"
    handed_in = ledgerprint("jobs", "submit", ledger, "--country", "GB")
    job_id = handed_in.stdout.strip()
    assert "waiting" in ledgerprint("jobs", "list").stdout

    done = ledgerprint("jobs", "run", "--until-idle")

    assert (done.returncode, done.stdout) == (0, "")
    assert ledgerprint("jobs", "result", job_id, "-o", "job.csv").returncode == 0
    assert ledgerprint("estimate", ledger, "--country", "GB", "-o", "estimate.csv").returncode == 0
    assert (tmp_path / "job.csv").read_bytes() == (tmp_path / "estimate.csv").read_bytes()
    shown = ledgerprint("jobs", "show", job_id).stdout
    assert shown.startswith("hospital.csv: finished, 204 of 204 lines\n")
    assert ledgerprint("audit", "verify").stdout.endswith("tenants read, 0 findings.\n")


def test_a_cancelled_job_is_shown_as_such_and_has_no_result(ledgerprint, examples):
    job_id = ledgerprint("jobs", "submit", examples / "council.csv").stdout.strip()

    assert ledgerprint("jobs", "cancel", job_id).stdout == f"Cancelled: {job_id}\n"

    assert ledgerprint("jobs", "show", job_id).stdout.startswith("council.csv: cancelled, 0 of ? lines\n")
    refused = ledgerprint("jobs", "result", job_id)
    assert refused.returncode == 2
    assert "which is cancelled, expected a finished one" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "nothing"), "Got the tenant 'default', expected one of none so far"),
        (("webhook-secret",), "set LEDGERPRINT_JOBS_WEBHOOK_SECRET"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(ledgerprint, arguments, words):
    refused = ledgerprint("jobs", *arguments)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_setting_that_cannot_be_used_is_named_without_its_secret(ledgerprint):
    refused = ledgerprint("jobs", "webhook-secret", LEDGERPRINT_JOBS_WEBHOOK_SECRET="hush")  # noqa: S106
    assert refused.returncode == 2
    assert "LEDGERPRINT_JOBS_WEBHOOK_SECRET" in refused.stderr
    assert "hush" not in refused.stderr
