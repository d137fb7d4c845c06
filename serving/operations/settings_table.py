"""All settings in one table, made from the objects that read them."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final, get_args

import platformdirs
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from data.settings import DataSettings
from models.bundle import DEFAULT_BUNDLE
from serving.jobs.settings import JobSettings
from serving.operations.settings import OperationsSettings
from serving.settings import ServiceSettings

_PARTS: Final[tuple[type[BaseSettings], ...]] = (
    ServiceSettings,
    OperationsSettings,
    JobSettings,
    DataSettings,
)
_OPENTELEMETRY: Final = (
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "", "where traces are sent, OTLP over HTTP; nowhere without it"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "", "headers for it, such as a token"),
    ("OTEL_SERVICE_NAME", "ledgerprint", "name of the service in traces"),
    ("OTEL_TRACES_SAMPLER", "parentbased_always_on", "which requests are traced"),
)


def settings_table() -> str:
    """Write a Markdown table of the environment variables that the program reads.

    Returns
    -------
    str
        Name, default and meaning of each; paths of this machine are shown as what they stand for.
    """
    rows = [*(row for part in _PARTS for row in _rows(part)), *_OPENTELEMETRY]
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {f'`{default}`' if default else ''} | {escape(about, quote=False)} |"
        for name, default, about in rows
    ]
    return "\n".join(lines) + "\n"


def _rows(part: type[BaseSettings]) -> Iterator[tuple[str, str, str]]:
    prefix = str(part.model_config["env_prefix"])
    for name, field in part.model_fields.items():
        yield f"{prefix}{name}".upper(), _default(field), f"{field.description or ''}{_choices(field)}"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is PydanticUndefined:
        value = field.default_factory()  # type: ignore[misc,call-arg]
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    for path, shown in _places():
        text = text.replace(str(path), shown)
    return text


def _places() -> list[tuple[Path, str]]:
    return [
        (DEFAULT_BUNDLE, "the shipped bundle"),
        (platformdirs.user_data_path("ledgerprint"), "~/.local/share/ledgerprint"),
        (Path(platformdirs.user_cache_dir("ledgerprint")), "~/.cache/ledgerprint"),
    ]


def _choices(field: FieldInfo) -> str:
    """Name the values of a field that has few, unless its description does."""
    values = [str(value) for value in get_args(field.annotation) if isinstance(value, str)]
    return f" ({', '.join(values)})" if values else ""
