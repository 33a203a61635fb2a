"""Rasa's side of `bench.nlu_rasa`, run by Rasa's own interpreter: trains, then reads sentences.

    .venv-rasa/bin/python bench/rasa_nlu_side.py FOLDER

FOLDER holds `config.yml`, `nlu.yml` and `sentences.json`; `answers.json` is written there.
"""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main(folder: Path) -> None:
    """Train, load, read; write what was found and how long it took."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    start = time.perf_counter()
    model = train_nlu(
        config=str(folder / "config.yml"),
        nlu_data=str(folder / "nlu.yml"),
        output=str(folder),
        fixed_model_name="bench",
    )
    trained = time.perf_counter() - start
    start = time.perf_counter()
    agent = Agent.load(model)
    loaded = time.perf_counter() - start
    sentences = json.loads((folder / "sentences.json").read_text(encoding="utf-8"))
    answers = asyncio.run(read(agent, sentences))
    report = {
        "trained_s": trained,
        "loaded_s": loaded,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "model_mib": Path(model).stat().st_size / 1024**2,
        "answers": answers,
    }
    (folder / "answers.json").write_text(json.dumps(report), encoding="utf-8")


async def read(agent, sentences):
    """Return, for each sentence: intent, confidence, entities, milliseconds."""
    await agent.parse_message(sentences[0])
    answers = []
    for sentence in sentences:
        start = time.perf_counter()
        parsed = await agent.parse_message(sentence)
        elapsed = (time.perf_counter() - start) * 1000
        intent = parsed["intent"]
        entities = [[each["start"], each["end"]] for each in parsed["entities"]]
        answers.append([intent["name"], intent["confidence"], entities, elapsed])
    return answers


if __name__ == "__main__":
    main(Path(sys.argv[1]))
