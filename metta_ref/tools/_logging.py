"""What a run says, to whoever watches and to `train.log` in its directory."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOG = "train.log"
_logger = logging.getLogger("metta_ref")


class _Stderr(logging.Handler):
    """Standard error as it is at the moment: a progress bar puts its own in place while it is drawn."""

    def emit(self, record: logging.LogRecord) -> None:
        if not hasattr(record, "shown"):
            print(self.format(record), file=sys.stderr)


@contextmanager
def logging_to(directory: Path, level: str) -> Iterator[None]:
    """Send records of the package from a level on to stderr and to the log of a run, for the time of the block.

    Lines of a log begin with time and level; a run that goes on adds to its log. Raises OSError.
    """
    to_file = logging.FileHandler(directory / LOG, encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handlers: tuple[logging.Handler, ...] = (to_file, _Stderr())
    before = _logger.level
    for handler in handlers:
        _logger.addHandler(handler)
    _logger.setLevel(level.upper())
    _logger.propagate = False  # an environment's package may have given the root logger a handler as well
    try:
        yield
    finally:
        _logger.propagate = True
        _logger.setLevel(before)
        for handler in handlers:
            _logger.removeHandler(handler)
        to_file.close()


def announce(text: str) -> None:
    """Print a line that programs read on standard output, and keep it in the log."""
    print(text, flush=True)
    _logger.info(text, extra={"shown": True})


def log_failure(error: BaseException) -> None:
    """Keep in the log what ended a run; whoever catches it shows it."""
    _logger.error("ended by %s: %s", type(error).__name__, error, extra={"shown": True})
