"""What a later extractor made of a page is exported too: clauses quote it, and an archive can be made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.world import World
from storage.archive import Archive
from tests.pages.site import Site
from tests.pages.site import page as answer
from tests.refresh.lab import Lab, laboratory
from tests.refresh.test_terms import RULES, page

pytest.importorskip("pyarrow", reason="needs the extra [parquet]")

import pyarrow.parquet as pq

from storage.export import export
from storage.import_export import restore

D1, D2 = "2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.routes["/terms"] = answer(page(RULES))
    yield made
    made.close()


def watched(lab: Lab, site: Site, more: str) -> Lab:
    return lab.watch(
        more=f'[[terms]]\nservice = "Heron"\ntype = "Terms of Service"\nurl = ["{site.url}/terms"]\n{more}'
    )


def hashes(folder: Path, table: str) -> list[str]:
    return [
        row["text_hash"]
        for path in folder.glob(f"{table}/*/*.parquet")
        for row in pq.ParquetFile(path).read().to_pylist()
    ]


@pytest.mark.parametrize("each_night", [True, False])
def test_a_text_that_was_read_again_is_in_the_export_once(tmp_path: Path, site: Site, each_night: bool) -> None:
    with laboratory(tmp_path, World(), D1) as lab:
        folder = lab.folder / "parquet"
        for date, more in ((D1, 'select = ["main"]'), (D2, 'select = ["main"]\nremove = ["h1"]')):
            watched(lab, site, more).at(date)
            if each_night or date == D2:
                with Archive.read(lab.database) as archive:
                    export(archive, folder, progress=lambda *_: None)
        texts = hashes(folder, "texts")
        assert len(texts) == len(set(texts)) == 2
        assert set(hashes(folder, "clauses")) == set(texts)
        # Under the rules of another day the clauses of both texts are taken over, not found anew.
        for part in folder.glob("clauses/*/*.parquet"):
            table = pq.ParquetFile(part).read()
            place = table.schema.get_field_index("rules_version")
            older = table.set_column(place, table.schema.field(place), [["2026.1.1"] * table.num_rows])
            pq.write_table(older, part)
        with Archive.open(tmp_path / "again.db") as archive:
            restore(archive, folder, progress=lambda *_: None)
            rows = archive.conn.execute("select rules_version, text_hash from clauses").fetchall()
        assert {text for version, text in rows if version == "2026.1.1"} == set(texts)
