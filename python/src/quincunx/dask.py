"""Runs, sweeps and analyses of sensitivity on many machines, spread by Dask (`distributed`).

>>> import quincunx.dask
>>> result = quincunx.dask.run("scenarios/baseline.json", trials=100_000_000, client="tcp://10.0.0.1:8786")  # doctest: +SKIP

A task simulates a part in a temporary folder of its worker, and leaves it there as data of Dask. Further tasks join the parts, a few at a time, so
that no machine holds all of them. The result has the bytes of one run on one machine. Parts of a sweep or an analysis come here as they are.

`quincunx-dask PLAN` does the same with a plan, from the command line.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from ._commands import Design, Names, RunWarning, Settings, StrPath, _ended, _finished, _inputs, _listed, _options, _paths, _size, status
from ._errors import Interrupted, MissingLibraryError, QuincunxError, RunError, UsageError
from ._program import call, find_program, program_version
from ._progress import Progress, watching
from ._results import REPLICATES, RunResult, SensitivityResult, SweepResult
from ._scenario import Scenario, ScenarioLike, opened

try:
    import distributed
except ImportError as _error:
    raise MissingLibraryError("distributed is not installed: pip install 'quincunx[dask]'") from _error

__all__ = ["PartsError", "main", "run", "run_plan", "sensitivity", "sweep"]

ClientLike: TypeAlias = "distributed.Client | str | None"

#: Where is kept what is done of a run of which parts fail.
KEPT = "quincunx-kept"
#: Seconds that a part should take: at least, and at most where each thread has many.
_SECONDS, _MOST_SECONDS = 5.0, 30.0
#: Parts that each thread should have, where they are long enough.
_EACH = 4
#: Trials below which a part is not worth its start: it simulates up to 2,048 again.
_LEAST = 8192
#: Of the program: trials of the first pilot, how much longer the next is, and how many times a pilot's blocks a part has that simulates it again.
_PILOT, _GROWTH, _AGAIN = 2048, 16, 8
#: The most parts that a run is cut into without being asked to.
_MOST = 100_000
#: How many files one task joins.
_ARITY = 4
#: How often a task is tried again that failed.
_RETRIES = 2
#: Parts that fail for good before no others are begun.
_MOST_FAILED = 5
#: Seconds to wait for a scheduler, and for its first worker.
_CONNECT = 30.0
#: Runs of a sweep that the program simulates together with the file as it is.
_TOGETHER = 12
#: Seconds from one look at which workers there are to the next, and how long a worker that is not to have parts holds them until it is sent away.
_LOOK, _HOLD = 0.5, 30.0
#: Seconds to wait for tasks to end after they were cancelled.
_PATIENCE = 20.0


class PartsError(RunError):
    """Parts of a run failed wherever they were tried; the others are kept, if there are any.

    `failed` has the reason of each part, counted from 1, and `replay` the command that simulates it here. `plan` is the file of the plan, and `rest`
    the summary file with the parts that are done (of a sweep or an analysis the folder of their files), or None.
    """

    def __init__(self, failed: dict[int, str], plan: Path, folder: Path, rest: Path | None, done: int, parts: int) -> None:
        replay = {part: shlex.join(["quincunx", "shard", str(plan), "--index", str(part), "--dir", str(folder)]) for part in failed}
        lines = []
        for part, reason in failed.items():
            lines += [f"part {part} of {parts} failed wherever it was tried: {reason}", f"to replay it: {replay[part]}"]
        if rest is None:
            lines.append("no part is done")
        else:
            lines.append(f"{done} of {parts} parts are done, and kept in `{rest}`")
            if done + len(failed) == parts:
                files = [plan, folder] if rest == folder else [rest, *(folder / _name(part, parts) for part in failed)]
                lines.append(f"to join all when those are there: {shlex.join(['quincunx', 'merge', *map(str, files)])}")
        super().__init__("\n".join(lines))
        self.failed = failed
        self.replay = replay
        self.plan = plan
        self.rest = rest


def run(
    scenario: ScenarioLike,
    *,
    client: ClientLike = None,
    parts: int | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    design: Design | None = None,
    until: str | None = None,
    summary: StrPath | None = None,
    keep: StrPath = KEPT,
    progress: Progress = None,
) -> RunResult:
    """Simulate a scenario on the workers of a Dask cluster; the result has the bytes of `quincunx.run`.

    `client` is a client of Dask, or the address of a scheduler; without it the client that there is already, or all cores of this machine. Each part
    uses one thread; there are as many `parts` as let one take some seconds. With `summary` the run is also kept in this summary file. If a part
    fails wherever it is tried, a `PartsError` names it, and what is done is kept in the folder `keep`, which is made only then.

    With `until` there are rounds of parts, as many in each as there are threads, or `parts`; all of them come here.
    """
    with _connected(client) as connected, opened([Scenario(scenario)], set) as (files, sets, names):

        def planned(parts: int, trials: int | None, draws: int | None, until: str | None = None) -> _Plan:
            options = _options(parts=parts, until=until, **_size(trials, draws, seed, None, design))
            done = call(["plan", *options, *sets, "--", *files], names=names)
            _ended(done)
            return _Plan(done.output)

        plan = planned(parts or sum(connected.nthreads().values()) if until else parts or 1, trials, draws, until)
        _check_folder(keep)
        _check_versions(connected)
        if plan.waits:
            with _collected(connected, plan, Path(keep), None, progress) as parts_here:
                return _told_here(parts_here, summary)
        if parts is None:
            plan = planned(_fitting(connected, plan, planned(1, *_few(plan))), trials, draws)
        return _told(_simulated(connected, plan, Path(keep), None, progress), summary)


def sweep(
    scenario: ScenarioLike,
    *,
    client: ClientLike = None,
    parts: int | None = None,
    vary: Mapping[str, str | Iterable[Any]] | None = None,
    variant: Mapping[str, Settings] | Sequence[StrPath] | None = None,
    lhs: int | None = None,
    of: Names = (),
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    design: Design | None = None,
    keep: StrPath = KEPT,
    progress: Progress = None,
) -> SweepResult:
    """Sweep on the workers of a Dask cluster; the result has the bytes of `quincunx.sweep`, and the keywords are its own, and those of `run`.

    Each part is some runs of the sweep, and simulates the scenario as it is beside them: without `parts` there are a dozen runs in each, or fewer
    where there are more threads than that makes parts.
    """
    with _connected(client) as connected, opened([Scenario(scenario)], set) as (files, sets, names):

        def planned(parts: int) -> _Plan:
            options = _options(parts=parts, **_inputs(vary, variant, lhs, of), **_size(trials, draws, seed, None, design))
            done = call(["plan", *options, *sets, "--", *files], names=names)
            _ended(done)
            return _Plan(done.output)

        plan = planned(parts or 1)
        if not plan.is_sweep:
            raise UsageError("nothing varies: give `vary` or `variant`")
        _check_folder(keep)
        _check_versions(connected)
        if parts is None:
            runs = plan.parts[-1][1]
            plan = planned(min(runs, max(math.ceil(runs / _TOGETHER), sum(connected.nthreads().values()))))
        with _collected(connected, plan, Path(keep), None, progress) as (file, folder):
            return _finished(call(["merge", str(file), str(folder), "--format=json"]), SweepResult)


def sensitivity(
    scenario: ScenarioLike,
    *,
    client: ClientLike = None,
    parts: int | None = None,
    of: Names = (),
    method: Literal["given-data", "sobol", "morris"] | None = None,
    tornado: bool = False,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    design: Design | None = None,
    keep: StrPath = KEPT,
    progress: Progress = None,
) -> SensitivityResult:
    """Tell which uncertain inputs a result hangs on, simulated on the workers of a Dask cluster.

    The result has the bytes of `quincunx.sensitivity`, and the keywords are its own, and those of `run`. Parts are blocks of the run and of the
    passes of the method's design; there are as many `parts` as let one take some seconds.
    """
    with _connected(client) as connected, opened([Scenario(scenario)], set) as (files, sets, names):

        def planned(parts: int, trials: int | None, draws: int | None, **asked: Any) -> _Plan:
            options = _options(parts=parts, **asked, **_size(trials, draws, seed, None, design))
            done = call(["plan", *options, *sets, "--", *files], names=names)
            _ended(done)
            return _Plan(done.output)

        asked: dict[str, Any] = {"of": _listed(of), "method": method or "given-data", "tornado": tornado}
        plan = planned(parts or 1, trials, draws, **asked)
        _check_folder(keep)
        _check_versions(connected)
        if parts is None:
            plan = planned(_fitting(connected, plan, planned(1, *_few(plan))), trials, draws, **asked)
        with _collected(connected, plan, Path(keep), None, progress) as (file, folder):
            return _finished(call(["merge", str(file), str(folder), "--format=json"]), SensitivityResult)


def run_plan(
    plan: StrPath,
    *,
    client: ClientLike = None,
    summary: StrPath | None = None,
    keep: StrPath = KEPT,
    progress: Progress = None,
) -> RunResult:
    """Simulate the parts of a plan, which `quincunx plan` wrote, on the workers of a Dask cluster, and join them: see `run`."""
    opened_plan = _Plan.open(plan)
    if opened_plan.of is not None:
        function = "sweep" if opened_plan.is_sweep else "sensitivity"
        raise UsageError(f"`{plan}` is the plan of {opened_plan.of}: `quincunx-dask` takes it, or `quincunx.dask.{function}` the scenario")
    if opened_plan.waits:
        _check_folder(keep)
        with _connected(client) as connected:
            _check_versions(connected)
            with _collected(connected, opened_plan, Path(keep), Path(plan), progress) as parts_here:
                return _told_here(parts_here, summary)
    return _told(_pieces_of(plan, client, keep, progress), summary)


def _pieces_of(plan: StrPath, client: ClientLike, keep: StrPath, progress: Progress) -> list[bytes]:
    opened_plan = _Plan.open(plan)
    _check_folder(keep)
    with _connected(client) as connected:
        _check_versions(connected)
        return _simulated(connected, opened_plan, Path(keep), Path(plan), progress)


def _told(pieces: Sequence[bytes], kept: StrPath | None) -> RunResult:
    """Tell the result of a whole run, here, from the pieces that make it up."""
    with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
        files = _written(pieces, Path(folder))
        done = call(["merge", *map(str, files), *_options(**_paths(summary=kept)), "--format=json"])
    return _finished(done, RunResult)


def _told_here(plan_and_folder: tuple[Path, Path], kept: StrPath | None) -> RunResult:
    """Tell the result of a plan whose parts are here."""
    words = [str(path) for path in plan_and_folder]
    return _finished(call(["merge", *words, *_options(**_paths(summary=kept)), "--format=json"]), RunResult)


# The plan.


class _Plan:
    """A plan: its bytes, and what its head says."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        head = json.loads(data.split(b"\n", 2)[1])
        self.parts: list[tuple[int, int]] = [(first, end) for first, end in head["parts"]]
        self.trials_per_draw: int = head["run"]["trials_per_draw"]
        self.is_sweep = "sweep" in head
        #: What it is of, in words, if it is not of a run.
        self.of = "a sweep" if self.is_sweep else "an analysis of sensitivity" if "sensitivity" in head else None
        #: Whether the run waits for a precision: its parts are simulated in rounds.
        self.waits = head["run"]["until"] is not None
        self.is_collected = self.of is not None or self.waits
        #: Blocks of each run of a sweep.
        self._blocks: int = head["run"]["blocks"] if self.is_sweep else 1
        #: Of an analysis of sensitivity: blocks of each pass and trials of each of their draws.
        self._passes: list[tuple[int, int]] = [(one["blocks"], one["trials_per_draw"]) for one in head.get("sensitivity", {}).get("passes", [])]
        self.trials = self.trials_of(0, self.parts[-1][1])

    @classmethod
    def open(cls, path: StrPath) -> _Plan:
        """Read a plan; the program says whether it is one, and whole."""
        with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
            done = call(["status", os.fspath(path), folder, "--format=json"])
        if done.status != 3:
            done.check()
        return cls(Path(path).read_bytes())

    def trials_of(self, first: int, end: int) -> int:
        """Count the trials of blocks, or of runs of a sweep; a block has a draw of each replicate."""
        if self._passes:
            trials, before = 0, 0
            for blocks, per_draw in self._passes:
                own = max(0, min(end, before + blocks) - max(first, before))
                trials += own * REPLICATES * per_draw
                before += blocks
            return trials
        return (end - first) * self._blocks * REPLICATES * self.trials_per_draw


