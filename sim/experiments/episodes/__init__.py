"""What is on record of shortages, and what the supply layer makes of it with the values that are shipped.

`magnets_2025` is what the layer is calibrated to, `dysprosium_2010` is out of sample, `gdp` is what a near-total cut
would cost. `shipped` makes parameters of the shipped defaults; `records` reads the files of this folder, which
README.md describes.
"""
