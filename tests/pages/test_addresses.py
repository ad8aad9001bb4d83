"""The address guard: what a stranger's URL may make us connect to."""

from __future__ import annotations

import ipaddress

import pytest

from crawler.addresses import AddressGuard, AddressRefused, is_public


def names(**table: list[str]):
    return lambda host, _port: table[host.replace(".", "_")]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://example.org/LICENSE",
        "//example.org/LICENSE",
        "LICENSE",
        "",
        "http://",
        "http:///LICENSE",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org:0/",
        "https://example.org:22/",
        "https://example.org:99999/",
        "https://example.org:abc/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://metadata.google.internal/",
        "http://printer.local/",
        "http://intranet/",
        "http://127.0.0.1/",
        "http://127.0.0.1:8080/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://127.0.0.1./",
        "http://１２７.0.0.1/",
        "http://10.0.0.1/",
        "http://172.16.9.9/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.0.0.192/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fc00::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://exa mple.org/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org\t/",
        "http://example.org/\x00",
        "http://example.org/\r\nHost: x",
        "http://-.example..org/",
        "http://example.org%2f@127.0.0.1/",
        "http://" + "a" * 64 + ".org/",
        "https://example.org/" + "a" * 5000,
    ],
)
def test_c20_refused_without_a_lookup(url: str) -> None:
    def no_lookup(_host: str, _port: int) -> list[str]:
        raise AssertionError("resolved a name that should have been refused")

    with pytest.raises(AddressRefused):
        AddressGuard(resolve=no_lookup).check(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "asked"),
    [
        ("https://Example.ORG/Terms?x=1#top", "example.org", 443, "https://example.org/Terms?x=1"),
        ("http://example.org:80", "example.org", 80, "http://example.org/"),
        (
            "https://example.org:8443/a b".replace(" ", "%20"),
            "example.org",
            8443,
            "https://example.org:8443/a%20b",
        ),
        (" https://example.org/a ", "example.org", 443, "https://example.org/a"),
        ("https://bücher.example/ä", "xn--bcher-kva.example", 443, "https://xn--bcher-kva.example/%C3%A4"),
        ("http://8.8.8.8/", "8.8.8.8", 80, "http://8.8.8.8/"),
        ("http://[2606:4700:4700::1111]/", "2606:4700:4700::1111", 80, "http://[2606:4700:4700::1111]/"),
    ],
)
def test_public_urls_pass_in_one_form(url: str, host: str, port: int, asked: str) -> None:
    target = AddressGuard().check(url)
    assert (target.host, target.port, target.url) == (host, port, asked)


def test_c21_a_name_is_judged_by_what_it_stands_for() -> None:
    guard = AddressGuard(resolve=names(inside_example_org=["10.0.0.7"], out_example_org=["93.184.215.14"]))
    assert guard.addresses("out.example.org", 443) == ["93.184.215.14"]
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.7"):
        guard.addresses("inside.example.org", 443)


def test_a_name_that_is_half_public_is_refused() -> None:
    guard = AddressGuard(resolve=names(both_example_org=["93.184.215.14", "127.0.0.1"]))
    with pytest.raises(AddressRefused):
        guard.addresses("both.example.org", 443)


@pytest.mark.parametrize("text", ["::ffff:10.0.0.1", "fe80::1%eth0", "64:ff9b::a00:1", "2002:a00:1::1"])
def test_addresses_in_disguise_are_refused(text: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard(resolve=lambda *_: [text]).addresses("example.org", 443)


def test_allow_names_hosts_addresses_networks_and_ports() -> None:
    guard = AddressGuard(
        ["127.0.0.1", "Intranet.Example", "10.1.0.0/16", "127.0.0.9:8000", "[::1]:80"],
        resolve=names(intranet_example=["192.168.0.5"], evil_example=["127.0.0.1"]),
    )
    for url in (
        "http://127.0.0.1:81/",
        "http://intranet.example/",
        "http://10.1.2.3/",
        "http://127.0.0.9:8000/",
    ):
        assert guard.check(url)
    assert guard.check("http://[::1]/")
    assert guard.addresses("intranet.example", 80) == ["192.168.0.5"]
    for url in ("http://127.0.0.9:8001/", "http://[::1]:81/", "http://10.2.0.1/", "http://localhost/"):
        with pytest.raises(AddressRefused):
            guard.check(url)
    # Allowing an address lets no stranger's name through that merely stands for it.
    with pytest.raises(AddressRefused):
        guard.addresses("evil.example", 80)


def test_public_and_not_public() -> None:
    assert is_public(ipaddress.ip_address("1.1.1.1"))
    assert is_public(ipaddress.ip_address("::ffff:1.1.1.1"))
    assert is_public(ipaddress.ip_address("64:ff9b::101:101"))
    assert not is_public(ipaddress.ip_address("203.0.113.1"))
    assert not is_public(ipaddress.ip_address("2001:db8::1"))
