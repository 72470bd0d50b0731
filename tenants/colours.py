"""A client's colour on our pages: used where it can be read, else our own (M31).

Pure. Contrast is that of WCAG 2.2 (relative luminance, success criteria 1.4.3 and 1.4.11).
"""

from __future__ import annotations

import re

SURFACES = {"light": ("#ffffff", "#f6f6f4"), "dark": ("#1a1a19", "#131312")}
"""What the accent stands on, by theme: --surface and --canvas of config/static/css/tokens.css."""
WHITE, BLACK = "#ffffff", "#101010"
TEXT_CONTRAST = 4.5
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def brand_stylesheet(colour: str) -> str:
    """The rules of `/brand.css`: the brand's colour as accent, in each theme where it can be read.

    Empty when it can be read in neither, or is no colour: then the stylesheet's own accent stays.
    """
    if not _HEX.fullmatch(colour):
        return ""
    rules = [
        f"--accent-{theme}: {colour}; --accent-ink-{theme}: {ink_on(colour)};"
        for theme in SURFACES
        if is_readable(colour, theme)
    ]
    return f":root {{ {' '.join(rules)} }}\n" if rules else ""


def is_readable(colour: str, theme: str) -> bool:
    """Whether text in this colour can be read on every surface of the theme."""
    return all(contrast(colour, surface) >= TEXT_CONTRAST for surface in SURFACES[theme])


def ink_on(colour: str) -> str:
    """White or near-black, whichever stands out more on the colour; near-black when it is no colour."""
    if not _HEX.fullmatch(colour):
        return BLACK
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
