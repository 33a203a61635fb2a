"""The dates of a message: « le 15 mars », « d'ici l'été », « dans trois mois », « avant 2028 ».

Choices, where French leaves one:

- a day or a month without its year is the next one: « en mars », said in November, is to come;
- « avant » and « d'ici » set a bound (`sens` = "avant"), « depuis » and « à partir de » the other;
- a year alone needs its preposition: « 2 026 habitants » and « budget 2026 » give no date;
- the date of a law, of a decree or of a decision names the text, and says nothing of a calendar.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from nlu.entities import dates_periodes as periodes
from nlu.entities.dates_periodes import Period
from nlu.entities.numbers import parse_number
from nlu.text import FoldedText
from nlu.understanding import DateMention

AVANT, APRES, PENDANT = "avant", "apres", "pendant"

_MONTH = rf"(?P<month>{'|'.join(sorted(periodes.MONTHS, key=len, reverse=True))})\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d{2})(?!\d)"
_SEASON = rf"(?P<season>{'|'.join(periodes.SEASONS)})\b"
_WEEKDAY = rf"(?P<weekday>{'|'.join(periodes.WEEKDAYS)})\b"
_PART_SAID = r"(?P<part>debut|mi|milieu|fin)[ -](?:du mois de |du mois d'|de |d'|de l')?"
_PART = rf"(?:{_PART_SAID})?"
_COUNT = r"(?P<count>\d{1,3}|une?|deux|trois|quatre|cinq|six|sept|huit|dix|douze|quinze|vingt)"
_UNIT = r"(?P<unit>jour|semaine|mois|an(?:nee)?)s?\b"
_TEXT_OF_LAW = re.compile(
    r"\b(?:lois?|decrets?|arretes?|ordonnances?|circulaires?|deliberations?|directive|jugement"
    r"|arret|decision)(?: \S+){0,3} (?:du|de|d'|en)? ?\Z"
)
_DETERMINERS = r"(?: (?:a|au|le|la|les|fin|debut|mi|cet|cette|ce)| l')* ?"
_BEFORE = rf"\b(?:avant(?![ -]hier)|d'ici){_DETERMINERS}"
_AFTER = r"\b(?:apres(?![ -]demain)|depuis|des|a (?:partir|compter) (?:de|du|d'))" + _DETERMINERS
_SENSES = {
    AVANT: (re.compile(rf"{_BEFORE}\Z"), re.compile(_BEFORE)),
    APRES: (re.compile(rf"{_AFTER}\Z"), re.compile(_AFTER)),
}
_YEAR_LED = r"\b(?:en|pour|d'ici|avant|apres|depuis|des|courant|a partir de|jusqu'en|annee|l'an) "
_CENTURY = 2000
_TWO_DIGITS = 100
_REACH = 60

_Reader = Callable[[re.Match[str], date], Period | None]


def find_dates(message: FoldedText, *, today: date) -> tuple[DateMention, ...]:
    """Return the dates of a message in reading order; `today` is the day it was written."""
    taken: list[tuple[int, int]] = []
    found: list[DateMention] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(message.text):
            start, end = match.span()
            if any(start < last and first < end for first, last in taken):
                continue
            period = _read(reader, match, today)
            if period is None or _TEXT_OF_LAW.search(_before(message.text, start)):
                continue
            taken.append((start, end))
            found.append(_mention(message, match, period))
    return tuple(sorted(found, key=lambda each: each.start))


def _before(text: str, start: int) -> str:
    return text[max(0, start - _REACH) : start]


def _read(reader: _Reader, match: re.Match[str], today: date) -> Period | None:
    """Read a period; none when it lies outside the calendar."""
    try:
        return reader(match, today)
    except (ValueError, OverflowError):
        return None


def _mention(message: FoldedText, match: re.Match[str], period: Period) -> DateMention:
    start, end = message.span(*match.span())
    return DateMention(
        start, end, period.first.isoformat(), period.last.isoformat(), _sens(message.text, match)
    )


def _sens(text: str, match: re.Match[str]) -> str:
    for sens, (before, at_start) in _SENSES.items():
        if before.search(_before(text, match.start())) or at_start.match(match.group()):
            return sens
    return PENDANT


def _numeric(match: re.Match[str], today: date) -> Period | None:
    number, month, written = int(match["day"]), int(match["month"]), match["year"]
    if written is None:
        return periodes.next_day(month, number, today) if month else None
    year = int(written)
    return periodes.day(year + _CENTURY if year < _TWO_DIGITS else year, month, number)


def _iso(match: re.Match[str], _: date) -> Period | None:
    return periodes.day(int(match["year"]), int(match["month"]), int(match["day"]))


def _named_day(match: re.Match[str], today: date) -> Period | None:
    month, number = periodes.MONTHS[match["month"]], int(match["day"].removesuffix("er"))
    if match["year"]:
        return periodes.day(int(match["year"]), month, number)
    return periodes.next_day(month, number, today)


def _named_month(match: re.Match[str], today: date) -> Period:
    month, part = periodes.MONTHS[match["month"]], match["part"] or ""
    if match["year"]:
        return periodes.month_period(int(match["year"]), month, part)
    return periodes.next_month(month, today, part)


def _named_season(match: re.Match[str], today: date) -> Period:
    if match["year"]:
        return periodes.season(match["season"], int(match["year"]))
    coming = periodes.next_season(match["season"], today)
    ahead = bool(match["next"]) and coming.first <= today
    return periodes.season(match["season"], coming.first.year + 1) if ahead else coming


def _year(match: re.Match[str], _: date) -> Period:
    return periodes.year_period(int(match["year"]), match["part"] or "")


def _in_so_long(match: re.Match[str], today: date) -> Period | None:
    count = parse_number(match["count"])
    if count is None:
        return None
    unit = _unit(match)
    ago = match["lead"].startswith("il y a")
    far = periodes.shift(today, -count if ago else count, unit)
    if match["lead"] == "d'ici" or match["lead"] == "d'ici a":
        return Period(today, far)
    return Period(far, far) if unit in ("jour", "semaine") else periodes.whole("mois", far)


def _near(match: re.Match[str], today: date) -> Period:
    unit = _unit(match)
    count = 1 if match["turn"].startswith("prochain") else -1
    return periodes.whole(unit, periodes.shift(today, count, unit))


def _this(match: re.Match[str], today: date) -> Period:
    return periodes.whole(_unit(match), today)


def _unit(match: re.Match[str]) -> str:
    return "an" if match["unit"].startswith("an") else match["unit"]


def _adverb(match: re.Match[str], today: date) -> Period:
    ahead = {"avant-hier": -2, "hier": -1, "aujourd'hui": 0, "demain": 1, "apres-demain": 2}
    found = today + timedelta(days=ahead[match.group().replace(" ", "-")])
    return Period(found, found)


def _weekday(match: re.Match[str], today: date) -> Period:
    return periodes.next_weekday(periodes.WEEKDAYS[match["weekday"]], today)


def _weekend(_: re.Match[str], today: date) -> Period:
    saturday = periodes.next_weekday(periodes.WEEKDAYS["samedi"], today - timedelta(days=1)).first
    return Period(saturday, saturday + timedelta(days=1))


def _compiled() -> Iterator[tuple[re.Pattern[str], _Reader]]:
    """Yield the patterns, the most precise first, with what reads them."""
    day = r"(?P<day>0?[1-9]|[12]\d|3[01])"
    number = r"(?P<month>0?[1-9]|1[0-2])"
    yield re.compile(rf"\b{_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d)\b"), _iso
    numeric = rf"(?<![\d/.-]){day}[/.-]{number}"
    yield re.compile(rf"{numeric}[/.-](?P<year>(?:20)?\d{{2}})(?![\d/.])"), _numeric
    led = rf"(?:(?<=\ble )|(?<=\bdu )|(?<=\bau )){day}/{number}(?P<year>(?!))?(?![\d/])"
    yield re.compile(led), _numeric
    named = rf"\b(?P<day>1er|0?[1-9]|[12]\d|3[01]) {_MONTH}(?: {_YEAR})?"
    yield re.compile(named), _named_day
    yield re.compile(rf"\b{_PART}{_MONTH} {_YEAR}"), _named_month
    led_month = r"\b(?:en|pour|courant|avant|apres|depuis|des|d'ici|au mois de|au mois d')"
    no_year = r"(?P<year>(?!))?"
    yield re.compile(rf"{led_month} ?{_PART}{_MONTH}{no_year}"), _named_month
    yield re.compile(rf"\b{_PART_SAID}{_MONTH}{no_year}"), _named_month
    article = r"\b(?:l'|le |la |cet |cette |ce |au |en )"
    yield re.compile(rf"{article}{_SEASON}(?:(?P<next> prochaine?)| {_YEAR})?"), _named_season
    yield re.compile(rf"{_YEAR_LED}{_PART}{_YEAR}(?! ?(?:euros?|€|habitants?|hab\b))"), _year
    yield re.compile(rf"\b{_PART_SAID}{_YEAR}"), _year
    yield re.compile(rf"(?P<lead>dans|d'ici(?: a)?|il y a) {_COUNT} {_UNIT}"), _in_so_long
    turn = r"(?P<turn>prochaine?|derniere?|passee?)\b"
    yield re.compile(rf"\b(?:le |la |l')?{_UNIT} {turn}"), _near
    yield re.compile(rf"\b(?:cette |ce |cet ){_UNIT}(?:-ci)?"), _this
    yield re.compile(r"\b(?:avant[ -]hier|hier|aujourd'hui|apres[ -]demain|demain)\b"), _adverb
    yield re.compile(rf"\b{_WEEKDAY}(?: prochain| qui vient)\b"), _weekday
    yield re.compile(r"\bce week[ -]?end\b"), _weekend


_READERS = tuple(_compiled())
