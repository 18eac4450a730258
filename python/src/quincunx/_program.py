"""The command `quincunx`: where it is, and how it is called."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._errors import Finding, Interrupted, ProgramNotFoundError, RunError, ScenarioError, UsageError

#: The environment variable that names another program than the one of the package.
VARIABLE = "QUINCUNX_PROGRAM"

#: Told how many trials are done, of how many if that is known.
Watcher = Callable[[int, "int | None"], None]


def find_program() -> Path:
    """Find the command that the functions of this package call.

    The environment variable QUINCUNX_PROGRAM wins; then comes the command that was installed with the package, then one on PATH.
    """
    stated = os.environ.get(VARIABLE)
    if stated:
        program = Path(stated)
        if not program.is_file():
            raise ProgramNotFoundError(f"{VARIABLE} says `{stated}`, and there is no such file")
        return program.absolute()
    name = "quincunx" + (sysconfig.get_config_var("EXE") or "")
    for folder in _folders():
        if (folder / name).is_file():
            return folder / name
    on_path = shutil.which("quincunx")
    if on_path:
        return Path(on_path)
    looked = ", ".join(str(folder) for folder in _folders())
    raise ProgramNotFoundError(
        f"the command `quincunx` is not in {looked}, and not on PATH; install the package again, or set {VARIABLE} to its path"
    )


def _folders() -> Iterator[Path]:
    """Where an installer puts commands, the likeliest first."""
    yield Path(sysconfig.get_path("scripts"))
    package = Path(__file__).resolve().parent
    # `pip install --target` and `--prefix` put it beside the packages, or above them.
    yield package.parent / "bin"
    yield package.parents[2] / ("Scripts" if os.name == "nt" else "bin")
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))


@dataclass
class Done:
    """What a call left behind."""

    status: int
    output: bytes
    #: How often Ctrl-C was pressed.
    interrupts: int
    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: What was told in another form, such as a panic.
    rest: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raise what the status says, and that it was interrupted; what there is by then is the caller's business."""
        if self.interrupts or self.status == 130:
            raise Interrupted
        if self.status == 0:
            return
        if self.status == 2 and self.findings:
            raise ScenarioError(self.findings)
        told = [*self.errors, *(str(finding) for finding in self.findings), *self.rest]
        message = "\n".join(told) or f"quincunx ended with status {self.status}"
        if self.status == 2:
            raise UsageError(message)
        raise RunError(message, self.findings)


def call(
    arguments: Sequence[str],
    *,
    names: Mapping[str, str] | None = None,
    watcher: Watcher | None = None,
    standard_input: bytes | None = None,
) -> Done:
    """Call the program, tell `watcher` how far it is, and wait for its end.

    Ctrl-C is passed on: the program then ends with what it has (status 130), and at once when it is pressed again.
    """
    command = [str(find_program()), *arguments]
    environment = {**os.environ, "QUINCUNX_MESSAGES": "json", "NO_COLOR": "1"}
    # In files, not in pipes, none of which can then be full while another is read.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
        given.write(standard_input or b"")
        given.seek(0)
        try:
            process = subprocess.Popen(command, stdin=given, stdout=output, stderr=subprocess.PIPE, env=environment, **_apart())
        except OSError as error:
            raise ProgramNotFoundError(f"`{command[0]}` cannot be started: {error}") from error
        done = Done(status=0, output=b"", interrupts=0)
        try:
            with _passing_on(process, done):
                for line in _lines(process):
                    _take(line, done, names or {}, watcher)
                done.status = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stderr:
                process.stderr.close()
        output.seek(0)
        done.output = output.read()
    return done


def _apart() -> dict[str, Any]:
    """Let the program not see the Ctrl-C of a terminal or a notebook by itself: it would count it twice."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.send_signal(signal.SIGINT)


@contextmanager
def _passing_on(process: subprocess.Popen[bytes], done: Done) -> Iterator[None]:
    """Pass Ctrl-C on to the program. Outside of the main thread nobody hears it, and where it is ignored it stays ignored."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield
        return

    def pass_on(_number: int, _frame: object) -> None:
        done.interrupts += 1
        _interrupt(process)

    signal.signal(signal.SIGINT, pass_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    assert process.stderr is not None
    for line in process.stderr:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def _take(line: str, done: Done, names: Mapping[str, str], watcher: Watcher | None) -> None:
    """Put a message where it belongs."""
    try:
        message = json.loads(line)
        kind = message["kind"]
    except (ValueError, TypeError, KeyError):
        if line.strip():
            done.rest.append(line)
        return
    if kind == "progress":
        if watcher:
            watcher(message["done"], message["total"])
    elif kind == "finding":
        done.findings.append(Finding.of(message, names))
    elif kind in ("error", "warning"):
        text = message["message"]
        for path, name in names.items():
            text = text.replace(path, name)
        (done.errors if kind == "error" else done.warnings).append(text)


def program_version() -> str:
    """Ask the program for its version, such as `0.1.0`."""
    done = call(["--version"])
    done.check()
    return done.output.decode().split()[-1]
