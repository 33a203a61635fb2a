"""« Êtes-vous un robot ? », « d'où viennent vos réponses ? »: asked of the assistant itself."""

import re

from nlu.text import words

_MACHINE = (
    r"(?:robot|chatbot|bot|machine|programme|logiciel|ordinateur|automate|ia|intelligence"
    r" artificielle|vraie? personne|personne|humaine?|etre humain|quelqu un|conseiller|agent)"
)
_SERVICE = r"(?:vous|tu|ce service|cet assistant|cet outil|ce site|ce tchat|ce chat)"
_ASKS = re.compile(
    rf"\b(?:etes vous|es tu|vous etes|tu es|t es) (?:bien |donc |vraiment |juste )?(?:un|une)"
    rf" (?:vrai |vraie )?{_MACHINE}\b"
    rf"|\b(?:je parle|je discute|j ecris|parle je|discute je) (?:bien |donc )?(?:a|avec)"
    rf" (?:un|une) (?:vrai |vraie )?{_MACHINE}\b"
    rf"|\bc est (?:un|une) (?:vrai |vraie )?(?:robot|chatbot|machine|ia|humain|personne)"
    r"(?: qui)? (?:repond|parle|ecrit)\w*\b"
    rf"|\b{_SERVICE} (?:\w+ ){{0,2}}(?:tourn\w+|fonctionn\w+|utilis\w+|repos\w+|etes|est)"
    r" (?:\w+ ){0,3}(?:modele de langage|intelligence artificielle|ia|chatgpt|gpt|llm)\b"
    r"|\b(?:quel|quelle) (?:modele de langage|ia|intelligence artificielle)\b"
    r".*\b(?:vous|tournez|utilisez|derriere)\b"
    r"|\bd ou (?:viennent|proviennent|sortent|tirez vous)(?: \w+)? (?:vos|tes) "
    r"(?:reponses|informations|sources)\b"
    r"|\b(?:qui|quelqu un|une personne|un humain|un etre humain) (?:\w+ )?"
    r"(?:ecrit|redige|relit|relie|verifie|controle)\w* (?:vos|tes) reponses\b"
    r"|\b(?:vos|tes) reponses (?:sont elles|sont) (?:\w+ )?(?:ecrites|redigees|relues|generees)\b"
    r"|\b(?:te|vous) tutoyer\b"
)


def asks_who_speaks(text: str) -> bool:
    """Tell whether the message asks who, or what, is answering, and from what."""
    return _ASKS.search(" ".join(words(text))) is not None
