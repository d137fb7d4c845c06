"""Small ledgers for the checks, with the tables of the bundle that ships."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from features.screening import screen
from models.bundle import DEFAULT_BUNDLE
from serving.estimation import LedgerOptions, read_ledgers
from serving.quality.findings import Finding
from serving.quality.ledger import CheckedLedger, checked_ledger
from serving.quality.reference import Reference


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference.of_bundle(DEFAULT_BUNDLE)


@pytest.fixture
def checked(tmp_path: Path, reference: Reference) -> Callable[..., CheckedLedger]:
    """Writes rows below a header, reads them as any ledger and makes them ready for the checks."""

    def make(header: str, *rows: str, **said: str) -> CheckedLedger:
        path = tmp_path / "ledger.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        options = LedgerOptions(**said)
        ledgers = read_ledgers([path], options)
        screened = pd.concat([screen(one.lines) for one in ledgers], ignore_index=True)
        return checked_ledger(ledgers, screened, options, reference)

    return make


@pytest.fixture
def lines_of() -> Callable[[list[Finding], str], list[str]]:
    """Numbers, from 1, of the lines that a finding is about."""

    def rows(findings: list[Finding], code: str) -> list[int]:
        found = {finding.code: finding for finding in findings}[code]
        return [int(row) + 1 for row in found.rows.nonzero()[0]]

    return rows
