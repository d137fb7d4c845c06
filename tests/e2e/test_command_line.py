"""The command line as a user meets it: a process with arguments, files, an exit status and a sentence."""

import json
import os
import pty
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from models.bundle import DEFAULT_BUNDLE
from serving.documents import read_ledger

COMMAND = Path(sys.executable).with_name("ledgerprint")
EXAMPLES = {"hospital.csv": [], "council.csv": ["--country", "GB"], "university.csv": []}


def run(*arguments, **options):
    return subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *arguments], capture_output=True, text=True, timeout=180, check=False, **options
    )


def assert_refused(done, folder, *words):
    """Check for exit status 2, one sentence and no file."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr
    assert not list(folder.glob("*out*"))


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text("Item,Net Amount,Currency,Country\ndesk,100,GBP,GB\ncable,50,GBP,GB\n")
    return path


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_line_of_a_shipped_ledger_is_accounted_for_in_order(examples, tmp_path, name):
    output, report = tmp_path / "out.parquet", tmp_path / "out.html"

    done = run("estimate", examples / name, "-o", output, "--report", report, *EXAMPLES[name])

    assert done.returncode == 0, done.stderr
    assert f"Written: {output}, {report}\n" in done.stderr
    assert "Total" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert "estimating" not in done.stderr
    table = pd.read_parquet(output)
    read = read_ledger(examples / name)
    assert list(table["line_id"]) == list(read.lines["line_id"])
    assert table["line_id"].is_unique
    pd.testing.assert_frame_equal(table[read.source.columns], read.source, check_dtype=False)
    assert set(table["status"]) <= {"estimated", "review", "excluded", "unmatched"}
    assert table.loc[table["status"] == "estimated", "kg_co2e"].notna().all()
    assert (table.loc[table["kg_co2e"].isna(), "reason"] != "").all()
    assert report.read_text("utf-8").startswith("<!")


def test_several_ledgers_become_one_result_in_the_order_given(examples, tmp_path):
    output = tmp_path / "out.jsonl"

    done = run("estimate", *(examples / name for name in EXAMPLES), "-o", output, "--country", "GB")

    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert list(dict.fromkeys(record["source_file"] for record in records)) == list(EXAMPLES)
    assert len({record["line_id"] for record in records}) == len(records)


def test_the_same_run_gives_the_same_file_to_the_byte(ledger, tmp_path):
    outputs = [tmp_path / "1.csv", tmp_path / "2.csv"]

    for output in outputs:
        assert run("estimate", ledger, "-o", output).returncode == 0

    assert outputs[0].read_bytes() == outputs[1].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--map", "descripton=Item"], ["descripton", 'did you mean "description"?']),
        (["--map", "description=Itme"], ["Itme", 'did you mean "Item"?']),
        (["--map", "Item"], ["'Item'", "FIELD=COLUMN"]),
        (["--country", "Atlantis"], ["Atlantis"]),
        (["--currency", "QQQ"], ["QQQ", "ISO 4217"]),
        (["--date", "someday"], ["someday"]),
        (["--vat-rate", "20"], ["20", "between 0 and 1"]),
        (["--factor-set", "epa"], ["'epa'", "epa-v1.3", "defra-2023"]),
        (["--bundle", "nowhere"], ["nowhere", "no model bundle"]),
        (["--sheet", "Nowhere"], ["Nowhere"]),
    ],
)
def test_an_option_that_cannot_be_used_is_one_sentence(ledger, tmp_path, arguments, words):
    done = run("estimate", ledger, "-o", tmp_path / "out.csv", *arguments)

    assert_refused(done, tmp_path, *words)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "No such file"),
        (b"", "empty"),
        (b"%PDF-1.7\n1 0 obj\n", "PDF"),
        (b"PK\x03\x04 cut short", "ledger.csv"),
        (b"colour,shape\nred,round\n", "got no column"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_even_beside_a_good_one(tmp_path, examples, content, word):
    path = tmp_path / "ledger.csv"
    if content is not None:
        path.write_bytes(content)

    done = run("estimate", examples / "hospital.csv", path, "-o", tmp_path / "out.csv")

    assert_refused(done, tmp_path, word)


def test_a_folder_is_no_ledger(tmp_path):
    (tmp_path / "ledgers").mkdir()

    assert_refused(run("estimate", tmp_path / "ledgers", "-o", tmp_path / "out.csv"), tmp_path, "ledgers")


@pytest.mark.parametrize(
    ("output", "report", "words"),
    [
        ("out.txt", "r.html", [".csv, .parquet, .jsonl, .xlsx"]),
        ("nowhere/out.csv", "r.html", ["does not exist"]),
        ("out.csv", "out.csv", ["as the report and as the output"]),
        ("ledger.csv", "r.html", ["as the output and as an input"]),
    ],
)
def test_an_output_that_cannot_be_written_is_one_sentence(ledger, tmp_path, output, report, words):
    before = ledger.read_bytes()

    done = run("estimate", ledger, "-o", tmp_path / output, "--report", tmp_path / report)

    assert_refused(done, tmp_path, *words)
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("command", [["estimate", "ledger.csv", "-o", "out.csv"], ["serve"]])
def test_a_damaged_bundle_is_one_sentence(ledger, tmp_path, command):
    shutil.copytree(DEFAULT_BUNDLE, tmp_path / "bundle")
    with (tmp_path / "bundle" / "entries.parquet").open("r+b") as file:
        file.seek(1000)
        file.write(b"X")

    done = run(*command, "--bundle", "bundle", cwd=ledger.parent)

    assert_refused(done, tmp_path, "entries.parquet was altered")


def test_a_service_that_others_could_reach_without_a_key_is_refused_in_one_sentence(tmp_path):
    environment = os.environ | {"LEDGERPRINT_DATABASE": f"sqlite:///{tmp_path / 'store.db'}"}

    done = run("serve", "--host", "0.0.0.0", env=environment)  # noqa: S104

    assert_refused(done, tmp_path, "no API key")


@pytest.mark.parametrize(
    "arguments",
    [["estimate"], ["estimate", "a.csv"], ["serve", "--port", "x"], ["serve", "--port", "0"], ["nothing"]],
)
def test_a_misused_command_leaves_with_status_2_and_its_usage(arguments, tmp_path):
    done = run(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert "Usage: ledgerprint" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], ["estimate"], ["serve"], ["train"], ["evaluate"], ["data"]])
def test_help_is_quick_because_it_loads_nothing_heavy(command):
    code = (
        "import sys, ledgerprint\n"
        "try:\n    ledgerprint.main()\n"
        "except SystemExit as end:\n    status = end.code\n"
        "heavy = {'torch', 'pandas', 'numpy', 'mlflow', 'bentoml', 'sklearn'} & set(sys.modules)\n"
        "print(status, sorted(heavy), file=sys.stderr)\n"
    )
    started = os.times().children_user

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, *command, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stderr.splitlines()[-1] == "0 []"
    assert "Usage" in done.stdout
    assert os.times().children_user - started < 1.5


def test_progress_is_shown_on_a_terminal(ledger, tmp_path):
    seen = _on_a_terminal("estimate", ledger, "-o", tmp_path / "out.csv")

    assert "loading the model" in seen
    assert "Written:" in seen


def _on_a_terminal(*arguments) -> str:
    """Run the command with stderr on a terminal and return what the terminal saw."""
    master, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "200"}
    process = subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=terminal, env=environment
    )
    os.close(terminal)
    seen = b""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            seen += os.read(master, 65_536)
        except OSError:  # the other end was closed: the process has ended
            break
    os.close(master)
    assert process.wait(10) == 0
    return seen.decode("utf-8", "replace")


def test_goods_without_money_are_valued_by_mass_and_explained_on_demand(tmp_path):
    ledger, output = tmp_path / "order.csv", tmp_path / "out.jsonl"
    ledger.write_text("Item,Qty,UoM,Country\nPortland cement,12,t,GB\nCleaning service,8,hours,GB\n")

    done = run("estimate", ledger, "-o", output, "--explain")

    assert done.returncode == 0, done.stderr
    cement, service = (json.loads(line) for line in output.read_text().splitlines())
    assert (cement["method"], cement["mass_kg"], cement["status"]) == ("average-data", 12_000, "estimated")
    assert 3_000 < cement["kg_co2e"] < 25_000
    assert cement["contributions"]["category"]["log_odds"] > 0
    assert (service["status"], service["reason"]) == ("unmatched", "amount_missing")
