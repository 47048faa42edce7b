"""The founding story as a repository: a migration that claims to be finished and is not."""
