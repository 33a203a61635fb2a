"""Read again what was understood, in the light of the conversation: pure, one rule a function."""

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.domaine import SEARCHED
from assistant.memory import Memory
from assistant.precisions import settle
from assistant.presentation import asks_who_speaks
from assistant.references import is_reference
from assistant.suites import last_sentence, with_previous_intent
from knowledge.orientation.vocabulaire import OFFRES
from nlu.besoins import DESCRIBED, OF_ONE_MESSAGE
from nlu.text import words
from nlu.understanding import Understanding

_CERTAIN = 0.95
_METHOD = "demander_methode"
_ASKS_HUMAN = "demande_humain"
# Said with these, « rappelez-moi » is about the request already sent, or the person's own data.
_SAYS_MORE = frozenset(
    {"suivre_demande", "reclamation", "donnees_personnelles", "proposer_ressource", "infirmer"}
)
_CONSENT = re.compile(
    r"^(?:oui|ouais|ok|okay|d accord|c est (?:tout )?bon|parfait|entendu|tres bien|allez y|vas y|go"
    r"|(?:je (?:vous )?)?(?:confirme|valide)|envoy\w+|transmett\w+"
    r"|vous pouvez (?:envoyer|transmettre))\b"
)
_SEND_AGAIN = re.compile(r"^(?:envoy|transmett)\w+(?: (?:la|le|ma demande|la demande))?$")
_REFUSAL = re.compile(r"\b(?:non|pas|mais|attendez|annul\w+|modifi\w+|chang\w+|corrig\w+)\b")
_CORRECTION = re.compile(
    r"^(?:ah |euh )?(?:non|pardon|erreur|oups|excusez moi|desole\w*|je (?:me suis|voulais))\b"
)
_BRIEF = 9
_THANKS = re.compile(r"\bmerci\b(?! (?:de|d|par avance|d avance|pour votre retour))")
_ASKS = re.compile(r"^(?:non|pas)\b|\b(?:conseiller|rappel\w+|erreur|nul|inutile|rien)\b")
_OFF_TOPIC = "hors_sujet"
_TOGETHER = "agir_ensemble"
_NOTHING_ASKED = "rien_demande"
# What a message that asks nothing is taken for.
_SEEMS_ASKED = frozenset({_OFF_TOPIC, "parler_conseiller"})
_OFFERS = frozenset(
    {"offre_ateliers", "offre_parcours", "offre_projet_partage", "programme_etat"}
    | {"debat_public_saisi", "service_etat"}
)
_DESCRIBED_OFFERS = DESCRIBED - OF_ONE_MESSAGE - {"decrit_humain"}
_HUMAN_WANTED = frozenset({"veut_humain", _ASKS_HUMAN, "politique_partisane"})
# Heard without being sure, these would hide the need that an offer named makes plain.
_ASIDE = frozenset({*_SAYS_MORE, "parler_conseiller"})
_NEEDS = frozenset({*SEARCHED, "demander_accompagnement"})
_DOUBTED = 0.75
_ELSEWHERE = re.compile(
    r"\b(?:ont ils|ils ont|ils font|font ils|ils s y|elle a fait|a t elle|ont elles|elles ont"
    r"|ca se passe|ils s organisent)\b"
)
_BEGINS = re.compile(
    r"\bpar (?:ou|quoi) (?:commenc|debut)\w+"
    r"|\bcomment (?:faire|m y prendre|s y prendre|commencer)\b"
    r"|\b(?:que|quoi|qu est ce qu\w*) (?:je |on |nous |puis je |pouvons nous |peut on )*"
    r"(?:peux |peut |pouvons |dois |doit |devons )?faire$"
)
_LIKE_THEM = re.compile(r"\b(?:comme|pareil|inspir\w+|meme chose)\b")
_HELPED = re.compile(r"\b(?:aid\w+|accompagn\w+|appui|soutien)\b")
_HOW = re.compile(
    r"\bcomment (?:qu )?(?:on|faire|il faut|je|nous|s y|m y)\b"
    r"|\b(?:que|quoi) (?:pouvons nous|peut on|puis je|on peut|nous pouvons) (?:\w+ ){0,3}faire\b"
)
_TELLS_OTHERS = re.compile(
    r"\b(?:aimer\w+|voudr\w+|souhait\w+|pouvons|peut|pourr\w+|voulons|veut) (?:\w+ ){0,2}"
    r"(?:raconter|temoigner|partager|faire connaitre|faire profiter)\b"
    r"(?: \w+){0,4} (?:aux autres|d autres|avec les autres|votre base|votre site)\b"
)
_TALKS = re.compile(
    r"\b(?:conseiller|quelqu un|parler|appel\w*|rappel\w*|joindre|contact\w*|personne|humain\w*"
    r"|telephone|numero|rendez vous|rencontrer|echanger|transmett\w+|demande)\b"
)
_HAS_READ = re.compile(r"^(?:bonjour )?(?:j ai|on a|nous avons) (?:bien )?(?:lu|vu|consulte)\b")
_AMISS = re.compile(r"\b(?:erreurs?|fau(?:x|sse)|inexact\w*|corrig\w+|propos\w+|partag\w+)\b")
_SEEKS = re.compile(
    r"\b(?:auriez vous|avez vous|aurait il|auraient ils|connaissez vous|existe t il|y a t il"
    r"|(?:je|nous|on) (?:re)?cherch\w+)\b"
)
_HAS_SOME = re.compile(
    r"\b(?:vous en (?:avez|auriez)|en (?:avez|auriez) vous)(?: deja)?"
    r" (?:un|une|des|d autres|quelques un\w*)\b(?! (?:nouvelles?|retours?|reponses?|trace))"
)
_JOINS = re.compile(
    r"\b(?:(?:nous |vous |le |se |y )?(?:rejoindre|joindre)|entrer|sortir|quitter"
    r"|observat\w+|se retirer)\b"
)
_ONE_WORD = re.compile(r"^(?:et )?(combien|qui|ou|comment|pourquoi)$")
_WHEN = re.compile(
    r"^(?:et )?(?:(?:c est|ca (?:commence|demarre|debute|se passe)) )?(?:pour )?quand"
    r"(?: (?:est ce que )?(?:ca|cela) (?:commence|demarre|debute|se passe))?$"
    r"|^(?:et )?quelles? (?:sont les )?(?:dates?|echeances?|delais?)$"
)
_ASKED_IN_A_WORD = {
    "combien": "question_financement",
    "qui": "chercher_acteur",
    "ou": "chercher_experience",
}
_AND_THERE = re.compile(r"^(?:[\w ]{0,30} )?et (?:a|au|aux|en|dans|chez|celle de|ceux de)\b")
_OURS = re.compile(r"\b(?:nous|notre|nos|ma|mon|je|pardon|non|chez moi)\b")


