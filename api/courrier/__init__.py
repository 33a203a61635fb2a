"""Mails that come back: an élu answers by mail, and the answer is in the request."""
