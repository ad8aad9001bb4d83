"""The lists: systems, licenses, runs, questions, search."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from explorer.questions import QUESTIONS, Question
from schedules.cron import next_after
from tests.explorer import sample
from tests.explorer.sample import Reader, words

BASE = "/archive/-"


def test_systems_stand_with_what_is_watched_for_them(reader: Reader) -> None:
    rows = [words(row) for row in reader.page(f"{BASE}/systems").select("tbody tr")]
    assert re.match("Lantern ?what drifted Lantern Labs text", rows[0])
    assert "model:lantern/glow-7b" in rows[0]
    assert "model:wick/never-there (not seen yet)" in rows[1]


def test_a_system_leads_to_what_drifted_of_it(reader: Reader) -> None:
    link = reader.page(f"{BASE}/systems").select_one("tbody th a")["href"]
    assert "50,000,000" in words(reader.page(link))


def test_systems_are_sorted_and_filtered_by_links(reader: Reader) -> None:
    soup = reader.page(f"{BASE}/systems?sort=-system")
    assert [tag.find("bdi").get_text() for tag in soup.select("tbody th")] == ["Wick", "Lantern"]
    head = soup.select_one("th[aria-sort]")
    assert head["aria-sort"] == "descending"
    assert head.a["href"].endswith("sort=system")
    images = next(a["href"] for a in soup.select(".ld-chips a") if a.get_text() == "image")
    assert [tag.find("bdi").get_text() for tag in reader.page(images).select("tbody th")] == ["Wick"]
    reader.page(f"{BASE}/systems?sort=sql", status=400)
    assert "No system fits" in words(reader.page(f"{BASE}/systems?type=imaginary"))


def test_a_system_shows_the_findings_of_its_subjects(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    text_hash = conn.execute("select after_hash from drift where clause = 'mau-threshold'").fetchone()[0]
    conn.execute(
        "insert into finding (subject, valid_from, claim, claimed, found, evidence, severity, rules_version)"
        " values ((select id from subject where name = 'lantern/glow-7b'), 1, 'contradiction', 'open source',"
        " 'an upper limit of users', ?, 'high', 'r')",
        (json.dumps([{"text_hash": text_hash, "start": 2, "end": 9, "place": "LICENSE"}]),),
    )
    conn.commit()
    conn.close()
    reader = Reader(path)
    for page in ("systems", "subject/model:lantern/glow-7b"):
        soup = reader.page(f"{BASE}/{page}")
        assert "The card says open source; the texts say an upper limit of users." in words(soup)
        link = next(a["href"] for a in soup.select("a") if a.get_text().startswith("evidence"))
        assert reader.page(link.partition("#")[0]).select_one("mark").get_text() == "Lantern"


def test_every_distinct_text_with_who_carries_it(reader: Reader) -> None:
    rows = [words(row) for row in reader.page(f"{BASE}/licenses").find("h2", id="texts").parent.select("tbody tr")]
    assert len(rows) == 4
    assert "2 subjects" in rows[0]
    assert "other (2)" in rows[0]
    # Nobody carries the first wording of the license any more; it says until when.
    assert sum(row.endswith("now") for row in rows) == 3


def test_texts_of_one_license(reader: Reader) -> None:
    soup = reader.page(f"{BASE}/licenses?license=unknown")
    assert "no license is known for" in words(soup.h1)
    assert "There is no text of it" in words(reader.page(f"{BASE}/licenses?license=no-such"))


def test_runs_newest_first_with_status_in_words(reader: Reader) -> None:
    soup = reader.page(f"{BASE}/runs")
    assert [row["id"] for row in soup.select("tbody tr")] == ["run3", "run2", "run1"]
    assert "✓ complete" in words(soup.select_one("#run3"))
    assert [row["id"] for row in reader.page(f"{BASE}/runs?before=2").select("tbody tr")] == ["run1"]


def test_failures_are_told_with_their_reasons(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    reasons = [
        {"subject": "model:a/b", "reason": "the Hub said 500"},
        {"subject": "model:*", "reason": "list broke off"},
    ]
    conn.execute("update run set status = 'partial', failures = ? where id = 3", (json.dumps(reasons),))
    conn.execute("update run set status = 'interrupted', finished_at = null, requests = 'no json' where id = 2")
    conn.commit()
    conn.close()
    soup = Reader(path).page(f"{BASE}/runs")
    assert "2 failed" in words(soup.select_one("#run3"))
    assert "model:a/b: the Hub said 500" in words(soup.select_one("#run3"))
    assert "✗ interrupted" in words(soup.select_one("#run2"))


def test_runs_tell_how_much_the_archive_grew(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    sizes = [row[0] for row in conn.execute("select size from run where id < 3 order by id")]
    conn.execute("update run set size = null where id = 3")
    conn.commit()
    conn.close()
    grown = {
        number: words(Reader(path).page(f"{BASE}/runs").select_one(f'#run{number} [data-label="archive grew by"]'))
        for number in (1, 2, 3)
    }
    assert sizes[1] > sizes[0] > 0
    assert grown == {
        1: f"{sizes[0] / 1000:+,.0f} kB",
        2: f"{(sizes[1] - sizes[0]) / 1000:+,.0f} kB",
        3: "–",
    }


@pytest.mark.parametrize(("now", "late"), [("2026-03-11T04:00:00Z", False), ("2026-03-12T09:00:00Z", True)])
def test_an_overdue_snapshot_is_said_in_red(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, now: str, late: bool
) -> None:
    monkeypatch.setenv("LICENSEDRIFT_NOW", now)
    for page in ("runs", "drift"):
        alarm = reader.page(f"{BASE}/{page}").select_one("[role=alert]")
        assert (alarm is not None) == late
    if late:
        assert "one was due at 2026-03-11 02:17:00 UTC" in words(alarm)


@pytest.mark.parametrize(("status", "said"), [("failed", "failed"), ("interrupted", "was stopped before its end")])
def test_a_newer_run_that_came_to_nothing_is_said_in_red(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, said: str
) -> None:
    monkeypatch.setenv("LICENSEDRIFT_NOW", "2026-03-11T03:00:00Z")
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    conn.execute(
        "insert into run (started_at, status, scope, tool_version, rules_version)"
        " values ('2026-03-11T02:17:00Z', ?, 'all', 't', 'r')",
        (status,),
    )
    conn.commit()
    conn.close()
    alarm = words(Reader(path).page(f"{BASE}/drift").select_one("[role=alert]"))
    assert f"the refresh of 2026-03-11 02:17:00 UTC {said}" in alarm
    assert "The last good snapshot is of 2026-03-10" in alarm


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_saved_question_runs(reader: Reader, question: Question) -> None:
    values = "name=lantern/glow-7b&below=60000000&at_least=1&hash=x&start=0&end=1"
    answer = reader.json(f"/archive/{question.name}.json?{values}&_shape=objects")
    assert answer.get("ok", True) and not answer.get("error")
    assert reader.get(f"/archive/{question.name}?{values}").status_code == 200


def test_saved_questions_answer(reader: Reader) -> None:
    def rows(path: str) -> Any:
        return reader.json(f"/archive/{path}&_shape=objects")["rows"]

    assert [row["subject"] for row in rows("made_from.json?name=lantern/glow-7b")] == ["model:spark/glow-chat"]
    limits = rows("user_limits_below.json?below=60000000")
    assert [row["above"] for row in limits] == [50_000_000]
    assert {row["for_example"] for row in limits} == {"model:lantern/glow-7b"}
    assert {row["subject"] for row in rows("gone.json?x=1")} == {"model:ember/fading"}
    unknown = rows("unknown_texts_often_carried.json?at_least=1")
    assert "您不得将本模型用于商业目的" in str([row["begins"] for row in unknown])


def test_questions_are_listed_with_an_explanation(reader: Reader) -> None:
    soup = reader.page(f"{BASE}/questions")
    for question in QUESTIONS:
        assert question.explanation in words(soup)
    assert "quote(hash, start, end)" in words(soup)


def test_a_refresh_that_began_on_time_is_not_due_at_once_again() -> None:
    began = datetime(2026, 3, 25, 2, 17, tzinfo=UTC)
    assert next_after("17 2 * * *", began) == began + timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("glow-7b", "model:lantern/glow-7b"),
        ("ash/quiet", "model:ash/loud"),
        ("monthly active users", "mau-threshold"),
        ("improve any other", "no-model-improvement"),
        ("50 million", "changed: Whoever has more than a stated number of monthly active users"),
    ],
)
def test_search_finds_names_clauses_and_changes(reader: Reader, said: str, found: str) -> None:
    assert found in words(reader.page(f"{BASE}/search?q={said}").main)


@pytest.mark.parametrize(
    "said", ["", "a", "%25", "_____", "'; drop table event; --", "\\", "😀" * 500, "nothing has this"]
)
def test_search_for_anything_is_answered(reader: Reader, said: str) -> None:
    soup = reader.page(f"{BASE}/search?q={said}")
    assert "model:" not in words(soup.main)


@pytest.mark.parametrize("page", ["systems", "licenses", "runs", "questions", "search?q=xx"])
def test_an_empty_archive_has_every_page(tmp_path: Path, page: str) -> None:
    Reader(sample.empty(tmp_path)).page(f"{BASE}/{page}")
