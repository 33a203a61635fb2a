"""Readers of the BEIR format: `corpus.jsonl`, `queries.jsonl`, `qrels.tsv`."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.search.index import IndexedText
from knowledge.search.synonyms import DATA

Qrels = Mapping[str, Mapping[str, int]]
"""Relevance (greater than 0 when relevant) by query, then by document."""

_COLUMNS = 3
_KEYWORDS = ("keywords", "tags", "themes")


class BeirFormatError(ValueError):
    """A file that does not follow the format; `code` is a message of `data/evaluation.yml`."""

    def __init__(self, path: Path, line: int, code: str, **facts: str) -> None:
        self.path, self.line, self.code = path, line, code
        texts = load_texts()["erreurs"]
        reason = texts[code].format_map(facts)
        super().__init__(texts["ligne"].format(fichier=path.name, ligne=line, raison=reason))


def read_corpus(path: Path) -> Iterator[tuple[str, IndexedText]]:
    """Yield the documents one by one: `_id`, `title`, `text`, and `questions` if there are any."""
    for line, record in _records(path):
        yield _identifier(path, line, record), _to_text(path, line, record)


def read_queries(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the questions: `_id` and `text`."""
    for line, record in _records(path):
        yield _identifier(path, line, record), _text(path, line, record)


def read_qrels(path: Path) -> Qrels:
    """Read the judgements: query, document, score, separated by tabs; the header is optional."""
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8-sig") as stream:
        for number, row in enumerate(stream, start=1):
            if not row.strip():
                continue
            columns = row.rstrip("\r\n").split("\t")
            if len(columns) < _COLUMNS:
                raise BeirFormatError(path, number, "colonnes")
            query, document, score = columns[:_COLUMNS]
            if number == 1 and not _is_integer(score):
                continue
            if not _is_integer(score):
                raise BeirFormatError(path, number, "note")
            judgements[query][document] = int(score)
    return judgements


@cache
def load_texts() -> dict[str, dict[str, str]]:
    """Read the French sentences of the evaluation."""
    raw = (DATA / "evaluation.yml").read_bytes()
    texts: dict[str, dict[str, str]] = yaml.load(raw, Loader=yaml.BaseLoader)  # noqa: S506
    return texts


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as stream:
        for number, row in enumerate(stream, start=1):
            if not row.strip():
                continue
            try:
                record = json.loads(row)
            except json.JSONDecodeError:
                record = None
            if not isinstance(record, dict):
                raise BeirFormatError(path, number, "json")
            yield number, record


def _to_text(path: Path, line: int, record: dict[str, Any]) -> IndexedText:
    metadata = record.get("metadata")
    extra = {**(metadata if isinstance(metadata, dict) else {}), **record}
    keywords = [word for name in _KEYWORDS for word in _strings(extra.get(name))]
    return IndexedText(
        title=str(record.get("title") or ""),
        body=_text(path, line, record),
        questions=tuple(_strings(extra.get("questions"))),
        keywords=" ".join(keywords),
    )


def _identifier(path: Path, line: int, record: dict[str, Any]) -> str:
    identifier = record.get("_id")
    if identifier is None or str(identifier) == "":
        raise BeirFormatError(path, line, "identifiant")
    return str(identifier)


def _text(path: Path, line: int, record: dict[str, Any]) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise BeirFormatError(path, line, "texte")
    return text


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _is_integer(text: str) -> bool:
    return text.strip().removeprefix("-").isdigit()
