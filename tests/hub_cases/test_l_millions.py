"""hub-protocol.md L23: a whole kind of millions of rows, in little memory, and after a kill in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo import faults
from demo.hub import DemoHub
from demo.world import World
from storage.archive import Archive
from storage.verify import verify
from tests.hub_cases.bench import CONFIG, D1, D2

ROWS = int(os.environ.get("SOAK_ROWS", 3_300_000))
PAGE = 1000
MOST_MEMORY = 300_000  # KiB
ROW = (
    b'{"_id":"%024x","id":"author-%d/model-%d","sha":"%040x","lastModified":"2026-01-01T00:00:00.000Z",'
    b'"createdAt":"2026-01-01T00:00:00.000Z","private":false,"disabled":false,"gated":false,"downloads":%d,'
    b'"tags":["transformers","license:%s","region:us"],"cardData":{"license":"%s","language":["en"]},'
    b'"siblings":[{"rfilename":".gitattributes"},{"rfilename":"README.md"},{"rfilename":"model.safetensors"}]}'
)
LICENSES = (b"apache-2.0", b"mit", b"cc-by-4.0", b"openrail")


def row(number: int) -> bytes:
    license = LICENSES[number % len(LICENSES)]
    return ROW % (number + 1, number % 50_000, number, number + 1, number % 1000, license, license)


def page(turn: faults.Turn) -> None:
    """Rows made up as they are asked for; the cursor is a number."""
    begin = int(turn.request.param("cursor") or 0)
    end = min(begin + PAGE, ROWS)
    url = f"http://{turn.request.headers['host']}{turn.request.path}"
    headers = {"Link": f'<{url}?cursor={end}>; rel="next"'} if end < ROWS else {}
    faults.body(b"[" + b",".join(map(row, range(begin, end))) + b"]", headers)(turn)


def start(folder: Path, hub: DemoHub, date: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "LICENSEDRIFT_NOW": date, "HF_HUB_DISABLE_TELEMETRY": "1"}
    environment.pop("HF_TOKEN", None)
    command = "from licensedrift import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", command, "--config", str(folder / "config.toml"), "refresh"],
        env=environment, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def ended(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Exit status, and the most memory it ever held, in KiB."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_maxrss


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_l23_millions_of_rows_take_little_memory_and_survive_a_kill(tmp_path: Path) -> None:
    watch = "[watch.models]\nall = true\nfiles_per_refresh = 0\n"
    (tmp_path / "config.toml").write_text(CONFIG.format(watch=watch).replace("deadline_seconds = 1.5", ""))
    with DemoHub(World(), now=D1) as hub:
        hub.faults.add(path=r"^/api/models\?", times=10**9, fault=page)
        killed = start(tmp_path, hub, D1)
        while len(hub.log) < ROWS // PAGE // 2:
            assert killed.poll() is None
            time.sleep(0.2)
        killed.kill()
        ended(killed)
        began = time.monotonic()
        status, memory = ended(start(tmp_path, hub, D1))
        first = time.monotonic() - began
        assert status == 0
        hub.log.clear()
        began = time.monotonic()
        again, memory_again = ended(start(tmp_path, hub, D2))
        second = time.monotonic() - began
        assert again == 0
        # By cursor: on a busy machine a page may be asked for twice.
        assert len({entry.query for entry in hub.log if "cursor" in entry.query}) == -(-ROWS // PAGE) - 1
    print(f"{ROWS:,} rows: first {first:.0f} s, {memory / 1024:.0f} MiB; again {second:.0f} s,"
          f" {memory_again / 1024:.0f} MiB")  # fmt: skip
    assert max(memory, memory_again) < MOST_MEMORY
    with Archive.read(tmp_path / "archive.db") as archive:
        assert [archive.conn.execute(f"select count(*) from {table}").fetchone()[0] for table in
                ("subject", "version", "pending", "drift")] == [ROWS, ROWS, 0, 0]  # fmt: skip
        assert verify(archive)["damaged"] == []
