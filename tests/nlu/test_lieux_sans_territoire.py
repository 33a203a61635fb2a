"""Ordinary sentences: no territory may be invented, even where a commune bears the word."""

import pytest

from nlu.lieux import LieuFinder
from tests.nlu.lieux_finder import lieu_finder

SENTENCES = (
    # Words that are also names of communes.
    "Est-ce que ça a du sens pour une petite commune ?",
    "Dans quel sens faut-il présenter le budget aux habitants ?",
    "on a un plan d'action mais pas de budget",
    "Le Plan local d'urbanisme doit être révisé cette année.",
    "Mon adjoint est super nice avec les jeunes",
    "Il faut redynamiser notre bourg, par où commencer ?",
    "Le Bourg se vide, on veut y remettre de la vie.",
    "le centre bourg et ses commerces, on voudrait en parler aux habitants",
    "J'ai eu une réunion difficile hier soir.",
    "On y va doucement, on a eu peu de monde.",
    "Il y a un grand pin sur la place, faut-il le couper ?",
    "Le pin de la place est malade, les gens sont fâchés",
    "Les gens se heurtent à un mur, personne ne répond.",
    "La boîte orange de l'accueil sert d'urne pour le vote.",
    "On distribue du pain au marché pour attirer du monde à la concertation.",
    "Nos élus sont dans la lune quand on parle de participation",
    "à tour de rôle, les quartiers reçoivent le conseil",
    "On a fait plusieurs tours de table sans rien décider.",
    "on a organisé deux tours de vote, est-ce légal ?",
    "C'est un plaisir de travailler avec vous.",
    "Le port du gilet est-il obligatoire pour les bénévoles ?",
    "La garde des enfants empêche les parents de venir.",
    "à la fontaine du village on veut poser une boîte à idées",
    "Chaque croix sur le bulletin compte pour un point.",
    "Les jeunes sont en colère et il faut lutter contre le découragement.",
    "Peut-on louer une salle pour la réunion ?",
    "Il faut publier les résultats ?",
    "quarante personnes sont venues",
    "Le jury citoyen a rendu son avis.",
    "Le Syndicat des eaux nous demande de consulter les usagers.",
    "Quel est le seuil pour un conseil de quartier ?",
    "Un collégien peut-il voter au budget participatif ?",
    "Notre cheminot de conseiller propose une marche.",
    "Soyons clairs : on manque d'argent",
    "L'Union fait la force, comment mobiliser ?",
    "La Chambre régionale des comptes nous contrôle.",
    "Contre le projet, une pétition a réuni 300 signatures.",
    "Vers qui se tourner ?",
    "Bonne journée et merci",
    "En mars et en avril on fait des ateliers",
    "Le Parc naturel peut-il nous aider ?",
    "L'École du village va fermer, comment en parler ?",
    "La Poste quitte le village, que faire ?",
    "La Marche exploratoire, ça marche comment ?",
    "Les Ventes de terrains doivent-elles passer en conseil ?",
    "Les Mesures proposées ne plaisent à personne.",
    "L'égalité femmes-hommes est un thème important.",
    "La Réunion publique de mardi a mal tourné.",
    "à la réunion, personne n'a parlé",
    "On a parlé de ca a la reunion d'hier",
    "Die Bürger wollen mitreden",
    "This is not French",
    "Par ailleurs, Marie propose un atelier.",
    "Est ensemble que l'on va plus loin",
    "tout le monde est ensemble dans ce projet",
    # Départements that are words, directions or rivers.
    "le nord de la commune est oublié",
    "Le Nord de notre village est coupé par la route.",
    "Le quartier est au nord, vers la gare.",
    "Il y a eu des erreurs dans le lot.",
    "dans la manche du maire, il y a toujours une surprise",
    "une somme de 3 000 euros",
    "C'est trop cher pour nous, on creuse la question.",
    "on se lève à l'aube pour le marché",
    "Les bords de la Loire sont inondés, comment en discuter ?",
    "la crue de la Marne a tout changé",
    "Le pont sur l'Allier est fermé, les habitants râlent",
    "il y aura une réunion publique, ça aura du succès",
    # Numbers that are neither postal codes nor départements.
    "Que dit l'article L. 2143-1 du code général des collectivités territoriales ?",
    "On a un budget de 35 000 euros pour trois ans.",
    "35000 euros, est-ce assez ?",
    "Nous sommes 12000 habitants",
    "Une ville de 30000 habitants doit-elle avoir des conseils de quartier ?",
    "En 2026, quelles sont les règles ?",
    "Réunion le 32 rue du Moulin à 20 h",
    "On se voit le 14 juillet ou dans le 20 heures ?",
    "environ 35000 personnes concernées",
    "dans les 15 jours",
    "Notre référence est 59000-B, avez-vous reçu le dossier ?",
    "commune de 900 habitants, que faire ?",
    # Persons, organisations, streets.
    "Mme Paris souhaite être rappelée.",
    "M. Tours est absent cette semaine.",
    "Jean Lyon m'a conseillé de vous écrire",
    "cordialement, Pierre Saint-Martin",
    "Cordialement,\nSophie Valence",
    "la Banque des Territoires finance-t-elle cela ?",
    "J'ai suivi une formation à l'Université de Lille.",
    "L'Institut Paris Region a publié une étude.",
    "une exposition du Centre Pompidou Metz",
    "Réaménagement de la rue de Nantes, comment consulter ?",
    "Il faut piétonniser l'avenue de Paris",
    "On refait la place de la République.",
    "le boulevard de Strasbourg est dangereux",
    "le tribunal administratif de Pau peut-il annuler ?",
    "la loi Notre nous oblige-t-elle ?",
    "Petites villes de demain, c'est quoi ?",
    "Je cherche un contact pour Villages d'avenir.",
    "Action cœur de ville, on y a droit ?",
    "Comment devenir commune de montagne ?",
    "L'Accord de Paris impose-t-il une consultation ?",
    # Nothing but requests.
    "Bonjour",
    "oui",
    "merci beaucoup, bonne soirée",
    "slt c possible 1 referendum local pr la salle des fetes ?",
    "je veux parler à quelqu'un",
    "",
    "   ",
    "🙂🙂",
)


@pytest.fixture(scope="module")
def finder() -> LieuFinder:
    return lieu_finder()


@pytest.mark.parametrize("text", SENTENCES)
def test_no_territory_is_invented(finder: LieuFinder, text: str) -> None:
    found = finder.find(text)
    assert [(each.type, each.nom) for each in found.territoires] == []
    assert [each.mention for each in found.ambiguites] == []
