"""Certificates made on the spot, and the door that speaks TLS before a server that does not."""

import itertools
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificat:
    """A certificate and its key, as files."""

    cert: Path
    key: Path


class Autorite:
    """An authority of certification that nobody knows, but whoever is given its file."""

    def __init__(self, folder: Path, name: str = "Autorité d’essai") -> None:
        self._folder = folder
        self._made = itertools.count(1)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._draw(self._name, self._key, until=_DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))

    def certify(self, host: str, *, until: timedelta = _DAY) -> Certificat:
        """Make a certificate for an address or a name; `until` may be in the past."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        made = self._draw(subject, key, until=until).add_extension(
            x509.SubjectAlternativeName([_named(host)]), critical=False
        )
        number = next(self._made)
        given = Certificat(self._folder / f"{number}.pem", self._folder / f"{number}.key")
        given.cert.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))
        given.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return given

    def _draw(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, until: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 3 * _DAY)
            .not_valid_after(now + until)
        )


def _named(host: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(host))
    return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class Porte:
    """A door that takes TLS off (as stunnel does); `heard` is what came through it."""

    port: int
    heard: bytearray = field(default_factory=bytearray)


@contextmanager
def porte_tls(certificat: Certificat, *, to: int) -> Iterator[Porte]:
    """Open a door before a port of this machine."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificat.cert, certificat.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        door = Porte(listener.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):  # closed: it is over
                while True:
                    raw, _ = listener.accept()
                    threading.Thread(target=carry, args=(raw,), daemon=True).start()

        def carry(raw: socket.socket) -> None:
            with (
                suppress(OSError),
                raw,
                context.wrap_socket(raw, server_side=True) as inside,
                socket.create_connection(("127.0.0.1", to)) as beyond,
            ):
                _exchange(inside, beyond, door.heard)

        threading.Thread(target=serve, daemon=True).start()
        yield door
        listener.shutdown(socket.SHUT_RDWR)


def _exchange(inside: ssl.SSLSocket, beyond: socket.socket, heard: bytearray) -> None:
    """Carry what each says to the other, until one leaves."""
    while True:
        waiting = [inside] if inside.pending() else select.select([inside, beyond], [], [])[0]
        for source in waiting:
            said = source.recv(65536)
            if not said:
                return
            if source is inside:
                heard += said
            (beyond if source is inside else inside).sendall(said)
