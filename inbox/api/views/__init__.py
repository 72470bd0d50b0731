"""The operations of the inbox's API: guard, parse, one call, answer."""
