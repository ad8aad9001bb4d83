"""Fetching one page from a real server on loopback: every answer has one clear meaning."""

from __future__ import annotations

import gzip
import socket
import time
from email.utils import formatdate
from typing import Any

import pytest

from .site import TERMS, in_turn, page, send, silent_port, to


def test_a_page_comes_with_what_is_needed_to_ask_again(site, fetcher) -> None:
    site.routes["/terms"] = page(ETag='"v1"', Last_Modified="Sat, 01 Nov 2025 00:00:00 GMT")
    found = fetcher().fetch(site.url + "/terms")
    assert (found.status, found.reason, found.content) == ("ok", None, TERMS)
    assert (found.content_type, found.charset) == ("text/html", "utf-8")
    assert (found.etag, found.last_modified) == ('"v1"', "Sat, 01 Nov 2025 00:00:00 GMT")
    assert (found.final_url, found.http_status) == (site.url + "/terms", 200)


def test_the_operator_can_be_reached_from_the_user_agent(site, fetcher) -> None:
    site.routes["/terms"] = page()
    fetcher().fetch(site.url + "/terms")
    for _path, headers in site.seen:
        assert headers["User-Agent"].startswith("licensedrift/")
        assert "Example Org" in headers["User-Agent"]
        assert "+https://example.org/bot" in headers["User-Agent"]
        assert "Authorization" not in headers


def test_304_is_unchanged(site, fetcher) -> None:
    def answer(handler: Any):
        if handler.headers.get("If-None-Match") == '"v1"':
            return 304, {"ETag": '"v1"'}, b""
        return page(ETag='"v1"')

    site.routes["/terms"] = answer
    web = fetcher()
    first = web.fetch(site.url + "/terms")
    again = web.fetch(site.url + "/terms", first.etag, first.last_modified)
    assert (again.status, again.etag, again.content) == ("unchanged", '"v1"', b"")


def test_304_that_nobody_asked_for_is_a_failure(site, fetcher) -> None:
    site.routes["/terms"] = (304, {}, b"")
    assert fetcher().fetch(site.url + "/terms").status == "failed"


def test_validators_are_sent_to_the_page_that_gave_them_and_to_no_other(site, fetcher) -> None:
    site.routes.update({"/old": to("/new"), "/new": page(ETag='"1"')})
    web = fetcher()
    first = web.fetch(site.url + "/old")
    web.fetch(site.url + "/old", first.etag, validators_of=first.final_url)
    asked = {path: headers.get("If-None-Match") for path, headers in site.seen[-2:]}
    assert asked == {"/old": None, "/new": '"1"'}


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_429_is_waited_out_as_it_says(site, fetcher, sleeps, form: str) -> None:
    headers = {"Retry-After": "7"}
    if form == "date":
        # Its own clock: two years behind ours.
        headers = {
            "Date": formatdate(1_700_000_000, usegmt=True),
            "Retry-After": formatdate(1_700_000_007, usegmt=True),
        }

    def busy(handler: Any):
        site.routes["/terms"] = page()
        handler.date_time_string = lambda *_: headers.get("Date", formatdate(usegmt=True))
        return 429, {"Retry-After": headers["Retry-After"]}, b"slow down"

    site.routes["/terms"] = busy
    found = fetcher().fetch(site.url + "/terms")
    assert (found.status, site.paths()) == ("ok", ["/terms", "/terms"])
    assert [round(wait) for wait in sleeps if wait > 1] == [7]


def test_a_wait_that_is_too_long_is_a_reason(site, fetcher, sleeps) -> None:
    site.routes["/terms"] = page(b"no", 429, Retry_After="86400")
    found = fetcher(max_wait_seconds=600).fetch(site.url + "/terms")
    assert found.status == "failed" and "429" in found.reason and "86400" in found.reason
    assert site.paths() == ["/terms"] and not [wait for wait in sleeps if wait > 1]


def test_an_error_is_asked_again_and_then_said(site, fetcher) -> None:
    site.routes["/flaky"] = in_turn(page(b"oops", 503), page())
    site.routes["/broken"] = page(b"oops", 500)
    web = fetcher()
    assert web.fetch(site.url + "/flaky").status == "ok"
    broken = web.fetch(site.url + "/broken")
    assert (broken.status, broken.reason, broken.content) == (
        "failed",
        "answered 500 Internal Server Error",
        b"oops",
    )
    assert 1 < site.paths().count("/broken") <= 5


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451, 204, 206, 418])
def test_any_other_answer_is_a_failure_that_keeps_what_was_sent(site, fetcher, status: int) -> None:
    body = b"" if status == 204 else b"<html>Just a moment...</html>"
    site.routes["/terms"] = page(body, status)
    found = fetcher().fetch(site.url + "/terms")
    assert found.status == "failed" and str(status) in found.reason and found.content == body
    assert site.paths() == ["/terms"]


