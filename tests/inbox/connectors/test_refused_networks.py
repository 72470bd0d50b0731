"""Where no request of ours may go: every special range to its end, and every way to wrap one address in another."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from typing import NoReturn

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.connectors import connect
from inbox.connectors.outbound import Outbound
from inbox.connectors.ports import BadSettings, Refused
from inbox.connectors.refused_networks import REFUSED_V4, REFUSED_V6, carried, is_public
from tests.inbox.connectors.samples import SECRET

# IANA's special-purpose registries, multicast, reserved, and what was given up; written down apart from the code.
RANGES_V4 = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
    192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24
    192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    224.0.0.0/4 240.0.0.0/4 255.255.255.255/32
""".split()
RANGES_V6 = """
    ::1/128 ::/128 ::/96 ::ffff:0:0:0/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001:1::1/128 2001:1::2/128
    2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32
    2620:4f:8000::/48 3ffe::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
""".split()
NEIGHBOURS = """
    1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
    172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.1.255 192.0.3.0 192.31.195.255 192.31.197.0
    192.52.192.255 192.52.194.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 192.175.47.255 192.175.49.0
    198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
    168.63.129.15 168.63.129.17
    2001:200:: 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9:: 2620:4f:7fff:ffff:ffff:ffff:ffff:ffff
    2620:4f:8001:: 3ffd:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2000::1
""".split()
OUTSIDE_V6 = """
    ::1:0:0:0:0 64:ff9a::1 64:ff9b:0:1::1 64:ff9b:2:: 100:0:0:2:: 1fff:: 4000:: 5eff:: 5f01:: 8000:: fbff:: fe00::
""".split()
METADATA = {
    "169.254.169.254": "Amazon, Google, Azure, Oracle, DigitalOcean, Hetzner",
    "169.254.170.2": "containers at Amazon",
    "169.254.170.23": "pods at Amazon",
    "169.254.42.42": "Scaleway",
    "100.100.100.200": "Alibaba",
    "192.0.0.192": "Oracle's older cloud",
    "168.63.129.16": "Azure's host",
    "fd00:ec2::254": "Amazon",
    "fd00:ec2::23": "pods at Amazon",
    "fd20:ce::254": "Google",
    "fd00:42::42": "Scaleway",
    "fe80::a9fe:a9fe%eth0": "OpenStack",
}

Wrap = Callable[[IPv4Address, int], IPv6Address]


def _at(prefix: str, shift: int = 0) -> Wrap:
    return lambda inner, rest: IPv6Address(
        int(IPv6Address(prefix)) | int(inner) << shift | (rest & (1 << shift) - 1)
    )


def _teredo_server(inner: IPv4Address, rest: int) -> IPv6Address:
    return IPv6Address(int(IPv6Address("2001::")) | int(inner) << 64 | rest & (1 << 64) - 1)


def _teredo_client(inner: IPv4Address, rest: int) -> IPv6Address:
    server_and_flags = int(IPv4Address("8.8.8.8")) << 64 | (rest & 0xFFFF_FFFF) << 32
    return IPv6Address(int(IPv6Address("2001::")) | server_and_flags | int(inner) ^ 0xFFFF_FFFF)


WRAPS: dict[str, Wrap] = {
    "IPv4-mapped": _at("::ffff:0:0"),
    "IPv4-compatible": _at("::"),
    "IPv4-translated": _at("::ffff:0:0:0"),
    "NAT64": _at("64:ff9b::"),
    "6to4": _at("2002::", 80),
    "Teredo's server": _teredo_server,
    "Teredo's client": _teredo_client,
    "ISATAP": _at("2606:2800:220:1:0:5efe::"),
    "ISATAP with a global address": _at("2606:2800:220:1:200:5efe::"),
    "ISATAP in 6to4": _at("2002:808:808:1:0:5efe::"),
}


def within(network: IPv4Network) -> st.SearchStrategy[IPv4Address]:
    return st.integers(int(network[0]), int(network[-1])).map(IPv4Address)


refused_v4 = st.sampled_from([network for network, _ in REFUSED_V4]).flatmap(within)
any_v4 = st.integers(0, 2**32 - 1).map(IPv4Address)
rest = st.integers(0, 2**128 - 1)


