"""Advisors between themselves: who is cited in a note, who reads the same request now."""
