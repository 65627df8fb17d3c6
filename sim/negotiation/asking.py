"""Asking: somebody outside decides. The clock stops before the turn; the answer is carried out when it comes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.negotiation.policy import Ask, Choice, Player, Turn


def asking(player: Player, turn: Turn) -> Iterator[Choice | Ask]:
    """Ask once for the turn; an answer of no acts is a pass."""
    answer = turn.answer()
    if answer is None:
        yield Ask(np.flatnonzero(turn.runs))
    else:
        yield answer
