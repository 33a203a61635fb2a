"""What the conversation makes of a message: a table of French sentences, no engine needed."""

from dataclasses import replace

import pytest

from assistant.intentions import choose_intent
from assistant.memory import Memory, TerritoireRetenu
from assistant.rereading import reread
from assistant.suites import Wanted, chosen_resource, last_sentence, wanted
from assistant.turn import Message, Part, merge
from nlu.understanding import TerritoireMention, Understanding

AUCH = TerritoireRetenu("commune", "32013", "Auch", "32")
ASKED = Memory(
    territoire=AUCH,
    besoin="Comment lancer un budget participatif ?",
    intention="demander_methode",
    ressources_vues=("outil-budget-participatif",),
)


def understood(text: str, *places: str, signaux: tuple[str, ...] = ()) -> Understanding:
    """An understanding that the classifier doubts."""
    mentions = tuple(
        TerritoireMention("commune", code, code, 1.0, 0, 1, code[:2]) for code in places
    )
    return Understanding(
        text=text, intent="chercher_outil", confidence=0.55, territoires=mentions, signaux=signaux
    )


@pytest.mark.parametrize(
    "text",
    ["oui", "c'est tout bon", "Allez-y, envoyez", "Je vous confirme mon accord", "ok envoi"],
)
def test_a_yes_in_whatever_words_sends(text: str) -> None:
    assert reread(understood(text), ASKED, expects="confirmation").intent == "affirmer"


@pytest.mark.parametrize("text", ["oui mais changez le numéro", "ok ?", "envoyez pas", "attendez"])
def test_a_yes_with_a_reserve_does_not(text: str) -> None:
    assert reread(understood(text), ASKED, expects="confirmation").intent != "affirmer"


def test_a_yes_is_not_read_into_every_turn() -> None:
    assert reread(understood("d'accord pour un jury"), ASKED, expects=None).intent != "affirmer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d'accord, merci", "remercier"),
        ("merci, je vais en parler au maire", "remercier"),
        ("merci de m'envoyer la fiche", "chercher_outil"),
        ("merci pour rien", "chercher_outil"),
        ("merci, et un guide ?", "chercher_outil"),
    ],
)
def test_thanks_are_thanks_when_nothing_else_is_asked(text: str, expected: str) -> None:
    assert reread(understood(text), ASKED, expects=None).intent == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vous en avez déjà un sur ce sujet ?", "chercher_outil"),
        ("En auriez-vous d’autres ?", "chercher_outil"),
        ("vous en avez des nouvelles ?", "suivre_demande"),
        ("vous avez des nouvelles de ma demande ?", "suivre_demande"),
    ],
)
def test_one_more_is_a_record_and_news_are_of_the_request(text: str, expected: str) -> None:
    taken = replace(understood(text), intent="suivre_demande")
    assert reread(taken, ASKED, expects=None).intent == expected


def test_who_mends_an_error_just_told_is_not_off_topic() -> None:
    asked = replace(understood("qui va la corriger ?"), intent="hors_sujet")
    told = replace(ASKED, besoin="Votre fiche sur la convention citoyenne contient une erreur")
    assert reread(asked, told, expects="contact").intent == "proposer_ressource"
    assert reread(asked, ASKED, expects=None).intent == "hors_sujet"


@pytest.mark.parametrize("route", ["projet_partage", None])
def test_to_join_an_offer_is_asked_of_the_offer_proposed(route: str | None) -> None:
    text = "une sixième pourrait-elle nous rejoindre, au moins comme observatrice ?"
    heard = reread(understood(text), replace(ASKED, route=route), expects=None)
    assert heard.intent == ("comprendre_demarche" if route else "chercher_outil")


def test_a_human_asked_for_comes_before_the_subject() -> None:
    text = "rappelez-moi au sujet de la concertation à Loches"
    heard = reread(understood(text, signaux=("demande_humain",)), ASKED, expects=None)
    assert heard.intent == "parler_conseiller"


def test_a_corrected_place_is_no_complaint() -> None:
    heard = reread(understood("non pardon, c'est Condom", "32107"), ASKED, expects=None)
    assert heard.intent == "donner_information"
    assert not heard.territoires[0].is_example


