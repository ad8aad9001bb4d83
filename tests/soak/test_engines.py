"""Whoever reads the texts again, the answers are the same; a worker that is lost takes none with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import licenses.reading
import storage.understanding
from demo.world import World
from schedules import reinterpret as module
from schedules.configuration import load
from schedules.engines import NoEngine
from tests.refresh.lab import Lab, laboratory

DAY = "2026-01-10T09:00:00Z"
TEXTS = 24
TERMS = (
    "Wren License {n}\n\n1. You may use, copy and change the model number {n} for any purpose.\n"
    "2. You may not use the model for surveillance in country {n}.\n3. You must keep this notice.\n"
)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """An archive that was read by the rules of another day."""
    world = World()
    for number in range(TEXTS):
        files = {"README.md": b"---\nlicense: other\n---\n# M\n", "LICENSE": TERMS.format(n=number).encode()}
        world.put("models", f"wren/m{number}", date="2026-01-01", files=files)
    with laboratory(tmp_path, world, DAY) as lab:
        with monkeypatch.context() as former:
            for place in (licenses.reading, storage.understanding):
                former.setattr(place, "RULES_VERSION", "1999.1.1")
            lab.watch(authors=["wren"]).at(DAY)
        monkeypatch.setattr(module, "BATCH", 2)
        yield lab


def again(lab: Lab, progress: Callable[..., object] = lambda *_: None, **options: Any) -> list[dict[str, Any]]:
    """What is known of all texts once they were read anew."""
    done = module.reinterpret(load(str(lab.config)), lab.database, progress=progress, **options)
    assert done.texts >= TEXTS
    lab.sound()
    return lab.rows(
        "select text_hash, clause, quote, quote_start, quote_end, section, parameters from clauses"
        " where rules_version not like '1999%' order by 1, 2, 4"
    )


def once(action: Callable[[], object]) -> Callable[..., object]:
    """A progress that does something when the first texts are read."""
    waiting = [action]
    return lambda what, *_: waiting.pop()() if what == "texts" and waiting else None


def copy(lab: Lab, folder: Path) -> Lab:
    """The same archive in another folder."""
    other = Lab(folder, lab.hub, lab.world)
    other.config.write_bytes(lab.config.read_bytes())
    other.database.write_bytes(lab.database.read_bytes())
    return other


def test_a_pool_that_lost_a_process_is_made_anew(lab: Lab, tmp_path: Path) -> None:
    other = copy(lab, tmp_path / "other")
    killed: list[int] = []

    def kill() -> None:
        victim = multiprocessing.active_children()[0].pid
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    wanted = again(lab)
    assert len(wanted) >= TEXTS
    assert again(other, once(kill), workers=2) == wanted
    assert killed


def test_dask_gives_the_same_answers_and_survives_a_lost_worker(lab: Lab, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra [distributed] is not installed")
    wanted = again(copy(lab, tmp_path / "other"))
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with distributed.LocalCluster(**options) as cluster:
        victim = next(iter(cluster.workers.values())).process.process.pid
        found = again(lab, once(lambda: os.kill(victim, signal.SIGKILL)), scheduler=cluster.scheduler_address)
    assert found == wanted


def test_no_cluster_is_said_in_one_line(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.engines.CONNECT_SECONDS", 0.2)
    with pytest.raises(NoEngine) as told:
        module.reinterpret(load(str(lab.config)), lab.database, scheduler="tcp://127.0.0.1:9", progress=lambda *_: None)
    assert "\n" not in str(told.value)


def test_a_worker_with_other_rules_is_not_believed() -> None:
    with pytest.raises(module.OtherRules):
        module.Reader(None, "1999.1.1")([(1, "a text")])
