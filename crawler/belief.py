"""Is a fetched page worth believing? What is not the terms is a failed fetch with a reason, never a version.

A wrong yes records drift that never was; a wrong no hides drift. So every rule speaks only of what it can see: a
short text that says it is an error, or a text that has lost what the former one had without saying anything new.
Rules that compare with the former text give way when the same text came `SAME_ANSWERS` times before: then the page
has changed for good, whatever it is now.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import re2

from crawler.extraction import Extraction, ExtractionError, extract
from crawler.extraction.legal import legal_rate
from crawler.languages import LEGAL_WORDS_KNOWN, language_name, language_of

SHORT = 250  # words: a page of an error, a wall or a captcha has fewer
SHORTER = 100  # words
FEWEST = 12  # words of a text that can bind anyone
LEAST_RATE = 0.012  # of legal words: less, and it is no text of terms (see extraction/legal.py)
HALF = 0.6  # of the former text's words that are left: less, with nothing new, is half a page
NOTHING_NEW = 0.15  # of the new text's words that the former one did not have
SAME_ANSWERS = 3

_BLOCKED = re2.compile(
    r"(?i)access (?:to this (?:page|site|resource) )?(?:has been |is |was )?(?:denied|blocked|restricted)"
    r"|(?:request|you|ip address) (?:has been|have been|was|were|is) (?:blocked|banned|denied)"
    r"|request (?:blocked|unsuccessful)"
    r"|attention required|pardon our interruption|unusual (?:traffic|activity)|automated (?:access|queries|requests)"
    r"|incapsula incident|ddos protection by|performance (?:&|and) security by|error reference number|reference #\d"
    r"|403 forbidden|401 unauthorized|not available in your (?:country|region|location)"
    r"|too many requests|rate limit exceeded"
    r"|you don.t have permission to access|security (?:check|service to protect)"
)
_CAPTCHA = re2.compile(
    r"(?i)captcha|verif(?:y|ying) (?:that )?you are (?:a )?human|are you (?:a )?(?:human|robot)|not a (?:robot|bot)"
    r"|checking (?:if the site connection is secure|your browser)"
    r"|just a moment|prove (?:that )?you.re human|press (?:&|and) hold"
    r"|needs to review the security of your connection"
    r"|verification (?:successful|required)|verify you.re not a (?:robot|bot)"
)
_LOGIN = re2.compile(
    r"(?i)(?:log|sign) ?in(?: or (?:sign up|register|create an account))? to (?:continue|view|access|your|read)"
    r"|please (?:log|sign) ?in|you (?:must|need to|have to) (?:be logged in|log in|sign in|login)"
    r"|forgot(?:ten)? (?:your )?password"
    r"|continue with (?:google|apple|microsoft|github)"
    r"|this (?:page|content) is (?:private|for members)|members only|session has expired"
)
_ERROR = re2.compile(
    r"(?i)\b(?:404|410|500|502|503|504)\b.{0,20}(?:error|not found|gone|bad gateway|unavailable|timeout)"
    r"|error (?:404|410|5\d\d)\b"
    r"|page (?:you .{0,40})?(?:could(?: not|n.t) be found|not found|does(?: not|n.t) exist"
    r"|is(?: not|n.t) available|has (?:been )?moved|no longer exists)"
    r"|(?:can.t|can ?not|couldn.t|could not|unable to) (?:find|locate|load) (?:the|this|that) (?:page|resource)"
    r"|something went wrong|an? (?:unexpected |internal |application )?error (?:has )?occurred"
    r"|application error|internal server error"
    r"|(?:temporarily|currently) (?:unavailable|down|offline|out of service)"
    r"|under maintenance|scheduled maintenance|be (?:right )?back soon"
    r"|client-side exception|bad gateway|gateway time-?out|no such page"
    r"|looks like you.re lost|domain (?:name )?is for sale|nothing (?:was )?found"
)
_SCRIPT = re2.compile(
    r"(?i)(?:enable|requires?|turn on|without|activate|need) (?:a browser with )?javascript"
    r"|javascript (?:is |must be |to be )?(?:required|disabled|enabled|not enabled)"
    r"|^\W*loading\W*$|browser is not supported|unsupported browser"
)
_CHALLENGE = re2.compile(
    rb"(?i)cf-chl-|challenge-platform/h/|/cdn-cgi/challenge|px-captcha|captcha-delivery\.com|geo\.captcha|_Incapsula_Resource"
    rb"|awswaf|aws-waf-token|ak_bmsc_challenge|sec-if-cpt|hcaptcha\.com/1/api|g-recaptcha\""
)
_CONSENT = re2.compile(r"(?i)before you continue to|continue without accepting|we need your consent")
_PASSWORD = re2.compile(rb"(?i)<input[^>]{0,300}type\s*=\s*[\"']?password")
_TITLE = re2.compile(rb"(?is)<title[^>]{0,200}>(.{0,300}?)</title")
_WORD = re.compile(r"[^\W_]+")
_TARGET = re2.compile(r"\]\([^()\s]*\)")
_KINDS = (
    ("privacy policy", re.compile(r"\bprivacy\b")),
    ("cookie policy", re.compile(r"\bcookies?\b")),
    ("usage policy", re.compile(r"\b(?:acceptable|prohibited|usage|use) (?:use )?polic(?:y|ies)\b|\bguidelines\b")),
    ("terms", re.compile(r"\bterms\b|\bagreement\b|\bconditions\b")),
)


@dataclass(frozen=True, slots=True)
class Belief:
    """Whether a capture is worth believing; if not, `reason` says why in one line."""

    ok: bool
    reason: str | None = None


def believe(
    page_status: int | None,
    content_type: str | None,
    html: bytes,
    extraction: Extraction,
    former_text: str | None,
    *,
    same_answers: int = 0,
) -> Belief:
    """Whether a capture is the terms that it is taken for.

    `page_status` is the HTTP status, `html` the body, `former_text` the text of the last version, if there is one.
    `same_answers` says how many captures in a row before this one had this very text and were not believed.
    """
    if page_status is not None and page_status not in (200, 203):
        return Belief(False, f"answered {page_status}")
    text = extraction.text
    words = _WORD.findall(_TARGET.sub("]", text))
    reason = _no_page(words, html, text, former_text)
    if reason is None and former_text is not None and same_answers < SAME_ANSWERS:
        reason = _not_the_former(text, words, former_text)
    if reason is None and former_text is None:
        reason = _no_terms(text, words, extraction)
    return Belief(reason is None, reason)


def wrong_page(html: bytes, *, url: str | None, charset: str | None = None) -> str | None:
    """What a page says that it is instead of terms, whatever a declaration selects; None if it says no such thing.

    For a page on which a selector matches nothing: it may be a wall or an error page, not a page that was changed.
    """
    try:
        text = extract(html, url=url, charset=charset).text
    except ExtractionError:
        return None
    return _no_page(_WORD.findall(_TARGET.sub("]", text)), html, text, None)


def _no_page(words: list[str], html: bytes, text: str, former: str | None) -> str | None:
    """What a short text says that it is instead of terms."""
    count = len(words)
    title = _title(html)
    head = html[:400_000]
    if count < SHORT and legal_rate(text) < 3 * LEAST_RATE:
        # A longer text says what it is in its title and its first lines; what comes later it only speaks of.
        said = f"{title}\n{text[: 4000 if count < SHORTER else 200]}"
        raw = _visible(head) if count < 60 else ""
        for pattern, kind in (
            (_CAPTCHA, "a captcha"),
            (_BLOCKED, "a block page"),
            (_ERROR, "an error page"),
            (_LOGIN, "a login page"),
            (_CONSENT, "a consent page"),
            (_SCRIPT, "a page that needs JavaScript"),
        ):
            found = pattern.search(said) or (pattern.search(raw) if raw else None)
            if found:
                return f"{kind} instead of the terms: “{' '.join(found[0].split())[:80]}”"
    if count < 60 and _PASSWORD.search(head):
        return f"a login page instead of the terms: “{_said(title, text)}”"
    if count < 60 and _CHALLENGE.search(head):
        return f"a captcha instead of the terms: “{_said(title, text)}”"
    if count < FEWEST and (former is None or len(former.split()) >= 2 * FEWEST):
        if b"<script" in html:
            return f"a page that needs JavaScript: {count} words of text"
        return f"hardly any text: {count} words"
    return None


def _no_terms(text: str, words: list[str], extraction: Extraction) -> str | None:
    """Why a first text is none of terms. A person's selector is trusted further than our own guess."""
    if not _can_judge(words):
        return None
    if len(words) >= 60 and legal_rate(text) < LEAST_RATE / 3:
        return "reads like something else than terms"
    if extraction.confidence < 0.35 and legal_rate(text) < LEAST_RATE:
        return f"no terms found on the page (confidence {extraction.confidence})"
    return None


