"""What an answer of the Hub means: by its status and its X-Error headers, never by a client's exception class.

The same 401 is another exception over http than over https in huggingface_hub (hub-protocol.md, item 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crawler.errors import CrawlError, Disabled, Gated, NoSuchRevision, RunStopped, Unavailable

TRANSIENT = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
# So many refusals without one answer in between, and it is us who are refused.
MOST_REFUSALS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `whole` is False when its body passed the cap, which was then not read; `value` its parsed body."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    whole: bool = True
    value: Any = None

    @property
    def code(self) -> str:
        """X-Error-Code, empty if there is none."""
        return self.headers.get("x-error-code", "")

    @property
    def message(self) -> str:
        """X-Error-Message, else the beginning of the body, on one line."""
        said = self.headers.get("x-error-message") or self.content[:200].decode("utf-8", "replace")
        return " ".join(said.split())[:200]


class Transient(Exception):
    """Asking again may help. `headers` are those of a 429 or 503 that may say when."""

    def __init__(
        self,
        reason: str,
        *,
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        unreachable: bool = False,
    ) -> None:
        super().__init__(reason)
        self.status, self.headers, self.unreachable = status, headers, unreachable


@dataclass
class Refusals:
    """Counts refusals in a row that speak of us rather than of a repository."""

    in_a_row: int = field(default=0)

    def one_more(self, reason: str) -> None:
        """Raises RunStopped when it is plain that nothing will be answered any more."""
        self.in_a_row += 1
        if self.in_a_row >= MOST_REFUSALS:
            raise RunStopped(f"the Hub refuses everything: {reason}")


def meaning(answer: Answer, refusals: Refusals) -> None:
    """Raise what the answer means if it is not one to work with (200, 206, 304, 3xx to elsewhere, a missing file)."""
    status = answer.status
    if status < 400:
        refusals.in_a_row = 0
        return
    if status in TRANSIENT:
        headers = answer.headers if status in (429, 503) else None
        raise Transient(f"the Hub answers {status}", status=status, headers=headers)
    if status == 404 and answer.code == "EntryNotFound":
        refusals.in_a_row = 0
        return
    error = _error(answer)
    if error is None:
        refusals.one_more(f"{status} {answer.message}")
        raise CrawlError(f"the Hub refuses it: {status} {answer.message}")
    refusals.in_a_row = 0
    raise error


def without_content(answer: Answer) -> Exception:
    """What to raise for an answer that is no refusal but holds nothing of what was asked: 204, 202, 304, 3xx."""
    if 300 <= answer.status < 400 and answer.status != 304:
        where = " ".join(answer.headers.get("location", "nowhere").split())[:200]
        return CrawlError(f"the Hub answers {answer.status}, leading away from it, to {where}")
    if answer.status >= 400:
        return CrawlError(f"the Hub answers {answer.status}: {answer.message}")
    return Transient(f"the Hub answers {answer.status} and nothing else", status=answer.status)


def _error(answer: Answer) -> Exception | None:
    """What a 4xx says of the repository; None when it says nothing of it (a block, a wall, a proxy)."""
    status, code, message = answer.status, answer.code, answer.message
    if code == "GatedRepo":
        return Gated(message or "gated")
    if code == "RevisionNotFound":
        return NoSuchRevision(message or "no such revision")
    if code == "RepoNotFound":
        return Unavailable(message or "no such repository")
    if status == 401:
        if "Invalid credentials" in message:
            return RunStopped("the Hub refuses the token of HF_TOKEN: Invalid credentials")
        return None if _is_wall(answer) else PerhapsMissing("not there, or private (401)")
    if status == 403 and "access to this resource is disabled" in message.lower():
        return Disabled(message)
    if status in (400, 404, 413, 416):
        return BadRequest(f"the Hub answers {status}: {message}", answer)
    return None


def _is_wall(answer: Answer) -> bool:
    """Whether a web page came that the Hub's own API never sends: a login, a captcha, a proxy's."""
    is_page = "html" in answer.headers.get("content-type", "") or answer.content[:100].lstrip().startswith(b"<")
    return is_page and "x-error-message" not in answer.headers


class PerhapsMissing(Unavailable):
    """A 401: the same for what is missing, for what is private, and where the Hub answers nobody like us."""


class TooLarge(CrawlError):
    """The answer passed the cap; asking for the same again would bring the same."""


class BadRequest(CrawlError):
    """The Hub does not like the question; `answer` says what it said."""

    def __init__(self, reason: str, answer: Answer) -> None:
        super().__init__(reason)
        self.answer = answer