def test_a_chain_of_redirects_is_followed(site, fetcher) -> None:
    site.routes.update({"/a": to("/b", 301), "/b": to("c?x=1", 307), "/c?x=1": to(site.url + "/d#part", 308)})
    site.routes["/d"] = page()
    found = fetcher().fetch(site.url + "/a")
    assert (found.status, found.final_url) == ("ok", site.url + "/d")


@pytest.mark.parametrize("target", ["/a", "/a?again", ""])
def test_redirects_have_an_end(site, fetcher, target: str) -> None:
    site.routes["/a"] = site.routes["/a?again"] = to(target)
    found = fetcher().fetch(site.url + "/a")
    assert found.status == "failed" and ("redirects" in found.reason or "no target" in found.reason)
    assert len(site.paths()) <= 11


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/secret",
        "http://localhost:{port}/secret",
        "http://169.254.169.254/",
        "file:///etc/passwd",
    ],
)
def test_c21_redirect_to_a_private_address(site, fetcher, target: str) -> None:
    site.routes.update({"/a": to(target.format(port=site.port)), "/secret": page(b"secret")})
    found = fetcher().fetch(site.url + "/a")
    assert found.status == "failed" and "refused: redirect to " in found.reason
    assert site.paths() == ["/a"] and b"secret" not in found.content


def test_c21_a_name_of_a_private_address(site, fetcher) -> None:
    site.routes["/terms"] = page()
    found = fetcher(resolve=lambda *_: ["127.0.0.1"]).fetch(f"http://terms.example.org:{site.port}/terms")
    assert found.status == "failed" and "127.0.0.1, which is not a public address" in found.reason
    assert site.seen == []


def test_a_name_that_answers_differently_the_second_time(site, fetcher, monkeypatch) -> None:
    """Rebinding: public for robots.txt, private for the page. Only what was just checked is connected to."""
    answers = [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]]
    connected: list[str] = []

    def route(address: tuple[str, int], timeout: float, **_: Any) -> socket.socket:
        connected.append(address[0])  # a public address leads to our own server here
        return socket.create_connection(("127.0.0.1", site.port), timeout)

    monkeypatch.setattr("crawler.guarded_http.create_connection", route)
    site.routes["/terms"] = page()
    found = fetcher(resolve=lambda *_: answers.pop(0)).fetch(f"http://terms.example.org:{site.port}/terms")
    assert found.status == "failed" and "127.0.0.1, which is not a public address" in found.reason
    assert connected == ["93.184.215.14"] and site.paths() == []


def test_the_connection_goes_to_the_checked_address_and_keeps_the_name(site, fetcher) -> None:
    site.routes["/terms"] = page()
    lookups: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"]

    web = fetcher(allow=("terms.invalid",), resolve=resolve)
    assert web.fetch(f"http://terms.invalid:{site.port}/terms").status == "ok"
    assert {headers["Host"] for _, headers in site.seen} == {f"terms.invalid:{site.port}"}
    assert lookups == ["terms.invalid"] * 2  # one for each connection: robots.txt, the page