def _few(plan: _Plan) -> tuple[int, int]:
    """Give trials and draws of a small run of the scenario of a plan."""
    return 3 * REPLICATES * plan.trials_per_draw, 3 * REPLICATES


def _fitting(client: distributed.Client, plan: _Plan, pilot: _Plan) -> int:
    """Tell into how many parts a plan is to be cut: a small run on a worker tells how long all of it would take on one thread."""
    with _Job(client) as job:
        seconds = job.seconds_per_trial(pilot) * plan.trials
    return _parts_of(seconds, plan.trials, sum(client.nthreads().values()), REPLICATES * plan.trials_per_draw)


def _parts_of(seconds: float, trials: int, threads: int, per_block: int) -> int:
    """Tell into how many parts to cut trials that would take so many `seconds` on one thread.

    Each costs a start, and a join; a long one costs more if it is lost. As long as they are few, each thread has as many as every other.
    """
    length = min(_MOST_SECONDS, max(_SECONDS, seconds / (_EACH * threads)))
    parts = math.ceil(seconds / length)
    parts = math.ceil(trials / min(trials / parts, _without_much_again(trials / parts, per_block)))
    if parts <= _EACH * threads:
        parts = math.ceil(parts / threads) * threads
    return max(1, min(parts, _MOST, trials // _LEAST))


def _without_much_again(trials: float, per_block: int) -> float:
    """Shorten a part that would simulate much of the run's beginning again.

    A part of eight times as many blocks as a pilot has, or more, simulates this pilot again (docs/cluster.md, What it costs): an eighth more work
    at the worst, where one that is a block shorter has a hundredth.
    """
    pilot = _GROWTH * math.ceil(_PILOT / per_block) * per_block
    while trials >= 3 * _AGAIN * pilot:
        pilot *= _GROWTH
    return min(trials, _AGAIN * pilot - per_block) if trials >= _AGAIN * pilot else trials


def _name(part: int, parts: int) -> str:
    """Name the file of a part as `quincunx shard` does."""
    return f"part-{part:0{max(4, len(str(parts)))}}.summary"


# The cluster.


@contextmanager
def _connected(client: ClientLike) -> Iterator[distributed.Client]:
    """Give a client with a worker at least; what was started for it ends with it."""
    if client is None:
        with suppress(ValueError):
            client = distributed.Client.current()
    if client is None:
        # The program is a process of its own: threads are enough to wait for it.
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        here = "127.0.0.1:0"
        options = {"processes": False, "protocol": "inproc://", "dashboard_address": here, "worker_dashboard_address": here}
        with (
            distributed.LocalCluster(n_workers=1, threads_per_worker=cores or 1, **options) as cluster,
            distributed.Client(cluster, set_as_default=False) as own,
        ):
            yield own
        return
    if isinstance(client, str):
        try:
            own = distributed.Client(client, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise RunError(f"no scheduler of Dask answers at `{client}`: {error}") from error
        with own:
            _wait_for_workers(own)
            yield own
        return
    if not isinstance(client, distributed.Client) or client.asynchronous:
        raise UsageError("`client` is a client of Dask that is not asynchronous, or the address of a scheduler")
    _wait_for_workers(client)
    yield client


def _wait_for_workers(client: distributed.Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT)
    except TimeoutError as error:
        raise RunError(f"the scheduler at {client.scheduler.address} has no workers: `dask worker ADDRESS` starts one") from error


def _check_versions(client: distributed.Client) -> None:
    """Refuse workers whose program has another version, or that have none."""
    here = program_version()
    wrong = []
    for worker, found in client.run(program_version, on_error="return").items():
        if isinstance(found, ModuleNotFoundError):
            wrong.append(f"{worker}: the package quincunx is not installed there")
        elif isinstance(found, BaseException):
            wrong.append(f"{worker}: {found}")
        elif found != here:
            wrong.append(f"{worker} has quincunx {found}")
    if wrong:
        raise RunError("\n".join([f"every worker must have quincunx {here}, as this machine has; nothing was started", *wrong]))


@contextmanager
def _newcomers_checked(client: distributed.Client) -> Iterator[None]:
    """Send workers away, as long as this goes on, that join with another version of the program, or with none."""
    here = program_version()
    known = set(client.nthreads())
    is_over = threading.Event()
    sent: list[str] = []

    def look() -> None:
        while not is_over.wait(_LOOK):
            with suppress(OSError, TimeoutError, RuntimeError, ValueError):
                new = [worker for worker in client.nthreads() if worker not in known]
                found = client.run(program_version, workers=new, on_error="return") if new else {}
                known.update(found)
                wrong = {worker: version for worker, version in found.items() if version != here}
                if wrong:
                    client.retire_workers(list(wrong))
                    sent.extend(f"{worker}: {version}" for worker, version in wrong.items())

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        is_over.set()
        looking.join(_PATIENCE)
    for worker in sent:
        warnings.warn(f"a worker that joined without quincunx {here} was sent away: {worker}", RunWarning, stacklevel=4)


def _check_folder(keep: StrPath) -> None:
    """Refuse a folder with what another run kept."""
    for name in ("rest.summary", "run.plan"):
        if (Path(keep) / name).exists():
            raise UsageError(f"`{Path(keep) / name}` is there from another run: move it, or let `keep` be another folder")


# On a worker.

#: Tasks of each job that run in this process.
_running: Counter[str] = Counter()
_lock = threading.Lock()


class _Unwanted(Exception):  # noqa: N818 - it is no error
    """Nobody waits for the task any more."""


@dataclass(frozen=True)
class _Run:
    """What a task knows of its run."""

    job: str
    version: str


_version_here = functools.cache(program_version)


@contextmanager
def _task(run: _Run) -> Iterator[Path]:
    """Give a folder within that of the worker, for as long as a task runs. What the program says gets the address of the worker behind it."""
    worker = distributed.get_worker()
    job = run.job
    with _lock:
        _running[job] += 1
    try:
        if _version_here() != run.version:
            # It joined after the others were asked. It holds the task until the client sends it away, and the task goes elsewhere: Dask might give a
            # task that comes back to the same worker for ever.
            until = time.monotonic() + _HOLD
            watcher = _ended_when_unwanted()
            while time.monotonic() < until:
                watcher(0, None)
                if worker.status.name == "closing_gracefully":
                    raise _Unwanted
                time.sleep(0.05)
            raise RunError(f"quincunx {_version_here()} is installed, and not {run.version}")
        with tempfile.TemporaryDirectory(prefix="quincunx-", dir=worker.local_directory) as folder:
            yield Path(folder)
    except _Unwanted:
        raise
    except (QuincunxError, OSError) as error:
        raise RunError(f"{error} (on {worker.address})") from error
    finally:
        with _lock:
            _running[job] -= 1
            if not _running[job]:
                del _running[job]


def _count_running(job: str) -> int:
    with _lock:
        return _running[job]


def _ended_when_unwanted() -> Any:
    """Give a watcher of the program that ends it when its task is cancelled, or its worker closes."""
    worker = distributed.get_worker()
    key = worker.get_current_task()
    # Dask has no promise by which a task learns that it was cancelled: `transition` of a worker's plugin may change without notice, too, and an
    # `Event` costs the scheduler a message for each look. If `state` goes, a part that nobody waits for runs to its end.
    tasks = getattr(getattr(worker, "state", None), "tasks", None)

    def watcher(_done: int, _total: int | None) -> None:
        task = tasks.get(key) if tasks is not None else None
        if (tasks is not None and (task is None or task.state == "cancelled")) or worker.status.name not in (
            "running",
            "paused",
            "closing_gracefully",
        ):
            raise _Unwanted

    return watcher


def _given(data: bytes) -> bytes:
    """Be a task that has the plan: unlike data that a client sent, it is made again when its worker is lost."""
    return data


def _part(part: int, plan: bytes, run: _Run, told: Callable[[int], None] = lambda _done: None) -> bytes:
    with _task(run) as folder:
        (folder / "run.plan").write_bytes(plan)
        words = ["shard", str(folder / "run.plan"), f"--index={part}", f"--dir={folder / 'parts'}", "--threads=1"]
        unwanted = _ended_when_unwanted()

        def watcher(done: int, total: int | None) -> None:
            unwanted(done, total)
            told(done)

        call(words, names={f"{folder}/": ""}, watcher=watcher).check()
        (file,) = (folder / "parts").iterdir()
        return file.read_bytes()


def _seconds_per_trial(plan: bytes, trials: int, run: _Run) -> float:
    begun = time.monotonic()
    done: list[tuple[float, int]] = []
    _part(1, plan, run, lambda trials: done.append((time.monotonic(), trials)))
    # From the first to the last report, so that the start of the program does not count: that of a part is short beside its trials.
    if len(done) > 1 and done[-1][1] > done[0][1]:
        (first, few), (last, many) = done[0], done[-1]
        return (last - first) / (many - few)
    return (time.monotonic() - begun) / trials


def _written(pieces: Sequence[bytes], folder: Path) -> list[Path]:
    files = [folder / f"{number}.summary" for number in range(len(pieces))]
    for file, piece in zip(files, pieces, strict=True):
        file.write_bytes(piece)
    return files


def _join(pieces: Sequence[bytes], run: _Run) -> bytes:
    with _task(run) as folder:
        return _joined(pieces, folder)


def _joined(pieces: Sequence[bytes], folder: Path) -> bytes:
    files = _written(pieces, folder)
    whole = folder / "joined"
    call(["merge", *map(str, files), "--partial", f"--summary={whole}"], names={f"{folder}/": ""}).check()
    return whole.read_bytes()


# From the client.


@dataclass
class _Node:
    """A part, or several that a task joins."""

    parts: range
    future: Any
    children: list[_Node] = field(default_factory=list)
    is_done: bool = False

    def largest_done(self) -> Iterator[_Node]:
        """Give the largest pieces that are done, which together have all that is."""
        if self.is_done:
            yield self
            return
        for child in self.children:
            yield from child.largest_done()


class _Job:
    """Tasks of one run on a cluster. When it is left by an exception, they are cancelled; otherwise they are released."""

    def __init__(self, client: distributed.Client) -> None:
        self.client = client
        self.name = uuid4().hex
        self.run = _Run(self.name, program_version())
        self.futures: dict[Any, Any] = {}

    def __enter__(self) -> _Job:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.release(*self.futures)
            return
        self.cancel()
        if isinstance(value, KeyboardInterrupt) and not isinstance(value, Interrupted):
            raise Interrupted() from value

    def key(self, kind: str, *numbers: int) -> str:
        """Name a task. Dask takes tasks together whose names begin with the same words."""
        return "-".join(["quincunx", kind, self.name, *map(str, numbers)])

    def submit(self, function: Any, *arguments: Any, key: str, priority: int = 0) -> Any:
        future = self.client.submit(function, *arguments, key=key, priority=priority, retries=_RETRIES)
        self.futures[key] = future
        return future

    def release(self, *keys: Any) -> None:
        for key in list(keys):
            future = self.futures.pop(key, None)
            if future is not None:
                future.release()

    def cancel(self) -> None:
        """Cancel all tasks, and wait until those that run have ended."""
        try:
            self.client.cancel(list(self.futures.values()), force=True)
            until = time.monotonic() + _PATIENCE
            while any(value for value in self.client.run(_count_running, self.name, on_error="ignore").values()):
                if time.monotonic() > until:
                    break
                time.sleep(0.05)
        except (OSError, TimeoutError, RuntimeError):
            # The cluster is gone, and its tasks with it.
            pass
        self.release(*self.futures)

    def seconds_per_trial(self, pilot: _Plan) -> float:
        """Time a small run on a worker."""
        return float(self.submit(_seconds_per_trial, pilot.data, pilot.trials, self.run, key=self.key("pilot")).result())

    def parts(self, plan: _Plan, numbers: Sequence[int]) -> list[_Node]:
        """Ask for parts."""
        given = self.submit(_given, plan.data, key=self.key("plan"))
        keys = [self.key("part", number) for number in numbers]
        futures = self.client.map(_part, numbers, plan=given, run=self.run, key=keys, retries=_RETRIES)
        self.futures.update(zip(keys, futures, strict=True))
        return [_Node(range(number, number + 1), future) for number, future in zip(numbers, futures, strict=True)]

    def tree(self, plan: _Plan) -> list[_Node]:
        """Ask for all parts, and for joining them a few at a time, until a few are left. Joining comes first, so that few are held."""
        nodes = self.parts(plan, range(1, len(plan.parts) + 1))
        level = 0
        while len(nodes) > _ARITY:
            level += 1
            above = []
            for at in range(0, len(nodes), _ARITY):
                some = nodes[at : at + _ARITY]
                if len(some) == 1:
                    above += some
                    continue
                key = self.key("join", level, at)
                future = self.submit(_join, [node.future for node in some], self.run, key=key, priority=level)
                above.append(_Node(range(some[0].parts.start, some[-1].parts.stop), future, some))
            nodes = above
        return nodes


def _followed(job: _Job, nodes: Sequence[_Node], plan: _Plan, watcher: Any, trials: int = 0) -> dict[int, str]:
    """Wait for tasks: the reasons of parts that failed, by number. It ends early if there are too many. So many `trials` were simulated before."""
    by_key = {node.future.key: node for node in nodes}
    failed: dict[int, str] = {}
    in_all = None if plan.waits else plan.trials
    if watcher:
        watcher(trials, in_all)
    with _newcomers_checked(job.client):
        for future in distributed.as_completed([node.future for node in nodes], loop=job.client.loop):
            node = by_key[future.key]
            # One that has been joined is released; one that is pending again was done, and is being made anew since its worker was lost.
            if future.key not in job.futures or future.status in ("finished", "pending"):
                node.is_done = True
                job.release(*(child.future.key for child in node.children))
                if not node.children:
                    trials += plan.trials_of(*plan.parts[node.parts.start - 1])
                    if watcher:
                        watcher(trials, in_all)
            elif future.status == "cancelled":
                raise RunError("the scheduler is gone, or another client cancelled the run")
            elif not node.children:
                failed[node.parts.start] = _reason(future.exception())
                if len(failed) >= _MOST_FAILED:
                    # At once: what has not begun is not to begin while workers are looked at for the last time.
                    job.client.cancel([node.future for node in nodes if not node.is_done and node.future.key in job.futures])
                    break
    return dict(sorted(failed.items()))


def _simulated(client: distributed.Client, plan: _Plan, keep: Path, plan_path: Path | None, progress: Progress) -> list[bytes]:
    """Simulate a plan on a cluster: a few summaries that make up the whole run."""
    with _Job(client) as job, watching(progress, "run") as watcher:
        roots = job.tree(plan)
        nodes = []
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            nodes.append(node)
            waiting += node.children
        failed = _followed(job, nodes, plan, watcher)
        done = [node for root in roots for node in root.largest_done()]
        pieces: list[bytes] = []
        for node in done:
            pieces.append(job.client.gather(node.future))
            job.release(node.future.key)
            if failed and len(pieces) == 2:
                # Of a run with gaps there may be many.
                with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
                    pieces = [_joined(pieces, Path(folder))]
        if failed:
            job.cancel()
    if not failed:
        return pieces
    plan_path = _kept_plan(plan, keep, plan_path)
    rest = None
    for whole in pieces:
        rest = keep / "rest.summary"
        rest.write_bytes(whole)
    raise PartsError(failed, plan_path, keep, rest, sum(len(node.parts) for node in done), len(plan.parts))


@contextmanager
def _collected(client: distributed.Client, plan: _Plan, keep: Path, plan_path: Path | None, progress: Progress) -> Iterator[tuple[Path, Path]]:
    """Simulate the parts of a plan that are joined here: of a sweep or an analysis, or in rounds, of a run that waits for a precision.

    What is given are the file of the plan and the folder of the parts, for as long as they are needed.
    """
    with tempfile.TemporaryDirectory(prefix="quincunx-") as temporary:
        file, folder = Path(temporary) / "run.plan", Path(temporary) / "parts"
        file.write_bytes(plan.data)
        folder.mkdir()
        trials = 0
        with watching(progress, "run") as watcher:
            while wanted := status(file, folder)["missing"]:
                with _Job(client) as job:
                    nodes = job.parts(plan, wanted)
                    failed = _followed(job, nodes, plan, watcher, trials)
                    done = [node.parts.start for node in nodes if node.is_done]
                    for node in nodes:
                        if node.is_done:
                            (folder / _name(node.parts.start, len(plan.parts))).write_bytes(client.gather(node.future))
                            job.release(node.future.key)
                    trials += sum(plan.trials_of(*plan.parts[part - 1]) for part in done)
                    if failed:
                        job.cancel()
                        break
            else:
                failed = {}
        if failed:
            plan_path = _kept_plan(plan, keep, plan_path)
            files = list(folder.iterdir())
            for one in files:
                shutil.move(one, keep / one.name)
            raise PartsError(failed, plan_path, keep, keep if files else None, len(files), len(plan.parts))
        yield file, folder


def _kept_plan(plan: _Plan, keep: Path, path: Path | None) -> Path:
    """Make the folder for what is kept, and keep the plan, if it is not a file already."""
    keep.mkdir(parents=True, exist_ok=True)
    if path is None:
        path = keep / "run.plan"
        path.write_bytes(plan.data)
    return path


def _reason(error: BaseException) -> str:
    if isinstance(error, distributed.KilledWorker):
        return f"its worker was lost each time, last {error.last_worker.address}"
    return str(error) or type(error).__name__


# The command.

#: Exit statuses, as those of `quincunx`.
_FAILED, _MISUSE, _INCOMPLETE, _INTERRUPTED = 1, 2, 3, 130


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="quincunx-dask",
        description="Simulate the parts of a plan on the workers of a Dask cluster, join them, and tell the result as `quincunx merge` does.",
        epilog="Exit status: 0 done, 1 the run failed, 2 the input or the command line is wrong, 3 parts failed, 130 interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument("plan", metavar="PLAN", help="a plan, as `quincunx plan` writes it")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="address of the scheduler, such as tcp://10.0.0.1:8786 (default: all cores here)")
    parser.add_argument("--summary", metavar="PATH", help="also keep the run in this summary file, for merge and run --grow")
    parser.add_argument("--keep", metavar="DIR", default=KEPT, help="folder for what is done if parts fail; made only then (default: %(default)s)")
    parser.add_argument("--format", choices=["table", "json", "csv", "markdown"], help="format of the result")
    parser.add_argument("--out", metavar="PATH", help="write the result to this file instead of standard output")
    parser.add_argument("--report", metavar="PATH", help="also write a page with charts")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress and no remarks on standard error")
    return parser.parse_args(arguments)


def _check_places(*paths: str | None) -> None:
    """Refuse a file that cannot be written, before hours of work for it."""
    for path in paths:
        if path is None or path == "-":
            continue
        folder = Path(path).absolute().parent
        if Path(path).is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
            raise UsageError(f"`{path}` cannot be written")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `quincunx-dask` does; the answer is the exit status."""
    given = _arguments(arguments)
    quiet = False if given.quiet else None
    told = {name: getattr(given, name) for name in ("summary", "format", "out", "report", "quiet")}
    try:
        _check_places(given.summary, given.out, given.report)
        plan = _Plan.open(given.plan)
        if plan.is_collected:
            return _main_collected(given, plan, told, quiet)
        pieces = _pieces_of(given.plan, given.scheduler, given.keep, quiet)
    except (QuincunxError, KeyboardInterrupt) as error:
        print("interrupted: nothing is kept" if isinstance(error, KeyboardInterrupt) else f"error: {error}", file=sys.stderr)
        if isinstance(error, KeyboardInterrupt):
            return _INTERRUPTED
        return _INCOMPLETE if isinstance(error, PartsError) else _FAILED if isinstance(error, RunError) else _MISUSE
    with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
        status = subprocess.run([find_program(), "merge", *_written(pieces, Path(folder)), *_options(**told)]).returncode
        if status != 0:
            # The work is not to be lost for a table.
            kept = Path(given.keep) / "whole.summary"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(_joined(pieces, Path(folder)) if len(pieces) > 1 else pieces[0])
            print(f"the run is kept in `{kept}`: `quincunx merge {shlex.quote(str(kept))}` tells its result", file=sys.stderr)
    return status


def _main_collected(given: argparse.Namespace, plan: _Plan, told: dict[str, Any], quiet: bool | None) -> int:
    """Simulate a sweep, an analysis, or a run that waits for a precision, and tell it."""
    if given.summary and plan.of is not None:
        raise UsageError(f"--summary is about runs, and this is the plan of {plan.of}")
    _check_folder(given.keep)
    path = Path(given.plan)
    with _connected(given.scheduler) as client:
        _check_versions(client)
        with _collected(client, plan, Path(given.keep), path, quiet) as (_, folder):
            status = subprocess.run([find_program(), "merge", path, folder, *_options(**told)]).returncode
            if status != 0:
                kept = Path(given.keep)
                kept.mkdir(parents=True, exist_ok=True)
                for file in folder.iterdir():
                    shutil.move(file, kept / file.name)
                print(f"the parts are kept: `{shlex.join(['quincunx', 'merge', str(path), str(kept)])}` tells the result", file=sys.stderr)
    return status


if __name__ == "__main__":
    # Workers find tasks by the name of their module, which here is not `__main__`.
    from quincunx.dask import main as command

    sys.exit(command())
