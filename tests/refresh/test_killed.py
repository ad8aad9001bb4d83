"""M01: a refresh killed at any moment leaves no trace: the next one makes the archive as if undisturbed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from demo.world import World
from tests.refresh.lab import Lab, laboratory

D1, D2 = "2026-03-01T09:00:00Z", "2026-04-01T09:00:00Z"
REPOSITORIES = 60


def world() -> World:
    made = World()
    for number in range(REPOSITORIES):
        text = f"Wren License {number}\n\nYou may use the model number {number} for any purpose.\n".encode()
        made.put("models", f"wren/m{number:03}", date="2026-02-01",
                 files={"README.md": b"---\nlicense: mit\n---\n# M\n", "LICENSE": text})  # fmt: skip
        if number % 2:
            more = text + b"You may not use the model to train other models.\n"
            made.put("models", f"wren/m{number:03}", date="2026-03-15",
                     files={"README.md": b"---\nlicense: other\n---\n# M\n", "LICENSE": more})  # fmt: skip
    made.rename("models", "wren/m000", "wren/zero", date="2026-03-16")
    made.delete("models", "wren/m002", date="2026-03-17")
    return made


def content(lab: Lab) -> dict[str, list[dict[str, Any]]]:
    """All that readers see, without the numbers that a killed run uses up."""
    started = "(select started_at from runs where id = {})"
    return {
        "catalog": lab.rows("select * from catalog order by subject"),
        "versions": lab.rows(
            f"select subject, {started.format('valid_from')} as valid_from, {started.format('valid_to')} as valid_to,"
            " since, until, origin, sha, bundle_hash, license_claimed from versions order by 1, 4, 8"
        ),
        "documents": lab.rows(
            "select d.subject, v.bundle_hash, role, path_or_url, content_hash, text_hash, d.revision, fetched_at"
            " from documents d join versions v on v.id = d.version order by 1, 2, 3, 4"
        ),
        "drift": lab.rows(
            f"select {started.format('snapshot')} as snapshot, at, subject, kind, role, direction, substantive, clause,"
            " before, after, before_hash, after_hash, evidence_before, evidence_after from drift"
            " order by subject, kind, role, clause, before, after"
        ),
        "findings": lab.rows("select subject, claim, claimed, found, severity from findings order by 1, 2, 3"),
        "clauses": lab.rows("select text_hash, clause, quote_start from clauses order by 1, 2, 3"),
    }


def start(lab: Lab) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "licensedrift", "refresh", "--config", str(lab.config)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ.copy(), start_new_session=True,
    )  # fmt: skip


def wait_for_a_request(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    while not len(lab.hub.log) and process.poll() is None:
        time.sleep(0.005)


def kills(tmp_path: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)
    with laboratory(tmp_path / "undisturbed", world(), D1) as lab:
        lab.watch(authors=["wren"]).at(D1)
        first = lab.database.read_bytes()
        lab.hub.log.clear()
        os.environ["LICENSEDRIFT_NOW"] = D2
        lab.hub.at(D2)
        process = start(lab)
        wait_for_a_request(lab, process)
        began = time.monotonic()
        assert process.wait() == 0
        lasted = time.monotonic() - began
        wanted = content(lab)
        assert {row["kind"] for row in wanted["drift"]} >= {"text", "claim", "renamed", "availability"}
        interrupted = 0
        for number in range(count):
            lab.folder = tmp_path / f"killed-{number}"
            lab.folder.mkdir()
            shutil.copy(lab.config, lab.folder / "config.toml")
            lab.config, lab.database = lab.folder / "config.toml", lab.folder / "archive.db"
            lab.database.write_bytes(first)
            lab.hub.log.clear()
            process = start(lab)
            wait_for_a_request(lab, process)
            time.sleep(chance.uniform(0, lasted))
            process.kill()
            process.wait()
            before = lab.rows("select count(*) as n from snapshots")[0]["n"]
            assert before in (1, 2)
            if before == 1:  # one that had ended is no trace, and another night would make the missing gone
                lab.again()
            assert content(lab) == wanted, f"kill number {number} left a trace"
            lab.sound()
            interrupted += lab.rows("select count(*) as n from runs where status = 'interrupted'")[0]["n"]
        print(f"{count} kills, {interrupted} of them in the middle of a run")
        assert interrupted


@pytest.mark.timeout(300)
def test_m01_ten_kills_leave_no_trace(tmp_path: Path) -> None:
    kills(tmp_path, 10, seed=20261125)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_m01_fifty_kills_leave_no_trace(tmp_path: Path) -> None:
    kills(tmp_path, 50, seed=7)
