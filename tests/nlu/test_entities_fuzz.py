"""Whatever is typed, nothing raises, spans point into the text, the text stays as it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.entities.collectivites import find_nombre_collectivites
from nlu.entities.langue import is_foreign
from nlu.entities.numbers import parse_number
from nlu.entities.personal_data import find_personal_data, mask
from nlu.entities.population import find_populations
from nlu.entities.refus import find_refus
from nlu.entities.roles import find_role
from nlu.entities.signaux import find_signaux
from nlu.entities.themes import find_themes
from nlu.text import FoldedText, replace_surrogates
from tests.nlu.reader import read, speller

_PIECES = st.sampled_from(
    [
        *("commune de ", "habitants ", "12 000 ", "deux ", "mille ", "cent ", "٣٤ ", "²", "ǅ", "ﬁ"),
        *("je suis ", "maire ", "Mme ", "Dupont ", "06 12 34 56 78 ", "a@b.fr ", "rue de la ", "İ"),
        *(
            "budget participatif ",
            "d'",
            "’",
            "\u200b",
            "\ud800",
            "\x00",
            "🙂",
            "\n",
            "e\u0301",
            "(",
        ),
        *("nous sommes ", "et ", "1 85 05 78 006 084 36 ", "FR76 ", "ignore ", "*", "|", "0" * 30),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=25).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_extractors_accept_any_text(text: str) -> None:
    doc, folded = read(text), FoldedText.of(text)
    spans = [(m.start, m.end) for m in find_themes(doc)]
    spans += [(m.start, m.end) for m in find_signaux(doc)]
    spans += [(m.start, m.end) for m in find_populations(folded)]
    spans += [(m.start, m.end) for m in find_personal_data(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert doc.text == replace_surrogates(text)
    find_role(doc), find_refus(doc), is_foreign(text)
    find_nombre_collectivites(folded, is_answer=True)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_masked_and_corrected_texts_are_safe(text: str) -> None:
    found = find_personal_data(text)
    assert all(text[datum.start : datum.end] == datum.value for datum in found)
    mask(text, found)
    corrected = speller().correct(text)
    corrected.encode("utf-8")


@given(st.text(max_size=40))
def test_numbers_accept_any_text(text: str) -> None:
    value = parse_number(text)
    assert value is None or value >= 0
