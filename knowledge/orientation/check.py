"""Check a directory of rules beyond what loading refuses: examples, dates, codes, style."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from knowledge.orientation.decide import Decision, decide
from knowledge.orientation.loader import RegleLue, about, read_regles
from knowledge.orientation.problemes import Probleme
from knowledge.orientation.regle import Regle

MIN_EXEMPLES = 3
MAX_SENTENCE = 200
"""Characters: beyond, an élu reads a sentence twice."""
MAX_AGE = timedelta(days=366)

_ECHELONS = ("commune", "epci", "departement", "region")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_BAD_SPACING = re.compile(r"[^\u00a0\u202f](?:[;?!»]|:(?!//))|«[^\u00a0\u202f]")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class References:
    """What the check compares with: the day, the territories and the resources that exist.

    `knows_code(type, code)` and `knows_resource(id)` are left out when there is no base at hand.
    """

    today: date
    knows_code: Callable[[str, str], bool] | None = None
    knows_resource: Callable[[str], bool] | None = None


def check_regles(directory: Path, references: References) -> list[Probleme]:
    """Return every problem of the rules, blocking ones first; an empty list means all is well."""
    lecture = read_regles(directory)
    found = list(lecture.problemes)
    for lue in lecture.regles:
        found.extend(_review(lue, references))
    if not lecture.problemes:
        regles = tuple(each.regle for each in lecture.regles)
        for lue in lecture.regles:
            found.extend(_run_exemples(lue, regles))
    return sorted(found, key=lambda each: (each.gravite != "bloquant", each.fichier, each.ligne))


def _review(lue: RegleLue, references: References) -> Iterator[Probleme]:
    yield from _check_exemples(lue)
    yield from _check_date(lue, references.today)
    yield from _check_references(lue, references)
    for text in texts_of(lue.regle):
        yield from _check_text(lue, text)


def _check_exemples(lue: RegleLue) -> Iterator[Probleme]:
    exemples = lue.regle.exemples
    if len(exemples) < MIN_EXEMPLES:
        yield about(lue, "exemples_manquants", nombre=len(exemples), minimum=MIN_EXEMPLES)
        return
    if all(each.attendu != lue.regle.route for each in exemples):
        yield about(lue, "sans_exemple_positif", route=lue.regle.route)
    if not lue.regle.is_default and all(each.attendu == lue.regle.route for each in exemples):
        yield about(lue, "sans_contre_exemple")


def _check_date(lue: RegleLue, today: date) -> Iterator[Probleme]:
    verified = lue.regle.verifie_le
    if verified > today:
        yield about(lue, "verification_future", date=verified.isoformat())
    if today - verified > MAX_AGE:
        yield about(lue, "verification_ancienne", date=verified.isoformat())
    end = lue.regle.validite.fin if lue.regle.validite else None
    if end is not None and end < today:
        yield about(lue, "validite_passee", date=end.isoformat())


def _check_references(lue: RegleLue, references: References) -> Iterator[Probleme]:
    fiche = lue.regle.fiche
    if fiche and references.knows_resource and not references.knows_resource(fiche):
        yield about(lue, "fiche_inconnue", fiche=fiche)
    if references.knows_code is None:
        return
    for echelon, code in codes_of(lue.regle):
        if not references.knows_code(echelon, code):
            yield about(lue, "code_inconnu", echelon=echelon, code_territoire=code)


def _check_text(lue: RegleLue, text: str) -> Iterator[Probleme]:
    for sentence in _SENTENCE_END.split(text):
        if len(sentence) > MAX_SENTENCE:
            yield about(lue, "phrase_longue", maximum=MAX_SENTENCE, debut=sentence[:_SHOWN])
    bad = _BAD_SPACING.search(text)
    if bad:
        yield about(lue, "typographie", signe=bad[0].strip()[-1], debut=text[:_SHOWN])


def _run_exemples(lue: RegleLue, regles: Sequence[Regle]) -> Iterator[Probleme]:
    regle = lue.regle
    decisions = [decide(each.quand.to_situation(), regles) for each in regle.exemples]
    for number, (exemple, decision) in enumerate(zip(regle.exemples, decisions, strict=True), 1):
        if decision.route != exemple.attendu:
            yield about(
                lue,
                "exemple_faux",
                numero=number,
                attendu=exemple.attendu,
                retenue=decision.rule_id,
                obtenu=decision.route,
            )
    if decisions and all(each.rule_id != regle.id for each in decisions):
        yield about(lue, "inaccessible", par=_names(decisions))


def _names(decisions: Sequence[Decision]) -> str:
    return ", ".join(f"« {each} »" for each in sorted({d.rule_id for d in decisions}))


def texts_of(regle: Regle) -> Iterator[str]:
    """Return every sentence of a rule that an élu may read."""
    yield from (regle.titre, regle.motif, regle.prochaine_etape, regle.pourquoi_pas)
    for critere in regle.si:
        sentences = (critere.critere, critere.sinon, critere.si_inconnu)
        yield from (each for each in sentences if each is not None)
    for exclusion in regle.sauf_si:
        yield from (exclusion.critere, exclusion.sinon)


def codes_of(regle: Regle) -> Iterator[tuple[str, str]]:
    """Return every territory that a rule names, as (type, code), its examples included."""
    conditions = [each.condition for each in regle.si]
    conditions += [each.condition for each in regle.sauf_si]
    for condition in conditions:
        for echelon in _ECHELONS:
            for code in getattr(condition, echelon) or ():
                yield echelon, code
    for exemple in regle.exemples:
        if exemple.quand.territoire:
            echelon, _, code = exemple.quand.territoire.partition(":")
            yield echelon, code
        for echelon in ("epci", "departement", "region"):
            code = getattr(exemple.quand, echelon)
            if code:
                yield echelon, code
