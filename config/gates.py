"""The gates every reply must pass, in the order in which their answers are shown.

Asked while a draft is written and again at the instant of publishing (DESIGN.md §2).
"""

from inbox import gates

GATES = (
    gates.right,
    gates.length,
    gates.window,
    gates.channel_open,
    gates.parent_there,
    gates.duplicate,
    gates.collision,
)
