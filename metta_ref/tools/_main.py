"""What all tools share: settings in, one clear message and an exit code out."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from metta_ref.config import ConfigError, help_text, parse_overrides
from metta_ref.rl.group import FirstRankError, GroupError, speaker
from metta_ref.tools._interrupt import interrupts_later

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

    0 (or what `main` returns) when all went well; 2 for settings, checkpoints, databases and files that
    cannot be used; 1 when a worker process or another rank failed; 130 after Ctrl-C. Each with one message on stderr.
    Whatever else is raised is a fault of the tool and keeps its traceback. `--help` lists every key and
    loads nothing heavy.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if "--help" in arguments or "-h" in arguments:
        print(f"{(description or '').strip()}\n\nkeys, defaults, units:\n{help_text(config_class)}")
        return EXIT_DONE
    try:
        config = parse(arguments) if parse else parse_overrides(arguments, config_class)
        return _guarded(main, config)
    except ConfigError as error:
        return _refuse(error)
    except FirstRankError:
        return EXIT_REFUSED
    except GroupError as error:
        return _fail(error)
    except KeyboardInterrupt:
        print(f"{speaker()}interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has enough, as `head` does; what Python still holds back must not raise again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except OSError as error:
        return _refuse(OSError(f"cannot read or write: {error}; look for room and permission there"))


def _guarded(main: Callable[[C], int | None], config: C) -> int:
    # Their packages load numpy, which --help and a mistaken key should not wait for.
    with interrupts_later():
        from metta_ref.checkpoint import CheckpointError
        from metta_ref.envs import WorkerError
        from metta_ref.eval.errors import StatsError

    try:
        return main(config) or EXIT_DONE
    except (CheckpointError, StatsError) as error:
        return _refuse(error)
    except WorkerError as error:
        return _fail(error)


def _refuse(error: Exception) -> int:
    for line in str(error).splitlines():
        print(f"{speaker()}error: {line}", file=sys.stderr)
    return EXIT_REFUSED


def _fail(error: Exception) -> int:
    print(f"{speaker()}failed: {error}", file=sys.stderr)
    return EXIT_FAILED
