"""The installation that crash tests ill-treat; `benchmark faults` uses the same (config/faults/house.py)."""

from config.faults.house import PATIENCE, Crowd, House, Sender, folder, until

__all__ = ["PATIENCE", "Crowd", "House", "Sender", "folder", "until"]
