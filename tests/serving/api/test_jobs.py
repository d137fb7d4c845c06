"""Jobs over HTTP: handed in as a file, followed, fetched, cancelled, and never seen by another tenant."""

import gzip
import io

import pandas as pd
import pytest
from openpyxl import Workbook

ROWS = "".join(f"Oak desk {n},{n}.50,USD,2024-05-01\n" for n in range(1, 8))
LEDGER = f"Description,Amount,Currency,Date\n{ROWS}".encode()
FAULTY = LEDGER.replace(b",3.50,", b",three dollars,").replace(b",6.50,", b",##,")
OCTETS = {"content-type": "application/octet-stream"}


def submit(client, content=LEDGER, headers=None, **asked):
    return client.post(
        "/jobs", params={"name": "year.csv"} | asked, content=content, headers=headers or OCTETS
    )


def submitted(client, content=LEDGER, **asked):
    answer = submit(client, content, **asked)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def workbook():
    book, out = Workbook(), io.BytesIO()
    for row in ["Description,Amount,Currency,Date", *ROWS.splitlines()]:
        book.active.append(row.split(","))
    book.save(out)
    return out.getvalue()


def parquet():
    out = io.BytesIO()
    pd.read_csv(io.BytesIO(LEDGER)).to_parquet(out)
    return out.getvalue()


def left_behind(service):
    return [path for path in service.jobs.folder.rglob("*") if path.is_file()]


def assert_problem(answer, status, *words):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == "/jobs"
    for word in words:
        assert word in answer.json()["detail"]


def test_a_ledger_is_handed_in_followed_and_fetched_with_its_own_columns(service, client):
    name = submitted(client, result="jsonl", country="US", map=["description=Description"])
    waiting = client.get(f"/jobs/{name}").json()
    assert (waiting["status"], waiting["lines"], waiting["reasons"]) == ("waiting", None, [])
    assert client.get(f"/jobs/{name}/result").status_code == 409

    service.run_jobs()

    job = client.get(f"/jobs/{name}").json()
    assert (job["status"], job["name"], job["lines"], job["batches"]) == ("finished", "year.csv", 7, 1)
    assert job["options"]["mapping"] == {"description": "Description"}
    assert (job["progress"]["lines"], job["progress"]["batches"], job["model_version"]) == (7, 1, "small")
    result = client.get(f"/jobs/{name}/result")
    assert result.headers["content-type"] == "application/x-ndjson"
    assert result.headers["content-disposition"] == 'attachment; filename="year-footprint.jsonl"'
    table = pd.read_json(io.StringIO(result.text), lines=True)
    assert list(table["Description"]) == [f"Oak desk {n}" for n in range(1, 8)]
    assert (table["kg_co2e"] > 0).all()
    found = client.get("/estimates", params={"job": name}).json()["items"]
    assert {one["job_id"] for one in found} == {name}
    assert len(found) == 7


def test_lines_that_need_a_person_are_counted_by_reason_and_listed_with_their_rows(service, client):
    name = submitted(client, FAULTY)

    service.run_jobs()

    job = client.get(f"/jobs/{name}").json()
    assert job["progress"]["errors"] == 2
    assert job["reasons"] == [
        {"status": "unmatched", "reason": "amount_unreadable", "lines": 2},
    ]
    first = client.get(f"/jobs/{name}/lines", params={"limit": 1}).json()
    [line] = first["items"]
    assert (line["row"], line["line_id"], line["reason"]) == (3, "3", "amount_unreadable")
    assert line["explanation"].startswith('Got "three dollars"')
    rest = client.get(f"/jobs/{name}/lines", params={"limit": 1, "cursor": first["cursor"]}).json()
    assert ([one["row"] for one in rest["items"]], rest["cursor"]) == ([6], "")
    assert client.get(f"/jobs/{name}/lines?status=review").json()["items"] == []
    assert client.get(f"/jobs/{name}/lines?status=review&cursor={first['cursor']}").status_code == 400


@pytest.mark.parametrize("make", [workbook, parquet])
def test_other_formats_are_told_by_their_content_whatever_they_are_called(service, client, make):
    name = submitted(client, make(), result="csv")

    service.run_jobs()

    table = pd.read_csv(io.BytesIO(client.get(f"/jobs/{name}/result").content))
    assert list(table["Description"]) == [f"Oak desk {n}" for n in range(1, 8)]


def test_jobs_are_listed_in_pages_the_latest_first(client):
    names = [submitted(client) for _ in range(3)]

    first = client.get("/jobs", params={"limit": 2}).json()
    rest = client.get("/jobs", params={"limit": 2, "cursor": first["cursor"]}).json()

    assert [one["id"] for one in first["items"] + rest["items"]] == names[::-1]
    assert rest["cursor"] == ""
    assert client.get("/jobs?cursor=x").status_code == 400


def test_a_job_is_cancelled_once_and_has_no_result(service, client):
    name = submitted(client)

    cancelled = client.post(f"/jobs/{name}/cancellation")
    again = client.post(f"/jobs/{name}/cancellation")
    service.run_jobs()

    assert (cancelled.status_code, cancelled.json()["status"]) == (201, "cancelled")
    assert again.status_code == 409
    assert client.get(f"/jobs/{name}/result").status_code == 409
    assert client.get("/estimates").json()["items"] == []


def test_a_job_that_cannot_be_read_says_why_in_its_detail(service, client):
    name = submitted(client, b"Colour,Shape\nred,round\nblue,square\n")

    service.run_jobs()

    job = client.get(f"/jobs/{name}").json()
    assert (job["status"], job["finished_at"] is None) == ("failed", False)
    assert "got no column of" in job["detail"]


