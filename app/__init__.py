"""The command line and the briefing it writes."""
