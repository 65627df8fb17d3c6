"""Charts of results, one a module, and what they are drawn with: style, sheet, lettering, numbers, timeline, key."""