@pytest.mark.parametrize(
    "text", ["comment ont-ils fait à Grenoble ?", "trop gros pour nous. et à Rodez ?"]
)
def test_elsewhere_does_not_become_the_elus_own_place(text: str) -> None:
    heard = reread(understood(text, "38185"), ASKED, expects=None)
    assert heard.territoires[0].is_example
    assert ASKED.with_understanding(heard, continues=True).territoire == AUCH


def test_neighbours_named_together_do_not_replace_the_elus_own_place() -> None:
    heard = understood("nos voisins de Mirande et de Condom veulent le faire", "32256", "32107")
    assert ASKED.with_understanding(heard, continues=True).territoire == AUCH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vous n'auriez pas plus près de chez nous ?", "plus_pres"),
        ("quelque chose de plus simple alors", "plus_simple"),
        ("autre chose ?", "autres"),
        ("vous en avez d'autres ?", "autres"),
        ("vous m'avez déjà donné ça", "autres"),
        ("déjà vu merci", "autres"),
        ("non pas ça", "autres"),
        ("encore les mêmes", "autres"),
        ("et chez les voisins ?", "plus_pres"),
        ("non, des choses simples", "plus_simple"),
        ("plutôt des vidéos", "par_format"),
        ("vous avez des podcasts ?", "par_format"),
        ("plutôt des exemples", "par_type"),
        ("je préfère un guide", "par_type"),
        ("je vous ai déjà donné mon adresse", None),
        ("et des exemples ?", None),
        ("qui d'autre l'a fait ?", None),
        ("un guide simple pour une petite commune", None),
    ],
)
def test_other_resources_are_asked_for_in_few_words(text: str, expected: Wanted | None) -> None:
    assert wanted(text, ASKED) == expected
    assert wanted(text, Memory()) is None


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("c'est quoi leur budget ?", True),
        ("comment ils ont fait ?", True),
        ("combien ça leur a coûté ?", True),
        ("comment leur donner la parole ?", False),
        ("quel budget faut-il ?", False),
    ],
)
def test_theirs_points_at_the_experience_just_shown(text: str, *, points: bool) -> None:
    shown = replace(ASKED, montrees=("outil-charte", "experience-auch"))
    expected = "experience-auch" if points else None
    assert chosen_resource(understood(text), shown) == expected


def test_the_same_question_again_asks_for_something_else() -> None:
    shown = replace(ASKED, montrees=ASKED.ressources_vues)
    again = understood("comment lancer un budget participatif")
    assert choose_intent(again, shown, expects=None) == "plus_de_resultats"
    assert choose_intent(again, Memory(), expects=None) == "chercher_outil"


def test_nothing_else_is_shown_in_place_of_a_confirmation() -> None:
    said = understood("non pas ça")
    assert choose_intent(said, ASKED, expects=None) == "plus_de_resultats"
    assert choose_intent(said, ASKED, expects="confirmation") != "plus_de_resultats"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on veut faire comme Condom", "chercher_experience"),
        ("on veut être accompagnés comme Condom", "demander_accompagnement"),
    ],
)
def test_like_another_place_asks_what_was_done_there(text: str, expected: str) -> None:
    heard = understood(text, "32107")
    cited = tuple(replace(each, is_example=True) for each in heard.territoires)
    heard = replace(heard, intent="demander_accompagnement", territoires=cited)
    assert reread(heard, Memory(), expects=None).intent == expected


@pytest.mark.parametrize(
    "text", ["je ne sais pas par quoi commencer", "que puis-je faire ?", "comment faire ?"]
)
def test_not_knowing_where_to_begin_asks_for_a_method(text: str) -> None:
    heard = replace(understood(text), intent="donner_information")
    assert reread(heard, ASKED, expects=None).intent == "demander_methode"
    assert reread(heard, Memory(), expects=None).intent == "donner_information"


