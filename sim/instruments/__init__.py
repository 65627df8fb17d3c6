"""Levers: their lives and moves, and what tariffs amount to."""
