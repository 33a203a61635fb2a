"""The intents: their sentences are sound, their training repeats, and hard sentences are read."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from api.bootstrap import build_understander
from api.settings import ROOT, Settings
from knowledge.territoires.loader import load_territoires
from nlu.encoder import UseEncoder
from nlu.intents import IntentClassifier, StaleModelError, train
from nlu.intents_contrast import read_contrasts
from nlu.intents_examples import IntentExample, load_examples, sentence_key
from nlu.pipeline import Understander
from nlu.verb_endings import mend_endings

SOCIAL = frozenset({"affirmer", "infirmer", "remercier", "saluer"})
MIN_CONTENT, MIN_SOCIAL = 150, 60
PHRASES = ROOT / "nlu" / "data" / "temoins"

HARD = [
    # Écrit à l'oreille
    ("c koi 1 convention sitoyene", "comprendre_demarche"),
    ("vs konaissé kelkun pr animé 1 débat a Aurillac", "chercher_acteur"),
    ("ya dé vile ki on fé voté lé jeune de 16 an ?", "chercher_experience"),
    ("koman fair pr ke lé vieu participe", "demander_methode"),
    ("kel sont lé prochaine rencontre o mois de mars", "chercher_actualite"),
    ("fo til lacor du prefet pr 1 referendum local", "question_juridique"),
    ("ki va payé lé croissan dé ateliers mdr", "question_financement"),
    ("effacé mon adress svp", "donnees_personnelles"),
    ("téléfoné moi vendredi", "parler_conseiller"),
    ("vs mavé jamé repondu c honteu", "reclamation"),
    ("mon dossié deposé en mai il en é ou ?", "suivre_demande"),
    ("on voudré etre acompagné pdt 2 an par vs", "demander_accompagnement"),
    ("jvoudré 1 modele de charte pr notre comité", "chercher_outil"),
    # Ce qui est écarté compte moins que ce qui est demandé
    ("Je ne veux pas d'un logiciel, je veux savoir comment d'autres mairies ont fait.",
     "chercher_experience"),
    ("Nous ne cherchons pas à être accompagnés : nous voulons seulement une fiche à imprimer.",
     "chercher_outil"),
    ("On ne demande pas qui paie, on demande si c'est autorisé par la loi.", "question_juridique"),
    ("Le cadre légal, nous le connaissons ; mais combien cela coûte-t-il ?",
     "question_financement"),
    ("Les guides, on en a plein le placard, ce qu'on veut c'est parler à quelqu'un.",
     "parler_conseiller"),
    ("Je n'ai pas besoin d'exemples : je voudrais les coordonnées d'un facilitateur en Lozère.",
     "chercher_acteur"),
    ("Il ne s'agit pas de me plaindre, je voudrais juste savoir où en est mon dossier.",
     "suivre_demande"),
    # Registre soigné
    ("Je vous prie de m'indiquer de quelle manière il siérait d'associer nos anciens à ce projet.",
     "demander_methode"),
    ("Nous serions flattés que notre fête citoyenne fût mentionnée sur votre site.",
     "proposer_ressource"),
    ("Il nous agréerait que l'un de vos conseillers nous reçût à Troyes.", "parler_conseiller"),
    ("Serait-ce contrevenir à la loi que de rémunérer les membres d'un jury d'habitants ?",
     "question_juridique"),
    ("Nous souhaiterions ardemment que notre communauté fût retenue dans votre programme.",
     "demander_accompagnement"),
    ("Me ferez-vous la grâce de m'apprendre ce que recouvre l'expression « budget participatif » ?",
     "comprendre_demarche"),
    # Hors sujet qui sent la participation
    ("Quelle participation demandez-vous aux parents pour le voyage scolaire ?", "hors_sujet"),
    ("taux de participation aux municipales à Brest", "hors_sujet"),
    ("Ma participation aux bénéfices est-elle imposable ?", "hors_sujet"),
    ("Participation de l'employeur à la mutuelle : quel montant ?", "hors_sujet"),
    ("Mon conseil syndical de copropriété peut-il voter sans moi ?", "hors_sujet"),
    ("Quel candidat a le meilleur programme pour la démocratie ?", "hors_sujet"),
    # Voisins qui se ressemblent
    ("L'appel à projets sur les tiers-lieux est-il encore ouvert ?", "chercher_actualite"),
    ("La journée des élus ruraux, c'est toujours en avril ?", "chercher_actualite"),
    ("Retirez mon témoignage de votre page.", "donnees_personnelles"),
    ("Le lien de votre fiche sur Loos-en-Gohelle est mort.", "proposer_ressource"),
    ("Ma candidature a-t-elle été confiée à quelqu'un ?", "suivre_demande"),
    ("Quelqu'un suit-il la demande que j'ai envoyée lundi ?", "suivre_demande"),
    ("Nous cherchons des financeurs pour notre jury citoyen.", "question_financement"),
    ("Cela fait un mois que je relance, votre silence est insultant.", "reclamation"),
    ("Peut-on entrer dans Territoires d'engagement quand on est une petite commune ?",
     "comprendre_demarche"),
]  # fmt: skip
ALLOWED_MISTAKES = 3

CONTRASTS = [
    ("Je ne cherche pas un guide : je veux un rendez-vous.", "je veux un rendez-vous."),
    ("La salle, on l'a, ce qu'il nous faut c'est un animateur",
     "ce qu'il nous faut c'est un animateur"),
    ("Je voudrais des récits, pas des conseils tout faits", "Je voudrais des récits,"),
    ("Nous connaissons déjà la loi, mais comment convaincre le conseil ?",
     "mais comment convaincre le conseil ?"),
]  # fmt: skip
WHOLE = [
    "Non, pas celui-là",
    "Je ne veux pas donner mon numéro, c'est privé",
    "Nous n'avons pas besoin de vous",
    "Je ne cherche pas un guide.",
    "Un budget participatif, ça se prépare comment ?",
]

ENDINGS = [
    ("pour créé un conseil à Nantes", "pour créer un conseil à Nantes"),
    ("vous pouvé venir", "vous pouvez venir"),
    ("rappelé moi", "rappelez moi"),
]
RIGHT_ENDINGS = [
    "rendez-vous manqué",
    "une charte de qualité",
    "le prix de marché",
    "vous avez oublié",
    "on vous a demandé",
    "un conseil a été créé",
    "pour Condé et Orbé",
]


@pytest.fixture(scope="module")
def examples() -> tuple[IntentExample, ...]:
    return load_examples()


@pytest.fixture(scope="module")
def understander() -> Understander:
    return build_understander(
        Settings(data_dir=ROOT / ".donnees"), UseEncoder(), load_territoires()
    )


@pytest.fixture(scope="module")
def few(examples: tuple[IntentExample, ...]) -> list[IntentExample]:
    """Return the first sentences of each intent: enough to train in a second."""
    seen: Counter[str] = Counter()
    kept = []
    for example in examples:
        seen[example.intent] += 1
        if seen[example.intent] <= 15:
            kept.append(example)
    return kept


class TestSentences:
    def test_every_intent_has_enough_sentences(self, examples: tuple[IntentExample, ...]) -> None:
        counts = Counter(example.intent for example in examples)
        short = {
            intent: count
            for intent, count in counts.items()
            if count < (MIN_SOCIAL if intent in SOCIAL else MIN_CONTENT)
        }
        assert len(counts) == 20
        assert not short

    def test_no_sentence_belongs_to_two_intents(self, examples: tuple[IntentExample, ...]) -> None:
        intents: dict[str, set[str]] = {}
        for example in examples:
            intents.setdefault(sentence_key(example.text), set()).add(example.intent)
        assert not {text: both for text, both in intents.items() if len(both) > 1}

    def test_no_sentence_is_written_twice(self, examples: tuple[IntentExample, ...]) -> None:
        counts = Counter(example.text for example in examples)
        assert not [text for text, count in counts.items() if count > 1]

    def test_no_control_sentence_is_trained_on(self, examples: tuple[IntentExample, ...]) -> None:
        trained = {sentence_key(example.text) for example in examples}
        control = {
            sentence_key(phrase["texte"])
            for path in PHRASES.glob("*.yml")
            for phrase in yaml.safe_load(path.read_text(encoding="utf-8"))["phrases"]
        }
        # « Oui », « c'est exact » : whoever writes a sentence writes those.
        copied = {text for text in trained & control if len(text.split()) > 3}
        assert control
        assert not copied

    def test_no_hard_sentence_is_trained_on(self, examples: tuple[IntentExample, ...]) -> None:
        trained = {sentence_key(example.text) for example in examples}
        assert not [text for text, _ in HARD if sentence_key(text) in trained]


class TestTraining:
    def test_a_saved_model_ranks_as_before(self, few: list[IntentExample], tmp_path: Path) -> None:
        encoder = UseEncoder()
        trained = train(few, encoder)
        trained.save(tmp_path / "model.joblib")
        loaded = IntentClassifier.load(
            tmp_path / "model.joblib", encoder, expected=trained.fingerprint
        )
        for text, _ in HARD[:10]:
            assert loaded.rank(text) == trained.rank(text)
            assert loaded.in_scope_score(text) == trained.in_scope_score(text)

    def test_a_model_of_other_sentences_is_refused(
        self, few: list[IntentExample], tmp_path: Path
    ) -> None:
        encoder = UseEncoder()
        train(few, encoder).save(tmp_path / "model.joblib")
        with pytest.raises(StaleModelError):
            IntentClassifier.load(tmp_path / "model.joblib", encoder, expected="autre")

    def test_two_trainings_give_the_same_ranking(self, few: list[IntentExample]) -> None:
        first, second = train(few, UseEncoder()), train(few, UseEncoder())
        assert first.fingerprint == second.fingerprint
        for text, _ in HARD:
            ours, theirs = first.rank(text), second.rank(text)
            assert [each.intent for each in ours] == [each.intent for each in theirs]
            assert np.allclose([e.confidence for e in ours], [e.confidence for e in theirs])

    def test_confidences_sum_to_one(self, few: list[IntentExample]) -> None:
        classifier = train(few, UseEncoder())
        for text in ("", "?", "Bonjour", HARD[0][0]):
            assert sum(each.confidence for each in classifier.rank(text)) == pytest.approx(1, 1e-4)


def test_hard_sentences_are_understood(understander: Understander) -> None:
    wrong = [
        (text, expected, found)
        for text, expected in HARD
        for found in [understander.understand(text).intent]
        if found != expected
    ]
    print(f"\nphrases difficiles : {len(wrong)} fausse(s) sur {len(HARD)}")  # noqa: T201
    assert len(wrong) <= ALLOWED_MISTAKES, wrong


@pytest.mark.parametrize(("text", "expected"), CONTRASTS)
def test_what_is_ruled_out_is_left_out(text: str, expected: str) -> None:
    assert read_contrasts().asked(text) == expected


@pytest.mark.parametrize("text", WHOLE)
def test_a_refusal_alone_is_kept_whole(text: str) -> None:
    assert read_contrasts().asked(text) == text


@pytest.mark.parametrize(("text", "expected"), ENDINGS)
def test_verbs_typed_by_ear_are_mended(text: str, expected: str) -> None:
    assert mend_endings(text) == expected


@pytest.mark.parametrize("text", RIGHT_ENDINGS)
def test_right_participles_and_nouns_are_left_alone(text: str) -> None:
    assert mend_endings(text) == text