def _can_judge(words: list[str]) -> bool:
    """Whether the words of law of a text's language are known. A text too short to tell is judged as English."""
    language = language_of(words)
    return language in LEGAL_WORDS_KNOWN or (language is None and len(words) < 60)


def _not_the_former(text: str, words: list[str], former: str) -> str | None:
    """Why a text cannot be the next state of the former one: other language, other document, half of it."""
    before = _WORD.findall(_TARGET.sub("]", former))
    if len(before) < 40:
        return None
    was, now = language_of(before), language_of(words)
    if was and now and was != now:
        return f"in {language_name(now)}, was in {language_name(was)}"
    left, new = _left_and_new(before, words)
    rate = legal_rate(text)
    if left < 0.2 and rate < LEAST_RATE and _can_judge(words):
        return "another document: nearly nothing of the former text, and does not read like terms"
    kind_before, kind_now = _kind(former), _kind(text)
    if left < 0.1 and kind_before and kind_now and kind_before != kind_now:
        return f"another document: {kind_now} instead of {kind_before}"
    if left < 0.1 and len(words) < 0.15 * len(before):
        return f"another document: {len(words)} words, of {len(before)} before, and nearly all of them others"
    if left < HALF and new < NOTHING_NEW and len(words) < HALF * len(before):
        return f"half a page: {len(words)} of {len(before)} words, and nothing new"
    return None


