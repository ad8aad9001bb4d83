"""Declarations: which pages of which service are watched, and which part of each is the terms."""
