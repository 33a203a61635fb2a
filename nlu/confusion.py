"""Draws a confusion matrix as an SVG that reads without colour: every count is written."""

from collections.abc import Sequence
from html import escape

from nlu.evaluation import NluReport

_CELL = 34
_LABELS = 210
_HEAD = 190
_MARGIN = 24
_INK = "#1b1b35"
_RIGHT = "#1f6f50"
_WRONG = "#a8321e"


def confusion_svg(report: NluReport, *, title: str = "Matrice de confusion des intentions") -> str:
    """Return an SVG document: a row per expected intent, a column per intent found.

    Shades tell the share of the row, so that rare intents are as readable as frequent ones.
    """
    names = _names(report)
    counts = _counts(report, names)
    side = _CELL * len(names)
    width, height = _LABELS + side + 3 * _MARGIN, _HEAD + side + _MARGIN
    summary = (
        f"{report.sentences} phrases, exactitude {report.accuracy:.3f}, macro-F1 "
        f"{report.macro_f1:.3f}"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="titre resume" font-family="system-ui, sans-serif">',
        f'<title id="titre">{escape(title)}</title><desc id="resume">{escape(summary)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        _text(_MARGIN, 28, title, size=16, weight=700),
        _text(_MARGIN, 48, summary, size=12),
        _text(_MARGIN, _HEAD - 8, "attendu ↓   trouvé →", size=11),
    ]
    for index, name in enumerate(names):
        middle = index * _CELL + _CELL / 2
        parts.append(_text(_LABELS - 8, _HEAD + middle + 4, name, size=11, anchor="end"))
        parts.append(_column_name(_LABELS + middle + 4, name))
        parts += _row(index, counts[index])
    return "\n".join([*parts, "</svg>", ""])


def _names(report: NluReport) -> list[str]:
    """The intents expected, then those found without being expected."""
    found = {found for _, found, _ in report.confusions}
    return [*sorted(report.intents), *sorted(found - report.intents.keys())]


def _counts(report: NluReport, names: Sequence[str]) -> list[list[int]]:
    place = {name: index for index, name in enumerate(names)}
    counts = [[0] * len(names) for _ in names]
    for expected, found, count in report.confusions:
        counts[place[expected]][place[found]] = count
    for name, figures in report.intents.items():
        row = counts[place[name]]
        row[place[name]] = figures.sentences - sum(row)
    return counts


def _row(index: int, counts: Sequence[int]) -> list[str]:
    total = sum(counts) or 1
    cells = []
    for column, count in enumerate(counts):
        x, y = _LABELS + column * _CELL, _HEAD + index * _CELL
        colour = _RIGHT if column == index else _WRONG
        share = count / total
        cells.append(
            f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" stroke="#c9c9d6" '
            f'fill="{colour}" fill-opacity="{share:.2f}"/>'
        )
        if count:
            ink = "#fff" if share > 0.5 else _INK  # noqa: PLR2004 - half shade
            middle = x + _CELL / 2
            text = _text(middle, y + _CELL / 2 + 4, str(count), size=11, anchor="middle", ink=ink)
            cells.append(text)
    return cells


def _column_name(x: float, name: str) -> str:
    y = _HEAD - 8
    turned = f'transform="rotate(-60 {x} {y})"'
    return f'<text x="{x}" y="{y}" font-size="11" fill="{_INK}" {turned}>{escape(name)}</text>'


def _text(
    x: float,
    y: float,
    content: str,
    *,
    size: int,
    anchor: str = "start",
    weight: int = 400,
    ink: str = _INK,
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{ink}" '
        f'text-anchor="{anchor}">{escape(content)}</text>'
    )
