"""hub-protocol.md L01-L16: from page to page, and what a list that breaks off does not prove."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from crawler.errors import CrawlError
from demo import faults
from demo.faults import Fault
from demo.hub import DemoHub
from demo.wire import HeaderValue
from tests.hub_cases.bench import D1, NAMES, Bench, bench, flock

ALL = NAMES[::-1]
FOREVER = 10_000
TOKEN = "hf_secret"


def link(edit: Callable[[str], str]) -> Fault:
    """The right page with another Link: `edit(url)` gives back the header for the right next URL."""

    def rewritten(code: int, headers: dict[str, HeaderValue], data: bytes) -> tuple[int, dict[str, HeaderValue], bytes]:
        if "Link" in headers:
            headers["Link"] = edit(str(headers["Link"]).partition(">")[0].lstrip("<"))
        return code, headers, data

    return faults.rewrite(rewritten)


def linked(b: Bench, edit: Callable[[str], str]) -> None:
    b.hub.faults.add(path=r"^/api/models\?", times=FOREVER, fault=link(edit))


def row(number: int) -> dict[str, object]:
    return {"_id": f"{number:024x}", "id": f"lark/m{number}", "siblings": []}


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_l01_every_row_comes_once_and_a_page_is_as_large_as_it_may_be() -> None:
    with bench() as b:
        assert b.names() == ALL
        assert len(b.hub.log) == 3
        assert b.hub.log[0].params["limit"] == ["1000"]


def test_l02_the_list_is_not_followed_to_another_origin() -> None:
    with DemoHub(flock(), now=D1) as other, bench(token=TOKEN) as b:
        b.hub.tokens[TOKEN] = {}
        linked(b, lambda url: f'<{other.url}{path_of(url)}>; rel="next"')
        with pytest.raises(CrawlError, match="away from the Hub"):
            b.names()
        assert other.log == []


@pytest.mark.parametrize("target", [
    "//evil.example/api/models?cursor=x", "https://evil.example/api/models?cursor=x", "http://[::1",
    "file:///etc/passwd", "/api/whoami-v2?cursor=x", "javascript:0",
])  # fmt: skip
def test_l02_nor_to_what_is_no_list(target: str) -> None:
    with bench(token=TOKEN) as b:
        b.hub.tokens[TOKEN] = {}
        linked(b, lambda _url: f'<{target}>; rel="next"')
        with pytest.raises(CrawlError, match=r"away|path|URL"):
            b.names()
        assert len(b.hub.log) == 1


def test_l02_the_same_host_at_another_port_is_another_origin() -> None:
    with bench(token=TOKEN) as b:
        b.hub.tokens[TOKEN] = {}
        linked(b, lambda url: f'<{b.hub.cdn_url}{path_of(url)}>; rel="next"')
        with pytest.raises(CrawlError, match="away from the Hub"):
            b.names()


WAYS: dict[str, Callable[[str], str]] = {
    "l03-relative": lambda url: f'<{path_of(url)}>; rel="next"',
    "l03-query": lambda url: f'<?{url.partition("?")[2]}>; rel="next"',
    "l04-unquoted": lambda url: f"<{url}>; rel=next",
    "l04-last": lambda url: f'<http://evil.example/>; rel="last", <{url}>; rel="next"',
    "l04-prev": lambda url: f'<{url}>; rel="next", <http://evil.example/>; rel="prev"',
    "l04-comma": lambda url: f'<{url}&x=1,2, 3>; rel="next"',
    "l04-semicolon": lambda url: f'<{url}&x=;y>; rel="next"',
    "l04-title": lambda url: f'<{url}>; title="a, b; rel=last"; rel="next"',
    "l04-many": lambda url: f'<{url}>; rel="foo next"',
    "l04-tight": lambda url: f'<http://evil.example/>;rel="first",<{url}>;rel="next"',
    "l05-Next": lambda url: f'<{url}>; rel="Next"',
    "l05-NEXT": lambda url: f"<{url}>;REL=NEXT",
}


@pytest.mark.parametrize("way", WAYS)
def test_l03_l04_l05_every_way_of_naming_the_next_page_is_understood(way: str) -> None:
    with bench() as b:
        linked(b, WAYS[way])
        assert b.names() == ALL


@pytest.mark.parametrize("header", ['<{}>; rel="next', "{}; rel=next", '<{}; rel="next"'])
def test_l05_a_next_page_that_cannot_be_read_is_no_end(header: str) -> None:
    with bench() as b:
        linked(b, header.format)
        with pytest.raises(CrawlError, match="Link header"):
            b.names()


@pytest.mark.parametrize("header", ["garbage", "<>", ";;;,,,", '<x>; rel="prev"', "<" * 10_000])
def test_l05_without_a_word_of_a_next_page_the_list_is_at_its_end(header: str) -> None:
    with bench() as b:
        b.hub.faults.add(times=FOREVER, fault=faults.header("Link", header))
        assert b.names() == ALL[:2]


def test_l06_the_same_cursor_again_is_noticed_and_no_row_lost() -> None:
    with bench() as b:
        b.hub.faults.add(path="cursor=", times=FOREVER, fault=lambda turn: faults.header(
            "Link", f'<{b.hub.url}{turn.request.target}>; rel="next"')(turn))  # fmt: skip
        rows = []
        with pytest.raises(CrawlError, match="circles"):
            for page in b.client.pages("model"):
                assert not page.complete
                rows += [row.name for row in page.rows]
        assert rows == ALL[:4]
        assert len(b.hub.log) <= 3


@pytest.mark.parametrize("length", [1, 2, 3, 7, 30])
def test_l06_a_circle_of_ever_new_cursors_is_noticed(length: int) -> None:
    with bench() as b:

        def page(turn: faults.Turn) -> None:
            number = len(b.hub.log)
            onward = {"Link": f'<{b.hub.url}/api/models?cursor=c{number}>; rel="next"'}
            faults.body(orjson.dumps([row(2 * (number % length)), row(2 * (number % length) + 1)]), onward)(turn)

        b.hub.faults.add(times=FOREVER, fault=page)
        with pytest.raises(CrawlError, match="circles"):
            b.names()
        assert length < len(b.hub.log) <= 3 * length + 1


def test_l06_a_list_without_end_and_without_rows_is_left() -> None:
    with bench() as b:
        more = lambda turn: faults.body(  # noqa: E731
            "[]", {"Link": f'<{b.hub.url}/api/models?cursor=c{len(b.hub.log)}>; rel="next"'})(turn)  # fmt: skip
        b.hub.faults.add(times=FOREVER, fault=more)
        with pytest.raises(CrawlError, match="circles"):
            b.names()
        assert len(b.hub.log) <= 25


def test_l07_an_expired_cursor_lets_the_walk_begin_anew_once() -> None:
    with bench() as b:
        expired = faults.body('{"error":"Invalid cursor"}', code=400)
        b.hub.faults.add(path="cursor=", nth=2, fault=expired)
        names = [row.name for page in b.client.pages("model") for row in page.rows]
        assert names == [*ALL[:4], *ALL]
        assert any("cursor" in warning for warning in b.client.warnings)
        b.hub.faults.add(path="cursor=", nth=1, times=FOREVER, fault=expired)
        b.hub.log.clear()
        with pytest.raises(CrawlError, match="cursor"):
            b.names()
        assert len(b.hub.log) == 4


def test_l08_a_page_that_never_comes_is_asked_for_five_times_and_ends_the_walk_incomplete() -> None:
    with bench() as b:
        b.hub.faults.add(path="cursor=", nth=2, times=FOREVER, fault=faults.status(504, "<html>timeout</html>"))
        pages = []
        with pytest.raises(CrawlError, match="504"):
            pages.extend(b.client.pages("model"))
        assert len(b.hub.log) == 2 + 5


def test_l09_short_and_empty_pages_with_a_link_are_not_the_end() -> None:
    with bench(page=1) as b:
        b.hub.faults.add(path="cursor=", nth=2, times=2, fault=faults.edit_json(lambda _rows: []))
        assert b.names() == [ALL[0], ALL[1], ALL[4], ALL[5]]


def test_l10_a_server_that_makes_smaller_pages_is_followed_to_the_end() -> None:
    names = [f"lark/m{number:03}" for number in range(31)]
    with bench(flock(names), now="2026-02-10T00:00:00Z", page=10) as b:
        assert sorted(b.names()) == names
        assert len(b.hub.log) == 4


def test_l11_one_page_with_more_rows_than_asked_for_is_taken_whole() -> None:
    with bench() as b:
        b.hub.faults.add(fault=faults.body(orjson.dumps([row(number) for number in range(5000)])))
        assert len(b.names()) == 5000


def test_l11_but_no_more_than_was_asked_for_of_the_most_used() -> None:
    with bench(page=1000) as b:
        b.hub.faults.add(fault=faults.asked(limit=1000))
        assert len(b.names(sort="downloads", limit=3)) == 3


def test_l11_a_page_beyond_the_cap_is_a_failure_and_not_a_part() -> None:
    with bench(max_list_bytes=300) as b:
        with pytest.raises(CrawlError, match="larger than max_list_bytes"):
            b.names()
        # Once in large pages, once in small ones; the same again would bring the same.
        assert [entry.params["limit"] for entry in b.hub.log] == [["1000"], ["200"]]


@pytest.mark.parametrize("is_refused", [True, False])
def test_l11_pages_that_are_too_large_are_asked_for_in_smaller_ones(is_refused: bool) -> None:
    names = [f"lark/m{number:03}" for number in range(400)]
    world = flock([])
    for name in names:
        world.put("models", name, date=D1, files={"README.md": b"x"})
    with bench(world, page=1000, max_list_bytes=64_000_000 if is_refused else 80_000) as b:
        if is_refused:
            b.hub.faults.add(path="limit=1000", times=FOREVER, fault=faults.status(413, "<html>too large</html>"))
        assert sorted(b.names()) == names
        assert [entry.params["limit"] for entry in b.hub.log] == [["1000"], ["200"], ["200"]]
        assert any("200 rows" in warning for warning in b.client.warnings)


def test_l12_rows_of_the_same_instant_on_both_sides_of_a_border_come_both() -> None:
    world = flock([])
    for name in NAMES:
        world.put("models", name, date=D1, files={"README.md": b"x"})
    for sort in ("createdAt", "lastModified"):
        with bench(world) as b:
            assert sorted(b.names(sort=sort)) == NAMES


def test_l15_the_sweep_is_ordered_by_what_never_changes() -> None:
    with bench() as b:
        b.names()
        assert b.hub.log[0].params["sort"] == ["createdAt"]
        # A cursor's own URL names the order too: no page comes in the default order, which moves.
        assert all(entry.params["sort"] == ["createdAt"] for entry in b.hub.log)


def test_l16_an_old_row_among_new_ones_ends_nothing() -> None:
    with bench() as b:
        b.hub.faults.add(nth=1, fault=faults.edit_json(
            lambda rows: [{**rows[0], "createdAt": "2020-01-01T00:00:00.000Z"}, *rows[1:]]))  # fmt: skip
        assert b.names() == ALL
