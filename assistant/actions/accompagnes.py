"""Show who was already accompanied nearby, or in a comparable territory: people to call."""

from collections.abc import Iterable
from typing import Any

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.turn import Message
from knowledge.accompagnements.accompagnement import Accompagnement
from knowledge.accompagnements.loader import SOURCE_DATE, SOURCE_NAME
from knowledge.accompagnements.voisins import Voisin


def accompanied(call: Call) -> tuple[Message, ...]:
    """Return what the open data of the ANCT says of the élu's territory and of its like.

    Nothing when the territory is not known, or when nothing compares with it.
    """
    knowledge = call.services.knowledge
    territoire = knowledge.territoire(call.memory.territoire)
    if territoire is None:
        return ()
    own, near = knowledge.accompagnes.of(territoire), knowledge.accompagnes.near(territoire)
    if not own and not near:
        return ()
    told = call.say(
        "orienter.accompagnes",
        nom=territoire.nom,
        deja=_offers(call, own),
        voisins=[_shown(call, each) for each in near],
        source=SOURCE_NAME,
        date=SOURCE_DATE,
    )
    return ({**messages.text(told), "territoires_accompagnes": [voisin_json(v) for v in near]},)


def voisin_json(voisin: Voisin) -> dict[str, Any]:
    """Return a territory already accompanied as JSON."""
    territoire = voisin.territoire
    return {
        "type": territoire.type,
        "code": territoire.code,
        "nom": territoire.nom,
        "departement": territoire.departement,
        "population": territoire.population,
        "proximite": voisin.proximite,
        "accompagnements": [accompagnement_json(each) for each in voisin.accompagnements],
    }


def accompagnement_json(accompagnement: Accompagnement) -> dict[str, Any]:
    """Return one use of an offer as JSON; what the source does not say is null."""
    return {
        "dispositif": accompagnement.dispositif,
        "periode": accompagnement.periode or None,
        "theme": accompagnement.theme or None,
        "url": accompagnement.url or None,
    }


def _shown(call: Call, voisin: Voisin) -> dict[str, Any]:
    return {
        "nom": voisin.territoire.nom,
        "raison": call.label("proximites", voisin.proximite),
        "population": voisin.territoire.population or 0,
        "offres": _offers(call, voisin.accompagnements),
        "url": next((each.url for each in voisin.accompagnements if each.url), None),
    }


def _offers(call: Call, lines: Iterable[Accompagnement]) -> str:
    offers = dict.fromkeys(each.dispositif for each in lines)
    return ", ".join(call.label("dispositifs", each) for each in offers)