def reread(understanding: Understanding, memory: Memory, *, expects: str | None) -> Understanding:
    """Return the understanding settled by what was asked, remembered, or said before."""
    understanding = settle(understanding, memory.territoires_a_preciser)
    understanding = with_previous_intent(understanding, memory)
    steps: tuple[Callable[[Understanding, Memory, str | None], Understanding], ...] = (
        _consent,
        _send_again,
        _reference,
        _greeting,
        _thanks,
        _correction,
        _human,
        _ours,
        _like_them,
        _beginning,
        _how,
        _tells_others,
        _subject_first,
        _has_read,
        _asks_for_records,
        _has_some,
        _error_told,
        _nothing_asked,
        _who_speaks,
        _one_word,
        _when,
        _joins,
        _elsewhere,
    )
    for step in steps:
        understanding = step(understanding, memory, expects)
    return _with_its_only_request(understanding)


def _consent(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« c'est tout bon », « envoyez », asked whether to send: a yes, in whatever words."""
    said = _plain(understanding)
    agrees = expects in ("confirmation", "effacement") and _CONSENT.match(said)
    if not agrees or _REFUSAL.search(said) or "?" in understanding.text:
        return understanding
    return _as("affirmer", understanding)


def _send_again(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« envoyer », when nothing waits to be sent: where the request already sent stands."""
    if expects is not None or not _SEND_AGAIN.match(_plain(understanding)):
        return understanding
    return _as("suivre_demande", understanding)


def _reference(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« OR-2026-7K3FQ2 » alone: where this request stands."""
    if expects is not None or not is_reference(understanding.text):
        return understanding
    return _as("suivre_demande", understanding)


def _greeting(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« bjr on veu un conseil des jeunes »: greeted in passing, a subject is what it is about."""
    if understanding.intent != "saluer" or not understanding.themes:
        return understanding
    searched = (each.intent for each in understanding.alternatives if each.intent in SEARCHED)
    return _as(next(searched, _METHOD), understanding)


def _thanks(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« d'accord, merci », « merci, je vais en parler au maire »: thanks, and nothing asked."""
    said = _plain(understanding)
    brief = len(said.split()) <= _BRIEF and "?" not in understanding.text
    brings = understanding.territoires or understanding.themes or understanding.donnees_personnelles
    if not (brief and _THANKS.search(said)) or brings or _ASKS.search(said):
        return understanding
    return _as("remercier", understanding)


def _correction(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« non pardon, c'est Auch »: the place is corrected, nothing is complained of."""
    named = understanding.territoires or understanding.ambiguites
    if not (named and memory.territoire and _CORRECTION.match(_plain(understanding))):
        return understanding
    return _as("donner_information", understanding)


def _human(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« un conseiller svp », « rappelez-moi »: a human, whatever else the message speaks of."""
    if _ASKS_HUMAN not in understanding.signaux or understanding.intent in _SAYS_MORE:
        return understanding
    return _as("parler_conseiller", understanding)


def _ours(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« 2 cc et 1 dpt veulent bosser ensemble »: an offer is named, the need comes first."""
    limit = _CERTAIN if understanding.intent == "suivre_demande" else _DOUBTED
    doubted = understanding.confidence < limit and understanding.intent in _ASIDE
    if expects is not None or not (doubted or understanding.intent == _OFF_TOPIC):
        return understanding
    told = _names_an_offer(understanding) or _DESCRIBED_OFFERS & set(understanding.signaux)
    if not told or _HUMAN_WANTED & set(understanding.signaux):
        return understanding
    needs = (each.intent for each in understanding.alternatives if each.intent in _NEEDS)
    need = next(needs, None)
    return understanding if need is None else _as(need, understanding)


def _names_an_offer(understanding: Understanding) -> bool:
    cues = set(understanding.signaux)
    together = _TOGETHER in cues and (understanding.nombre_collectivites or 0) > 1
    return bool(_OFFERS & cues) or together


def _like_them(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« on veut faire comme Kingersheim »: what was done there comes before any help."""
    said = _plain(understanding)
    cited = understanding.territoires and all(each.is_example for each in understanding.territoires)
    if understanding.intent != "demander_accompagnement" or not cited or expects is not None:
        return understanding
    if not _LIKE_THEM.search(said) or _HELPED.search(said):
        return understanding
    return _as("chercher_experience", understanding)


def _beginning(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« je ne sais pas par quoi commencer », « que puis-je faire ? »: a method is asked for."""
    about = understanding.themes or memory.besoin
    vague = understanding.intent in ("donner_information", "comprendre_demarche")
    if expects is not None or not (about and vague and _BEGINS.search(_plain(understanding))):
        return understanding
    return _as(_METHOD, understanding)


def _how(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« comment qu'on fait ? », « que pouvons-nous faire ? »: a method, no accompaniment."""
    said = _plain(understanding)
    asked = understanding.intent == "demander_accompagnement" and expects is None
    if not asked or not _HOW.search(said) or _HELPED.search(said):
        return understanding
    return understanding if _names_an_offer(understanding) else _as(_METHOD, understanding)


def _tells_others(
    understanding: Understanding, memory: Memory, expects: str | None
) -> Understanding:
    """« on aimerait le raconter aux autres communes, comment on fait ? »: they contribute."""
    if expects is not None or not _TELLS_OTHERS.search(_plain(understanding)):
        return understanding
    return _as("proposer_ressource", understanding)


def _subject_first(
    understanding: Understanding, memory: Memory, expects: str | None
) -> Understanding:
    """« je veux un tirage au sort »: a subject is named, nobody is asked to be spoken to."""
    taken = understanding.intent == "parler_conseiller" and understanding.themes
    if not taken or expects is not None or _HUMAN_WANTED & set(understanding.signaux):
        return understanding
    return understanding if _TALKS.search(_plain(understanding)) else _as(_METHOD, understanding)


def _has_read(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« j'ai lu la fiche sur Saillans »: one asks for more of it, and contributes nothing."""
    said = _plain(understanding)
    if understanding.intent != "proposer_ressource" or not _HAS_READ.match(said):
        return understanding
    return understanding if _AMISS.search(said) else _as("chercher_experience", understanding)


def _asks_for_records(
    understanding: Understanding, memory: Memory, expects: str | None
) -> Understanding:
    """« quelqu'un aurait-il un document à partager ? »: a record is sought, none is offered."""
    offered = understanding.intent == "proposer_ressource" and expects is None
    if not offered or not _SEEKS.search(_plain(understanding)):
        return understanding
    searched = (each.intent for each in understanding.alternatives if each.intent in SEARCHED)
    return _as(next(searched, "chercher_experience"), understanding)


def _has_some(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« vous en avez déjà un sur ce sujet ? »: a record is sought, not where a request stands."""
    if expects is not None or understanding.intent in SEARCHED:
        return understanding
    if not _HAS_SOME.search(_plain(understanding)):
        return understanding
    return _as("chercher_outil", understanding)


def _error_told(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« qui va la corriger ? », an error just told: asked of the base, it is not off topic."""
    before = " ".join(words(memory.besoin or ""))
    off_topic = understanding.intent == _OFF_TOPIC
    if not (off_topic and _AMISS.search(before) and _AMISS.search(_plain(understanding))):
        return understanding
    return _as("proposer_ressource", understanding)


def _nothing_asked(
    understanding: Understanding, memory: Memory, expects: str | None
) -> Understanding:
    """« oups, mauvaise fenêtre », « je continue demain »: told in passing, nothing to orient."""
    told = understanding.intent in _SEEMS_ASKED and understanding.confidence < _CERTAIN
    if expects is not None or not told or _NOTHING_ASKED not in understanding.signaux:
        return understanding
    if understanding.refus or _HUMAN_WANTED & set(understanding.signaux):
        return understanding
    # « la station des cartes d'identité est en panne à Guise » is told of a place to be helped.
    if understanding.intent == _OFF_TOPIC and understanding.territoires:
        return understanding
    return _as("donner_information", understanding)


def _who_speaks(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« êtes-vous un robot ? »: asked of the assistant, it is no need."""
    if expects is not None or not asks_who_speaks(understanding.text):
        return understanding
    return _as("saluer", understanding)


def _one_word(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« pourquoi ? », « combien ? »: asked about the need just answered."""
    match = _ONE_WORD.match(_plain(understanding))
    if match is None or expects is not None or not memory.besoin:
        return understanding
    return _as(_ASKED_IN_A_WORD.get(match[1], _METHOD), understanding)


def _when(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« ça commence quand ? », after an offer was proposed: asked of this offer."""
    if expects is not None or memory.route not in OFFRES or not _WHEN.match(_plain(understanding)):
        return understanding
    return _as("comprendre_demarche", understanding)


def _joins(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« une sixième pourrait-elle nous rejoindre ? », an offer proposed: asked of this offer."""
    asked = "?" in understanding.text and memory.route in OFFRES and not understanding.territoires
    if expects is not None or not asked or not _JOINS.search(_plain(understanding)):
        return understanding
    return _as("comprendre_demarche", understanding)


def _elsewhere(understanding: Understanding, memory: Memory, expects: str | None) -> Understanding:
    """« comment ont-ils fait à Grenoble ? », « et à Rodez ? »: an example, not the élu's place."""
    said = " ".join(words(last_sentence(understanding.text)))
    speaks_of_others = _ELSEWHERE.search(said) or _AND_THERE.match(said)
    if memory.territoire is None or expects or not speaks_of_others or _OURS.search(said):
        return understanding
    cited = tuple(replace(each, is_example=True) for each in understanding.territoires)
    return replace(understanding, territoires=cited)


def _as(intent: str, understanding: Understanding) -> Understanding:
    if understanding.intent == intent:
        return replace(understanding, confidence=max(understanding.confidence, _CERTAIN))
    return replace(understanding, intent=intent, confidence=_CERTAIN)


def _with_its_only_request(understanding: Understanding) -> Understanding:
    """The only request of a message is its main intent, once read again."""
    if len(understanding.intents) != 1:
        return understanding
    only = replace(
        understanding.intents[0],
        intent=understanding.intent,
        confidence=understanding.confidence,
    )
    return replace(understanding, intents=(only,))


def _plain(understanding: Understanding) -> str:
    return " ".join(words(understanding.text))