def _left_and_new(before: list[str], after: list[str]) -> tuple[float, float]:
    """The part of the former text's runs of three words that is left, and the part of the new one's that is new."""
    old = [tuple(word.lower() for word in run) for run in zip(before, before[1:], before[2:], strict=False)]
    now = [tuple(word.lower() for word in run) for run in zip(after, after[1:], after[2:], strict=False)]
    both = (Counter(old) & Counter(now)).total()
    return both / max(1, len(old)), 1 - both / max(1, len(now))


def _kind(text: str) -> str | None:
    """What a text calls itself in its first heading or line."""
    lines = [line for line in text[:2000].split("\n") if line.strip()]
    heading = next((line for line in lines if line.startswith("#")), lines[0] if lines else "")
    said = heading.lower()[:200]
    return next((name for name, pattern in _KINDS if pattern.search(said)), None)


def _title(html: bytes) -> str:
    found = _TITLE.search(html[:200_000])
    return " ".join(found[1].decode("utf-8", "replace").split())[:200] if found else ""


_TAGS = re2.compile(r"(?is)<script\b.*?</script>|<style\b.*?</style>|<[^>]*>")


def _visible(html: bytes) -> str:
    """Roughly the words that a reader without scripts sees, <noscript> included."""
    return " ".join(str(_TAGS.sub(" ", html.decode("utf-8", "replace"))).split())[:4000]


def _said(title: str, text: str) -> str:
    return " ".join(text.split())[:80] or title[:80] or "no text"
