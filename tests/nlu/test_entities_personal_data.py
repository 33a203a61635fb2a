"""Personal data: found, named in French, masked; codes and amounts left alone."""

import pytest

from nlu.entities.personal_data import find_bare_name, find_personal_data, mask

FOUND: list[tuple[str, list[tuple[str, str]]]] = [
    ("Mon mail est jean.dupont@exemple.fr", [("courriel", "jean.dupont@exemple.fr")]),
    ("MAIRIE@EXEMPLE.FR", [("courriel", "MAIRIE@EXEMPLE.FR")]),
    ("écrivez à mairie+contact@auch.exemple.fr.", [("courriel", "mairie+contact@auch.exemple.fr")]),
    ("jean arobase exemple.fr", [("courriel", "jean arobase exemple.fr")]),
    ("mon tel 06 12 34 56 78", [("telephone", "06 12 34 56 78")]),
    ("06.12.34.56.78", [("telephone", "06.12.34.56.78")]),
    ("06-12-34-56-78", [("telephone", "06-12-34-56-78")]),
    ("0612345678", [("telephone", "0612345678")]),
    ("appelez le +33 6 12 34 56 78", [("telephone", "+33 6 12 34 56 78")]),
    ("+33(0)612345678", [("telephone", "+33(0)612345678")]),
    ("0033612345678", [("telephone", "0033612345678")]),
    ("05 62 61 21 00 le matin", [("telephone", "05 62 61 21 00")]),
    ("0590 12 34 56", [("telephone", "0590 12 34 56")]),
    ("0692 12 34 56", [("telephone", "0692 12 34 56")]),
    ("0694 12 34 56", [("telephone", "0694 12 34 56")]),
    ("+687 26 12 34", [("telephone", "+687 26 12 34")]),
    ("Mme Marie Martin-Durand m'a écrit", [("nom", "Marie Martin-Durand")]),
    ("M. Dupont et Mme Durand", [("nom", "Dupont"), ("nom", "Durand")]),
    ("M. de la Tour", [("nom", "de la Tour")]),
    ("Dr Martin", [("nom", "Martin")]),
    ("Je m'appelle Claire Dubois", [("nom", "Claire Dubois")]),
    ("je m'appelle jean dupont et je suis maire de Auch", [("nom", "jean dupont")]),
    ("Je suis Jean Dupont, maire de Foix", [("nom", "Jean Dupont")]),
    ("nom : Durand", [("nom", "Durand")]),
    ("je me nomme Anne Le Goff", [("nom", "Anne Le Goff")]),
    ("mairie at exemple.fr", [("courriel", "mairie at exemple.fr")]),
    ("Cordialement, Marie Curie", [("nom", "Marie Curie")]),
    (
        "J'habite 12 bis rue de la République, 32000 Auch. Merci",
        [("adresse", "12 bis rue de la République, 32000 Auch")],
    ),
    ("1 place de la Mairie 34160 Montaud", [("adresse", "1 place de la Mairie 34160 Montaud")]),
    ("le 14 avenue de la gare et je suis maire", [("adresse", "14 avenue de la gare")]),
    ("2 av. Foch", [("adresse", "2 av. Foch")]),
    ("1 85 05 78 006 084 91", [("numero_securite_sociale", "1 85 05 78 006 084 91")]),
    ("2 85 05 78 006 084", [("numero_securite_sociale", "2 85 05 78 006 084")]),
    ("FR76 3000 6000 0112 3456 7890 189", [("iban", "FR76 3000 6000 0112 3456 7890 189")]),
    ("FR1420041010050500013M02606", [("iban", "FR1420041010050500013M02606")]),
    ("né le 12/03/1965 à Auch", [("date_naissance", "12/03/1965")]),
    ("née le 3 mars 1970", [("date_naissance", "3 mars 1970")]),
    (
        "Claire Dubois, claire@exemple.fr, 06 12 34 56 78",
        [("courriel", "claire@exemple.fr"), ("telephone", "06 12 34 56 78")],
    ),
]  # fmt: skip

NOTHING = [
    "",
    "INSEE 32013",
    "SIREN 200 066 926",
    "SIRET 21320013500016",
    "un budget de 900 000 €",
    "1 234 567 890 euros",
    "l'article L2143-9 du CGCT",
    "l'article L. 2121-29",
    "notre commune de 12 000 habitants",
    "le code postal 97400",
    "le 3949",
    "réunion le 12/03/2026 à 18 h",
    "depuis le 3 mars 2024",
    "12 places de parking",
    "1 place de parking",
    "Mme le maire",
    "Monsieur le Maire",
    "Madame la Présidente de la communauté",
    "M. le préfet",
    "je suis maire de Montaud",
    "Je suis Maire de Montaud",
    "Je suis Adjointe, déléguée à la culture",
    "Mon nom est mal orthographié dans vos données",
    "salut moi c'est la coordinatrice jeunesse",
    "moi, c'est Auch",
    "2026-03-15",
    "loi n° 2002-276 du 27 février 2002",
    "on est 2 rue par quartier",
    "FR76 1234 5678",
    "30 000 à 50 000 habitants",
    "entre 01 et 05 réunions",
    "Merci d'avance",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_personal_data_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    found = find_personal_data(text)
    assert [(datum.kind, datum.value) for datum in found] == expected
    assert all(text[datum.start : datum.end] == datum.value for datum in found)


@pytest.mark.parametrize("text", NOTHING)
def test_codes_amounts_and_titles_are_no_personal_data(text: str) -> None:
    assert find_personal_data(text) == ()


def test_masking_hides_every_datum() -> None:
    text = "Je m'appelle Claire Dubois, claire@exemple.fr, 06 12 34 56 78."
    assert mask(text, find_personal_data(text)) == "Je m'appelle [nom], [courriel], [telephone]."


@pytest.mark.parametrize(
    "text", ["Claire Dubois", "Jean-Pierre de la Tour.", "Élise Martin-Durand"]
)
def test_a_bare_name_is_read_when_asked_for(text: str) -> None:
    datum = find_bare_name(text)
    assert datum is not None
    assert datum.kind == "nom"


@pytest.mark.parametrize(
    "text", ["oui", "Bonjour Madame", "non merci", "La Mairie", "claire dubois"]
)
def test_other_short_answers_are_no_name(text: str) -> None:
    assert find_bare_name(text) is None
