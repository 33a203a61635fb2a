"""What is proposed to leave an answer, and what the text becomes."""

import re

import pytest

from api.capitalisation.prepare import instead, is_code
from api.capitalisation.retraits import Known, find_removals, remove, segments
from knowledge.territoires.loader import load_territoires

ANSWER = """Bonjour Madame Martin,

Votre demande OR-2026-7F3K9Q pour Saint-Clar a retenu notre attention. Une commune de 973 habitants peut tirer au sort ses citoyens. La préfecture répond au 05 62 61 44 00 et à participation@exemple.fr, 3 rue de la Mairie.

Demandez M. Paul Durand de ma part, puis dites à St Clar ce que vous avez décidé. Votre numéro 2 84 05 32 013 042 97 n’a rien à faire ici.

Bien à vous,
Claire Petit"""  # noqa: E501
KNOWN = Known(
    contacts=("Camille", "Martin", "Camille Martin", "camille@exemple.fr"),
    agents=("Claire Petit",),
    places=("Saint-Clar",),
)


def test_what_tells_who_asked_is_proposed_with_its_kind() -> None:
    found = [(each.sorte, each.texte.strip()) for each in find_removals(ANSWER, KNOWN)]
    assert found == [
        ("politesse", "Bonjour Madame Martin,"),
        ("reference", "OR-2026-7F3K9Q"),
        ("commune", "Saint-Clar"),
        ("population", "973 habitants"),
        ("telephone", "05 62 61 44 00"),
        ("courriel", "participation@exemple.fr"),
        ("adresse", "3 rue de la Mairie"),
        ("nom", "Paul Durand"),
        ("commune", "St Clar"),
        ("numero_securite_sociale", "2 84 05 32 013 042 97"),
        ("politesse", "Bien à vous,\nClaire Petit"),
    ]


def test_what_the_text_becomes() -> None:
    assert remove(ANSWER, find_removals(ANSWER, KNOWN), instead) == (
        "Votre demande pour [commune] a retenu notre attention. Une commune de [nombre d’habitants]"
        " peut tirer au sort ses citoyens. La préfecture répond au [téléphone] et à [courriel],"
        " [adresse].\n\nDemandez M. [personne] de ma part, puis dites à [commune] ce que vous avez"
        " décidé. Votre numéro [numéro retiré] n’a rien à faire ici."
    )


def test_a_text_cut_at_its_marks_is_whole() -> None:
    pieces = segments(ANSWER, find_removals(ANSWER, KNOWN))
    assert "".join(text for text, _ in pieces) == ANSWER


def test_an_advisor_is_named_as_the_cellule() -> None:
    text = "Appelez Claire Petit.\n\nClaire Petit"
    found = find_removals(text, KNOWN)
    assert remove(text, found, instead) == "Appelez la cellule."


@pytest.fixture(scope="module")
def known() -> Known:
    """What is known with the real territories, and a village that the text names."""
    base = load_territoires()
    return Known(
        contacts=("Jeanne", "Petit", "Jeanne Petit"),
        agents=("Claire Delmas", "Pierre Le Goff"),
        is_code=lambda code: is_code(base, code),
        villages=lambda text: [match.span() for match in re.finditer("Castéra-Verduzan", text)],
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Écrivez au 32700 Lectoure.", [("code", "32700")]),
        ("La commune (32208) est adhérente.", [("code", "32208")]),
        ("Pour Bastia, le code est 2B033.", [("code", "2B033")]),
        ("Le SIREN de l’agglomération est 200 066 926.", [("code", "200 066 926")]),
        ("L’ANCT : 130 026 032, voilà tout.", [("code", "130 026 032")]),
        ("SIRET 130 026 032 00016 au dossier.", [("code", "130 026 032 00016")]),
        ("Demandez à Castéra-Verduzan.", [("voisine", "Castéra-Verduzan")]),
        ("Jeanne a raison, dites-le à Delmas.", [("contact", "Jeanne"), ("agent", "Delmas")]),
        ("Comme le disait Petit, la charte suffit.", [("contact", "Petit")]),
        ("Voyez avec Pierre, puis Le Goff.", [("agent", "Pierre"), ("agent", "Goff")]),
        ("voyez avec claire delmas", [("agent", "claire delmas")]),
    ],
)
def test_codes_villages_and_bare_names_are_proposed(
    known: Known, text: str, found: list[tuple[str, str]]
) -> None:
    assert [(each.sorte, each.texte) for each in find_removals(text, known)] == found


@pytest.mark.parametrize(
    "text",
    [
        "Le budget est de 15000 euros, dont 32700 € pour la voirie.",
        "La ville a 32000 habitants et 20000 logements.",
        "Le fonds a versé 200 066 926 € en 2024.",
        "Le numéro 99999 n’est le code de rien, ni 123 456 789.",
        "Un petit budget suffit. Petit à petit, la charte s’écrit.",
        "Pierre par pierre, le lavoir renaît : c’est clair.",
        "L’article R32700-1 et la loi 2014-32700 s’appliquent.",
    ],
)
def test_amounts_words_and_articles_are_not(known: Known, text: str) -> None:
    assert find_removals(text, known) == ()


@pytest.mark.parametrize(
    "text",
    [
        "La commune de Grenoble a fait voter 5 000 habitants.",
        "Bonjour est un mot ; une charte se signe à la mairie.",
        "Le conseil municipal délibère, puis publie.",
    ],
)
def test_what_tells_nobody_stays(text: str) -> None:
    assert find_removals(text, Known()) == ()
