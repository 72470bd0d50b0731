"""The networks no request of ours may go to: our own list, so that it is the same on every Python. Pure.

`ipaddress` is used to read and to compare addresses only. Its `is_global` and `is_private` follow the
registries as they were when that Python was released, and Python 3.11 calls several local ranges global.

The ranges are those of IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890), read on 2026-11-25,
with multicast, reserved and given-up ranges beside them. Ranges that are reachable but serve no web pages
(anycast for DNS, relays) are refused too: nobody has a feed there.

An IPv6 address may carry an IPv4 address. Every address it carries is judged as well, and one that is refused
refuses the whole. The forms that carry one are listed in `carried`. A network may use a NAT64 prefix of its
own (RFC 6052 §2.2), which nobody can tell from the address; the operator of such a network must filter there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

REFUSED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "this network; Linux connects 0.0.0.0 to itself (RFC 791 §3.2)"),
        ("10.0.0.0/8", "private use (RFC 1918)"),
        ("100.64.0.0/10", "shared by a provider and its customers; metadata of Alibaba Cloud (RFC 6598)"),
        ("127.0.0.0/8", "this machine (RFC 1122 §3.2.1.3)"),
        (
            "168.63.129.16/32",
            "the host of a virtual machine at Azure; public in form only (Microsoft's documents)",
        ),
        ("169.254.0.0/16", "link-local; metadata of most clouds (RFC 3927)"),
        ("172.16.0.0/12", "private use (RFC 1918)"),
        ("192.0.0.0/24", "IETF protocols, NAT64 discovery; metadata of Oracle's older cloud (RFC 6890 §2.1)"),
        ("192.0.2.0/24", "for documentation (RFC 5737)"),
        ("192.31.196.0/24", "AS112, a sink for DNS questions (RFC 7535)"),
        ("192.52.193.0/24", "multicast relays (RFC 7450)"),
        ("192.88.99.0/24", "6to4 relays, given up (RFC 7526)"),
        ("192.168.0.0/16", "private use (RFC 1918)"),
        ("192.175.48.0/24", "AS112, a sink for DNS questions (RFC 7534)"),
        ("198.18.0.0/15", "measuring network devices (RFC 2544)"),
        ("198.51.100.0/24", "for documentation (RFC 5737)"),
        ("203.0.113.0/24", "for documentation (RFC 5737)"),
        ("224.0.0.0/4", "multicast (RFC 5771)"),
        ("240.0.0.0/4", "reserved, and 255.255.255.255 for broadcast (RFC 1112 §4, RFC 8190)"),
    )
)

REFUSED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/96", "no address (::), this machine (::1), and IPv4-compatible, given up (RFC 4291 §2.5)"),
        ("::ffff:0:0:0/96", "IPv4-translated, used inside a translator only (RFC 2765 §2.1)"),
        ("64:ff9b:1::/48", "NAT64 for local use (RFC 8215)"),
        ("100::/64", "thrown away on arrival (RFC 6666)"),
        ("100:0:0:1::/64", "a prefix for nothing (RFC 9780)"),
        ("2001:1::/32", "anycast of IETF protocols (RFC 7723, RFC 8155, RFC 9665)"),
        ("2001:2::/48", "measuring network devices (RFC 5180)"),
        ("2001:3::/32", "multicast relays (RFC 7450)"),
        ("2001:4:112::/48", "AS112, a sink for DNS questions (RFC 7535)"),
        ("2001:10::/28", "ORCHID, given up (RFC 4843)"),
        ("2001:20::/28", "ORCHIDv2, names and no places (RFC 7343)"),
        ("2001:30::/28", "tags of drones (RFC 9374)"),
        ("2001::/23", "IETF protocols; Teredo within it is judged by what it carries (RFC 2928)"),
        ("2001:db8::/32", "for documentation (RFC 3849)"),
        ("2620:4f:8000::/48", "AS112, a sink for DNS questions (RFC 7534)"),
        ("3ffe::/16", "6bone, given up (RFC 3701)"),
        ("3fff::/20", "for documentation (RFC 9637)"),
        ("5f00::/16", "segment routing identifiers (RFC 9602)"),
        ("fc00::/7", "unique local; metadata of Amazon and Google (RFC 4193)"),
        ("fe80::/10", "link-local (RFC 4291 §2.5.6)"),
        ("fec0::/10", "site-local, given up (RFC 3879)"),
        ("ff00::/8", "multicast (RFC 4291 §2.7)"),
    )
)

GLOBAL_UNICAST = IPv6Network("2000::/3")
"""What lies outside is not given out (RFC 4291 §2.4), whether it is listed above or not."""

_MAPPED = IPv6Network("::ffff:0:0/96")  # IPv4-mapped (RFC 4291 §2.5.5.2): the last 32 bits
_NAT64 = IPv6Network("64:ff9b::/96")  # the well-known prefix (RFC 6052 §2.1): the last 32 bits
_COMPATIBLE = IPv6Network("::/96")  # IPv4-compatible (RFC 4291 §2.5.5.1): the last 32 bits
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")  # IPv4-translated (RFC 2765 §2.1): the last 32 bits
_SIX_TO_FOUR = IPv6Network("2002::/16")  # 6to4 (RFC 3056 §2): bits 16 to 47
_TEREDO = IPv6Network(
    "2001::/32"
)  # Teredo (RFC 4380 §4): the server in bits 32 to 63, the client inverted at the end
_ISATAP = frozenset(
    {0x0000_5EFE, 0x0200_5EFE}
)  # ISATAP (RFC 5214 §6.1): before the last 32 bits of any prefix

_CARRIERS = (_MAPPED, _NAT64, _SIX_TO_FOUR, _TEREDO)
"""Judged by what they carry alone: with a public address inside they lead to the public internet."""


def is_public(number: str) -> bool:
    """Whether an IP address lies in the public internet. What is no IP address does not."""
    try:
        address = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network, _ in REFUSED_V4)
    if not all(is_public(str(inner)) for inner in carried(address)):
        return False
    if any(address in network for network in _CARRIERS):
        return True
    return address in GLOBAL_UNICAST and not any(address in network for network, _ in REFUSED_V6)


def carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """Every IPv4 address that an IPv6 address carries."""
    bits = int(address)
    if any(address in network for network in (_MAPPED, _NAT64, _COMPATIBLE, _TRANSLATED)):
        yield _v4(bits)
    if address in _SIX_TO_FOUR:
        yield _v4(bits >> 80)
    if address in _TEREDO:
        yield _v4(bits >> 64)
        yield _v4(~bits)
    if bits >> 32 & 0xFFFF_FFFF in _ISATAP:
        yield _v4(bits)


def _v4(bits: int) -> IPv4Address:
    return IPv4Address(bits & 0xFFFF_FFFF)
