"""Moves by actor: in how many futures each makes each kind of move at least once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plots.lettering import balanced, height, width, wrap
from plots.numbers import percent
from plots.sheet import body_width, room, sheet
from plots.style import FAINT, LABEL, SMALL, Chart, Cue, house_style, tint

DOT = 13.0
"""Width in points of the dot that stands for every future."""
STRONG = 0.75
"""Strength of a dot's colour."""


def moves_chart(
    shares: NDArray[np.float64],
    actors: list[str],
    kinds: list[str],
    shades: list[str],
    title: str,
    source: str,
    size: str = "page",
) -> Chart:
    """A grid of [actor, kind of move] shares of futures: dots whose area is the share, the number beside each."""
    subtitle = "Futures in which the actor makes the move at least once, %"
    across = body_width(size)
    words = [balanced(actor, 0.3 * across, LABEL) for actor in actors]
    left = max(width(lines, LABEL) for lines in words) + 10
    wide = (across - left) / len(kinds)
    narrow = any(width(word, SMALL) > wide - 3 for kind in kinds for word in kind.split())
    heads = [wrap(kind, (1 + narrow) * wide - 4, SMALL) for kind in kinds]
    line = max(height(lines, SMALL) for lines in heads) + 2
    raised = [line * (narrow and column % 2 == 0) for column in range(len(kinds))]  # every other one above the next
    above = line * (1 + narrow) + 6
    spare = (room(size, title, subtitle, source) - above) / len(actors)
    rows = [max(height(lines, LABEL) + 4, min(spare, 22.0), DOT + 2) for lines in words]
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(rows))
        axes = made.canvas(left, above, across - left, sum(rows))
        for column, lines in enumerate(heads):
            made.text(left + column * wide, above - 6 - raised[column], lines, fontsize=SMALL, va="baseline")
        top = 0.0
        for row, high in enumerate(rows):
            y = top + high / 2
            made.text(0, above + y, words[row])
            axes.plot([0, across - left], [top + high] * 2, color=FAINT, linewidth=0.8, zorder=0)
            for column, share in enumerate(shares[row]):
                if share > 0:
                    dot = max(2.5, DOT * float(np.sqrt(share)))
                    x = column * wide + DOT / 2
                    axes.plot(x, y, "o", color=tint(shades[row], STRONG), markersize=dot, markeredgewidth=0)
                    made.text(left + x + DOT / 2 + 3, above + y, _number(share), fontsize=SMALL)
            top += high
    table: dict[str, list[Any]] = {
        "actor": [actor for actor in actors for _ in kinds],
        "move": [kind for _ in actors for kind in kinds],
        "futures_percent": np.round(shares * 100, 2).ravel().tolist(),
    }
    grid = {kind: [percent(float(share)) if share else "–" for share in shares[:, k]] for k, kind in enumerate(kinds)}
    alt = _alt(title, shares, actors, kinds)
    cues = tuple(Cue(actor, tint(shades[k], STRONG), label=words[k]) for k, actor in enumerate(actors))
    return Chart("moves", made.figure, title, subtitle, alt, table, {"actor": actors} | grid, made.head, cues)


def _number(share: float) -> str:
    return "<1" if share < 0.01 else ">99" if 0.99 < share < 1 else f"{share * 100:.0f}"


def _alt(title: str, shares: NDArray[np.float64], actors: list[str], kinds: list[str]) -> str:
    told = []
    for actor, row in zip(actors, shares, strict=True):
        made = [f"{kind} {percent(float(share))}" for kind, share in zip(kinds, row, strict=True) if share > 0]
        told.append(f"{actor}: {', '.join(made)}")
    return f"{title}. Futures in which each actor makes a move. {'; '.join(told)}."
