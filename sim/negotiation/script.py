"""Script: does what the file says on the date it says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.negotiation.policy import Option, Player, Turn


def script(player: Player, turn: Turn) -> Iterator[Option]:
    """The acts that the script has for today."""
    for place, scripted in enumerate(player.script):
        today = turn.ahead(place) & (np.asarray(scripted.on.of(turn.sight)) == turn.sight.today)
        if today.any():
            yield Option(place, scripted.acts, today, scripted.index)
