"""Scenario files: read, overlaid, validated, with the origin of every number."""
