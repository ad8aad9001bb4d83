"""Vendors' pages through a whole refresh: what makes a version, what does not, what is not believed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from demo.world import World
from schedules.configuration import load
from schedules.reinterpret import reinterpret
from tests.refresh.lab import Lab, laboratory

D1, D2, D3, D4 = (f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3, 4))
RULES = [
    "These terms are an agreement between you and Heron Ltd. By using the service you accept these terms.",
    "You may use the service for your own business. You must not resell the service or remove our notices.",
    "We provide the service as is, without warranty of any kind. Our liability is limited to the fees you paid.",
    "We may terminate your access if you breach these terms. The laws of Norway govern this agreement.",
    "You keep all rights in the content that you submit. You grant us a license to host it for you.",
]
MORE = "You may not use the output of the service to develop models that compete with the service."


def page(rules: list[str], noise: str = "1") -> bytes:
    body = "".join(f"<h2>{number}. Rule</h2><p>{rule}</p>" for number, rule in enumerate(rules, 1))
    return (
        f"<html><head><title>Terms of Service</title></head><body><nav><a href='/?s={noise}'>Home</a></nav>"
        f"<main><h1>Terms of Service</h1>{body}</main><footer>Request {noise}</footer></body></html>"
    ).encode()


class Vendor(ThreadingHTTPServer):
    """A vendor's site; `pages` by path: (status, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = self.server.pages.get(self.path, (404, b"not found"))
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    server = Vendor()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def lab(tmp_path: Path, vendor: Vendor) -> Iterator[Lab]:
    vendor.pages["/terms"] = vendor.pages["/calm"] = (200, page(RULES))
    with laboratory(tmp_path, World(), D1) as lab:
        declare(lab, vendor)
        yield lab


def declare(lab: Lab, vendor: Vendor, more: str = "") -> None:
    """Watch the document under test, and another one that never changes."""
    lab.watch(
        more=f'[[terms]]\nservice = "Heron"\ntype = "Terms of Service"\nurl = ["{vendor.url}/terms"]\n{more}\n'
        f'[[terms]]\nservice = "Heron"\ntype = "Calm"\nurl = ["{vendor.url}/calm"]'
    )


def versions(lab: Lab) -> int:
    return lab.rows("select count(*) as n from versions where subject = 'terms:Heron/Terms of Service'")[0]["n"]


def test_a_changed_rule_is_one_event_with_its_words(lab: Lab, vendor: Vendor) -> None:
    first = lab.at(D1)
    assert (first.status, first.subjects, first.events) == ("complete", 2, [])
    vendor.pages["/terms"] = (200, page([*RULES, MORE]))
    (event,) = lab.at(D2).events
    assert (event["subject"], event["kind"], event["role"]) == ("terms:Heron/Terms of Service", "text", "terms")
    assert (event["direction"], event["substantive"]) == ("tighter", True)
    assert "no-competing-models" in [clause["clause"] for clause in event["clauses"]]
    assert event["evidence_after"]["place"] == f"{vendor.url}/terms"
    assert versions(lab) == 2
    lab.sound()


def test_other_bytes_with_the_same_words_make_no_version(lab: Lab, vendor: Vendor) -> None:
    lab.at(D1)
    vendor.pages["/terms"] = (200, page(RULES, noise="48151623"))
    second = lab.at(D2)
    assert (second.changed, second.events, versions(lab)) == (0, [], 1)
    assert lab.catalog("terms:Heron/Terms of Service")["last_seen"] == D2


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (503, b"down", "503"),
        (200, b"<html><title>Just a moment...</title><body>Verify you are human</body></html>", "captcha"),
        (200, page(RULES[:1]), ""),
    ],
    ids=["error", "captcha", "half"],
)
def test_what_is_not_worth_believing_is_a_failure_and_no_change(
    lab: Lab, vendor: Vendor, status: int, body: bytes, says: str
) -> None:
    lab.at(D1)
    vendor.pages["/terms"] = (status, body)
    second = lab.at(D2)
    assert (second.changed, second.events, versions(lab)) == (0, [], 1)
    assert [failure.subject for failure in second.failures] == ["terms:Heron/Terms of Service"]
    assert says in second.failures[0].reason
    vendor.pages["/terms"] = (200, page(RULES))
    third = lab.at(D3)
    assert (third.status, third.changed, third.events) == ("complete", 0, [])


