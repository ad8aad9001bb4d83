"""A subject's page and the pages of stored texts."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from explorer import visible
from storage.archive import Archive
from tests.explorer import sample
from tests.explorer.sample import Reader, words

AT = "/archive/-/subject"
GLOW = f"{AT}/model:lantern/glow-7b"


def test_claimed_and_found_stand_side_by_side(reader: Reader) -> None:
    soup = reader.page(GLOW)
    sides = [words(side) for side in soup.select(".ld-side")]
    assert [side.split()[0] for side in sides] == ["Claimed", "Found", "Openness"]
    assert "other" in sides[0] and "lantern" in sides[0]


def test_clauses_are_grouped_by_what_a_reader_asks(reader: Reader) -> None:
    groups = {
        group.h3.get_text(): [tag.get_text() for tag in group.select("li > .ld-id")]
        for group in reader.page(GLOW).select(".ld-group")
    }
    assert "modification" in groups["You may"]
    assert {"mau-threshold", "no-model-improvement"} <= set(groups["You must not"])


def test_each_quotation_leads_to_its_place_in_the_stored_text(reader: Reader) -> None:
    for item in reader.page(GLOW).select(".ld-group li"):
        link = item.select_one("a.ld-place")["href"]
        assert link.endswith("#quote")
        marked = reader.page(link.removesuffix("#quote")).select_one("mark#quote").get_text()
        assert words(item.blockquote) == re.sub(r"\s+", " ", marked).strip()


def test_lineage_goes_up_and_down(reader: Reader) -> None:
    up = reader.page(f"{AT}/model:spark/glow-chat").find("h2", id="lineage").parent
    assert up.find("a")["href"] == GLOW
    down = reader.page(GLOW).find("h2", id="lineage").parent
    assert "model:spark/glow-chat" in words(down)


def test_every_version_can_be_shown_as_it_was(reader: Reader) -> None:
    links = [a["href"] for a in reader.page(GLOW).find("h2", id="history").parent.select("td:first-child a")]
    assert len(links) == 2
    oldest = reader.page(links[-1])
    assert "As of 1" in words(oldest)
    said = words(oldest.find("h2", id="clauses").parent)
    assert "700,000,000" in said
    assert "no-model-improvement" not in said


def test_who_is_gone_is_shown_as_last_seen(reader: Reader) -> None:
    soup = reader.page(f"{AT}/model:ember/fading")
    assert "since 2026-03-10" in words(soup.select_one(".ld-alarm"))
    assert words(soup.select_one(".ld-side")) == "Claimed mit"


@pytest.mark.parametrize("name", ["lantern/glow-7b", "model%3Alantern%2Fglow-7b"])
def test_a_bare_name_is_enough(reader: Reader, name: str) -> None:
    answer = reader.get(f"{AT}/{name}", follow_redirects=True)
    assert answer.status_code == 200
    assert "lantern/glow-7b" in answer.text


def test_a_former_name_leads_to_the_new_one(reader: Reader) -> None:
    answer = reader.get(f"{AT}/model:ash/quiet")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{AT}/model:ash/loud")
    assert "Formerly ash/quiet" in words(reader.page(f"{AT}/model:ash/loud"))


@pytest.mark.parametrize("name", ["no/body", "model:", "x", "%00", "..%2f..%2fetc", "a?b", "%F0%9F%A6%99"])
def test_who_is_not_there_is_said_politely(reader: Reader, name: str) -> None:
    assert "Not in this archive" in words(reader.page(f"{AT}/{name}", status=404).main)


def test_a_time_before_all_times_is_not_there(reader: Reader) -> None:
    assert "was not known at 2001-01-01" in words(reader.page(f"{GLOW}?at=2001-01-01", status=404).main)
    reader.page(f"{GLOW}?at=nonsense", status=404)


def test_other_scripts_find_their_direction_by_themselves(reader: Reader) -> None:
    soup = reader.page(f"{AT}/model:zhu/duo")
    link = next(a["href"] for a in soup.select("#documents ~ div a") if "/-/text/" in a["href"])
    text = reader.page(link).select_one(".ld-text")
    assert text["dir"] == "auto"
    assert "许可" in text.get_text() and "لا يجوز" in text.get_text()


def text_hash(reader: Reader) -> str:
    row = next(row for row in reader.page(GLOW).select("tr") if words(row).startswith("license text"))
    link = row.select_one("a[href*='/-/text/']")["href"]
    return str(link.rpartition("/")[2])


def test_a_text_can_be_saved_as_it_is(reader: Reader) -> None:
    answer = reader.get(f"/archive/-/text/{text_hash(reader)}.txt")
    assert answer.text == sample.AFTER
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("query", ["start=-1", "start=x", "start=9&end=3", "part=1e9", "start=" + "9" * 40])
def test_places_that_cannot_be_are_refused(reader: Reader, query: str) -> None:
    reader.page(f"/archive/-/text/{text_hash(reader)}?{query}", status=400)


@pytest.mark.parametrize("query", ["start=999999&end=9999999", "part=0", "part=77", "start=0&end=0"])
def test_places_beyond_the_text_show_what_there_is(reader: Reader, query: str) -> None:
    reader.page(f"/archive/-/text/{text_hash(reader)}?{query}")


def test_no_such_text(reader: Reader) -> None:
    reader.page(f"/archive/-/text/{'0' * 64}", status=404)
    assert reader.get("/archive/-/text/xyz").status_code == 404


@pytest.fixture
def long_text(database: Path, tmp_path: Path) -> tuple[Reader, str, str]:
    """An archive with a text of 2 MB."""
    path = sample.copy(database, tmp_path)
    text = "".join(
        f"{line}: a line of a very long text, \u202eturned\u202c and <b>marked</b>\n" for line in range(35_000)
    )
    with Archive.open(path) as archive, archive.writing():
        blob = archive.blobs.put(text.encode())
        digest = archive.conn.execute("select lower(hex(sha256)) from blob where id = ?", (blob,)).fetchone()[0]
    return Reader(path), digest, text


def test_two_megabytes_come_in_parts_that_join(long_text: tuple[Reader, str, str]) -> None:
    reader, digest, text = long_text
    assert len(text) > 2_000_000
    parts = []
    path: str | None = f"/archive/-/text/{digest}"
    while path:
        answer = reader.get(path)
        assert len(answer.text) < 400_000
        soup = reader.page(path)
        parts.append(soup.select_one(".ld-text").get_text())
        following = soup.select_one("a[rel=next]")
        path = following["href"] if following else None
    assert "".join(parts) == visible.visible(text)


def test_a_quotation_far_down_is_shown_with_its_part(long_text: tuple[Reader, str, str]) -> None:
    reader, digest, text = long_text
    start = text.index("30000: a line")
    soup = reader.page(f"/archive/-/text/{digest}?start={start}&end={start + 13}")
    assert soup.select_one("mark#quote").get_text() == "30000: a line"


def test_what_older_rules_read_stays_readable(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    conn.execute("update rules set version = version || '-long-ago'")
    conn.commit()
    conn.close()
    soup = Reader(path).page(GLOW)
    assert "-long-ago." in words(soup)
    assert soup.select(".ld-group")
