"""Logs: one JSON object a line, or text for a person at a terminal, and no secret in either."""

import logging
import logging.config
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

from pythonjsonlogger.core import RESERVED_ATTRS, merge_record_extra
from pythonjsonlogger.json import JsonFormatter

from serving.operations.redaction import configured_secrets, redactor
from serving.operations.requests import current_request
from serving.operations.settings import OperationsSettings

_OURS: Final = ("serving", "models", "features", "data")
_NOISY: Final = ("bentoml", "circus", "uvicorn", "opentelemetry")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up_logs(settings: OperationsSettings) -> None:
    """Send everything that this process logs to standard output, in one form.

    BentoML sets up logging of its own, and silences loggers that were there before: call this after it.

    Parameters
    ----------
    settings
        Form and level.
    """
    formatter: Callable[[], logging.Formatter] = JsonLines if settings.json_lines else TextLines
    level = settings.log_level.upper()
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": formatter}},
            "handlers": {"out": handler},
            "loggers": {
                **{name: {"level": level} for name in _OURS},
                **{name: {"level": "WARNING", "handlers": [], "propagate": True} for name in _NOISY},
            },
            "root": {"level": "WARNING", "handlers": ["out"]},
        }
    )
    for known in logging.Logger.manager.loggerDict.values():
        if isinstance(known, logging.Logger):
            known.disabled = False
    # the requests are logged by ourselves, with their route instead of their path
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(capture=True)


class JsonLines(JsonFormatter):
    """A log record as a JSON object on one line.

    A traceback names files, lines and kinds of errors; what the errors say is left out, for it may quote the
    lines of a purchase. So may messages of other programs after their first line.
    """

    def __init__(self) -> None:
        super().__init__((), json_ensure_ascii=False)
        self._redact = redactor(configured_secrets())

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Put what every line has first."""
        moment = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        log_data["level"] = record.levelname.lower()
        log_data["event"] = _said(record)
        log_data["logger"] = record.name
        log_data.update(_of_request())
        super().add_fields(log_data, record, message_dict)
        if "exc_info" in log_data:
            log_data["traceback"] = log_data.pop("exc_info")

    def formatException(self, ei: _Raised) -> list[str]:  # type: ignore[override]  # noqa: N802
        """Write where an error came up, without what it says."""
        return _frames(ei)

    def serialize_log_record(self, log_data: dict[str, Any]) -> str:
        """Write the object and hide what must not be read."""
        return self._redact(super().serialize_log_record(log_data))


class TextLines(logging.Formatter):
    """The same for a person: time, level, event and facts; a traceback below."""

    def __init__(self) -> None:
        super().__init__()
        self._redact = redactor(configured_secrets())

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        facts: dict[str, Any] = _of_request()
        merge_record_extra(record, facts, reserved=RESERVED_ATTRS)
        moment = time.strftime("%H:%M:%S", time.localtime(record.created))
        words = [moment, f"{record.levelname:<7}", _said(record)]
        words += [f"{name}={value}" for name, value in facts.items()]
        raised = _frames(record.exc_info) if record.exc_info else []
        return self._redact("\n    ".join([" ".join(words), *raised]))


def _said(record: logging.LogRecord) -> str:
    text = record.getMessage()
    ours = record.name.partition(".")[0] in _OURS
    return text if ours else text.partition("\n")[0]


def _of_request() -> dict[str, Any]:
    facts = current_request()
    if facts is None:
        return {}
    return {"request_id": facts.request_id} | ({"trace_id": facts.trace_id} if facts.trace_id else {})


def _frames(raised: _Raised) -> list[str]:
    """Write a chain of errors, the first cause first."""
    lines: list[str] = []
    error = raised[1]
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        told = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        kind = type(error)
        lines = [*told, f"{kind.__module__}.{kind.__qualname__}", *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
