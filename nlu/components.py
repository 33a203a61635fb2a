"""The spaCy pipeline that reads a message: French tokens, their plain forms, vocabularies."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import spacy
from spacy.language import Language
from spacy.pipeline import SpanRuler
from spacy.tokens import Doc, Token
from spacy.util import compile_infix_regex

from nlu.entities.patterns import SpanPattern, heard_patterns
from nlu.gapped_phrases import GappedPhrases
from nlu.phonetics import sound
from nlu.spelling import Speller
from nlu.text import fold, is_shouted, singular, squeeze
from nlu.vocabulary import load_sms

_LETTERS = r"A-Za-zÀ-ÖØ-öø-ÿŒœÆæ"
# Zero-width: « l'école » gives « l' », « école »; « centre-bourg » gives « centre- », « bourg ».
_INFIXES = (
    rf"(?<=[{_LETTERS}0-9][\-‐‑–'’ʼ])(?=[{_LETTERS}0-9])",
    r"(?<=[^\s])(?:[/+,;:!?()«»\"…=|]|\.{2,})(?=[^\s])",
    rf"(?<=[{_LETTERS}]{{2}})\.(?=[{_LETTERS}]{{2}})",
)
_TRIMMED = "'-"
_ADDED = "_ajoutes"


@Language.factory("folded_forms")
class FoldedForms:
    """Sets `token.norm_` (folded, SMS written out, spelt), `lemma_` (its singular), `tag_` (sound).

    spaCy compares phrases by a built-in attribute only: `tag_` holds the sound for want of another.
    """

    def __init__(self, nlp: Language, name: str) -> None:
        self.name = name
        self.speller: Speller | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Fill the forms of every token; the text itself is left as it is."""
        shouted = is_shouted(doc.text)
        for token in doc:
            keep = (token.is_upper and not shouted) or _is_unit(token)
            token.norm_ = self._form(token.text, keep=keep)
            token.lemma_ = singular(token.norm_)
            token.tag_ = sound(token.norm_)
        return doc

    def _form(self, text: str, *, keep: bool) -> str:
        form = squeeze(fold(text)).strip(_TRIMMED) or text
        if keep or text.endswith(("'", "’")):
            return form
        if text.casefold() in load_sms():
            return fold(load_sms()[text.casefold()])
        return self.speller.correct_word(form) if self.speller else form


def _is_unit(token: Token) -> bool:
    """« 5g » is no « j'ai »: a letter stuck to a number is part of it."""
    before = token.nbor(-1) if token.i else None
    return before is not None and before.like_num and not before.whitespace_


def build_nlp(
    vocabularies: Mapping[str, Sequence[SpanPattern]],
    *,
    speller: Speller | None = None,
    heard: Collection[str] = (),
) -> Language:
    """Return the pipeline; each vocabulary's matches are in `doc.spans[its name]`.

    The phrases of the vocabularies `heard` also match by their sound: « tiré o sor ».
    """
    nlp = spacy.blank("fr")
    _cut_finely(nlp)
    forms = cast("FoldedForms", nlp.add_pipe("folded_forms"))
    for name, patterns in vocabularies.items():
        _add_ruler(nlp, name, patterns, attribute="LEMMA")
        if name in heard:
            _add_ruler(nlp, name, heard_patterns(patterns), attribute="TAG")
    # Only now: vocabularies are taken as they are written.
    forms.speller = speller
    return nlp


def replace_phrases(nlp: Language, name: str, patterns: Sequence[SpanPattern]) -> None:
    """Match these phrases too in `doc.spans[name]`, instead of those given here before.

    The pipeline must not be reading meanwhile.
    """
    component = f"{name}{_ADDED}"
    if f"{component}_lemma_ruler" in nlp.pipe_names:
        nlp.remove_pipe(f"{component}_lemma_ruler")
    if not patterns:
        return
    forms = cast("FoldedForms", nlp.get_pipe("folded_forms"))
    speller, forms.speller = forms.speller, None
    try:
        _add_ruler(nlp, component, patterns, attribute="LEMMA", spans_key=name)
    finally:
        forms.speller = speller


def _add_ruler(
    nlp: Language,
    name: str,
    patterns: Sequence[SpanPattern],
    *,
    attribute: str,
    spans_key: str | None = None,
) -> None:
    component = f"{name}_{attribute.lower()}_ruler"
    config = {"spans_key": spans_key or name, "phrase_matcher_attr": attribute, "overwrite": False}
    ruler = cast("SpanRuler", nlp.add_pipe("span_ruler", name=component, config=config))
    # The other rulers have nothing to say about a pattern: four times faster to build.
    with nlp.select_pipes(enable=["folded_forms", component]):
        ruler.add_patterns([each for each in patterns if isinstance(each["pattern"], str)])
    gapped = [each for each in patterns if not isinstance(each["pattern"], str)]
    if gapped:
        pipe = nlp.add_pipe("gapped_phrases", name=f"{name}_gapped", config={"spans_key": name})
        cast("GappedPhrases", pipe).add_patterns(gapped)


def _cut_finely(nlp: Language) -> None:
    """Make the French tokenizer cut every compound and elision, so that phrases compare."""
    tokenizer: Any = nlp.tokenizer
    tokenizer.rules = {}
    tokenizer.token_match = None
    tokenizer.infix_finditer = compile_infix_regex(_INFIXES).finditer
    tokenizer.url_match = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+").match
