"""What all tools share: settings in, one clear message and an exit code out."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from metta_ref.config import FailedError, RefusedError, help_text, parse_overrides
from metta_ref.rl.group import FirstRankError, process_group, speaker

C = TypeVar("C")

EXIT_DONE, EXIT_FAILED, EXIT_REFUSED, EXIT_INTERRUPTED = 0, 1, 2, 130


def tool(
    main: Callable[[C], int | None],
    config_class: type[C],
    description: str | None,
    *,
    parse: Callable[[Sequence[str]], C] | None = None,
    argv: Sequence[str] | None = None,
) -> int:
    """Run `main` with the configuration that the command line describes, and return the exit code.

    0 (or what `main` returns) when all went well; 2 for what was asked and cannot be done; 1 when a worker process, an
    environment or another rank failed; 130 after Ctrl-C, or the SIGTERM of a batch system. Each with one message on
    stderr: a traceback is a fault of the tool. `parse` is that of a tool which several ranks may run together.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if "--help" in arguments or "-h" in arguments:  # which loads nothing heavy
            print(f"{(description or '').strip()}\n\nkeys, defaults, units:\n{help_text(config_class)}", flush=True)
            return EXIT_DONE
        # Of several ranks that train one word counts, and one complains.
        config = process_group().first(partial(parse, arguments)) if parse else parse_overrides(arguments, config_class)
        return _told(main(config) or EXIT_DONE)
    except RefusedError as error:
        for line in str(error).splitlines():
            _say(f"error: {line}")
        return EXIT_REFUSED
    except FirstRankError:
        return EXIT_REFUSED  # rank 0 says what was wrong
    except FailedError as error:
        _say(f"failed: {error}")
        return EXIT_FAILED
    except KeyboardInterrupt:
        _say("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has enough, as `head` does; what Python still holds back must not raise again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except OSError as error:
        _say(f"error: cannot read or write: {error}; look for room and permission there")
        return EXIT_REFUSED
    finally:
        signal.signal(signal.SIGTERM, before)


def _told(code: int) -> int:
    """Write out what was printed here, and not at Python's end: there a reader that has left would be an error."""
    print(end="", flush=True)
    return code


def _say(message: str) -> None:
    print(f"{speaker()}{message}", file=sys.stderr)
