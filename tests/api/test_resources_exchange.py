"""Import and export by staff: preview, all or nothing, files that nobody should trust."""

import csv
import io
import json
import zipfile
from typing import Any

import httpx2
import openpyxl
import pytest

from tests.api.fiches import ROOT, act, created, fiche, published

Staff = dict[str, httpx2.Client]
IMPORT = f"{ROOT}/import"


def _row(**changes: Any) -> dict[str, str]:
    """Return a row of a table, with the names of the content files."""
    text = fiche()
    row = {
        "type": text["type"],
        "titre": text["title"],
        "resume": text["summary"],
        "corps": text["body"],
        "themes": "concertation | jeunesse",
        "territoires": "commune:32013",
        "source_1_nom": "Exemple",
        "source_1_url": text["sources"][0]["url"],
        "questions": " | ".join(text["questions"]),
    }
    return row | changes


def _csv(*rows: dict[str, str], encoding: str = "utf-8", delimiter: str = ";") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def _xlsx(*rows: dict[str, Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _send(client: httpx2.Client, data: bytes, **params: Any) -> httpx2.Response:
    return client.post(IMPORT, content=data, params=params)


@pytest.mark.parametrize(
    "write",
    [
        _csv,
        lambda row: _csv(row, delimiter=",", encoding="utf-8-sig"),
        lambda row: _csv(row, delimiter="\t", encoding="utf-16"),
        _xlsx,
        lambda row: json.dumps([row]).encode(),
    ],
    ids=["csv", "csv-excel", "csv-utf-16", "xlsx", "json"],
)
def test_a_file_is_previewed_then_imported_once(staff: Staff, write: Any) -> None:
    if write is not _csv:
        row = _row()
    else:
        row = _row(corps='Texte sur\ndeux lignes, avec « ; » et "guillemets".')
    if isinstance(write(row), bytes) and write(row).startswith(b"["):
        row["themes"] = "concertation"
    data = write(row)
    before = staff["claire"].get(ROOT, params={"etat": "brouillon"}).json()["total"]
    preview = _send(staff["claire"], data).json()
    assert (preview["creees"], preview["importe"]) == (1, False)
    assert staff["claire"].get(ROOT, params={"etat": "brouillon"}).json()["total"] == before
    done = _send(staff["claire"], data, dry_run=False, empreinte=preview["empreinte"])
    assert done.status_code == 200, done.text
    id_ = done.json()["lignes"][0]["id"]
    read = staff["paul"].get(f"{ROOT}/{id_}").json()
    assert (read["etat"], read["auteur"]) == ("brouillon", "claire")
    assert read["body"] == row["corps"]
    assert read["territoires"][0]["nom"] == "Auch"
    assert len(read["questions"]) == 3
    again = _send(staff["karim"], data, dry_run=False).json()
    assert (again["inchangees"], again["creees"], again["modifiees"]) == (1, 0, 0)
    assert staff["paul"].get(f"{ROOT}/{id_}").json()["version"] == 1


def test_one_refused_line_and_nothing_is_imported(staff: Staff) -> None:
    good = _row()
    rows = [
        good,
        _row(themes="astronomie"),
        _row(territoires="commune:99999"),
        _row(source_1_url="ftp://exemple.fr/x"),
        _row(titre='=HYPERLINK("http://x")'),
        _row(resume="+cmd|' /C calc'!A0"),
        _row(type="recette"),
        good,
    ]
    refused = _send(staff["claire"], _csv(*rows), dry_run=False)
    assert refused.status_code == 422
    assert "rien n’a été importé" in refused.json()["detail"]
    lines = refused.json()["lignes"]
    found = [(each["ligne"], each["problemes"][0]["champ"]) for each in lines if each["problemes"]]
    assert found == [
        (3, "themes"),
        (4, "territoires"),
        (5, "sources[1].url"),
        (6, "titre"),
        (7, "resume"),
        (8, "type"),
        (9, "id"),
    ]
    assert "formule" in lines[4]["problemes"][0]["message"]
    assert staff["claire"].get(f"{ROOT}/{lines[0]['id']}").status_code == 404


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (_csv(_row(titre="Réunion d’été")).decode().encode("cp1252"), "Windows-1252"),
        (_xlsx(_row())[:-200], "abîmé"),
        (b"PK\x03\x04 pas un classeur", "abîmé"),
        (_zip(**{"mot/document.xml": b"<x/>"}), "abîmé"),
        (_zip(**{"xl/workbook.xml": b" " * 101_000_000}), "prudence"),
        (b"\xd0\xcf\x11\xe0ancien", ".xls"),
        (b"[" * 100_000, "JSON"),
        (b'{"fiches": 3}', "liste"),
        (b'type;titre\noutil;"jamais ferm\xc3\xa9', "guillemet"),
        (b"type;titre\n", "aucune fiche"),
        (b"type;resume\noutil;x\n", "titre"),
        (b"type;titre;titre\noutil;a;b\n", "deux fois"),
        (b"\x00\x01\x02binaire", "CSV"),
        (b"type;titre\n" + b"outil;une fiche\n" * 5001, "5000"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(staff: Staff, data: bytes, said: str) -> None:
    refused = _send(staff["claire"], data, dry_run=False)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]


def test_a_file_of_fifty_megabytes_is_refused_before_it_is_read(staff: Staff) -> None:
    refused = _send(staff["claire"], b"type;titre\n" + b"x" * 50_000_000, dry_run=False)
    assert refused.status_code == 413
    assert "10 Mo" in refused.json()["detail"]


def test_columns_are_recognised_and_can_be_corrected(staff: Staff) -> None:
    row = _row()
    row["Intitulé"] = row.pop("titre")
    row["Nom de l'idée"] = "Une balade bien nommée"
    data = _csv(row)
    preview = _send(staff["claire"], data).json()
    fields = {each["colonne"]: each["champ"] for each in preview["colonnes"]}
    assert (fields["Intitulé"], fields["Nom de l'idée"]) == ("titre", None)
    mapping = json.dumps({"Intitulé": "", "Nom de l'idée": "titre"})
    mapped = _send(staff["claire"], data, colonnes=mapping).json()
    assert mapped["lignes"][0]["id"] == "outil-une-balade-bien-nommee"
    wrong = _send(staff["claire"], data, colonnes=json.dumps({"Intitulé": "hauteur"}))
    assert (wrong.status_code, "hauteur" in wrong.json()["detail"]) == (422, True)
    assert _send(staff["claire"], data, colonnes="[1]").status_code == 422


def test_a_form_may_carry_the_file(staff: Staff) -> None:
    files = {"fichier": ("fiches.xlsx", _xlsx(_row()))}
    assert staff["claire"].post(IMPORT, files=files).json()["creees"] == 1
    empty = staff["claire"].post(IMPORT, files={"autre": (None, "texte")})
    assert empty.status_code == 422


def test_an_import_never_publishes_nor_overwrites_silently(staff: Staff) -> None:
    shown = published(staff)
    data = _csv({"id": shown["id"], "titre": "Un titre venu du tableau", "etat": "publie"})
    assert _send(staff["karim"], data, dry_run=False).json()["modifiees"] == 1
    read = staff["karim"].get(f"{ROOT}/{shown['id']}").json()
    assert (read["revision"], read["title"]) == ("brouillon", "Un titre venu du tableau")
    stale = _csv({"id": shown["id"], "titre": "Un vieux titre", "version": str(shown["version"])})
    refused = _send(staff["karim"], stale, dry_run=False)
    assert refused.status_code == 422
    assert "depuis votre export" in refused.json()["lignes"][0]["problemes"][0]["message"]
    act(staff["paul"], shown["id"], "archive")
    archived = _send(staff["karim"], data, dry_run=False).json()["lignes"][0]["problemes"]
    assert "archivée" in archived[0]["message"]


def test_a_preview_that_no_longer_holds_is_refused(staff: Staff) -> None:
    draft = created(staff["claire"])
    data = _csv({"id": draft["id"], "titre": "Un titre du tableau"})
    preview = _send(staff["claire"], data).json()
    read = staff["karim"].get(f"{ROOT}/{draft['id']}")
    headers = {"If-Match": read.headers["ETag"]}
    staff["karim"].patch(f"{ROOT}/{draft['id']}", json={"annee": 2020}, headers=headers)
    late = _send(staff["claire"], data, dry_run=False, empreinte=preview["empreinte"])
    assert late.status_code == 409


def test_a_reviewer_or_a_stranger_does_not_import(client: httpx2.Client, staff: Staff) -> None:
    assert _send(staff["paul"], _csv(_row())).status_code == 403
    assert _send(client, _csv(_row())).status_code == 401
    assert client.get(f"{ROOT}/export").status_code == 401


@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_export_is_read_back_unchanged(staff: Staff, form: str) -> None:
    created(staff["claire"], title="'=Un titre qui ressemble à une formule", annee=2024)
    exported = staff["paul"].get(f"{ROOT}/export", params={"format": form})
    assert exported.status_code == 200
    again = _send(staff["claire"], exported.content).json()
    wrong = [each for each in again.get("lignes", []) if each["resultat"] != "inchangee"]
    states = staff["paul"].get(ROOT, params={"etat": "archive", "limit": 50}).json()["items"]
    archived = {each["id"] for each in states}
    assert [each for each in wrong if each["id"] not in archived] == []


def test_the_markdown_export_is_the_content_files(staff: Staff, content: dict[str, str]) -> None:
    exported = staff["paul"].get(f"{ROOT}/export", params={"format": "markdown", "etat": "publie"})
    with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    known = {name: text for name, text in content.items() if "\netat: publie\n" in text}
    assert len(known) > 300
    assert {name for name in known if files.get(name) != known[name]} == set()
