"""The three brands of the demo: a regional railway, a coffee roaster, and a home internet provider."""

from __future__ import annotations

from config.demo.brindlenet import BRINDLENET
from config.demo.quillamo import QUILLAMO
from config.demo.sarvenne import SARVENNE
from config.demo.shapes import DemoBrand, DemoChannel, DemoPerson, DemoSavedReply, DemoTerm

__all__ = ["BRANDS", "DemoBrand", "DemoChannel", "DemoPerson", "DemoSavedReply", "DemoTerm"]

BRANDS: tuple[DemoBrand, ...] = (SARVENNE, QUILLAMO, BRINDLENET)
