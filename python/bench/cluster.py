"""How a run spreads over a cluster of Dask on this machine: what a part costs, the load of the scheduler, what bounds a large run, and efficiency.

    python python/bench/cluster.py parts           # seconds and bytes of a part, and of joining four
    python python/bench/cluster.py load            # 10,000 parts that only sleep: work of the scheduler and of the client
    python python/bench/cluster.py model           # both, what follows for large runs, and a check with parts that only sleep
    python python/bench/cluster.py efficiency      # two workers against one process with two threads; on a machine with nothing else to do
    python python/bench/cluster.py efficiency --trials 20000 --repeat 1        # a try

Prints tables in Markdown. The package has to be installed (`python/test` installs a debug build; measure with `pip install "./python[dask]"`), and
QUINCUNX_PROGRAM may name the program.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import distributed

import quincunx
import quincunx.dask
from quincunx._results import REPLICATES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Cluster:
    """A scheduler and workers as processes of their own."""

    def __init__(self, folder: Path, workers: int, threads: int, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]), **environment}
        file = folder / "scheduler.json"
        file.unlink(missing_ok=True)
        self.processes = [self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))]
        while not file.exists():
            time.sleep(0.05)
        for _ in range(workers):
            words = ["--nthreads", str(threads), "--no-nanny", "--local-directory", str(folder / "scratch")]
            self.processes.append(self.start("worker", "--scheduler-file", str(file), *words))
        self.client = distributed.Client(scheduler_file=str(file), set_as_default=False)
        self.client.wait_for_workers(workers)

    def start(self, kind: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *words]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def processor_seconds(self) -> tuple[float, float]:
        """Seconds that the scheduler has computed, and all workers, without the programs that these started."""
        taken = []
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            taken.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
        return taken[0], sum(taken[1:])

    def stop(self) -> None:
        self.client.close()
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


@contextmanager
def cluster(workers: int, threads: int, **environment: str) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="quincunx-bench-") as folder:
        one = Cluster(Path(folder), workers, threads, environment)
        try:
            yield one
        finally:
            one.stop()


def seconds(what: Callable[[], object]) -> float:
    begun = time.monotonic()
    what()
    return time.monotonic() - begun


def processor_seconds(what: Callable[[], object]) -> float:
    """Seconds that the programs compute which this starts: on one thread those that it takes, if nothing else runs."""
    before = os.times()
    what()
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def spread(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"


def efficiency(given: argparse.Namespace) -> None:
    """One process with two threads, and two workers with one each, by turns: the median of the ratios of neighbours."""
    alone, apart = [], []
    with cluster(2, 1) as one:
        for turn in range(given.repeat):
            ways = [
                lambda: alone.append(seconds(lambda: quincunx.run(given.scenario, trials=given.trials, threads=2, progress=False))),
                lambda: apart.append(seconds(lambda: quincunx.dask.run(given.scenario, trials=given.trials, client=one.client, progress=False))),
            ]
            for way in ways if turn % 2 == 0 else reversed(ways):
                way()
    ratios = sorted(a / b for a, b in zip(alone, apart, strict=True))
    print(f"\n| {given.trials:,} trials | median of {given.repeat}, and range |\n| --- | --- |")
    print(f"| one process, two threads | {spread(alone)} |")
    print(f"| two workers of Dask, one thread each | {spread(apart)} |")
    print(f"| efficiency, by turns | {statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f}) |")


class Costs:
    """What a part costs where it is simulated, in seconds of a processor."""

    def __init__(self, given: argparse.Namespace) -> None:
        sizes = [8192, given.trials // 8, given.trials // 4]
        times = []
        print("\n| trials of a part | seconds | bytes |\n| --- | --- | --- |")
        with tempfile.TemporaryDirectory(prefix="quincunx-bench-") as folder:
            for trials in sizes:
                times.append(self._part(given, Path(folder), trials))
            #: Trials a second on one thread, seconds of a part beside its trials, and bytes of a large part.
            self.rate = (sizes[-1] - sizes[0]) / (times[-1] - times[0])
            self.overhead = max(0.0, times[0] - sizes[0] / self.rate)
            self.join = self._join(given, Path(folder))
        print(f"\n{self.rate:,.0f} trials a second on one thread; {self.overhead:.2f} s beside them for each part; {self.join:.2f} s to join four.")

    def _part(self, given: argparse.Namespace, folder: Path, trials: int) -> float:
        # The second of two, so that it simulates the first trials again.
        file = folder / f"{trials}.summary"
        asked = {"part": "2/2", "trials": 2 * trials, "threads": 1, "progress": False}
        taken = [processor_seconds(lambda: quincunx.shard(given.scenario, file, **asked)) for _ in range(given.repeat)]
        self.size = file.stat().st_size
        print(f"| {trials:,} | {spread(taken)} | {self.size:,} |")
        return statistics.median(taken)

    def _join(self, given: argparse.Namespace, folder: Path) -> float:
        plan = quincunx.plan(given.scenario, folder / "a.plan", parts=4, trials=given.trials // 2)
        for index in range(1, 5):
            quincunx.shard(plan, index=index, dir=folder / "parts", progress=False)
        files = sorted((folder / "parts").iterdir())
        words = [quincunx.find_program(), "merge", *files, "--partial", f"--summary={folder / 'joined'}"]
        return statistics.median(processor_seconds(lambda: subprocess.run(words, check=True)) for _ in range(given.repeat))


class Load:
    """A run whose parts only sleep: what is left is the work of the scheduler and of the client."""

    def __init__(self, given: argparse.Namespace, parts: int, sleep: float, threads: int) -> None:
        sys.path.insert(0, str(HERE))
        import sleeping

        own = quincunx.dask._part, quincunx.dask._join
        quincunx.dask._part, quincunx.dask._join = sleeping.part, sleeping.join  # type: ignore[assignment]
        plan = quincunx.dask._Plan(_plan_of(given, parts))
        # A worker with a hundred threads that sleep is one process.
        workers = max(1, round(threads / 100))
        try:
            with cluster(workers, threads // workers, QUINCUNX_SLEEP=str(sleep)) as one:
                # What importing costs is no part's.
                one.client.run(_ready)
                before = one.processor_seconds()
                begun, computed = time.monotonic(), time.process_time()
                quincunx.dask._simulated(one.client, plan, Path("unused"), None, False)
                self.taken, client = time.monotonic() - begun, time.process_time() - computed
                scheduler, all_workers = (after - first for after, first in zip(one.processor_seconds(), before, strict=True))
        finally:
            quincunx.dask._part, quincunx.dask._join = own
        self.sleep, self.threads, self.parts = sleep, workers * (threads // workers), len(plan.parts)
        #: Seconds of a processor for each part.
        self.scheduler, self.client, self.worker = scheduler / self.parts, client / self.parts, all_workers / self.parts

    def tell(self) -> None:
        print(f"\n| {self.parts:,} parts that sleep {self.sleep:g} s, on {self.threads:,} threads | |\n| --- | --- |")
        print(f"| in all | {self.taken:.1f} s, of which {self.parts * self.sleep / self.threads:.1f} s are sleep |")
        print(f"| scheduler | {1000 * self.scheduler:.2f} ms a part |")
        print(f"| client | {1000 * self.client:.2f} ms a part |")
        print(f"| worker | {1000 * self.worker:.2f} ms a part |")


def _ready() -> None:
    import quincunx.dask  # noqa: F401


def _plan_of(given: argparse.Namespace, parts: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="quincunx-bench-") as folder:
        path = quincunx.plan(given.scenario, Path(folder) / "a.plan", parts=parts, trials=1024 * parts)
        return path.read_bytes()


def model(given: argparse.Namespace) -> None:
    """What bounds a run: cores, or whoever deals the parts. Then the same of parts that only sleep, beside what they take."""
    costs = Costs(given)
    load = Load(given, given.parts, given.seconds, given.threads)
    load.tell()
    dealt = max(load.scheduler, load.client)
    print("\n| trials | cores | seconds of a part | parts | busy cores at most | hours | lost | gigabytes |\n" + "| --- " * 8 + "|")
    for trials, cores, length in [(1e9, 100, 5), (1e10, 1000, 5), (1e10, 1000, 30), (1e12, 1000, 300)]:
        # As parts are cut that nobody counted: not so long that they simulate much of the run's beginning again.
        own = quincunx.dask._without_much_again(costs.rate * (length - costs.overhead), REPLICATES * 64)
        length = costs.overhead + own / costs.rate
        pilot = 2048
        while 16 * pilot <= own / 8:
            pilot *= 16
        own -= pilot - 2048
        parts = math.ceil(trials / own)
        # Each part is joined once, four at a time, and what was joined again: a third of a join for each part.
        work = length + costs.join / 3
        taken = max(parts * work / cores, parts * dealt) + costs.join * math.ceil(math.log(parts, 4))
        lost = 1 - trials / costs.rate / cores / taken
        sizes = f"{parts:,} | {length / dealt:,.0f} | {taken / 3600:.2f} | {100 * lost:.0f}% | {parts * costs.size / 1e9:,.0f}"
        print(f"| {trials:.0e} | {cores:,} | {length:.0f} | {sizes} |")
    # Here workers share the processors with the scheduler and the client, which on a cluster they do not.
    shared = (load.scheduler + load.client + load.worker) / (os.cpu_count() or 1)
    print("\n| parts | sleep | threads | foretold | taken | bound by |\n" + "| --- " * 6 + "|")
    for parts, sleep, threads in [(2000, 2.0, 100), (2000, 5.0, 1000), (2000, 0.1, 400)]:
        tried = Load(given, min(parts, given.parts), sleep, threads)
        bounds = {"sleep": math.ceil(tried.parts / tried.threads) * sleep, "dealing": tried.parts * dealt, "this machine": tried.parts * shared}
        bound = max(bounds, key=lambda name: bounds[name])
        print(f"| {tried.parts:,} | {sleep:g} s | {tried.threads:,} | {bounds[bound]:.1f} s | {tried.taken:.1f} s | {bound} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["parts", "load", "model", "efficiency"])
    parser.add_argument("--scenario", default=str(ROOT / "scenarios" / "baseline.json"))
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=10_000, help="parts that only sleep")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each of them sleeps")
    parser.add_argument("--threads", type=int, default=200, help="threads on which they sleep")
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    print(
        f"quincunx {quincunx.program_version()}, Dask {distributed.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    )
    if given.what == "parts":
        Costs(given)
    elif given.what == "load":
        Load(given, given.parts, given.seconds, given.threads).tell()
    elif given.what == "model":
        model(given)
    else:
        efficiency(given)


if __name__ == "__main__":
    main()
