"""What every app stands on: no models, no imports from the project outside this folder."""
