"""The second process of a long training: it answers as the caller would."""

import io
import pickle

import numpy as np

from nlu.encoder import UseEncoder
from nlu.training_worker import WORTH_SHARING, TrainingWorker, serve

SENTENCES = ["Un budget participatif à Auch ?", "qui peut nous aider pr un codev"]


def test_a_task_is_done_as_asked_until_the_pipe_closes() -> None:
    requests, answers = io.BytesIO(), io.BytesIO()
    for texts in (SENTENCES, SENTENCES[:1]):
        pickle.dump(("encode", (texts,)), requests)
    requests.seek(0)
    serve(requests, answers)
    answers.seek(0)
    both, first = pickle.load(answers), pickle.load(answers)  # noqa: S301 - written just above
    assert np.allclose(both, UseEncoder().encode(SENTENCES), atol=1e-5)
    assert np.allclose(first, both[:1], atol=1e-5)


def test_two_processes_embed_in_the_order_given() -> None:
    encoder = UseEncoder()
    texts = [f"{sentence} {number}" for number in range(20) for sentence in SENTENCES]
    with TrainingWorker(encoder, texts=WORTH_SHARING) as worker:
        shared = worker.encode(texts)
    assert np.allclose(shared, encoder.encode(texts), atol=1e-5)


def test_few_sentences_start_no_process() -> None:
    with TrainingWorker(UseEncoder(), texts=len(SENTENCES)) as worker:
        assert worker._process is None
        assert worker.encode(SENTENCES).shape == (2, 512)
