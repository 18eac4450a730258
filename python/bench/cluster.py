"""How a run spreads over a cluster of Dask on this machine: efficiency, what a part costs, and what bounds it.

    python python/bench/cluster.py                      # some minutes, on a machine with nothing else to do
    python python/bench/cluster.py --trials 20000 --parts 200 --seconds 0.2 --repeat 1       # a try

Prints tables in Markdown, and a model with the numbers that were measured. The package has to be installed (`python/test` installs a debug build;
measure with `pip install "./python[dask]"`), and QUINCUNX_PROGRAM may name the program.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import distributed

import quincunx
import quincunx.dask

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

    def processor_seconds(self) -> float:
        """Seconds that the scheduler has computed."""
        fields = Path(f"/proc/{self.processes[0].pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

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


def seconds(what: object) -> float:
    begun = time.monotonic()
    what()  # type: ignore[operator]
    return time.monotonic() - begun


def efficiency(given: argparse.Namespace) -> float:
    """One process with two threads, and two workers with one each, by turns."""
    alone, spread = [], []
    with cluster(2, 1) as one:
        for _ in range(given.repeat):
            alone.append(seconds(lambda: quincunx.run(given.scenario, trials=given.trials, threads=2, progress=False)))
            spread.append(seconds(lambda: quincunx.dask.run(given.scenario, trials=given.trials, client=one.client, progress=False)))
    found = statistics.median(alone) / statistics.median(spread)
    print(f"\n| {given.trials:,} trials | median of {given.repeat} |\n| --- | --- |")
    print(f"| one process, two threads | {statistics.median(alone):.2f} s ({min(alone):.2f} to {max(alone):.2f}) |")
    print(f"| two workers of Dask, one thread each | {statistics.median(spread):.2f} s ({min(spread):.2f} to {max(spread):.2f}) |")
    print(f"| efficiency | {found:.3f} |")
    return found


def part_costs(given: argparse.Namespace) -> tuple[float, float, int]:
    """Seconds that a part costs beside its trials, trials a second on one thread, and bytes of a large part."""
    print("\n| trials of a part | seconds | bytes |\n| --- | --- | --- |")
    sizes, times, size = [8192, given.trials // 8, given.trials // 4], [], 0
    with tempfile.TemporaryDirectory(prefix="quincunx-bench-") as folder:
        for trials in sizes:
            # The second of two, so that it simulates the first trials again.
            file = Path(folder) / f"{trials}.summary"
            taken = [
                seconds(
                    lambda file=file, trials=trials: quincunx.shard(given.scenario, file, part="2/2", trials=2 * trials, threads=1, progress=False)
                )
                for _ in range(given.repeat)
            ]
            times.append(statistics.median(taken))
            size = file.stat().st_size
            print(f"| {trials:,} | {times[-1]:.2f} | {size:,} |")
    rate = (sizes[-1] - sizes[0]) / (times[-1] - times[0])
    overhead = max(0.0, times[0] - sizes[0] / rate)
    print(f"\n{rate:,.0f} trials a second on one thread; {overhead:.3f} s beside them for each part.")
    return overhead, rate, size


def load(given: argparse.Namespace) -> float:
    """Seconds of the scheduler for each part, of a run whose parts only sleep."""
    sys.path.insert(0, str(HERE))
    import sleeping

    own = quincunx.dask._part, quincunx.dask._join
    quincunx.dask._part, quincunx.dask._join = sleeping.part, sleeping.join  # type: ignore[assignment]
    plan = quincunx.dask._Plan(_plan_of(given))
    threads = given.threads // 2
    try:
        with cluster(2, threads, QUINCUNX_SLEEP=str(given.seconds)) as one:
            before = one.processor_seconds()
            begun, computed = time.monotonic(), time.process_time()
            quincunx.dask._simulated(one.client, plan, Path("unused"), None, False)
            taken, client = time.monotonic() - begun, time.process_time() - computed
            scheduler = one.processor_seconds() - before
    finally:
        quincunx.dask._part, quincunx.dask._join = own
    parts = len(plan.parts)
    ideal = parts * given.seconds / (2 * threads)
    print(f"\n| {parts:,} parts that sleep {given.seconds:g} s, on {2 * threads} threads | |\n| --- | --- |")
    print(f"| in all | {taken:.1f} s, of which {ideal:.1f} s are sleep |")
    print(f"| scheduler | {scheduler:.1f} s: {1000 * scheduler / parts:.2f} ms a part |")
    print(f"| client | {client:.1f} s: {1000 * client / parts:.2f} ms a part |")
    return scheduler / parts


def _plan_of(given: argparse.Namespace) -> bytes:
    with tempfile.TemporaryDirectory(prefix="quincunx-bench-") as folder:
        path = quincunx.plan(given.scenario, Path(folder) / "a.plan", parts=given.parts, trials=1024 * given.parts)
        return path.read_bytes()


def model(overhead: float, rate: float, size: int, scheduler: float) -> None:
    """What bounds a run: parts of t seconds keep t / (seconds of the scheduler for a part) cores busy."""
    print("\n| trials | cores | seconds of a part | parts | hours | busy cores at most | gigabytes of parts |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for trials, cores, length in [(1e9, 100, 5), (1e10, 1000, 10), (1e12, 1000, 400)]:
        parts = trials / (rate * length)
        most = length / scheduler if scheduler else float("inf")
        hours = parts * (length + overhead) / min(cores, most) / 3600
        print(f"| {trials:.0e} | {cores:,} | {length} | {parts:,.0f} | {hours:.2f} | {most:,.0f} | {parts * size / 1e9:,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default=str(ROOT / "scenarios" / "baseline.json"))
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=10_000, help="parts that only sleep")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each of them sleeps")
    parser.add_argument("--threads", type=int, default=200, help="threads on which they sleep")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    print(f"quincunx {quincunx.program_version()}, Dask {distributed.__version__}, {os.cpu_count()} cores")
    efficiency(given)
    overhead, rate, size = part_costs(given)
    model(overhead, rate, size, load(given))


if __name__ == "__main__":
    main()
