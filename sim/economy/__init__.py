"""The economy: trade equilibrium of many countries and sectors, and how it adjusts in time."""
