"""`periods` and `reviews` as a user meets them, on both databases."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import ledgerprint
from features.line_items import line_items
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions
from serving.store import Actor, AuditStore
from serving.store.estimates import record_estimates
from serving.store.keys import create_key
from serving.store.reviews import Correction, approve_review, review_estimate
from training.user_labels import read_user_labels


@pytest.fixture
def run(tmp_path, url, monkeypatch, capsys):
    """Runs a command on the database, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEDGERPRINT_DATABASE", url)

    def start(*arguments, **environment):
        monkeypatch.setattr(sys, "argv", ["ledgerprint", *arguments])
        with monkeypatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                ledgerprint.main()
        said = capsys.readouterr()
        return SimpleNamespace(returncode=left.value.code, stdout=said.out, stderr=said.err)

    return start


@pytest.fixture
def keys(url):
    """Keys of an administrator and of somebody who may only estimate."""
    with AuditStore(url) as store, store.writing(Actor.local()) as writing:
        return create_key(writing, "admin", ["admin", "review"]), create_key(writing, "clerk", ["estimate"])


@pytest.fixture
def reviewed(url):
    """Two estimates: one corrected and approved, one excluded and not approved yet."""
    lines = line_items(pd.DataFrame({"description": ["Beaker", "Deposit"], "supplier": ["Acme", ""]}))
    row = dict.fromkeys(ESTIMATE_FIELDS, "") | {"status": "estimated", "contributions": "{}"}
    row |= {column: np.nan for column, of in Estimates.to_schema().columns.items() if of.nullable}
    estimates = Estimates.validate(pd.DataFrame([row | {"estimate_id": name} for name in ("e1", "e2")]))
    glass = Correction(category_code="327212", category_scheme="NAICS 2017")
    with AuditStore(url) as store, store.writing(Actor.local()) as writing:
        record_estimates(writing, [{}, {}], lines, estimates, EstimateOptions())
    with AuditStore(url) as store:
        with store.writing(Actor("default", "anna", frozenset({"review"}))) as writing:
            number = review_estimate(writing, "e1", glass, "Glass.", "sheet.pdf").sequence
            review_estimate(writing, "e2", Correction(excluded=True), "A deposit.")
        with store.writing(Actor("default", "bert", frozenset({"review"}))) as writing:
            approve_review(writing, "e1", number, "Agreed.")


def test_a_period_is_closed_listed_and_reopened_by_somebody_for_a_reason(run, keys):
    admin, clerk = keys
    days = ("--from", "2024-04-01", "--to", "2025-03-31")

    closed = run("periods", "close", "FY2024", *days, "--reason", "Published.", LEDGERPRINT_KEY=admin)
    again = run("periods", "close", "FY2024", *days)
    refused = run("periods", "reopen", "FY2024", "--reason", "A late invoice.", "--key", clerk)
    listed = run("periods", "list")
    reopened = run("periods", "reopen", "FY2024", "--reason", "A late invoice.", "--key", admin)
    at_last = run("periods", "list")

    who = admin.split("_")[1]
    assert closed.stdout == f"Closed: FY2024, 2024-04-01 to 2025-03-31, by {who}\n", closed.stderr
    assert again.returncode == 2
    assert "which is closed from 2024-04-01" in again.stderr
    assert refused.returncode == 2
    assert "expected 'admin'" in refused.stderr
    assert "FY2024  2024-04-01 to 2025-03-31  closed" in listed.stdout
    assert f"{who}  Published.\n1 periods\n" in listed.stdout
    assert reopened.stdout == f"Open: FY2024, 2024-04-01 to 2025-03-31, by {who}\n"
    assert "  open  " in at_last.stdout
    assert "A late invoice." in at_last.stdout


@pytest.mark.usefixtures("reviewed")
def test_reviews_are_listed_with_who_and_why(run):
    everything, approved = run("reviews", "list"), run("reviews", "list", "--status", "approved")

    assert "e2  reviewed" in everything.stdout
    assert "anna  excluded=True  A deposit." in everything.stdout
    assert "anna, approved by bert  category_code=327212, category_scheme=NAICS 2017" in approved.stdout
    assert "Glass. Agreed.; sheet.pdf" in approved.stdout
    assert (everything.stdout.splitlines()[-1], approved.stdout.splitlines()[-1]) == (
        "2 reviews",
        "1 reviews",
    )


@pytest.mark.usefixtures("reviewed")
def test_reviews_are_exported_as_a_file_and_as_labels_and_what_is_no_label_is_said(run, tmp_path):
    done = run("reviews", "export", "-o", "reviews.csv", "--labels", "labels.csv")

    read = read_user_labels(tmp_path / "labels.csv", ["327212"])
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(tmp_path / "reviews.csv")["estimate_id"].tolist() == ["e1", "e2"]
    assert (read.labels["description"].tolist(), read.problems) == (["Beaker"], [])
    assert done.stdout.splitlines() == [
        "Written: reviews.csv, 2 reviews",
        "Written: labels.csv, 1 labels",
        "  not_approved: estimate e2: Got a review that nobody approved: have it approved.",
        "left out: 1 not_approved",
    ]


def test_an_export_to_nowhere_to_a_strange_file_or_of_nobody_is_refused(run, keys):
    assert run("reviews", "export").returncode == 2
    assert "ending in .csv" in run("reviews", "export", "--labels", "labels.txt").stderr
    assert "expected 'review'" in run("reviews", "export", "--labels", "labels.csv", "--key", keys[1]).stderr
    assert "the tenant 'nobody'" in run("reviews", "list", "--tenant", "nobody").stderr
