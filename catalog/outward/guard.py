"""Where a webhook may be sent: parsed once, resolved once, and every address that comes of it looked at."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_network
from threading import Thread

from catalog.outward import addresses
from catalog.outward.addresses import Address, Network

LONGEST = 500
HTTPS = 443
PATIENCE = 3.0  # seconds a name may take
MOST_ADDRESSES = 16
WHOLE = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?(?P<rest>[/?].*)?"
)
LABEL = re.compile(r"[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?")
# Names that are of somebody's own network by convention or by registry (RFC 6761, 6762, 8375, 9476).
INSIDE = {
    *("local", "localhost", "localdomain", "internal", "intranet", "lan", "home", "corp", "private"),
    *("arpa", "onion", "invalid", "alt"),
}

Resolver = Callable[[str, int], Sequence[str]]


class Refused(ValueError):
    """An address that nothing is sent to; the words say why."""


@dataclass(frozen=True)
class Allowed:
    """What may be private and plain http, for receivers in one's own network: names and networks, each with its port."""

    names: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[tuple[Network, int], ...] = ()

    def has(self, host: str, port: int, found: Sequence[Address] = ()) -> bool:
        """Say whether a name is allowed, or every one of the addresses found for it."""
        return (host, port) in self.names or (bool(found) and all(self._holds(one, port) for one in found))

    def _holds(self, address: Address, port: int) -> bool:
        return any(p == port and address.version == n.version and address in n for n, p in self.networks)


@dataclass(frozen=True)
class Target:
    """An address taken apart. found: where it leads, checked, in the order to try them."""

    secure: bool
    host: str
    port: int
    path: str
    found: tuple[Address, ...] = field(default=())


def allowed(text: str) -> Allowed:
    """Return what a comma list of host:port and network:port allows. Raises ValueError naming the entry that is wrong."""
    names = set[tuple[str, int]]()
    networks = list[tuple[Network, int]]()
    for entry in filter(None, (one.strip() for one in text.split(","))):
        host, _, port = entry.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
            raise ValueError(f"{entry!r} is no host:port and no network:port.")
        try:
            networks.append((ip_network(host.strip("[]")), int(port)))
        except ValueError:
            if not _is_name(host.lower()):
                raise ValueError(f"{entry!r} is no host:port and no network:port.") from None
            names.add((host.lower(), int(port)))
    return Allowed(frozenset(names), tuple(networks))


def taken_apart(url: str, allow: Allowed) -> Target:
    """Return an address in its parts. Raises Refused for all that can be told before a name is looked up."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\#@"):
        raise Refused(
            f"holds at most {LONGEST} plain ASCII signs, without spaces, backslash, user or fragment (a name in other"
            " letters is written as xn--…)."
        )
    found = WHOLE.fullmatch(url)
    if found is None:
        raise Refused("must read https://host/path.")
    secure, host = found["scheme"] == "https", found["host"].lower().strip("[]")
    port = int(found["port"] or (HTTPS if secure else 80))
    if port > 65535:
        raise Refused("names a port that does not exist.")
    rest = found["rest"] or "/"
    path = rest if rest.startswith("/") else f"/{rest}"
    literal = _literal(found["host"])
    _check_form(secure, host, port, literal, allow)
    return Target(secure, host, port, path, (literal,) if literal else ())


def _literal(host: str) -> Address | None:
    """Return the address that a host is; None when it is a name. Raises Refused for a number in another guise."""
    try:
        if host.startswith("["):
            return IPv6Address(host[1:-1])  # in brackets stands nothing else
        if host.rpartition(".")[2][:1].isdigit():  # no name ends in a number: 127.1, 0x7f000001, 2130706433, 0177.0.0.1
            return addresses.read(host)
    except ValueError:
        raise Refused("names a host by a number that is no address as it is written by the book.") from None
    return None


def _check_form(secure: bool, host: str, port: int, literal: Address | None, allow: Allowed) -> None:
    if allow.has(host, port, [literal] if literal else []):
        return
    if literal is None and not _is_name(host):
        raise Refused("names a host that is no name of the internet.")
    if literal is None and ("." not in host or host.rpartition(".")[2] in INSIDE):
        raise Refused("names a host of a private network.")
    if literal is not None:
        _check_address(literal)
    if not allow.networks and not (secure and port == HTTPS):  # with networks it depends on where the name leads
        raise Refused("must be https, on port 443.")


def _is_name(host: str) -> bool:
    return len(host) <= 253 and all(LABEL.fullmatch(label) for label in host.split("."))


def _check_address(address: Address) -> None:
    if not addresses.is_public(address):
        raise Refused("leads to an address that is not of the open internet.")


def looked_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name, A and AAAA, as the machine's resolver tells them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def in_time(resolve: Resolver, patience: float = PATIENCE) -> Resolver:
    """Return a resolver that gives up after some seconds: the machine's own may take a minute, and cannot be stopped."""

    def resolved(host: str, port: int) -> Sequence[str]:
        told: list[Sequence[str] | OSError] = []

        def ask() -> None:
            try:
                told.append(resolve(host, port))
            except (OSError, UnicodeError) as error:
                told.append(error if isinstance(error, OSError) else OSError(str(error)))

        thread = Thread(target=ask, daemon=True)
        thread.start()
        thread.join(patience)
        if not told:
            raise OSError("the name took too long")
        if isinstance(told[0], OSError):
            raise told[0]
        return told[0]

    return resolved


def checked(target: Target, allow: Allowed, resolve: Resolver) -> Target:
    """Return the target with the addresses it leads to, each of them checked; resolved here, once.

    Raises Refused when any is private, OSError when the name cannot be resolved.
    """
    found = target.found
    if not found:
        texts = resolve(target.host, target.port)
        if not texts:
            raise OSError("the name has no address")
        found = tuple(_told(text) for text in texts[:MOST_ADDRESSES])
    if not allow.has(target.host, target.port, found):
        for address in found:
            _check_address(address)
        if not (target.secure and target.port == HTTPS):
            raise Refused("must be https, on port 443.")
    return Target(target.secure, target.host, target.port, target.path, found)


def _told(text: str) -> Address:
    try:
        return addresses.read(text)
    except ValueError:
        raise Refused("leads to an address that is not of the open internet.") from None
