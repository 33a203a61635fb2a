"""What the certificates of others are checked with, read once.

Reading the authorities of the machine takes some 50 ms of processor: more than a webhook, a mail
or a page read. Whoever changes them starts the service again.
"""

import ssl
from functools import cache

import httpx2


@cache
def http_context(*, trust_env: bool) -> ssl.SSLContext:
    """Return the context of HTTP clients; `trust_env`: SSL_CERT_FILE and SSL_CERT_DIR are read."""
    return httpx2.create_ssl_context(trust_env=trust_env)


@cache
def mail_context() -> ssl.SSLContext:
    """Return the context of the connections to the mail server."""
    return ssl.create_default_context()
