"""Content files: read, checked, written back, and refused in clear French."""

from datetime import date

import pytest

from knowledge.resources.content import parse_content, serialise_content
from knowledge.resources.lint import lint_content, read_folder
from knowledge.resources.problems import ContentRefused
from knowledge.resources.resource import ResourceState, ResourceType, Source
from knowledge.territoires.errors import TerritoireNotFoundError
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.territoire import TerritoireType
from tests.knowledge.resources_examples import (
    CAFE_CITOYEN,
    CONTENT_DAY,
    CONTENT_DIR,
    cafe,
    cafe_file,
)

SECOND_FILE = (
    ("id: experience-montaud-cafe-citoyen", "id: experience-montaud-epicerie"),
    ("Montaud : un café citoyen ouvert", "Montaud : une épicerie ouverte"),
)
OTHER_QUESTIONS = (
    ("Comment ouvrir un café associatif", "Comment ouvrir une épicerie associative"),
    ("qui a deja fait un lieu de rencontre", "qui a deja fait une epicerie"),
    ("un exemple de café communal", "un exemple d'épicerie communale"),
)


def _is_known(type_: TerritoireType, code: str) -> bool:
    return (type_, code) == ("commune", "34164")


def _messages(*replacements: tuple[str, str]) -> list[str]:
    report = lint_content([cafe_file(*replacements)], is_known=_is_known, today=CONTENT_DAY)
    assert report.resources == ()
    # No-break spaces are for the eye: compare with those of a keyboard.
    return [str(each).replace("\u00a0", " ").replace("\u202f", " ") for each in report.errors]


def test_a_file_becomes_a_resource() -> None:
    resource = parse_content(CAFE_CITOYEN)
    assert resource.type is ResourceType.EXPERIENCE
    assert resource.state is ResourceState.PUBLIE
    assert resource.territoires == ("commune:34164",)
    assert resource.population == 1100
    assert resource.sources == (
        Source(
            name="Commune de Montaud",
            url="https://www.montaud.fr/cafe-citoyen",
            published_on=date(2024, 5, 2),
            consulted_on=CONTENT_DAY,
        ),
    )
    assert resource.body.startswith("**Ce qui a été fait.**")


def test_writing_a_resource_gives_the_same_resource_back() -> None:
    resource = parse_content(CAFE_CITOYEN)
    assert parse_content(serialise_content(resource)) == resource


@pytest.mark.parametrize(
    "resource",
    [
        cafe(title='Un titre avec « guillemets », "droits" : et deux-points'),
        cafe(territoires=("departement:01", "departement:2A")),
        cafe(questions=("oui ou non ?", "no: yes", "# pas un commentaire", "1.000e3")),
        cafe(body="---\n\nUn corps qui commence par un filet."),
        cafe(population=None, year=None, owner="camille.durand", expires_on=date(2027, 6, 30)),
    ],
    ids=["guillemets", "codes", "mots de YAML", "filet", "absents"],
)
def test_the_round_trip_survives_what_yaml_could_misread(resource: object) -> None:
    assert parse_content(serialise_content(resource)) == resource  # type: ignore[arg-type]


def test_codes_stay_text() -> None:
    text = CAFE_CITOYEN.replace('["commune:34164"]', "[commune:01001]")
    assert parse_content(text).territoires == ("commune:01001",)


