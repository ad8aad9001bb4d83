"""hub-protocol.md 7.3, the cases that tests/refresh/test_repo_life.py leaves: gates, tags, lost branches, big trees."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from demo.faults import first
from demo.git_objects import File
from storage.known import by_name
from tests.hub_cases.one_model import (
    D1,
    D2,
    D3,
    D4,
    NAME,
    SUBJECT,
    TEXT,
    asked,
    card,
    kinds,
    one_model,
    reasons,
    stored,
)
from tests.refresh.lab import Lab
from tests.refresh.whole_kind import WholeKindLab

FILES = {"README.md": card(), "LICENSE": TEXT, "config.json": b"{}", "model.safetensors": b"0"}


@pytest.fixture(params=[Lab, WholeKindLab], ids=["by name", "whole kind"])
def lab(tmp_path: Path, request: pytest.FixtureRequest):
    with one_model(tmp_path, FILES) as lab:
        yield as_watched(lab, request.param)


def as_watched(lab: Lab, how: type[Lab]) -> Lab:
    """The same model watched by its name, or as a part of all models."""
    other = how(lab.folder, lab.hub, lab.world)
    if how is WholeKindLab:
        lab.config.write_text(
            lab.config.read_text().replace(f"ids = {[NAME]!r}", "").replace("all = false", "all = true")
        )
    return other


def test_r04_a_chain_of_renames_is_one_subject(lab) -> None:
    lab.at(D1)
    names = [NAME, "lark/b", "lark/c", "lark/d"]
    for day, (old, new) in enumerate(pairwise(names), 1):
        lab.world.rename("models", old, new, date=f"2026-02-0{day}T09:00:00Z")
    result = lab.at(D3)
    assert [(event["kind"], event["before"], event["after"]) for event in result.events] == [
        ("renamed", NAME, "lark/d")
    ]
    assert len(lab.rows("select subject from catalog")) == 1


def test_r06_public_again_under_another_id_is_another_subject(lab) -> None:
    lab.at(D1)
    lab.world.delete("models", NAME, date="2026-01-20T09:00:00Z")
    lab.at(D2)
    lab.world.put("models", NAME, date="2026-02-20T09:00:00Z", files={"README.md": card("gpl-3.0")})
    result = lab.at(D3)
    assert "claim" not in kinds(result)
    with lab.archive() as archive:
        now = by_name(archive.conn, "model", NAME)
        assert now is not None and now.availability == "available"
        ids = archive.conn.execute("select hub_id from subject where hub_id is not null").fetchall()
    assert len(set(ids)) == 2
    claims = lab.rows("select license_claimed, unavailable_since is null as here from catalog order by here")
    assert claims == [{"license_claimed": "mit", "here": 0}, {"license_claimed": "gpl-3.0", "here": 1}]
    assert lab.again().events == []


def test_r08_behind_a_gate_that_lets_the_license_through_nothing_fails(lab) -> None:
    lab.world.set("models", NAME, date=D1, gated="auto")
    assert lab.at(D1).status == "complete"
    assert set(stored(lab)) == {"README.md", "LICENSE"}
    assert (lab.catalog(SUBJECT)["gated"], lab.catalog(SUBJECT)["availability"]) == ("auto", "available")
    assert asked(lab, "config.json") == []


@pytest.mark.parametrize("token", [None, "hf_not_on_the_list"], ids=["r08-anonymous-401", "r09-token-403"])
def test_r08_r09_a_file_behind_a_gate_is_said_and_the_repository_is_there(lab, monkeypatch, token) -> None:
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
        lab.hub.tokens[token] = {}
    lab.world.set("models", NAME, date=D1, gated="manual", gated_license=True)
    result = lab.at(D1)
    assert set(stored(lab)) == {"README.md"}
    (reason,) = reasons(result)
    assert reason.startswith("LICENSE: gated: Access to model lark/one is restricted")
    assert lab.catalog(SUBJECT)["availability"] == "available"
    # It will be so tomorrow: not asked for again as long as nothing moves.
    lab.hub.log.clear()
    again = lab.again()
    assert (again.status, again.events, asked(lab, "/resolve/")) == ("complete", [], [])
    # The gate opens, the commit is the same.
    lab.world.set("models", NAME, date=D2, gated=False)
    assert {"gate", "file-added"} == set(kinds(lab.at(D3)))
    assert stored(lab)["LICENSE"].content == TEXT


def test_r08_a_gate_that_closes_takes_no_text_away(lab) -> None:
    lab.at(D1)
    lab.world.set("models", NAME, date=D2, gated="manual", gated_license=True)
    lab.world.put("models", NAME, date=D2, files={"LICENSE": TEXT + b"But not on Sundays.\n"})
    result = lab.at(D3)
    assert set(kinds(result)) == {"gate"}
    assert stored(lab)["LICENSE"].content == TEXT


def test_r11_a_tag_that_the_server_adds_is_seen_though_no_commit_moved(lab) -> None:
    lab.at(D1)
    lab.world.set("models", NAME, date=D2, tags=["license:gpl-3.0"])
    lab.hub.log.clear()
    lab.at(D3)
    tags = [row["license_tags"] for row in lab.rows("select license_tags from versions order by id")]
    assert [json.loads(one) for one in dict.fromkeys(tags)] == [["mit"], ["mit", "gpl-3.0"]]
    assert asked(lab, "/resolve/") == []


def test_r13_a_force_push_back_in_time_is_seen_by_its_commit(lab) -> None:
    lab.world.put("models", NAME, date=D2, files={"README.md": card("gpl-3.0")})
    lab.at(D2)
    lab.world.rewrite_history("models", NAME, date=D3, files=FILES, commit_date="2025-06-01T00:00:00Z")
    result = lab.at(D3)
    assert {"claim", "history-rewritten"} <= set(kinds(result))
    assert lab.catalog(SUBJECT)["license_claimed"] == "mit"


def test_r15_a_lost_main_branch_is_a_failure_and_takes_nothing_away(lab) -> None:
    lab.at(D1)
    lab.world.put("models", "lark/two", date=D1, files=FILES)
    lab.watch(models=[NAME, "lark/two"])
    lab.world.drop_main("models", NAME, date=D2)
    result = lab.at(D3)
    assert (result.status, result.events) == ("partial", [])
    assert {failure.subject for failure in result.failures} == {SUBJECT}
    assert stored(lab)["LICENSE"].content == TEXT
    lab.world.rewrite_history("models", NAME, date="2026-03-20T00:00:00Z", files=FILES)
    assert lab.at(D4).status == "complete"


def test_r16_files_are_asked_for_by_the_rows_commit(lab) -> None:
    def push() -> None:
        lab.world.put("models", NAME, date=D1, files={"LICENSE": b"Another text\n", "README.md": card("gpl-3.0")})

    (sha,) = [lab.world.get("models", NAME, D1).heads.values[-1].sha]
    # While the files are asked for, somebody pushes.
    lab.hub.faults.add(method="POST", path="paths-info", fault=first(push))
    assert lab.at(D1).status == "complete"
    paths = asked(lab, "/resolve/")
    assert len(paths) == 2 and all(f"/resolve/{sha}/" in path for path in paths)
    assert (stored(lab)["LICENSE"].content, stored(lab)["LICENSE"].revision) == (TEXT, sha)
    assert lab.catalog(SUBJECT)["license_claimed"] == "mit"
    lab.again()
    assert stored(lab)["LICENSE"].content == b"Another text\n"


@pytest.mark.parametrize("where", [r"paths-info", r"/resolve/.*LICENSE"], ids=["before-names", "before-a-file"])
def test_r17_a_commit_that_is_squashed_away_is_looked_for_on_main(lab, where: str) -> None:
    def squash() -> None:
        lab.world.rewrite_history("models", NAME, date=D1, files=FILES)

    lab.hub.faults.add(path=where, fault=first(squash))
    result = lab.at(D1)
    assert (result.status, result.failures) == ("complete", [])
    (sha,) = [lab.world.get("models", NAME, D1).heads.values[-1].sha]
    assert (stored(lab)["LICENSE"].content, stored(lab)["LICENSE"].revision) == (TEXT, sha)
    later = lab.at(D2)
    assert set(kinds(later)) <= {"history-rewritten"}
    assert lab.catalog(SUBJECT)["sha"] == sha


@pytest.fixture(scope="module")
def large() -> dict[str, File | bytes]:
    """As many files as a sharded data set has; each is the same."""
    one = File(b"0")
    return {"README.md": card(), "LICENSE": TEXT} | {f"part-{number:06}.bin": one for number in range(50_000)}


def test_r18_r19_a_tree_of_50_000_files_costs_no_listing_and_little_room(tmp_path: Path, large) -> None:
    with one_model(tmp_path, large) as lab:
        assert lab.at(D1).status == "complete"
        assert set(stored(lab)) == {"README.md", "LICENSE"}
        assert asked(lab, "/tree/") == []
        assert len(lab.hub.log) == 6  # the row, the names, two files over two hops each
        (named,) = [entry for entry in lab.hub.log if "paths-info" in entry.path]
        assert len(named.body) < 200
        assert lab.database.stat().st_size < 1_000_000


def test_r19_a_row_of_license_files_without_end_is_capped(tmp_path: Path) -> None:
    one = File(TEXT)
    files = {f"LICENSE-{number:05}.md": one for number in range(3_000)}
    with one_model(tmp_path, files) as lab:
        assert lab.at(D1).status == "complete"
        assert len(stored(lab)) == 500
        lab.hub.log.clear()
        assert lab.again().events == []
        assert asked(lab, "/resolve/") == []
