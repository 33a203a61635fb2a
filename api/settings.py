"""Settings read from the environment; each is documented in the README."""

import ipaddress
import secrets
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.comptes.roles import Role
from api.courrier.adresse import ReplyBox, parse_box
from api.courrier.boite import ImapServer, parse_mailbox
from api.mail.smtp import SmtpServer, parse_server
from api.zammad.server import ZammadServer

ROOT = Path(__file__).resolve().parent.parent
RASA_PROJECT = ROOT / "assistant" / "rasa"


def is_safe_address(address: str) -> bool:
    """Tell whether what goes to this address is out of sight: https, or this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _listed(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _networks(value: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in _listed(value))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """All settings. Unknown `ORIENTATION_*` variables are ignored, wrong values are refused."""

    model_config = SettingsConfigDict(env_prefix="ORIENTATION_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    data_dir: Path = ROOT / ".donnees"
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    rasa_url: str | None = Field(default=None, validation_alias="RASA_URL")
    rasa_python: Path = ROOT / ".venv-rasa" / "bin" / "python"
    internal_token: str = Field(default_factory=lambda: secrets.token_urlsafe(32))
    internal_host: str = "127.0.0.1"
    internal_port: int = Field(default=0, ge=0, le=65535)
    rate_limit: Literal["on", "off"] = "on"
    messages_per_minute: int = Field(default=30, ge=1)
    requests_per_minute_per_address: int = Field(default=120, ge=1)
    trusted_proxies: str = ""
    api_key: str | None = None
    retention_months: int | None = Field(default=None, ge=1, le=36)
    retention_file: Path | None = None
    allowed_origins: str = ""
    jobs: Literal["on", "off"] = "on"
    webhook_allowed_networks: str = ""
    links_every_days: int = Field(default=7, ge=0, le=365)
    links_allowed_networks: str = ""
    smtp_url: str | None = None
    mail_from: str = "Orientation <orientation@localhost>"
    mail_reply_to: str = ""
    imap_url: str | None = None
    public_url: str = ""
    routing_file: Path | None = None
    pages_dir: Path | None = None
    backup_passphrase: SecretStr | None = None
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    totp: Literal["off", "propose", "obligatoire"] = "propose"
    totp_roles: str = ""
    tickets: Literal["integre", "zammad"] = "integre"
    zammad_url: str = ""
    zammad_token: SecretStr = SecretStr("")
    zammad_group: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_auth: Literal["client_secret_post", "client_secret_basic"] = "client_secret_post"
    oidc_pkce: Literal["auto", "on", "off"] = "auto"
    oidc_userinfo: Literal["signe", "libre"] = "signe"
    oidc_acr: str = ""
    oidc_name: str = Field(default="ProConnect", max_length=60)

    @model_validator(mode="after")
    def _keep_limits_outside_loopback(self) -> Self:
        if self.rate_limit == "off" and not self.is_loopback:
            raise ValueError(
                "ORIENTATION_RATE_LIMIT=off n'est permis que sur la boucle locale (127.0.0.1)."
            )
        return self

    @field_validator("rasa_url")
    @classmethod
    def _check_rasa(cls, value: str | None) -> str | None:
        for each in (value or "").split(","):
            if each.strip() and not each.strip().startswith(("http://", "https://")):
                raise ValueError("exemple : http://127.0.0.1:5005,http://127.0.0.1:5006")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            parse_server(value)
        except ValueError:
            raise ValueError("exemple : smtp+starttls://nom:secret@serveur:587") from None
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        if parseaddr(value)[1].count("@") != 1 or len(value.splitlines()) != 1:
            raise ValueError("exemple : Orientation <orientation@exemple.fr>")
        return value

    @field_validator("mail_reply_to")
    @classmethod
    def _check_reply_to(cls, value: str) -> str:
        try:
            if value.strip():
                parse_box(value)
        except ValueError:
            raise ValueError("exemple : reponse@exemple.fr (sans « + » ni nom)") from None
        return value.strip()

    @field_validator("imap_url")
    @classmethod
    def _check_imap(cls, value: str | None) -> str | None:
        try:
            if value:
                parse_mailbox(value)
        except ValueError:
            raise ValueError("exemple : imaps://nom:secret@serveur/INBOX") from None
        return value or None

    @model_validator(mode="after")
    def _require_reply_to(self) -> Self:
        if self.imap_url and not self.mail_reply_to:
            raise ValueError(
                "ORIENTATION_MAIL_REPLY_TO est attendu avec ORIENTATION_IMAP_URL : l'adresse "
                "dont le courrier arrive dans cette boîte."
            )
        return self

    @model_validator(mode="after")
    def _require_sender(self) -> Self:
        if self.smtp_url and self.mail_sender.domain == "localhost" and not self.is_loopback:
            raise ValueError("ORIENTATION_MAIL_FROM est attendu : l'adresse qui envoie.")
        return self

    @field_validator("webhook_allowed_networks", "links_allowed_networks")
    @classmethod
    def _check_networks(cls, value: str) -> str:
        for each in filter(None, (part.strip() for part in value.split(","))):
            try:
                ipaddress.ip_network(each)
            except ValueError:
                raise ValueError(f"« {each} » n'est pas un réseau ; exemple : 10.0.0.0/8") from None
        return value

    @field_validator("totp_roles")
    @classmethod
    def _check_totp_roles(cls, value: str) -> str:
        unknown = set(_listed(value)) - set(Role)
        if unknown:
            raise ValueError(f"rôles attendus : {', '.join(Role)}, séparés par des virgules")
        return value

    @model_validator(mode="after")
    def _require_whole_provider(self) -> Self:
        secret = self.oidc_client_secret.get_secret_value()
        given = (self.oidc_issuer, self.oidc_client_id, secret)
        if any(given) and not all(given):
            raise ValueError(
                "ORIENTATION_OIDC_ISSUER, ORIENTATION_OIDC_CLIENT_ID et "
                "ORIENTATION_OIDC_CLIENT_SECRET vont ensemble."
            )
        if self.oidc_issuer and not is_safe_address(self.oidc_issuer):
            raise ValueError("ORIENTATION_OIDC_ISSUER : une adresse en https est attendue.")
        if self.oidc_issuer and not is_safe_address(self.public_base):
            raise ValueError(
                "ORIENTATION_PUBLIC_URL : l'adresse publique, en https, est attendue avec un "
                "fournisseur d'identité, qui y renvoie les personnes."
            )
        return self

    @model_validator(mode="after")
    def _require_whole_zammad(self) -> Self:
        if self.tickets != "zammad":
            return self
        if not all((self.zammad_url, self.zammad_token.get_secret_value(), self.zammad_group)):
            raise ValueError(
                "ORIENTATION_TICKETS=zammad attend ORIENTATION_ZAMMAD_URL, "
                "ORIENTATION_ZAMMAD_TOKEN et ORIENTATION_ZAMMAD_GROUP."
            )
        if not is_safe_address(self.zammad_url):
            raise ValueError("ORIENTATION_ZAMMAD_URL : une adresse en https est attendue.")
        return self

    @property
    def zammad(self) -> ZammadServer | None:
        """Where tickets are carried; None: advisors work here."""
        if self.tickets != "zammad":
            return None
        return ZammadServer(
            url=self.zammad_url.rstrip("/"),
            token=self.zammad_token.get_secret_value(),
            group=self.zammad_group,
        )

    @property
    def oidc_levels(self) -> tuple[str, ...]:
        """Levels of authentication that the identity provider must have reached; none: any."""
        return _listed(self.oidc_acr)

    def totp_required(self, role: str) -> bool:
        """Tell whether a role does not work without a second factor."""
        roles = _listed(self.totp_roles)
        return self.totp == "obligatoire" and (not roles or role in roles)

    @property
    def is_loopback(self) -> bool:
        """True when the service only listens to this machine."""
        return _is_loopback(self.host)

    @cached_property
    def rasa_urls(self) -> tuple[str, ...]:
        """Addresses of the external dialogue engines, without their last slashes."""
        given = (each.strip().rstrip("/") for each in (self.rasa_url or "").split(","))
        return tuple(each for each in given if each)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Origins of the sites that embed the widget (CORS)."""
        return _listed(self.allowed_origins)

    @cached_property
    def webhook_networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Networks, not public, where webhooks may go all the same."""
        return _networks(self.webhook_allowed_networks)

    @cached_property
    def link_networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Networks, not public, where the pages that resources cite are visited all the same."""
        return _networks(self.links_allowed_networks)

    @property
    def mail_sender(self) -> Address:
        """Who sends mails."""
        name, address = parseaddr(self.mail_from)
        return Address(name, addr_spec=address)

    @property
    def smtp_server(self) -> SmtpServer | None:
        """Where mails are handed over; None keeps them in the outbox."""
        return parse_server(self.smtp_url) if self.smtp_url else None

    @property
    def reply_box(self) -> ReplyBox | None:
        """Where élus answer mails; None: they answer by the link."""
        return parse_box(self.mail_reply_to) if self.mail_reply_to else None

    @property
    def mailbox(self) -> ImapServer | None:
        """Where their answers are read; None: another service hands them over."""
        return parse_mailbox(self.imap_url) if self.imap_url else None

    @property
    def public_base(self) -> str:
        """The address that élus know, without its last slash: links start with it."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def models_dir(self) -> Path:
        """Where trained models are kept."""
        return self.data_dir / "modeles"

    @property
    def trained_dir(self) -> Path:
        """Where the models trained from the console are kept."""
        return self.data_dir / "modeles-console"

    @property
    def gate_file(self) -> Path | None:
        """The gate of trained models as the operator rewrote it, if they did."""
        file = self.data_dir / "porte.yml"
        return file if file.exists() else None
