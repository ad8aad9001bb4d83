"""The compare page: what a reader finds there, that addresses last, and that strangers' texts stay texts."""

from __future__ import annotations

import hashlib
import html
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from demo.world import World
from explorer.clause_table import clause_rows
from licenses.reading import read
from tests.explorer.comparing import DATES, EVIL, LIMIT, MIDDLE, NO_TRADE, OPEN, get, heron, sample_archive
from tests.refresh import test_learning as learning
from tests.refresh.lab import Lab, laboratory


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with sample_archive(tmp_path_factory.mktemp("compare")) as lab:
        yield lab


def page(lab: Lab, **query: Any) -> Any:
    response = get(lab.database, f"compare?{urlencode(query)}")
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "lxml")


def words(element: Any) -> str:
    return " ".join(element.get_text(" ").split())


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


BEFORE, AFTER = heron(700), heron(100) + NO_TRADE


def test_the_clause_table_says_what_is_new_and_what_changed_with_its_values(lab: Lab) -> None:
    soup = page(lab, left=digest(BEFORE), right=digest(AFTER))
    changed = words(soup.select_one("#clause-mau-threshold"))
    assert "700,000,000" in changed and "100,000,000" in changed and "tighter" in changed
    added = soup.select_one("#clause-non-commercial")
    assert "Only on the right" in words(added.find_parent("section").h3)
    assert "may not use the model for any commercial purpose" in words(added)
    same = soup.select_one("#clause-no-warranty").find_parent("details")
    assert "The same" in words(same.summary)
    assert "tighter" in words(soup.select_one(".ld-lead"))


def test_a_use_that_is_banned_anew_is_quoted_by_its_own_sentence(tmp_path: Path) -> None:
    former = b"Use Policy\n\nYou may not use the model to:\n\n1. Break the law.\n2. Make weapons of any kind.\n"
    later = former + b"3. Run critical infrastructure, such as power grids.\n"
    world = World()
    world.put("models", "heron/one", date=learning.D1, files={"USE_POLICY.md": former})
    world.put("models", "heron/one", date="2026-02-01", files={"USE_POLICY.md": later})
    with laboratory(tmp_path, world, learning.D1) as lab:
        lab.watch(models=["heron/one"]).at(learning.D1)
        lab.at(learning.D2)
        changed = page(lab, subject="model:heron/one").select_one("#clause-use-restrictions")
    assert "Changed" in words(changed.find_parent("section").h3)
    assert "critical infrastructure" in words(changed.select_one(".ld-cmp-right blockquote"))


def test_a_clause_links_to_its_line_and_to_its_place_in_the_stored_text(lab: Lab) -> None:
    soup = page(lab, left=digest(BEFORE), right=digest(AFTER))
    line, place = soup.select("#clause-non-commercial .ld-cmp-right a")
    number = soup.select_one(line["href"])
    assert "commercial purpose" in words(number.find_next_sibling("td"))
    start = AFTER.index(NO_TRADE.strip())
    assert f"/-/text/{digest(AFTER)}?start={start}" in place["href"]


def test_lines_stand_side_by_side_with_their_words_marked(lab: Lab) -> None:
    soup = page(lab, left=digest(BEFORE), right=digest(AFTER))
    row = soup.select_one("tr.ld-diff-row-changed")
    assert [words(mark) for mark in row.select("del")] == ["700"]
    assert [words(mark) for mark in row.select("ins")] == ["100"]
    assert row.select_one("th[id^=L] a")["href"] == f"#{row.select_one('th[id^=L]')['id']}"
    folds = soup.select("details.ld-diff-fold summary")
    assert any("unchanged lines" in words(fold) for fold in folds)


def test_two_versions_of_a_subject_are_chosen_by_number_or_are_the_last_that_differ(lab: Lab) -> None:
    versions = lab.rows("select id from versions where subject = 'model:lark/heron' order by id")
    first, last = versions[0]["id"], versions[-1]["id"]
    soup = page(lab, subject="lark/heron", **{"from": first, "to": last})
    assert "Only on the right" in words(soup.select_one("#clause-mau-threshold").find_parent("section").h3)
    documents = words(soup.select_one("nav[aria-label='Documents of these versions']"))
    assert "USE_POLICY.md : only on the right" in documents and "LICENSE : changed" in documents
    soup = page(lab, subject="model:lark/heron")
    assert words(soup.h1) == "model:lark/heron LICENSE of 2026-02-10 against of 2026-03-10"
    assert "700,000,000" in words(soup.select_one("#clause-mau-threshold"))


