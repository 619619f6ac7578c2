"""Which addresses are of the open internet. All that leads into somebody's own network is refused, in whatever guise."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNICAST = IPv6Network("2000::/3")  # all that was ever given out to be reached
NAT64 = IPv6Network("64:ff9b::/96")
# What Python, in one version or another, takes for global although no receiver of ours can be there.
REFUSED: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # shared by the customers of a provider
            "192.0.0.0/24",  # protocols
            "192.88.99.0/24",  # relays of 6to4
            "198.18.0.0/15",  # benchmarks
            "240.0.0.0/4",
            "2001::/23",  # protocols, Teredo among them
            "2001:db8::/32",  # documentation
            "3fff::/20",  # documentation
        ),
    )
)


def read(text: str) -> Address:
    """Return an address as it is written by the book. Raises ValueError: 0x7f000001, 127.1 and fe80::1%eth0 are none."""
    if "%" in text:
        raise ValueError("an address with a zone is of this machine alone")
    return ip_address(text)


def unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to (mapped, 6to4, NAT64), or the address itself."""
    if not isinstance(address, IPv6Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def is_public(address: Address) -> bool:
    """Say whether an address is a global unicast one, whatever it is wrapped in."""
    found = unwrapped(address)
    if isinstance(found, IPv6Address) and found not in UNICAST:
        return False
    if any(found.version == network.version and found in network for network in REFUSED):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)
