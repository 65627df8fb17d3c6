"""Moves by actor: in how many futures each makes each kind of move at least once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plots.style import BLUE, INK, Chart, figure, head, house_style


def moves_chart(
    shares: NDArray[np.float64], actors: list[str], kinds: list[str], title: str, source: str, size: str = "page"
) -> Chart:
    """A grid of [actor, kind of move] shares of futures, dots by size, numbers beside them."""
    subtitle = "Futures in which the actor makes the move at least once, %"
    with house_style():
        made = figure(size, taller=max(0.7, 0.085 * len(actors) + 0.3))
        axes = made.subplots()
        axes.grid(visible=False)
        for row in range(len(actors)):
            axes.axhline(row, color="#EFEFEF", linewidth=0.8, zorder=0)
            for column in range(len(kinds)):
                share = shares[row, column]
                if share > 0:
                    axes.scatter(column, row, s=4 + 130 * share, color=BLUE, alpha=0.55, linewidth=0)
                    text = f"{share * 100:.0f}" if share >= 0.01 else "<1"
                    axes.text(column + 0.2, row, text, va="center", fontsize=7.5, color=INK)
        axes.set_yticks(range(len(actors)), actors, color=INK)
        axes.set_xticks(range(len(kinds)), [kind.replace("_", "\n") for kind in kinds], fontsize=7.5, color=INK)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_ylim(len(actors) - 0.4, -0.6)
        axes.set_xlim(-0.5, len(kinds) - 0.3)
        axes.spines["bottom"].set_visible(False)
        head(made, title, subtitle, source)
    table: dict[str, list[Any]] = {
        "actor": [actor for actor in actors for _ in kinds],
        "move": [kind for _ in actors for kind in kinds],
        "futures_percent": np.round(shares * 100, 2).ravel().tolist(),
    }
    busiest = actors[int(shares.sum(axis=1).argmax())]
    return Chart(
        "moves", made, title, subtitle, f"Grid of moves by actor; {busiest} makes the most kinds of moves.", table
    )
