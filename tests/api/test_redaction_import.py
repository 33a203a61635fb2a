"""A file imported from the desk: previewed, mapped, confirmed; all of it or nothing."""

import csv
import io
import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

import httpx2
import openpyxl
import pytest

from tests.api.console import csrf, enter
from tests.api.fiches import ROOT, fiche
from tests.api.redaction import fields_of, words
from tests.conftest import Service

Staff = dict[str, httpx2.Client]
IMPORT = "/redaction/import"
PREVIEW = f"{IMPORT}/apercu"


@pytest.fixture(scope="module")
def writer(service: Service) -> Iterator[httpx2.Client]:
    """The browser of a writer."""
    with enter(service, f"Rédactrice {secrets.token_hex(3)}", "redacteur") as client:
        yield client


def row(**changes: Any) -> dict[str, str]:
    """Return a row as a colleague would name its columns, not as the base does."""
    text = fiche()
    given = {
        "Type": "Outil",
        "Intitulé": f"{text['title']} {secrets.token_hex(3)}"[:88],
        "Chapô": text["summary"],
        "Ce qu’il faut savoir": text["body"],
        "Thématiques": "concertation | jeunesse",
        "Lien": text["sources"][0]["url"],
        "Organisme": "Exemple",
    }
    return given | changes


def table(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def workbook(*rows: dict[str, str]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for each in (list(rows[0]), *(list(one.values()) for one in rows)):
        sheet.append(each)
    book.save(out)
    return out.getvalue()


def choose(client: httpx2.Client, data: bytes, name: str = "fiches.csv") -> httpx2.Response:
    """Choose a file and look at its preview."""
    secret = {"csrf": csrf(client.get(IMPORT))}
    return client.post(IMPORT, data=secret, files={"fichier": (name, data)}, follow_redirects=True)


def confirm(client: httpx2.Client, shown: httpx2.Response, **changes: str) -> httpx2.Response:
    """Press the button that imports, some columns changed first."""
    found = re.search(r'name="confirme" value="([0-9a-f]{64})"', shown.text)
    assert found is not None, shown.text
    return client.post(PREVIEW, data=fields_of(shown) | changes | {"confirme": found[1]})


def mapped(client: httpx2.Client, shown: httpx2.Response) -> httpx2.Response:
    """Say what fills the two columns whose title says nothing, and look again."""
    choices = {"colonne_3": "corps", "colonne_6": "source_1_nom"}
    return client.post(PREVIEW, data=fields_of(shown) | choices)


def found(staff: Staff, title: str) -> list[dict[str, Any]]:
    exported = staff["claire"].get(f"{ROOT}/export").json()["items"]
    return [each for each in exported if each["titre"] == title]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_file_becomes_drafts_with_their_source(
    writer: httpx2.Client, staff: Staff, kind: str
) -> None:
    rows = [row(), row()]
    made = {
        "csv": table(*rows),
        "xlsx": workbook(*rows),
        "json": json.dumps(rows).encode(),
    }
    shown = choose(writer, made[kind], f"fiches.{kind}")
    assert shown.url.path == PREVIEW
    assert "2 nouvelles fiches" in words(shown)
    assert found(staff, rows[0]["Intitulé"]) == []
    shown = mapped(writer, shown)
    assert "Source : Exemple" in words(shown)
    done = confirm(writer, shown)
    report = writer.get(done.headers["Location"])
    assert "2 fiches créées, 0 modifiée, 0 déjà à jour" in words(report)
    assert str(report.url.path) in writer.get(IMPORT).text
    lines = writer.get(f"{report.url.path}/lignes.csv").text.splitlines()
    assert lines[0].endswith("Titre;Ce qui a été fait")
    first = 1 if kind == "json" else 2
    assert [each.split(";")[0] for each in lines[1:]] == [str(first), str(first + 1)]
    assert all(each.endswith("nouvelle fiche") for each in lines[1:])
    assert all(each["Intitulé"] in report.text for each in rows)
    assert writer.get(f"{IMPORT}/999999").status_code == 404
    (draft,) = found(staff, rows[0]["Intitulé"])
    assert draft["etat"] == "brouillon"
    assert draft["themes"] == ["concertation", "jeunesse"]
    assert draft["corps"] == rows[0]["Ce qu’il faut savoir"].strip()
    assert draft["sources"] == [{"nom": "Exemple", "url": rows[0]["Lien"]}]


def test_the_same_file_twice_changes_nothing(writer: httpx2.Client) -> None:
    data = table(row())
    confirm(writer, mapped(writer, choose(writer, data)))
    again = mapped(writer, choose(writer, data))
    assert "1 fiche déjà à jour" in words(again)
    done = confirm(writer, again)
    assert "Tout était déjà à jour" in words(writer.get(done.headers["Location"]))
    assert writer.get(PREVIEW).headers["Location"] == IMPORT


def test_one_refused_line_holds_all_back_and_says_why(writer: httpx2.Client, staff: Staff) -> None:
    good, formula, unknown = row(), row(Chapô="=cmd|' /C calc'!A0"), row(Type="Roman")
    shown = choose(writer, table(good, formula, unknown))
    assert shown.status_code == 422
    said = words(shown)
    assert "2 lignes refusées" in said
    assert "Ligne 3" in said
    assert "formule" in said
    assert "Ligne 4" in said
    assert 'name="confirme"' not in shown.text
    forged = writer.post(PREVIEW, data=fields_of(shown) | {"confirme": "0" * 64})
    assert forged.status_code == 422
    assert found(staff, good["Intitulé"]) == []


def test_what_changed_since_the_preview_is_shown_again(writer: httpx2.Client, staff: Staff) -> None:
    given = row()
    shown = mapped(writer, choose(writer, table(given)))
    changed = confirm(writer, shown, colonne_2="")
    assert changed.status_code == 409
    assert "rien n’a été importé" in words(changed)
    assert found(staff, given["Intitulé"]) == []
    assert confirm(writer, changed).status_code == 303
    assert found(staff, given["Intitulé"])[0]["resume"] == ""


def test_two_columns_for_one_field_are_told_apart(writer: httpx2.Client) -> None:
    shown = choose(writer, table(row(Titre="Un autre titre")))
    assert shown.status_code == 422
    assert "La colonne « titre » apparaît deux fois." in words(shown)
    assert "1 nouvelle fiche" in words(
        writer.post(PREVIEW, data=fields_of(shown) | {"colonne_7": ""})
    )


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "vide.csv", "Le fichier est vide."),
        (b"PK\x03\x04 ceci n'est pas un classeur", "abime.xlsx", "Ce classeur Excel est abîmé"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "ancien.xls", "ancien format d’Excel"),
        (table(row(Intitulé="Fête de l’été"), encoding="cp1252"), "win.csv", "Windows-1252"),
        (b"x;y\n" * 12_500_000, "enorme.csv", "Le fichier dépasse 10 Mo."),
        (b'[{"titre": ', "coupe.json", "ne se lit pas"),
    ],
    ids=["empty", "corrupt", "xls", "windows-1252", "50-MB", "json"],
)
def test_a_file_that_cannot_be_read_is_refused_in_french(
    writer: httpx2.Client, data: bytes, name: str, said: str
) -> None:
    refused = choose(writer, data, name)
    assert refused.status_code == 422
    assert f"Le fichier « {name} » ne peut pas être importé" in words(refused)
    assert said in words(refused)


def test_no_file_is_said(writer: httpx2.Client) -> None:
    secret = {"csrf": csrf(writer.get(IMPORT))}
    refused = writer.post(IMPORT, data=secret, files={"fichier": ("", b"")})
    assert refused.status_code == 422
    assert "Aucun fichier n’est joint" in words(refused)


def test_a_reviewer_does_not_import(service: Service) -> None:
    with enter(service, f"Paul {secrets.token_hex(3)}", "relecteur") as paul:
        assert paul.get(IMPORT).status_code == 403
        assert "Importer un fichier" not in paul.get("/redaction/").text
