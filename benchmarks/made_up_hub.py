"""A Hub of millions of models that holds none of them: what a row says is a function of its number and of the night.

    python -m benchmarks.made_up_hub --models 3000000        (prints its URL, serves until it is stopped)

The rows are those of a generated Hub of 4,000 models, over and over, each time under another identity, name, commit
and dates. It answers what a refresh of a whole kind asks: the list by `createdAt` and by `lastModified`, newest first,
behind an opaque cursor; and one model by its name (200, 307 to its new name, 401 as to a stranger: hub-protocol.md
1.9 and 1.10). Before the night of changes its models are the numbers from `share` on; then one in a hundred of all is
another (`Changes`), and the numbers below `share` are new. `POST /made-up/changed` and `/made-up/as-before` set the
night; `POST /made-up/requests` tells how much was asked since it was last told, and forgets it.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.listing_contenders import EXPAND

NOW = "2026-11-01T00:00:00Z"
PATTERNS = 4000
_MARKS = ("_id", "id", "sha", "lastModified", "createdAt")
_NEWEST = datetime(2026, 10, 31, tzinfo=UTC)  # the day of the newest models before the night of changes
_A_MINUTE = 20  # commits to all of the Hub, which is 28,800 a day (hub-protocol.md 3.4 plans with 25,000)
_A_DAY = 1440 * _A_MINUTE
_CHANGED_ON = "2026-11-02"
_MOVED = "-moved"
_NOT_LOGGED_IN = "Invalid username or password."

Change = Literal["license", "commit", "gated", "private", "renamed", "deleted"]
# Of ten shares: half are commits (one in five of them leaves the license as it is), one each of the others; the tenth
# are new ones.
SHARES: tuple[Change, ...] = (
    "license", "license", "license", "license", "commit", "gated", "private", "renamed", "deleted",
)  # fmt: skip
DATED: tuple[Change, ...] = ("license", "commit")  # the others are no commits, and move no date


@dataclass(frozen=True)
class Changes:
    """What is otherwise after the night of changes. `of` is by number; `dated` are the commits, newest first.

    Of `models`, `share` (one in a thousand) are each in a part of SHARES, and as many are new: together 1 %.
    """

    models: int
    share: int
    of: dict[int, Change]
    dated: tuple[int, ...]

    @classmethod
    def among(cls, models: int, seed: int = 7) -> Changes:
        """The changes to a Hub of so many models: always the same."""
        share = models // 1000
        chosen = random.Random(seed).sample(range(share, share + models), share * len(SHARES))
        of = {number: SHARES[place // share] for place, number in enumerate(chosen)}
        return cls(models, share, of, (*range(share), *(n for n in chosen if of[n] in DATED)))

    def numbers(self, *kinds: Change) -> set[int]:
        """The models that were changed in one of these ways."""
        return {number for number, change in self.of.items() if change in kinds}

    @property
    def there(self) -> int:
        """How many models the list shows afterwards."""
        return self.models + self.share - len(self.numbers("private", "deleted"))


def identity(number: int) -> str:
    """The `_id` of a model, which no change moves."""
    return f"{number + 1:024x}"


class Rows:
    """What the Hub says of each number, `changed` being whether the night of changes has passed."""

    def __init__(self, models: int) -> None:
        self.changes = Changes.among(models)
        self.end = models + self.changes.share
        self.changed = False
        self._patterns = _patterns()
        self._cut = [_cut(row) for row in self._patterns]
        self._rank = {number: rank for rank, number in enumerate(self.changes.dated)}
        self._hidden = self.changes.numbers("private", "deleted")
        days = self.end // _A_DAY + 1
        self._days = [f"{_NEWEST - timedelta(days=day):%Y-%m-%d}".encode() for day in range(days)]
        self._times = [b"T%02d:%02d:%02d.000Z" % _time(_A_DAY - 1 - place, _A_DAY) for place in range(_A_DAY)]

    def by_creation(self, begin: int) -> Iterator[int]:
        """The numbers that a list by `createdAt` shows from a cursor on; a lower number is a newer model."""
        if not self.changed:
            return iter(range(max(begin, self.changes.share), self.end))
        return (number for number in range(begin, self.end) if number not in self._hidden)

    def by_change(self, begin: int) -> Iterator[tuple[int, int]]:
        """(cursor, number) of a list by `lastModified`: the commits of the night of changes, then the others."""
        dated = self.changes.dated if self.changed else ()
        commits = ((place, dated[place]) for place in range(begin, len(dated)))
        rest = self.by_creation(max(0, begin - len(dated)))
        others = ((len(dated) + number, number) for number in rest if not dated or number not in self._rank)
        return chain(commits, others)

    def row(self, number: int) -> bytes:
        """The row as it stands in a list, and as the model's own page tells it."""
        if self.changed and (number in self.changes.of or number < self.changes.share):
            return self._changed_row(number)
        opening, to_name, to_sha, to_dates, rest = self._cut[number % PATTERNS]
        day, time = divmod(number, _A_DAY)
        date = self._days[day] + self._times[time]
        mark = (number + 1, to_name, number, to_sha, number * 7919 + 1, to_dates, date, date, rest)
        return b'%b%024x%b%d%b%040x%b%b","createdAt":"%b%b' % (opening, *mark)

    def _changed_row(self, number: int) -> bytes:
        change = self.changes.of.get(number)
        day, time = divmod(number, _A_DAY)
        created = modified = (self._days[day] + self._times[time]).decode()
        row = dict(self._patterns[number % PATTERNS])
        commit = number * 7919 + 1
        if number in self._rank:
            second = len(self._rank) - 1 - self._rank[number]
            modified = "{}T{:02}:{:02}:{:02}.000Z".format(_CHANGED_ON, *_time(second, len(self._rank)))
            created = modified if change is None else created
            commit += 1 << 100
        if change == "license":
            row |= _with_other_license(row)
        elif change == "gated":
            row["gated"] = "auto"
        row |= {"_id": identity(number), "id": self.name(number), "sha": f"{commit:040x}"}
        return json.dumps(row | {"lastModified": modified, "createdAt": created}).encode()

    def name(self, number: int) -> str:
        """The name that a model has now."""
        name = f"{self._patterns[number % PATTERNS]['id']}-{number}"
        return name + _MOVED if self.changed and self.changes.of.get(number) == "renamed" else name

    def named(self, name: str) -> tuple[int, str] | None:
        """Number and present name of the model that has this name, or had it; None for what nobody may see."""
        _, _, end = name.removesuffix(_MOVED).rpartition("-")
        number = int(end) if end.isdecimal() and len(end) < 12 else self.end
        born = 0 if self.changed else self.changes.share
        if not born <= number < self.end or (self.changed and number in self._hidden):
            return None
        now = self.name(number)
        return (number, now) if name in (now, now.removesuffix(_MOVED)) else None