def test_a_document_that_is_on_one_side_only_is_shown_against_nothing(lab: Lab) -> None:
    soup = page(lab, subject="model:lark/heron", role="policy")
    assert "on one side only" in words(soup.select_one(".ld-lead"))
    assert {row["class"][0] for row in soup.select(".ld-diff tbody tr")} == {"ld-diff-row-right"}
    link = soup.find("a", string="Link to these two texts")["href"]
    assert "left=nothing" in link
    assert "on one side only" in get(lab.database, f"compare{link}").text


def test_sides_can_be_a_beginning_of_a_hash_a_subject_a_version_or_nothing(lab: Lab) -> None:
    version = lab.rows("select min(id) as id from versions where subject = 'model:lark/heron'")[0]["id"]
    soup = page(lab, left=digest(OPEN.format(middle=MIDDLE))[:12], right=f"lark/heron@{version}")
    assert "Both sides are the same text." in words(soup)
    assert "No words differ." in words(soup)
    soup = page(lab, left="nothing", right="model:lark/heron")
    assert "nothing" in words(soup.h1)


def test_the_view_for_printing_has_hashes_dates_sources_and_an_address_that_lasts(lab: Lab) -> None:
    soup = page(lab, left=digest(BEFORE), right=digest(AFTER), subject="model:lark/heron", print="1")
    text = words(soup.main)
    for told in (digest(BEFORE), digest(AFTER), "model:lark/heron", "LICENSE", "2026-02-10", "Commit", "snapshot 4"):
        assert told in text
    address = words(soup.select_one(".ld-cmp-evidence .ld-long"))
    assert address.startswith("http://") and f"left={digest(BEFORE)}" in address and "print" not in address
    assert not soup.select("form, details.ld-diff-fold")
    fold = words(soup.select_one("p.ld-diff-fold"))
    assert "unchanged lines" in fold


def test_swapping_turns_the_direction_around(lab: Lab) -> None:
    swapped = page(lab, left=digest(BEFORE), right=digest(AFTER)).find("a", string="Swap sides")["href"]
    soup: Any = BeautifulSoup(get(lab.database, f"compare{swapped}").text, "lxml")
    assert "looser" in words(soup.select_one("#clause-mau-threshold"))


def test_without_a_choice_there_is_a_form_and_what_changed_last(lab: Lab) -> None:
    soup = page(lab)
    assert [field["name"] for field in soup.select("form input")] == ["left", "right", "subject"]
    assert all(soup.select_one(f"label[for={field['id']}]") for field in soup.select("form input"))
    links = [a["href"] for a in soup.select(".ld-cmp-list a")]
    assert any(digest(BEFORE) in link and digest(AFTER) in link for link in links)


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("left=no-such-license&right=mit", 404, "no-such-license"),
        ("left=00000000&right=00000000", 404, "SHA-256"),
        ("left=model:lark/unheard&right=mit", 404, "no such subject"),
        ("left=lark/heron@99&right=nothing", 404, "in that version"),
        ("left=lark/heron", 400, "right"),
        ("subject=lark/heron&from=x", 400, "whole number"),
        ("subject=lark/heron&from=1&to=999999", 200, "LICENSE"),
        ("subject=lark/heron&role=gate", 404, "no such document"),
        ("subject=model:lark/not-there", 404, "no such document"),
        ("left=%00&right=%E2%80%AE", 404, "neither"),
        ("left=nothing&right=nothing", 200, "nothing"),
    ],
)
def test_what_is_not_there_is_said_plainly(lab: Lab, query: str, status: int, told: str) -> None:
    response = get(lab.database, f"compare?{query}")
    assert (response.status_code, told in response.text) == (status, True), response.text[-1500:]


