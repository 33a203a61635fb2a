"""A bare Rasa as its manual sets it up: DIET, rules, REST channel, its own action server.

The named baseline of `bench.soutenu`: each message is read by DIET, a rule chooses an action of
the intent, the action server answers a sentence. No base is searched, nothing is remembered but
the tracker, in memory.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import yaml

from api.rasa_process import free_port
from bench.nlu_rasa import ROOT, pipeline, write_training
from nlu.intents_examples import IntentExample

ACTION = "action_repondre"
_ACTIONS = '''"""The one action of the bare Rasa."""

from rasa_sdk import Action


class Repondre(Action):
    """Answers a sentence."""

    def name(self):
        return "action_repondre"

    def run(self, dispatcher, tracker, domain):
        intent = tracker.latest_message["intent"]["name"]
        dispatcher.utter_message(text="Votre demande : " + intent)
        return []
'''
_FILES = ("-m", "models/nu.tar.gz", "--endpoints", "endpoints.yml")
_CHANNELS = ("--credentials", "credentials.yml")
_PATIENCE_SECONDS = 240


def python() -> str:
    """Return Rasa's own interpreter."""
    return os.environ.get("ORIENTATION_RASA_PYTHON", str(ROOT / ".venv-rasa" / "bin" / "python"))


def write_project(folder: Path, examples: Sequence[IntentExample], epochs: int) -> None:
    """Write the project: the same sentences and communes as ours, one rule for each intent."""
    write_training(folder, examples, epochs)
    intents = sorted({each.intent for each in examples})
    config = {**pipeline(epochs), "policies": [{"name": "RulePolicy"}]}
    domain = {
        "version": "3.1",
        "intents": intents,
        "entities": ["commune"],
        "actions": [ACTION],
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
    rules = [
        {"rule": intent, "steps": [{"intent": intent}, {"action": ACTION}]} for intent in intents
    ]
    _write(folder / "config.yml", config)
    _write(folder / "domain.yml", domain)
    _write(folder / "rules.yml", {"version": "3.1", "rules": rules})
    _write(folder / "credentials.yml", {"rest": None})
    (folder / "actions.py").write_text(_ACTIONS, encoding="utf-8")


def _write(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")


def train(folder: Path) -> None:
    """Train the project with Rasa's own command."""
    data = ["nlu.yml", "rules.yml"]
    _rasa(folder, "train", "--data", *data, "--fixed-model-name", "nu").check_returncode()


def _environment(folder: Path) -> dict[str, str]:
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "HOME": str(folder)}
    return {**os.environ, **quiet}


def _rasa(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - Rasa's own command
        [python(), "-W", "ignore", "-m", "rasa", *arguments],
        cwd=folder,
        env=_environment(folder),
        check=False,
    )


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Start Rasa and its action server; yield the address and the two process ids."""
    port, actions = free_port(), free_port()
    _write(
        folder / "endpoints.yml",
        {"action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"}},
    )
    commands = [
        ("-m", "rasa_sdk", "--actions", "actions", "--port", str(actions)),
        ("-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port), *_FILES, *_CHANNELS),
    ]
    started = [
        subprocess.Popen(  # noqa: S603 - Rasa's own commands
            [python(), "-W", "ignore", *each],
            cwd=folder,
            env=_environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in commands
    ]
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/webhooks/rest/")
        _wait(f"http://127.0.0.1:{actions}/health")
        yield address, [each.pid for each in started]
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.wait(30)


def _wait(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url, timeout=2).status_code == httpx2.codes.OK:
                return
        except httpx2.HTTPError:
            time.sleep(0.5)
    raise RuntimeError(f"{url} did not answer")
