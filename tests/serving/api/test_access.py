"""Who may ask what: keys, scopes, tenants and limits; secrets are never written down."""

import logging

import pytest

LINES = {"lines": [{"description": "Oak desk", "amount": 100.0, "currency": "USD"}]}


def test_this_machine_needs_no_key_while_there_is_none(service):
    assert service.client().post("/estimates", json=LINES).status_code == 200
    assert service.client(host="::1").get("/estimates").status_code == 200


def test_another_machine_always_needs_a_key(service):
    answer = service.client(host="192.0.2.7").get("/estimates")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "ledgerprint keys create" in answer.json()["detail"]
    assert service.client(service.key("a"), host="192.0.2.7").get("/estimates").status_code == 200


def test_without_a_key_no_name_that_another_site_gave_this_machine_is_answered(service):
    client, elsewhere = service.client(), {"host": "evil.example"}

    refused = client.get("/estimates", headers=elsewhere)

    assert refused.status_code == 401
    assert "127.0.0.1 or localhost" in refused.json()["detail"]
    assert client.get("/estimates", headers={"host": "localhost:3000"}).status_code == 200
    key = {"authorization": f"Bearer {service.key('a')}"}
    assert client.get("/estimates", headers=elsewhere | key).status_code == 200


@pytest.mark.parametrize("path", ["/estimates", "/model", "/categories", "/reviews", "/periods", "/jobs"])
def test_from_the_first_key_on_everybody_needs_one(service, path):
    assert service.client().get(path).status_code == 200

    key = service.key("a", "review", tenant="other")

    assert service.client().get(path).status_code == 401
    assert service.client(key).get(path).status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer lp_0123456789abcdef_" + "0" * 64, "Bearer é", "Bearer", "Basic YTpi", "Token x", ""]
)
def test_a_wrong_key_is_refused_in_one_way(service, header):
    answer = service.client().get("/estimates", headers={"Authorization": header.encode("latin-1")})

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(
    ("scope", "method", "path", "body"),
    [
        ("review", "POST", "/estimates", LINES),
        ("estimate", "POST", "/estimates/x/reviews", {}),
        ("estimate", "POST", "/estimates/x/reviews/1/approval", {}),
        ("estimate", "POST", "/estimates/x/comments", {"comment": "x"}),
        ("estimate", "PUT", "/supplier-figures", {"kg_co2e_per_unit": 1.0, "unit": "kg", "source": "s"}),
        ("review", "POST", "/periods/closings", {"name": "x", "first": "2024-01-01", "last": "2024-12-31"}),
        ("review", "POST", "/periods/reopenings", {"name": "x", "reason": "y"}),
    ],
)
def test_a_key_without_the_scope_is_told_so(service, scope, method, path, body):
    answer = service.client(service.key("a", scope)).request(method, path, json=body)

    assert answer.status_code == 403, answer.text
    assert scope in answer.json()["detail"]


def test_another_tenants_estimate_is_as_if_it_were_not_there(service):
    mine, other = (service.client(service.key("a", tenant=name)) for name in ("mine", "other"))
    name = mine.post("/estimates", json=LINES).json()["estimates"][0]["estimate_id"]

    answers = [
        other.get(f"/estimates/{name}"),
        other.post(f"/estimates/{name}/reviews", json={}),
        other.post(f"/estimates/{name}/comments", json={"comment": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[0].json()["detail"] == other.get(f"/estimates/{name}").json()["detail"]
    assert other.get("/estimates").json()["items"] == []
    assert mine.get(f"/estimates/{name}").status_code == 200


def test_the_same_idempotency_key_of_two_tenants_is_two_requests(service):
    clients = [service.client(service.key("a", tenant=name)) for name in ("mine", "other")]

    answers = [client.post("/estimates", json=LINES, headers={"Idempotency-Key": "1"}) for client in clients]

    assert ["idempotent-replayed" in answer.headers for answer in answers] == [False, False]


def test_too_many_requests_or_lines_are_told_when_to_come_back(serve, sqlite_url):
    service = serve(sqlite_url, requests_per_minute=3, lines_per_minute=5)
    many, few = service.client(service.key("a")), service.client(service.key("b"))

    five = few.post("/estimates", json={"lines": LINES["lines"] * 5})
    more = few.post("/estimates", json=LINES)
    asked = [many.get("/periods").status_code for _ in range(4)]

    assert (five.status_code, more.status_code, asked) == (200, 429, [200, 200, 200, 429])
    assert 1 <= int(more.headers["retry-after"]) <= 60
    assert "5 lines a minute" in more.json()["detail"]


def test_this_machine_has_no_limit_of_its_own(serve, sqlite_url):
    client = serve(sqlite_url, requests_per_minute=1).client()

    assert [client.get("/periods").status_code for _ in range(3)] == [200, 200, 200]


def test_a_secret_is_in_no_log_and_no_answer(service, caplog):
    caplog.set_level(logging.DEBUG)
    key = service.key("a")
    service.model.predict = lambda *_: 1 / 0

    answers = [
        service.client(key).post("/estimates", json=LINES),
        service.client(key[:-1] + "g").get("/estimates"),
    ]

    assert [answer.status_code for answer in answers] == [500, 401]
    secret = key.split("_")[2][:-1]
    assert secret not in caplog.text + "".join(answer.text for answer in answers)
    assert "a request met a fault" in caplog.text
