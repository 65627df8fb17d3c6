"""The defaults of `economy:` that Parley ships with their sources: a piece of a scenario, laid under the section."""

from __future__ import annotations

from functools import cache
from pathlib import Path as FilePath
from typing import Any

from sim.scenario import document
from sim.scenario.document import Document

FILE = FilePath(__file__).with_name("economy.yaml")


@cache
def shipped() -> Document:
    """The shipped defaults, `{economy: {key: value}}`, with the place of each."""
    return document.read(FILE)


def of_economy(key: str) -> Any:
    """The shipped default of a key of `economy:`, as it is written."""
    return shipped().data["economy"][key]