def test_windows_line_ends_and_invisible_characters_are_harmless() -> None:
    text = "\ufeff" + CAFE_CITOYEN.replace("\n", "\r\n").replace("café", "ca\u200bfé")
    assert parse_content(text) == parse_content(CAFE_CITOYEN)


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [
        (("---\nid", "id"), "doit commencer par une ligne « --- »"),
        (("annee: 2024", "annee: [2024"), "les champs ne se lisent pas à la ligne"),
        (('titre: "Montaud', 'titres: "Montaud'), "titres : ce champ n'existe pas"),
        (('titre: "Montaud', 'titres: "Montaud'), "titre : ce champ est obligatoire"),
        (("type: experience", "type: recette"), "type : valeur inconnue"),
        (("annee: 2024", "annee: l'an dernier"), "annee : un nombre entier est attendu"),
        (('verifie_le: "2026-11-23"', 'verifie_le: "23/11/2026"'), "verifie_le : une date"),
        (('date: "2024-05-02"', 'date: "2024-02-30"'), "sources[1].date : une date"),
        (("[vie associative, ", "[pétanque, "), "themes : « pétanque » ne figure pas"),
        (("commune:34164", "commune:99999"), "territoires : « commune:99999 »"),
        (("commune:34164", "Montaud"), "territoires : « Montaud » n'a pas la forme"),
        (('["commune:34164"]', '[france, "commune:34164"]'), "« france » ne s'ajoute pas"),
        (("https://www.montaud.fr", "www.montaud.fr"), "sources[1].url : l'adresse"),
        (("https://www.montaud.fr", "https://localhost"), "sources[1].url : l'adresse"),
        (("https://www.montaud.fr", "javascript:alert"), "sources[1].url : l'adresse"),
        (("https://www.montaud.fr", "https://www.montaud.fr:99999/"), "sources[1].url : l'adresse"),
        (('verifie_le: "2026-11-23"', 'verifie_le: "2027-01-01"'), "dans le futur"),
        (("id: experience-montaud", "id: experience-Montaud"), "en minuscules sans accent"),
        (("id: experience-montaud-cafe-citoyen", "id: experience-autre"), "le nom du fichier"),
        (('  - "Comment ouvrir un café associatif dans notre village ?"\n', ""), "3 élément(s)"),
        (("Au printemps 2024, ce village", "Ce village" * 30), "resume : trop long"),
        (("etat: publie", "etat: publique"), "etat : valeur inconnue"),
    ],
)
def test_a_wrong_file_is_refused_with_its_field(
    replacement: tuple[str, str], expected: str
) -> None:
    messages = _messages(replacement)
    assert any(expected in message for message in messages), messages
    assert all(message.startswith("experience-montaud-cafe-citoyen.md") for message in messages)


def test_the_same_title_and_questions_are_refused_twice() -> None:
    double = cafe_file(SECOND_FILE[0], name="experience-montaud-epicerie")
    report = lint_content([cafe_file(), double], is_known=_is_known, today=CONTENT_DAY)
    assert [each.id for each in report.resources] == ["experience-montaud-cafe-citoyen"]
    assert [each.code for each in report.errors] == ["titre_en_double", *["question_en_double"] * 3]


def test_two_resources_about_one_place_are_welcome() -> None:
    other = cafe_file(*SECOND_FILE, *OTHER_QUESTIONS, name="experience-montaud-epicerie")
    report = lint_content([cafe_file(), other], is_known=_is_known, today=CONTENT_DAY)
    assert report.errors == ()
    assert len(report.resources) == 2


def test_news_must_expire() -> None:
    text = ("type: experience", "type: actualite"), ("id: experience", "id: actualite")
    messages = _messages(*text)
    assert any("doit porter une date d'expiration" in message for message in messages)


def test_a_refusal_lists_every_defect_at_once() -> None:
    text = CAFE_CITOYEN.replace("annee: 2024", "annee: x").replace("etat: publie", "etat: y")
    with pytest.raises(ContentRefused) as refused:
        parse_content(text, file="montaud.md")
    assert {each.field for each in refused.value.problems} == {"annee", "etat"}


def test_every_record_of_the_product_is_right() -> None:
    territoires = load_territoires()

    def is_known(type_: TerritoireType, code: str) -> bool:
        try:
            return territoires.get(type_, code) is not None
        except TerritoireNotFoundError:
            return False

    files = list(read_folder(CONTENT_DIR))
    report = lint_content(files, is_known=is_known, today=date.today())  # noqa: DTZ011
    assert report.errors == ()
    assert len(report.resources) == len(files) >= 60
