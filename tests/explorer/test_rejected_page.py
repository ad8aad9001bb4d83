"""Captures that were not believed: listed with the reason, saved as bytes, never shown as a page."""

from __future__ import annotations

from pathlib import Path

from storage import pages
from storage.archive import Archive
from tests.explorer import sample
from tests.explorer.sample import Reader, words

BASE = "/archive/-"
PAGE = b"<html><script>alert(1)</script>Just a moment \xff</html>"


def keep(database: Path, subject: str, reason: str) -> None:
    with Archive.open(database) as archive, archive.writing():
        pages.reject(
            archive.conn, subject=subject, url="https://heron.example/<b>", run=1, fetched_at="2026-03-11T03:00:00Z",
            reason=reason, text_hash=None, content=PAGE,
        )  # fmt: skip


def test_a_person_sees_why_a_page_was_not_believed(database: Path, tmp_path: Path) -> None:
    archive = sample.copy(database, tmp_path)
    keep(archive, "terms:Heron/Terms of Service", "a captcha instead of the terms: “<img src=x>”")
    keep(archive, "license_link", "answered 403")
    reader = Reader(archive)
    assert reader.page(f"{BASE}/runs").find("a", string="Captures that were not believed")
    page = reader.page(f"{BASE}/rejected")
    first, second = page.select("tbody tr")
    assert "a license link answered 403" in words(first)
    assert "a captcha instead of the terms: “<img src=x>”" in words(second)
    assert not page.select("tbody img, tbody b")
    only = reader.page(f"{BASE}/rejected?subject=terms:Heron/Terms of Service")
    assert len(only.select("tbody tr")) == 1
    answer = reader.get(second.select_one("a[download]")["href"])
    assert answer.content == PAGE
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_without_any_it_says_so(reader: Reader) -> None:
    assert "There is none." in words(reader.page(f"{BASE}/rejected").main)
    assert reader.get(f"{BASE}/rejected/999").status_code == 404
