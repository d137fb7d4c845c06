"""The HTTP API, asked over a real port: every line is answered, in order, whatever stands beside it."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio.to_thread
import httpx
import pytest

from data.errors import BundleError
from serving.api import Backend, create_api
from serving.api.turn import Turn
from serving.store import AuditStore

GLOVES = {"description": "Nitrile gloves", "amount": 412.0, "currency": "GBP", "country": "GB"}


@pytest.fixture(scope="module")
def client(service):
    with httpx.Client(base_url=f"{service.url}/v1", timeout=120) as client:
        yield client


def post(client, body, **headers):
    # json.dumps, unlike httpx, also writes NaN and halves of surrogate pairs, as careless clients do
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post("/estimates", content=content, headers={"content-type": "application/json"} | headers)


def estimates(client, *lines, **options):
    answer = post(client, {"lines": lines, **options})
    assert answer.status_code == 200, answer.text
    found = answer.json()["estimates"]
    assert len(found) == len(lines)
    return found


def assert_problem(answer, status, *words):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document.keys() == {"type", "title", "status", "detail", "instance", "request_id"}
    assert document["request_id"] == answer.headers["x-request-id"]
    assert (document["status"], document["instance"]) == (status, "/v1/estimates")
    for word in words:
        assert word in document["detail"]


def test_a_line_gets_a_figure_within_its_range_and_its_reasons(client):
    [found] = estimates(client, {**GLOVES, "line_id": "PO-1"})

    assert (found["line_id"], found["status"], found["method"]) == ("PO-1", "estimated", "spend-based")
    assert 0 < found["kg_co2e_low"] < found["kg_co2e"] < found["kg_co2e_high"]
    assert found["factor_id"].startswith("defra")
    assert found["alternatives"][0]["code"] == found["category_code"]
    assert found["evidence"]
    assert found["conversions"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "abc"}, ["amount: got 'abc'", "a number"]),
        ({"amount": True}, ["amount: got True", "a number"]),
        ({"amount": float("nan")}, ["amount: got nan", "a finite number"]),
        ({"amount": 10**400}, ["amount: got 1000", "a number"]),
        ({"amount": 1e300}, ["amount: got 1e+300", "at most 1e+15"]),
        ({"amuont": 3}, ["unknown field 'amuont'", "perhaps 'amount'"]),
        ({"zzz": 3}, ["unknown field 'zzz'", "one of line_id, description"]),
        ({"currency": "gbp"}, ["currency: got 'gbp'", "three capital letters"]),
        ({"country": "gb"}, ["country: got 'gb'", "two capital letters"]),
        ({"country": "UK"}, ["country: got 'UK'", "such as GB"]),
        ({"date": "24/04/2022"}, ["date: got '24/04/2022'", "2022-04-24"]),
        ({"date": 20220424}, ["date: got 20220424", "2022-04-24"]),
        ({"date": "9999-12-31"}, ["date: got ", "of 1900 to 2199"]),
        ({"description": "x" * 100_000}, ["description: got 'xxx", "at most 10,000 characters"]),
        ({"description": "half a pair \ud800"}, ["description: got 'half a pair \\ud800'", "valid Unicode"]),
        ({"description": ["gloves"]}, ["description: got ['gloves']", "a text"]),
        ({"line_id": 17}, ["line_id: got 17", "a text"]),
    ],
)
def test_a_line_that_does_not_fit_says_why_beside_good_ones(client, change, words):
    before, broken, after = estimates(client, GLOVES, GLOVES | change, GLOVES)

    assert (broken["status"], broken["reason"], broken["kg_co2e"]) == ("unmatched", "line_invalid", None)
    for word in words:
        assert word in broken["explanation"]
    assert len(broken["explanation"]) < 400
    assert before["kg_co2e"] == after["kg_co2e"] > 0


@pytest.mark.parametrize("line", ["text", 5, None, []])
def test_a_line_that_is_no_object_costs_only_itself(client, line):
    broken, good = estimates(client, line, GLOVES)

    assert "expected an object" in broken["explanation"]
    assert good["status"] == "estimated"


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        (GLOVES | {"currency": "ZZZ"}, "unmatched", "unknown_currency"),
        ({"description": "Nitrile gloves", "currency": "GBP"}, "unmatched", "amount_missing"),
        (GLOVES | {"description": " "}, "unmatched", "description_empty"),
        (GLOVES | {"description": None}, "unmatched", "description_empty"),
        (GLOVES | {"amount": 0}, "estimated", "zero_amount"),
        (GLOVES | {"description": "Salaries and wages net pay"}, "excluded", "payroll"),
    ],
)
def test_a_line_without_a_figure_has_a_typed_reason_and_a_sentence(client, line, status, reason):
    [found] = estimates(client, line)

    assert (found["status"], found["reason"]) == (status, reason)
    assert not found["kg_co2e"]
    assert len(found["explanation"]) > 20


def test_a_credit_note_takes_off_what_its_invoice_added(client):
    invoice, credit = estimates(client, GLOVES, GLOVES | {"amount": -412.0})

    assert credit["kg_co2e"] == -invoice["kg_co2e"] < 0
    assert credit["kg_co2e_low"] < credit["kg_co2e_high"] < 0


def test_hostile_text_is_only_text(client):
    hostile = "<script>alert(1)</script>'; DROP TABLE lines;-- \x00\u202e{{7*7}} =cmd|' /C calc'!A0"

    found, good = estimates(client, GLOVES | {"description": hostile, "line_id": "=1+1\n"}, GLOVES)

    assert found["line_id"] == "=1+1"
    assert found["kg_co2e"] > 0
    assert good["status"] == "estimated"


def test_a_repeated_line_id_is_answered_once_and_flagged_once(client):
    found = estimates(client, *(GLOVES | {"line_id": name} for name in ("A", "A", "A#2", "")), GLOVES)

    assert [line["line_id"] for line in found] == ["A", "A", "A#2", "4", "5"]
    assert [line["reason"] for line in found] == ["", "line_id_repeated", "", "", ""]


def test_numbers_stand_in_for_missing_ids_even_where_another_line_is_called_so(client):
    found = estimates(client, GLOVES | {"line_id": "2"}, GLOVES)

    assert [(line["line_id"], line["status"]) for line in found] == [("2", "estimated"), ("2", "estimated")]


def test_a_broken_line_keeps_its_id(client):
    [found] = estimates(client, GLOVES | {"line_id": "PO-9", "amount": "x"})

    assert found["line_id"] == "PO-9"


def test_a_thousand_lines_are_answered_in_order_and_one_more_is_refused(client):
    lines = [
        GLOVES | {"line_id": f"L{n}", "amount": float(n), "description": f"pen {n % 9}"} for n in range(1000)
    ]

    found = estimates(client, *lines)

    assert [line["line_id"] for line in found] == [line["line_id"] for line in lines]
    per_unit = {(n % 9, round(line["kg_co2e"] / n, 3)) for n, line in enumerate(found) if n}
    assert len(per_unit) == 9
    assert_problem(post(client, {"lines": [*lines, GLOVES]}), 413, "1,001 lines", "at most 1,000")


@pytest.mark.parametrize("size", [8 * 1024 * 1024 + 1, 30_000_000])
def test_a_body_that_is_too_large_is_refused_whether_or_not_its_length_is_told(client, size):
    assert_problem(post(client, b" " * size), 413, "larger than 8,388,608 bytes")
    chunks = (b" " * 1_000_000 for _ in range(1 + size // 1_000_000))
    assert_problem(client.post("/estimates", content=chunks), 413, "larger than 8,388,608 bytes")


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ('{"lines":[', 400, "JSON"),
        (b"\xff\xfe", 400, "JSON"),
        ("[" * 100_000, 400, "parsing"),
        ("", 422, "required"),
        ("[]", 422, "object"),
        ({}, 422, "lines: Field required"),
        ({"lines": []}, 422, "at least 1"),
        ({"lines": 5}, 422, "list"),
        ({"lines": [GLOVES], "factorset": "x"}, 422, "factorset"),
        ({"lines": [GLOVES], "vat_rate": 20}, 422, "vat_rate"),
    ],
)
def test_a_request_that_cannot_be_used_is_a_problem_document(client, body, status, word):
    assert_problem(post(client, body), status, word)


def test_a_body_of_another_type_is_told_which_one_to_send(client):
    assert_problem(
        post(client, {"lines": [GLOVES]}, **{"content-type": "text/plain"}), 415, "application/json"
    )


@pytest.mark.parametrize("lines", [[GLOVES], [{}]])
def test_an_unknown_factor_set_is_refused_and_the_choices_named(client, lines):
    assert_problem(post(client, {"lines": lines, "factor_set": "epa"}), 422, "'epa'", "epa-v1.3", "defra")


def test_vat_is_taken_off_where_the_request_says_that_it_is_in(client):
    [net] = estimates(client, GLOVES | {"amount": 100.0})

    [gross] = estimates(client, GLOVES | {"amount": 120.0}, amounts_include_vat=True, vat_rate=0.2)

    assert gross["kg_co2e"] == pytest.approx(net["kg_co2e"], rel=1e-5)


def test_the_same_request_gives_the_same_answer_to_the_byte(client):
    body = {"lines": [GLOVES, GLOVES | {"description": "desk", "country": "US"}]}

    assert post(client, body).content == post(client, body).content


def test_concurrent_requests_each_get_their_own_answer(client):
    goods = [
        f"{thing} number {n}"
        for n, thing in enumerate(["desk", "cable", "piano", "coriander", "backpack"] * 4)
    ]
    alone = {text: estimates(client, GLOVES | {"description": text})[0]["kg_co2e"] for text in goods}

    with ThreadPoolExecutor(10) as pool:
        together = list(
            pool.map(lambda t: estimates(client, GLOVES | {"description": t})[0]["kg_co2e"], goods)
        )

    assert together == [alone[text] for text in goods]


def test_a_request_that_waits_too_long_for_its_turn_is_told_to_come_back(sqlite_url):
    asked, loaded = threading.Event(), threading.Event()

    def slow_model():
        asked.set()
        loaded.wait(30)
        raise BundleError("The bundle is gone.")

    async def ask() -> tuple[httpx.Response, httpx.Response]:
        with AuditStore(sqlite_url) as store:
            return await ask_both(
                httpx.ASGITransport(create_api(Backend(slow_model, lambda: store, Turn(0.05))))
            )

    async def ask_both(transport) -> tuple[httpx.Response, httpx.Response]:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            first = asyncio.create_task(client.post("/estimates", json={"lines": [GLOVES]}))
            await anyio.to_thread.run_sync(asked.wait, 20)
            second = await client.post("/estimates", json={"lines": [GLOVES]})
            loaded.set()
            return await first, second

    first, second = asyncio.run(ask())

    assert (second.status_code, second.headers["retry-after"]) == (503, "10")
    assert second.headers["content-type"] == "application/problem+json"
    assert (first.status_code, first.json()["detail"]) == (503, "The bundle is gone.")


def test_the_openapi_document_describes_lines_and_problems_and_its_example_works(client):
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    route = document["paths"]["/estimates"]["post"]

    assert document["servers"] == [{"url": "/v1"}]
    assert schemas["EstimateRequest"]["properties"]["lines"]["items"]["$ref"].endswith("/LineIn")
    assert "HTTPValidationError" not in schemas
    problems = {"400", "401", "403", "409", "413", "415", "422", "429", "500", "503"}
    assert {"200", *problems} == route["responses"].keys()
    assert "application/problem+json" in route["responses"]["422"]["content"]
    assert "Problem" in schemas
    [found] = estimates(client, *schemas["EstimateRequest"]["example"]["lines"])
    assert (found["line_id"], found["status"]) == ("PO-1017-3", "estimated")
