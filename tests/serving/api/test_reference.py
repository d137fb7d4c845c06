"""The model behind the estimates, its history, and the document that describes the API."""

import hashlib
import json

import pytest
from starlette.testclient import TestClient

from serving.api import Backend, create_api
from serving.schemas import (
    catalogue,
    estimates,
    footprints,
    jobs,
    labels,
    lines,
    periods,
    reference,
    reviews,
    supplier_figures,
)

SCHEMAS = (
    catalogue,
    estimates,
    footprints,
    jobs,
    labels,
    lines,
    periods,
    reference,
    reviews,
    supplier_figures,
)
DOCUMENT = create_api(Backend(lambda: None, lambda: None)).openapi()
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
NAMES = [f"{method} {path}" for method, path, _ in OPERATIONS]


def entry(number, previous, **said):
    content = {"number": number, "previous": previous, "action": "promotion", "by": "anna"} | said
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return content | {"sha256": hashlib.sha256(text.encode()).hexdigest()}


@pytest.fixture
def promotions(service, small_model, tmp_path):
    """Asks for the promotions of a log of these lines."""

    def ask(*lines):
        log = tmp_path / "promotions.jsonl"
        log.write_text("\n".join(lines), "utf-8")
        backend = Backend(lambda: small_model, lambda: service.store, promotion_log=log)
        return (
            TestClient(create_api(backend), "http://127.0.0.1", client=("127.0.0.1", 1))
            .get("/model/promotions")
            .json()
        )

    return ask


def test_the_promotion_history_is_shown_with_a_check_of_its_digests(promotions):
    first = entry(1, "0" * 64, reason="Besser für Käse.")
    second = entry(2, first["sha256"])

    whole = promotions(json.dumps(first), json.dumps(second))
    altered = promotions(json.dumps(first | {"by": "eve"}), json.dumps(second))
    shortened = promotions(json.dumps(second))
    broken = promotions(json.dumps(first), "{")

    assert (whole["intact"], whole["fault"], whole["items"]) == (True, "", [first, second])
    assert (altered["intact"], altered["fault"][:7]) == (False, "Line 1 ")
    assert (shortened["intact"], shortened["fault"][:7]) == (False, "Line 1 ")
    assert (broken["intact"], broken["fault"], len(broken["items"])) == (False, "Line 2 is no entry.", 1)


@pytest.mark.parametrize(
    "path", ["/categories/000000", "/factors/none/339113", "/factors/epa-v1.3/0", "/factors?set=x"]
)
def test_what_the_model_does_not_have_is_not_there(client, path):
    assert client.get(path).status_code == 404


def test_factors_are_found_a_page_at_a_time(client):
    seen, cursor = [], ""
    while True:
        asked = {"q": "SURGICAL 339113", "limit": 1, "cursor": cursor}
        page = client.get("/factors", params=asked).json()
        seen += [one["factor_set"] for one in page["items"]]
        cursor = page["cursor"]
        if not cursor:
            break

    assert seen == ["defra-2023", "epa-v1.2", "epa-v1.3-without-margins", "epa-v1.3"]
    assert client.get("/factors?q=surgical+nonsense").json() == {"items": [], "cursor": ""}


@pytest.mark.parametrize("operation", [operation for *_, operation in OPERATIONS], ids=NAMES)
def test_every_operation_has_words_and_examples(operation):
    def shown(schema):
        while "$ref" in schema:
            schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return "example" in schema or any(shown(one) for one in schema.get("anyOf", []))

    def told(content):
        files = [kind for kind, one in content.items() if one["schema"].get("type") == "string"]
        return len(files) == len(content) or shown(content["application/json"]["schema"])

    assert operation["summary"]
    assert operation["description"]
    [answer] = [said for status, said in operation["responses"].items() if status.startswith("2")]
    assert told(answer["content"])
    for problem in set(operation["responses"]) - {"200", "201"}:
        assert "application/problem+json" in operation["responses"][problem]["content"]
    if "requestBody" in operation:
        assert told(operation["requestBody"]["content"])
    for parameter in operation.get("parameters", []):
        assert "examples" in parameter["schema"] or "example" in parameter or "examples" in parameter, (
            parameter
        )


def test_every_post_takes_an_idempotency_key():
    for method, path, operation in OPERATIONS:
        names = [one["name"].lower() for one in operation.get("parameters", [])]
        assert ("idempotency-key" in names) == (method == "POST"), path


@pytest.mark.parametrize(
    "name", [name for name, one in DOCUMENT["components"]["schemas"].items() if "example" in one]
)
def test_the_examples_are_what_they_are_examples_of(name):
    model = next(getattr(module, name) for module in SCHEMAS if hasattr(module, name))

    model.model_validate(DOCUMENT["components"]["schemas"][name]["example"])
