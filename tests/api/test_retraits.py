"""What is proposed to leave an answer, and what the text becomes."""

import pytest

from api.capitalisation.prepare import instead
from api.capitalisation.retraits import Known, find_removals, remove, segments

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
