"""The command line as a user meets it: one JSON document, one line for an error, the exit status of the contract."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.world import World
from tests.refresh.lab import Lab, laboratory

D1, D2 = "2026-05-01T09:00:00Z", "2026-06-01T09:00:00Z"
CARD = b"---\nlicense: %s\n---\n# A model\n"


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "licensedrift", *arguments],
        capture_output=True, text=True, timeout=120, cwd=cwd, env={**os.environ, **environment}, check=False,
    )  # fmt: skip


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    world = World()
    world.put(
        "models", "wren/one", date="2026-04-01", files={"README.md": CARD % b"mit", "LICENSE": b"Do as you like.\n"}
    )
    world.put("models", "wren/one", date="2026-05-15", files={"README.md": CARD % b"cc-by-nc-4.0"})
    with laboratory(tmp_path, world, D1) as lab:
        yield lab.watch(models=["wren/one"])


def of(lab: Lab, command: str, *arguments: str, date: str = D1) -> subprocess.CompletedProcess[str]:
    lab.hub.at(date)
    return run(command, *arguments, "--config", str(lab.config), LICENSEDRIFT_NOW=date)


def on_a_terminal(*arguments: str) -> tuple[int, str]:
    """The exit status of a command, and what a terminal got to see of its standard error."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "licensedrift", *arguments], stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal, contextlib.suppress(OSError):  # which ends it (EIO)
        while part := terminal.read(4096):
            seen += part
    return process.wait(timeout=120), seen.decode()


def test_long_work_says_on_a_terminal_how_far_it_is(lab: Lab) -> None:
    assert of(lab, "refresh").returncode == 0
    status, seen = on_a_terminal("verify", "--db", str(lab.database))
    assert (status, "texts: 1 of 2 [####" in seen) == (0, True), seen


def test_refresh_answers_as_the_contract_says(lab: Lab) -> None:
    first = of(lab, "refresh", "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == {
        "run": 1, "snapshot": 1, "status": "complete", "subjects": 1, "changed": 0, "events": [], "failures": [],
        "requests": json.loads(first.stdout)["requests"],
    }  # fmt: skip
    assert set(json.loads(first.stdout)["requests"]) == {"api", "resolvers", "pages"}
    second = json.loads(of(lab, "refresh", "--json", date=D2).stdout)
    claim = next(event for event in second["events"] if event["kind"] == "claim")
    assert set(claim) == {
        "id", "snapshot", "at", "subject", "kind", "role", "direction", "substantive", "clause", "before", "after",
        "before_hash", "after_hash", "evidence_before", "evidence_after", "clauses",
    }  # fmt: skip
    assert (claim["subject"], claim["before"], claim["after"]) == ("model:wren/one", "mit", "cc-by-nc-4.0")


def test_readers_answer_as_the_contract_says(lab: Lab) -> None:
    of(lab, "refresh")
    assert json.loads(of(lab, "diff", "--json").stdout) == {"from": None, "to": 1, "events": []}
    of(lab, "refresh", date=D2)
    found = json.loads(of(lab, "diff", "--json").stdout)
    assert (found["from"], found["to"]) == (1, 2)
    assert {event["kind"] for event in found["events"]} == {"claim", "text"}
    assert json.loads(of(lab, "diff", "2026-05-02", D2, "--json").stdout) == found
    shots = json.loads(of(lab, "snapshots", "--json").stdout)
    assert [(s["id"], s["started_at"], s["status"], s["scope"], s["subjects"]) for s in shots] == [
        (1, D1, "complete", "all", 1), (2, D2, "complete", "all", 1),
    ]  # fmt: skip
    shown = json.loads(of(lab, "show", "wren/one", "--json").stdout)
    assert {"subject", "license", "openness", "clauses", "findings", "documents", "history"} <= set(shown)
    assert set(shown["license"]) >= {"claimed", "found", "edition", "similarity"}
    assert shown["license"]["claimed"] == "cc-by-nc-4.0"
    assert json.loads(of(lab, "show", "wren/one", "--at", "1", "--json").stdout)["license"]["claimed"] == "mit"
    assert json.loads(of(lab, "verify", "--json").stdout)["damaged"] == []
    assert json.loads(of(lab, "status", "--json").stdout)["last_snapshot"]["id"] == 2


def test_a_human_reads_what_from_to_since_when_and_which_way(lab: Lab) -> None:
    of(lab, "refresh")
    of(lab, "refresh", date=D2)
    told = of(lab, "diff").stdout
    for words in ("model:wren/one", "mit", "cc-by-nc-4.0", "2026-05-15", "tighter"):
        assert words in told


