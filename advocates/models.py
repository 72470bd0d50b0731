"""People and their right to speak. Empty until the advocates are built; the layer is already in its place."""
