"""`estimate --record`, `replay`, `restate` and `bundles` as a user meets them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from models.bundle import bundle_version
from serving.store import Actor, AuditStore
from serving.store.estimate_search import EstimateFilter, each_estimate
from serving.store.keys import create_key
from serving.store.restatements import approved_restatements
from serving.store.verification import verify

ROOT = Path(__file__).resolve().parents[3]
LEDGER = """Item,Net Amount,Currency,Supplier,Country
desk,100,GBP,Acme,GB
copier paper 5 kg,20,GBP,Acme,GB
salary of March,1000,GBP,,GB
"""


@pytest.fixture
def run(tmp_path, database):
    """Runs a command on the database, in a folder of its own."""

    def start(*arguments, **environment):
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, ROOT / "ledgerprint.py", *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"LEDGERPRINT_DATABASE": database, "PYTHONPATH": str(ROOT), **environment},
        )

    return start


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER)
    return path


def sentence(done):
    assert done.returncode == 2, done.stderr + done.stdout
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_recorded_ledger_is_replayed_restated_and_approved(
    run, ledger, bundles, default, database, tmp_path
):
    suppliers = tmp_path / "suppliers.csv"
    suppliers.write_text("supplier,category\nAcme,337214\n")
    done = run(
        *("estimate", ledger, "-o", "out.csv", "--bundle", default, "--record", "--tenant", "leeds"),
        *("--suppliers", suppliers),
    )
    assert done.returncode == 0, done.stderr
    job = re.search(r"Recorded: 3 estimates as job '(ledger\.csv .*)' of leeds", done.stderr)[1]
    with AuditStore(database) as store, store.reading(Actor.local("leeds")) as reading:
        records = list(each_estimate(reading, EstimateFilter(job_id=job)))
    assert [one.content.received["Item"] for one in records] == [
        "desk",
        "copier paper 5 kg",
        "salary of March",
    ]
    assert records[0].content.note.startswith(" The line has no code of its own")
    written = pd.read_csv(tmp_path / "out.csv")
    assert [one.estimate_id for one in records] == list(written["estimate_id"])
    shutil.rmtree(default)

    done = run("replay", "--job", job, "--tenant", "leeds")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "3 estimates replayed: 3 equal, 0 different, 0 impossible.\n"
    listed = run("bundles", "list")
    assert f"{bundle_version(bundles.older)}" in listed.stdout
    assert "3 estimates, 0 restated lines  whole" in listed.stdout
    assert "3 recorded estimates" in sentence(run("bundles", "remove", bundle_version(bundles.older)))

    done = run(*("restate", "--bundle", bundles.newer, "--job", job, "-o", "diff.xlsx", "--tenant", "leeds"))
    assert done.returncode == 0, done.stderr
    diff = pd.read_excel(tmp_path / "diff.xlsx", engine="openpyxl")
    assert list(diff["description"]) == ["desk", "copier paper 5 kg", "salary of March"]
    assert diff["new_kg_co2e"].sum() - diff["old_kg_co2e"].sum() == pytest.approx(
        diff["difference_kg_co2e"].sum()
    )
    assert "difference: +" in done.stdout
    number = re.search(r"restatement (\d+),", done.stderr)[1]
    assert "two people sign off" in sentence(run("restate", "approve", number, "--tenant", "leeds"))
    with AuditStore(database) as store, store.writing(Actor.local("leeds")) as writing:
        key = create_key(writing, "Head of sustainability", ["review"])
    done = run("restate", "approve", number, LEDGERPRINT_KEY=key)
    assert f"Approved: restatement {number}, proposed by local" in done.stdout, done.stderr
    assert "approved by" in run("restate", "list", "--tenant", "leeds").stdout
    with AuditStore(database) as store:
        with store.reading(Actor.local("leeds")) as reading:
            assert len(approved_restatements(reading, records[0].estimate_id)) == 1
        assert verify(store).findings == []


def test_a_difference_leaves_with_status_1(run, record, tiny, purchases, archive, store):
    record(tiny.older, purchases(3))
    store.close()
    shutil.rmtree(archive.folder)

    done = run("replay", "--since", "2025-01-01")

    assert done.returncode == 1, done.stderr
    assert done.stdout.count("impossible: estimate") == 3
    assert "is not in the archive" in done.stdout
    assert "3 estimates replayed: 0 equal, 0 different, 3 impossible." in done.stdout
    done = run("bundles", "list")
    assert done.returncode == 1
    assert "it is not there" in done.stdout


def test_an_altered_record_leaves_with_status_1_and_shows_what_it_was(run, ledger, bundles, database):
    assert run("estimate", ledger, "-o", "out.csv", "--bundle", bundles.older, "--record").returncode == 0
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entries_payload"))
        connection.execute(
            text("UPDATE audit_entries SET payload = replace(payload, 'spend-based', 'hybrid')")
        )

    done = run("replay", "--since", "2025-01-01")

    assert done.returncode == 1, done.stderr
    assert "method: recorded hybrid, now spend-based" in done.stdout
    assert "the stored record was altered" in done.stdout
    assert run("audit", "verify").returncode == 1


def test_what_cannot_be_done_is_one_sentence(run, record, tiny, purchases, store):
    record(tiny.older, purchases(1))
    store.close()
    assert "name one" in sentence(run("replay"))
    assert "no recorded estimate that fits" in sentence(run("replay", "nothing"))
    assert "Got the tenant 'york'" in sentence(run("replay", "nothing", "--tenant", "york"))
    assert "name them" in sentence(run("restate", "--factor-set", "epa-v1.3"))
    assert "by nothing new" in sentence(run("restate", "--since", "2025-01-01", "-o", "x.csv"))
    assert "ending in" in sentence(run("restate", "--since", "2025-01-01", "-o", "x.doc"))
    assert "expected the number of one" in sentence(run("restate", "approve", "7"))
    assert "malformed" in sentence(run("restate", "approve", "7", LEDGERPRINT_KEY="lp_x"))
    assert "is not in the archive" in sentence(run("bundles", "remove", "0123"))


def test_a_database_that_cannot_be_used_is_refused_before_anything_is_estimated(run, ledger, tmp_path):
    done = run("estimate", ledger, "-o", "out.csv", "--record", "--database", "mysql://localhost/x")

    assert "expected sqlite:///FILE" in sentence(done)
    assert not (tmp_path / "out.csv").exists()
