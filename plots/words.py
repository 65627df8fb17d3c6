"""How names are written within a sentence."""

from __future__ import annotations

_WITH_ARTICLE = ("United ", "European Union", "Netherlands", "Philippines", "G7", "G20", "Wider group", "Rest of")
"""Openings of names that take an article in running text."""


def the(title: str) -> str:
    """A name as it stands within a sentence: the United States, the G7, Germany."""
    return f"the {title}" if title.startswith(_WITH_ARTICLE) else title
