"""What an agent reads when a rule file is wrong: the file, the rule, the fault, the remedy."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from knowledge.orientation.check import References, check_regles
from knowledge.orientation.fichiers import read_document
from knowledge.orientation.loader import REGLES_DIR, load_regles
from knowledge.orientation.problemes import Probleme, ReglesInvalides

TODAY = date(2026, 11, 24)
REGLE = """\
- id: ateliers-essai
  rang: 777
  si:
    - critere: "Votre besoin est ponctuel"
      condition: {duree: ponctuelle}
    - critere: "Vous cherchez une méthode"
      condition: {intention: [demander_methode]}
    - critere: "Vous parlez de proximité"
      condition: {signaux: {au_moins_un: [proximite]}}
  alors: {orienter_vers: ateliers}
  motif: "Un format court suffit."
  prochaine_etape: "Demandez le calendrier à la cellule."
  pourquoi_pas: "Un format court ne suffit pas."
  source: https://agence-cohesion-territoires.gouv.fr/les-ateliers-interactifs-de-lanct-1356
  verifie_le: 2026-11-24
  exemples:
    - phrase: "Une méthode, juste une fois, près de chez nous."
      quand: {intention: demander_methode, signaux: [ponctuel, proximite]}
      attendu: ressources
    - phrase: "Une méthode près de chez nous."
      quand: {intention: demander_methode, signaux: [proximite]}
      attendu: ressources
    - phrase: "Bonjour."
      quand: {intention: saluer}
      attendu: aucune
