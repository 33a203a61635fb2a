"""The role that the writer takes: real sentences, and titles of other people."""

import pytest

from nlu.entities.roles import find_role
from nlu.understanding import TerritoireMention, TerritoireType
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
    # The vocative is the addressee's title, the apposition the author's.
    (
        "Madame la Présidente, conseiller municipal de Ploërmel, je vous écris",
        "conseiller_municipal",
    ),
    ("Monsieur le Préfet, maire de Loudun, je sollicite", "maire"),
    ("Madame la Sous-Préfète, agent de la ville de Lons, je prépare", "agent"),
    ("Monsieur le Maire, habitante de votre commune, je souhaite", "citoyen"),
    ("Monsieur le Directeur général, Madame la Directrice, DGS de Lens, je", "dgs"),
    ("Cher collègue, adjointe à Moûtiers, je cherche", "adjoint"),
    ("Mesdames et Messieurs les conseillers, je suis maire de Royan", "maire"),
    # By a function that is held.
    ("au nom de la municipalité de Crest, où j'occupe les fonctions d'adjoint", "adjoint"),
    ("mes fonctions de maire me laissent peu de temps", "maire"),
    ("j'exerce depuis peu le mandat de conseillère départementale", "elu_departemental"),
    ("mon métier de secrétaire de mairie m'y conduit", "agent"),
    ("au nom de la commune de Die où je suis adjoint", "adjoint"),
    # Typed as heard.
    ("jsui conseillé municipal", "conseiller_municipal"),
    ("chui 2eme ajointe", "adjoint"),
    ("je sui secretère de mairi", "agent"),
    # After one's own name.
    ("Nadia Ferrand, directrice générale des services, Vitré", "dgs"),
    ("Luc Morel, adjoint à Thiers, je voudrais un exemple", "adjoint"),
    ("Pouvez-vous m'aider ? Cordialement, Luc Morel, adjoint à Thiers", "adjoint"),
    ("Un guide, svp. Nadia Ferrand, cheffe de projet", "agent"),
    # It is me.
    ("la maire de Vif, c'est moi", "maire"),
    ("le président de l'agglo ben c'est moi", "president_epci"),
    ("c'est moi la DGS", "dgs"),
    ("allô, c'est l'adjointe de Muret", "adjoint"),
    # Not this but that.
    ("je ne suis pas maire mais adjointe", "adjoint"),
    ("jsuis pas élu, juste habitant", "citoyen"),
    ("je ne suis qu'un simple conseiller municipal", "conseiller_municipal"),
    ("étant moi-même maire", "maire"),
    ("je travaille à la mairie de Laon", "agent"),
    ("vp de la comcom, je", "president_epci"),
    ("adjoint administratif à la mairie, je", "agent"),
    ("présidente d'association, je voudrais", "citoyen"),
    ("je suis présidente du conseil départemental", "elu_departemental"),
    ("vice-président chargé du numérique au conseil départemental, je", "elu_departemental"),
    ("Conseillère à Foix, je cherche un exemple", "conseiller_municipal"),
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
    "Membre du conseil de développement du Grand Besançon, je cherche",
    "je suis président du conseil de développement",
    "Monsieur le Maire, je souhaite une rue plus calme",
    "Madame la Présidente, le maire de ma commune refuse",
    "Jean Dupont, maire de Foix, nous a écrit",
    "M. Dupont, adjoint à la culture, m'a dit de vous appeler",
    "Mme Ferrand, adjointe à Thiers, souhaite un exemple",
    "je pense comme le maire",
    "le maire m'a dit que c'est moi qui dois animer",
    "le maire, ce n'est pas moi",
    "c'est le maire qui préside la séance",
    "la fonction de maire est-elle compatible avec un emploi ?",
    "le mandat d'un conseiller municipal dure combien de temps",
    "je ne suis pas maire",
    "j'écris au nom du maire",
    "le maire m'a chargée de vous écrire",
    "je suis mandaté par la présidente de la com com",
    "je suis la sœur de l'adjointe",
    "nous avons reçu le président de la communauté de communes",
    "je suis président de l'office de tourisme",
    "l'adjoint administratif est absent",
    "notre DGS, Nadia Ferrand, est partie",
    "je suis en désaccord avec ma conseillère municipale",
    "élus et agents, comment travailler ensemble ?",
    "",
]


@pytest.mark.parametrize(("sentence", "role"), SPOKEN)
def test_the_writer_takes_a_role(sentence: str, role: str) -> None:
    assert find_role(read(sentence)) == role


@pytest.mark.parametrize("sentence", NOT_SPOKEN)
def test_the_title_of_another_is_not_the_writer_s(sentence: str) -> None:
    assert find_role(read(sentence)) is None


@pytest.mark.parametrize(
    ("kind", "code", "role"),
    [
        ("epci", "200067346", "president_epci"),
        ("departement", "23", "elu_departemental"),
        ("region", "76", None),
        ("commune", "09122", None),
    ],
)
def test_what_is_presided_tells_the_role(kind: TerritoireType, code: str, role: str | None) -> None:
    sentence = "Présidente de Grand Machin, je cherche un outil"
    presided = TerritoireMention(kind, code, "Grand Machin", 1.0, 14, 26)
    assert find_role(read(sentence), [presided]) == role
    assert find_role(read(sentence)) is None
