"""RSS and Atom feeds: the entries of a document, read without ever expanding an entity."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from nlu.text import strip_invisible

MAX_ENTRIES = 200
_TAG = re.compile(r"<[^>]{0,2000}>")
_ENTRIES = ("item", "entry")
_DATES = ("pubdate", "published", "updated", "date")
_SUMMARIES = ("description", "summary", "encoded", "content")


class FeedRefused(Exception):
    """A document that is no feed, or that declares entities; `code` names its message."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed announces: plain text, absolute address."""

    title: str
    url: str
    summary: str
    published_on: date | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: who publishes it, what it announces, in its order."""

    title: str
    entries: tuple[Entry, ...]


def parse_feed(document: bytes, *, base: str) -> Feed:
    """Read a feed (RSS 0.9 to 2.0, RDF, Atom); `base` is its address.

    Raises:
        FeedRefused: it is no feed, or declares a document type or entities.
    """
    try:
        root = ElementTree.fromstring(
            document, forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
    except DefusedXmlException:
        raise FeedRefused("flux_entites") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise FeedRefused("flux_illisible") from None
    if _name(root) not in ("rss", "rdf", "feed"):
        raise FeedRefused("flux_inconnu")
    channel = next((each for each in root if _name(each) == "channel"), root)
    found = (each for each in root.iter() if _name(each) in _ENTRIES)
    entries = [entry for each in found if (entry := _entry(each, base)) is not None]
    return Feed(_text(channel, "title"), tuple(entries[:MAX_ENTRIES]))


def _entry(element: Element, base: str) -> Entry | None:
    title, url = _text(element, "title"), _link(element, base)
    if not title or not url:
        return None
    summary = next((text for name in _SUMMARIES if (text := _text(element, name))), "")
    return Entry(title, url, summary, _day(element))


def _link(element: Element, base: str) -> str:
    """Return the address of the page: the text of RSS, the « alternate » link of Atom."""
    for each in _children(element, "link"):
        if each.get("rel", "alternate") == "alternate":
            address = (each.get("href") or each.text or "").strip()
            if address:
                return _absolute(base, address)
    guid = next(iter(_children(element, "guid")), None)
    address = (guid.text or "").strip() if guid is not None else ""
    return address if address.startswith(("http://", "https://")) else ""


def _absolute(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _day(element: Element) -> date | None:
    for name in _DATES:
        for each in _children(element, name):
            text = (each.text or "").strip()
            for read in (datetime.fromisoformat, parsedate_to_datetime):
                try:
                    return read(text).date()
                except (ValueError, TypeError, IndexError, OverflowError):
                    continue
    return None


def _text(element: Element, name: str) -> str:
    for each in _children(element, name):
        # Feeds carry HTML, escaped once or twice: only its words are kept.
        raw = unescape(_TAG.sub(" ", "".join(each.itertext())))
        text = " ".join(strip_invisible(_TAG.sub(" ", raw)).split())
        if text:
            return text
    return ""


def _children(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element if _name(each) == name)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].casefold()
