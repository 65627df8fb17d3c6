"""Makes jobs out of scenarios and runs them through one seam."""
