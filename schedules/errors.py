"""What ends a refresh, and with which exit status.

RefreshError
├── NothingFetched      nobody answered: no snapshot (exit 4)
├── lock.Busy           another refresh runs (exit 75)
└── UnknownSubjects     --only names what is not watched (exit 2)
"""

from __future__ import annotations


class RefreshError(Exception):
    """A refresh that made no snapshot; its text is one line for a person."""


class NothingFetched(RefreshError):
    """No source answered, so there is nothing to take a snapshot of."""


class UnknownSubjects(RefreshError):
    """`--only` names subjects that the configuration does not watch."""