def test_a_dry_run_tells_and_records_nothing(lab: Lab) -> None:
    of(lab, "refresh")
    dry = json.loads(of(lab, "refresh", "--dry-run", "--json", date=D2).stdout)
    assert dry["snapshot"] is None
    assert [event["kind"] for event in dry["events"] if event["kind"] == "claim"] == ["claim"]
    assert len(json.loads(of(lab, "snapshots", "--json").stdout)) == 1
    again = json.loads(of(lab, "refresh", "--json", date=D2).stdout)
    assert again["snapshot"] == 2
    assert again["changed"] == 1


def test_only_speaks_of_that_subject_alone(lab: Lab) -> None:
    of(lab, "refresh")
    assert of(lab, "refresh", "--only", "model:wren/one", date=D2).returncode == 0
    assert json.loads(of(lab, "snapshots", "--json").stdout)[-1]["scope"] == "only"
    wrong = of(lab, "refresh", "--only", "wren/one")
    assert wrong.returncode == 2
    assert "model:" in wrong.stderr


def test_a_subject_that_fails_makes_a_partial_snapshot_with_status_3(lab: Lab) -> None:
    from demo.faults import status

    of(lab, "refresh")
    lab.hub.faults.add(method="GET", path=r"/resolve/", nth=1, times=100, fault=status(500))
    done = of(lab, "refresh", "--json", date=D2)
    assert done.returncode == 3
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["events"]) == ("partial", [])
    assert answer["failures"][0]["subject"] == "model:wren/one"


def test_no_hub_is_one_line_status_4_and_no_snapshot(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    config = tmp_path / "config.toml"
    config.write_text('[network]\nretry_wait_seconds = 0.01\n[watch.models]\nids = ["wren/one", "wren/two"]\n')
    ended = run("refresh", "--config", str(config), HF_ENDPOINT=endpoint)
    assert ended.returncode == 4
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "cannot be reached" in ended.stderr
    shots = run("snapshots", "--config", str(config), "--json")
    assert (shots.returncode, json.loads(shots.stdout)) == (0, [])


def test_a_second_refresh_ends_with_75(lab: Lab) -> None:
    of(lab, "refresh")
    with lab.database.with_name(lab.database.name + ".lock").open("r+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        busy = of(lab, "refresh")
    assert busy.returncode == 75
    assert "another refresh" in busy.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[watch.models]\nidz = []\n", "idz"),
        ("[network]\ntimeout_seconds = 'soon'\n", "timeout_seconds"),
        ("[watch.models]\nids = ['https://huggingface.co/a/b']\n", "watch.models.ids[0]"),
        ("[schedule]\nrefresh = 'at night'\n", "schedule.refresh"),
        ("database = [\n", "config.toml"),
    ],
    ids=["unknown key", "wrong type", "no repository", "no cron", "no TOML"],
)
def test_a_wrong_configuration_names_the_key(tmp_path: Path, text: str, says: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    ended = run("refresh", "--config", str(config))
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_clock_that_is_no_time_is_said_with_status_2(lab: Lab) -> None:
    ended = run("refresh", "--config", str(lab.config), LICENSEDRIFT_NOW="yesterday")
    assert ended.returncode == 2
    assert "LICENSEDRIFT_NOW" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_unknown_names_are_said_with_status_2(lab: Lab) -> None:
    of(lab, "refresh")
    for arguments in (
        ("show", "wren/none"),
        ("diff", "7"),
        ("diff", "yesterday"),
        ("show", "wren/one", "--at", "2020-01-01"),
    ):
        ended = of(lab, *arguments)
        assert ended.returncode == 2, arguments
        assert "Traceback" not in ended.stderr
    nothing = run("show", "wren/one", "--db", str(lab.folder / "none.db"))
    assert nothing.returncode == 2
    assert "no archive" in nothing.stderr


def test_identify_reads_what_it_can_and_says_what_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "NOTES").write_text("Nothing of a license.\n")
    done = run("identify", str(tmp_path / "NOTES"), str(tmp_path / "none"), "--json")
    assert done.returncode == 3
    rows = json.loads(done.stdout)
    assert [("error" in row, row.get("license")) for row in rows] == [(False, None), (True, None)]


def test_every_command_has_help_with_an_example() -> None:
    import licensedrift

    for name in licensedrift.COMMANDS:
        told = run(name, "--help")
        assert told.returncode == 0, told.stderr
        assert "Example" in told.stdout, name
        assert "--json" in told.stdout


def test_an_archive_by_itself_tells_its_status_without_a_schedule(lab: Lab, tmp_path: Path) -> None:
    of(lab, "refresh")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    told = run("status", "--db", str(lab.database), "--json", cwd=elsewhere)
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert (found["subjects"], found["next"], found["last_snapshot"]["id"]) == (1, None, 1)
    named = run("status", "--db", str(lab.database), "--config", "no.toml", cwd=elsewhere)
    assert named.returncode == 2 and "no.toml" in named.stderr
