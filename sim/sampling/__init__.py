"""Randomness: keyed uniforms, distributions by inverse CDF, correlated assumptions."""
