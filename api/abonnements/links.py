"""The link that stops a kind of mail: signed, so that nobody stops another's."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.abonnements.models import Genre
from api.links import LinkExpired, check_link, link_secret, sign_link

PATH = "/courriels/arret/{genre}/{compte_id}/{lien}"
_LIFE = timedelta(days=400)


def _subject(compte_id: str, genre: Genre) -> str:
    return f"arret:{genre}:{compte_id}"


async def stop_path(session: AsyncSession, compte_id: str, genre: Genre, *, now: datetime) -> str:
    """Return the page that stops these mails, without the service's address."""
    secret = await link_secret(session)
    bearer = sign_link(secret, _subject(compte_id, genre), expires_at=now + _LIFE)
    return PATH.format(genre=genre.value, compte_id=compte_id, lien=bearer)


async def is_ours(
    session: AsyncSession, compte_id: str, genre: Genre, lien: str, *, now: datetime
) -> bool:
    """Tell whether we made this link, not too long ago."""
    try:
        secret = await link_secret(session)
        return check_link(secret, _subject(compte_id, genre), lien, now=now)
    except LinkExpired:
        return False
