"""Reads that span models, shaped for whoever asks."""
