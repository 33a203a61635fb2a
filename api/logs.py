"""Logs: one JSON object a line on standard error; ids and codes only, never words."""

import logging
import sys
from typing import Any

import structlog

# What a log line may carry beside its event: nothing that an élu wrote.
_ALLOWED = frozenset(
    {"id", "intent", "confidence", "rule_id", "reason", "error", "action", "code", "restart_in"}
    | {"sqlstate", "refusal", "route", "status", "ticket"}
)
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__)


def _only_allowed(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        for name, value in record.__dict__.items():
            if name in _ALLOWED and name not in _STANDARD:
                event[name] = value
    return event


def configure_logs(level: int = logging.INFO) -> None:
    """Send every log line, ours and the libraries', through the same filter."""
    processors: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _only_allowed,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=processors,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpx2", "httpcore", "uvicorn.access", "alembic", "bm25s"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # A failing statement may quote its parameters.
    logging.getLogger("sqlalchemy").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn.error").addFilter(_without_traceback)


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    record.exc_text = None
    return True
