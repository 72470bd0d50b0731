"""What is kept of a browser and its network, so that people recognise their own sessions. Pure.

The User-Agent header and the whole address are not kept: a name for each and the network suffice.
"""

from __future__ import annotations

import ipaddress
import re

UNKNOWN = "Unknown device"
UNKNOWN_NETWORK = "unknown"
LONGEST_HEADER = 512

# The first that matches names it: Edge and Opera also say Chrome, Chrome also says Safari.
BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|HeadlessChrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("Linux", re.compile(r"\b(?:Linux|X11)\b")),
)


def device_of(user_agent: str) -> str:
    """Browser and system in words, such as “Firefox on Windows”."""
    said = user_agent[:LONGEST_HEADER]
    browser = next((name for name, pattern in BROWSERS if pattern.search(said)), "")
    system = next((name for name, pattern in SYSTEMS if pattern.search(said)), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN


def network_of(address: str) -> str:
    """The address without its last part: a /24 of IPv4 (198.51.100.x), a /48 of IPv6 (2001:db8:1::)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, ipaddress.IPv4Address):
        return f"{str(found).rpartition('.')[0]}.x"
    return str(ipaddress.ip_network((found, 48), strict=False).network_address)
