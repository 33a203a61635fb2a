"""Start Rasa with five guards; takes the arguments of the `rasa` command.

1. The JSON schema of action answers is compiled once: the same check, two and a half times the
   throughput (measured, see docs/decisions/0001).
2. A tracker store that cannot be read or written raises: Rasa's own fail-safe answers as if the
   conversation were new, which would silently forget what the élu said.
3. An action receives what it reads: slots, form, message, and the names of the events since that
   message; not the whole domain and history, longer at each turn.
4. The schema of the tracker store is not looked up at each transaction: the service made it.
5. Log records of Rasa keep their template and lose their values: they may hold an élu's words.
"""

import logging
import os
import sys
from typing import Any, Dict, List

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import rasa
import rasa.core.tracker_store
import structlog
from jsonschema import Draft202012Validator
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity


class TrackerStoreUnavailable(RuntimeError):
    """The conversation memory cannot be read or written."""


def _validate_once_compiled() -> None:
    validator = Draft202012Validator(RemoteAction.action_response_format_spec())

    def validate(self: RemoteAction, result: Dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def _refuse_silent_amnesia() -> None:
    def fail(self: FailSafeTrackerStore, error: Exception) -> None:
        raise TrackerStoreUnavailable(type(error).__name__) from None

    FailSafeTrackerStore.on_tracker_store_error = fail
    FailSafeTrackerStore.on_tracker_store_retrieve_error = fail


def _send_this_turn_only() -> None:
    def call_format(
        self: RemoteAction, tracker: DialogueStateTracker, domain: Domain
    ) -> Dict[str, Any]:
        state = tracker.current_state(EventVerbosity.NONE)
        state["events"] = _names_since_message(tracker)
        return {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": state,
            "version": rasa.__version__,
        }

    RemoteAction._action_call_format = call_format


def _names_since_message(tracker: DialogueStateTracker) -> List[Dict[str, Any]]:
    names: List[Dict[str, Any]] = []
    for event in reversed(tracker.events):
        names.append({"event": event.type_name, "name": getattr(event, "action_name", None)})
        if isinstance(event, UserUttered):
            break
    return names[::-1]


def _trust_the_schema() -> None:
    rasa.core.tracker_store.ensure_schema_exists = lambda session: None


class _WithoutValues(logging.Filter):
    """Keep who speaks and how serious it is; drop what may quote the élu."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            record.msg = f"{record.name} ligne {record.lineno} {kind}".strip()
            record.args = ()
            record.exc_info = None
            record.exc_text = None
            return True
        return record.name in ("rasa.core.run", "root")


def _silence_logs() -> None:
    create = logging.getLogRecordFactory()
    mask = _WithoutValues()

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = create(*args, **kwargs)
        mask.filter(record)
        return record

    logging.setLogRecordFactory(factory)
    structlog.configure(processors=[_drop_structured], cache_logger_on_first_use=False)


def _drop_structured(logger: Any, method: str, event: Dict[str, Any]) -> Dict[str, Any]:
    raise structlog.DropEvent


def _keep_structlog_silent() -> None:
    import rasa.utils.log_utils as log_utils

    log_utils.configure_structlog = lambda *args, **kwargs: _silence_logs()


if __name__ == "__main__":
    _validate_once_compiled()
    _refuse_silent_amnesia()
    _send_this_turn_only()
    _trust_the_schema()
    _keep_structlog_silent()
    from rasa.__main__ import main

    sys.argv[0] = "rasa"
    main()
