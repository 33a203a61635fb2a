"""Whatever is typed, nothing raises, spans lie inside the text, codes exist."""

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.territoires.loader import load_territoires
from tests.nlu.lieux_finder import lieu_finder

_CODES = {(each.type, each.code) for each in load_territoires()}
_PIECES = st.sampled_from(
    [
        *("Cahors", "cahors ", "Saint-Denis ", "st denis", "est ensemble ", "Est Ensemble", "eu "),
        *(
            "Charlevile ",
            "Mézière ",
            "ville neuve",
            "d'ascq",
            "Orange ",
            "Sens",
            "Y ",
            "La Réunion",
        ),
        *("pas ", "celui de ", "plutôt que ", "sauf ", "et non ", "ni ", "ce que fait ", "mais "),
        *("ds le ", "dans ", "32", "32000", "2A", "93 ", "974", "du ", "à ", "maire de ", "M. "),
        *("com com du ", "agglo de ", "dans le ", "morbian", "(", ")", ",", ".", "\n", "-", "’"),
        *("İ", "ﬁ", "ǅ", "e\u0301", "\u200b", "\ud800", "\x00", "🙂", "\u202e", "ß", "²", "٣٤"),
    ]
)
TEXTS = st.one_of(st.text(max_size=120), st.lists(_PIECES, max_size=25).map("".join))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_spans_lie_inside_the_text_and_codes_exist(text: str) -> None:
    found = lieu_finder().find(text)
    spans = [*found.spans, *((each.start, each.end) for each in found.territoires)]
    spans += [(each.start, each.end) for each in found.ambiguites]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all((each.type, each.code) in _CODES for each in found.territoires)
    candidats = [each for ambiguite in found.ambiguites for each in ambiguite.candidats]
    assert all((each.type, each.code) in _CODES for each in candidats)
    assert all(each.mention == text[each.start : each.end] for each in found.ambiguites)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from([None, "32", "974", "??"]), st.sampled_from([None, "200057875"]))
def test_any_context_is_accepted(text: str, departement: str | None, epci: str | None) -> None:
    lieu_finder().find(text, context_departement=departement, context_epci=epci)
