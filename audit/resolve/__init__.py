"""From the facts of a tree to its modules and symbols, and to references that lead somewhere or nowhere."""
