"""hub-protocol.md 7.3 at the level of a refresh: what is recorded of a repository's life."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.world import World
from tests.refresh.lab import Lab, laboratory
from tests.refresh.whole_kind import WholeKindLab

D1, D2, D3, D4 = (f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3, 4))
CARD = b"---\nlicense: %s\n---\n# A model\n"
TEXT = b"Lark License 1\n\nYou may use, copy and change the model for any purpose.\n"


def card(license: str) -> bytes:
    return CARD % license.encode()


@pytest.fixture
def world() -> World:
    world = World()
    world.put("models", "lark/one", date=D1, files={"README.md": card("mit"), "LICENSE": TEXT})
    world.put("models", "lark/two", date=D1, files={"README.md": card("apache-2.0"), "LICENSE": TEXT})
    return world


@pytest.fixture(params=[Lab, WholeKindLab], ids=["by name", "whole kind"])
def lab(tmp_path: Path, world: World, request: pytest.FixtureRequest):
    with laboratory(tmp_path, world, D1) as lab:
        yield request.param(lab.folder, lab.hub, lab.world).watch(models=["lark/one", "lark/two"])


@pytest.fixture
def by_name(tmp_path: Path, world: World):
    """Where a test counts what a whole kind has other numbers of: a night lists, the next one reads files."""
    with laboratory(tmp_path, world, D1) as lab:
        yield lab.watch(models=["lark/one", "lark/two"])


def kinds(result) -> list[tuple[str, str]]:
    return [(event["subject"], event["kind"]) for event in result.events]


def test_an_unchanged_night_records_nothing_and_fetches_no_file(by_name: Lab) -> None:
    lab = by_name
    first = lab.at(D1)
    assert (first.status, first.subjects, first.events) == ("complete", 2, [])
    lab.hub.log.clear()
    second = lab.again()
    assert (second.changed, second.events) == (0, [])
    assert lab.hub.counts().get("resolvers", 0) == 0
    assert lab.rows("select count(*) as n from versions") == [{"n": 2}]
    lab.sound()


def test_a_changed_claim_is_told_with_both_values_and_its_commit_time(by_name: Lab, world: World) -> None:
    lab = by_name
    world.put("models", "lark/one", date=D2, files={"README.md": card("gpl-3.0")})
    lab.at(D1)
    result = lab.at(D3)
    claim = next(event for event in result.events if event["kind"] == "claim")
    assert (claim["before"], claim["after"], claim["role"]) == ("mit", "gpl-3.0", "license")
    assert claim["at"].startswith("2026-02-10")
    assert claim["direction"] == "tighter"
    versions = lab.rows("select * from versions where subject = 'model:lark/one' order by id")
    assert [(v["valid_from"], v["valid_to"], v["license_claimed"]) for v in versions] == [
        (1, 2, "mit"),
        (2, None, "gpl-3.0"),
    ]


def test_r01_a_deleted_repository_is_unavailable_then_gone_and_keeps_its_text(lab: Lab, world: World) -> None:
    world.delete("models", "lark/one", date=D2)
    lab.at(D1)
    result = lab.at(D3)
    assert kinds(result) == [("model:lark/one", "availability")]
    assert result.events[0]["direction"] == "neutral"
    row = lab.catalog("model:lark/one")
    # Gone is who was missing at two looks; of a whole kind, two nights have passed.
    gone = None if type(lab) is Lab else D3
    assert (row["unavailable_since"], row["gone_at"]) == (D3, gone)
    later = lab.at(D4)
    assert (later.events, later.changed) == ([], 0)
    row = lab.catalog("model:lark/one")
    assert (row["unavailable_since"], row["gone_at"], row["license_claimed"]) == (D3, gone or D4, "mit")
    assert lab.rows(
        "select path_or_url from documents where subject = 'model:lark/one' and role = 'license' and version ="
        " (select max(id) from versions where subject = 'model:lark/one')"
    ) == [{"path_or_url": "LICENSE"}]


def test_r02_a_rename_keeps_history_and_the_old_name_still_finds_it(lab: Lab, world: World) -> None:
    world.rename("models", "lark/one", "robin/one", date=D2)
    lab.at(D1)
    result = lab.at(D3)
    assert kinds(result) == [("model:robin/one", "renamed")]
    assert (result.events[0]["before"], result.events[0]["after"]) == ("lark/one", "robin/one")
    with lab.archive() as archive:
        from storage.subjects import lookup

        assert lookup(archive.conn, "lark/one")[1] == "model:robin/one"
    assert lab.at(D4).events == []


def test_r03_a_reused_name_is_another_subject(lab: Lab, world: World) -> None:
    world.rename("models", "lark/one", "robin/one", date=D2)
    world.put("models", "lark/one", date=D3, files={"README.md": card("cc-by-nc-4.0")})
    lab.watch(models=["lark/one", "lark/two", "robin/one"])
    lab.at(D1)
    lab.at(D2)
    result = lab.at(D3)
    assert ("model:lark/one", "claim") not in kinds(result)
    claims = lab.rows("select subject, license_claimed from catalog where subject like '%/one' order by subject")
    assert claims == [
        {"subject": "model:lark/one", "license_claimed": "cc-by-nc-4.0"},
        {"subject": "model:robin/one", "license_claimed": "mit"},
    ]


def test_r04_a_swap_of_names_is_two_renames(lab: Lab, world: World) -> None:
    world.rename("models", "lark/one", "lark/tmp", date="2026-02-01T00:00:00Z")
    world.rename("models", "lark/two", "lark/one", date="2026-02-02T00:00:00Z")
    world.rename("models", "lark/tmp", "lark/two", date="2026-02-03T00:00:00Z")
    lab.at(D1)
    result = lab.at(D3)
    assert {kind for _, kind in kinds(result)} == {"renamed"}
    claims = lab.rows("select subject, license_claimed from catalog order by subject")
    assert [row["license_claimed"] for row in claims] == ["apache-2.0", "mit"]


def test_r05_private_and_back_is_one_subject(lab: Lab, world: World) -> None:
    world.set("models", "lark/one", date=D2, private=True)
    world.set("models", "lark/one", date=D4, private=False)
    lab.at(D1)
    assert [(e["kind"], e["after"]) for e in lab.at(D3).events] == [("availability", "unavailable")]
    assert [(e["kind"], e["after"]) for e in lab.at(D4).events] == [("availability", "available")]
    assert lab.catalog("model:lark/one")["unavailable_since"] is None


def test_r07_a_gate_is_seen_though_no_commit_moved(lab: Lab, world: World) -> None:
    world.set("models", "lark/one", date=D2, gated="manual")
    lab.at(D1)
    result = lab.at(D3)
    gate = next(event for event in result.events if event["kind"] == "gate")
    assert (gate["before"], gate["after"], gate["direction"], gate["substantive"]) == (
        "false",
        "manual",
        "tighter",
        True,
    )


def test_r10_disabled_keeps_the_texts(lab: Lab, world: World) -> None:
    world.set("models", "lark/one", date=D2, disabled=True)
    lab.at(D1)
    result = lab.at(D3)
    assert [event["after"] for event in result.events if event["kind"] == "availability"] == ["disabled"]
    assert not [event for event in result.events if event["kind"].startswith("file")]


def test_r12_a_moved_sha_with_the_same_files_makes_no_version(lab: Lab, world: World) -> None:
    world.put("models", "lark/one", date=D2, files={"config.json": b"{}"})
    lab.at(D1)
    before = lab.rows("select id from versions")
    lab.hub.log.clear()
    result = lab.at(D3)
    assert (result.changed, result.events) == (0, [])
    assert lab.hub.counts().get("resolvers", 0) == 0
    assert lab.rows("select id from versions") == before
    lab.hub.log.clear()
    lab.again()
    assert [entry.path for entry in lab.hub.log if "paths-info" in entry.path] == []


def test_r13_rewritten_history_is_told(lab: Lab, world: World) -> None:
    world.rewrite_history("models", "lark/one", date=D2, files={"README.md": card("mit"), "LICENSE": TEXT})
    lab.at(D1)
    assert ("model:lark/one", "history-rewritten") in kinds(lab.at(D3))
    assert lab.again().events == []


def test_r14_an_empty_repository_is_no_failure(lab: Lab, world: World) -> None:
    world.put("models", "lark/empty", date=D1, files={".gitattributes": b""})
    result = lab.watch(models=["lark/empty"]).at(D1)
    assert (result.status, result.failures) == ("complete", [])
    assert lab.catalog("model:lark/empty")["availability"] == "available"


def test_r20_one_name_in_two_kinds_is_two_subjects(lab: Lab, world: World) -> None:
    world.put("datasets", "lark/one", date=D1, files={"README.md": card("cc-by-4.0")})
    lab.watch(models=["lark/one"], datasets=["lark/one"]).at(D1)
    assert lab.catalog("dataset:lark/one")["license_claimed"] == "cc-by-4.0"
    assert lab.catalog("model:lark/one")["license_claimed"] == "mit"


def test_a_name_that_was_never_there_is_unavailable_and_no_failure(by_name: Lab) -> None:
    lab = by_name
    result = lab.watch(models=["lark/one", "lark/never"]).at(D1)
    assert (result.status, result.failures) == ("complete", [])
    assert lab.catalog("model:lark/never")["unavailable_since"] == D1
    assert lab.again().events == []
    assert lab.catalog("model:lark/never")["gone_at"] == D1


def test_a_moved_file_is_one_event_without_effect(lab: Lab, world: World) -> None:
    world.put("models", "lark/one", date=D2, files={"LICENSE": None, "LICENSE.txt": TEXT})
    lab.at(D1)
    result = lab.at(D3)
    moved = [event for event in result.events if event["kind"] == "file-moved"]
    assert [(event["before"], event["after"], event["substantive"]) for event in moved] == [
        ("LICENSE", "LICENSE.txt", False)
    ]
    assert {event["kind"] for event in result.events} == {"file-moved"}


def test_white_space_and_line_ends_are_recorded_and_alert_nobody(lab: Lab, world: World) -> None:
    world.put("models", "lark/one", date=D2, files={"LICENSE": TEXT.replace(b"\n", b"\r\n") + b"\r\n"})
    lab.at(D1)
    (event,) = lab.at(D3).events
    assert (event["kind"], event["role"], event["substantive"], event["direction"]) == (
        "text", "license", False, "neutral",
    )  # fmt: skip


def test_a_failed_fetch_is_no_change_and_the_next_refresh_makes_up_for_it(lab: Lab, world: World) -> None:
    from demo.faults import status

    world.put("models", "lark/one", date=D2, files={"LICENSE": TEXT + b"You may not train other models.\n"})
    lab.at(D1)
    lab.hub.faults.add(method="GET", path=r"/lark/one/resolve/.*LICENSE", nth=1, times=100, fault=status(500))
    broken = lab.at(D3)
    assert broken.status == "partial"
    assert [failure.subject for failure in broken.failures] == ["model:lark/one"]
    assert broken.events == []
    lab.hub.faults.clear()
    assert ("model:lark/one", "text") in kinds(lab.again())
    lab.sound()
