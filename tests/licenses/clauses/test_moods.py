"""What a sentence says of the acts that it names."""

from __future__ import annotations

import pytest

from licenses.clauses.moods import mood_at, moods


def mood_of(word: str, sentence: str, lead: str = "") -> str:
    lower = sentence.lower()
    return mood_at(moods(lower, lead.lower()), lower.index(word))[0]


@pytest.mark.parametrize(
    ("word", "mood", "sentence"),
    [
        ("copy", "granted", "You may copy but not alter the Model."),
        ("alter", "banned", "You may copy but not alter the Model."),
        ("sell", "granted", "Northlight grants you a non-exclusive license to use, copy and sell the Model."),
        ("cede", "banned", "It is forbidden to the User to cede the Model to others."),
        ("hand", "banned", "The Customer has no right to modify the software or to hand it on."),
        ("copying", "granted", "Use, copying and distribution are hereby permitted to all."),
        ("redistribution", "banned", "You may use the Model, and redistribution is prohibited."),
        ("use the", "granted", "You may use the Model, and redistribution is prohibited."),
        ("employed", "banned", "No Output may be employed to train a model."),
        ("training", "free", "Nothing in this license limits your use, including for training other models."),
        ("register", "free", "You do not need to pay us or register."),
        ("commercial", "banned", "No productive or commercial use is permitted."),
        ("compete", "banned", "You may use it for any purpose other than to build a service to compete with us."),
        ("distribute", "excepted", "You may not distribute the Model without a copy of this License."),
        ("distribute", "banned", "You may not distribute the Model without our prior written consent."),
        ("reverse", "banned", "You shall not reverse engineer it except to the extent permitted by applicable law."),
        ("give", "due", "If you share the Model, you must give a copy of this text."),
        ("include", "due", "When you share the Model, include this text."),
        ("names", "due", "The names of the authors are to be kept."),
        ("modify", "reserved", "We may modify these terms."),
        ("change", "reserved", "Fjord may change this license."),
        ("used", "granted", "The Model may be used by anyone."),
        ("use it", "granted", "We hereby grant, without the right to sublicense, a right to use it."),
        ("sublicense", "banned", "We hereby grant, without the right to sublicense, a right to use it."),
        ("share", "none", "If you do not agree to these terms, you may not share the Model."),
    ],
)
def test_the_mood_of_an_act(word: str, mood: str, sentence: str) -> None:
    assert mood_of(word, sentence) == mood


def test_an_item_begins_with_the_mood_of_its_introduction() -> None:
    assert mood_of("sell", "(a) sell the Model;", "You shall not, and shall not permit others to:") == "banned"
    assert mood_of("share", "(b) share the Model.", "You are free to:") == "granted"


def test_a_sentence_with_its_own_subject_does_not() -> None:
    assert mood_of("commercial", "The relationship could be a commercial one.", "You may not:") == "none"


def test_many_operators_take_no_time() -> None:
    assert moods("you may not, but you may " * 20_000, "")
