"""An Open Terms Archive collection, as a small real git repository: the same versions and dates, and never twice."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from schedules.import_history import import_history
from storage.archive import Archive
from storage.verify import verify

RULES = [
    "These terms are an agreement between you and Heron Ltd. By using the service you accept these terms.",
    "You may use the service for your own business. You must not resell the service or remove our notices.",
    "We provide the service as is, without warranty of any kind. Our liability is limited to the fees you paid.",
    "We may terminate your access if you breach these terms. The laws of Norway govern this agreement.",
]
MORE = "You may not use the output of the service to develop models that compete with the service."


class Collection:
    """A git repository as the engine writes it: a commit a version."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self._git("init", "--quiet", "--initial-branch", "main")

    def _git(self, *arguments: str, date: str = "2024-01-01T00:00:00Z") -> str:
        environment = {
            **os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
            "GIT_AUTHOR_NAME": "bot", "GIT_AUTHOR_EMAIL": "bot@example.org", "GIT_COMMITTER_NAME": "bot",
            "GIT_COMMITTER_EMAIL": "bot@example.org", "GIT_CONFIG_GLOBAL": os.devnull,
        }  # fmt: skip
        return subprocess.run(
            ["git", "-C", str(self.path), *arguments], check=True, capture_output=True, text=True, env=environment
        ).stdout

    def commit(self, message: str, date: str, **files: str | bytes) -> None:
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
            self._git("add", "--", name)
        self._git("commit", "--quiet", "-m", message, date=date)


def markdown(*rules: str) -> str:
    return "# Terms of Service\n\n" + "\n\n".join(rules) + "\n"


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    made = Collection(tmp_path / "demo-versions")
    made.commit("Add README", "2023-12-01T00:00:00Z", **{"README.md": "A collection\n"})
    made.commit(
        "First record of Heron Terms of Service",
        "2024-01-10T06:30:00Z",
        **{"Heron/Terms of Service.md": markdown(*RULES)},
    )
    made.commit(
        "First record of Egret Terms of Service",
        "2024-02-01T06:30:00Z",
        **{"Egret/Terms of Service.md": markdown(*RULES[:3])},
    )
    made.commit(
        "Record new changes of Heron Terms of Service",
        "2024-03-05T18:30:00Z",
        **{"Heron/Terms of Service.md": markdown(*RULES, MORE)},
    )
    made.commit("Apply technical or declaration upgrade on Heron Terms of Service", "2024-04-01T06:30:00Z",
                **{"Heron/Terms of Service.md": markdown(*RULES, MORE).replace("# Terms", "Terms")})  # fmt: skip
    return made


def imported(database: Path, collection: Collection):
    return import_history(database, collection.path, progress=lambda *_: None)


def rows(database: Path, query: str) -> list[dict[str, object]]:
    with Archive.read(database) as archive:
        return list(archive.db.query(query))


def test_versions_have_the_dates_of_the_commits_and_their_drift_is_there(
    tmp_path: Path, collection: Collection
) -> None:
    database = tmp_path / "archive.db"
    done = imported(database, collection)
    assert (done.records, done.versions, done.upgrades) == (4, 4, 1)
    versions = rows(database, "select subject, since, until, origin, valid_from from versions order by subject, since")
    heron, egret = "terms:Heron/Terms of Service", "terms:Egret/Terms of Service"
    assert [tuple(row.values()) for row in versions] == [
        (egret, "2024-02-01T06:30:00Z", None, "import", None),
        (heron, "2024-01-10T06:30:00Z", "2024-03-05T18:30:00Z", "import", None),
        (heron, "2024-03-05T18:30:00Z", "2024-04-01T06:30:00Z", "import", None),
        (heron, "2024-04-01T06:30:00Z", None, "import", None),
    ]
    drift = rows(database, "select subject, at, snapshot, kind, direction, substantive from drift where parent is null")
    assert [tuple(row.values()) for row in drift] == [(heron, "2024-03-05T18:30:00Z", None, "text", "tighter", 1)]
    evidence = json.loads(rows(database, "select evidence_after from drift where parent is null")[0]["evidence_after"])
    assert len(evidence["revision"]) == 40
    with Archive.read(database) as archive:
        assert verify(archive)["damaged"] == []


