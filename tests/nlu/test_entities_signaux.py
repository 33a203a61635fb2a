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
    *("proximite", "comprendre", "agir_ensemble", "programme_etat", "service_etat"),
    *("offre_parcours", "offre_projet_partage", "offre_ateliers", "exemple_ou_modele"),
    *("atelier_evoque", "debat_public_saisi"),
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
    ("nos communes veulent réfléchir ensemble", "agir_ensemble"),
    ("unir nos forces", "agir_ensemble"),
    ("nous butons sur le même problème", "agir_ensemble"),
    ("entrer dans un parcours territoires d engagement", "offre_parcours"),
    ("éligible à Territoires d'engagement", "offre_parcours"),
    ("rejoindre un projet partagé", "offre_projet_partage"),
    ("reste-t-il des places aux ateliers ?", "offre_ateliers"),
    ("CALENDRIER DES ATELIERS", "offre_ateliers"),
    ("quelques séances entre pairs", "offre_ateliers"),
    ("exposer notre cas devant d'autres élus", "offre_ateliers"),
    ("un chef de projet Petites villes de demain", "programme_etat"),
    ("entrer dans Villages d'avenir", "programme_etat"),
    ("un plan mené par le préfet", "service_etat"),
    ("notre ministère prépare une consultation", "service_etat"),
    ("être suivis longtemps", "duree_longue"),
    ("un compagnonnage de plusieurs années", "duree_longue"),
    ("un accompagnement sur un an ou plus", "duree_longue"),
    ("deux ou trois séances", "ponctuel"),
    ("pourriez-vous m'expliquer ?", "comprendre"),
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
    ("une ligne à très haute tension", "conflit"),
    ("comment on candidate ?", "elections"),
    ("animer un atelier avec des habitants", "offre_ateliers"),
    ("un modèle d'atelier à distance", "offre_ateliers"),
    ("nous sommes en Petites villes de demain", "programme_etat"),
    ("notre commune est lauréate d'Action cœur de ville", "programme_etat"),
    ("prendre rendez-vous à la préfecture", "service_etat"),
    ("mieux qu'un parcours de trois ans", "duree_longue"),
    ("les actions ponctuelles n'ont rien changé", "ponctuel"),
    ("expliquer nos choix", "comprendre"),
    ("travailler ensemble avec les habitants", "agir_ensemble"),
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
