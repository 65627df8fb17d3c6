"""Asking: somebody outside decides. The clock stops before the turn; the answer is carried out when it comes."""

from __future__ import annotations

from collections.abc import Iterator

from sim.negotiation.policy import Option, Player, Turn


def asking(player: Player, turn: Turn) -> Iterator[Option]:
    """One question for the turn."""
    yield Option(0, (), turn.ahead(0), asks=True)
