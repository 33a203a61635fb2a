"""Dates as élus say them, read on Tuesday 24 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities.dates import find_dates
from nlu.text import FoldedText

TODAY = date(2026, 11, 24)

# (sentence, words that say the date, first and last day, sense)
SAID: tuple[tuple[str, str, str, str], ...] = (
    ("La réunion est le 15 mars 2027.", "15 mars 2027", "2027-03-15", "pendant"),
    ("réunion publique le 1er février", "1er février", "2027-02-01", "pendant"),
    ("Le vote a lieu le 3 décembre", "3 décembre", "2026-12-03", "pendant"),
    ("c'est prévu le 12/03/2027", "12/03/2027", "2027-03-12", "pendant"),
    ("conseil municipal le 05/12", "05/12", "2026-12-05", "pendant"),
    ("date limite : 2027-01-31", "2027-01-31", "2027-01-31", "pendant"),
    ("On lance le vote en mars 2027", "mars 2027", "2027-03-01 2027-03-31", "pendant"),
    ("on voudrait lancer ça en mars", "en mars", "2027-03-01 2027-03-31", "pendant"),
    ("tout doit être prêt fin janvier", "fin janvier", "2027-01-21 2027-01-31", "pendant"),
    ("Il faut finir avant mai", "avant mai", "2027-05-01 2027-05-31", "avant"),
    ("d'ici fin décembre on doit voter", "d'ici fin décembre", "2026-12-21 2026-12-31", "avant"),
    ("il faudrait une réponse avant le 10 janvier", "10 janvier", "2027-01-10", "avant"),
    (
        "Nous commençons à partir de septembre 2027",
        "septembre 2027",
        "2027-09-01 2027-09-30",
        "apres",
    ),
    (
        "notre budget participatif existe depuis 2019",
        "depuis 2019",
        "2019-01-01 2019-12-31",
        "apres",
    ),
    ("On veut ouvrir le tiers-lieu en 2028", "en 2028", "2028-01-01 2028-12-31", "pendant"),
    ("d'ici l'été il faut un plan", "l'été", "2027-06-21 2027-09-21", "avant"),
    (
        "on relance au printemps prochain",
        "au printemps prochain",
        "2027-03-20 2027-06-20",
        "pendant",
    ),
    ("à la rentrée 2027", "la rentrée 2027", "2027-09-01 2027-09-30", "pendant"),
    ("nous votons dans trois mois", "dans trois mois", "2027-02-01 2027-02-28", "pendant"),
    ("dans 15 jours on réunit les habitants", "dans 15 jours", "2026-12-09", "pendant"),
    (
        "d'ici deux ans nous voulons un conseil citoyen",
        "d'ici deux ans",
        "2026-11-24 2028-11-24",
        "avant",
    ),
    ("nous en avons fait un il y a 2 ans", "il y a 2 ans", "2024-11-01 2024-11-30", "pendant"),
    (
        "La semaine prochaine, on reçoit la préfecture",
        "La semaine prochaine",
        "2026-11-30 2026-12-06",
        "pendant",
    ),
    (
        "le mois dernier on a réuni 12 personnes",
        "le mois dernier",
        "2026-10-01 2026-10-31",
        "pendant",
    ),
    ("l'année prochaine", "l'année prochaine", "2027-01-01 2027-12-31", "pendant"),
    ("cette semaine c'est trop court", "cette semaine", "2026-11-23 2026-11-29", "pendant"),
    ("j'ai une réunion demain", "demain", "2026-11-25", "pendant"),
    ("jeudi prochain je vois les maires", "jeudi prochain", "2026-11-26", "pendant"),
    ("ce week-end on fait une fête", "ce week-end", "2026-11-28 2026-11-29", "pendant"),
)

NO_DATE = (
    "Que dit la loi du 7 août 2015 sur les conseils de développement ?",
    "le décret du 13 mai 2016 est-il toujours valable ?",
    "Nous sommes 2 026 habitants",
    "une commune de 2027 habitants",
    "on a eu 12/20 personnes",
    "les 3/4 des habitants sont pour",
    "l'article L. 1112-23 du code",
    "Notre budget participatif a été un succès",
    "un atelier de mai à l'école",
    "appelez le 06 12 03 20 27",
    "le 31/02 nous votons",
    "24/24 et 7/7",
    "je suis premier adjoint",
    "le dernier mot revient au conseil",
)


@pytest.mark.parametrize(("text", "words", "days", "sens"), SAID)
def test_a_date_is_read(text: str, words: str, days: str, sens: str) -> None:
    [mention] = find_dates(FoldedText.of(text), today=TODAY)
    assert text[mention.start : mention.end] == words
    assert " ".join(dict.fromkeys((mention.debut, mention.fin))) == days
    assert mention.sens == sens


@pytest.mark.parametrize("text", NO_DATE)
def test_what_is_no_date_is_left(text: str) -> None:
    assert find_dates(FoldedText.of(text), today=TODAY) == ()


def test_every_date_of_a_message_is_read_in_order() -> None:
    text = "Réunion le 3 décembre, vote en mars, bilan fin 2027."
    found = find_dates(FoldedText.of(text), today=TODAY)
    assert [each.debut for each in found] == ["2026-12-03", "2027-03-01", "2027-10-01"]


@given(st.text(max_size=300), st.dates(min_value=date(2, 1, 1), max_value=date(9990, 1, 1)))
def test_any_text_gives_dates_that_exist(text: str, today: date) -> None:
    for each in find_dates(FoldedText.of(text), today=today):
        assert 0 <= each.start < each.end <= len(text)
        assert date.fromisoformat(each.debut) <= date.fromisoformat(each.fin)
