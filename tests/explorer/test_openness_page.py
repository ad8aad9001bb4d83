"""The page on openness: cells that lead to their evidence, areas that add up, and a page for every odd archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from demo.world import World
from explorer.openness_chart import areas
from explorer.openness_history import MOST_POINTS, TYPES, Point, Series, series
from storage.archive import Archive
from tests.explorer.comparing import DATES, get, sample_archive
from tests.refresh.lab import Lab, laboratory


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with sample_archive(tmp_path_factory.mktemp("openness")) as lab:
        yield lab


def page(lab: Lab, query: str = "") -> Any:
    response = get(lab.database, f"openness{query}")
    assert response.status_code == 200, response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
    return BeautifulSoup(response.text, "lxml")


def words(element: Any) -> str:
    return " ".join(element.get_text(" ").split())


def grid(soup: BeautifulSoup) -> dict[str, dict[str, Any]]:
    heads = [words(th) for th in soup.select(".ld-grid thead th")][2:]
    return {
        words(row.th): dict(zip(heads, row.select("td")[1:], strict=True)) for row in soup.select(".ld-grid tbody tr")
    }


def test_each_system_has_its_states_in_words(lab: Lab) -> None:
    rows = grid(page(lab))
    heron = rows["Heron Lark"]
    assert "partial" in words(heron["Weights"]) and "closed" in words(heron["Gate"])
    assert "open" in words(heron["Training code"])
    assert {words(cell) for cell in rows["Nothing watched"].values()} == {"unknown"}
    assert "closed" in words(rows["Closed one Lark"]["Weights"])


def test_cells_lead_to_the_place_that_proves_them(lab: Lab) -> None:
    heron = grid(page(lab))["Heron Lark"]
    address = heron["License"].a["href"]
    quoted = BeautifulSoup(get(lab.database, address.removeprefix("/archive/-/")).text, "lxml").select_one("#quote")
    assert "100 million users" in words(quoted)
    code = heron["Training code"].a["href"]
    assert "Training code" in words(
        BeautifulSoup(get(lab.database, code.removeprefix("/archive/-/")).text, "lxml").select_one("#quote")
    )
    assert heron["Weights"].a["href"] == "/archive/-/subject/model:lark/heron"


def test_the_evidence_stands_there_in_words_too(lab: Lab) -> None:
    soup = page(lab)
    reasons = words(soup.select_one("#system-1"))
    assert "the texts hold mau-threshold" in reasons
    assert "behind a form, granted by hand" in reasons
    assert soup.select_one(".ld-grid tbody a[href='#system-1']")


def test_names_of_strangers_stay_names(lab: Lab) -> None:
    soup = page(lab)
    assert "Evil <b>one</b>" in words(soup.select_one(".ld-grid"))
    assert not soup.select("main b, main i, main script, main [style], main [onerror]")
    ids = [element["id"] for element in soup.select("[id]")]
    assert len(ids) == len(set(ids))


def test_the_areas_are_counted_from_the_versions(lab: Lab) -> None:
    with Archive.read(lab.database) as archive:
        found = series(archive.conn, ["model:lark/heron"])
        everything = series(archive.conn, None)
    open_ = TYPES.index("open")
    assert [point.counts[open_] for point in found.points][-1] == 1
    assert found.points[0].day == DATES[0][:10]
    # Heron, Wren and the one that is gone by the third date; what never was there counts nowhere.
    assert sum(everything.points[0].counts) == 3
    assert sum(everything.points[-1].counts) == 2
    assert everything.last_day == DATES[-1][:10]


def test_the_drawing_has_a_legend_a_description_and_its_numbers(lab: Lab) -> None:
    soup = page(lab, "?over=all")
    assert "open, with restrictions: 1" in words(soup.select_one("[aria-label=Types]"))
    assert "Types over time" in soup.select_one("svg.ld-area")["aria-label"]
    table = soup.select_one("[aria-label='The types over time in numbers']")
    assert [words(th) for th in table.select("thead th")][1:] == [
        "open source",
        "open, with restrictions",
        "proprietary",
        "unknown",
    ]
    chosen = soup.select_one("[aria-label='What is counted'] [aria-current=true]")
    assert words(chosen) == "all that is watched"


def test_heights_add_up_to_the_counts() -> None:
    found = Series((Point("2024-01-01", (1, 2, 0, 1)), Point("2025-01-01", (4, 0, 0, 0))), "2026-01-01")
    svg: Any = BeautifulSoup(str(areas(found)), "xml")
    rects = list(svg.find("svg").find_all("rect", recursive=False))
    first = [r for r in rects if r["x"] == "0.000%"]
    assert sum(float(r["height"]) for r in first) == pytest.approx(float(rects[-1]["height"]), abs=0.05)
    assert len(first) == 3
    assert (
        areas(Series((), "2026-01-01")) == ""
        and areas(Series((Point("2024-01-01", (0, 0, 0, 0)),), "2024-01-01")) == ""
    )


def test_an_archive_without_systems_shows_its_models(tmp_path: Path) -> None:
    world = World()
    world.put("models", "lark/one", date=DATES[0], files={"README.md": "# One\n"}, downloads=5)
    with laboratory(tmp_path, world, DATES[0]) as lab:
        lab.watch(models=["lark/one"])
        lab.at(DATES[0])
        soup = page(lab)
        assert "no systems" in words(soup.main)
        assert list(grid(soup)) == ["model:lark/one"]


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    Archive.open(tmp_path / "archive.db").close()
    response = get(tmp_path / "archive.db", "openness")
    assert response.status_code == 200
    assert "Nothing is recorded yet" in response.text
    assert get(tmp_path / "archive.db", "compare").status_code == 200


def test_too_many_versions_are_not_drawn_and_long_series_are_thinned(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive.read(lab.database) as archive:
        monkeypatch.setattr("explorer.openness_history.MOST_VERSIONS", 2)
        assert series(archive.conn, None).too_many
        assert series(archive.conn, ["model:lark/heron"]).points
    from explorer.openness_history import _points

    spans = [(f"20{n // 300:02}-{n % 12 + 1:02}-{n % 28 + 1:02}", None, "open") for n in range(3_000)]
    points = _points(spans)
    assert len(points) == MOST_POINTS
    assert points[-1].counts[TYPES.index("open")] == 3_000


def test_a_system_table_that_makes_no_sense_does_no_harm(lab: Lab, tmp_path: Path) -> None:
    copy = tmp_path / "archive.db"
    conn = sqlite3.connect(copy)
    with Archive.read(lab.database) as archive:
        archive.conn.backup(conn)
    conn.executemany(
        "update system set subjects = ? where name = ?",
        [("not JSON", "Heron"), ('{"a": 1}', "Closed one"), ('[1, null, "x", "model:"]', "Nothing watched")],
    )
    conn.commit()
    conn.close()
    assert get(copy, "openness").status_code == 200
    assert get(copy, "openness?page=9").status_code == 200
    assert get(copy, "openness?page=x").status_code == 400
