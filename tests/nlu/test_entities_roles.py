"""The role that the writer takes: real sentences, and titles of other people."""

import pytest

from nlu.entities.roles import find_role
from tests.nlu.reader import read

SPOKEN = [
    ("Je vous prie d'agréer, Madame, mes salutations respectueuses. Le maire.", "maire"),
    ("Avec mes remerciements. La secrétaire générale de mairie.", "agent"),
    ("la commune dont j'ai l'honneur d'être la première adjointe", "adjoint"),
    ("Je découvre tout cela, adjoint depuis six mois", "adjoint"),
    ("je sui mair d orange", "maire"),
    ("bonjour, monsieur le maire à l'appareil", "maire"),
    ("la communauté d'agglomération dont je préside le conseil", "president_epci"),
    ("alors moi c'est le DGS, on a une nouvelle équipe", "dgs"),
    ("Madame, Monsieur, maire depuis mars dernier d'une commune rurale", "maire"),
    ("MAIRE DE 300 HABITANTS", "maire"),
    ("je suis conseiller", "conseiller_municipal"),
    ("Je suis maire d'une commune de 900 habitants", "maire"),
    ("bonjour je suis le maire de Montaud", "maire"),
    ("Maire de Foix, je voudrais lancer un budget participatif", "maire"),
    ("Mme le maire de Montaud", "maire"),
    ("Mme la maire", "maire"),
    ("en tant qu'adjointe à la jeunesse, je cherche", "adjoint"),
    ("Bonjour, nouvelle adjointe dans une commune de 900 habitants", "adjoint"),
    ("adjoint au maire chargé de la culture", "adjoint"),
    ("je suis l'adjoint au maire", "adjoint"),
    ("jsuis conseiller municipal", "conseiller_municipal"),
    ("chui maire", "maire"),
    ("je sui maire d un village", "maire"),
    ("je suis vice-présidente de la com com", "president_epci"),
    ("je suis présidente de la communauté d'agglomération", "president_epci"),
    ("la communauté de communes que je préside souhaiterait", "president_epci"),
    ("Je préside l'agglo du Grand Auch", "president_epci"),
    ("Je suis conseillère départementale de l'Ariège", "elu_departemental"),
    ("vice-présidente du conseil départemental, je", "elu_departemental"),
    ("je suis secrétaire de mairie", "agent"),
    ("DGS d'une commune de 4000 habitants, je cherche un outil", "dgs"),
    ("je suis la DGS", "dgs"),
    ("Directrice générale des services de Foix, je", "dgs"),
    ("chargée de mission participation à la mairie", "agent"),
    ("je suis chargé de mission à la métropole", "agent"),
    ("je suis un simple habitant", "citoyen"),
    ("je suis habitante de Toulouse", "citoyen"),
    (
        "Le maire décide tout seul et moi je suis conseiller de la majorité, que proposer ?",
        "conseiller_municipal",
    ),
    ("Combien je touche d'indemnité comme maire d'une commune", "maire"),
    ("une adjointe de Foix, je cherche un exemple", "adjoint"),
    ("maire", "maire"),
    ("adjointe à la culture", "adjoint"),
    ("je viens d'être élue maire", "maire"),
    ("Bonjour, je m'appelle Jean Dupont, maire de Foix", "maire"),
    ("Je suis Jean Dupont, maire de Foix", "maire"),
    ("je suis élue d'opposition", "conseiller_municipal"),
    ("cheffe de projet Petites villes de demain", "agent"),
    ("je suis président d'une association", "citoyen"),
    ("Je suis maire et vice-président de la com com", "maire"),
    ("en qualité de maire délégué", "maire"),
    ("moi, maire d'un petit village, je", "maire"),
    ("je suis stagiaire à la mairie", "agent"),
    ("je vous écris en tant que citoyenne", "citoyen"),
    (
        "Bonjour, je suis vice-présidente déléguée à la participation d'une communauté "
        "d'agglomération de 74 000 habitants, avec une chargée de mission",
        "president_epci",
    ),
    ("je suis première adjointe", "adjoint"),
    ("Agent de la ville de Foix, je", "agent"),
    ("secrétaire générale de mairie à Montaud", "agent"),
    ("je suis technicienne dans une interco", "agent"),
    ("on est maire et adjoint", "maire"),
    ("suis maire", "maire"),
    ("Bonjour je m'appelle Lucie, je suis conseillere municipale deleguee", "conseiller_municipal"),
]

NOT_SPOKEN = [
    "Je voudrais l'avis de Mme Durand, adjointe à la culture",
    "Qui décide ? Le maire.",
    "oui, passez-moi un conseiller",
    "conseiller",
    "Votre conseiller n'est pas venu au rendez-vous",
    "inscription atelier pour deux élus et un agent",
    "répartir les rôles entre élus, agents et habitants",
    "Nos agents peuvent-ils participer comme citoyens ?",
    "c'est le maire qui décide",
    "le maire décide tout seul",
    "mon maire ne veut pas",
    "Un adjoint reçoit des menaces depuis notre consultation",
    "je ne suis pas maire",
    "je suis l'ancien maire",
    "qui peut voter au conseil municipal, le maire ?",
    "je suis députée",
    "Je suis conseiller régional",
    "les habitants veulent un conseil citoyen",
    "Un habitant me demande la liste",
    "je suis élu",
    "Bonjour Madame le Maire",
    "le DGS m'a dit de vous contacter",
    "nos agents ont besoin d'une formation",
    "Est-ce que le maire peut convoquer un référendum ?",
    "Maire et conseillers peuvent-ils voter ?",
    "je suis obligé de passer par le maire ?",
    "conseil municipal des jeunes",
    "notre conseillère municipale est partie",
    "Je suis la femme du maire",
    "oui alors bonjour c'est pour savoir si on peut faire une marche avec les habitants",
    "je suis candidat à la mairie",
    "es ce que les conseiller municipaux peuve participer",
    "Peut-on tirer au sort des habitants",
    "Mes bénévoles veulent refaire le lavoir",
    "Madame la Maire de Rennes souhaite être accompagnée",
    "J'étais maire avant",
    "",
]


@pytest.mark.parametrize(("sentence", "role"), SPOKEN)
def test_the_writer_takes_a_role(sentence: str, role: str) -> None:
    assert find_role(read(sentence)) == role


@pytest.mark.parametrize("sentence", NOT_SPOKEN)
def test_the_title_of_another_is_not_the_writer_s(sentence: str) -> None:
    assert find_role(read(sentence)) is None
