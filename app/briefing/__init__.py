"""The briefing: one content model, built from results, and its renderers."""
