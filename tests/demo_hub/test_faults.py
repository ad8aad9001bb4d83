"""Each fault does to the wire what it says, at the request it was scheduled for, and no other."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
import requests
from huggingface_hub import HfApi

from demo import faults
from demo.faults import Fault
from demo.hub import DemoHub
from demo.world import World
from tests.demo_hub.conftest import CARD, D1, D2, TEXT

LIST = "/api/models?limit=1"


def spoiled(hub: DemoHub, fault: Fault, path: str = "/api/models") -> requests.Response:
    """The first request of a spoiled hub; the second one is as ever."""
    hub.faults.add(path=re.escape(path), fault=fault)
    try:
        return requests.get(f"{hub.url}{path}", timeout=(5, 0.3))
    finally:
        assert requests.get(f"{hub.url}{path}", timeout=5).status_code == 200


@contextmanager
def connection(hub: DemoHub, path: str) -> Iterator[socket.socket]:
    with socket.create_connection((hub.host, hub.port), timeout=5) as wire:
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: hub\r\n\r\n".encode())
        yield wire


def until_close(wire: socket.socket) -> bytes:
    parts = []
    while part := wire.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def test_10_only_the_nth_match_and_those_after_it_are_spoiled(hub: DemoHub) -> None:
    hub.faults.add(method="GET", path=r"/api/models/lark/one$", nth=2, times=2, fault=faults.status(503))
    session = requests.Session()
    ask = lambda method, path: session.request(method, hub.url + path, timeout=5).status_code  # noqa: E731
    assert ask("HEAD", "/api/models/lark/one") == 200
    assert [ask("GET", "/api/models/lark/one") for _ in range(4)] == [200, 503, 503, 200]
    assert ask("GET", "/api/models/lark/heavy") == 200
    hub.faults.add(fault=faults.status(500), times=100)
    assert ask("GET", "/api/models") == 500
    hub.faults.clear()
    assert ask("GET", "/api/models") == 200


def test_10_queries_and_the_second_hop_and_the_cdn_can_be_matched(hub: DemoHub) -> None:
    hub.faults.add(path=r"cursor=", fault=faults.status(504))
    hub.faults.add(path=r"^/api/resolve-cache/", fault=faults.status(502))
    hub.faults.add(path=r"^/repos/", fault=faults.status(403, "<Error><Code>AccessDenied</Code></Error>"))
    first = requests.get(hub.url + LIST, timeout=5)
    assert requests.get(first.links["next"]["url"], timeout=5).status_code == 504
    assert requests.get(f"{hub.url}/lark/one/resolve/main/LICENSE", timeout=5).status_code == 502
    assert requests.get(f"{hub.url}/lark/heavy/resolve/main/LICENSE", timeout=5).status_code == 403
    assert requests.get(f"{hub.url}/lark/heavy/resolve/main/LICENSE", timeout=5).content == TEXT


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504, 520, 522, 524, 405, 410, 451])
def test_statuses_come_with_just_the_headers_given(hub: DemoHub, code: int) -> None:
    answer = spoiled(hub, faults.status(code, b"<html>no</html>", {"Retry-After": "\xb2"}))
    assert (answer.status_code, answer.content) == (code, b"<html>no</html>")
    assert answer.headers["Retry-After"] == "\xb2"
    assert "RateLimit" not in answer.headers
    assert hub.log[0].status == code


def test_rate_limits_are_worded_as_the_hub_does(hub: DemoHub) -> None:
    answer = spoiled(hub, faults.rate_limited("api", reset=2))
    assert answer.status_code == 429
    assert answer.headers["RateLimit"] == '"api";r=0;t=2'


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.reset(), (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)),
        (faults.cut(), requests.exceptions.ChunkedEncodingError),
        (faults.chunk_cut(), requests.exceptions.ChunkedEncodingError),
        (faults.bad_gzip(), requests.exceptions.ContentDecodingError),
        (faults.stall(), requests.Timeout),
        (faults.refuse(1), requests.ConnectionError),
        (faults.json_cut(40), None),
        (faults.body(b""), None),
    ],
)
def test_broken_answers_break_as_they_should(hub: DemoHub, fault: Fault, error) -> None:
    if error:
        with pytest.raises(error):
            spoiled(hub, fault).json()
    else:
        with pytest.raises(requests.exceptions.JSONDecodeError):
            spoiled(hub, fault).json()


def test_a_cut_body_is_shorter_than_its_length(hub: DemoHub) -> None:
    hub.faults.add(fault=faults.cut(0.5))
    with connection(hub, "/api/models") as wire:
        head, _, body = until_close(wire).partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(body) == length // 2


def test_a_false_length_is_sent_as_given(hub: DemoHub) -> None:
    assert spoiled(hub, faults.body(b"[1]   ", {"Content-Length": "3"})).content == b"[1]"


def test_drops_come_one_by_one(hub: DemoHub) -> None:
    hub.faults.add(path="one", fault=faults.drip(0.001))
    hub.faults.add(path="heavy", fault=faults.drip_headers(0.001))
    assert requests.get(f"{hub.url}/api/models/lark/one", timeout=5).json()["id"] == "lark/one"
    with connection(hub, "/api/models/lark/heavy") as wire:
        got = b"".join(wire.recv(1) for _ in range(60))
    assert got.startswith(b"HTTP/1.1 200 OK\r\nX-Slow: aaaa")


def test_a_bomb_is_small_on_the_wire(hub: DemoHub) -> None:
    hub.faults.add(fault=faults.gzip_bomb(3))
    with connection(hub, "/api/models") as wire:
        head, _, _ = wire.recv(65_536).partition(b"\r\n\r\n")
    assert int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) < 10_000
    assert gzip.decompress(faults._bomb(3)) == b" " * 3 * 1024 * 1024


@pytest.mark.parametrize("in_chunks", [False, True])
def test_an_endless_body_goes_on_until_the_client_leaves(hub: DemoHub, in_chunks: bool) -> None:
    hub.faults.add(fault=faults.endless(b"b" * 1000, in_chunks=in_chunks))
    with requests.get(f"{hub.url}/api/models", stream=True, timeout=5) as answer:
        assert len(answer.raw.read(300_000)) == 300_000
    assert requests.get(f"{hub.url}/api/models", timeout=5).status_code == 200


def test_connections_are_refused_for_a_while(hub: DemoHub) -> None:
    hub.faults.add(fault=faults.refuse(3))
    outcomes = []
    for _ in range(5):
        try:
            outcomes.append(requests.get(f"{hub.url}/api/models", timeout=5).status_code)
        except requests.ConnectionError:
            outcomes.append(0)
    assert outcomes == [0, 0, 0, 200, 200]


def test_a_hub_that_is_down_refuses_and_comes_back(hub: DemoHub) -> None:
    url = f"{hub.url}/api/models"
    with hub.down(), pytest.raises(requests.ConnectionError, match="refused"):
        requests.get(url, timeout=5)
    assert requests.get(url, timeout=5).status_code == 200


def test_a_link_can_be_changed_in_every_way(hub: DemoHub) -> None:
    links = ['</api/models?cursor=x>; rel="next"', '<http://other.example/>; rel="Next"', None]
    for link in links:
        answer = spoiled(hub, faults.header("Link", link), LIST)
        assert answer.headers.get("Link") == link


def test_rows_can_be_spoiled(hub: DemoHub) -> None:
    assert spoiled(hub, faults.edit_json(lambda rows: [None, *rows[:1]])).json()[0] is None
    raw = spoiled(hub, faults.rewrite(lambda code, headers, body: (code, headers, b"\xef\xbb\xbf" + body)))
    assert raw.content.startswith(b"\xef\xbb\xbf[")


def test_headers_can_be_doubled(hub: DemoHub) -> None:
    hub.faults.add(fault=faults.header("ETag", ['"a"', '"b"']))
    wire = http.client.HTTPConnection(hub.host, hub.port, timeout=5)
    wire.request("GET", "/api/models")
    assert wire.getresponse().headers.get_all("ETag") == ['"a"', '"b"']
    wire.close()


def test_the_server_may_have_its_own_mind_about_the_query(hub: DemoHub) -> None:
    path = "/api/models?limit=3&expand=sha"
    assert len(spoiled(hub, faults.asked(limit=1), path).json()) == 1
    assert "sha" not in spoiled(hub, faults.asked(expand=None), path).json()[0]


def test_the_world_may_change_while_a_client_pages(hub: DemoHub, world: World) -> None:
    hub.at(D2)
    change = lambda: world.put("models", "lark/one", date=D2, files={"README.md": CARD + b"new"})  # noqa: E731
    url = f"{hub.url}/api/models?sort=lastModified&limit=1&expand=sha&expand=lastModified"
    hub.faults.add(path="cursor=", fault=faults.first(change))
    first = requests.get(url, timeout=5)
    seen = [row["id"] for row in first.json()]
    following = first.links["next"]["url"]
    while following:
        answer = requests.get(following, timeout=5)
        seen += [row["id"] for row in answer.json()]
        following = answer.links.get("next", {}).get("url")
    assert requests.get(url, timeout=5).json()[0]["id"] == "lark/one"
    assert len(seen) in (2, 3)


def test_redirects_loop_and_lead_away(hub: DemoHub) -> None:
    hub.faults.add(path="/a$", times=99, fault=faults.redirect("/api/models/x/b"))
    hub.faults.add(path="/b$", times=99, fault=faults.redirect("/api/models/x/a"))
    with pytest.raises(requests.TooManyRedirects):
        requests.get(f"{hub.url}/api/models/x/a", timeout=5)


@pytest.mark.parametrize(
    "fault", [faults.http_1_0(), faults.closing(), faults.interim(100), faults.interim(103), faults.chunked()]
)
def test_old_and_odd_servers_are_understood(hub: DemoHub, fault: Fault) -> None:
    hub.faults.add(path="/api/models", fault=fault)
    assert len(list(HfApi(endpoint=hub.url, token=False).list_models())) == 3
    assert len(list(HfApi(endpoint=hub.url, token=False).list_models())) == 3


def test_the_hub_says_the_time_it_shows(hub: DemoHub) -> None:
    assert requests.get(f"{hub.url}/api/models", timeout=5).headers["Date"] == "Sat, 10 Jan 2026 09:00:00 GMT"
    hub.at(D2)
    assert requests.get(f"{hub.url}/api/models", timeout=5).headers["Date"] == "Tue, 10 Feb 2026 09:00:00 GMT"


def test_a_hub_that_stops_frees_those_who_wait(world: World) -> None:
    arrived = Event()
    with DemoHub(world, now=D1) as hub:
        hub.faults.add(fault=faults.first(arrived.set, faults.stall()))
        wire = socket.create_connection((hub.host, hub.port), timeout=10)
        wire.sendall(b"GET /api/models HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert arrived.wait(5)
    assert wire.recv(10) == b""
    wire.close()
