"""Understands a text: identity, clauses, openness, comparison. Pure functions of bytes: no network, no database."""
