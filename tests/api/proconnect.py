"""A strict identity provider, in a process of its own, after ProConnect's public rules.

Real keys, real codes that work once within a minute, real signatures. `POST /essai` chooses who
logs in and how it misbehaves: the tests check that the service is not fooled.
"""

import argparse
import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from html import escape
from typing import Annotated, Any
from urllib.parse import unquote, urlencode

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Form, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "orientation-essai", "secret d'essai & accentué : à coder"
LIFE, CODE_LIFE = 60, 30
# Any other parameter is an error (Y000400), the proof of PKCE too unless it is announced.
_KNOWN = {
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "claims",
    "state",
    "nonce",
    "prompt",
    "idp_hint",
    "login_hint",
}
_PKCE = {"code_challenge", "code_challenge_method"}
_SCOPES = {"openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id", "phone"}


@dataclass
class Grant:
    """What a code, then an access token, stands for."""

    request: dict[str, str]
    person: dict[str, Any]
    until: float


@dataclass
class State:
    """What the provider remembers, and where it may send people of the service."""

    returned: str
    left: str
    pkce: bool = False
    mode: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    rsa: RSAKey = field(default_factory=lambda: new_rsa("rsa-1"))
    withdrawn: RSAKey | None = None
    ec: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})
    )
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)


def new_rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


router = APIRouter()


def build(service: str, *, pkce: bool) -> FastAPI:
    """Return the provider of a service whose console is at this address."""
    app = FastAPI(openapi_url=None)
    app.include_router(router)
    app.state.provider = State(
        returned=f"{service}/console/connexion/retour",
        left=f"{service}/console/connexion/sortie",
        pkce=pkce,
    )
    return app


def state_of(request: Request) -> State:
    state: State = request.app.state.provider
    return state


def issuer_of(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/api/v2"


Known = Annotated[State, Depends(state_of)]
Issuer = Annotated[str, Depends(issuer_of)]


@router.post("/essai")
async def choose(request: Request, state: Known) -> dict[str, Any]:
    wanted = await request.json()
    state.mode, state.person = wanted.get("mode", ""), wanted.get("person", {})
    state.sessions.clear()
    if wanted.get("rotate"):
        state.withdrawn, state.rsa = state.rsa, new_rsa(secrets.token_hex(4))
    return {"asked": state.asked, "token_requests": state.token_requests}


@router.get("/api/v2/.well-known/openid-configuration")
async def discovery(state: Known, issuer: Issuer) -> Any:
    if state.mode == "down":
        return PlainTextResponse("indisponible", 503)
    return {
        **({"code_challenge_methods_supported": ["S256"]} if state.pkce else {}),
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/session/end",
    }


@router.get("/api/v2/jwks")
async def jwks(state: Known) -> dict[str, Any]:
    odd = {"kty": "OKP", "crv": "X448", "x": "AA", "use": "enc", "kid": "autre"}
    return {"keys": [odd, state.rsa.as_dict(private=False), state.ec.as_dict(private=False)]}


@router.get("/api/v2/authorize")
async def authorize(request: Request, state: Known, issuer: Issuer) -> Any:
    asked = dict(request.query_params)
    wrong = _wrong(asked, state)
    if wrong:
        return PlainTextResponse(f"Y000400 {wrong}", 400)
    state.asked.append(asked)
    known = state.sessions.get(request.cookies.get("fournisseur", ""))
    if known:
        return _back(state, asked, known, issuer)
    return HTMLResponse(
        "<!doctype html><html lang='fr'><title>Fournisseur d’essai</title><h1>Connexion</h1>"
        f"<form method='post' action='/connexion?{escape(urlencode(asked))}'>"
        "<button name='choix' value='oui'>Continuer</button>"
        "<button name='choix' value='non'>Annuler</button></form></html>"
    )


@router.post("/connexion")
async def log_in(
    request: Request, choix: Annotated[str, Form()], state: Known, issuer: Issuer
) -> Any:
    asked = dict(request.query_params)
    if choix == "non":
        return _to(asked, {"error": "access_denied", "iss": issuer})
    answer = _back(state, asked, state.person, issuer)
    cookie = secrets.token_urlsafe(16)
    state.sessions[cookie] = state.person
    answer.set_cookie("fournisseur", cookie, httponly=True, samesite="lax")
    return answer


@router.post("/api/v2/token")
async def token(
    request: Request, state: Known, issuer: Issuer, authorization: Annotated[str, Header()] = ""
) -> Any:
    if state.mode == "token_500":
        return PlainTextResponse("panne", 500)
    form = {name: str(value) for name, value in (await request.form()).items()}
    how = "client_secret_basic" if authorization else "client_secret_post"
    state.token_requests.append({"auth": how, **form})
    if not _is_client(form, authorization):
        return JSONResponse({"error": "invalid_client"}, 401)
    grant = state.codes.pop(form.get("code", ""), None)
    if grant is None or time.time() > grant.until or not _proves(grant, form):
        return JSONResponse({"error": "invalid_grant"}, 400)
    access = secrets.token_urlsafe(24)
    state.tokens[access] = Grant(grant.request, grant.person, time.time() + LIFE)
    given = {"access_token": access, "token_type": "Bearer", "expires_in": LIFE}
    if state.mode == "no_id_token":
        return given
    return {**given, "id_token": _id_token(state, grant, issuer)}


@router.get("/api/v2/userinfo")
async def userinfo(
    state: Known, issuer: Issuer, authorization: Annotated[str, Header()] = ""
) -> Any:
    grant = state.tokens.get(authorization.removeprefix("Bearer "))
    if grant is None or time.time() > grant.until:
        return JSONResponse({"error": "invalid_token"}, 401)
    return _userinfo(state, grant, issuer)


@router.get("/api/v2/session/end")
async def end(request: Request, state: Known) -> Any:
    asked = dict(request.query_params)
    try:
        hint = jwt.decode(asked["id_token_hint"], state.rsa, algorithms=["RS256"]).claims
    except (KeyError, JoseError):
        return PlainTextResponse("Y000400 id_token_hint", 400)
    where = asked.get("post_logout_redirect_uri", "")
    if hint["aud"] != CLIENT_ID or where != state.left or len(asked.get("state", "")) < 32:
        return PlainTextResponse("Y000400 session/end", 400)
    state.sessions.pop(request.cookies.get("fournisseur", ""), None)
    return RedirectResponse(f"{where}?{urlencode({'state': asked['state']})}", 303)


def _wrong(asked: dict[str, str], state: State) -> str:
    """Return what is wrong with a request to log in, as strictly as ProConnect."""
    if set(asked) - _KNOWN - (_PKCE if state.pkce else set()):
        return "unknown parameter"
    if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != state.returned:
        return "client"
    if asked.get("response_type") != "code":
        return "response_type"
    scopes = set(asked.get("scope", "").split())
    if "openid" not in scopes or scopes - _SCOPES:
        return "scope"
    if min(len(asked.get("state", "")), len(asked.get("nonce", ""))) < 32:
        return "state, nonce"
    if asked.get("code_challenge_method", "S256") != "S256":
        return "code_challenge_method"
    return ""


def _back(
    state: State, asked: dict[str, str], person: dict[str, Any], issuer: str
) -> RedirectResponse:
    if state.mode == "server_error":
        return _to(asked, {"error": "server_error", "iss": issuer})
    code = secrets.token_urlsafe(24)
    state.codes[code] = Grant(asked, person, time.time() + CODE_LIFE)
    shown = {**asked, "state": "x" * 43} if state.mode == "wrong_state" else asked
    mixed = "https://autre.exemple.fr" if state.mode == "mixed_up" else issuer
    return _to(shown, {"code": code, "iss": mixed})


def _to(asked: dict[str, str], facts: dict[str, str]) -> RedirectResponse:
    query = urlencode({"state": asked["state"], **facts})
    return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303)


