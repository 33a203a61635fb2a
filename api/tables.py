"""Every table of the product, gathered for the migrations."""

from api.abonnements import models as abonnements
from api.annotations import models as annotations
from api.capitalisation import models as capitalisation
from api.collegues import models as collegues
from api.comptes import models as comptes
from api.console import models as console
from api.conversations import models as conversations
from api.courrier import models as courrier
from api.droits import models as droits
from api.entrainement import models as entrainement
from api.equipes import models as equipes
from api.jobs import models as jobs
from api.lacunes import models as lacunes
from api.links import ServiceSecret
from api.mail import models as mails
from api.pieces import models as pieces
from api.redaction import models as redaction
from api.reference import ReferenceImport
from api.regles import models as regles
from api.satisfaction import models as satisfaction
from api.suivi import models as suivi
from api.tickets import models as tickets
from api.veille import models as veille
from api.vie_privee import models as vie_privee
from api.webhooks import models as webhooks
from api.zammad import models as zammad
from knowledge.database import Base
from knowledge.resources import models as resources
from knowledge.search import synonym_models as synonyms
from knowledge.search import taxonomy_models as taxonomy
from knowledge.territoires import models as territoires

metadata = Base.metadata

__all__ = [
    "ReferenceImport",
    "ServiceSecret",
    "abonnements",
    "annotations",
    "capitalisation",
    "collegues",
    "comptes",
    "console",
    "conversations",
    "courrier",
    "droits",
    "entrainement",
    "equipes",
    "jobs",
    "lacunes",
    "mails",
    "metadata",
    "pieces",
    "redaction",
    "regles",
    "resources",
    "satisfaction",
    "suivi",
    "synonyms",
    "taxonomy",
    "territoires",
    "tickets",
    "veille",
    "vie_privee",
    "webhooks",
    "zammad",
]
