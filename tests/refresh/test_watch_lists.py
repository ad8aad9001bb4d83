"""The watch lists of config.toml: names, authors, the most used, whole kinds, of all three kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.world import World
from tests.refresh.lab import Lab, laboratory

D1, D2, D3 = (f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3))
TEXT = b"Heron License\n\nYou may use, copy and change the model for any purpose.\n"


def card(license: str) -> bytes:
    return b"---\nlicense: %s\n---\n# M\n" % license.encode()


@pytest.fixture
def world() -> World:
    made = World()
    for number in range(5):
        made.put("models", f"heron/m{number}", date=D1, files={"README.md": card("mit"), "LICENSE": TEXT},
                 downloads=100 * number, likes=50 - number)  # fmt: skip
    made.put("datasets", "heron/data", date=D1, files={"README.md": card("cc-by-4.0")})
    made.put(
        "spaces", "heron/space", date=D1, files={"README.md": b"---\nlicense: mit\nsdk: gradio\n---\n"}, sdk="gradio"
    )
    return made


@pytest.fixture
def lab(tmp_path: Path, world: World):
    with laboratory(tmp_path, world, D1) as lab:
        yield lab


def subjects(lab: Lab) -> list[str]:
    return [row["subject"] for row in lab.rows("select subject from catalog order by subject")]


def test_top_watches_the_most_used_by_downloads_or_likes(lab: Lab) -> None:
    lab.watch(models_more="top = 2").at(D1)
    assert subjects(lab) == ["model:heron/m3", "model:heron/m4"]
    lab.watch(models_more='top = 2\ntop_by = "likes"').at(D2)
    assert subjects(lab) == ["model:heron/m0", "model:heron/m1", "model:heron/m3", "model:heron/m4"]


def test_all_three_kinds_are_watched(lab: Lab, world: World) -> None:
    lab.watch(datasets=["heron/data"], more='[watch.spaces]\nauthors = ["heron"]').at(D1)
    assert subjects(lab) == ["dataset:heron/data", "space:heron/space"]
    world.put("spaces", "heron/space", date=D2, files={"README.md": b"---\nlicense: gpl-3.0\nsdk: gradio\n---\n"})
    events = lab.at(D3).events
    assert [(e["subject"], e["before"], e["after"]) for e in events if e["kind"] == "claim"] == [
        ("space:heron/space", "mit", "gpl-3.0")
    ]


def test_a_new_repository_of_a_watched_author_is_found_and_is_no_drift(lab: Lab, world: World) -> None:
    lab.watch(authors=["heron"]).at(D1)
    world.put("models", "heron/new", date=D2, files={"README.md": card("other"), "LICENSE": TEXT})
    result = lab.at(D3)
    assert (result.changed, result.events) == (0, [])
    assert "model:heron/new" in subjects(lab)


def test_who_left_a_list_is_looked_at_by_name_before_it_is_believed(lab: Lab, world: World) -> None:
    lab.watch(authors=["heron"]).at(D1)
    world.rename("models", "heron/m1", "egret/m1", date=D2)
    world.delete("models", "heron/m2", date=D2)
    events = {(e["subject"], e["kind"]) for e in lab.at(D3).events}
    assert events == {("model:egret/m1", "renamed"), ("model:heron/m2", "availability")}


def test_all_takes_rows_first_and_files_by_and_by_without_drift(lab: Lab, world: World) -> None:
    lab.watch(all_models=True, models_more="files_per_refresh = 2")
    first = lab.at(D1)
    assert (first.subjects, first.events) == (5, [])
    waiting = "select count(*) as n from current where files_behind"
    assert lab.rows(waiting) == [{"n": 5}]  # the rows are recorded at the end; their files come from the next night on
    for night, left in ((11, 3), (12, 1), (13, 0)):
        result = lab.at(f"2026-01-{night}T09:00:00Z")
        assert (result.status, result.changed, result.events) == ("complete", 0, [])
        assert lab.rows(waiting) == [{"n": left}]
    world.put("models", "heron/m0", date="2026-02-01", files={"LICENSE": TEXT + b"You may not train other models.\n"})
    told = []
    for night in (2, 3):
        told += lab.at(f"2026-02-0{night}T09:00:00Z").events
    assert [(e["subject"], e["kind"], e["role"]) for e in told] == [("model:heron/m0", "text", "license")]
    lab.sound()


def test_files_of_one_text_are_fetched_once_for_all_who_carry_it(lab: Lab) -> None:
    lab.watch(authors=["heron"]).at(D1)
    fetched = [entry.path for entry in lab.hub.log if "/resolve/" in entry.path and entry.path.endswith("LICENSE")]
    assert len(fetched) == 1


def lists(lab: Lab) -> list[str]:
    return [entry.query for entry in lab.hub.log if entry.path == "/api/models"]


def test_most_nights_of_a_large_kind_ask_for_what_changed_and_some_for_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schedules.whole_kind.SMALL", 100)
    world = World.generated(models=3000, authors=3)
    with laboratory(tmp_path, world, "2026-01-01T02:00:00Z") as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0").at("2026-01-01T02:00:00Z")
        oldest = lab.rows("select substr(subject, 7) as name from catalog order by last_modified limit 2")
        committed, gated = (row["name"] for row in oldest)
        world.put("models", committed, date="2026-01-01T12:00:00Z", files={"README.md": card("etalab-2.0")})
        world.set("models", gated, date="2026-01-01T13:00:00Z", gated="manual")
        lab.hub.log.clear()
        night = lab.at("2026-01-02T02:00:00Z")
        assert [(e["subject"], e["kind"]) for e in night.events] == [(f"model:{committed}", "claim")]
        # One page shows what changed, and in its last rows that the others are old: the gate waits for the sweep.
        assert (len(lists(lab)), night.subjects) == (1, 3000)
        lab.hub.log.clear()
        assert lab.at("2026-01-03T02:00:00Z").events == []
        sweep = lab.at("2026-01-09T02:00:00Z")
        assert [(e["subject"], e["kind"]) for e in sweep.events] == [(f"model:{gated}", "gate")]
        lab.sound()


def test_a_walk_of_changes_is_not_ended_by_a_few_old_rows_at_the_end_of_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from demo.faults import edit_json

    monkeypatch.setattr("schedules.whole_kind.SMALL", 100)
    world = World.generated(models=3000, authors=3)
    names = world.names("models", "2026-01-01")
    with laboratory(tmp_path, world, "2026-01-01T02:00:00Z") as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0").at("2026-01-01T02:00:00Z")
        for name in names[:1400]:
            world.put("models", name, date="2026-01-01T12:00:00Z", files={"README.md": card("etalab-2.0")})
        old = {"lastModified": "2020-01-01T00:00:00.000Z"}
        lab.hub.faults.add(path="^/api/models", nth=1, fault=edit_json(
            lambda rows: [*rows[:-150], *({**row, **old} for row in rows[-150:])]))  # fmt: skip
        lab.hub.log.clear()
        night = lab.at("2026-01-02T02:00:00Z")
        assert {event["subject"] for event in night.events} == {f"model:{name}" for name in names[:1400]}
        assert len(lists(lab)) == 2


def test_a_walk_that_breaks_off_moves_no_watermark(tmp_path: Path) -> None:
    from demo.faults import status

    world = World.generated(models=300, authors=1)
    name = world.names("models", "2026-01-01")[5]
    with laboratory(tmp_path, world, "2026-01-01T02:00:00Z") as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0", models=[name]).at("2026-01-01T02:00:00Z")
        world.put("models", name, date="2026-01-01T12:00:00Z", files={"README.md": card("gpl-3.0")})
        lab.watch(all_models=True, models_more="files_per_refresh = 0", datasets=["no/body"])
        lab.hub.faults.add(method="GET", path="^/api/models", nth=1, times=100, fault=status(500))
        assert lab.at("2026-01-02T02:00:00Z").status == "partial"
        lab.hub.faults.clear()
        (event,) = lab.at("2026-01-03T02:00:00Z").events
        assert event["subject"] == f"model:{name}"