def _is_client(form: dict[str, str], authorization: str) -> bool:
    if authorization:
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        name, _, secret = pair.partition(":")
        return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
    return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


def _proves(grant: Grant, form: dict[str, str]) -> bool:
    if form.get("redirect_uri") != grant.request["redirect_uri"]:
        return False
    challenge = grant.request.get("code_challenge")
    if challenge is None:
        return "code_verifier" not in form
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge


def _unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    coded = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts)
    return ".".join(each.rstrip("=") for each in coded) + "."


def _id_token(state: State, grant: Grant, issuer: str) -> str:
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": grant.person["sub"],
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + LIFE,
        "nonce": grant.request["nonce"],
        "acr": grant.person.get("acr", "eidas1"),
    }
    changes: dict[str, dict[str, Any]] = {
        "wrong_nonce": {"nonce": "n" * 43},
        "no_nonce": {"nonce": None},
        "expired": {"iat": now - 120, "exp": now - LIFE},
        "future": {"iat": now + 300, "exp": now + 360},
        "other_audience": {"aud": "un-autre-service"},
        "two_audiences": {"aud": [CLIENT_ID, "un-autre-service"]},
        "other_issuer": {"iss": "https://autre.exemple.fr"},
    }
    claims |= changes.get(state.mode, {})
    claims = {name: value for name, value in claims.items() if value is not None}
    if state.mode == "unsigned":
        return _unsigned(claims)
    if state.mode == "hs256":
        public = OctKey.import_key(CLIENT_SECRET)
        return jwt.encode({"alg": "HS256"}, claims, public, algorithms=["HS256"])
    key = new_rsa("rsa-1") if state.mode == "other_key" else state.rsa
    if state.mode == "withdrawn_key" and state.withdrawn is not None:
        key = state.withdrawn
    return jwt.encode({"alg": "RS256", "kid": str(key.kid)}, claims, key)


def _userinfo(state: State, grant: Grant, issuer: str) -> Any:
    claims: dict[str, Any] = {**grant.person, "iss": issuer, "aud": CLIENT_ID}
    claims.pop("acr", None)
    if state.mode == "userinfo_other_sub":
        claims["sub"] = "quelqu-un-d-autre"
    if state.mode == "userinfo_json":
        return JSONResponse({name: claims[name] for name in claims if name not in ("iss", "aud")})
    if state.mode == "userinfo_unsigned":
        text = _unsigned(claims)
    elif state.mode == "userinfo_es256":
        text = jwt.encode({"alg": "ES256", "kid": str(state.ec.kid)}, claims, state.ec)
    else:
        key = new_rsa("rsa-1") if state.mode == "userinfo_other_key" else state.rsa
        text = jwt.encode({"alg": "RS256", "kid": str(key.kid)}, claims, key)
    return PlainTextResponse(text, media_type="application/jwt")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("--pkce", action="store_true")
    given = parser.parse_args()
    uvicorn.run(build(given.service, pkce=given.pkce), port=given.port, log_level="warning")
