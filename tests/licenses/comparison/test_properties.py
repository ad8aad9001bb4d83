"""What holds for any text: clothes never matter, and the way back is the way there turned round."""

from __future__ import annotations

import textwrap

from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.comparison import compare, same_words
from licenses.comparison.grants import opposite
from licenses.text import decode
from tests.licenses.comparison.invented import PARAGRAPHS

TERMS = (
    *PARAGRAPHS,
    "You shall not use outputs to train other models.",
    "You must display “Built with Example” on your website if your products have more than 100 million users.",
    "This license does not extend to persons domiciled in the European Union.",
    "Use is allowed for non-commercial research only.",
    "We may terminate this Agreement if you breach it.",
    "You may share the Model with anyone, except that fees are not allowed.",
    "您不得将本模型用于军事目的。",
    "The Model is a large model that was trained on text.",
)
texts = st.lists(st.sampled_from(TERMS), min_size=1, max_size=9).map("\n\n".join)
# Sentences that stand for themselves: what an item of a list means depends on what stands above it.
whole = [term for term in TERMS if not term.startswith(("#", "(", "4."))]
sentences = st.lists(st.sampled_from(whole), min_size=1, max_size=9).map("\n\n".join)


def rewrapped(text: str, width: int) -> str:
    wrapper = textwrap.TextWrapper(width, break_on_hyphens=False, break_long_words=False)
    return "\n\n".join(wrapper.fill(part) for part in text.split("\n\n"))


CLOTHES = st.sampled_from(
    [
        lambda text: rewrapped(text, 40),
        lambda text: rewrapped(text, 79),
        lambda text: decode(text.replace("\n", "\r\n").encode("utf-16")),
        lambda text: decode(text.replace("\n", "\r").encode()),
        lambda text: text.replace(" ", "\u200b "),
        lambda text: "\ufeff" + text,
        lambda text: text.replace('"', "”").replace("'", "’"),
        lambda text: text.replace("\n\n", "\n\n> "),
        lambda text: text.replace("\n\n", "\n\n* "),
        lambda text: text.replace("\n\n", "\n\n• "),
        lambda text: text.replace("Model", "**Model**"),
        lambda text: text.replace("\n\n", "\n\n\t  "),
        lambda text: text.replace(" ", "\xa0"),
    ]
)


@settings(max_examples=120, deadline=None)
@given(texts, st.lists(CLOTHES, min_size=1, max_size=3))
def test_clothes_are_never_substantive(text: str, clothes: list) -> None:
    dressed = text
    for dress in clothes:
        dressed = dress(dressed)
    found = compare(text, dressed)
    assert (found.substantive, found.direction) == (False, "neutral")
    assert same_words(text, dressed)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_a_text_beside_itself_is_no_change(text: str) -> None:
    found = compare(text, text)
    assert (found.substantive, found.direction, found.passages, found.changes) == (False, "neutral", (), ())


@settings(max_examples=150, deadline=None)
@given(texts, texts)
def test_the_way_back_is_the_way_there_turned_round(before: str, after: str) -> None:
    there, back = compare(before, after), compare(after, before)
    assert there.substantive == back.substantive
    assert there.direction == opposite(back.direction)
    assert set(there.clauses_added) == set(back.clauses_removed)
    assert set(there.clauses_removed) == set(back.clauses_added)
    assert there.passages == tuple((old, new) for new, old in back.passages)


@settings(max_examples=150, deadline=None)
@given(texts, texts)
def test_passages_are_spans_in_order_and_the_rest_is_the_same(before: str, after: str) -> None:
    found = compare(before, after)
    for side, text in ((0, before), (1, after)):
        places = [passage[side] for passage in found.passages]
        assert all(0 <= start <= end <= len(text) for start, end in places)
        assert places == sorted(places)
    kept = []
    for side, text in ((0, before), (1, after)):
        for span in reversed([passage[side] for passage in found.passages]):
            text = text[: span[0]] + " " + text[span[1] :]
        kept.append(text)
    assert same_words(*kept)


@settings(max_examples=80, deadline=None)
@given(sentences, st.lists(CLOTHES, min_size=1, max_size=2), st.sampled_from(whole))
def test_clothes_change_nothing_of_a_change(text: str, clothes: list, more: str) -> None:
    after = f"{text}\n\n{more}"
    dressed = after
    for dress in clothes:
        dressed = dress(dressed)
    plain, other = compare(text, after), compare(text, dressed)
    assert (plain.substantive, plain.direction) == (other.substantive, other.direction)
    assert plain.clauses_added == other.clauses_added


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_compared(before: str, after: str) -> None:
    found = compare(before, after)
    assert found.direction in {"tighter", "looser", "mixed", "neutral"}
    if before == after:
        assert not found.substantive
