"""The day of an auditor in a real browser: a hospital's real month dropped, corrected, approved, exported."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from serving.database import open_store
from serving.store import Actor
from serving.store.keys import create_key
from tests.browsing import WIDE, Watched, chromium, hindrances
from tests.serving.operations.served import Served, program, served

_ESTIMATED_WITHIN_MS = 420_000
_TOTAL = ".total strong"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A database with the keys of two people."""
    folder = tmp_path_factory.mktemp("workbench")
    database = f"sqlite:///{folder / 'store.db'}"
    with open_store(database) as store:
        made = {}
        for name in ("Anna", "Bob"):
            with store.writing(Actor.local()) as writing:
                made[name] = create_key(writing, name, ("estimate", "review"))
    return made | {"database": database, "folder": str(folder)}


@pytest.fixture(scope="module")
def server(keys: dict[str, str]) -> Iterator[Served]:
    """``ledgerprint serve`` with the shipped bundle."""
    folder = Path(keys["folder"])
    command = [program("ledgerprint"), "serve"]
    with served(folder, command, LEDGERPRINT_DATABASE=keys["database"]) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def people(server: Served, keys: dict[str, str]) -> Iterator[dict[str, Watched]]:
    """Anna and Bob, each signed in with a browser of their own."""
    with chromium() as browser:
        found = {}
        for name in ("Anna", "Bob"):
            context = browser.new_context(base_url=server.url, viewport=WIDE, accept_downloads=True)
            context.set_default_timeout(60_000)
            found[name] = Watched(context.new_page())
            _sign_in(found[name].page, keys[name])
        yield found


def _sign_in(page: Page, key: str) -> None:
    page.goto("/")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Ledgers")).to_be_visible()


def _kilograms(text: str) -> float:
    """Read a footprint as pages write it."""
    found = re.search(r"([\d,.]+) (kg|t)", text)
    assert found, text
    return float(found[1].replace(",", "")) * (1000 if found[2] == "t" else 1)


def _hinders_nobody(page: Page) -> None:
    assert hindrances(page) == []


def _total(page: Page) -> float:
    return _kilograms(page.locator(_TOTAL).inner_text())


def _drop(page: Page, ledger: Path) -> None:
    """Drop a ledger that names no currency, and say the buyer's country."""
    page.get_by_label("Drop a ledger").set_input_files(ledger)
    page.wait_for_url("**/ledgers/new/*")
    expect(page.get_by_text("13,457 lines").first).to_be_visible()
    expect(page.get_by_text("Nobody knows the currency yet.")).to_be_visible()
    _hinders_nobody(page)
    page.get_by_label("Country of the buyer").first.select_option("GB")
    expect(page.get_by_text("Nobody knows the currency yet.")).to_be_hidden()


def _estimate(page: Page) -> None:
    """Have it estimated; a reload on the way loses nothing."""
    page.get_by_role("button", name="Estimate this ledger").first.click()
    page.wait_for_url(re.compile(r"/ledgers/[0-9a-f]{24}$"))
    page.reload()
    expect(page.locator(_TOTAL)).to_be_visible(timeout=_ESTIMATED_WITHIN_MS)
    _hinders_nobody(page)


def _drill_down(page: Page) -> None:
    """Follow the largest bar, by the keyboard."""
    page.locator("#hotspots svg a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**category=*")


def _correct(page: Page) -> None:
    """Correct the line, and see what that would do before it is recorded."""
    page.get_by_role("button", name="Correct …").click()
    page.get_by_label("Footprint, kg CO2e").fill("1000000")
    page.get_by_label("Why").fill("The supplier's own statement")
    page.get_by_role("button", name="Show the effect").click()
    expect(page.get_by_text("Nothing is recorded yet.")).to_be_visible()
    _hinders_nobody(page)
    page.get_by_role("button", name="Correct 1 line").click()
    expect(page.get_by_text("Reviewed, not approved").first).to_be_visible()


def _approve(page: Page, ledger: str) -> None:
    """Approve what waits in the queue."""
    page.goto(ledger.replace("/ledgers/", "/reviews?ledger=") + "&show=unapproved")
    _hinders_nobody(page)
    page.get_by_role("button", name="Approve …").first.click()
    page.get_by_role("button", name="Approve 1 line").click()
    nothing_left = page.get_by_text("Nothing waits for an approval.")
    expect(page.locator(".group.done").or_(nothing_left)).to_be_visible()


def _exported(page: Page, place: Path) -> pd.DataFrame:
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).first.click()
    download.value.save_as(place)
    return pd.read_csv(place, dtype=str, keep_default_na=False)


@pytest.mark.data_package
def test_a_month_is_dropped_understood_corrected_signed_off_exported_and_replayed(people, data_dir, tmp_path):
    anna, bob = people["Anna"].page, people["Bob"].page
    _drop(anna, data_dir / "ledgers" / "guys_2020_04.csv")
    _estimate(anna)
    ledger, whole = anna.url, _total(anna)
    assert 5e6 < whole < 50e6

    _drill_down(anna)
    view, group = anna.url, _total(anna)
    assert 0 < group < whole
    anna.locator("#lines tbody a").first.click()
    anna.wait_for_url("**/lines/*")
    line = anna.url
    _hinders_nobody(anna)

    _correct(anna)
    anna.goto(view)
    assert _total(anna) != group
    anna.goto(ledger)
    expect(anna.get_by_text("1 line was corrected")).to_be_visible()

    # whoever reviewed does not approve
    anna.goto(line)
    expect(anna.get_by_role("button", name="Approve …")).to_be_disabled()
    _approve(bob, ledger)
    bob.goto(line)
    expect(bob.get_by_role("heading", name="As it stands Approved")).to_be_visible()
    _hinders_nobody(bob)

    bob.goto(ledger)
    table = _exported(bob, tmp_path / "exported.csv")
    assert len(table) == 13_457
    (signed,) = table[table["review"] == "approved"].to_dict("records")
    assert float(signed["reviewed_kg_co2e"]) == 1_000_000

    bob.goto(line)
    bob.get_by_role("button", name="Replay").click()
    expect(bob.locator("#replay")).to_contain_text("Equal.", timeout=120_000)

    bob.goto(f"{ledger}/report")
    _hinders_nobody(bob)
    assert people["Anna"].is_quiet()
    assert people["Bob"].is_quiet()
