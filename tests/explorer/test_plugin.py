"""The plugin in Datasette: found by its entry point, read-only, within limits, only where it belongs."""

from __future__ import annotations

import sqlite3
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from tests.explorer import sample
from tests.explorer.sample import Reader, words

BASE = "/archive/-"
PAGES = ("drift", "systems", "licenses", "runs", "questions", "search")


def test_datasette_finds_the_plugin_by_its_entry_point() -> None:
    found = {point.name: point.value for point in entry_points(group="datasette")}
    assert found["licensedrift"] == "explorer.plugin"


def test_datasettes_own_pages_lead_to_ours(reader: Reader) -> None:
    for path in ("/archive", "/archive/drift"):
        assert "/archive/-/drift" in reader.get(path).text
    soup = BeautifulSoup(reader.get("/archive").text, "lxml")
    assert "What drifted, by licensedrift" in soup.get_text()


def test_datasettes_tables_lead_to_our_pages(reader: Reader) -> None:
    soup: Any = BeautifulSoup(reader.get("/archive/drift?parent__isnull=1&kind=text").text, "lxml")
    row = next(row for row in soup.select("tbody tr") if "glow-7b" in row.get_text())
    leads = {a["href"].partition("?")[0].rsplit("/", 1)[0] for a in row.select("td a")}
    assert {"/archive/-/subject/model:lantern", "/archive/-/text"} <= leads
    for a in row.select("td a"):
        reader.page(a["href"])
    soup = BeautifulSoup(reader.get("/archive/behind_a_gate").text, "lxml")
    assert soup.select_one("td a[href^='/archive/-/drift/event/']")