def test_no_proxy_of_the_environment_gets_between(site, fetcher, monkeypatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.routes["/terms"] = page()
    assert fetcher().fetch(site.url + "/terms").status == "ok"


def test_an_endless_body_is_cut(site, fetcher) -> None:
    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        while True:
            handler.wfile.write(b"and so on " * 1000)

    site.routes["/terms"] = endless
    found = fetcher(max_page_bytes=200_000).fetch(site.url + "/terms")
    assert found.status == "failed" and "too large" in found.reason and found.content == b""


def test_an_announced_size_is_believed_at_once(site, fetcher) -> None:
    site.routes["/terms"] = lambda h: send(h, page(b"x", Content_Length="5000000000"))
    assert "too large" in fetcher().fetch(site.url + "/terms").reason


def test_gzip_is_unpacked_and_a_bomb_is_not(site, fetcher) -> None:
    site.routes["/terms"] = page(gzip.compress(TERMS), Content_Encoding="gzip")
    site.routes["/bomb"] = page(gzip.compress(b"\0" * 300_000_000), Content_Encoding="gzip")
    web = fetcher()
    assert web.fetch(site.url + "/terms").content == TERMS
    assert "too large" in web.fetch(site.url + "/bomb").reason


def test_a_broken_gzip_is_a_failure(site, fetcher) -> None:
    site.routes["/terms"] = page(gzip.compress(TERMS)[:40] + b"garbage" * 9, Content_Encoding="gzip")
    found = fetcher().fetch(site.url + "/terms")
    assert (found.status, found.content) == ("failed", b"")


def test_half_a_body_is_no_page(site, fetcher) -> None:
    def half(handler: Any) -> None:
        send(handler, page(TERMS, Content_Length=str(2 * len(TERMS))))
        handler.close_connection = True

    site.routes["/terms"] = half
    found = fetcher().fetch(site.url + "/terms")
    assert (found.status, found.content) == ("failed", b"")


def drip(handler: Any, headers_first: bool) -> None:
    try:
        if headers_first:
            handler.send_response(200)
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass
    handler.close_connection = True


@pytest.mark.parametrize("headers_first", [True, False])
def test_a_slow_answer_ends_with_the_deadline(site, fetcher, headers_first: bool) -> None:
    site.routes["/terms"] = lambda handler: drip(handler, headers_first)
    found = fetcher(deadline_seconds=0.7).fetch(site.url + "/terms")
    assert found.status == "failed" and "not done within" in found.reason
    assert found.elapsed < 5  # the drip itself lasts ten seconds


def test_a_silent_server_costs_its_timeout(fetcher) -> None:
    with silent_port() as silent:
        found = fetcher(timeout_seconds=0.2, deadline_seconds=3).fetch(f"http://127.0.0.1:{silent.port}/terms")
    assert found.status == "failed" and found.elapsed == 0  # nothing but robots.txt was asked


def test_a_closed_port_and_a_name_that_is_none(fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "refused" in fetcher().fetch(f"http://127.0.0.1:{port}/").reason

    def nowhere(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert "name not resolved" in fetcher(resolve=nowhere).fetch("https://nowhere.example/").reason


def test_meta_refresh_is_followed_once(site, fetcher) -> None:
    def refresh(to: str, rest: str = "") -> bytes:
        return f'<html><head><META content="0; URL=\'{to}\'" http-equiv="Refresh">{rest}</head></html>'.encode()

    site.routes.update({"/a": page(refresh("/b")), "/b": page(), "/c": page(refresh("/a"))})
    web = fetcher()
    assert web.fetch(site.url + "/a").final_url == site.url + "/b"
    assert web.fetch(site.url + "/c").final_url == site.url + "/a"
    site.routes["/d"] = page(refresh("http://169.254.169.254/"))
    assert "refused: redirect to http://169.254.169.254/" in web.fetch(site.url + "/d").reason


@pytest.mark.parametrize(
    "html",
    [
        b'<meta http-equiv="refresh" content="300">',
        b'<meta http-equiv="refresh" content="600; url=/b">',
        b'<meta http-equiv="refresh" content="0; url=/a#top">',
        b'<noscript><meta http-equiv="refresh" content="0; url=/b"></noscript>',
        b'<meta name="refresh" content="0; url=/b">',
        b'<meta http-equiv="refresh">',
    ],
)
def test_what_is_no_redirect_stays_where_it_is(site, fetcher, html: bytes) -> None:
    site.routes.update({"/a": page(html + TERMS), "/b": page()})
    assert fetcher().fetch(site.url + "/a").final_url == site.url + "/a"


def test_broken_html_large_pages_and_wrong_charsets_come_as_they_are(site, fetcher) -> None:
    broken = b"<p><div><table></p>&#xZZ;<<<" + b"\xff\xfe\x80" + b"<b>" * 2000
    large = b"<html><body>" + b"<p>You may not resell the service.</p>" * 270_000
    site.routes.update({"/broken": page(broken, Content_Type="text/html; charset=no-such"), "/large": page(large)})
    web = fetcher()
    found = web.fetch(site.url + "/broken")
    assert (found.status, found.content, found.charset) == ("ok", broken, "no-such")
    assert len(large) > 10_000_000 and web.fetch(site.url + "/large").content == large


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/zip", "font/woff2"])
def test_what_is_no_text_is_a_failure(site, fetcher, kind: str) -> None:
    site.routes["/terms"] = page(b"\x89PNG", Content_Type=kind)
    assert fetcher().fetch(site.url + "/terms").reason == f"is {kind}: no text"


def test_cookies_live_for_one_page(site, fetcher) -> None:
    def wall(handler: Any):
        return (
            page()
            if "seen=1" in handler.headers.get("Cookie", "")
            else page(b"", 302, Location="/terms", Set_Cookie="seen=1")
        )

    site.routes["/terms"] = wall
    web = fetcher()
    assert web.fetch(site.url + "/terms").status == "ok"
    site.seen.clear()
    web.fetch(site.url + "/terms")
    assert "Cookie" not in site.seen[0][1]


def test_requests_and_bytes_are_counted(site, fetcher) -> None:
    site.routes.update({"/robots.txt": page(b"User-agent: *\n", Content_Type="text/plain"), "/terms": page()})
    web = fetcher()
    web.fetch(site.url + "/terms")
    assert (web.requests, web.bytes) == (2, len(b"User-agent: *\n") + len(TERMS))


@pytest.mark.parametrize("url", ["", "not a url", "file:///etc/passwd", "http://[::1", "https://user:pw@example.org/"])
def test_c20_an_address_that_is_none_is_a_failure(fetcher, url: str) -> None:
    found = fetcher().fetch(url)
    assert found.status == "failed" and found.reason.startswith("refused: ")
