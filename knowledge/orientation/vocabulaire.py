"""Closed vocabulary of the orientation rules: an unknown word in a rule is refused at load.

Intents, roles and themes are those of the public HTTP contract; signals are those that
understanding can recognise in a message.
"""

from typing import Literal, get_args

Route = Literal[
    "ressources",
    "projet_partage",
    "territoires_engagement",
    "ateliers",
    "partenaire",
    "conseiller",
    "hors_champ",
    "aucune",
]
Statut = Literal["rempli", "non_rempli", "inconnu"]
Question = Literal["territoire", "nombre_collectivites", "duree", "theme"]
Duree = Literal["ponctuelle", "durable"]
TypeTerritoire = Literal["commune", "epci", "departement", "region"]
Dispositif = Literal["parcours", "projet_partage", "ateliers", "cellule"]

Intention = Literal[
    "saluer",
    "remercier",
    "demander_methode",
    "chercher_experience",
    "chercher_acteur",
    "chercher_outil",
    "chercher_actualite",
    "question_juridique",
    "question_financement",
    "demander_accompagnement",
    "comprendre_demarche",
    "parler_conseiller",
    "suivre_demande",
    "reclamation",
    "donner_information",
    "affirmer",
    "infirmer",
    "hors_sujet",
    "proposer_ressource",
    "donnees_personnelles",
]
Signal = Literal[
    "plusieurs_collectivites",
    "agir_ensemble",
    "offre_parcours",
    "offre_projet_partage",
    "offre_ateliers",
    "exemple_ou_modele",
    "atelier_evoque",
    "debat_public_saisi",
    "programme_etat",
    "service_etat",
    "duree_longue",
    "ponctuel",
    "besoin_formation",
    "besoin_animation",
    "besoin_atelier",
    "diagnostic",
    "strategie",
    "conduite_changement",
    "projet_emblematique",
    "candidater",
    "grand_projet",
    "conflit",
    "urgence",
    "menace",
    "detresse",
    "marche_public",
    "financement",
    "juridique",
    "contentieux",
    "elections",
    "politique_partisane",
    "demande_engagement",
    "refus_donnees",
    "veut_humain",
    "demande_humain",
    "urgence_vitale",
    "simplicite",
    "proximite",
    "comprendre",
    "decrit_ateliers",
    "decrit_parcours",
    "decrit_projet_partage",
    "decrit_debat_public",
    "decrit_service_etat",
    "decrit_programme_etat",
    "decrit_formation",
    "decrit_humain",
    "rien_demande",
    "hors_domaine",
]
Role = Literal[
    "maire",
    "adjoint",
    "conseiller_municipal",
    "president_epci",
    "elu_departemental",
    "agent",
    "dgs",
    "citoyen",
]
Theme = Literal[
    "budget participatif",
    "concertation",
    "conseil citoyen",
    "conseil de quartier",
    "conseil de développement",
    "jeunesse",
    "tirage au sort",
    "convention citoyenne",
    "référendum local",
    "numérique",
    "plateforme",
    "revitalisation centre-bourg",
    "transition écologique",
    "mobilité",
    "alimentation",
    "santé",
    "logement",
    "tiers-lieu",
    "politique de la ville",
    "culture",
    "vie associative",
    "bénévolat",
    "urbanisme",
    "énergie",
    "eau",
    "communication",
    "formation",
    "évaluation",
    "diagnostic",
    "égalité",
    "vieillissement",
    "école",
    "budget",
    "transparence",
    "projet de territoire",
    "services publics",
    "design",
]

ROUTES: tuple[Route, ...] = get_args(Route)
QUESTIONS: tuple[Question, ...] = get_args(Question)
INTENTIONS: tuple[Intention, ...] = get_args(Intention)
SIGNAUX: tuple[Signal, ...] = get_args(Signal)
ROLES: tuple[Role, ...] = get_args(Role)
THEMES: tuple[Theme, ...] = get_args(Theme)
DISPOSITIFS: tuple[Dispositif, ...] = get_args(Dispositif)

OFFRES: tuple[Route, ...] = ("territoires_engagement", "projet_partage", "ateliers")
"""The three contracted offers of the ANCT: an answer always says why not each of the others."""
