"""What is on record of shortages, and what the supply layer makes of it.

`magnets_2025` is what the layer is calibrated to, `dysprosium_2010` is out of sample, `gdp` is what a near-total cut
would cost. `assumptions` and `records` read the files of this folder, which README.md describes; `world` makes
parameters of them.
"""