"""


@pytest.fixture
def regles(tmp_path: Path) -> Path:
    """A copy of the real rules, free to be spoilt."""
    return Path(shutil.copytree(REGLES_DIR, tmp_path / "regles"))


def _refusals(directory: Path, text: str) -> list[Probleme]:
    (directory / "essai.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ReglesInvalides) as refused:
        load_regles(directory)
    return list(refused.value.problemes)


def test_the_real_rules_load_sorted_by_rank() -> None:
    rangs = [regle.rang for regle in load_regles()]
    assert rangs == sorted(set(rangs))


def test_a_valid_rule_is_accepted(regles: Path) -> None:
    (regles / "essai.yml").write_text(REGLE, encoding="utf-8")
    assert "ateliers-essai" in {regle.id for regle in load_regles(regles)}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("id: ateliers-essai", "id: conseiller-menace", ["déjà pris", "conseiller.yml"]),
        ("motif:", "motiff:", ["« motiff » n’existe pas", "« motif »"]),
        ('  motif: "Un format court suffit."\n', "", ["« motif » manque"]),
        ("orienter_vers: ateliers", "orienter_vers: atelier", ["« atelier »", "« ateliers »"]),
        ("[proximite]", "[proximité]", ["« proximité »", "« proximite »", "si › n° 3"]),
        ("{duree: ponctuelle}", "{duree: ponctuelle, role: [maire]}", ["une seule chose"]),
        ("{duree: ponctuelle}", "{}", ["une seule chose"]),
        ("{duree: ponctuelle}", "{population: {min: 5, max: 3}}", ["minimum dépasse"]),
        ("{duree: ponctuelle}", "{population: {}}", ["minimum ou un maximum"]),
        ("{duree: ponctuelle}", "{population: {max: 3 500 hab.}}", ["nombre entier"]),
        ("{duree: ponctuelle}", "{population: {max: -2}}", ["trop petit", "0"]),
        ("{duree: ponctuelle}", "{themes: {}}", ["aucun mot"]),
        ("{duree: ponctuelle}", "{intention: saluer}", ["liste", "[saluer]"]),
        ("{duree: ponctuelle}", "{departement: [Gers]}", ["« Gers »", "2A"]),
        ("{duree: ponctuelle}", "oui", ["clés et des valeurs"]),
        ("2026-11-24", "24 novembre", ["n’est pas une date"]),
        ("https://agence", "agence", ["https://"]),
        ('"Un format court suffit."', '""', ["trop court"]),
        ('"Un format court suffit."', "[a, b]", ["un texte est attendu"]),
        (
            '    - critere: "Votre',
            '    - requis: peut-être\n      critere: "Votre',
            ["ni « oui » ni"],
        ),
        ("  rang: 777", "  rang: 777\n  rang: 778", ["« rang »", "deux fois", "ligne 3"]),
        ("  rang: 777", "\trang: 777", ["ne peut pas être lu"]),
        ("- id: ateliers-essai\n  rang", "id: ateliers-essai\nrang", ["ne peut pas être lu"]),
    ],
)
def test_a_wrong_rule_is_refused_in_french(
    regles: Path, before: str, after: str, said: list[str]
) -> None:
    assert before in REGLE
    (problem, *_) = _refusals(regles, REGLE.replace(before, after, 1))
    assert problem.gravite == "bloquant"
    assert problem.phrase.startswith("essai.yml, ligne ")
    assert problem.remede
    told = problem.phrase.replace("\u00a0", " ")
    for words in said:
        assert words in told


def test_a_file_that_is_not_a_list_is_refused(regles: Path) -> None:
    assert "liste de règles" in _refusals(regles, "id: seul\n")[0].quoi
    assert "clés et de valeurs" in _refusals(regles, "- seul\n")[0].quoi


def test_all_faults_are_told_at_once(regles: Path) -> None:
    text = REGLE.replace("motif:", "motiff:").replace("2026-11-24", "hier")
    assert {each.code for each in _refusals(regles, text)} == {"missing", "extra_forbidden", "date"}


def test_holes_are_refused(regles: Path) -> None:
    (regles / "ateliers.yml").unlink()
    aucune = (regles / "aucune.yml").read_text(encoding="utf-8")
    (regles / "aucune.yml").write_text(aucune.split("- id: aucune-rien")[0], encoding="utf-8")
    with pytest.raises(ReglesInvalides) as refused:
        load_regles(regles)
    assert {each.code for each in refused.value.problemes} == {"sans_defaut", "route_sans_regle"}


def test_a_tie_is_refused_naming_both_rules_and_both_files(regles: Path) -> None:
    (problem,) = _refusals(regles, REGLE.replace("rang: 777", "rang: 120"))
    told = problem.phrase
    for name in (
        "essai.yml",
        "ateliers-essai",
        "projet_partage.yml",
        "projet-partage-trois-a-cinq",
    ):
        assert name in told


def test_a_second_rule_without_criteria_is_refused(regles: Path) -> None:
    head, tail = REGLE.split("  si:\n", 1)
    text = head + "  si: []\n  alors:" + tail.split("  alors:", 1)[1]
    assert {each.code for each in _refusals(regles, text)} == {"defaut_en_double"}


def test_a_rule_without_criteria_must_come_last(regles: Path) -> None:
    path = regles / "aucune.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("rang: 1000", "rang: 5"), "utf-8")
    with pytest.raises(ReglesInvalides) as refused:
        load_regles(regles)
    assert {each.code for each in refused.value.problemes} == {"defaut_pas_dernier"}


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReglesInvalides, match="aucun fichier"):
        load_regles(tmp_path)


def test_codes_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "codes.yml"
    path.write_text("commune: 01001\noui: non\n", encoding="utf-8")
    assert read_document(path) == {"commune": "01001", "oui": "non"}


def test_the_check_finds_what_loading_accepts(regles: Path) -> None:
    text = (
        REGLE.replace("verifie_le: 2026-11-24", "verifie_le: 2025-11-01")
        .replace("{duree: ponctuelle}", '{departement: ["99"]}')
        .replace("Un format court suffit.", "Un format « court » suffit: " + "très " * 50)
    )
    (regles / "essai.yml").write_text(text, encoding="utf-8")
    references = References(
        today=TODAY,
        knows_code=lambda kind, code: code != "99",
        knows_resource=lambda resource: resource != "demarche-ateliers-interactifs",
    )
    found = check_regles(regles, references)
    assert {each.code for each in found if each.fichier == "essai.yml"} == {
        "sans_exemple_positif",
        "verification_ancienne",
        "code_inconnu",
        "fiche_inconnue",
        "phrase_longue",
        "typographie",
        "inaccessible",
    }


def test_the_check_runs_the_examples(regles: Path) -> None:
    text = REGLE.replace("attendu: ressources", "attendu: ateliers", 1)
    (regles / "essai.yml").write_text(text, encoding="utf-8")
    found = {each.code: each for each in check_regles(regles, References(today=TODAY))}
    assert set(found) == {"exemple_faux", "inaccessible"}
    assert "« ressources-methode » donne « ressources »" in found["exemple_faux"].phrase.replace(
        "\u00a0", " "
    )


def test_the_check_asks_for_examples_and_a_counter_example(regles: Path) -> None:
    head, examples = REGLE.split("    - phrase:", 1)
    few = head + "    - phrase:" + examples.split("    - phrase:")[0]
    (regles / "essai.yml").write_text(few, encoding="utf-8")
    codes = {each.code for each in check_regles(regles, References(today=TODAY))}
    assert "exemples_manquants" in codes
    one_sided = REGLE.replace("attendu: ressources", "attendu: ateliers").replace(
        "attendu: aucune", "attendu: ateliers"
    )
    (regles / "essai.yml").write_text(one_sided, encoding="utf-8")
    codes = {each.code for each in check_regles(regles, References(today=TODAY))}
    assert "sans_contre_exemple" in codes


def test_a_date_to_come_is_told(regles: Path) -> None:
    codes = {each.code for each in check_regles(regles, References(today=date(2026, 1, 1)))}
    assert codes == {"verification_future"}
