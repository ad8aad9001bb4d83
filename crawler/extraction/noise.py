"""What stands on a page of terms and is none of it: menus, banners, footers, other articles, counters.

Every rule here has a guard: an element that holds much of the page's prose is never taken out, whatever it is
called. Sites name the wrapper of everything `has-cookie-banner`, and close their <nav> too late.
"""

from __future__ import annotations

import re2
from bs4 import Tag

from crawler.extraction.blocks import BLOCKS, HEADINGS, Weight, Weights, ancestors
from crawler.extraction.tree import elements

# As parts of class names and ids: `Site-Footer_x1` is site, footer, x1.
LONGEST_PROMPT = 1500  # characters of a banner that asks for cookies
_ACCEPT = re2.compile(
    r"(?i)(?:accept|allow|agree to|reject|decline|refuse|deny)"
    r"(?: all| only| non-?essential| essential| necessary| optional)*(?: cookies?)?"
    r"|(?:only )?(?:necessary|essential) cookies|manage (?:cookies|preferences)|cookie (?:settings|preferences)"
)
_MAY_ACCEPT = frozenset({"button", "a", "input", "div", "span"})
LONGEST_CALL = 20  # words of a link above the title that calls readers elsewhere
MENU = 5  # links that make a menu
_PART = re2.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# Makers of consent banners, and what else a banner's name says beside "cookie" or "consent". A section of the terms
# about cookies is called `cookies` or `cookie-policy`.
_CONSENT_MAKERS = frozenset({
    "onetrust", "cookiebot", "cybot", "didomi", "osano", "usercentrics", "truste", "iubenda", "termly", "cky", "cmplz",
    "cookieyes", "ketch", "quantcast", "sp_message",
})  # fmt: skip
_CONSENT = frozenset({"cookie", "cookies", "consent", "gdpr", "ccpa"})
_BANNER = frozenset({
    "banner", "bar", "popup", "modal", "dialog", "overlay", "law", "message", "alert", "prompt", "widget", "toast",
    "preferences", "settings", "manager", "consent", "notification", "accept", "sdk", "desc", "container", "wrapper",
})  # fmt: skip
# Furniture by its place on the page, which holds a few sentences at most.
_CHROME = frozenset({
    "navbar", "nav", "navigation", "breadcrumb", "breadcrumbs", "sidebar", "sidenav", "toc", "menu", "footer",
    "masthead", "skip", "popup", "modal", "drawer", "toast", "pagination", "pager", "dropdown", "tooltip", "snackbar",
    "chatbot", "backtotop", "livechat", "related", "recommended", "recommendations",
})  # fmt: skip
# Furniture by what it is for. Sections of terms are called so too: it is furniture without a sentence.
_OFFERS = frozenset({
    "share", "sharing", "social", "newsletter", "subscribe", "promo", "advertisement", "ads", "advert", "sponsored",
    "feedback", "survey", "signup", "login", "comments", "helpful", "vote", "votes",
})  # fmt: skip
_HIDDEN = frozenset({"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screenreader", "u-hidden"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar",
                    "toolbar", "tablist", "complementary", "status", "alert", "tooltip", "listbox"})  # fmt: skip
_TAGS = frozenset({"nav", "footer", "aside", "form", "menu", "search"})
_OTHERS = re2.compile(
    r"(?i)(?:related|recommended|similar|popular|featured|latest|more|recent|trending)"
    r"(?: \w+)? (?:articles?|posts?|stories|news|reading|content|topics|links|pages|resources|documents?)\W*"
    r"|(?:read|up|what's|what’s) next\W*|keep reading\W*|you may also (?:like|be interested in)\W*|see also\W*"
    r"|on this page\W*|in this article\W*|table of contents\W*"
    r"|share this .{0,20}|explore more\W*|(?:more|next) from .{0,30}"
)

_MAY_HEAD = HEADINGS | {"p", "div", "span", "strong", "summary"}
_SECTIONS = re2.compile(r"(?i)contents|on this page|in this article")


def drop_link_lists(root: Tag) -> None:
    """Take out lists of links before the first sentence and after the last: menus and contents without a name."""
    weights = Weights(root)
    blocks = [tag for tag in elements(root) if tag.name in BLOCKS]
    with_prose = [place for place, tag in enumerate(blocks) if weights[tag].prose and not _inner_prose(tag, weights)]
    if not with_prose:
        return
    title = next((place for place, tag in enumerate(blocks) if tag.name in HEADINGS), len(blocks))
    for tag in blocks[: min(title, with_prose[0])]:
        weight = weights[tag]
        if not tag.decomposed and 0 < weight.words == weight.linked <= LONGEST_CALL:
            tag.decompose()
    for tag in [*blocks[: with_prose[0]], *blocks[with_prose[-1] + 1 :]]:
        weight = weights[tag]
        if tag.decomposed or weight.prose or weight.link_share < 0.8 or tag.name in HEADINGS:
            continue
        if len(tag.find_all("a", limit=MENU)) >= MENU:
            tag.decompose()


def _inner_prose(tag: Tag, weights: Weights) -> bool:
    return any(isinstance(child, Tag) and weights[child].prose for child in tag.children)


def drop_noise(root: Tag, weights: Weights) -> None:
    """Take the page's furniture out of `root`, from the outside in; `weights` are those of `root` as it stands."""
    whole = weights[root].prose
    stack = [root]
    while stack:
        tag = stack.pop()
        for child in [c for c in tag.children if isinstance(c, Tag)]:
            if _is_noise(child, weights, whole):
                child.decompose()
            else:
                stack.append(child)


