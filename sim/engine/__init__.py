"""Plays scenarios: the calendar, the order of a day, and what moves do."""
