"""Anything else, through a webhook signed as Standard Webhooks describes."""
