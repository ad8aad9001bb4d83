"""Numbers as licenses write them: counts of users, sums of money, shares."""

from __future__ import annotations

import re
from typing import Any

_WORDS = {"one": 1, "two": 2, "three": 3, "five": 5, "ten": 10, "twenty": 20, "fifty": 50, "hundred": 100,
          "one hundred": 100, "two hundred": 200, "five hundred": 500, "seven hundred": 700}  # fmt: skip
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "b": 1e9,
           "万": 1e4, "亿": 1e8, "百万": 1e6, "千万": 1e7}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,12})(?P<fraction>\.\d{1,3})?(?![\d.]\d)"
    r"(?: ?(?P<scale>thousand|million|billion|mn|bn|[kmb](?![a-z])|百万|千万|万|亿))?"
    r"|\b(?P<word>(?:one |two |five |seven )?hundred|one|two|three|five|ten|twenty|fifty)"
    r"(?: \(\d+\))? (?P<wordscale>thousand|million|billion)\b"
)
_SIGNS = {"$": "USD", "us$": "USD", "u.s. dollar": "USD", "us dollar": "USD", "usd": "USD", "dollar": "USD",
          "€": "EUR", "euro": "EUR", "eur": "EUR", "£": "GBP", "pound": "GBP", "gbp": "GBP", "¥": "CNY",
          "rmb": "CNY", "cny": "CNY", "yuan": "CNY", "renminbi": "CNY", "人民币": "CNY", "元": "CNY",
          "美元": "USD", "yen": "JPY", "jpy": "JPY", "krw": "KRW", "won": "KRW", "cad": "CAD", "aud": "AUD",
          "chf": "CHF", "swiss franc": "CHF", "inr": "INR"}  # fmt: skip
_CODE = r"(?:us\$|\$|€|£|¥|\b(?:usd|eur|gbp|cny|rmb|jpy|krw|cad|aud|chf|inr)\b)"
_NAME = (
    r"(?:(?:united states|us|u\.s\.) dollars?|dollars?|usd|euros?|eur|pounds?(?: sterling)?|gbp|yuan|rmb|cny|"
    r"renminbi|swiss francs?|yen|jpy|won|krw|cad|aud|chf|inr|美元|人民币|元)"
)
_BEFORE = re.compile(_CODE + r" ?\$? ?$")
_AFTER = re.compile(r" ?(?:of )?(?:\(?\$[\d,]+\)? )?" + _NAME)
# The label of a section or an item counts nothing.
_ITEM = re.compile(r"\(\d{1,2}\)")
_LABEL = re.compile(r"(?:[(\[]?\d{1,2}[.)\]]{1,2}|\d{1,2}(?:\.\d{1,2}){1,3}[.)]?) (?!thousand|million|billion|[mbk] )")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?) ?(?:\)? ?%|per ?cent)")


def count(lower: str, unit: Any | None) -> int | None:
    """The number that stands with the unit (a pattern), or else the greatest that is no sum of money."""
    best: float | None = None
    label = _LABEL.match(lower)
    for match in _NUMBER.finditer(lower, label.end() if label else 0):
        if _ITEM.match(lower, match.start() - 1):
            continue
        if _BEFORE.search(lower[: match.start()]) or _AFTER.match(lower[match.end() :]):
            continue
        number = _worth(match)
        if unit is not None and unit.search(" ".join(lower[match.end() :].split(" ", 6)[:6])):
            return round(number)
        if best is None or number > best:
            best = number
    return None if best is None or best < 100 else round(best)


def money(lower: str) -> tuple[float | int, str] | None:
    """The first sum of money: the amount in plain units, and the currency's code."""
    for match in _NUMBER.finditer(lower):
        sign = _BEFORE.search(lower[: match.start()]) or _AFTER.match(lower[match.end() :])
        if sign is not None:
            amount = _worth(match)
            return (round(amount) if amount == round(amount) else amount), _code(sign.group())
    return None


def currency_of(lower: str) -> str | None:
    """The ISO 4217 code of the first sum of money."""
    stated = money(lower)
    return stated[1] if stated else None


def percent(lower: str) -> float | int | None:
    """The first share, in percent."""
    match = _PERCENT.search(lower)
    if match is None:
        return None
    share = float(match.group(1))
    return round(share) if share == round(share) else share


def _worth(match: re.Match[str]) -> float:
    if match["word"]:
        return _WORDS[match["word"]] * _SCALES[match["wordscale"]]
    number = float(match["digits"].replace(",", "") + (match["fraction"] or ""))
    return number * _SCALES.get(match["scale"] or "", 1)


def _code(sign: str) -> str:
    return next((code for name, code in _SIGNS.items() if name in sign and (name != "$" or "us" not in sign)), "USD")
