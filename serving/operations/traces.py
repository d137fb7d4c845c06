"""Traces (OpenTelemetry): sent where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says, and nowhere without it.

All of OpenTelemetry's own variables hold: protocol headers, sampling, the name of the service.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind
from starlette.types import Scope

from serving.version import program_version

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_TRACER: Final = trace.get_tracer("ledgerprint")


def start_tracing() -> None:
    """Begin to send traces from this process, if somebody said where to."""
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return
    # a second of imports, and nothing else needs them
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "ledgerprint"}
    resource = Resource.create({"service.version": program_version(), **named})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def stop_tracing() -> None:
    """Send what was not sent yet."""
    stop = getattr(trace.get_tracer_provider(), "shutdown", None)
    if stop is not None:
        stop()


@contextmanager
def request_span(scope: Scope) -> Iterator[Span]:
    """Trace a request, as part of the trace that its ``traceparent`` names."""
    carried = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    parent = propagate.extract(carried)
    with _TRACER.start_as_current_span(
        scope["method"], parent, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


@contextmanager
def span(name: str, facts: Mapping[str, int] | None = None) -> Iterator[None]:
    """Trace a part of a request.

    Parameters
    ----------
    name
        What is done.
    facts
        About it.
    """
    # what an error says may quote a line: it is not recorded
    with _TRACER.start_as_current_span(name, attributes=facts, record_exception=False):
        yield


def trace_id_of(one: Span) -> str:
    """Give the id of the trace that a span belongs to, "" if nobody traces."""
    context = one.get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else ""
