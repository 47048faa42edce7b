"""Processes that work for this one, each told what to do, and answering, through a socket.

Workers are fresh interpreters, never forks: this process may hold threads that a fork would leave broken. They are
started without `multiprocessing.Process`, which would start a helper process of its own that outlives the parent for a
moment. A worker that raises answers with its traceback, one that dies closes its end of the socket, and one that hangs,
be it in the middle of an answer, runs into the time limit: there is always an error, and then no worker is left.
"""

import os
import pickle
import select
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from metta_ref.config import FailedError, RefusedError

Service = Callable[[], AbstractContextManager[Callable[..., Any]]]
"""What a worker is for: it gives what answers the questions that come while it is entered; must be picklable."""

_SECONDS_TO_END = 2.0
"""In which a worker that should end has to do so by itself."""

_PROGRAM = "import sys; sys.path[:] = sys.argv[2:]; from metta_ref.envs.workers import serve; serve(int(sys.argv[1]))"


class WorkerError(FailedError):
    """A worker process raised, died or did not answer; the message says which, with its traceback."""


class Workers:
    """A process for each service, which may use the open files `inherited`; `timeout` 0 waits for ever.

    They are a process group each, so that what a terminal sends to the parent's is the parent's business, and end when
    their socket closes, be it by `close` or by the parent's death. What a worker refuses is raised as that
    RefusedError, whatever else ends it as WorkerError.
    """

    def __init__(self, services: Sequence[Service], *, timeout: float = 0, inherited: Sequence[int] = ()) -> None:
        self._timeout = timeout
        self._pipes: list[Connection] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            for _ in services:
                self._start(inherited)
            self._send_all(services)
        except BaseException:
            self.close()
            raise

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids, in the order of the services; none when closed."""
        return tuple(process.pid for process in self._processes)

    def ask(self, questions: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answers to a question for each worker, which are the arguments that it answers by."""
        self._send_all(questions)
        return [self._answer(worker) for worker in range(len(questions))]

    def ask_long(self, questions: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Any]]:
        """The answers as they come, each with the number of its worker; the first failure does not wait for others."""
        self._send_all(questions)
        waiting: dict[Any, int] = {pipe: worker for worker, pipe in enumerate(self._pipes)}
        while waiting:
            for pipe in wait(list(waiting)):
                worker = waiting.pop(pipe)
                yield worker, self._answer(worker)

    def close(self) -> None:
        """End the workers and wait for them; those that do not end by themselves are killed."""
        for pipe in self._pipes:
            pipe.close()
        deadline = time.monotonic() + _SECONDS_TO_END
        for process in self._processes:
            try:
                process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._pipes, self._processes = [], []

    def _start(self, inherited: Sequence[int]) -> None:
        ours, theirs = socket.socketpair()
        limit = struct.pack("ll", int(self._timeout), int(self._timeout % 1 * 1e6))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, limit)
        with theirs:
            command = [sys.executable, "-c", _PROGRAM, str(theirs.fileno()), *sys.path]
            kept = (theirs.fileno(), *inherited)
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=kept, process_group=0)
        self._pipes.append(Connection(ours.detach()))
        self._processes.append(process)

    def _send_all(self, messages: Sequence[object]) -> None:
        for worker, (pipe, message) in enumerate(zip(self._pipes, messages, strict=True)):
            try:
                pipe.send_bytes(pickle.dumps(message))
            except BlockingIOError:
                raise self._failed(f"worker {worker} took no command within {self._timeout:g} s") from None
            except OSError:
                pass  # it is gone: what it answered before, or that it did not, tells why

    def _answer(self, worker: int) -> Any:
        try:
            kind, answer = self._pipes[worker].recv()
        except BlockingIOError:
            raise self._failed(f"worker {worker} did not answer within {self._timeout:g} s") from None
        except (EOFError, OSError):
            raise self._failed(self._death(worker)) from None
        if kind == "refused":
            self.close()
            raise answer
        if kind == "failed":
            raise self._failed(f"worker {worker} raised:\n{answer}")
        return answer

    def _failed(self, message: str) -> WorkerError:
        """The error of a worker, when all have ended: what the others would still answer belongs to no question."""
        self.close()
        return WorkerError(message)

    def _death(self, worker: int) -> str:
        process = self._processes[worker]
        try:
            code = process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            return f"worker {worker} (process {process.pid}) closed its connection"
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        return f"worker {worker} (process {process.pid}) died: {how}"


def serve(descriptor: int) -> None:
    """A worker's life: answer questions until the socket closes."""
    threading.Thread(target=_end_with_parent, args=(descriptor,), daemon=True).start()
    with Connection(descriptor) as pipe:
        try:
            if (service := _next(pipe)) is not None:
                with service() as answer:
                    while (question := _next(pipe)) is not None:
                        _tell(pipe, "done", answer(*question))
        except RefusedError as error:
            _tell(pipe, "refused", error)
        except FailedError as error:  # which tells all that there is to tell
            _tell(pipe, "failed", str(error))
        except BaseException:  # noqa: BLE001 - whatever it is, sys.exit included, the parent must hear of it
            _tell(pipe, "failed", traceback.format_exc())


def _next(pipe: Connection) -> Any:
    """What the parent sends; None when it is gone."""
    try:
        return pickle.loads(pipe.recv_bytes())  # noqa: S301 - of our parent
    except (EOFError, ConnectionError):
        return None


def _tell(pipe: Connection, kind: str, answer: object) -> None:
    message = pickle.dumps((kind, answer))
    with suppress(ConnectionError):  # nobody waits for it
        pipe.send_bytes(message)


def _end_with_parent(descriptor: int) -> None:
    """End this process when the parent is gone, even if what it does never returns."""
    hangup = select.poll()
    hangup.register(descriptor, 0)  # tells of nothing else
    hangup.poll()
    time.sleep(_SECONDS_TO_END)
    os._exit(1)
