"""The supply layer: licences, stocks and shortages of materials that China sells, week by week.

    state = State.at_rest(params)
    flows = step(state, Controls.open(params), params)

`licences` is the queue of export licences, `transit` goods at sea, `stocks` what firms order, hold and use,
`stockpile` what governments hold, `output` what comes of it, `prices` quotes and paid prices, `capacity` and
`projects` supply outside China, `leverage` what a stop would cost. `parameters`, `state` and `controls` are what a
`step` reads and moves; `cells` says which uses there are. Arrays have the run as their first axis.
"""

from sim.supply.capacity import Building
from sim.supply.controls import Controls
from sim.supply.licences import Licensing
from sim.supply.output import Production
from sim.supply.parameters import Parameters
from sim.supply.prices import Market
from sim.supply.projects import Projects
from sim.supply.state import State
from sim.supply.step import Flows, step
from sim.supply.stockpile import Reserve
from sim.supply.stocks import Holding

__all__ = [
    "Building",
    "Controls",
    "Flows",
    "Holding",
    "Licensing",
    "Market",
    "Parameters",
    "Production",
    "Projects",
    "Reserve",
    "State",
    "step",
]
