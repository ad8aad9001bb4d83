"""However much of what a Hub answers cannot be read, what is told of it has a measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import faults
from tests.hub_cases.bench import D1, NAMES, flock
from tests.refresh.lab import laboratory


def test_rows_that_nobody_can_read_do_not_fill_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.session.MOST_FAILURES", 7)
    with laboratory(tmp_path, flock(), D1, max_limit=2) as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0")
        spoil = faults.edit_json(lambda rows: [*rows, *({"id": f"lark/bad{number}"} for number in range(5))])
        lab.hub.faults.add(path=r"^/api/models\?", times=100, fault=spoil)
        result = lab.at(D1)
        assert (result.status, len(result.failures)) == ("partial", 8)
        assert "more failures" in result.failures[-1].reason
        # The rows beside them are read all the same, to the last page.
        assert len(lab.rows("select 1 from catalog")) == len(NAMES)
        lab.sound()
