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
    # Short words written by ear, inside an expression that is known as a whole.
    ("le tiraje o sor des abitan", ["tirage au sort"]),
    ("faut il les tiré o sor", ["tirage au sort"]),
    ("relancer le conseil de kartié", ["conseil de quartier"]),
    ("1 konseil de jeune", ["jeunesse"]),
    ("la consertation du plu", ["concertation", "urbanisme"]),
    # Cut short, as people say them.
    ("notre conseil de dev s'endort", ["conseil de développement"]),
    ("le budget part de l'an dernier", ["budget participatif"]),
    # Training, of whomever it is.
    ("vous deviez former nos deux secrétaires", ["formation"]),
    ("former mes collaborateurs à l'écoute", ["formation"]),
    ("nous former à l'animation", ["formation"]),
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
    "former un recours contre la décision",
    "former un groupe de cinq",
    "le sort de la commune",
    "Quelles démarches pour refaire ma carte d'identité ?",
]


SET_ASIDE: list[tuple[str, list[str]]] = [
    ("pas un budget participatif mais un conseil de quartier", ["conseil de quartier"]),
    ("Je ne veux pas de référendum, je veux une réunion publique", ["concertation"]),
    ("on cherche pas une plateforme, on veut un jury citoyen", ["tirage au sort"]),
    ("une convention citoyenne plutôt qu'un référendum", ["convention citoyenne"]),
    ("un atelier participatif au lieu d'un questionnaire", ["concertation"]),
    ("parler de mobilité, pas de l'école", ["mobilité"]),
    ("la santé et non le logement", ["santé"]),
    ("ni référendum ni tirage au sort, juste une réunion publique", ["concertation"]),
    ("Le numérique ne m'intéresse pas, parlez-moi du tiers-lieu", ["tiers-lieu"]),
    ("des réunions publiques sans plateforme", ["concertation"]),
    ("il ne s'agit pas d'un conseil citoyen mais du conseil de développement",
     ["conseil de développement"]),
    ("Ce n'est pas une consultation, c'est une convention citoyenne", ["convention citoyenne"]),
    ("je ne cherche pas d'exemple de budget participatif mais une formation", ["formation"]),
    ("la piste cyclable n'est pas le sujet, c'est la cantine", ["alimentation"]),
    # Spoken of again: kept.
    ("pas le budget participatif des lycées, le budget participatif de la commune",
     ["budget participatif"]),
    # A lack, a doubt or a regret is no rejection.
    ("nous n'avons pas de conseil de quartier", ["conseil de quartier"]),
    ("il n'y a ni école ni médecin", ["école", "santé"]),
    ("notre tiers-lieu n'est pas fini", ["tiers-lieu"]),
    ("le maire a tranché sans concertation", ["concertation"]),
    ("Un référendum n'est-il pas obligatoire ?", ["référendum local"]),
    ("on ne sait pas lancer un budget participatif", ["budget participatif"]),
    ("Je n'ai pas compris le tirage au sort", ["tirage au sort"]),
    ("pas de budget participatif chez nous, est-ce grave ?", ["budget participatif"]),
    ("Faut-il un budget participatif mais petit ?", ["budget participatif"]),
    ("on veut pas se tromper sur le tirage au sort", ["tirage au sort"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), SET_ASIDE)
def test_a_theme_set_aside_is_left_out(sentence: str, expected: list[str]) -> None:
    assert list(dict.fromkeys(m.theme for m in find_themes(read(sentence)))) == expected


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
