"""Configuration files of the audited repository, read into values; every mistake at once, with its line."""
