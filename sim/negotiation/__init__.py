"""How actors decide."""
