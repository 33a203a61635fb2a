"""The evaluation on BEIR files: measures worked out by hand, clear refusals."""

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.search.beir import BeirFormatError
from knowledge.search.evaluation import SearchReport, run_beir
from nlu.encoder import UseEncoder

CORPUS = [
    {"_id": "bp", "title": "Budget participatif", "text": "Les habitants votent un budget."},
    {"_id": "tirage", "title": "Tirage au sort", "text": "Un panel est tiré au sort."},
    {"_id": "plu", "title": "", "text": "La concertation du plan local d'urbanisme."},
    {"_id": "cafe", "title": "Café citoyen", "text": "Un lieu tenu par des bénévoles."},
]
QUERIES = [
    {"_id": "1", "text": "bugdet participatif"},
    {"_id": "2", "text": "concertation urbanisme"},
    {"_id": "3", "text": "sans jugement"},
]
QRELS = "query-id\tcorpus-id\tscore\n1\tbp\t2\n1\tcafe\t0\n2\tplu\t1\n2\tabsent\t1\n"


def _write(folder: Path, corpus: list[Any], queries: list[Any], qrels: str) -> tuple[Path, ...]:
    paths = folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels.tsv"
    for path, records in zip(paths, (corpus, queries), strict=False):
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    paths[2].write_text(qrels, encoding="utf-8")
    return paths


def _run(folder: Path, **changes: Any) -> SearchReport:
    corpus, queries, qrels = _write(
        folder,
        changes.pop("corpus", CORPUS),
        changes.pop("queries", QUERIES),
        changes.pop("qrels", QRELS),
    )
    return run_beir(corpus, queries, qrels, changes.pop("encoder", None), **changes)


def test_measures_are_those_of_the_field(tmp_path: Path) -> None:
    report = _run(tmp_path)
    assert (report.documents, report.queries) == (4, 2)
    assert report.recall_at_1 == (1 + 1 / 2) / 2  # « absent » counts among the relevant ones
    assert report.success_at_1 == 1.0
    assert report.mrr_at_10 == 1.0
    assert report.ndcg_at_10 == pytest.approx((1 + 1 / (1 + 1 / 1.5849625)) / 2)


def test_a_relevant_document_found_third_counts_a_third(tmp_path: Path) -> None:
    corpus = [
        {"_id": str(rank), "title": "café", "text": "café " * (4 - rank) + "lavoir " * rank}
        for rank in (1, 2, 3)
    ]
    report = _run(
        tmp_path, corpus=corpus, queries=[{"_id": "q", "text": "café"}], qrels="q\t3\t1\n"
    )
    assert report.mrr_at_10 == pytest.approx(1 / 3)
    assert (report.recall_at_1, report.recall_at_3) == (0.0, 1.0)
    assert report.ndcg_at_10 == pytest.approx(0.5)


def test_the_encoder_finds_what_shares_no_word(tmp_path: Path) -> None:
    queries = [{"_id": "2", "text": "un endroit convivial où se retrouver"}]
    report = _run(tmp_path, queries=queries, qrels="2\tcafe\t1\n", encoder=UseEncoder())
    assert report.success_at_3 == 1.0
    assert report.embedding_p50_ms > 0


@pytest.mark.parametrize("place", ["questions", "metadata"])
def test_example_questions_of_the_corpus_are_used(tmp_path: Path, place: str) -> None:
    asked = {"questions": ["Comment faire revenir les gens le soir ?"]}
    extra = asked if place == "questions" else {"metadata": asked}
    corpus = [*CORPUS[:3], CORPUS[3] | extra]
    queries = [{"_id": "2", "text": "faire revenir les gens"}]
    report = _run(tmp_path, corpus=corpus, queries=queries, qrels="2\tcafe\t1\n")
    assert report.success_at_1 == 1.0


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    _run(tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(4, 4)]


def test_the_report_is_a_dictionary_and_a_french_table(tmp_path: Path) -> None:
    report = _run(tmp_path)
    assert report.as_dict()["recall_at_1"] == 0.75
    assert "Rappel à 10" in report.as_table()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"corpus": [{"title": "x", "text": "y"}]}, "corpus.jsonl, ligne 1"),
        ({"corpus": [CORPUS[0], {"_id": "x"}]}, "corpus.jsonl, ligne 2"),
        ({"corpus": [CORPUS[0], CORPUS[0]]}, "figure deux fois"),
        ({"corpus": [["bp"]]}, "n'est pas un objet JSON"),
        ({"qrels": "query-id\tcorpus-id\tscore\n1\tbp\n"}, "qrels.tsv, ligne 2"),
        ({"qrels": "query-id\tcorpus-id\tscore\n1\tbp\toui\n"}, "un nombre entier"),
        ({"qrels": "9\tbp\t1\n"}, "aucune requête"),
    ],
)
def test_wrong_files_are_refused_in_french(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    with pytest.raises(BeirFormatError, match=expected):
        _run(tmp_path, **changes)
