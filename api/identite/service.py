"""Send someone to the identity provider, and let them in when they come back as who they are."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from api.comptes.login import hash_token, open_session
from api.comptes.models import Entry, ProviderVisit
from api.database import Database
from api.identite.accounts import Person, account_of, read_person
from api.identite.errors import IdentityRefused
from api.identite.provider import Provider
from api.identite.repository import IdentityRepository
from api.identite.tokens import TokenRefused, check_id_token, check_userinfo
from api.secret_box import SecretBox

logger = logging.getLogger(__name__)
VISIT_LIFE = timedelta(minutes=10)
# 43 characters: ProConnect wants 32 at least for the state and the nonce, PKCE 43 for its verifier.
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Arrival:
    """Someone who came back and is in."""

    token: str
    return_to: str


@dataclass(slots=True)
class IdentityService:
    """Use cases of the entrance by the identity provider."""

    database: Database
    provider: Provider
    box: SecretBox
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def start(self, *, browser: str, return_to: str) -> str:
        """Return where to send this browser.

        Raises ProviderDown.
        """
        state, nonce, verifier = (secrets.token_urlsafe(_SECRET_BYTES) for _ in range(3))
        where = await self.provider.login_address(state=state, nonce=nonce, verifier=verifier)
        visit = ProviderVisit(
            state_hash=hash_token(state),
            browser_hash=hash_token(browser),
            nonce=nonce,
            verifier=verifier,
            return_to=return_to,
            created_at=self.now(),
        )
        async with self.database.sessions.begin() as session:
            since = self.now() - VISIT_LIFE
            await IdentityRepository(session).expect(visit, since=since)
        return where

    async def finish(self, answer: Mapping[str, str], *, browser: str) -> Arrival:
        """Let in who comes back to this browser.

        Raises IdentityRefused, ProviderDown.
        """
        visit = await self._expected(answer.get("state", ""), browser)
        endpoints = await self.provider.endpoints()
        if answer.get("iss", endpoints.issuer) != endpoints.issuer:
            raise IdentityRefused("jeton")
        if "error" in answer:
            raise IdentityRefused("annule" if answer["error"] == "access_denied" else "fournisseur")
        tokens = await self.provider.exchange(answer.get("code", ""), visit.verifier)
        try:
            claims = await self._identify(tokens.id_token, visit.nonce)
            facts = await self._learn(tokens.access_token, str(claims["sub"]))
        except TokenRefused as refused:
            raise _told(refused) from None
        person = read_person(facts, issuer=endpoints.issuer)
        return Arrival(await self._enter(person, tokens.id_token), visit.return_to)

    async def _expected(self, state: str, browser: str) -> ProviderVisit:
        async with self.database.sessions.begin() as session:
            visit = await IdentityRepository(session).arrive(
                hash_token(state), hash_token(browser), since=self.now() - VISIT_LIFE
            )
        if visit is None:
            raise IdentityRefused("perime")
        return visit

    async def _identify(self, id_token: str, nonce: str) -> dict[str, Any]:
        claims = await self.provider.read_signed(id_token)
        check_id_token(
            claims,
            issuer=(await self.provider.endpoints()).issuer,
            client_id=self.provider.client_id,
            nonce=nonce,
            acr=self.provider.acr,
            now=int(self.now().timestamp()),
        )
        return claims

    async def _learn(self, access_token: str, subject: str) -> dict[str, Any]:
        facts = await self.provider.userinfo(access_token)
        check_userinfo(
            facts,
            issuer=(await self.provider.endpoints()).issuer,
            client_id=self.provider.client_id,
            subject=subject,
            now=int(self.now().timestamp()),
        )
        return facts

    async def _enter(self, person: Person, id_token: str) -> str:
        try:
            async with self.database.sessions.begin() as session:
                compte = await account_of(session, person, now=self.now())
                return await open_session(
                    session,
                    compte.id,
                    now=self.now(),
                    entry=Entry.PROVIDER,
                    id_token=self.box.seal(id_token.encode(), about=compte.id),
                )
        except IdentityRefused as refused:
            # Still known to the provider: without this, the next try would end the same way.
            state = secrets.token_urlsafe(_SECRET_BYTES)
            refused.leave = await self.provider.logout_address(id_token, state=state)
            raise


def _told(refused: TokenRefused) -> IdentityRefused:
    logger.warning("token refused", extra={"error": refused.why})
    if refused.clock:
        return IdentityRefused("horloge")
    return IdentityRefused("niveau" if refused.why == "acr" else "jeton")
