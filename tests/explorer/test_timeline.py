"""What drifted: the home page, its filters, the page of an event, and the feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from explorer.visible import readable
from explorer.wording import parameter_changes
from tests.explorer import sample
from tests.explorer.sample import Reader, words

HOME = "/archive/-/drift"
ATOM = "{http://www.w3.org/2005/Atom}"


def test_root_leads_home_when_the_archive_is_all_there_is(reader: Reader) -> None:
    answer = reader.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, HOME)


def test_root_is_datasettes_own_where_there_is_more(database: Path, tmp_path: Path) -> None:
    other = sample.empty(tmp_path / "other")
    assert Reader(database, other.rename(tmp_path / "second.db")).get("/").status_code == 200


def test_changes_stand_newest_first_by_day_and_subject(reader: Reader) -> None:
    soup = reader.page(HOME)
    days = [tag.get_text(strip=True) for tag in soup.select(".ld-day > h2")]
    assert days == sorted(days, reverse=True)
    assert "2026-02-01" in days
    day = soup.find("h2", id="d2026-02-01").parent
    assert day.select_one("h3 a").get_text() == "model:lantern/glow-7b"


def test_a_change_is_told_in_plain_words_with_its_quotation(reader: Reader) -> None:
    day = reader.page(HOME).find("h2", id="d2026-02-01").parent
    said = words(day)
    assert "▲ tighter license text LICENSE changed" in said
    assert "changed: Whoever has more than a stated number of monthly active users needs a further license" in said
    assert "users: 700,000,000 → 50,000,000" in said
    assert "more than 50 million monthly active users" in said
    assert "added: The work or its output may not serve to train or better other models. no-model-improvement" in said


def test_a_persons_way_from_home_to_the_quoted_sentence(reader: Reader) -> None:
    home = reader.page(f"{HOME}?clause=mau-threshold")
    link = next(a["href"] for a in home.select(".ld-quoted a.ld-place") if "start=" in a["href"])
    text = reader.page(link.partition("#")[0])
    assert "monthly active users" in text.select_one("mark#quote").get_text()


def test_what_changed_nothing_is_folded(reader: Reader) -> None:
    soup = reader.page(HOME)
    folded = soup.select_one("#d2026-02-02").parent.select_one("details.ld-quiet")
    assert "1 change of no substance" in words(folded.summary)
    assert not folded.has_attr("open")


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("clause=mau-threshold&direction=tighter", {"model:lantern/glow-7b"}),
        ("kind=gate", {"model:spark/glow-chat"}),
        ("author=lantern", {"model:lantern/glow-7b"}),
        ("clause=no-model-improvement", {"model:lantern/glow-7b"}),
        ("kind=availability", {"model:ember/fading"}),
        ("kind=renamed", {"model:ash/loud"}),
        ("of=dataset", set()),
        ("author=nobody", set()),
        ("subject=model:spark/glow-chat&direction=tighter", {"model:spark/glow-chat"}),
        ("watched=by-name&kind=renamed", {"model:ash/loud"}),
        ("system=Lantern", {"model:lantern/glow-7b"}),
        ("system=Nobody%27s", set()),
    ],
)
def test_filters_show_what_they_say(reader: Reader, query: str, subjects: set[str]) -> None:
    soup = reader.page(f"{HOME}?{query}")
    assert {tag.get_text() for tag in soup.select(".ld-subject h3 > a:first-child")} == subjects
    if not subjects:
        assert "Nothing that drifted fits this filter" in words(soup)


def test_filters_are_links_that_go_on_and_off(reader: Reader) -> None:
    soup = reader.page(f"{HOME}?direction=tighter&kind=gate")
    chosen = soup.select_one(".ld-chips a[aria-current]")
    assert "tighter" in chosen.get_text()
    assert chosen["href"] == f"{HOME}?kind=gate"


@pytest.mark.parametrize("query", ["direction=up", "kind=x", "of=robots", "substantive=yes", "before=1", "before=,x"])
def test_a_filter_that_cannot_be_is_refused_in_words(reader: Reader, query: str) -> None:
    name = query.partition("=")[0]
    assert f"“{name}” " in words(reader.page(f"{HOME}?{query}", status=400).main)


def test_pages_follow_one_another_without_gap_or_repeat(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [tag["id"] for tag in reader.page(HOME).select("article.ld-event")]
    monkeypatch.setattr("explorer.timeline.find.__kwdefaults__", {"before": None, "limit": 2}, raising=False)
    seen: list[str] = []
    path: str | None = HOME
    while path:
        soup = reader.page(path)
        seen += [tag["id"] for tag in soup.select("article.ld-event")]
        older = soup.select_one("a[rel=next]")
        path = older["href"] if older else None
    assert sorted(seen) == sorted(everything)
    assert len(seen) == len(set(seen)) > 4


@pytest.mark.parametrize("query", ["direction=tighter&author=lantern", "system=Lantern", "clause=mau-threshold"])
def test_csv_and_json_of_the_filter_are_datasettes(reader: Reader, query: str) -> None:
    soup = reader.page(f"{HOME}?{query}")
    links = {a.get_text(): a["href"] for a in soup.select(".ld-exports a")}
    csv = reader.get(links["CSV"])
    assert csv.status_code == 200
    assert "model:lantern/glow-7b" in csv.text
    assert "spark" not in csv.text
    assert reader.get(links["JSON"]).status_code == 200


def test_an_event_has_a_page_of_its_own(reader: Reader) -> None:
    number = reader.page(f"{HOME}?kind=gate").select_one("article.ld-event")["id"].removeprefix("e")
    said = words(reader.page(f"{HOME}/event/{number}").main)
    assert "open to everybody" in said
    assert "behind a form, granted by hand" in said
    assert "There is no event 999999" in words(reader.page(f"{HOME}/event/999999", status=404))


def test_feeds_hold_exactly_what_the_filter_shows(reader: Reader) -> None:
    query = "?direction=tighter&author=lantern"
    shown = {tag["id"].removeprefix("e") for tag in reader.page(HOME + query).select("article.ld-event")}
    atom = reader.get(f"{HOME}/feed.xml{query}")
    assert atom.headers["content-type"].startswith("application/atom+xml")
    feed: Any = ElementTree.fromstring(atom.text)
    entries = feed.findall(f"{ATOM}entry")
    assert {entry.find(f"{ATOM}link").get("href").rpartition("/")[2] for entry in entries} == shown
    assert all(entry.find(f"{ATOM}{tag}").text for entry in entries for tag in ("id", "title", "updated", "content"))
    document = reader.json(f"{HOME}/feed.json{query}")
    assert {item["url"].rpartition("/")[2] for item in document["items"]} == shown
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert "50,000,000" in document["items"][0]["content_text"]


def test_entries_keep_their_ids_wherever_the_archive_is_served(reader: Reader, database: Path) -> None:
    other = Reader(database, settings={"base_url": "/prefix/"})
    ids = [item["id"] for item in reader.json(f"{HOME}/feed.json")["items"]]
    assert [item["id"] for item in other.json(f"{HOME}/feed.json")["items"]] == ids
    assert all(name.startswith("urn:uuid:") for name in ids)


def test_the_page_names_its_feeds(reader: Reader) -> None:
    soup = reader.page(f"{HOME}?kind=gate")
    for link in soup.select("link[rel=alternate]"):
        assert "kind=gate" in link["href"]
        assert reader.get(link["href"]).status_code == 200


@pytest.mark.parametrize("form", ["xml", "json"])
def test_an_empty_archive_has_empty_feeds(tmp_path: Path, form: str) -> None:
    assert Reader(sample.empty(tmp_path)).get(f"{HOME}/feed.{form}").status_code == 200


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    assert "The archive is empty" in words(Reader(sample.empty(tmp_path)).page(HOME))


def test_one_snapshot_says_that_drift_needs_two(tmp_path: Path) -> None:
    assert "drift needs two" in words(Reader(sample.make(tmp_path, refreshes=1)).page(HOME))


def test_of_two_lists_it_is_said_what_came_and_what_went() -> None:
    event = {
        "evidence_before": {"parameters": {"fields": ["weapons", "surveillance"], "mandatory": False}},
        "evidence_after": {"parameters": {"fields": ["weapons", "medical-advice"], "mandatory": True}},
    }
    assert parameter_changes(event) == [
        ("banned uses", None, "now also medical-advice; no longer surveillance"),
        ("required", "no", "yes"),
    ]


def test_quotations_are_read_without_the_marks_of_markdown() -> None:
    assert readable("See the [**Usage Policy**](https://lark.example/policy) and ![a](b) * c") == (
        "See the Usage Policy and a * c"
    )
    hostile = "[" * 200_000 + "**" * 100_000
    assert readable(hostile) == hostile