def test_texts_of_strangers_never_become_markup(lab: Lab) -> None:
    evil = "subject=model:lark/evil"
    for query in (evil, f"{evil}&role=license&print=1", "left=model:lark/evil&right=lark/heron"):
        response = get(lab.database, f"compare?{query}")
        assert response.status_code == 200
        soup: Any = BeautifulSoup(response.text, "lxml")
        assert not soup.select("main script, main img, [onerror], [style]")
        assert "\u202e" not in response.text and "⟦U+202E⟧" in response.text
        assert html.escape(EVIL[:25]) in response.text
        assert "script-src" not in response.headers["content-security-policy"]
        assert "default-src 'none'" in response.headers["content-security-policy"]
    reflected = get(lab.database, "compare?" + urlencode({"left": EVIL, "right": EVIL})).text
    assert "<script>alert" not in reflected


def test_every_id_on_a_page_is_unique(lab: Lab) -> None:
    for query in ({"left": digest(BEFORE), "right": digest(AFTER)}, {"subject": "model:lark/evil"}, {}):
        ids = [element["id"] for element in page(lab, **query).select("[id]")]
        assert len(ids) == len(set(ids))


def test_rows_of_the_table_cover_both_texts() -> None:
    left, right = read(BEFORE).clauses, read(AFTER).clauses
    rows = clause_rows(left, right)
    assert {row.clause for row in rows} == {c.clause for c in (*left, *right)}
    other_words = "If you have over 700 million monthly active users, you must request a license from us.\n"
    reworded = read(BEFORE.replace(LIMIT.format(users=700), other_words)).clauses
    (row,) = [row for row in clause_rows(left, reworded) if row.clause == "mau-threshold"]
    assert row.state == "reworded"


@pytest.fixture(scope="module")
def long_texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    world = World()
    for name, size in (("a", 200_000), ("b", 500_000)):
        text = "".join(f"{n}. Whoever does thing {n} keeps notice {n % 97} with it.\n\n" for n in range(size // 60))
        world.put("models", f"big/{name}", date=DATES[0], files={"LICENSE": text[:size]})
        changed = re.sub(r"(\n\d+0\d\d\. Whoever) does", r"\1 did", text[:size])
        world.put("models", f"big/{name}", date=DATES[1], files={"LICENSE": changed})
    with laboratory(tmp_path_factory.mktemp("long"), world, DATES[0]) as lab:
        lab.watch(models=["big/a", "big/b"])
        lab.at(DATES[0])
        lab.at(DATES[1])
        yield lab


def test_texts_of_200_kilobytes_come_with_their_unchanged_lines_left_out(long_texts: Lab) -> None:
    begun = time.process_time()
    response = get(long_texts.database, "compare?subject=model:big/a")
    assert response.status_code == 200
    assert len(response.text) < 400_000
    assert time.process_time() - begun < 5  # far above the second that it may take, below what a square would
    soup: Any = BeautifulSoup(response.text, "lxml")
    shown = soup.select_one("p.ld-diff-fold a")["href"]
    unfolded = get(long_texts.database, f"compare{shown.partition('#')[0]}")
    assert f'id="{shown.partition("#")[2]}"' in unfolded.text


def test_long_texts_come_in_parts(long_texts: Lab) -> None:
    soup: Any = BeautifulSoup(get(long_texts.database, "compare?subject=model:big/b").text, "lxml")
    parts = soup.select("nav[aria-label='Parts of the texts'] a")
    assert len(parts) > 3 and parts[0]["aria-current"] == "true"
    second: Any = BeautifulSoup(get(long_texts.database, f"compare{parts[1]['href']}").text, "lxml")
    assert second.select("tr.ld-diff-row-changed")
    assert get(long_texts.database, "compare?subject=model:big/b&part=999").status_code == 200


def test_a_license_that_the_archive_learned_is_named_on_both_sides(tmp_path: Path) -> None:
    world = World()
    files = {"README.md": learning.HOME, "LICENSE": learning.TEXT}
    world.put("models", "bittern/one", date=learning.D1, files=files)
    later = learning.TEXT + b"\n5. Notice. You must tell Bittern Ltd where you use the Model.\n"
    world.put("models", "bittern/one", date="2026-02-01", files={"LICENSE": later})
    with laboratory(tmp_path, world, learning.D1) as lab:
        lab.watch(models=["bittern/one"]).at(learning.D1)
        lab.at(learning.D2)
        sides = page(lab, subject="model:bittern/one").select(".ld-side")
    assert [("bittern-model-license-1.0" in words(side)) for side in sides] == [True, True]
