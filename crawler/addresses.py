"""The address guard: which URLs written by strangers may be asked, and at which addresses.

A license_link, a redirect's target and a link of a page can name anything. Only http and https to public
addresses pass, checked after name resolution; the connection is then made to the very address that was
checked (crawler/guarded_http.py), so that a name cannot answer differently the second time.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

LONGEST_URL = 4096  # characters; longer ones are no links to a license
DEFAULT_PORTS = {"http": 80, "https": 443}

# Ranges of the IANA special-purpose registries that some Python versions call global, or whose traffic ends
# elsewhere than the address says.
NOT_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "5f00::/16",
        "fec0::/10",
    )
)
# IPv6 ranges that carry an IPv4 address: (range, where its 32 bits end, counted from the right).
CARRIERS: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)


class AddressRefused(ValueError):
    """This URL, or an address that its name stands for, must not be asked. `str()` is the reason."""


@dataclass(frozen=True, slots=True)
class Target:
    """One URL that passed the first look: what to ask, and whom."""

    url: str
    scheme: str
    host: str  # lower case, ASCII (punycode), no brackets, no final dot
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a robots.txt speaks for."""
        return f"{self.scheme}://{_authority(self.host, self.scheme, self.port)}"


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of `host`, as the system's resolver gives them. Raises socket.gaierror (an OSError)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AddressGuard:
    """Lets pass http(s) URLs of public addresses, and what `allow` names.

    `allow` holds hosts, addresses or networks ("intranet.example.org", "127.0.0.1", "10.0.0.0/8"), each
    with or without ":port". An entry speaks of what the URL names: allowing 127.0.0.1 lets no stranger's name
    through that merely resolves to it. `resolve` gives the addresses of a name.
    """

    def __init__(self, allow: Iterable[str] = (), resolve: Resolver = system_resolver) -> None:
        self._resolve = resolve
        self._rules = [_rule(entry) for entry in allow]

    def check(self, url: str) -> Target:
        """Look at a URL without resolving its name. Raises AddressRefused with the reason."""
        split = _split(url)
        host = _ascii_host(split.hostname or "")
        port = _port(split)
        target = Target(_normal_url(split, host, port), split.scheme, host, port)
        if self.allows(host, port):
            return target
        if port not in (80, 443) and port < 1024:
            raise AddressRefused(f"port {port} is not one of the web's")
        address = _literal(host)
        if address is not None and not is_public(address):
            raise AddressRefused(f"{host} is not a public address")
        if address is None and _is_local_name(host):
            raise AddressRefused(f"{host} is a name of the local network")
        return target

    def allows(self, host: str, port: int) -> bool:
        """Whether `allow` names this host (a name, or an address written in the URL) at this port."""
        address = _literal(host)
        for name, network, only_port in self._rules:
            if only_port not in (None, port):
                continue
            if name == host or (network is not None and address is not None and address in network):
                return True
        return False

    def addresses(self, host: str, port: int) -> list[str]:
        """Resolve `host` and return the addresses that may be connected to.

        Raises AddressRefused if any of them is not public (a name that is half public is a trap), OSError if
        the name cannot be resolved.
        """
        host = host.strip("[]").rstrip(".").lower()
        literal = _literal(host)
        found = [str(literal)] if literal is not None else list(self._resolve(host, port))
        if not found:
            raise OSError(f"{host} has no address")
        if not self.allows(host, port):
            for text in found:
                if not is_public(ipaddress.ip_address(text.partition("%")[0])):
                    raise AddressRefused(f"{host} stands for {text}, which is not a public address")
        return found


def is_public(address: Address) -> bool:
    """Whether anyone on the Internet would reach the same machine at this address."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
    if any(address in network for network in NOT_PUBLIC if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    for network, shift in CARRIERS:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return None


def _rule(entry: str) -> tuple[str, Network | None, int | None]:
    text, port = entry.strip().lower(), None
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::(\d+))?", text)
    with_port = re.fullmatch(r"([^:]+):(\d+)", text)
    if bracketed:
        text, port = bracketed[1], bracketed[2]
    elif with_port:
        text, port = with_port[1], with_port[2]
    try:
        network: Network | None = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    return text.rstrip("."), network, int(port) if port else None


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST_URL:
        raise AddressRefused(f"longer than {LONGEST_URL} characters")
    # Control characters, blanks and backslashes are read differently by different parsers.
    if re.search(r"[\x00-\x20\x7f\\]", url.strip(" ")):
        raise AddressRefused("holds blanks, control characters or backslashes")
    try:
        split = urlsplit(url.strip(" "))
    except ValueError as error:
        raise AddressRefused(f"no URL: {error}") from error
    if split.scheme not in DEFAULT_PORTS:
        raise AddressRefused(f"only http and https are fetched, not {split.scheme or 'a relative address'}")
    if "@" in split.netloc:
        raise AddressRefused("holds a user name or password")
    return split


def _port(split: SplitResult) -> int:
    try:
        port = split.port
    except ValueError as error:
        raise AddressRefused(f"no URL: {error}") from error
    if port == 0:
        raise AddressRefused("port 0 is not one of the web's")
    return port or DEFAULT_PORTS[split.scheme]


def _ascii_host(host: str) -> str:
    """The host as it is looked up: lower case, international names in punycode, no final dot."""
    host = host.rstrip(".").lower()
    if "%" in host:
        raise AddressRefused("the host holds a percent sign")
    if ":" in host:
        return str(_address(host))
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError as error:
        raise AddressRefused(f"{host} is no host name") from error
    if not re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", host) or len(host) > 253:
        raise AddressRefused(f"{host or 'nothing'} is no host name")
    if re.search(r"(^|\.)(\d+|0x[0-9a-f]*)$", host):
        # Decimal, octal, hexadecimal and shortened forms of an address: only the plain one is taken.
        return str(_address(host))
    return host


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise AddressRefused(f"{text} is no address in its plain form") from error


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_local_name(host: str) -> bool:
    return "." not in host or host.endswith((".localhost", ".local", ".internal", ".home.arpa"))


def _authority(host: str, scheme: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == DEFAULT_PORTS[scheme] else f"{shown}:{port}"


def _normal_url(split: SplitResult, host: str, port: int) -> str:
    path = quote(split.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(split.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return urlunsplit((split.scheme, _authority(host, split.scheme, port), path, query, ""))
