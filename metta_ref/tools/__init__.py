"""The command line: one module a tool, each run as `python -m metta_ref.tools.<name> key=value ...`."""
