"""Draws how the cost of the search grows with the base, as an SVG that reads without colour."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 250, 64, 48
_INK = "#1b1b35"
_CURVES = (
    ("p95 avec plongement (ms)", ("search_and_embedding_ms", "p95"), "#7a3e9d", ""),
    ("p95 sans plongement (ms)", ("search_ms", "p95"), "#1f6f50", "6 3"),
    ("p95 de BM25 simple (ms)", ("baseline_ms", "p95"), "#8a6d1d", "2 3"),
    ("construction (s)", ("build_seconds",), "#a8321e", "10 4"),
    ("mémoire (centaines de Mio)", ("memory_mib",), "#2b5aa6", "1 4"),
)
_SCALE = {"memory_mib": 0.01}


def growth_svg(reports: Sequence[Mapping[str, Any]]) -> str:
    """Return an SVG document: sizes across, costs upwards, both on logarithmic scales."""
    sizes = [int(each["documents"]) for each in reports]
    values = {name: [_value(each, path) for each in reports] for name, path, _, _ in _CURVES}
    low = math.floor(math.log10(min(min(each) for each in values.values())))
    high = math.ceil(math.log10(max(max(each) for each in values.values())))
    plot = _Plot(math.log10(sizes[0]), math.log10(sizes[-1]), low, high)
    title = "Le coût de la recherche selon la taille de la base"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="titre resume" font-family="system-ui, sans-serif">',
        f'<title id="titre">{escape(title)}</title>',
        f'<desc id="resume">{escape(_summary(sizes, values))}</desc>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        _text(_LEFT, 28, title, size=16, weight=700),
        _text(_LEFT, 48, "Échelles logarithmiques ; ressources en abscisse.", size=12),
        *plot.grid(sizes),
    ]
    heights = _spread([plot.y(values[name][-1]) for name, *_ in _CURVES])
    for (name, _, colour, dashes), height in zip(_CURVES, heights, strict=True):
        points = " ".join(
            f"{plot.x(size):.1f},{plot.y(value):.1f}"
            for size, value in zip(sizes, values[name], strict=True)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dashes}"/>'
        )
        label = f"{name} : {_french(values[name][-1])}"
        parts.append(_text(_WIDTH - _RIGHT + 10, height + 4, label, size=12, colour=colour))
    return "\n".join([*parts, "</svg>", ""])


class _Plot:
    """The place of a value on the drawing; bounds are powers of ten."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self._left, self._right, self._low, self._high = left, max(right, left + 1), low, high

    def x(self, size: float) -> float:
        share = (math.log10(size) - self._left) / (self._right - self._left)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def grid(self, sizes: Sequence[int]) -> list[str]:
        lines = []
        for power in range(int(self._low), int(self._high) + 1):
            height = self.y(10**power)
            lines.append(_line(_LEFT, height, _WIDTH - _RIGHT, height))
            lines.append(_text(_LEFT - 8, height + 4, _french(10.0**power), size=11, anchor="end"))
        for size in sizes:
            across = self.x(size)
            lines.append(_line(across, _TOP, across, _HEIGHT - _BOTTOM))
            label = f"{size:,}".replace(",", "\u202f")
            lines.append(_text(across, _HEIGHT - _BOTTOM + 18, label, size=11, anchor="middle"))
        return lines


def _value(report: Mapping[str, Any], path: Sequence[str]) -> float:
    found: Any = report
    for name in path:
        found = found[name]
    return max(float(found) * _SCALE.get(path[0], 1.0), 0.01)


def _spread(heights: Sequence[float], gap: float = 16.0) -> list[float]:
    """Move labels apart so that none covers another; their order is kept."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda each: placed[each])
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    return placed


def _summary(sizes: Sequence[int], values: Mapping[str, Sequence[float]]) -> str:
    lines = [
        f"{name} : " + ", ".join(f"{_french(v)} à {s}" for s, v in zip(sizes, found, strict=True))
        for name, found in values.items()
    ]
    return " ; ".join(lines)


def _french(value: float) -> str:
    return f"{value:.3g}".replace(".", ",")


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#d5d5df" '
        'stroke-width="1"/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int,
    weight: int = 400,
    anchor: str = "start",
    colour: str = _INK,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )
