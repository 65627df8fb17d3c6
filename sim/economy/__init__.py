"""The economy: general equilibrium of trade between regions and sectors, solved in changes."""
