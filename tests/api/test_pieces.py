"""Files joined to answers and notes: which are let in, who reads them, how they are handed over."""

import http.client
import io
import secrets
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx2
import psycopg
import pytest

from api.console.session import SESSION
from api.pieces.accept import MAX_BYTES, PieceRefused, accept, clean_name
from tests.api.console import enter
from tests.api.test_console import at, hidden, read, words
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat, Service

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!DOCTYPE html><script>alert(1)</script>"


def archive(**members: str) -> bytes:
    """A zip file; `__` stands for `/` and `_dot_` for `.` in the names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        for name, content in members.items():
            written.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def office(member: str, **more: str) -> bytes:
    """A document of Office, as small as can be."""
    made = io.BytesIO(archive(**more))
    with zipfile.ZipFile(made, "a") as written:
        written.writestr("[Content_Types].xml", "<Types/>")
        written.writestr(member, "<x/>")
    return made.getvalue()


ODT = archive(mimetype="application/vnd.oasis.opendocument.text", content_dot_xml="<x/>")
ODS = archive(mimetype="application/vnd.oasis.opendocument.spreadsheet")


@pytest.mark.parametrize(
    ("nom", "contenu", "kind"),
    [
        ("Délibération n° 12.pdf", PDF, "application/pdf"),
        ("plan.PNG", PNG, "image/png"),
        ("place.jpg", b"\xff\xd8\xff\xe0abc", "image/jpeg"),
        ("note.docx", office("word/document.xml"), "wordprocessingml.document"),
        ("budget.xlsx", office("xl/workbook.xml"), "spreadsheetml.sheet"),
        ("note.odt", ODT, "opendocument.text"),
        ("budget.ods", ODS, "opendocument.spreadsheet"),
        ("communes.csv", b"commune;habitants\nAuch;22 500", "text/csv"),
        ("vieux.txt", "Réunion à l’été, coût estimé : 3 000 €".encode("cp1252"), "text/plain"),
    ],
)
def test_what_it_says_it_is_is_let_in(nom: str, contenu: bytes, kind: str) -> None:
    piece = accept(nom, contenu)
    assert kind in piece.type
    assert piece.contenu == contenu


@pytest.mark.parametrize(
    ("nom", "contenu", "why"),
    [
        ("logo.svg", SVG, "piece_type"),
        ("page.html", PAGE, "piece_type"),
        ("outil.exe", b"MZ", "piece_type"),
        ("sansextension", PDF, "piece_type"),
        ("pdf", PDF, "piece_type"),
        (".pdf", b"", "piece_vide"),
        ("logo.png", SVG, "piece_contenu"),
        ("page.txt", PAGE, "piece_contenu"),
        ("dessin.csv", b"a;b\n" + SVG, "piece_contenu"),
        ("binaire.txt", b"abc\x00def", "piece_contenu"),
        ("faux.pdf", b"MZ" + PDF, "piece_contenu"),
        ("faux.docx", b"PK\x03\x04 rien", "piece_contenu"),
        ("tableur.docx", office("xl/workbook.xml"), "piece_contenu"),
        ("macro.docx", office("word/document.xml", word__vbaProject_dot_bin="x"), "piece_contenu"),
        ("macro.ods", archive(Basic__x_dot_xml="x"), "piece_contenu"),
        ("texte.ods", ODT, "piece_contenu"),
        ("lourd.pdf", PDF + b" " * MAX_BYTES, "piece_lourde"),
    ],
)
def test_anything_else_is_refused(nom: str, contenu: bytes, why: str) -> None:
    with pytest.raises(PieceRefused) as refused:
        accept(nom, contenu)
    assert refused.value.key == why


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\mairie\\note.pdf", "note.pdf"),
        ('a"; filename="b.pdf', "a filename= b.pdf"),
        ("rapport\r\nSet-Cookie: x=1.pdf", "rapport Set-Cookie x=1.pdf"),
        ("photo\u202egnp.pdf", "photognp.pdf"),
        ("x" * 300 + ".pdf", "x" * 89 + ".pdf"),
        (".pdf", "document.pdf"),
    ],
)
def test_a_name_harms_no_header_and_no_disk(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.fixture
def claire(service: Service) -> Iterator[httpx2.Client]:
    """The browser of an advisor."""
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as client:
        yield client


def send(
    client: httpx2.Client, ticket: dict[str, Any], *files: tuple[str, bytes], **fields: str
) -> httpx2.Response:
    """Answer with joined files, as the form does."""
    shown = client.get(at(ticket))
    data = {name: hidden(shown, name) for name in ("csrf", "version", "cle")}
    joined = [("pieces", (nom, contenu, "application/octet-stream")) for nom, contenu in files]
    return client.post(
        at(ticket, "/repondre"), data={**data, "corps": "Voici.", **fields}, files=joined
    )


def test_the_elu_reads_what_is_joined_and_nobody_else(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    chat, other = Chat.open(client), Chat.open(client)
    made = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    assert send(claire, made, ("Délibération.pdf", PDF), ("plan.png", PNG)).status_code == 303
    history = client.get(chat.path, headers=chat.headers).json()["messages"]
    [answer] = [each for each in history if each["author"] == "conseiller"]
    assert [each["name"] for each in answer["attachments"]] == ["Délibération.pdf", "plan.png"]
    assert answer["attachments"][0]["size"] == len(PDF)
    assert answer["turn"] is None
    piece = f"attachments/{answer['attachments'][0]['id']}"
    got = client.get(f"{chat.path}/{piece}", headers=chat.headers)
    assert got.content == PDF
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"Deliberation.pdf\"; filename*=UTF-8''D%C3%A9lib%C3%A9ration.pdf"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert client.get(f"{chat.path}/{piece}").status_code == 404
    assert client.get(f"{other.path}/{piece}", headers=other.headers).status_code == 404
    assert client.get(path(made, f"/{piece}"), headers=KEY).content == PDF
    assert client.get(path(create(client), f"/{piece}"), headers=KEY).status_code == 404
    assert client.get(path(made, "/attachments/x"), headers=KEY).status_code == 404
    told = client.get(path(made, "/transcript"), headers=KEY).json()["since"]
    assert [each["name"] for each in told[-1]["attachments"]] == ["Délibération.pdf", "plan.png"]
    assert read(client, made)["messages"][0]["attachments"] == answer["attachments"]
    page = claire.get(at(made))
    assert "Délibération.pdf (1 ko)" in words(page)
    assert claire.get(at(made, f"/pieces/{answer['attachments'][0]['id']}")).content == PDF


def test_what_is_joined_to_a_note_never_reaches_the_elu(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    chat = Chat.open(client)
    made = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    assert send(claire, made, ("avis.pdf", PDF), visibilite="internal").status_code == 303
    [piece] = read(client, made)["messages"][0]["attachments"]
    address = f"{chat.path}/attachments/{piece['id']}"
    assert client.get(address, headers=chat.headers).status_code == 404
    assert "avis.pdf" not in client.get(chat.path, headers=chat.headers).text


def test_an_erased_request_keeps_no_file(
    client: httpx2.Client, service: Service, claire: httpx2.Client
) -> None:
    chat = Chat.open(client)
    made = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    send(claire, made, ("avis.pdf", PDF), visibilite="internal")
    assert client.delete(chat.path, headers=chat.headers).status_code == 204
    with psycopg.connect(service.database_url) as connection:
        left = connection.execute(
            "SELECT count(*) FROM ticket_piece p JOIN ticket t ON t.id = p.ticket_id"
            " WHERE t.reference = %s",
            (made["reference"],),
        ).fetchone()
    assert left == (0,)


@pytest.mark.parametrize(
    ("files", "status", "sentence"),
    [
        ([("logo.svg", SVG)], 422, "« logo.svg » ne peut pas être joint : les types acceptés"),
        ([("plan.png", PAGE)], 422, "son contenu n’est pas celui que son nom annonce"),
        ([("plan.pdf", PDF)] * 6, 422, "Cinq fichiers au plus"),
        ([("plan.pdf", PDF + b"0" * 25_000_000)], 413, "il dépasse 10 Mo"),
    ],
)
def test_a_refused_file_loses_no_word(
    client: httpx2.Client,
    claire: httpx2.Client,
    files: list[tuple[str, bytes]],
    status: int,
    sentence: str,
) -> None:
    chat = Chat.open(client)
    made = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    refused = send(claire, made, *files, corps="Une réponse longuement pesée.")
    assert refused.status_code == status
    assert sentence in words(refused)
    assert ">Une réponse longuement pesée.</textarea>" in refused.text
    assert read(client, made)["messages"] == []


def test_a_file_that_nobody_could_read_is_not_sent(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    ticket = create(client)
    refused = send(claire, ticket, ("plan.pdf", PDF))
    assert refused.status_code == 422
    assert "n’a pas de conversation ouverte" in words(refused)


def announce(service: Service, address: str, cookie: str = "") -> tuple[int, str]:
    """Announce a huge form and send nothing of it; return what comes back at once."""
    host = service.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.putrequest("POST", address)
    connection.putheader("Content-Length", "70000000")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Cookie", cookie)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_a_body_beyond_measure_is_refused_by_a_page(
    client: httpx2.Client, service: Service, claire: httpx2.Client
) -> None:
    address = at(create(client), "/repondre")
    status, page = announce(service, address, f"{SESSION}={claire.cookies[SESSION]}")
    assert status == 413
    assert "pièces jointes sont trop volumineux" in page
    assert "<h1>" in page
    assert announce(service, address)[0] == 403  # a stranger's form is not read at all
