"""Entering through an identity provider (OpenID Connect, as ProConnect does it)."""
