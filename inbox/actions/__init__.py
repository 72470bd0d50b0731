"""Every write of the inbox: one function per verb, each atomic, each ending in the ledger."""
