"""Small worlds with known properties, in memory and as folders in the layout that the loader documents."""

import csv
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class World:
    """The arrays of a data set: importer n, exporter i, sector j; inputs [region, input, using sector]."""

    flows_musd: np.ndarray
    value_added_share: np.ndarray
    input_coefficient: np.ndarray
    tariff: np.ndarray
    export_tax: np.ndarray
    regions: tuple = field(default=())
    sectors: tuple = field(default=())

    def __post_init__(self):
        n, _, k = self.flows_musd.shape
        object.__setattr__(self, "regions", self.regions or tuple(f"R{number:03}" for number in range(n)))
        object.__setattr__(self, "sectors", self.sectors or tuple(f"S{number:02}" for number in range(k)))

    @property
    def output(self):
        return self.flows_musd.sum(0)

    def scaled(self, factor):
        """The same world counted in another currency."""
        return replace(self, flows_musd=self.flows_musd * factor)

    def reordered(self, order, names=None):
        """The same world with its regions in another order and, if given, under other names."""
        order = np.asarray(order)
        square = np.ix_(order, order)
        return replace(
            self,
            flows_musd=self.flows_musd[square],
            tariff=self.tariff[square],
            export_tax=self.export_tax[square],
            value_added_share=self.value_added_share[order],
            input_coefficient=self.input_coefficient[order],
            regions=tuple(names) if names else tuple(self.regions[region] for region in order),
        )

    def write(self, folder):
        """Write the CSV files of the documented layout into `folder`, every number to its last digit; give it back."""
        folder.mkdir(parents=True, exist_ok=True)
        regions, sectors, output = self.regions, self.sectors, self.output
        table(folder, "regions", "region,name", ((code, f"Region {code}") for code in regions))
        table(folder, "sectors", "sector,name", ((code, f"Sector {code}") for code in sectors))
        cells = list(np.ndindex(self.flows_musd.shape))
        table(
            folder,
            "trade_flows",
            "exporter,importer,sector,value_musd",
            ((regions[i], regions[n], sectors[j], self.flows_musd[n, i, j]) for n, i, j in cells),
        )
        table(
            folder,
            "value_added",
            "region,sector,gross_output_musd,value_added_share,value_added_musd",
            (
                (regions[i], sectors[j], output[i, j], share, share * output[i, j])
                for (i, j), share in np.ndenumerate(self.value_added_share)
            ),
        )
        table(
            folder,
            "io_coefficients",
            "region,input_sector,using_sector,coefficient",
            (
                (regions[i], sectors[k], sectors[j], value)
                for (i, k, j), value in np.ndenumerate(self.input_coefficient)
            ),
        )
        for name, rates in (("tariffs_baseline", self.tariff), ("export_taxes", self.export_tax)):
            table(
                folder,
                name,
                "importer,exporter,sector,rate,date,class,source",
                (
                    (regions[n], regions[i], sectors[j], rates[n, i, j], "2024-12-31", "made up", "made up")
                    for n, i, j in cells
                    if n != i
                ),
            )
        if not self.export_tax.any():
            (folder / "export_taxes.csv").unlink()
        return folder


def table(folder, name, header, rows):
    with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        for row in rows:
            writer.writerow([repr(float(cell)) if isinstance(cell, float) else cell for cell in row])


def armington(flows):
    """One sector made of labour alone, free trade: flows [importer, exporter]."""
    flows = np.asarray(flows, dtype=float)[..., None]
    regions = len(flows)
    nothing = np.zeros_like(flows)
    return World(flows, np.ones((regions, 1)), np.zeros((regions, 1, 1)), nothing, nothing)


def two_countries(own_share, size=1.0):
    """H of output 1,000 that spends `own_share` on itself, and F of output 1,000 × `size`; balanced trade."""
    trade = 1000 * (1 - own_share)
    return armington([[1000 - trade, trade], [trade, 1000 * size - trade]])


def random_world(
    regions, sectors, seed, *, inputs=True, balanced=False, tariffs=0.2, export_taxes=0.0, home=4.0, empty=0.0
):
    """Random sizes, tastes, technologies and rates; final demand is positive everywhere.

    `home` is the weight of domestic sales against the others', `empty` the share of foreign cells without trade,
    `tariffs` and `export_taxes` the highest rates. Balanced worlds balance in every pair and sector.
    """
    random = np.random.default_rng(seed)
    size = random.uniform(0.3, 3.0, regions)
    taste = random.uniform(0.2, 1.8, (regions, regions, sectors)) * random.uniform(0.5, 2.0, sectors)
    flows = 1000 * taste * size[:, None, None] * size[None, :, None] / size.sum()
    flows[random.uniform(size=flows.shape) < empty] = 0.0
    own = np.arange(regions)
    flows[own, own] = home * 250 * size[:, None] * random.uniform(0.5, 1.5, (regions, sectors))
    abroad = ~np.eye(regions, dtype=bool)[..., None]
    tariff = abroad * random.uniform(0, tariffs, flows.shape)
    export_tax = abroad * random.uniform(0, export_taxes, flows.shape)
    if balanced:
        flows = (flows + flows.swapaxes(0, 1)) / 2
        export_tax = np.zeros_like(flows)
    coefficient = inputs * random.dirichlet(np.ones(sectors + 2), (regions, sectors))[..., :sectors].swapaxes(1, 2)
    return fed(flows, coefficient, tariff, export_tax)


def fed(flows, coefficient, tariff, export_tax):
    """A world whose inputs take at most 70 % of what is bought: what would take more is used less, by all alike."""
    absorbed = (flows * (1 + tariff) * (1 + export_tax)).sum(1)
    used = np.einsum("nkj,nj->nk", coefficient, flows.sum(0))
    coefficient = coefficient * np.minimum(1.0, 0.7 * absorbed / np.maximum(used, 1e-9))[..., None]
    return World(flows, 1 - coefficient.sum(1), coefficient, tariff, export_tax)


def many_countries():
    """194 × 1 with deficits: the size of the Liberation Day exercise of Ignatenko et al. (2025)."""
    return random_world(194, 1, 194, inputs=False, tariffs=0.15, home=40.0, empty=0.3)


def many_sectors():
    """31 × 40 with inputs, deficits, empty cells: the size of Caliendo and Parro (2015)."""
    return random_world(31, 40, 31, tariffs=0.15, home=12.0, empty=0.2)


def few_regions():
    """7 × 44 with inputs, deficits and empty cells: the size of a common teaching set."""
    return random_world(7, 44, 7, tariffs=0.15, home=6.0, empty=0.1)


def awkward():
    """4 × 4: R000 makes nothing of S01, S02 is not traded, R003 sells S03 abroad only, 10 % of cells are empty."""
    world = random_world(4, 4, 11, tariffs=0.1, empty=0.1)
    flows, coefficient = world.flows_musd.copy(), world.input_coefficient.copy()
    flows[:, 0, 1] = 0.0
    flows[~np.eye(4, dtype=bool), 2] = 0.0
    flows[3, 3, 3] = 0.0
    coefficient[0, :, 1] = 0.0
    world = fed(flows, coefficient, world.tariff, world.export_tax)
    share = world.value_added_share.copy()
    share[0, 1] = 0.0  # nothing is made, so nothing is said of how
    return replace(world, value_added_share=share)
