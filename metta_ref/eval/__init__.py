"""Evaluation statistics: the DuckDB database of episodes, its normalised metrics, and their intervals."""
