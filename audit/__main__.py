"""``python -m audit``: the same as the console script."""

from audit.cli.main import run

if __name__ == "__main__":
    run()
