"""The widget's files as they travel: each entry script joined with what it imports, compressed.

There is no build step: the readable modules of `static/` are joined in memory when the service
starts. One request instead of ten, one ETag, no two modules of different ages in one page.
"""

import gzip
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).parent / "static"
ENTRIES = ("v1.js", "v1/more.js", "reprise.js")
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# The only form of import that the modules use: one line, named.
_FROM = re.compile(r'^(?P<word>import|export) (?P<names>\{[^}]*\}) from "(?P<path>[^"]+)";\n', re.M)
_EXPORTED = re.compile(r"^export (?=(?:async |const |class |function ))", re.M)
_COMMENT = re.compile(r"(?:^|\s)// .*$")
_FREE_END = re.compile(r"(?<=[,;{(\[])\n")
_DOCBLOCK = re.compile(r"^\s*/\*\*.*?\*/\n", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file ready to be sent. `etag` names its content, compressed or not."""

    body: bytes
    gzipped: bytes
    media_type: str
    etag: str


def load_assets(directory: Path = STATIC) -> dict[str, Asset]:
    """Read every file that a page may ask for, by its path under `/widget/`."""
    scripts = {name: _asset(_Bundle(directory / name).text(), ".js") for name in ENTRIES}
    return scripts | load_styles(directory)


def load_styles(directory: Path) -> dict[str, Asset]:
    """Read the style sheets and the drawings of a directory, by their names."""
    return {
        path.name: _asset(path.read_text(encoding="utf-8"), path.suffix)
        for path in sorted(directory.iterdir())
        if path.suffix in (".css", ".svg")
    }


def load_files(directory: Path) -> dict[str, Asset]:
    """Read every file of a directory of the staff's pages, by its name: one file, one asset."""
    return {
        path.name: _asset(path.read_text(encoding="utf-8"), path.suffix)
        for path in sorted(directory.iterdir())
        if path.suffix in _MEDIA_TYPES
    }


def _asset(text: str, suffix: str) -> Asset:
    body = text.encode()
    return Asset(
        body=body,
        gzipped=gzip.compress(body, 9, mtime=0),
        media_type=f"{_MEDIA_TYPES[suffix]}; charset=utf-8",
        etag=f'W/"{sha256(body).hexdigest()[:20]}"',
    )


@dataclass(slots=True)
class _Bundle:
    """One entry and its imports, depth first; what another entry exports stays imported."""

    entry: Path
    parts: list[str] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    borrowed: dict[str, set[str]] = field(default_factory=dict)

    def text(self) -> str:
        self._add(self.entry)
        header = [
            f'import {{ {", ".join(sorted(names))} }} from "{path}";'
            for path, names in self.borrowed.items()
        ]
        return "\n".join([*header, *self.parts]) + "\n"

    def _add(self, module: Path) -> None:
        self.seen.add(module)
        source = module.read_text(encoding="utf-8")
        for found in _FROM.finditer(source):
            self._follow(module, found)
        if module == self.entry:
            source = _FROM.sub(
                lambda m: f"export {m['names']};\n" if m["word"] == "export" else "", source
            )
        else:
            source = _EXPORTED.sub("", _FROM.sub("", source))
        self.parts.append(_compact(source))

    def _follow(self, module: Path, found: re.Match[str]) -> None:
        target = (module.parent / found["path"]).resolve()
        if found["path"].startswith("../"):
            names = {name.strip() for name in found["names"].strip("{} ").split(",")}
            self.borrowed.setdefault(found["path"], set()).update(names)
        elif target not in self.seen:
            self._add(target)


def _compact(source: str) -> str:
    """Drop comments, indentation and the line ends that never matter: readers of the source only.

    Comments are whole lines, or follow code after a space; templates hold CSS only.
    """
    lines = (_COMMENT.sub("", line).strip() for line in _DOCBLOCK.sub("", source).splitlines())
    return _FREE_END.sub("", "\n".join(line for line in lines if line))
