"""Which language a text is in, told by its script and its commonest words. Only as sure as belief needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

# Words that are common in one language and rare in the others of this table.
_COMMON = {
    "en": "the of and to you your is that with are by this will our be",
    "fr": "le les des et vous votre est pour dans une sur que aux ces nous",
    "de": "der die das und sie ihre ist nicht mit für den auf zu wir von",
    "es": "el los las y usted su es para por una del con que sus nuestros",
    "it": "il gli della e di che per sono con una nel delle dei degli ai",
    "pt": "o os das e você seu não para uma com do ao são dos pelo",
    "nl": "het een en van u uw is niet met voor op te wij zijn deze",
    "pl": "się nie jest na z do w oraz przez lub że użytkownik",
    "sv": "och att du din är inte med för på vi av till som den",
    "tr": "ve bir bu için ile veya olarak da de size kullanım",
    "vi": "và của bạn không các là cho được trong chúng với",
    "id": "dan yang anda untuk dengan tidak atau dari kami ini di",
}
_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_SCRIPTS = (
    ("ja", "\u3040", "\u30ff"), ("ko", "\uac00", "\ud7af"), ("zh", "\u4e00", "\u9fff"), ("ru", "\u0400", "\u04ff"),
    ("el", "\u0370", "\u03ff"), ("he", "\u0590", "\u05ff"), ("ar", "\u0600", "\u06ff"), ("hi", "\u0900", "\u097f"),
    ("th", "\u0e00", "\u0e7f"),
)  # fmt: skip
_NAMES = {
    "en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "pl": "Polish", "sv": "Swedish", "tr": "Turkish", "vi": "Vietnamese", "id": "Indonesian",
    "ja": "Japanese", "ko": "Korean", "zh": "Chinese", "ru": "Russian", "el": "Greek", "he": "Hebrew",
    "ar": "Arabic", "hi": "Hindi", "th": "Thai",
}  # fmt: skip
# Languages whose words of law extraction/legal.py knows.
LEGAL_WORDS_KNOWN = frozenset({"en", "fr", "de", "es", "it", "pt", "zh", "ja", "ko"})
MOST = 5_000  # words looked at
LEAST_LEAD = 1.5  # times as many common words as the next language


def language_of(words: Sequence[str]) -> str | None:
    """The ISO 639-1 code of the language that most of the words are in; None where it cannot be told."""
    sample = [word.lower() for word in words[:MOST]]
    letters = sum(map(len, sample))
    if letters < 100:
        return None
    script = _script(sample, letters)
    if script:
        return script
    counts = Counter(sample)
    scores = sorted(((sum(counts[word] for word in common), code) for code, common in _WORDS.items()), reverse=True)
    best, second = scores[0], scores[1]
    if best[0] < 0.05 * len(sample) or best[0] < LEAST_LEAD * second[0]:
        return None
    return best[1]


def language_name(code: str) -> str:
    """The English name of a language."""
    return _NAMES.get(code, code)


def _script(sample: Sequence[str], letters: int) -> str | None:
    text = "".join(sample)
    for code, first, last in _SCRIPTS:
        # Japanese is known by its kana, which are a part of its letters only.
        if sum(first <= c <= last for c in text) > (0.15 if code == "ja" else 0.4) * letters:
            return code
    return None
