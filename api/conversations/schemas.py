"""What the conversation endpoints receive; what they return is told in `api.openapi.reponses`."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.bodies import Body

MAX_TEXT = 4000
MAX_KEY = 200


class ConversationCreate(Body):
    """Ouverture d'une conversation ; tout est facultatif."""

    site: Annotated[str | None, Field(max_length=200, description="Site qui porte le module.")] = (
        None
    )
    page_url: Annotated[str | None, Field(max_length=2000, description="Page d'origine.")] = None
    territoire_code: Annotated[
        str | None, Field(max_length=12, description="Code INSEE ou SIREN du territoire.")
    ] = None


class MessageCreate(Body):
    """Un message de l'élu : un texte, ou le bouton choisi."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "text": "Je suis maire d'une commune de 900 habitants près d'Auch, comment"
                    " associer les habitants à la revitalisation du bourg ?"
                },
                {"payload": "/parler_conseiller"},
            ]
        },
    )

    text: Annotated[str | None, Field(description="De 1 à 4 000 caractères.")] = None
    payload: Annotated[
        str | None, Field(max_length=1000, description="« payload » d'un bouton proposé.")
    ] = None
    label: Annotated[
        str | None, Field(max_length=200, description="Libellé du bouton, pour l'historique.")
    ] = None


class FeedbackCreate(Body):
    """Avis sur une réponse."""

    useful: Annotated[bool, Field(description="La réponse a été utile.")]
    reason: Annotated[
        Literal["inexact", "incomplet", "perime", "hors_sujet", "autre"] | None,
        Field(description="Ce qui n'allait pas."),
    ] = None
    comment: Annotated[str | None, Field(max_length=2000)] = None
    resource_id: Annotated[
        str | None, Field(max_length=200, description="Ressource concernée, s'il y en a une.")
    ] = None


class Handover(Body):
    """Demande à un conseiller : les champs donnés remplacent ceux qui sont connus."""

    besoin: Annotated[str | None, Field(max_length=MAX_TEXT)] = None
    nom: Annotated[str | None, Field(max_length=200)] = None
    courriel: Annotated[str | None, Field(max_length=254)] = None
    telephone: Annotated[str | None, Field(max_length=30)] = None
    territoire_type: Annotated[str | None, Field(max_length=20)] = None
    territoire_code: Annotated[str | None, Field(max_length=12)] = None
    themes: Annotated[list[str] | None, Field(max_length=10)] = None
    consentement: Annotated[bool, Field(description="Accord pour transmettre la demande.")] = False
    envoyer: Annotated[bool, Field(description="Envoyer, une seule fois.")] = False
