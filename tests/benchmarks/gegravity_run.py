"""One experiment of gegravity (Herman, USITC), as a process of its own: a problem in JSON in, an answer in JSON out.

It needs a Python that has gegravity, which pins packages of its own.
"""

import contextlib
import io
import json
import sys
import time

import gegravity
import pandas as pd


def frame(problem, cost):
    """The panel that gegravity reads; `cost` is ln of trade costs to the power of 1 − σ, [exporter][importer]."""
    names, size = problem["countries"], problem["output"]
    rows = [
        {
            "exporter": exporter,
            "importer": importer,
            "year": "2024",
            "trade": 1.0,
            "Y": size[i],
            "E": size[n],
            "cost": cost[i][n],
        }
        for i, exporter in enumerate(names)
        for n, importer in enumerate(names)
    ]
    return pd.DataFrame(rows)


def main():
    problem = json.load(sys.stdin)
    names = problem["countries"]
    coefficients = pd.DataFrame([{"var": "cost", "coeff": 1.0, "ste": 0.1}])
    given = gegravity.CostCoeffs(estimates=coefficients, identifier_col="var", coeff_col="coeff", stderr_col="ste")
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        data = gegravity.BaselineData(
            frame(problem, problem["before"]), "importer", "exporter", "year", "trade", "E", "Y"
        )
        model = gegravity.OneSectorGE(
            data,
            year="2024",
            reference_importer=names[0],
            sigma=problem["sigma"],
            cost_variables=["cost"],
            cost_coeff_values=given,
            quiet=True,
        )
        model.build_baseline(omr_rescale=problem["rescale"], mr_tolerance=1e-12)
        built = time.process_time()
        model.define_experiment(frame(problem, problem["after"]))
        model.simulate(ge_tolerance=1e-12)
    done = time.process_time()
    trade = model.bilateral_trade_results
    modelled, experiment = (trade[column].unstack("importer").loc[names, names] for column in trade.columns[:2])
    table = model.country_results.loc[names]
    answer = {
        "seconds_base": built - began,
        "seconds_experiment": done - built,
        "columns": list(table.columns),
        "real_gdp_percent": table["GDP change (percent)"].tolist(),
        "before": modelled.to_numpy().tolist(),
        "after": experiment.to_numpy().tolist(),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
