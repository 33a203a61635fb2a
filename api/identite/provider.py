"""Talks to the identity provider: discovery, keys, exchange of the code, facts, logout."""

import base64
import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlencode

import httpx2
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from api.identite.errors import IdentityRefused, ProviderDown
from api.identite.tokens import TokenRefused, open_signed, read_keys
from api.settings import Settings, is_safe_address

logger = logging.getLogger(__name__)
# What an account is made of, and no more.
SCOPES = "openid given_name usual_name email"
_DISCOVERY = "/.well-known/openid-configuration"
_DISCOVERY_LIFE = 3600.0
_KEYS_LIFE = 3600.0
_KEYS_REST = 30.0
_TIMEOUT = httpx2.Timeout(8.0, connect=4.0)
_SERVER_ERROR = 500


class Endpoints(BaseModel):
    """What the provider says of itself."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    code_challenge_methods_supported: tuple[str, ...] = ()

    @field_validator(
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    )
    @classmethod
    def _check(cls, value: str | None) -> str | None:
        if value is not None and not is_safe_address(value):
            raise ValueError("https expected")
        return value


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was exchanged for."""

    access_token: str
    id_token: str


class Provider:
    """The identity provider of this service, as its settings name it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: httpx2.AsyncClient | None = None
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def name(self) -> str:
        """What the button calls it."""
        return self._settings.oidc_name

    @property
    def client_id(self) -> str:
        """What it calls us."""
        return self._settings.oidc_client_id

    @property
    def acr(self) -> tuple[str, ...]:
        """The levels of authentication that are enough; none: any."""
        return self._settings.oidc_levels

    @property
    def return_address(self) -> str:
        """Where it sends people back."""
        return f"{self._settings.public_base}/console/connexion/retour"

    @property
    def left_address(self) -> str:
        """Where it sends people once they are logged out."""
        return f"{self._settings.public_base}/console/connexion/sortie"

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def endpoints(self) -> Endpoints:
        """Return its addresses, read again every hour.

        Raises ProviderDown.
        """
        known = self._endpoints
        if known and time.monotonic() - known[0] < _DISCOVERY_LIFE:
            return known[1]
        issuer = self._settings.oidc_issuer.rstrip("/")
        try:
            found = Endpoints.model_validate(await self._get_json(issuer + _DISCOVERY))
        except ValidationError:
            raise ProviderDown("discovery") from None
        if found.issuer.rstrip("/") != issuer:
            raise ProviderDown("issuer")
        self._endpoints = (time.monotonic(), found)
        return found

    async def login_address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where to send someone who wants to log in.

        Raises ProviderDown.
        """
        endpoints = await self.endpoints()
        facts = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.return_address,
            "scope": SCOPES,
            "state": state,
            "nonce": nonce,
        }
        if self._proves(endpoints):
            digest = hashlib.sha256(verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            facts |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        if self.acr:
            one = len(self.acr) == 1
            level = {"value": self.acr[0]} if one else {"values": list(self.acr)}
            wanted = {"id_token": {"acr": {"essential": True, **level}}}
            facts["claims"] = json.dumps(wanted, separators=(",", ":"))
        return _with_query(endpoints.authorization_endpoint, facts)

    def _proves(self, endpoints: Endpoints) -> bool:
        """Tell whether to prove that the code is ours (PKCE): some refuse what they do not know."""
        wish = self._settings.oidc_pkce
        return wish == "on" or (
            wish == "auto" and "S256" in endpoints.code_challenge_methods_supported
        )

    async def logout_address(self, id_token: str, *, state: str) -> str | None:
        """Return where to close its session too; None when it has no such place.

        Raises ProviderDown.
        """
        where = (await self.endpoints()).end_session_endpoint
        facts = {
            "id_token_hint": id_token,
            "state": state,
            "post_logout_redirect_uri": self.left_address,
        }
        return _with_query(where, facts) if where else None

    async def exchange(self, code: str, verifier: str) -> Tokens:
        """Exchange the code for tokens.

        Raises IdentityRefused, ProviderDown.
        """
        endpoints = await self.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.return_address,
        }
        if self._proves(endpoints):
            form["code_verifier"] = verifier
        headers = {"Accept": "application/json"}
        secret = self._settings.oidc_client_secret.get_secret_value()
        if self._settings.oidc_client_auth == "client_secret_basic":
            pair = f"{quote(self.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.client_id, "client_secret": secret}
        answer = await self._send("POST", endpoints.token_endpoint, data=form, headers=headers)
        given = _read_json(answer)
        if answer.status_code != httpx2.codes.OK:
            logger.warning("code refused", extra={"error": _word(given.get("error"))})
            raise IdentityRefused("echange")
        tokens = (given.get("access_token"), given.get("id_token"))
        if not all(isinstance(each, str) for each in tokens):
            raise IdentityRefused("jeton")
        return Tokens(*cast("tuple[str, str]", tokens))

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """Return the facts of the person: a signed token, verified, as ProConnect sends.

        Plain JSON is taken only where `oidc_userinfo` is `libre`: nothing else would sign the
        address that opens an account.

        Raises IdentityRefused, ProviderDown, TokenRefused.
        """
        where = (await self.endpoints()).userinfo_endpoint
        answer = await self._send("GET", where, headers={"Authorization": f"Bearer {access_token}"})
        if answer.status_code != httpx2.codes.OK:
            raise IdentityRefused("jeton")
        if "jwt" in answer.headers.get("content-type", ""):
            return await self.read_signed(answer.text.strip())
        if self._settings.oidc_userinfo == "signe":
            raise TokenRefused("userinfo_non_signe")
        return _read_json(answer)

    async def read_signed(self, text: str) -> dict[str, Any]:
        """Return what it signed; keys are read again once when it may have changed them.

        Raises ProviderDown, TokenRefused.
        """
        keys, fresh = await self._published()
        try:
            return open_signed(text, keys)
        except TokenRefused:
            if fresh:
                raise
        return open_signed(text, await self._read_keys())

    async def _published(self) -> tuple[KeySet, bool]:
        """Return its keys, and whether they were read just now; one that it withdraws goes."""
        age = time.monotonic() - self._keys[0] if self._keys else _KEYS_LIFE
        if self._keys is None or age >= _KEYS_LIFE:
            return await self._read_keys(), True
        return self._keys[1], age < _KEYS_REST

    async def _read_keys(self) -> KeySet:
        keys = read_keys(await self._get_json((await self.endpoints()).jwks_uri))
        self._keys = (time.monotonic(), keys)
        return keys

    async def _get_json(self, url: str) -> dict[str, Any]:
        answer = await self._send("GET", url, headers={"Accept": "application/json"})
        if answer.status_code != httpx2.codes.OK:
            raise ProviderDown(str(answer.status_code))
        return _read_json(answer)

    async def _send(self, method: str, url: str, **options: Any) -> httpx2.Response:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=_TIMEOUT)
        try:
            answer = await self._client.request(method, url, **options)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ProviderDown(type(error).__name__) from None
        if answer.status_code >= _SERVER_ERROR:
            raise ProviderDown(str(answer.status_code))
        return answer


def _read_json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        raise ProviderDown("no JSON") from None
    if not isinstance(found, dict):
        raise ProviderDown("no JSON object")
    return found


def _with_query(address: str, facts: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(facts, quote_via=quote)}"


def _word(value: object) -> str:
    """Return a code of error fit for the log: a short word, or nothing."""
    word = value if isinstance(value, str) else ""
    return word if word.replace("_", "").isalnum() else ""
