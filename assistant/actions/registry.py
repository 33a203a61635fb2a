"""Which handler answers which action of the Rasa domain."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from assistant.actions import (
    demande,
    detailler,
    donnees,
    expliquer,
    justifier,
    orienter,
    repondre,
    sociaux,
    suivre,
)
from assistant.actions.base import Call, FormStep
from assistant.actions.plusieurs import answer_others
from assistant.turn import Part

Handler = Callable[[Call], Awaitable[Part]]


class Validator(Protocol):
    """Takes the answer to a form's question."""

    async def __call__(self, call: Call, *, intent: str) -> FormStep:
        """Return what the form does next."""


def _and_others(handler: Handler, *, before: bool = False, opened_by: str | None = None) -> Handler:
    """Answer the main request of a message, then (or `before`) the other ones that it holds.

    `opened_by`: only when the message has this main intent, since a form also asks its questions
    after another action has answered.
    """

    async def answer(call: Call) -> Part:
        part = await handler(call)
        if opened_by not in {None, call.understanding.intent}:
            return part
        return answer_others(call, part, before=before)

    return answer


_ACCOMPANIMENT = "demander_accompagnement"
_ask_about_accompaniment = _and_others(orienter.ask, before=True, opened_by=_ACCOMPANIMENT)

ACTIONS: dict[str, Handler] = {
    "action_saluer": sociaux.greet,
    "action_remercier": sociaux.thank,
    "action_affirmer": sociaux.agree,
    "action_infirmer": sociaux.decline,
    "action_hors_sujet": sociaux.off_topic,
    "action_pas_compris": sociaux.not_understood,
    "action_refuser": sociaux.refuse,
    "action_alerter": sociaux.alert,
    "action_langue_etrangere": sociaux.foreign_language,
    "action_prendre_note": sociaux.take_note,
    "action_repondre": repondre.answer,
    "action_plus_de_resultats": repondre.show_more,
    "action_detailler_ressource": detailler.detail,
    "action_expliquer_demarche": _and_others(expliquer.explain),
    "action_justifier_orientation": justifier.justify,
    "action_orienter": _and_others(orienter.conclude, opened_by=_ACCOMPANIMENT),
    "action_ouvrir_demande": _and_others(demande.open_request, before=True),
    "action_ouvrir_reclamation": _and_others(
        partial(demande.open_request, categorie="reclamation", key="ouvrir_reclamation"),
        before=True,
    ),
    "action_proposer_ressource": _and_others(
        partial(demande.open_request, categorie="contribution", key="ouvrir_contribution"),
        before=True,
    ),
    "action_envoyer_demande": demande.send,
    "action_modifier_demande": demande.modify,
    "action_reprendre_demande": demande.resume,
    "action_annuler_demande": demande.cancel,
    "action_demande_envoyee": demande.already_sent,
    "action_suivre_demande": _and_others(suivre.follow),
    "action_donnees_personnelles": _and_others(donnees.explain),
    "action_exporter_donnees": donnees.export,
    "action_effacer_donnees": donnees.erase,
    "action_confirmer_effacement": donnees.confirm_erasure,
    "action_garder_conversation": donnees.keep,
    "action_ask_orientation_form_territoire": _ask_about_accompaniment,
    "action_ask_orientation_form_nombre_collectivites": _ask_about_accompaniment,
    "action_ask_orientation_form_duree": _ask_about_accompaniment,
    "action_ask_orientation_form_themes": _ask_about_accompaniment,
    "action_ask_demande_form_besoin_demande": demande.ask,
    "action_ask_demande_form_contact": demande.ask,
    "action_ask_demande_form_confirmation": demande.ask,
}
VALIDATORS: dict[str, Validator] = {
    "validate_orientation_form": orienter.validate,
    "validate_demande_form": demande.validate,
}
# Asked again after an interruption, a form proposes its first empty slot: these decide anew.
NEXT_QUESTION: dict[str, Callable[[Call], str | None]] = {
    "action_ask_orientation_form_territoire": orienter.next_question,
    "action_ask_orientation_form_nombre_collectivites": orienter.next_question,
    "action_ask_orientation_form_duree": orienter.next_question,
    "action_ask_orientation_form_themes": orienter.next_question,
}