def test_a_flip_back_is_recorded_and_alerts_once(lab: Lab, vendor: Vendor) -> None:
    lab.at(D1)
    seen = []
    for day, rules in ((11, [*RULES, MORE]), (12, RULES), (13, [*RULES, MORE])):
        vendor.pages["/terms"] = (200, page(rules))
        seen += lab.at(f"2026-01-{day}T09:00:00Z").events
    assert [event["substantive"] for event in seen] == [True, False, False]
    assert [row["flip"] for row in lab.rows("select flip from drift where kind = 'text' order by id")] == [0, 1, 1]


def test_another_selector_of_ours_is_no_drift_of_theirs(lab: Lab, vendor: Vendor) -> None:
    lab.at(D1)
    declare(lab, vendor, 'remove = ["h1"]')
    second = lab.at(D2)
    assert (second.status, second.changed, second.events) == ("complete", 0, [])
    vendor.pages["/terms"] = (200, page([*RULES, MORE]))
    (event,) = lab.at(D3).events
    assert event["substantive"]


def test_two_documents_of_one_page_are_reinterpreted_each_by_its_own_selectors(
    lab: Lab, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = page(RULES), page([*RULES, MORE]).replace(b"<main>", b"<section>").replace(b"</main>", b"</section>")
    vendor.pages["/terms"] = (200, one.split(b"</body>")[0] + other.split(b"<body>")[1])
    shared = f'url = ["{vendor.url}/terms"]'
    lab.watch(
        more=f'[[terms]]\nservice = "Heron"\ntype = "Terms of Service"\n{shared}\nselect = ["main"]\n'
        f'[[terms]]\nservice = "Heron"\ntype = "Developer Terms"\n{shared}\nselect = ["section"]'
    )
    lab.at(D1)
    before = lab.rows("select subject, text_hash from documents order by 1")
    monkeypatch.setattr("schedules.page_reading.VERSION", "later")
    done = reinterpret(load(str(lab.config)), lab.database, progress=lambda *_: None)
    assert done.pages == 2
    assert lab.rows("select subject, text_hash from documents order by 1") == before
    assert lab.at(D2).events == []


def test_a_page_that_is_declared_no_longer_is_reinterpreted_as_it_was_read(
    lab: Lab, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(lab, vendor, 'remove = ["h1"]')
    lab.at(D1)
    former = lab.rows("select version, text_hash from documents order by 1")
    vendor.pages["/moved"] = (200, page([*RULES, MORE]))
    lab.watch(
        more=f'[[terms]]\nservice = "Heron"\ntype = "Terms of Service"\nurl = ["{vendor.url}/moved"]\nremove = ["h1"]'
    )
    lab.at(D2)
    monkeypatch.setattr("schedules.page_reading.VERSION", "later")
    done = reinterpret(load(str(lab.config)), lab.database, progress=lambda *_: None)
    assert done.pages == 3
    now = lab.rows("select version, text_hash from documents order by 1")
    assert [row for row in now if row in former] == former


def test_a_selector_that_matches_nothing_says_so_by_name(lab: Lab, vendor: Vendor) -> None:
    declare(lab, vendor, 'select = ["#legal"]')
    result = lab.at(D1)
    assert result.status == "partial"
    (failure,) = result.failures
    assert "#legal" in failure.reason
    assert f"{vendor.url}/terms" in failure.reason
    assert lab.rows("select subject from catalog") == [{"subject": "terms:Heron/Calm"}]
