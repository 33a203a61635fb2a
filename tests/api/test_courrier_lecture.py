"""What is read of a mail: what was written, by whom, what is joined; bombs are refused."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.courrier.decoupe import trim
from api.courrier.lecture import MailTooComplex, key_of, read_mail
from api.courrier.texte import decode, html_to_text, unflow
from tests.api.courrier import mail
from tests.api.test_pieces import PDF, PNG

REPLIES = yaml.safe_load(
    (Path(__file__).parent.parent / "courriels" / "reponses.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda each: each["id"])
def test_what_was_written_is_kept_and_nothing_else(reply: dict[str, Any]) -> None:
    text = html_to_text(reply["recu"]) if reply.get("page") else reply["recu"]
    assert trim(text).replace("\xa0", " ") == reply["attendu"].strip()


def read(message: EmailMessage | bytes) -> Any:
    return read_mail(bytes(message), domain="exemple.fr")


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("utf-8", "été".encode()),
        ("utf-8", "été".encode("cp1252")),
        ("iso-8859-1", "été".encode()),
        ("iso-8859-1", "été".encode("cp1252")),
        ("us-ascii", "été".encode("cp1252")),
        ("x-inconnu", "été".encode()),
        ("zlib", "été".encode()),
        (None, "été".encode("cp1252")),
        ("utf-16le", "été".encode("utf-16le")),
        ("iso-8859-15", "été".encode("iso-8859-15")),
        ("windows-1252", "été".encode("cp1252")),
    ],
)
def test_french_is_read_whatever_the_charset_claims(charset: str | None, raw: bytes) -> None:
    assert decode(raw, charset) == "été"


def test_the_euro_and_the_oe_of_windows_are_read_under_latin_1() -> None:
    assert decode("15 000 € pour le chœur d’enfants".encode("cp1252"), "iso-8859-1") == (
        "15 000 € pour le chœur d’enfants"
    )


def test_flowed_lines_are_one_paragraph() -> None:
    told = "Nous avons voté \nhier soir.\n> Quel \n> jour ?\n-- \nJeanne"
    assert unflow(told, delsp=False) == ("Nous avons voté hier soir.\n> Quel jour ?\n-- \nJeanne")
    assert unflow("réu \nnion", delsp=True) == "réunion"


def test_a_page_alone_is_read_as_text() -> None:
    page = (
        "<head><style>p{}</style></head><h1>Objet</h1><p>Deux&nbsp;points&nbsp;:</p><ul><li>un"
        "<li>deux</ul><script>alert(1)</script><table><tr><td>A</td><td>B</td></tr></table>"
    )
    told = html_to_text(page).replace("\xa0", " ")
    assert told == "Objet\n\nDeux points :\n\n- un\n- deux\n\nA B"


def test_a_comment_that_never_ends_hides_the_rest_at_once() -> None:
    assert html_to_text("Oui<!--[if mso]>Non<![endif]--> merci.<!--" + "<!--" * 40_000) == (
        "Oui merci."
    )


@pytest.mark.parametrize("piece", ["<a ", "<a b=", "<a b='", "</", "<?", "<!"])
def test_tags_that_never_end_hide_the_rest_at_once(piece: str) -> None:
    # Minutes, when the parser looks for the end of each.
    assert html_to_text("<p>Oui, à 3 < 4.</p>" + piece * 60_000) == "Oui, à 3 < 4."


def test_a_page_may_end_without_a_tag() -> None:
    assert html_to_text("<p>Oui.</p>5 < 6 communes") == "Oui.\n\n5 < 6 communes"


def test_headers_are_decoded_and_stay_on_one_line() -> None:
    hostile = b"From: =?utf-8?q?A=40b=2C?= <mairie@exemple.fr>\r\n"
    hostile += b"Subject: =?utf-8?q?Devis=0D=0ABcc=3A_tous=40exemple=2Efr?=\r\n"
    hostile += b'Message-ID: <a"\r\n b@c>\r\n\r\nBonjour'
    found = read(hostile)
    assert found.sender == "mairie@exemple.fr"
    assert found.subject == "Devis Bcc: tous@exemple.fr"
    assert found.message_id is None


def test_files_are_let_in_by_the_same_list_as_those_of_advisors() -> None:
    message = mail("Voir les fichiers.")
    message.add_attachment(PDF, "application", "pdf", filename="Délibération n° 12.pdf")
    message.add_attachment(b"MZ", "application", "octet-stream", filename="devis.pdf.exe")
    message.add_attachment(b"<p>a</p>", "text", "html", filename="../../page.html")
    message.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar")
    message.add_attachment(mail("Autre"))
    found = read(message)
    assert found.written == "Voir les fichiers."
    assert [(each.nom, each.contenu) for each in found.pieces] == [("Délibération n° 12.pdf", PDF)]
    assert found.refused == ("devis.pdf.exe", "page.html", "text calendar", "message rfc822")


def test_the_logo_of_a_signature_is_no_file_but_a_photograph_is() -> None:
    message = mail("Bonjour")
    message.add_alternative("<p>Bonjour</p><img src=cid:l>", subtype="html")
    (_, page) = message.iter_parts()
    page.add_related(PNG, "image", "png", cid="<l>", filename="logo.png", disposition="inline")
    message.add_attachment(PNG, "image", "png", filename="place.png")
    assert [each.nom for each in read(message).pieces] == ["place.png"]


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\nBonjour",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 100,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=a%d\r\n\r\n--a%d\r\n" % (each, each)
            for each in range(30)
        ),
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\n" * 400_000,
        b'Content-Type: text/plain; charset="\x00"; name=x\r\n\r\n\xe9',
    ],
    ids=["en-têtes", "parties", "profondeur", "parties sans en-tête", "NUL"],
)
def test_a_bomb_is_refused_before_it_is_opened(raw: bytes) -> None:
    with pytest.raises(MailTooComplex):
        read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"\xff\xfe\x00",
        b"From: \xe9\r\n\r\n\xe9",
        b"Content-Type: multipart/mixed\r\n",
        b"Content-Type: text/plain; charset=\"\xff\"; name*=x''%ff\r\n\r\nx",
        b"From: <" + b"(" * 9000,
    ],
)
def test_anything_is_read_without_failing(raw: bytes) -> None:
    assert read(raw).pieces == ()


def test_a_mail_is_known_again_whatever_the_servers_add() -> None:
    raw = bytes(mail("Bonjour", Message_ID="<a@exemple.fr>"))
    again = b"Received: from relais\r\n by nous\r\nDelivered-To: x@exemple.fr\r\n" + raw
    assert key_of(again) == key_of(raw)
    assert key_of(again.replace(b"\r\n", b"\n")) == key_of(raw)
    other = bytes(mail("Bonsoir", Message_ID="<a@exemple.fr>"))
    assert key_of(other) != key_of(raw)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto_submitted"),
        ({"Auto_Submitted": "auto-generated; owner=a"}, "auto_submitted"),
        ({"Precedence": "bulk"}, "precedence"),
        ({"X_Autoreply": "yes"}, "entete"),
        ({"Return_Path": "<>"}, "sans_retour"),
        ({"From": "MAILER-DAEMON@exemple.fr"}, "expediteur"),
        ({"From": "Mairie <ne-pas-repondre@exemple.fr>"}, "expediteur"),
        ({"Subject": "Réponse automatique : Réponse à votre demande"}, "objet"),
        ({"Subject": "Absence du bureau"}, "objet"),
        ({"Subject": "Absent jusqu’au 12 mars"}, "objet"),
        ({"Subject": "Message d’absence"}, "objet"),
        ({"Subject": "Automatic reply: votre demande"}, "objet"),
        ({"Subject": "Lu : Réponse à votre demande"}, "objet"),
        ({"Auto_Submitted": "no"}, None),
        ({"Return_Path": "<mairie@exemple.fr>"}, None),
        ({"X_Auto_Response_Suppress": "All"}, None),
        ({"Subject": "Re: absence de réponse des services"}, None),
        ({"Subject": "Réunion publique : les absents"}, None),
        ({}, None),
    ],
)
def test_what_a_machine_wrote_is_told(headers: dict[str, str], why: str | None) -> None:
    assert read(mail(**headers)).automatic == why
