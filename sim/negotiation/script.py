"""Script: does what the file says on the date it says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.negotiation.policy import Option, Player, Turn


def script(player: Player, turn: Turn) -> Iterator[Option]:
    """The acts that the script has for today; what is not open yet waits for the moves of others on the day."""
    for place, scripted in enumerate(player.script):
        today = turn.runs & (np.asarray(scripted.on.of(turn.sight)) == turn.sight.today)
        if today.any():
            fires = today & turn.again(place, scripted.index, today) & turn.open_to(scripted.acts)
            yield Option(place, scripted.acts, fires, scripted.index)
