"""The command line: a thin shell over the pipelines. Commands import what they need when they run."""

from __future__ import annotations

import errno
import gc
import io
import sys
from typing import NoReturn


def run() -> None:
    """The console script: every known failure is one message on stderr and exit code 2.

    A fault of the audit itself exits with 2 as well, after its traceback: exit code 1 always means that
    something was found. Interrupting exits with 130.
    A file or pipe is given UTF-8, whatever the locale; a terminal that cannot show a character, its escape.
    """
    gc.set_threshold(1_000_000, 50, 100)  # modules and facts are many, small, and without cycles
    from audit.cli.commands import application  # made of many as well
    from audit.cli.common import INTERRUPTED, drop_stdout

    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="backslashreplace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")
    try:
        application(*sys.argv[1:2])(prog_name="audit")
    except KeyboardInterrupt:
        sys.stderr.write("audit: interrupted\n")
        sys.exit(INTERRUPTED)
    except UnicodeEncodeError as error:
        if error.encoding == "utf-8":
            _tell_fault()
        sys.stderr.write(
            f"audit: a name of this repository cannot be written in {error.encoding}, the encoding of this locale; "
            "set PYTHONUTF8=1, or a locale of UTF-8\n"
        )
        sys.exit(2)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            _tell_fault()
        sys.stderr.write(f"audit: cannot write{f' {error.filename}' if error.filename else ''}: {error.strerror}\n")
        drop_stdout()
        sys.exit(2)
    except Exception:  # noqa: BLE001  # the outermost edge: whatever it is, it must not look like a finding
        _tell_fault()
    finally:
        gc.freeze()  # the process ends: to look through all that it holds once more takes a seventh of a warm check


def _tell_fault() -> NoReturn:
    import traceback  # faults are rare

    traceback.print_exc()
    sys.stderr.write("audit: this is a fault of the audit itself, please report it with the lines above\n")
    sys.exit(2)
