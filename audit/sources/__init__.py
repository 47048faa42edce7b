"""The tree under audit, from the work tree or straight from git objects, and its history."""
