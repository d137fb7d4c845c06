"""Whatever the OpenAPI document allows, and what it does not: no 5xx, no undocumented answer."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from starlette.applications import Starlette
from starlette.routing import Mount

from serving.api import Backend, create_api
from serving.problems import answer_with_problems

CASES = 20
"""For each of the operations."""

PATHS = create_api(Backend(lambda: None, lambda: None)).openapi()["paths"]
OPERATIONS = [(method.upper(), path) for path, methods in PATHS.items() for method in methods]


@pytest.fixture
def document(service):
    line = {"description": "Oak desk", "amount": 100.0, "currency": "USD"}
    service.client().post("/estimates", json={"lines": [line]}).raise_for_status()
    site = Starlette(routes=[Mount("/v1", service.app)])
    answer_with_problems(site)
    return schemathesis.openapi.from_asgi("/v1/openapi.json", site)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_the_document_says(document, method, path):
    operation = document[path][method]
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def check(case):
        case.call_and_validate()

    check()