def test_hidden_characters_are_visible_in_datasettes_tables_too(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    conn.execute("update version set license_name = ?", ("<b>free\u202eton",))
    conn.commit()
    conn.close()
    shown = Reader(path).get("/archive/versions").text
    assert "<bdi>&lt;b&gt;free⟦U+202E⟧ton</bdi>" in shown


def test_other_databases_are_left_alone(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    conn = sqlite3.connect(path)
    conn.execute("create table t (a)")
    conn.commit()
    conn.close()
    reader = Reader(path)
    assert reader.get("/").status_code == 200
    assert reader.get("/other/-/drift").status_code == 404
    assert "drift" not in reader.get("/other").text
    assert reader.json("/other.json?sql=select+text('ab')+as+t&_shape=array")[0]["t"] is None
    both = Reader(database, path)
    assert both.get("/archive/-/drift").status_code == 200
    assert both.get("/other/-/drift").status_code == 404


def test_the_style_sheet_is_ours_and_the_only_one_besides_datasettes(reader: Reader) -> None:
    links = [tag["href"] for tag in reader.page(f"{BASE}/drift").select("link[rel=stylesheet]")]
    assert [link.partition("?")[0] for link in links] == [
        "/-/static/app.css",
        "/-/licensedrift/static/licensedrift.css",
    ]
    answer = reader.get(links[1])
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "@import" not in answer.text and "url(" not in answer.text
    assert reader.get("/-/licensedrift/static/nothing.css").status_code == 404
    assert reader.get("/-/licensedrift/static/..%2fplugin.py").status_code != 200


def test_a_prefix_before_all_addresses_is_kept(database: Path) -> None:
    reader = Reader(database, settings={"base_url": "/prefix/"})
    # Datasette's client puts the prefix before each path itself.
    answer = reader.get("/")
    assert answer.headers["location"] == "/prefix/archive/-/drift"
    soup = reader.page("/archive/-/drift")
    for tag in soup.select("main a[href], nav a[href]"):
        assert tag["href"].startswith("/prefix/"), tag
    reader.page("/archive/-/subject/model:lantern/glow-7b")


@pytest.mark.parametrize("path", [f"{BASE}/drift", f"{BASE}/search", f"{BASE}/subject/model:lantern/glow-7b"])
def test_pages_answer_to_reading_only(reader: Reader, path: str) -> None:
    assert reader.request("HEAD", path).status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        assert reader.request(method, path).status_code in (403, 405)


@pytest.mark.parametrize("sql", ["delete from event", "insert into run values (1)", "drop view drift", "vacuum"])
def test_no_query_can_write(reader: Reader, database: Path, sql: str) -> None:
    before = database.read_bytes()
    assert reader.get(f"/archive.json?sql={sql}", follow_redirects=True).status_code in (400, 403)
    assert database.read_bytes() == before


@pytest.mark.parametrize("page", ["drift", "licenses", "runs", "systems", "subject/model:lantern/glow-7b"])
def test_a_page_that_takes_too_long_says_so(database: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    reader = Reader(database)
    # The clock of the limit runs out at once; whether a machine is fast does not matter.
    monkeypatch.setattr("explorer.page.sqlite_timelimit", _no_time)
    soup = reader.page(f"{BASE}/{page}", status=503)
    assert "longer than the 1000 ms that are allowed" in words(soup)


def _no_time(conn: sqlite3.Connection, _limit: int) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def limited() -> Any:
        conn.set_progress_handler(lambda: 1, 1)
        try:
            yield
        finally:
            conn.set_progress_handler(None, 1)

    return limited()


def test_a_search_that_takes_too_long_shows_what_it_can(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.page.sqlite_timelimit", _no_time)
    soup = Reader(database).page(f"{BASE}/search?q=glow")
    assert words(soup).count("Searching here took longer than is allowed") == 5


def test_an_archive_of_an_older_release_is_explained(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    conn.execute("drop table finding")
    conn.commit()
    conn.close()
    soup = Reader(path).page(f"{BASE}/subject/model:lantern/glow-7b", status=503)
    assert "An older licensedrift wrote this archive" in words(soup)


@pytest.mark.parametrize("page", PAGES)
def test_who_may_not_see_the_database_sees_no_page(database: Path, page: str) -> None:
    closed = {"databases": {"archive": {"allow": {"id": "root"}}}}
    options: list[dict[str, Any]] = [{"metadata": closed}]
    from datasette.app import Datasette

    if "config" in Datasette.__init__.__code__.co_varnames:
        options = [{"config": closed}]
    reader = Reader(database, **options[0])
    assert reader.get(f"{BASE}/{page}").status_code == 403
    assert reader.get(f"{BASE}/drift/feed.xml").status_code == 403
    assert "What drifted" not in reader.get("/-/databases.json").text


def test_the_functions_of_the_pages_serve_queries_too(reader: Reader) -> None:
    def value(expression: str) -> object:
        return reader.json(f"/archive.json?sql=select+{expression}+as+v&_shape=array")[0]["v"]

    query = "/archive.json?sql=select+after_hash+as+v+from+drift+where+clause='mau-threshold'&_shape=array"
    text_hash = reader.json(query)[0]["v"]
    assert str(value(f"text('{text_hash}')")).startswith("# Lantern Model License")
    assert value(f"quote('{text_hash}',2,9)") == "Lantern"
    assert value(f"quote('{text_hash}','a',9)") is None
    assert value("text('zz')") is None
    assert value("text('" + "0" * 64 + "')") is None
    assert value("text(null)") is None
    assert value("author('model:lantern/glow-7b')") == "lantern"
    assert value("author('terms:Service')") is None
    assert value("visible(char(8238))") == "⟦U+202E⟧"


def test_serve_needs_an_archive(tmp_path: Path) -> None:
    from licensedrift import door

    result = CliRunner().invoke(door, ["serve", "--db", str(tmp_path / "none.db")])
    assert result.exit_code == 2
    assert "there is no archive here yet" in result.output


def test_readers_see_the_last_snapshot_while_one_is_written(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("pragma journal_mode = wal")
    reader = Reader(path)
    assert len(reader.page(f"{BASE}/runs").select("tbody tr")) == 3
    writer.execute("begin immediate")
    writer.execute(
        "insert into run (id, started_at, finished_at, status, scope, tool_version, rules_version)"
        " values (4, '2026-04-10T03:00:00Z', '2026-04-10T03:01:00Z', 'complete', 'all', 't', 'r')"
    )
    assert len(reader.page(f"{BASE}/runs").select("tbody tr")) == 3
    writer.execute("commit")
    assert len(reader.page(f"{BASE}/runs").select("tbody tr")) == 4
    writer.close()
