"""An independent reading of the simulator's rules, one run at a time."""
