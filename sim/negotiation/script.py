"""Script: does what the file says on the date it says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.negotiation.policy import Ask, Choice, Player, Turn


def script(player: Player, turn: Turn) -> Iterator[Choice | Ask]:
    """The acts that the script has for today."""
    for scripted in player.script:
        today = turn.runs & (np.asarray(scripted.on.of(turn.sight)) == turn.sight.today)
        if today.any():
            yield Choice(scripted.acts, np.flatnonzero(today), scripted.index)