def test_a_file_sent_again_under_its_key_is_one_job_unless_file_or_options_differ(service, client):
    key = OCTETS | {"Idempotency-Key": "year-1"}
    first, again = (submit(client, headers=key) for _ in range(2))

    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")
    assert len(client.get("/jobs").json()["items"]) == 1
    assert len(left_behind(service)) == 1
    assert_problem(submit(client, FAULTY, key), 409, "year-1")
    assert_problem(submit(client, headers=key, country="GB"), 409, "year-1")
    assert len(left_behind(service)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["got an empty file"]),
        (b" \r\n" * 100, ["got an empty file"]),
        (gzip.compress(LEDGER), ["got a gzip archive"]),
        (b"\x89PNG\r\n", ["got an image"]),
        (workbook()[:2_000], ["got a workbook or archive that is cut off or damaged"]),
        (parquet()[:-20], ["damaged or encrypted Parquet"]),
    ],
)
def test_a_file_that_no_reader_takes_is_refused_and_not_kept(service, client, content, words):
    assert_problem(submit(client, content), 422, *words)
    assert client.get("/jobs").json()["items"] == []
    assert left_behind(service) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"colour": "red"}, ["colour"]),
        ({"result": "docx"}, ["result"]),
        ({"vat": "perhaps"}, ["vat"]),
        ({"vat_rate": "2"}, ["vat_rate"]),
        ({"vat_rate": "nan"}, ["vat_rate"]),
        ({"country": "Atlantis"}, ["Atlantis"]),
        ({"currency": "shells"}, ["shells"]),
        ({"date": "31/31/2024"}, ["31/31/2024"]),
        ({"map": "description"}, ["'description'", "FIELD=COLUMN"]),
        ({"map": "descripton=Item"}, ["descripton", 'did you mean "description"?']),
        ({"map": ["amount=A", "amount=B"]}, ["'amount' twice"]),
        ({"webhook": "http://10.0.0.1/"}, ["no https URL"]),
        ({"name": "x" * 201}, ["name"]),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_before_the_file_is_read(service, client, asked, words):
    assert_problem(submit(client, **asked), 422, *words)
    assert left_behind(service) == []


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png"]
)
def test_a_body_of_a_type_that_is_no_file_of_lines_is_refused(service, client, kind):
    assert_problem(submit(client, headers={"content-type": kind}), 415, kind, "curl -X POST -T")
    assert left_behind(service) == []


@pytest.mark.parametrize("declared", [True, False])
def test_a_file_above_the_limit_is_refused_whether_or_not_it_says_its_size(serve, sqlite_url, declared):
    service = serve(sqlite_url, max_upload_bytes=5_000_000)
    content = b"Description\n" + b"x" * 6_000_000
    sent = content if declared else iter([content[:4_000_000], content[4_000_000:]])

    answer = submit(service.client(), sent)

    assert_problem(answer, 413, "larger than 5,000,000 bytes", "LEDGERPRINT_JOBS_MAX_UPLOAD_BYTES")
    assert left_behind(service) == []


def test_a_file_larger_than_any_other_body_may_be_is_taken(client):
    row = b"Oak desk,1.50,USD,2024-05-01\n"

    assert submit(client, LEDGER + row * (9_000_000 // len(row))).status_code == 201


def test_a_job_of_another_tenant_is_as_if_it_were_not_there(service):
    mine, other = (service.client(service.key("a", tenant=name)) for name in ("mine", "other"))
    name = submitted(mine)
    service.run_jobs()

    paths = [f"/jobs/{name}", f"/jobs/{name}/lines", f"/jobs/{name}/result"]
    assert [mine.get(path).status_code for path in paths] == [200, 200, 200]
    assert [other.get(path).status_code for path in paths] == [404, 404, 404]
    assert other.post(f"/jobs/{name}/cancellation").status_code == 404
    assert other.get("/jobs").json()["items"] == []


def test_a_key_that_may_not_estimate_hands_in_nothing_and_cancels_nothing(service):
    reviewer, buyer = (service.client(service.key(scope, scope)) for scope in ("review", "estimate"))
    name = submitted(buyer)

    refused = [submit(reviewer), reviewer.post(f"/jobs/{name}/cancellation")]

    assert [answer.status_code for answer in refused] == [403, 403]
    assert reviewer.get(f"/jobs/{name}").status_code == 200


INVOICE = b"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>R-1</cbc:ID><cbc:IssueDate>2024-05-01</cbc:IssueDate>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">300.00</cbc:LineExtensionAmount>
  </cac:LegalMonetaryTotal>
  <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="EUR">300.00</cbc:LineExtensionAmount>
    <cac:Item><cbc:Name>Oak desk</cbc:Name></cac:Item></cac:InvoiceLine>
</Invoice>"""


def test_an_invoice_is_a_ledger(service, client):
    job = submit(client, INVOICE, {"content-type": "application/xml"}).json()
    service.run_jobs()

    assert client.get(f"/jobs/{job['id']}").json()["status"] == "finished"
    result = client.get(f"/jobs/{job['id']}/result").text
    assert "Oak desk" in result
    assert "300.00" in result


def test_a_pdf_without_data_ends_as_failed_and_says_why(service, client):
    job = submit(client, b"%PDF-1.7 a ledger, printed", {"content-type": "application/pdf"}).json()
    service.run_jobs()

    found = client.get(f"/jobs/{job['id']}").json()
    assert found["status"] == "failed"
    assert "PDF" in found["detail"]
