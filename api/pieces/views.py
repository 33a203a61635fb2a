"""How a joined file is told, and how it is handed over: always downloaded, never shown."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from fastapi import Response

from api.pieces.models import Piece
from nlu.text import strip_accents


def pieces_json(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """Return what is told of joined files."""
    return [
        {"id": each.id, "name": each.nom, "type": each.type, "size": each.taille} for each in pieces
    ]


def download(piece: Piece) -> Response:
    """Hand a file over: the browser saves it, and runs nothing of it."""
    plain = strip_accents(piece.nom).encode("ascii", "replace").decode().replace("?", "_")
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(piece.nom, safe='')}"
    return Response(
        piece.contenu,
        media_type=piece.type,
        headers={
            "Content-Disposition": named,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
