"""What the identity provider signs: verified whole, or refused."""

import hmac
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

# « none » is not here, nor HS256: its key is our own secret, which is sent at each exchange.
ALGORITHMS = ("RS256", "ES256")
# Tokens live for sixty seconds: more would accept what is over.
LEEWAY_SECONDS = 10
_KINDS: dict[str, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}
# A header that we do not know is not ours to judge (RFC 7515, 4); a critical one still is.
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class TokenRefused(Exception):
    """The token is not one to trust: `why`, a word for the log; `clock`: because of its time."""

    def __init__(self, why: str, *, clock: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.clock = clock


def read_keys(published: Mapping[str, Any]) -> KeySet:
    """Return the keys that may sign; the other ones are left out.

    Raises TokenRefused.
    """
    keys: list[Any] = []
    listed = published.get("keys")
    for each in listed if isinstance(listed, list) else []:
        kind = _KINDS.get(str(each.get("kty"))) if isinstance(each, dict) else None
        if kind is None or each.get("use", "sig") != "sig":
            continue
        try:
            keys.append(kind.import_key(each))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    if not keys:
        raise TokenRefused("no key that signs")
    return KeySet(keys)


def open_signed(text: str, keys: KeySet) -> dict[str, Any]:
    """Return what a signed token says, once its signature is verified.

    Raises TokenRefused.
    """
    try:
        token = jwt.decode(text, keys, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused(type(error).__name__) from None
    return dict(token.claims)


def check_id_token(
    claims: dict[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    acr: tuple[str, ...],
    now: int,
) -> None:
    """Make sure that the token was written by them, for us, now, for this visit.

    Raises TokenRefused.
    """
    rules: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True},
    }
    if acr:
        rules["acr"] = {"essential": True, "values": list(acr)}
    _validate(claims, rules, now)
    parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id if len(parties) == 1 else None) != client_id:
        raise TokenRefused("azp")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise TokenRefused("nonce")


def check_userinfo(
    claims: dict[str, Any], *, issuer: str, client_id: str, subject: str, now: int
) -> None:
    """Make sure that these facts are about whom the token is about.

    Raises TokenRefused.
    """
    rules: dict[str, ClaimsOption] = {"sub": {"essential": True, "value": subject}}
    for name, value in (("iss", issuer), ("aud", client_id)):
        if name in claims:
            rules[name] = {"value": value}
    _validate(claims, rules, now)


def _validate(claims: dict[str, Any], rules: dict[str, ClaimsOption], now: int) -> None:
    try:
        JWTClaimsRegistry(now=now, leeway=LEEWAY_SECONDS, **rules).validate(claims)
    except ExpiredTokenError:
        raise TokenRefused("exp", clock=True) from None
    except ClaimError as error:
        raise TokenRefused(error.claim, clock=error.claim in ("iat", "nbf")) from None
