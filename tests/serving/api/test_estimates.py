"""Estimating over HTTP: recorded, answered once, found again with every reason."""

import threading

import pytest

GLOVES = {"description": "Nitrile gloves", "amount": 412.0, "currency": "GBP", "date": "2022-04-24"}
DESK = {"description": "Oak desk", "amount": 100.0, "currency": "USD"}


def estimate(client, *lines, headers=None, **options):
    answer = client.post("/estimates", json={"lines": lines, **options}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["estimates"]


def test_every_line_is_recorded_as_it_was_received_and_answered(client):
    gloves, broken = estimate(client, GLOVES, {"description": "x", "amount": "many"})

    found = client.get(f"/estimates/{gloves['estimate_id']}").json()

    assert found["received"] == GLOVES
    assert found["line"]["description"] == "Nitrile gloves"
    assert found["recorded"]["estimate"] == gloves
    assert (found["recorded"]["who"], found["recorded"]["line_date"]) == ("local", "2022-04-24")
    assert client.get(f"/estimates/{broken['estimate_id']}").json()["received"]["amount"] == "many"


def test_the_arithmetic_of_an_estimate_leads_from_the_amount_to_the_figure(client):
    [gloves] = estimate(client, GLOVES)

    sums = client.get(f"/estimates/{gloves['estimate_id']}").json()["arithmetic"]

    assert sums["conversions"][0]["from_value"] == 412.0
    value = 412.0
    for step in sums["conversions"]:
        assert step["from_value"] == pytest.approx(value, rel=1e-6)
        value *= step["rate"]
    assert value * sums["kg_co2e_per_unit"] == pytest.approx(gloves["kg_co2e"], rel=1e-6)


def test_values_that_json_does_not_have_are_kept_as_text(client):
    body = '{"lines": [{"description": "Oak desk", "amount": NaN}]}'

    answer = client.post("/estimates", content=body, headers={"content-type": "application/json"})

    [found] = answer.json()["estimates"]
    assert found["reason"] == "line_invalid"
    received = client.get(f"/estimates/{found['estimate_id']}").json()["received"]
    assert received == '{"description": "Oak desk", "amount": NaN}'


def test_a_request_sent_twice_under_one_key_is_estimated_once(client, service):
    headers = {"Idempotency-Key": "order-1"}
    body = {"lines": [GLOVES]}

    first = client.post("/estimates", json=body, headers=headers)
    again = client.post("/estimates", json=body, headers=headers)

    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert service.model.asked == 1
    assert len(client.get("/estimates").json()["items"]) == 1


def test_a_key_with_another_body_is_a_conflict(client):
    headers = {"Idempotency-Key": "order-1"}
    client.post("/estimates", json={"lines": [GLOVES]}, headers=headers)

    answer = client.post("/estimates", json={"lines": [DESK]}, headers=headers)

    assert (answer.status_code, answer.json()["title"]) == (409, "The request does not fit what is there")
    assert "another body" in answer.json()["detail"]


def test_a_request_that_is_still_being_answered_is_told_when_to_ask_again(client, service, monkeypatch):
    started, go_on = threading.Event(), threading.Event()
    predict = service.model.predict

    def slow(*args):
        started.set()
        go_on.wait(20)
        return predict(*args)

    monkeypatch.setattr(service.model, "predict", slow)
    answers = []
    send = lambda: client.post(  # noqa: E731
        "/estimates", json={"lines": [GLOVES]}, headers={"Idempotency-Key": "order-1"}
    )
    first = threading.Thread(target=lambda: answers.append(send()))
    first.start()
    started.wait(20)

    during = send()
    go_on.set()
    first.join()

    assert (during.status_code, answers[0].status_code) == (409, 200)
    assert int(during.headers["retry-after"]) >= 1


def test_a_request_that_failed_may_be_sent_again_under_its_key(client, service, monkeypatch):
    headers = {"Idempotency-Key": "order-1"}
    with monkeypatch.context() as broken:
        broken.setattr(service.model, "predict", lambda *_: 1 / 0)
        assert client.post("/estimates", json={"lines": [GLOVES]}, headers=headers).status_code == 500

    assert client.post("/estimates", json={"lines": [GLOVES]}, headers=headers).status_code == 200


@pytest.mark.parametrize("key", ["", "two words", "é", "x" * 256])
def test_an_idempotency_key_that_cannot_be_one_is_refused(client, key):
    answer = client.post(
        "/estimates", json={"lines": [GLOVES]}, headers={"Idempotency-Key": key.encode("latin-1")}
    )

    assert answer.status_code == 422
    assert "idempotency-key" in answer.json()["detail"].lower()


def test_the_same_line_asked_twice_is_one_estimate_with_two_times(client):
    [gloves], [same] = estimate(client, GLOVES), estimate(client, GLOVES)

    history = client.get(f"/estimates/{gloves['estimate_id']}?limit=1").json()["history"]

    assert gloves == same
    assert [time["sequence"] for time in history["items"]] == [2]
    following = client.get(f"/estimates/{gloves['estimate_id']}?cursor={history['cursor']}").json()["history"]
    assert ([time["sequence"] for time in following["items"]], following["cursor"]) == ([1], "")


def test_estimates_are_found_a_page_at_a_time_by_what_they_were_made_from(client):
    for n in range(5):
        estimate(client, {**DESK, "line_id": f"D{n}", "date": f"202{n}-01-01"}, factor_set="epa-v1.2")
    estimate(client, GLOVES)

    seen, cursor = [], ""
    while True:
        page = client.get(
            "/estimates", params={"factor_set": "epa-v1.2", "limit": 2, "cursor": cursor}
        ).json()
        seen += [one["estimate"]["line_id"] for one in page["items"]]
        cursor = page["cursor"]
        if not cursor:
            break

    assert seen == ["D4", "D3", "D2", "D1", "D0"]
    dated = client.get("/estimates?dated_from=2021-01-01&dated_to=2022-01-01").json()["items"]
    assert [one["line_date"] for one in dated] == ["2022-01-01", "2021-01-01"]
    assert client.get("/estimates?model=other").json() == {"items": [], "cursor": ""}
    assert client.get("/estimates?job=some").json()["items"] == []


def test_a_cursor_of_another_search_is_refused(client):
    estimate(client, DESK, GLOVES)
    cursor = client.get("/estimates?limit=1").json()["cursor"]

    answer = client.get(f"/estimates?limit=1&model=small&cursor={cursor}")

    assert (answer.status_code, "cursor" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "query", ["since=2025-01-01T00:00:00", "since=0001-01-01T00:00:00Z", "limit=0", "dated_to=1"]
)
def test_a_filter_that_cannot_be_one_is_refused(client, query):
    assert client.get(f"/estimates?{query}").status_code == 422


def test_an_unknown_estimate_is_not_there(client):
    answer = client.get("/estimates/nothing%00")

    assert (answer.status_code, answer.json()["status"]) == (404, 404)