def drop_other_articles(root: Tag) -> None:
    """Take out lists of other articles and of this page's sections, known by what their heading says."""
    weights = Weights(root)
    whole = weights[root].prose
    for tag in elements(root):
        if tag.name not in _MAY_HEAD or tag.decomposed or not 0 < weights[tag].words <= 6:
            continue
        said = " ".join(tag.get_text(" ").split())
        if not _OTHERS.fullmatch(said):
            continue
        # Other articles come with a sentence or two each, a list of sections has none.
        most = 0 if _SECTIONS.search(said) else 0.04 * whole
        block = tag
        while (up := block.parent) is not None and up is not root and weights[up].prose <= most:
            block = up
        if weights[block].words > weights[tag].words and weights[block].link_share >= 0.3:
            block.decompose()


def drop_hidden(root: Tag) -> None:
    """Take out what a reader never sees, if it is short.

    Long hidden parts stay: sections to unfold are hidden until clicked, and some frameworks send the whole page
    hidden, to be put in its place by a script. So do short ones that some heading unfolds.
    """
    tags = elements(root)
    unfolded = {name for tag in tags for name in str(tag.get("aria-controls") or "").split()}
    for tag in [tag for tag in tags if tag.attrs and _is_hidden(tag)]:
        if tag.decomposed or str(tag.get("id") or "") in unfolded or tag.get("role") in ("region", "tabpanel"):
            continue
        if len(tag.get_text(" ").split()) < 40:
            tag.decompose()


def drop_consent_prompts(root: Tag) -> None:
    """Take out banners that ask for cookies, known by their button: terms speak of cookies, but ask for nothing."""
    for button in [tag for tag in elements(root) if tag.name in _MAY_ACCEPT][:20_000]:
        if button.decomposed or any(isinstance(child, Tag) for child in button.contents):
            continue
        if not _ACCEPT.fullmatch(" ".join(str(button.get("value") or button.get_text(" ")[:60]).split())):
            continue
        banner = None
        for up in ancestors(button, root):
            said = up.get_text(" ")
            if len(said) > LONGEST_PROMPT:
                break
            if "cookie" in said.lower():
                banner = up
        if banner is not None and banner.name not in ("main", "article", "body"):
            banner.decompose()


def _is_hidden(tag: Tag) -> bool:
    style = str(tag.get("style") or "").replace(" ", "").lower()
    return (
        tag.has_attr("hidden")
        or "display:none" in style
        or "visibility:hidden" in style
        or tag.get("aria-hidden") == "true"
        or any(name.lower() in _HIDDEN for name in _classes(tag))
    )


def _is_noise(tag: Tag, weights: Weights, whole: int) -> bool:
    weight = weights[tag]
    share = weight.prose / whole if whole else 0.0
    role = str(tag.get("role") or "").lower()
    parts = _name_parts(tag)
    if share < 0.5 and (parts & _CONSENT_MAKERS or _is_consent_banner(parts, weight)):
        return True
    if share > 0.25 or tag.name in HEADINGS:
        return False
    if tag.name in _TAGS or role in _ROLES:
        return weight.prose < _most_prose(tag, role) or weight.link_share >= 0.3
    if tag.name == "header":
        return _is_site_header(tag, weights)
    if parts & (_CHROME | _OFFERS) and weight.link_share > 0.3:
        return True
    return (weight.prose < 60 and _is_called(tag, _CHROME)) or (not weight.prose and _is_called(tag, _OFFERS))


def _most_prose(tag: Tag, role: str) -> float:
    """Words of prose from which on an element named as furniture is text: a remark beside the terms, a notice."""
    inside = any(up.name in ("main", "article") for up in tag.parents)
    if role in ("alert", "status", "note"):
        return 1
    if tag.name == "form":
        return 150
    if tag.name == "aside" or role == "complementary":
        return 15 if inside else float("inf")
    if tag.name == "footer":
        return 30 if inside else float("inf")
    return float("inf")


def _is_consent_banner(parts: set[str], weight: Weight) -> bool:
    both = bool(parts & _CONSENT) and bool(parts & _BANNER) and len(parts & (_CONSENT | _BANNER)) > 1
    return both and weight.words < 1500


def _is_site_header(tag: Tag, weights: Weights) -> bool:
    """A site's head, not the head of the document with its title and date."""
    inside = any(up.name in ("main", "article") for up in tag.parents)
    return not inside and (tag.h1 is None or weights[tag].link_share > 0.5)


def _classes(tag: Tag) -> list[str]:
    value = tag.get("class") or []
    return value.split() if isinstance(value, str) else [str(name) for name in value]


def _name_parts(tag: Tag) -> set[str]:
    return {part for name in _names(tag) for part in _parts(name)}


def _is_called(tag: Tag, kinds: frozenset[str]) -> bool:
    """Whether a name ends in one of `kinds`: `site-footer` is a footer, `toc-heading` is a heading."""
    return any(parts[-1] in kinds for name in _names(tag) if (parts := _parts(name)))


def _parts(name: str) -> list[str]:
    return [part.lower() for part in _PART.findall(name)]


def _names(tag: Tag) -> list[str]:
    """Class names and id, without utility classes, which say how something looks in a state or at a width."""
    return [
        name
        for name in [*_classes(tag)[:20], str(tag.get("id") or "")]
        if name and len(name) <= 60 and not any(c in name for c in ":[]()/") and not name.startswith(_UTILITIES)
    ]


_UTILITIES = (
    "has-", "is-", "no-", "with-", "js-", "w-", "h-", "mt-", "mb-", "pt-", "pb-", "px-", "py-", "mx-", "my-", "z-",
    "text-", "bg-", "ease-", "duration-", "transition-", "max-", "min-", "grid-", "col-", "gap-", "border-",
)  # fmt: skip
