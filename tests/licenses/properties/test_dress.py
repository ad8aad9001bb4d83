"""However a text is laid out, it is the same license with the same clauses, and no change."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.comparison import compare
from licenses.reading import Learned, Reading, read
from licenses.text import decode
from tests.licenses.comparison.invented import LICENSE
from tests.licenses.identity.invented import ORCHARD
from tests.licenses.properties.dress import KINDS, headings
from tests.shared_corpus import CORPUS, needs_corpus

REAL = (
    "scancode/llama-3.1-license-2024.txt",
    "scancode/gemma-tou-2024-04-01.txt",
    "dbrx-license/2024-03-27-7cbcf4ec.txt",
    "flux-model-licenses-license-flux1-dev/2025-06-27-474dc420.txt",
    "scancode/stable-diffusion-2022-08-22.txt",
    "scancode/cc-by-nc-4.0.txt",
    "scancode/stability-ai-community-2024.txt",
    "scancode/qwen-2024.txt",
    "scancode/mit.txt",
    "scancode/apache-2.0.txt",
    "scancode/bsd-new.txt",
    "minicpm-v-minicpm-model-license/2025-08-12-51f3f366.txt",
    "llama-models-models-llama3-use-policy/2024-07-23-1f0feb79.txt",
    "deepseek-v3-license-model/2024-12-26-4c2fdb8f.txt",
)
# Clothes that once changed a text.
WORN = {
    "HTML headings": ("dbrx-license/2024-03-27-7cbcf4ec.txt", lambda text: headings(text, "<h2>{}</h2>".format)),
    "stars": (
        "flux-model-licenses-license-flux1-dev/2025-06-27-474dc420.txt", lambda text: text.replace("\n- ", "\n* "),
    ),
    "line ends": ("scancode/qwen-2024.txt", lambda text: text.replace("\n", "\u200b\n")),
}  # fmt: skip
UNSEEN_WITHIN = {
    "date": lambda text: text.replace("July 23", "Ju\u200bly 23"),
    "number": lambda text: text.replace("700 million", "70\u200b0 million"),
    "address": lambda text: text.replace("llama.meta.com", "llama.me\u200bta.com"),
}
LEARNED = Learned((("orchard-1", "1.0", ORCHARD),))
INVENTED = {"orchard": ORCHARD, "example": LICENSE}


@cache
def real(name: str) -> str:
    return decode((CORPUS / "licences" / name).read_bytes())


def understood(text: str) -> tuple[object, ...]:
    """What a user is told of a text, without the places and words of the proofs, which move with the layout."""
    reading: Reading = read(text, LEARNED)
    assert all(text[clause.start : clause.end] == clause.quote for clause in reading.clauses)
    identity = reading.identity
    return (
        identity.license, identity.edition, identity.altered, identity.licenses,
        sorted({clause.clause for clause in reading.clauses}),
    )  # fmt: skip


def assert_the_same(text: str, dressed: str) -> None:
    assert understood(dressed) == understood(text)
    found = compare(text, dressed)
    assert (found.substantive, found.direction) == (False, "neutral")
    assert (found.clauses_added, found.clauses_removed) == ((), ())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_an_invented_text_in_other_clothes_is_the_same(kind: str, data: st.DataObject) -> None:
    text = INVENTED[data.draw(st.sampled_from(sorted(INVENTED)))]
    assert_the_same(text, data.draw(KINDS[kind])(text))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(INVENTED)), st.lists(st.one_of(*KINDS.values()), min_size=2, max_size=4))
def test_clothes_over_clothes_change_nothing(name: str, clothes: list) -> None:
    dressed = INVENTED[name]
    for dress in clothes:
        dressed = dress(dressed)
    assert_the_same(INVENTED[name], dressed)


@needs_corpus
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_real_text_in_other_clothes_is_the_same(kind: str, data: st.DataObject) -> None:
    text = real(data.draw(st.sampled_from(REAL)))
    assert_the_same(text, data.draw(KINDS[kind])(text))


@needs_corpus
@pytest.mark.parametrize("worn", WORN)
def test_clothes_that_once_changed_a_text_change_nothing(worn: str) -> None:
    name, dress = WORN[worn]
    text = real(name)
    assert_the_same(text, dress(text))


@needs_corpus
@pytest.mark.parametrize("unseen", UNSEEN_WITHIN)
def test_an_invisible_character_within_a_date_a_number_or_an_address_is_no_change(unseen: str) -> None:
    text = real("scancode/llama-3.1-license-2024.txt")
    found = compare(text, UNSEEN_WITHIN[unseen](text))
    assert (found.substantive, found.direction) == (False, "neutral")