@pytest.mark.parametrize("written", [*RANGES_V4, *RANGES_V6])
def test_a_special_range_is_refused_from_its_first_address_to_its_last(written):
    network = ip_network(written)
    middle = network[network.num_addresses // 2]

    assert [str(one) for one in (network[0], middle, network[-1]) if is_public(str(one))] == []


@pytest.mark.parametrize("number", NEIGHBOURS)
def test_the_neighbours_of_the_ranges_are_public(number):
    assert is_public(number)


@pytest.mark.parametrize("number", OUTSIDE_V6)
def test_what_is_not_given_out_is_not_public(number):
    assert not is_public(number)


@pytest.mark.parametrize("number", METADATA)
def test_no_metadata_address_of_a_cloud_is_public(number):
    assert not is_public(number)


def test_every_line_of_the_list_says_which_document_names_it():
    lines = [*REFUSED_V4, *REFUSED_V6]

    assert len(lines) == 41
    assert [str(network) for network, why in lines if "RFC" not in why and "Microsoft" not in why] == []


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS.keys())
@given(inner=refused_v4, rest=rest)
def test_a_refused_address_stays_refused_in_whatever_carries_it(wrap, inner, rest):
    address = wrap(inner, rest)

    assert inner in carried(address)
    assert not is_public(str(address))


@pytest.mark.parametrize("name", ["IPv4-mapped", "NAT64", "6to4", "ISATAP"])
@given(inner=any_v4)
def test_a_carried_address_decides(name, inner):
    assert is_public(str(WRAPS[name](inner, 0))) == is_public(str(inner))


@given(inner=any_v4, rest=rest)
def test_compatible_and_translated_addresses_lead_nowhere_public(inner, rest):
    assert not is_public(str(WRAPS["IPv4-compatible"](inner, rest)))
    assert not is_public(str(WRAPS["IPv4-translated"](inner, rest)))


@given(number=st.ip_addresses())
def test_an_address_is_judged_alike_however_it_is_written(number):
    judged = is_public(str(number))

    assert is_public(ip_address(number).exploded) == judged
    assert is_public(f"{number}%eth0") == judged


@given(text=st.text(max_size=60))
def test_what_is_no_address_is_not_public(text):
    assert is_public(text) is False or ip_address(text.partition("%")[0])


# --- Judged without a connection being made --------------------------------------------------------


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("number", [*METADATA, "127.0.0.1", "::127.0.0.1", "fec0::1", "64:ff9b:1::7f00:1"])
def test_a_refused_address_is_judged_before_any_socket_is_opened(no_sockets, number):
    outbound = Outbound(httpx.Client(), resolve=lambda host, port: [number])

    with pytest.raises(Refused, match=r"feeds\.example lies in a private network"):
        outbound.send("GET", "https://feeds.example/rss", {})
    with pytest.raises(BadSettings, match=r"feeds\.example lies in a private network"):
        outbound.check_address("https://feeds.example/rss", field="url")


def test_an_address_is_judged_where_it_is_entered_and_nothing_is_connected(no_sockets):
    Outbound(None, resolve=lambda host, port: ["93.184.216.34"]).check_address(
        "https://feeds.example/rss", field="url"
    )


def test_a_name_that_cannot_be_looked_up_has_a_sentence_of_its_own():
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(
        BadSettings, match=r"The name feeds\.example cannot be looked up\. Check its spelling"
    ) as told:
        Outbound(None, resolve=resolve).check_address("https://feeds.example/rss", field="url")

    assert told.value.field == "url"


@pytest.mark.parametrize(
    ("slug", "settings", "field"),
    [
        ("rss", {"url": "http://192.0.0.192/opc/v1/instance/"}, "url"),
        ("rss", {"url": "http://[::ffff:0:7f00:1]:8000/feed"}, "url"),
        ("webhook", {"secret": SECRET, "return_url": "http://[fec0::1]/replies"}, "return_url"),
        ("webhook", {"secret": SECRET, "return_url": "http://127.1/replies"}, "return_url"),
    ],
)
def test_a_connector_refuses_a_private_address_by_the_name_of_its_field(slug, settings, field):
    with pytest.raises(BadSettings, match="lies in a private network") as told:
        connect(slug, settings).check_addresses()

    assert told.value.field == field
    connect(slug, {**settings, "allow_private": True}).check_addresses()
