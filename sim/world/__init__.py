"""The state of an ensemble and the record of what happened in it."""
