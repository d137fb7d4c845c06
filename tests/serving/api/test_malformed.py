"""What no client should send is answered with a documented problem, never with a fault of ours."""

import pytest

JSON = {"content-type": "application/json"}
DESK = {"description": "Oak desk", "amount": 100.0, "currency": "USD"}


@pytest.fixture
def name(client):
    return client.post("/estimates", json={"lines": [DESK]}).json()["estimates"][0]["estimate_id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"correction": {"kg_co2e": NaN}}', 422),
        ('{"correction": {"kg_co2e": -Infinity}}', 422),
        ('{"correction": {"kg_co2e": 1e400}}', 422),
        ('{"correction": {"kg_co2e": true}}', 422),
        ('{"correction": {"mass_kg": "12"}}', 422),
        ('{"correction": {}}', 422),
        ('{"correction": {"category_code": "339113"}}', 422),
        ('{"correction": {"excluded": 1}}', 422),
        ('{"comment": "half \\ud800"}', 422),
        ('{"comment": "nought \\u0000"}', 422),
        ('{"coment": "x"}', 422),
        ("[]", 422),
        ('{"comment":', 400),
        (b"\xff", 400),
        ("", 422),
        ("[" * 100_000, 400),
        ('{"comment": ' + "1" * 5_000 + "}", 400),
    ],
)
def test_a_review_that_cannot_be_one(client, name, body, status):
    answer = client.post(f"/estimates/{name}/reviews", content=body, headers=JSON)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/reviews").json()["items"] == []


@pytest.mark.parametrize("path", ["/estimates", "/periods/closings"])
def test_a_body_of_another_kind_or_size_is_refused(client, path):
    assert client.post(path, content="x", headers={"content-type": "text/plain"}).status_code == 415
    assert client.post(path, content=b" " * 50_000_000, headers=JSON).status_code == 413


@pytest.mark.parametrize(
    "figure",
    [
        {"gtin": "4006381333932"},
        {"supplier": "Acme"},
        {},
        {"gtin": "4006381333931", "supplier": "Acme", "article": "x"},
        {"supplier": "\u0000", "article": "x"},
        {"gtin": "4006381333931", "valid_from": "2025-01-01", "valid_to": "2024-01-01"},
        {"gtin": "4006381333931", "kg_co2e_per_unit": 1e16},
    ],
)
def test_a_figure_that_is_about_nothing_or_valid_never_is_refused(client, figure):
    answer = client.put(
        "/supplier-figures", json={"kg_co2e_per_unit": 1.0, "unit": "kg", "source": "s"} | figure
    )

    assert answer.status_code == 422, answer.text


def test_a_figure_nobody_declared_is_not_there(client):
    assert client.get("/supplier-figures?gtin=4006381333931").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999999", "x"])
def test_a_review_that_is_not_there_cannot_be_approved(client, name, number):
    answer = client.post(f"/estimates/{name}/reviews/{number}/approval")

    assert answer.status_code == (422 if number == "x" else 409)


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "e30", "%00", "W10"])
@pytest.mark.parametrize("path", ["/estimates", "/reviews"])
def test_a_cursor_that_is_none_is_refused(client, path, cursor):
    assert client.get(f"{path}?cursor={cursor}").status_code == 400


def test_a_line_nested_without_end_costs_only_itself(client):
    deep = '{"description": ' + "[" * 900 + "]" * 900 + "}"
    body = f'{{"lines": [{deep}, {{"description": "Oak desk", "amount": 100.0, "currency": "USD"}}]}}'

    answer = client.post("/estimates", content=body, headers=JSON)

    assert [one["status"] for one in answer.json()["estimates"]] == ["unmatched", "estimated"], answer.text
