"""Charts of results, one a module."""
