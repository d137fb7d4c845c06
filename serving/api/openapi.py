"""The OpenAPI document, and what routes say about their answers in it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from serving.problems import Problem, problem_responses
from serving.schemas import LineIn

_ALWAYS = (401, 422, 429, 500, 503)
"""Any route may be asked without a right key, with what cannot be used, too often, or in bad times."""


def answers(*problems: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems of a route for which everybody needs a key."""
    return problem_responses(*sorted({*_ALWAYS, *problems}))


def posted(*problems: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems of a route that takes a body and is answered once for an Idempotency-Key."""
    return answers(400, 403, 409, 413, 415, *problems)


def described(app: FastAPI) -> dict[str, Any]:
    """Describe the API, line items included: they are checked one by one and so are unknown to FastAPI."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for part in (LineIn, Problem):
            schema["components"]["schemas"][part.__name__] = part.model_json_schema()
        parts = schema["components"]["schemas"]
        for part in parts.values():
            _say_nulls(part.get("example"), part, parts)
        schema["servers"] = [{"url": "/v1"}]
        app.openapi_schema = schema
    return app.openapi_schema


def _say_nulls(example: Any, schema: dict[str, Any], parts: dict[str, Any]) -> None:
    """Put the nulls of required fields back into an example: FastAPI leaves out whatever is null."""
    if "$ref" in schema:
        schema = parts[schema["$ref"].rpartition("/")[2]]
    if isinstance(example, list):
        for item in example:
            _say_nulls(item, schema.get("items", {}), parts)
    elif isinstance(example, dict):
        fields = schema.get("properties", {})
        for name in schema.get("required", []):
            if {"type": "null"} in fields[name].get("anyOf", []):
                example.setdefault(name, None)
        for name, value in example.items():
            _say_nulls(value, fields.get(name, {}), parts)