@pytest.mark.parametrize(
    ("intent", "text", "expected"),
    [
        ("parler_conseiller", "je veux un tirage au sort", "demander_methode"),
        ("parler_conseiller", "je veux parler du tirage au sort", "parler_conseiller"),
        ("proposer_ressource", "j'ai lu la fiche sur Saillans", "chercher_experience"),
        ("proposer_ressource", "j'ai lu la fiche, il y a une erreur", "proposer_ressource"),
        ("suivre_demande", "combien ?", "question_financement"),
        ("affirmer", "pourquoi ?", "demander_methode"),
        ("demander_accompagnement", "comment qu'on fait pour un diagnostic", "demander_methode"),
        ("demander_accompagnement", "comment nous faire accompagner", "demander_accompagnement"),
        ("demander_methode", "on aimerait le raconter aux autres communes", "proposer_ressource"),
        ("demander_methode", "on voudrait partager le bilan avec eux", "demander_methode"),
    ],
)
def test_a_subject_named_or_a_word_asked_is_a_question(
    intent: str, text: str, expected: str
) -> None:
    heard = replace(understood(text), intent=intent, themes=("tirage au sort",))
    assert reread(heard, ASKED, expects=None).intent == expected


def test_the_question_is_rewritten_instead_of_sent() -> None:
    said = replace(understood("non attendez, modifiez le besoin"), intent="infirmer")
    assert choose_intent(said, ASKED, expects="confirmation") == "modifier_demande"
    assert choose_intent(said, ASKED, expects="contact") != "modifier_demande"


def test_a_recapitulation_is_shown_once_a_turn() -> None:
    row: Message = {"type": "choices"}
    recap: Message = {"type": "recapitulatif"}
    said: Message = {"type": "text"}
    parts = [Part("clarified", ASKED, (said, recap, row)), Part("clarified", ASKED, (recap, row))]
    assert merge(parts).messages == (said, recap, row)


def test_the_last_sentence_asks() -> None:
    assert last_sentence("trop gros pour nous. et à Rodez ?") == "et à Rodez ?"
    assert last_sentence("???") == "???"


@pytest.mark.parametrize(
    "text",
    [
        "Êtes-vous un robot ?",
        "je parle à un humain ou à une machine ?",
        "D’où viennent vos réponses ?",
        "Est-ce que ce service utilise l’intelligence artificielle ?",
        "Sur quel modèle de langage tournez-vous ?",
        "je peux te tutoyer ?",
    ],
)
def test_who_speaks_is_asked_of_the_assistant(text: str) -> None:
    assert reread(understood(text), Memory(), expects=None).intent == "saluer"


@pytest.mark.parametrize(
    "text",
    [
        "Avez-vous des exemples d’intelligence artificielle pour lire les contributions ?",
        "Un conseiller peut-il relire notre charte ?",
        "Comment faire parler les gens qui ne parlent pas à un élu ?",
        "Vous êtes un service de l’État ?",
    ],
)
def test_other_questions_are_not_about_the_assistant(text: str) -> None:
    assert reread(understood(text), Memory(), expects=None).intent != "saluer"


def test_what_is_sought_is_not_a_contribution() -> None:
    text = "Quelqu’un aurait-il un beau document de restitution à partager ?"
    heard = replace(understood(text), intent="proposer_ressource", confidence=0.7)
    assert reread(heard, Memory(), expects=None).intent == "chercher_experience"


@pytest.mark.parametrize(
    ("text", "intent", "places", "signaux", "expected"),
    [
        ("oups, mauvaise fenêtre", "hors_sujet", (), ("rien_demande",), "donner_information"),
        (
            "je continue demain jai plus de batterie",
            "parler_conseiller",
            (),
            ("rien_demande",),
            "donner_information",
        ),
        (
            "Votre assistant tourne en rond, je préfère une personne.",
            "parler_conseiller",
            (),
            ("rien_demande", "demande_humain"),
            "parler_conseiller",
        ),
        (
            "Nous n’arrivons plus à délivrer les cartes d’identité, la station est en panne.",
            "hors_sujet",
            ("02361",),
            ("rien_demande",),
            "hors_sujet",
        ),
    ],
)
def test_what_asks_nothing_is_neither_off_topic_nor_a_call(
    text: str, intent: str, places: tuple[str, ...], signaux: tuple[str, ...], expected: str
) -> None:
    heard = replace(understood(text, *places, signaux=signaux), intent=intent)
    assert reread(heard, Memory(), expects=None).intent == expected
