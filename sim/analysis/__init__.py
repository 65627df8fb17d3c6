"""Reads results: odds with their band, comparison, the story of a run."""
