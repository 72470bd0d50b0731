"""The inbox's pages: guard, parse, one call, answer."""
