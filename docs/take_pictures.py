"""Take the pictures of the pages that stand in docs/workbench.md: `make pictures`.

A service of its own is started on an empty database; it estimates the hospital ledger that ships with the
project and one of three lines, and is looked at by Chromium in light and dark. With `--year FOLDER`, the
folder of the real months, a ledger of 167,000 lines is estimated and looked at instead, which takes minutes.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ledger_page import year  # noqa: E402 - the project's own folder comes first
from tests.browsing import NARROW, WIDE, chromium  # noqa: E402 - the project's own folder comes first
from tests.serving.operations.served import program, served  # noqa: E402

PICTURES: Final = ROOT / "docs" / "pictures"
_WITHIN_MS: Final = 1_800_000
_THREE: Final = (
    "Description,Amount,Currency\nOffice chairs,1260,GBP\nNitrile gloves,412,GBP\nSalaries May,90000,GBP\n"
)


def main() -> None:
    """Take them all, or those of the large ledger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--year", type=Path, metavar="FOLDER", help="of the real months")
    asked = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        three = folder / "three lines.csv"
        three.write_text(_THREE)
        database = f"sqlite:///{folder / 'store.db'}"
        command = [program("ledgerprint"), "serve"]
        with served(folder, command, LEDGERPRINT_DATABASE=database) as server, chromium() as browser:
            server.wait_until_ready()
            if asked.year is None:
                _take(browser, server.url, three)
            else:
                _take_year(browser, server.url, year(asked.year, folder / "year.csv"))


def _take(browser: Browser, url: str, three: Path) -> None:
    page = _page(browser, url, "light", WIDE)
    _shoot(page, "/", "empty")
    _drop(page, ROOT / "data" / "examples" / "hospital.csv")
    _shoot(page, page.url, "dropped")
    ledger = _estimated(page)
    _drop(page, three)
    small = _estimated(page)
    page.goto(ledger)
    line = page.locator("#work a").first.get_attribute("href") or ""
    where = {
        "ledgers": "/",
        "ledger": ledger,
        "three-lines": small,
        "line": line,
        "review": ledger.replace("/ledgers/", "/reviews?ledger="),
        "report": f"{ledger}/report",
        "models": "/models",
        "try": "/try?description=Nitrile+gloves%2C+box+of+200&amount=412&currency=GBP&country=GB",
    }
    for scheme in ("light", "dark"):
        for size, suffix in ((WIDE, scheme), (NARROW, f"{scheme}-narrow")):
            looking = _page(browser, url, scheme, size)
            for name, address in where.items():
                if size == WIDE or name in {"ledger", "line", "review"}:
                    _shoot(looking, address, f"{name}-{suffix}")


def _take_year(browser: Browser, url: str, ledger: Path) -> None:
    page = _page(browser, url, "light", WIDE)
    _drop(page, ledger)
    page.get_by_label("Country of the buyer").first.select_option("GB")
    page.get_by_text("Nobody knows the currency yet.").wait_for(state="hidden")
    address = _estimated(page)
    for scheme in ("light", "dark"):
        looking = _page(browser, url, scheme, WIDE)
        _shoot(looking, address, f"year-{scheme}")
    _shoot(page, address.replace("/ledgers/", "/reviews?ledger="), "year-review-light")


def _page(browser: Browser, url: str, scheme: str, size: dict[str, int]) -> Page:
    context = browser.new_context(base_url=url, viewport=size, color_scheme=scheme)
    context.set_default_timeout(60_000)
    return context.new_page()


def _drop(page: Page, ledger: Path) -> None:
    page.goto("/")
    page.get_by_label("Drop a ledger").set_input_files(ledger)
    page.wait_for_url("**/ledgers/new/*")


def _estimated(page: Page) -> str:
    page.get_by_role("button", name="Estimate this ledger").first.click()
    page.wait_for_url(lambda address: "/ledgers/" in address and "/new/" not in address)
    page.locator(".total strong").wait_for(timeout=_WITHIN_MS)
    return page.url


def _shoot(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
