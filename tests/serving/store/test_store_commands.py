"""`ledgerprint keys` and `ledgerprint audit` as a user meets them."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from serving.store import Actor, AuditStore
from serving.store.chain import NewEntry
from serving.store.keys import authenticate

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(url, tmp_path):
    """Runs a command on the database."""

    def start(*arguments):
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, ROOT / "ledgerprint.py", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env={"LEDGERPRINT_DATABASE": url, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        )

    return start


def sentence(done):
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_key_is_made_shown_once_listed_and_revoked(run, url):
    made = run(
        "keys", "create", "--name", "SAP", "--scope", "estimate", "--scope", "review", "--tenant", "leeds"
    )
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    with AuditStore(url) as store:
        actor = authenticate(store, key)
    assert (actor.tenant, actor.scopes) == ("leeds", {"estimate", "review"})

    listed = run("keys", "list", "--tenant", "leeds").stdout
    assert actor.who in listed
    assert "SAP" in listed
    assert key.split("_")[2] not in listed

    assert run("keys", "revoke", actor.who, "--tenant", "leeds").returncode == 0
    assert "expected the public id of a key in use" in sentence(
        run("keys", "revoke", actor.who, "--tenant", "leeds")
    )


def test_what_cannot_be_done_is_one_sentence(run):
    assert "expected some of estimate, review, admin" in sentence(
        run("keys", "create", "--name", "SAP", "--scope", "everything")
    )
    assert "Got the tenant 'leeds'" in sentence(run("keys", "list", "--tenant", "leeds"))
    assert "expected sqlite:///FILE" in sentence(run("audit", "verify", "--database", "mysql://localhost/x"))
    assert "which cannot be read" in sentence(run("audit", "verify", "--head", "nothing.jsonl"))


def test_the_trail_is_verified_exported_reduced_and_tampering_ends_with_status_1(run, url, tmp_path):
    with AuditStore(url) as store, store.writing(Actor.local()) as writing:
        writing.append(NewEntry(kind="job", subject=f"j{n}", payload=n) for n in range(5))
        today = str(writing.at.date())
    heads = tmp_path / "heads.jsonl"
    heads.write_text(run("audit", "head").stdout)

    clean = run("audit", "verify", "--head", str(heads))
    assert (clean.returncode, clean.stdout) == (0, "5 entries of 1 tenants read, 0 findings.\n")
    exported = run(
        "audit", "export", "--from", today, "--to", today, "--format", "parquet", "-o", "trail.parquet"
    )
    assert exported.stdout == "Written: trail.parquet, 5 entries\n", exported.stderr
    assert pd.read_parquet(tmp_path / "trail.parquet")["subject"].tolist() == [f"j{n}" for n in range(5)]
    assert run("audit", "retain", "--before", today).returncode == 0

    with AuditStore(url) as store, store.engine.begin() as connection:
        drop = "DROP TRIGGER audit_entries_stay" + ("" if url.startswith("sqlite") else " ON audit_entries")
        fixed = "DROP TRIGGER audit_entries_fixed" + ("" if url.startswith("sqlite") else " ON audit_entries")
        connection.execute(text(drop))
        connection.execute(text(fixed))
        connection.execute(text("DELETE FROM audit_entries WHERE sequence = 5"))
        connection.execute(text("UPDATE audit_entries SET who = 'x' WHERE sequence = 2"))
        connection.execute(text("UPDATE audit_heads SET sequence = 4"))

    tampered = run("audit", "verify", "--head", str(heads))
    assert tampered.returncode == 1
    assert "changed: default 2: " in tampered.stdout
    assert "cut off: default 5: " in tampered.stdout


def test_help_is_shown_without_loading_a_database_or_a_model(run):
    done = run("audit", "--help")

    assert done.returncode == 0
    assert all(name in done.stdout for name in ("verify", "head", "export", "retain"))