def _time(place: int, of: int) -> tuple[int, int, int]:
    """Hour, minute and second of the `place`th of so many moments of a day."""
    seconds = place * 86_400 // of
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def _with_other_license(row: dict[str, Any]) -> dict[str, Any]:
    card = dict(row.get("cardData") or {})
    other = "openrail" if card.get("license") == "mit" else "mit"
    tags = [tag for tag in row["tags"] if not tag.startswith("license:")]
    return {"tags": [*tags, f"license:{other}"], "cardData": card | {"license": other}}


def _patterns() -> list[dict[str, Any]]:
    """Rows of a generated Hub."""
    import requests

    from demo.hub import DemoHub
    from demo.world import World

    rows: list[dict[str, Any]] = []
    with DemoHub(World.generated(models=PATTERNS), now=NOW) as hub:
        url: str | None = f"{hub.url}/api/models"
        params: list[tuple[str, str]] | None = [("limit", "1000"), *(("expand", value) for value in EXPAND)]
        while url:
            answer = requests.get(url, params=params, timeout=60)
            rows += answer.json()
            url, params = answer.links.get("next", {}).get("url"), None
    return rows


def _cut(row: dict[str, Any]) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """A row in pieces: between them stand its identity, number, commit and dates."""
    rest = {key: value for key, value in row.items() if key not in _MARKS}
    body = json.dumps(rest, separators=(",", ":")).encode()
    name = str(row["id"]).encode()
    return b'{"_id":"', b'","id":"' + name + b"-", b'","sha":"', b'","lastModified":"', b'",' + body[1:]