def test_twice_in_a_row_makes_no_duplicates_and_later_commits_are_added(tmp_path: Path, collection: Collection) -> None:
    database = tmp_path / "archive.db"
    imported(database, collection)
    before = rows(database, "select * from versions")
    assert imported(database, collection).versions == 0
    assert rows(database, "select * from versions") == before
    collection.commit("Record new changes of Egret Terms of Service", "2024-06-01T00:00:00Z",
                      **{"Egret/Terms of Service.md": markdown(*RULES)})  # fmt: skip
    assert imported(database, collection).versions == 1


def test_snapshots_are_read_by_our_own_extraction(tmp_path: Path) -> None:
    made = Collection(tmp_path / "demo-snapshots")
    for day, noise, rules in ((1, "a", RULES), (2, "b", RULES), (3, "c", [*RULES, MORE])):
        body = "".join(f"<p>{rule}</p>" for rule in rules)
        html = f"<html><body><nav>{noise}</nav><main><h1>Terms of Service</h1>{body}</main></body></html>"
        made.commit("Record new snapshot of Heron Terms of Service", f"2024-01-0{day}T00:00:00Z",
                    **{"Heron/Terms of Service.html": html})  # fmt: skip
    database = tmp_path / "archive.db"
    imported(database, made)
    since = rows(database, "select since from versions order by since")
    assert [row["since"] for row in since] == ["2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"]


def test_a_snapshot_that_is_no_terms_is_no_version(tmp_path: Path) -> None:
    made = Collection(tmp_path / "demo-snapshots")
    rules = "".join(f"<p>{rule}</p>" for rule in RULES)
    good = f"<html><body><main><h1>Terms of Service</h1>{rules}</main></body></html>"
    wall = "<html><title>Just a moment...</title><body>Checking if the site connection is secure</body></html>"
    sold = f"<main><h1>Heron</h1>{'<p>Our new feeders are the best that birds can buy.</p>' * 9}</main>"
    pages = [good, wall, good.replace("business", "firm"), sold]
    for day, html in enumerate(pages, 1):
        made.commit("Record new snapshot of Heron Terms of Service", f"2024-01-0{day}T00:00:00Z",
                    **{"Heron/Terms of Service.html": html})  # fmt: skip
    database = tmp_path / "archive.db"
    done = imported(database, made)
    since = rows(database, "select since from versions order by since")
    assert [row["since"] for row in since] == ["2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"]
    captcha, another = done.unread
    assert "instead of the terms" in captcha
    assert "another document" in another


def test_snapshots_are_read_as_they_were_declared_at_the_time(tmp_path: Path) -> None:
    folder = tmp_path / "demo-declarations" / "declarations"
    folder.mkdir(parents=True)
    page = {"fetch": "https://heron.example/terms"}
    (folder / "Heron.json").write_text(
        json.dumps({"name": "Heron", "terms": {"Terms of Service": page | {"select": "#new"}}})
    )
    (folder / "Heron.history.json").write_text(
        json.dumps({"Terms of Service": [page | {"select": ".old", "validUntil": "2024-01-02T12:00:00Z"}]})
    )
    made = Collection(tmp_path / "demo-snapshots")
    for day, mark, rules in ((1, "class='old'", RULES), (3, "id='new'", RULES), (4, "id='new'", [*RULES, MORE])):
        body = "".join(f"<p>{rule}</p>" for rule in rules)
        # Around it stand other sentences that would be taken for the terms too.
        html = f"<body><div>You must not feed bird {day}.</div><div {mark}>{body}</div><p>We may sing {day}.</p></body>"
        made.commit("Record new snapshot of Heron Terms of Service", f"2024-01-0{day}T00:00:00Z",
                    **{"Heron/Terms of Service.html": html})  # fmt: skip
    database = tmp_path / "archive.db"
    assert imported(database, made).unread == []
    since = rows(database, "select since from versions order by since")
    assert [row["since"] for row in since] == ["2024-01-01T00:00:00Z", "2024-01-04T00:00:00Z"]
    with Archive.read(database) as archive:
        assert verify(archive)["damaged"] == []


def test_what_is_no_clone_says_so(tmp_path: Path) -> None:
    from crawler.open_terms_history import HistoryError

    with pytest.raises(HistoryError, match="not a git repository"):
        import_history(tmp_path / "archive.db", tmp_path, progress=lambda *_: None)
