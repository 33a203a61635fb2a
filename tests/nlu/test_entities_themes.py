"""The themes of the contract's closed list, in real sentences and out of common words."""

import pytest

from knowledge.resources.vocabulary import load_vocabulary
from nlu.entities.themes import find_themes
from nlu.pipeline import load_entries
from tests.nlu.reader import read

ABOUT: list[tuple[str, list[str]]] = [
    ("on voudrait faire un budget participatif", ["budget participatif"]),
    ("les budgets participatifs des lycées", ["budget participatif"]),
    ("budjet particpatif", ["budget participatif"]),
    ("Le budget communal est-il public ?", ["budget"]),
    ("Comment présenter le débat d'orientations budgétaires ?", ["budget"]),
    ("es ce que les conseiller peuve participer au conseil de developement",
     ["conseil de développement"]),
    ("relancer le codev", ["conseil de développement"]),
    ("un conseil citoyen en QPV", ["conseil citoyen", "politique de la ville"]),
    ("relancer nos conseils citoyens", ["conseil citoyen"]),
    ("Est-ce qu'un conseil de quartier est obligatoire ?", ["conseil de quartier"]),
    ("conseils de hameaux", ["conseil de quartier"]),
    ("monter un conseil municipal des enfants", ["jeunesse"]),
    ("notre CMJ s'essouffle", ["jeunesse"]),
    ("CME ou cmj ?", ["jeunesse"]),
    ("Peut-on tirer au sort des habitants ?", ["tirage au sort"]),
    ("des habitants tirés au sort", ["tirage au sort"]),
    ("une convention citoyenne sur l'eau", ["convention citoyenne", "eau"]),
    ("assemblées citoyennes", ["convention citoyenne"]),
    ("slt c possible 1 referendum local pr la salle", ["référendum local"]),
    ("consultation des électeurs", ["référendum local"]),
    ("kel logiciel gratuit ?", ["numérique"]),
    ("Decidim ou une autre plateforme ?", ["plateforme"]),
    ("comment associer les habitants à la revitalisation du bourg ?",
     ["concertation", "revitalisation centre-bourg"]),
    ("notre centre bourg se vide", ["revitalisation centre-bourg"]),
    ("centre-bourg", ["revitalisation centre-bourg"]),
    ("Petites Villes de Demain", ["revitalisation centre-bourg"]),
    ("réviser le PCAET", ["transition écologique"]),
    ("transition énergétique", ["énergie"]),
    ("On doit réviser le PLU, quelle concertation ?", ["urbanisme", "concertation"]),
    ("notre plu est vieux", ["urbanisme"]),
    ("le PLUi et le ZAN", ["urbanisme"]),
    ("Il y a un projet d'éoliennes chez nous", ["énergie"]),
    ("une piste cyclable", ["mobilité"]),
    ("circuits courts à la cantine", ["alimentation"]),
    ("un désert médical", ["santé"]),
    ("habitat participatif et logement social", ["logement"]),
    ("On voudrait un tiers-lieu", ["tiers-lieu"]),
    ("un tiers lieu", ["tiers-lieu"]),
    ("la médiathèque", ["culture"]),
    ("les associations du village", ["vie associative"]),
    ("Mes bénévoles veulent refaire le lavoir", ["bénévolat", "eau"]),
    ("journée citoyenne", ["bénévolat"]),
    ("notre bulletin municipal", ["communication"]),
    ("former mon équipe", ["formation"]),
    ("évaluer notre démarche participative", ["évaluation", "concertation"]),
    ("un diagnostic en marchant", ["diagnostic"]),
    ("la place des femmes", ["égalité"]),
    ("l'EHPAD et nos aînés", ["vieillissement"]),
    ("le déplacement de l'école", ["école"]),
    ("la fermeture d'une classe", ["école"]),
    ("des designers", ["design"]),
    ("transparence des décisions", ["transparence"]),
    ("notre projet de territoire", ["projet de territoire"]),
    ("fermeture de la poste, accès aux services publics", ["services publics"]),
    ("un designer de service public", ["design", "services publics"]),
    ("faire un bilan de la concertasion", ["évaluation", "concertation"]),
]  # fmt: skip

NOT_ABOUT = [
    "Je préfère ne pas vous communiquer cette information",
    "la procédure de retraite des élus",
    "",
    "on n'a pas de budget",
    "quel budget prévoir ?",
    "il a plu toute la nuit",
    "c'est un ami",
    "une culture de la participation",
    "une culture commune",
    "en association avec les riverains",
    "beaucoup d'énergie pour rien",
    "tomber à l'eau",
    "toucher les jeunes parents",
    "une jeune élue",
    "désigner un référent",
    "les formes de dialogue",
    "un sol pollué",
    "bonjour",
    "transmettre un document",
    "Quelles démarches pour refaire ma carte d'identité ?",
]


@pytest.mark.parametrize(("sentence", "expected"), ABOUT)
def test_themes_are_found_in_reading_order(sentence: str, expected: list[str]) -> None:
    found = find_themes(read(sentence))
    assert list(dict.fromkeys(mention.theme for mention in found)) == expected
    assert all(sentence[mention.start : mention.end].strip() for mention in found)


@pytest.mark.parametrize("sentence", NOT_ABOUT)
def test_a_common_word_makes_no_theme(sentence: str) -> None:
    assert find_themes(read(sentence)) == ()


def test_the_vocabulary_covers_the_closed_list_and_nothing_else() -> None:
    assert set(load_entries("themes")) == set(load_vocabulary().themes)


@pytest.mark.parametrize("theme", sorted(load_entries("themes")))
def test_a_theme_is_recognised_by_its_own_name(theme: str) -> None:
    if theme != "budget":  # « quel budget ? » asks for a price
        assert theme in {mention.theme for mention in find_themes(read(theme))}
