"""Jobs from the hand-in to the result."""

import io
import json
import zipfile

import pandas as pd
import pytest

from data.errors import ColumnMappingError, LedgerprintError, UnreadableDocumentError
from serving.jobs.errors import JobOptionsError, JobResultError
from serving.jobs.results import line_errors, result_file
from serving.jobs.submission import JobOptions, submit_job
from serving.store import Actor, AuditStore
from serving.store.errors import JobStateError, ScopeError, UnknownJobError
from serving.store.estimate_search import EstimateFilter, each_estimate
from serving.store.jobs import cancel, find, job_page
from serving.store.verification import verify


def result(desk, job_id):
    with AuditStore(desk.url) as store, store.reading(desk.actor) as reading:
        return result_file(reading, desk.settings, job_id)


def recorded(desk, job_id):
    with AuditStore(desk.url) as store, store.reading(desk.actor) as reading:
        return list(each_estimate(reading, EstimateFilter(job_id=job_id)))


def test_every_line_is_estimated_recorded_and_given_back_in_order_with_its_own_columns(desk, ledger):
    place = desk()
    job_id = place.submit(ledger(250), country="GB")

    place.run()

    job = place.job(job_id)
    assert (job.status, job.lines, job.batches, job.progress.estimated) == ("finished", 250, 3, 250)
    table = pd.read_csv(result(place, job_id))
    assert list(table["Description"]) == [f"desk {n}" for n in range(1, 251)]
    assert list(table["kg_co2e"]) == [n + 0.25 for n in range(1, 251)]
    entries = recorded(place, job_id)
    assert [entry.content.line["line_id"] for entry in entries] == [str(n) for n in range(1, 251)]
    assert entries[0].content.received == {
        "Description": "desk 1",
        "Date": "2024-03-02",
        "Amount": "1.25",
        "Currency": "GBP",
        "Supplier": "Desks 1 Ltd",
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "jsonl"])
def test_ledgers_of_every_format_give_a_result_of_that_format(desk, kind, ledger):
    place = desk(batch_lines=10)
    frame = pd.read_csv(io.BytesIO(ledger(25)), dtype="str")
    content = io.BytesIO()
    {
        "csv": lambda: frame.to_csv(content, index=False),
        "xlsx": lambda: frame.to_excel(content, index=False),
        "parquet": lambda: frame.to_parquet(content),
        "jsonl": lambda: content.write(frame.to_json(orient="records", lines=True).encode()),
    }[kind]()
    job_id = place.submit(content.getvalue(), f"ledger.{kind}")

    place.run()

    path = result(place, job_id)
    assert path.suffix == f".{kind}"
    read = {
        "csv": pd.read_csv,
        "xlsx": lambda file: pd.read_excel(file, engine="calamine"),
        "parquet": pd.read_parquet,
        "jsonl": lambda file: pd.DataFrame(map(json.loads, file.read_text().splitlines())),
    }[kind](path)
    assert list(read["Description"]) == [f"desk {n}" for n in range(1, 26)]
    assert list(read["kg_co2e"]) == [n + 0.25 for n in range(1, 26)]


def test_every_ledger_of_an_archive_is_read_by_itself_in_order(desk, ledger):
    place = desk(batch_lines=10)
    content = io.BytesIO()
    repeating = "Invoice Number,Text,Gross Amount\n" + "7,chair,£1.25\n7,stool,£2.25\n" * 6
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("04.csv", ledger(12))
        package.writestr("05.csv", repeating)
        package.writestr("copy.csv", repeating)
        package.writestr("06.xlsx", b"PK\x03\x04broken")
    job_id = place.submit(content.getvalue(), "year.zip", mapping={"line_id": ""})

    place.run()

    job = place.job(job_id)
    assert (job.status, job.lines, job.batches) == ("finished", 25, 5)
    table = pd.read_csv(result(place, job_id))
    assert list(table["file"]) == ["04.csv"] * 12 + ["05.csv"] * 12 + ["06.xlsx"]
    assert list(table["line_id"])[11:14] == ["04.csv:12", "05.csv:1", "05.csv:2"]
    assert list(table["Text"].dropna()) == ["chair", "stool"] * 6
    entries = recorded(place, job_id)
    assert [entry.content.options.money.amounts_include_vat for entry in entries] == [False] * 12 + [
        True
    ] * 12 + [False]
    with AuditStore(place.url) as store, store.reading(place.actor) as reading:
        (error,) = line_errors(reading, place.settings, job_id)
    assert (error.row, error.code) == (25, "document_unreadable")
    assert "copy.csv: the same file as 05.csv, counted once." in place.work(job_id).files.read_ledger().notes