class Answers(BaseHTTPRequestHandler):
    """The Hub's answers. `rows` and `asked` are set before it serves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: the second would wait for the client's ACK
    rows: Rows
    asked: Counter[str] = Counter()

    def do_GET(self) -> None:
        """A page of the list, or one model."""
        address = urlsplit(self.path)
        if address.path == "/api/models":
            self._list(address.path, parse_qs(address.query))
        elif address.path.startswith("/api/models/"):
            self._model(unquote(address.path.removeprefix("/api/models/")))
        else:
            self.asked["other"] += 1
            self._answer(404, b'{"error":"Not Found"}')

    def do_POST(self) -> None:
        """Set the night, or tell what was asked."""
        what = self.path.removeprefix("/made-up/")
        if what in ("changed", "as-before"):
            self.rows.changed = what == "changed"
        told = json.dumps(self.asked).encode()
        if what == "requests":
            self.asked.clear()
        self._answer(200, told)

    def _list(self, path: str, query: dict[str, list[str]]) -> None:
        size, sort = int(query.get("limit", ["1000"])[0]), query.get("sort", [""])[0]
        self.asked["heads" if size == 1 and sort else "doubts" if size == 1 else "lists"] += 1
        begin = _place(query["cursor"][0]) if "cursor" in query else 0
        if sort == "lastModified":
            waiting = self.rows.by_change(begin)
        else:
            waiting = ((number, number) for number in self.rows.by_creation(begin))
        numbers = list(islice(waiting, size))
        after = next(waiting, None)
        link = None
        if after is not None:
            expand = "".join(f"&expand={value}" for value in query.get("expand", ()))
            onward = f"limit={size}&sort={sort}{expand}&cursor={_cursor(after[0])}"
            link = f'<http://{self.headers["host"]}{path}?{onward}>; rel="next"'
        self._answer(200, b"[" + b",".join([self.rows.row(number) for _, number in numbers]) + b"]", {"Link": link})

    def _model(self, name: str) -> None:
        self.asked["by_name"] += 1
        found = self.rows.named(name)
        if found is None:
            said = json.dumps({"error": _NOT_LOGGED_IN}).encode()
            self._answer(401, said, {"X-Error-Message": _NOT_LOGGED_IN})
        elif found[1] != name:
            self._answer(307, b"Temporary Redirect", {"Location": f"/api/models/{found[1]}"})
        else:
            self._answer(200, self.rows.row(found[0]))

    def _answer(self, status: int, body: bytes, headers: dict[str, str | None] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Hub's clock (`Date`), later than all that happens on it: no date of its rows is one of the future."""
        return "Mon, 30 Nov 2026 00:00:00 GMT"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(b"%d" % place).decode().rstrip("=")


def _place(cursor: str) -> int:
    return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


class MadeUpHub:
    """A Hub that serves in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def change(self) -> None:
        """Let the night of changes have passed."""
        self._tell("changed")

    def requests(self) -> dict[str, int]:
        """What was asked since this was last called: lists, heads, by_name, doubts, other."""
        return Counter(self._tell("requests"))

    def _tell(self, what: str) -> Any:
        import requests

        answer = requests.post(f"{self.url}/made-up/{what}", timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def made_up_hub(models: int) -> Iterator[MadeUpHub]:
    """Start one, and stop it in the end."""
    command = [sys.executable, "-m", "benchmarks.made_up_hub", "--models", str(models)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    assert process.stdout is not None
    try:
        yield MadeUpHub(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until stopped; the first line of output is the URL."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=3_000_000)
    options = parser.parse_args(arguments)
    Answers.rows = Rows(options.models)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
