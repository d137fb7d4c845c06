"""Ledgers that the tests drop, and how a browser without scripts drops them."""

from pathlib import Path

import httpx

from tests.serving.small_service import Browser, Service

LEDGER = b"""Item,Place,Net Amount,Currency,When
gloves,Ward 1,100.00,USD,2023-02-01
computer,Ward 2,"1,200.00",USD,2023-02-02
desk,Ward 1,50.00,USD,2023-02-03
"""


def drop(browser: Browser, content: bytes = LEDGER, name: str = "year.csv", **headers: str) -> httpx.Response:
    browser.open("/")
    return browser.http.post(
        "/ledgers",
        data={"form_token": browser.form_token},
        files={"ledger": (name, content)},
        headers={"accept": "text/html", **headers},
    )


def kept(service: Service) -> list[Path]:
    """Every file in the folder of the jobs."""
    return [path for path in service.jobs.folder.rglob("*") if path.is_file()]