def test_a_file_of_an_archive_whose_identifiers_repeat_is_numbered_by_itself(desk):
    place = desk(batch_lines=3)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("04.csv", "Line,Text,Amount GBP\nA1,desk,1.25\nA2,bin,2.25\n")
        package.writestr("05.csv", "Line,Text,Amount GBP\n" + "B1,chair,1.25\nB1,stool,2.25\n" * 2)
    job_id = place.submit(content.getvalue(), "year.zip", mapping={"line_id": "Line"})

    place.run()

    table = pd.read_csv(result(place, job_id))
    assert list(table["line_id"]) == ["04.csv:A1", "04.csv:A2", *(f"05.csv:{n}" for n in range(1, 5))]


def test_a_job_that_names_a_column_says_which_file_of_an_archive_lacks_it(desk, ledger):
    place = desk()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("04.csv", ledger(3))
        package.writestr("05.csv", "Text,Net GBP\nchair,1.25\n")
    job_id = place.submit(content.getvalue(), "year.zip", mapping={"amount": "Amount"})

    place.run()

    job = place.job(job_id)
    assert job.status == "failed"
    assert 'year.zip/05.csv: Got the column "Amount" for amount' in job.detail


def test_lines_that_cannot_be_read_keep_their_row_and_say_why(desk, ledger):
    place = desk(batch_lines=4)
    content = ledger(10).replace(b",6.25,", b",six pounds,").replace(b",9.25,", b",##,")
    job_id = place.submit(content)

    place.run()

    table = pd.read_csv(result(place, job_id))
    assert list(table["Description"]) == [f"desk {n}" for n in range(1, 11)]
    assert list(table["kg_co2e"].isna().to_numpy().nonzero()[0]) == [5, 8]
    with AuditStore(place.url) as store, store.reading(place.actor) as reading:
        found = list(line_errors(reading, place.settings, job_id))
    assert [(bad.row, bad.line_id, bad.code) for bad in found] == [
        (6, "6", "amount_unreadable"),
        (9, "9", "amount_unreadable"),
    ]
    assert found[0].detail.startswith('Got "six pounds"')
    assert place.job(job_id).progress.errors == 2


def test_identifiers_that_repeat_in_a_later_batch_are_replaced_by_numbers(desk):
    place = desk(batch_lines=2)
    rows = "".join(f"{number},desk,2024-03-01,5.00,GBP\n" for number in ("A1", "A2", "A3", "A1"))
    job_id = place.submit(f"Line ID,Description,Date,Amount,Currency\n{rows}".encode())

    place.run()

    assert list(pd.read_csv(result(place, job_id))["line_id"]) == [1, 2, 3, 4]


def test_half_a_surrogate_pair_in_json_lines_does_not_stop_a_job(desk):
    place = desk()
    job_id = place.submit(b'{"description": "desk \\ud800", "amount": 5, "currency": "GBP"}\n' * 3, "l.jsonl")

    place.run()

    assert place.job(job_id).status == "finished"


@pytest.mark.parametrize(
    ("content", "said", "why"),
    [
        (b"Colour,Shape\nred,round\nblue,square\n", {}, "got no column of"),
        (b"Description,Amount\ndesk,5\n", {"mapping": {"description": "Nothing"}}, "Nothing"),
    ],
)
def test_a_ledger_that_cannot_be_read_ends_its_job_with_the_reason(desk, content, said, why):
    place = desk()
    job_id = place.submit(content, **said)

    place.run()

    job = place.job(job_id)
    assert job.status == "failed"
    assert why in job.detail
    with pytest.raises(JobResultError, match="which is failed, expected a finished one"):
        result(place, job_id)


