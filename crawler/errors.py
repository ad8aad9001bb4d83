"""What can go wrong while crawling, by what it means for the run.

CrawlError                  one item could not be had: a failure of that item, the others go on
├── Unavailable             the Hub says that no such repository is there (or that it is private)
├── Disabled                the Hub's staff has switched the repository off
├── Gated                   the file is there, for those who were let in
├── NoSuchRevision          the commit or branch is not (or no longer) there
└── BudgetSpent             a budget is used up for longer than we wait; its work is for the next run
RunStopped                  going on is pointless: no network, a refused token, a block, the API budget spent
"""

from __future__ import annotations


class CrawlError(Exception):
    """One item could not be had; the text is one line for `failures`."""


class Unavailable(CrawlError):
    """No such repository for us: never there, deleted, or private (the Hub does not tell which)."""


class Disabled(CrawlError):
    """The Hub has disabled access to the repository."""


class Gated(CrawlError):
    """The file is behind a gate that has not let us in."""


class NoSuchRevision(CrawlError):
    """The commit, branch or tag does not exist here."""


class BudgetSpent(CrawlError):
    """The Hub asks for a longer pause than `max_wait_seconds`; `bucket` names the budget."""

    def __init__(self, bucket: str, reason: str) -> None:
        super().__init__(reason)
        self.bucket = bucket


class RunStopped(Exception):
    """Nothing more can be fetched in this run; what was fetched stands."""
