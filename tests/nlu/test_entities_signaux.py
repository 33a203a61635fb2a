"""The cues that the orientation rules read: given by real sentences, absent from others."""

import pytest

from nlu.entities.signaux import find_signaux, names
from nlu.pipeline import load_entries
from tests.nlu.reader import read

CLOSED_LIST = {
    *("plusieurs_collectivites", "duree_longue", "ponctuel", "besoin_formation"),
    *("besoin_animation", "besoin_atelier", "diagnostic", "strategie", "conduite_changement"),
    *("projet_emblematique", "candidater", "grand_projet", "conflit", "urgence", "menace"),
    *("detresse", "demande_humain", "urgence_vitale"),
    *("marche_public", "financement", "juridique", "contentieux", "elections"),
    *("politique_partisane", "demande_engagement", "refus_donnees", "veut_humain", "simplicite"),
    *("proximite", "comprendre"),
}

GIVEN = [
    ("plusieurs communes voudraient s'y mettre", "plusieurs_collectivites"),
    ("avec les communes voisines", "plusieurs_collectivites"),
    ("On veut travailler ensemble", "plusieurs_collectivites"),
    ("un accompagnement sur deux ans", "duree_longue"),
    ("inscrire la participation dans la durée", "duree_longue"),
    ("c'est juste une soirée", "ponctuel"),
    ("une seule réunion", "ponctuel"),
    ("former nos élus", "besoin_formation"),
    ("il faudrait un animateur neutre", "besoin_animation"),
    ("faire venir quelqu'un pour animer trois ateliers", "besoin_atelier"),
    ("un état des lieux", "diagnostic"),
    ("rédiger une feuille de route", "strategie"),
    ("comment hiérarchiser ?", "strategie"),
    ("convaincre mon équipe", "conduite_changement"),
    ("des collègues réticents", "conduite_changement"),
    ("c'est notre projet phare", "projet_emblematique"),
    ("Notre commune voudrait candidater", "candidater"),
    ("répondre à l'AMI", "candidater"),
    ("un projet d'éoliennes, que dit la CNDP ?", "grand_projet"),
    ("Réunion explosive demain soir sur l'antenne 5G", "grand_projet"),
    ("c'est parti en vrille", "conflit"),
    ("Réunion explosive demain soir", "conflit"),
    ("Réunion explosive demain soir", "urgence"),
    ("c'est urgent", "urgence"),
    ("Un adjoint reçoit des menaces depuis notre consultation", "menace"),
    ("j'ai été agressé à la mairie", "menace"),
    ("on me menace de mort", "menace"),
    ("ils ont tagué ma maison", "menace"),
    ("je n'en peux plus", "detresse"),
    ("J'en peux plus", "detresse"),
    ("je suis complètement épuisée", "detresse"),
    ("un appel d'offres pour un cabinet", "marche_public"),
    ("combien ça coûte ?", "financement"),
    ("sans se ruiner", "financement"),
    ("a-t-on le droit de filmer ?", "juridique"),
    ("est-ce obligatoire ?", "juridique"),
    ("le RGPD", "juridique"),
    ("Le tribunal pourrait-il annuler notre PLU ?", "contentieux"),
    ("Les élections approchent", "elections"),
    ("écrire un discours contre mon opposant", "politique_partisane"),
    ("Vous confirmez donc par écrit que l'État financera ?", "demande_engagement"),
    ("je ne veux pas donner mon nom", "refus_donnees"),
    ("je préfère rester anonyme", "refus_donnees"),
    ("J'ai besoin d'un vrai rendez-vous, pas avec un robot.", "veut_humain"),
    ("je voudrais parler à quelqu'un", "veut_humain"),
    ("je voudrais etre rapelé", "veut_humain"),
    ("quelque chose de simple", "simplicite"),
    ("sans y passer toutes mes soirées", "simplicite"),
    ("une commune de notre taille", "proximite"),
    ("près de chez nous", "proximite"),
    ("c koi un PETR ?", "comprendre"),
    ("Quelle différence entre les deux ?", "comprendre"),
]

ABSENT = [
    ("ce n'est pas urgent", "urgence"),
    ("l'urgence climatique", "urgence"),
    ("Nous avons délibéré, que fait-on maintenant ?", "urgence"),
    ("mais maintenant on doit reparler du bourg", "urgence"),
    ("notre école est menacée de fermeture", "menace"),
    ("prévention de la violence routière", "menace"),
    ("le commerce est menacé", "menace"),
    ("la commune ne peut plus payer", "detresse"),
    ("une réglementation dépassée", "detresse"),
    ("la prévention du suicide", "detresse"),
    ("tirer au sort sur la liste électorale", "elections"),
    ("le directeur de cabinet", "marche_public"),
    ("les conflits d'intérêts", "conflit"),
    ("développement durable", "duree_longue"),
    ("Je vous explique : on a fait une réunion", "comprendre"),
    ("un simple habitant", "simplicite"),
    ("des exemples de communes voisines", "plusieurs_collectivites"),
    ("pouvez-vous me rappeler la date ?", "menace"),
    ("une nouvelle carrière", "grand_projet"),
    ("nos habitants veulent rester anonymes dans le questionnaire", "refus_donnees"),
    ("", "urgence"),
]


@pytest.mark.parametrize(("sentence", "signal"), GIVEN)
def test_a_cue_is_read(sentence: str, signal: str) -> None:
    assert signal in names(find_signaux(read(sentence)))


@pytest.mark.parametrize(("sentence", "signal"), ABSENT)
def test_a_cue_is_not_invented(sentence: str, signal: str) -> None:
    assert signal not in names(find_signaux(read(sentence)))


def test_the_vocabulary_is_the_closed_list() -> None:
    assert set(load_entries("signaux")) == CLOSED_LIST
