"""Questions that ask the same thing come together, the same way at each run."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from api.lacunes.groups import group_questions
from api.lacunes.labels import distinctive_words
from nlu.encoder import UseEncoder

SUBJECTS: list[list[str]] = yaml.safe_load(
    Path(__file__).with_name("questions_a_grouper.yml").read_text(encoding="utf-8")
)
QUESTIONS = [question for subject in SUBJECTS for question in subject]
SUBJECT_OF = [number for number, subject in enumerate(SUBJECTS) for _ in subject]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return UseEncoder().encode(QUESTIONS)


def b_cubed(found: list[int]) -> tuple[float, float]:
    """Precision and recall of groups, question by question (Bagga and Baldwin)."""
    subjects, groups = Counter(SUBJECT_OF), Counter(found)
    both = Counter(zip(SUBJECT_OF, found, strict=True))
    size = len(found)
    precision = sum(n * n / groups[group] for (_, group), n in both.items()) / size
    recall = sum(n * n / subjects[subject] for (subject, _), n in both.items()) / size
    return precision, recall


def test_questions_on_one_subject_come_together(
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    found = [-1] * len(QUESTIONS)
    for number, group in enumerate(group_questions(QUESTIONS, vectors)):
        for member in group.members:
            found[member] = number
    precision, recall = b_cubed(found)
    assert precision >= 0.95
    assert recall >= 0.80


def test_the_order_of_groups_is_their_size_and_twins_are_together(
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    texts = [*QUESTIONS, QUESTIONS[0].upper(), QUESTIONS[0] + " !"]
    rows = np.vstack([vectors, vectors[:1], vectors[:1]])
    groups = group_questions(texts, rows)
    sizes = [len(group.members) for group in groups]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == len(texts)
    twins = {0, len(texts) - 2, len(texts) - 1}
    assert any(twins <= set(group.members) for group in groups)
    assert group_questions(texts, rows) == groups


def test_many_questions_are_grouped_by_samples(
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    noise = np.random.default_rng(7).normal(0, 0.01, (6000, 512)).astype(np.float32)
    rows = vectors[np.arange(6000) % len(QUESTIONS)] + noise
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    texts = [f"{QUESTIONS[n % len(QUESTIONS)]} {n}" for n in range(6000)]
    start = time.monotonic()
    groups = group_questions(texts, rows, sample=500)
    assert time.monotonic() - start < 20
    assert len(groups) < 40
    assert sum(len(group.members) for group in groups) == 6000


def test_nothing_and_one_question_are_grouped_too(
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    assert group_questions([], vectors[:0]) == []
    (alone,) = group_questions(QUESTIONS[:1], vectors[:1])
    assert alone.members == (0,)


def test_a_group_is_told_by_its_own_words() -> None:
    chats, cimetiere = SUBJECTS[11], SUBJECTS[7]
    words = distinctive_words([chats, cimetiere, SUBJECTS[4]])
    assert set(words[0][:2]) == {"chats", "errants"}
    assert words[1][0] == "cimetière"
    assert "comment" not in words[0] + words[1]
