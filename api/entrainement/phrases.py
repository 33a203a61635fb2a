"""The training data set of the console: which sentences given by staff train, and which do not."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from api.annotations.collect import known_sentences
from api.annotations.export import reason_to_leave
from api.lacunes.models import PhraseApprise
from nlu.intents_examples import IntentExample, sentence_key


@dataclass(slots=True)
class Lot:
    """What a training would learn, and why the other sentences are left out, by their number.

    `numbers` are those of the sentences learnt, in the order of the examples.
    """

    examples: list[IntentExample] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)


def sort_out(sentences: Iterable[PhraseApprise]) -> Lot:
    """Keep the sentences that may train.

    Left out: one that names someone, even masked (`masquee`); one that the product teaches or
    measures itself with already (`connue`).
    """
    lot, seen = Lot(), set(known_sentences())
    for each in sorted(sentences, key=lambda sentence: sentence.id):
        reason = reason_to_leave(each.texte, seen)
        if reason is not None:
            lot.left_out[each.id] = reason
            continue
        seen.add(sentence_key(each.texte))
        lot.examples.append(IntentExample(text=each.texte, intent=each.intention))
        lot.numbers.append(each.id)
    return lot
