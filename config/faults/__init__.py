"""Faults injected into a real installation, and a checker that nothing was lost or done twice."""