def test_a_fault_of_the_model_ends_the_job_and_not_the_engine(desk, ledger, stub_model):
    class Broken(stub_model):
        def predict(self, lines, options):
            if "desk 3" in set(lines["description"]):
                raise ZeroDivisionError("secret of the line")
            return super().predict(lines, options)

    place = desk(batch_lines=2)
    broken, sound = place.submit(ledger(5)), place.submit(ledger(2))

    place.run(Broken())

    assert place.job(broken).status == "failed"
    assert "ZeroDivisionError" in place.job(broken).detail
    assert "secret" not in place.job(broken).detail
    assert place.job(broken).progress.lines == 2
    assert place.job(sound).status == "finished"


def test_a_job_whose_model_changes_on_the_way_ends_instead_of_mixing_them(desk, ledger, stub_model):
    class Changing(stub_model):
        def predict(self, lines, options):
            out = super().predict(lines, options)
            self.version = "another"
            return out

    place = desk()
    job_id = place.submit(ledger(250))

    place.run(Changing())

    job = place.job(job_id)
    assert job.status == "failed"
    assert "Got the model another for a job that began with stub" in job.detail
    assert {entry.model_version for entry in recorded(place, job_id)} == {"stub"}


@pytest.mark.parametrize(("content", "why"), [(b"", "got an empty file"), (b"\x89PNG\r\n", "got an image")])
def test_a_file_that_no_reader_takes_is_refused_at_once_and_leaves_nothing_behind(desk, content, why):
    place = desk()
    with pytest.raises(UnreadableDocumentError, match=why):
        place.submit(content)
    assert not list((place.settings.folder).glob("*/*"))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"vat_rate": 1.5}, LedgerprintError),
        ({"country": "Atlantis"}, ColumnMappingError),
        ({"vat": "perhaps"}, JobOptionsError),
        ({"colour": "red"}, JobOptionsError),
    ],
)
def test_options_that_cannot_be_used_are_refused_at_once_and_leave_nothing_behind(desk, said, error, ledger):
    place = desk()
    with pytest.raises(error):
        place.submit(ledger(3), **said)
    assert not list((place.settings.folder).glob("*/*"))


def test_a_cancelled_job_records_nothing_more_and_cannot_be_cancelled_again(desk, ledger, stub_model):
    place = desk()
    job_id = place.submit(ledger(1_000))

    class Cancelled(stub_model):
        def predict(self, lines, options):
            if lines["line_id"].iloc[0] == "301":
                with AuditStore(place.url) as store, store.writing(place.actor) as writing:
                    cancel(writing, job_id)
            return super().predict(lines, options)

    place.run(Cancelled())

    assert place.job(job_id).status == "cancelled"
    assert len(recorded(place, job_id)) == 300
    with AuditStore(place.url) as store:
        assert verify(store).findings == []
        with store.writing(place.actor) as writing, pytest.raises(JobStateError, match="is cancelled"):
            cancel(writing, job_id)


def test_jobs_are_listed_the_latest_first_and_only_to_their_tenant(desk, ledger):
    place = desk()
    ids = [place.submit(ledger(1)) for _ in range(3)]
    stranger = Actor.local("elsewhere")

    with AuditStore(place.url) as store, store.reading(place.actor) as reading:
        page = job_page(reading, limit=2)
        rest = job_page(reading, limit=2, cursor=page.cursor)
    with AuditStore(place.url) as store:
        with store.writing(stranger) as other, pytest.raises(UnknownJobError):
            cancel(other, ids[0])
        with store.reading(stranger) as other:
            assert job_page(other).items == []
            with pytest.raises(UnknownJobError):
                find(other, ids[0])

    assert [job.id for job in [*page.items, *rest.items]] == ids[::-1]
    assert rest.cursor == ""


def test_a_key_that_may_not_estimate_hands_in_no_job(desk, ledger):
    place = desk()
    reviewer = Actor("default", "anna", frozenset({"review"}))
    with AuditStore(place.url) as store, pytest.raises(ScopeError):
        submit_job(store, reviewer, place.settings, io.BytesIO(ledger(1)), "l.csv", JobOptions())


@pytest.mark.parametrize("name", ["../../escape.csv", "..\\..\\escape.csv", "/etc/passwd", ".", "a\0b.csv"])
def test_the_name_of_a_ledger_leads_nowhere_else(desk, name, ledger):
    place = desk()
    job_id = place.submit(ledger(1), name)
    inside = place.settings.folder / "default" / job_id / "ledger"
    assert len(list(inside.iterdir())) == 1
    assert not list(place.folder.rglob("escape.csv")) or list(inside.glob("escape.csv"))
