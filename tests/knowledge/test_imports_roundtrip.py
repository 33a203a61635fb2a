"""Whatever a resource says, a file of it reads back the same; whatever a file is, it is told."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowledge.imports.cells import CellRefused, from_list, from_text, to_list, to_text
from knowledge.imports.columns import match_columns
from knowledge.imports.export import to_csv, to_json
from knowledge.imports.problems import FileRefused
from knowledge.imports.rows import read_row
from knowledge.imports.table import read_table
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import Resource, ResourceType, Source
from knowledge.resources.snapshot import from_snapshot, to_snapshot
from nlu.text import strip_invisible


def _clean(text: str) -> str:
    return strip_invisible(text).strip()


texts = st.text(max_size=80).map(_clean)
lines = texts.map(lambda text: " ".join(text.split()))
filled = lines.filter(bool)
days = st.none() | st.dates(date(1990, 1, 1), date(2026, 11, 1))
sources = st.builds(
    Source,
    name=lines,
    url=st.just("https://exemple.fr/") | filled.map("https://exemple.fr/{}".format),
    published_on=days,
    consulted_on=days,
)
resources = st.builds(
    Resource,
    id=st.just("outil-essai"),
    type=st.sampled_from(ResourceType),
    title=lines,
    summary=lines,
    body=texts,
    themes=st.lists(filled, max_size=3).map(tuple),
    territoires=st.lists(filled, min_size=1, max_size=3).map(tuple),
    population=st.none() | st.integers(1, 10_000_000),
    publics=st.lists(filled, max_size=3).map(tuple),
    year=st.none() | st.integers(1945, 2100),
    sources=st.lists(sources, max_size=4).map(tuple),
    questions=st.lists(filled, max_size=5).map(tuple),
    verified_on=days,
    review_on=days,
    expires_on=days,
    owner=st.none() | filled,
)
_SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _read(data: bytes) -> Resource:
    table = read_table(data)
    entry = read_row(table.rows[0], match_columns(table))
    assert entry.problems == ()
    draft = entry.to_draft()
    assert draft is not None
    return draft


@_SETTINGS
@given(resource=resources)
def test_a_resource_exported_reads_back_the_same(resource: Resource) -> None:
    record = ResourceRecord(resource=resource, author="a", editor="a")
    for write in (to_json, to_csv):
        assert _read(write([record])) == resource


@_SETTINGS
@given(resource=resources)
def test_a_snapshot_reads_back_the_same(resource: Resource) -> None:
    assert from_snapshot(to_snapshot(resource)) == resource


@_SETTINGS
@given(values=st.lists(filled, max_size=6))
@example(["a | b", "\\", "|", "fin\\|"])
def test_a_list_in_a_cell_reads_back_the_same(values: list[str]) -> None:
    assert to_list(from_text(from_list(values))) == values


@_SETTINGS
@given(text=texts)
@example("=cmd|' /C calc'!A0")
@example("'=déjà protégé")
def test_no_exported_text_is_a_formula(text: str) -> None:
    written = from_text(text)
    assert written[:1] not in {"=", "@"}
    assert to_text(written) == text


def _told(data: bytes) -> None:
    try:
        table = read_table(data)
        columns = match_columns(table)
    except FileRefused as refused:
        said = [refused.message]
    else:
        entries = [read_row(row, columns) for row in table.rows]
        said = [problem.message for entry in entries for problem in entry.problems]
    assert all(said)


@_SETTINGS
@given(
    data=st.binary(max_size=400) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))
)
@example(b"PK\x05\x06" + bytes(18))
@example(b"type;titre\n1e400;\xc2\xa0\n")
def test_no_file_breaks_the_reading(data: bytes) -> None:
    _told(data)


_cells = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_FIELDS = ("id", "type", "titre", "themes", "sources", "annee", "verifie_le", "version", "autre")


@_SETTINGS
@given(row=st.dictionaries(st.sampled_from(_FIELDS), _cells, min_size=1))
def test_no_json_breaks_the_reading(row: dict[str, Any]) -> None:
    _told(json.dumps([row]).encode())


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", " =A1"]
)
def test_a_formula_is_refused(cell: str) -> None:
    with pytest.raises(CellRefused, match="formule"):
        to_text(cell)


@pytest.mark.parametrize(
    "cell", ["- une liste\n- de points", "-5 %", "+33 1 23 45 67 89", "a = b", "(= oui)"]
)
def test_an_ordinary_text_is_no_formula(cell: str) -> None:
    assert to_text(cell) == cell
