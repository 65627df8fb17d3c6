"""Parley's core: scenarios, sampling, engine, results and analysis."""
