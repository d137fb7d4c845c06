"""Ledgers whose pages the tests look at: handed in, estimated, reviewed."""

import io
import re
from pathlib import Path

from serving.jobs.submission import JobOptions, submit_job
from serving.store import Actor
from serving.store.reviews import Correction, approve_review, review_estimate
from tests.serving.small_service import Service


def run(service: Service, content: str, name: str = "year.csv", **said: object) -> str:
    """Hand a ledger in, finish its job, and give the address of its page."""
    job = submit_job(
        service.store,
        Actor.local(),
        service.jobs,
        io.BytesIO(content.encode()),
        str(Path(name)),
        JobOptions.of({"country": "GB"} | said),
    )
    service.run_jobs()
    return f"/ledgers/{job.id}"


def review(
    service: Service, estimate_id: str, correction: Correction | None = None, *, approved: bool = False
) -> None:
    """Review a line as anna; bert approves."""
    anna, bert = (Actor("default", name, frozenset({"review"})) for name in ("anna", "bert"))
    with service.store.writing(anna) as writing:
        number = review_estimate(writing, estimate_id, correction, comment="seen").sequence
    if approved:
        with service.store.writing(bert) as writing:
            approve_review(writing, estimate_id, number)


def total(page: str) -> str:
    """Read the total."""
    found = re.search(r'<div class="total">\s*<strong>([^<]+)</strong>', page)
    assert found is not None
    return found[1]


def shown_lines(page: str) -> list[str]:
    """Read the descriptions in the table of lines."""
    table = page[page.index('class="ledger-lines"') :]
    return re.findall(r'<td><a href="/lines/[^"]+"><bdi>([^<]*)</bdi></a></td>', table)


def estimate_of(page: str, description: str) -> str:
    """Read the id of the first line of that description in the table."""
    table = page[page.index('class="ledger-lines"') :]
    found = re.search(rf'/lines/([^"?]+)\?ledger=[^"]+"><bdi>{re.escape(description)}<', table)
    assert found is not None
    return found[1]
