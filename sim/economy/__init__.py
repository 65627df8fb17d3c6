"""The economy: a trade equilibrium of many countries and sectors, in changes from a base year.

    import sim.economy
    world = sim.economy.load()
    answer = world.solve(tariffs=world.rates({("USA", "CHN"): 0.2}, added=True), elasticity=4)
    answer.real_income

`dataset` reads a folder of CSV files, `base` makes an equilibrium of it, `problem` says what differs from it,
`equilibrium` has the equations, `scarcity` the limits in them, `tangent` their slopes, `solver` and `mixing` the
iteration, `solution` the answer, `economy` joins them. `ages`, `collection`, `front_loading` and `measures`
are what time, customs and shops make of it; `optimal` looks for the tariffs that serve a region best.
"""

from sim.economy.dataset import DataError, DataSet
from sim.economy.economy import TOLERANCE, Economy, Limit, load
from sim.economy.solution import Solution

__all__ = ["TOLERANCE", "DataError", "DataSet", "Economy", "Limit", "Solution", "load"]
