"""From the bytes of a mail to text: charsets as they really are, flowed lines, HTML."""

import re
from html.parser import HTMLParser

_SINGLE_BYTE = re.compile(r"(iso-?8859-?\d+|latin-?\d|windows-?125\d|cp125\d|us-ascii|ascii)")
_UNICODE = re.compile(r"(utf-?8|utf-?16(le|be)?)")
_TAG_OPENS = re.compile(r"<[A-Za-z/!?]")
_LATIN = re.compile(r"(iso-?8859-?1|latin-?1|us-ascii|ascii)")


def decode(raw: bytes, charset: str | None) -> str:
    """Return the text of a part, whatever charset it claims; never raises.

    Bytes that are UTF-8 beyond ASCII are UTF-8: no one writes « Ã© ». Latin-1 is read as
    Windows-1252, as browsers do (WHATWG Encoding). An unknown charset is guessed among those two.
    """
    told = (charset or "").strip().lower().replace("_", "-")
    if not _UNICODE.fullmatch(told) or told.startswith(("utf8", "utf-8")):
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    if _UNICODE.fullmatch(told) and "16" in told:
        return raw.decode(told, "replace")
    known = _SINGLE_BYTE.fullmatch(told) and not _LATIN.fullmatch(told)
    try:
        return raw.decode(told if known else "cp1252", "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")


def unflow(text: str, *, delsp: bool) -> str:
    """Return the text of `format=flowed` with its paragraphs on one line (RFC 3676)."""
    lines: list[str] = []
    flowing = False
    depth = 0
    for raw in text.splitlines():
        stripped = raw.lstrip(">")
        quoted = len(raw) - len(stripped)
        content = stripped.removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        told = content[:-1] if soft and delsp else content
        if flowing and quoted == depth and content != "-- ":
            lines[-1] += told
        else:
            lines.append(f"{'>' * quoted} {told}" if quoted else told)
        flowing, depth = soft, quoted
    return "\n".join(each.rstrip() if each != "-- " else each for each in lines)


def html_to_text(html: str) -> str:
    """Return what a page of a mail says: quotations under `>`, addresses of links in brackets."""
    reader = _Reader()
    try:
        reader.feed(_without_open_tag(_without_comments(html)))
        reader.close()
    except (AssertionError, ValueError):  # a page broken beyond repair: what was read so far
        pass
    return reader.text()


def _without_comments(html: str) -> str:
    """Return a page without its comments; one that never ends hides all the rest, as on a page.

    The parser would read thousands of unended ones for minutes.
    """
    kept: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join((*kept, html[at:]))


def _without_open_tag(html: str) -> str:
    """Return a page without a last tag that never ends: a page hides it (WHATWG, eof-in-tag).

    The parser would read thousands of them for minutes.
    """
    ended = html.rfind(">") + 1
    opened = _TAG_OPENS.search(html, ended)
    return html[: opened.start()] if opened else html


class _Reader(HTMLParser):
    """Keeps the text, one line per block; nothing of what is not shown."""

    _SPACED = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "pre"))
    _BLOCKS = _SPACED | frozenset(
        re.findall(
            r"\w+",
            "address article center dd div dl dt fieldset footer form header hr li main nav section"
            " table tr",
        )
    )
    _HIDDEN = frozenset(("head", "style", "script", "title", "template", "noscript"))
    _DEEPEST = 20

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._quoted = 0
        self._hidden = 0
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag."""
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self._break()
        elif tag in self._BLOCKS:
            self._open_block(tag)
        elif tag in ("td", "th") and self._line:
            self._line += " "
        elif tag == "a":
            href = dict(attrs).get("href") or ""
            self._link = (href.strip(), len(self._line)) if href.startswith("http") else None

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a":
            self._end_link()
        elif tag in self._BLOCKS:
            self._flush()
            if tag == "blockquote":
                self._quoted = max(0, self._quoted - 1)
            if tag in self._SPACED:
                self._blank()

    def handle_data(self, data: str) -> None:
        """Keep words; white space is one space, as on a page."""
        if self._hidden:
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        self._line += words.lstrip() if not self._line or self._line.endswith(" ") else words

    def text(self) -> str:
        """Return the whole."""
        self._flush()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _open_block(self, tag: str) -> None:
        self._flush()
        if tag in self._SPACED:
            self._blank()
        if tag == "blockquote":
            self._quoted = min(self._DEEPEST, self._quoted + 1)
        if tag == "li":
            self._line = "- "

    def _end_link(self) -> None:
        if self._link is None:
            return
        href, start = self._link
        self._link = None
        shown = self._line[start:].strip()
        if shown and shown.rstrip("/") not in href and href not in shown:
            self._line = f"{self._line.rstrip()} ({href})"

    def _flush(self) -> None:
        if self._line.strip():
            self._break()
        self._line = ""

    def _break(self) -> None:
        self._lines.append(f"{'> ' * self._quoted}{self._line}".rstrip())
        self._line = ""

    def _blank(self) -> None:
        mark = ("> " * self._quoted).rstrip()
        if self._lines and self._lines[-1] != mark:
            self._lines.append(mark)
