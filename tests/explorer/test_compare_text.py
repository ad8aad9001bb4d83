"""Two texts side by side: what goes together, what is marked, what is folded, and how long it takes at worst."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.sequence_match import matching_pairs
from explorer.text_diff import LARGEST_TEXT, Line, TextDiff, text_diff

LICENSE = "\n".join(
    [
        "Sample License, version 1",
        "",
        *(f"{number}. You may do thing {number} with the model." for number in range(1, 30)),
        "30. Whoever has more than 700 million users asks us first.",
        *(f"{number}. Nobody warrants thing {number} of anything." for number in range(31, 60)),
    ]
)


def marked(line: Line | None) -> list[str]:
    return [piece.text for piece in line.pieces if piece.marked] if line else []


def shown(diff: TextDiff, side: str) -> str:
    lines = [line for row in diff.rows if (line := getattr(row, side)) is not None]
    return "".join(("\n" if number and line.part == 1 else "") + line.text for number, line in enumerate(lines))


def test_one_changed_number_is_one_row_with_one_marked_word_a_side() -> None:
    diff = text_diff(LICENSE, LICENSE.replace("700", "800"))
    (row,) = [row for row in diff.rows if row.kind != "same"]
    assert row.kind == "changed"
    assert (marked(row.left), marked(row.right)) == (["700"], ["800"])
    assert row.left is not None and row.left.anchor == "32"


def test_unchanged_parts_fold_around_the_change() -> None:
    runs = text_diff(LICENSE, LICENSE.replace("700", "800")).runs()
    assert [run.folded for run in runs] == [True, False, True]
    assert len(runs[1].rows) == 7
    assert text_diff(LICENSE, LICENSE).runs()[0].folded


def test_an_added_line_stands_alone_on_the_right() -> None:
    diff = text_diff(LICENSE, LICENSE.replace("30. ", "29a. You shall not do thing x.\n30. "))
    (row,) = [row for row in diff.rows if row.kind != "same"]
    assert (row.kind, row.left) == ("right", None)


def test_white_space_and_line_ends_elsewhere_are_no_difference() -> None:
    assert text_diff(LICENSE, LICENSE.replace(" may ", "  may\t").replace("\n", "\n  ")).changed == 0
    wrapped = LICENSE.replace(" with ", "\nwith ")
    assert text_diff(LICENSE, wrapped).changed == 0


def test_blank_lines_between_items_tear_nothing_apart() -> None:
    items = [f"{n}. Whoever hands on copy {n} of Heron 3 keeps its notice." for n in range(8)]
    diff = text_diff("\n".join(items), "\n\n".join(item.replace("Heron 3", "Heron 3.1") for item in items))
    assert [row.kind for row in diff.rows if row.kind != "same"] == ["changed"] * 8
    assert all(marked(row.right) == [".1"] for row in diff.rows if row.kind == "changed")


def test_a_hidden_character_is_a_difference() -> None:
    (row,) = text_diff("You may use it.", "You may\u200b use it.").rows
    assert marked(row.right) == ["\u200b"]


def test_a_paragraph_on_one_line_is_cut_into_sentences_with_anchors_of_their_own() -> None:
    sentences = [f"This is the sentence with the number {n}, and it says nothing else at all." for n in range(40)]
    before, after = " ".join(sentences), " ".join(sentences).replace("number 20,", "number 99,")
    diff = text_diff(before, after)
    (row,) = [row for row in diff.rows if row.kind != "same"]
    assert marked(row.left) == ["20"]
    assert row.left is not None and row.left.anchor == "1.21" and before[row.left.start :].startswith(row.left.text)
    anchors = [row.right.anchor for row in diff.rows if row.right]
    assert len(anchors) == len(set(anchors))


def test_a_text_in_chinese_marks_single_characters() -> None:
    (row,) = text_diff("您可以商业使用本模型。", "您不可以商业使用本模型。").rows
    assert (marked(row.left), marked(row.right)) == ([], ["不"])


def test_two_unlike_texts_stand_beside_each_other_without_a_confetti_of_common_words() -> None:
    left = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software."
    right = "Subject to the terms of this agreement, nobody obtains anything, and a fee is due every year."
    (row,) = text_diff(left, right).rows
    assert row.kind == "replaced"
    assert "".join(marked(row.left)).split() == left.split()


@pytest.mark.parametrize(("left", "right"), [("", ""), ("", "a\nb"), ("a", ""), ("\n\n", "\n"), ("a", "a\n")])
def test_empty_texts(left: str, right: str) -> None:
    diff = text_diff(left, right)
    assert shown(diff, "left").strip() == left.strip()
    assert shown(diff, "right").strip() == right.strip()


LINES = ["alpha", "beta gamma", "", "  beta  gamma", "delta.", "许可 eps", "a" * 700, "b. c " * 90]
texts = st.lists(st.sampled_from(LINES), max_size=14)


@given(texts, texts)
@settings(max_examples=150, deadline=None)
def test_every_line_is_shown_once_and_in_order(left: list[str], right: list[str]) -> None:
    one, other = "\n".join(left), "\n".join(right)
    diff = text_diff(one, other)
    assert shown(diff, "left") == one.removesuffix("\n")
    assert shown(diff, "right") == other.removesuffix("\n")
    for row in diff.rows:
        if row.kind == "same" and row.left and row.right:
            assert row.left.text.split() == row.right.text.split()


@given(st.text("abcd", max_size=60), st.text("abcd", max_size=60))
@settings(max_examples=200, deadline=None)
def test_pairs_are_in_order_and_equal(left: str, right: str) -> None:
    pairs = matching_pairs(left, right)
    assert all(left[one] == right[other] for one, other in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


NUMBERS = ["\n".join(str(n * step % 150) for n in range(500_000)) for step in (1, 7)]
HOSTILE = {
    "one letter lines": ("a\nb\n" * 500_000, "b\na\n" * 500_000),
    "few lines, often": (NUMBERS[0], NUMBERS[1]),
    "blank lines": ("\n" * 2_000_000, "\n " * 1_000_000),
    "one huge word": ("x" * 2_000_000, "y" * 2_000_000),
    "one line of few words": ("a b " * 500_000, "b c " * 500_000),
    "sentence ends": (". " * 1_000_000, ": " * 1_000_000),
    "beyond the cap": ("word " * 600_000, "word " * 600_000),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end(name: str) -> None:
    left, right = HOSTILE[name]
    diff = text_diff(left, right)
    assert sum(len(row.left.text) for row in diff.rows if row.left) <= LARGEST_TEXT
    assert diff.cut == (len(left) > LARGEST_TEXT or left.count("\n") >= 60_000)


def test_work_grows_with_the_text_not_with_its_square() -> None:
    def cost(times: int) -> float:
        text = "\n".join(f"{n}. You may do thing {n} with model {n % 7}." for n in range(500 * times))
        begun = time.process_time()
        text_diff(text, text.replace("may", "must"))
        return time.process_time() - begun

    cost(1)
    assert cost(8) < 40 * max(cost(1), 0.005)
