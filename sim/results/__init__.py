"""What an ensemble leaves behind: tables on disk and in memory, with the same methods."""
