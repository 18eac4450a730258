"""Runs on a cluster of Dask: a scheduler and workers that are processes of their own, on this machine.

The workers call a script in front of the program. It writes down which part begins under which worker, and waits or fails where a test asks for it.
"""

import importlib.metadata
import math
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import distributed
import pytest
from conftest import PORT, ROOT, VALLEY

import quincunx
import quincunx.dask

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc, and puts a script of sh in front of the program")

#: The command, beside the interpreter.
COMMAND = str(Path(sys.executable).parent / "quincunx-dask")
#: Seconds after which a test fails instead of waiting.
PATIENCE = 90

SCRIPT = """#!/bin/sh
for word; do
  case $word in --index=*) part=${word#--index=} ;; esac
done
if [ "$1" = shard ] && [ -n "$part" ]; then
  echo "$part $PPID" >> FOLDER/begun
  if [ -e FOLDER/fail-$part ]; then echo "the disk of part $part is full" >&2; exit 1; fi
  while [ -e FOLDER/wait ]; do
    sleep 0.05
    echo '{"kind":"progress","done":0,"total":1}' >&2 || exit 1
  done
fi
exec PROGRAM "$@"
"""


def wait_for(what: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.05)


class Cluster:
    """A scheduler, its workers, and the folder by which the script is told what to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self.file = folder / "scheduler.json"
        self.program = self.script("program", SCRIPT.replace("FOLDER", str(folder)).replace("PROGRAM", str(quincunx.find_program())))
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file))
        wait_for(self.file.exists)
        self.client = distributed.Client(scheduler_file=str(self.file), set_as_default=False, timeout=PATIENCE)
        self.address = self.client.scheduler.address

    def script(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def start(self, kind: str, *words: str, program: Path | None = None) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "QUINCUNX_PROGRAM": str(program or self.program)}
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words]
        with (self.folder / f"{kind}.log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def worker(self, program: Path | None = None) -> "subprocess.Popen[bytes]":
        words = ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.scratch)]
        return self.start("worker", self.address, *words, program=program)

    def workers(self) -> int:
        return len(self.client.nthreads())

    def has(self, workers: int) -> None:
        wait_for(lambda: self.workers() == workers)

    def begun(self) -> list[tuple[int, int]]:
        """Parts with the process of the worker that began them."""
        file = self.folder / "begun"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(int(part), int(worker)) for part, worker in (line.split() for line in lines)]

    @contextmanager
    def told_to(self, *words: str) -> Iterator[None]:
        files = [self.folder / word for word in words]
        for file in files:
            file.touch()
        try:
            yield
        finally:
            for file in files:
                file.unlink(missing_ok=True)

    def is_clean(self) -> bool:
        """Neither tasks, nor files, nor processes."""
        tasks = self.client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))
        files = list(self.scratch.rglob("quincunx-*"))
        return not tasks and not files and not self.programs()

    def programs(self) -> list[int]:
        """Processes that workers have started and that still run."""
        found = []
        workers = {process.pid for process in self.processes}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(parent) in workers and state != "Z":
                found.append(int(stat.parent.name))
        return found

    def stop(self) -> None:
        self.client.close()
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    one = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        one.worker()
        one.worker()
        one.has(workers=2)
        yield one
    finally:
        one.stop()


@pytest.fixture(autouse=True)
def nothing_is_left(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    (cluster.folder / "begun").unlink(missing_ok=True)
    yield
    wait_for(cluster.is_clean)


def bytes_of(result: quincunx.Result, folder: Path) -> bytes:
    path = folder / "result.json"
    result.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of one run in one process."""
    return bytes_of(quincunx.run(PORT, trials=9 * 1024, seed=5), tmp_path_factory.mktemp("alone"))


def spread(cluster: Cluster, **keywords: object) -> quincunx.RunResult:
    return quincunx.dask.run(PORT, trials=9 * 1024, seed=5, client=cluster.address, **keywords)  # type: ignore[arg-type]


def test_bytes_are_those_of_one_process(cluster: Cluster, alone: bytes, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    # Nine parts: two levels of joins, and one part that is left over at the first.
    result = spread(cluster, parts=9, summary="whole.summary", progress=lambda *at: told.append(at))
    assert bytes_of(result, tmp_path) == alone
    assert [part for part, _ in sorted(cluster.begun())] == list(range(1, 10))
    assert len({worker for _, worker in cluster.begun()}) == 2
    assert told[0] == (0, 9 * 1024)
    assert told[-1] == (9 * 1024, 9 * 1024)
    assert told == sorted(told)
    merged = subprocess.run([quincunx.find_program(), "merge", "whole.summary", "--format=json"], capture_output=True, check=True)
    assert merged.stdout == alone
    assert not Path(quincunx.dask.KEPT).exists()


def test_a_client_settings_and_texts_are_taken(cluster: Cluster, tmp_path: Path) -> None:
    keywords = {"trials": 4096, "draws": 128, "design": "random", "set": {"horizon": "6 months"}}
    one = quincunx.run(VALLEY, **keywords)  # type: ignore[arg-type]
    # The number of parts is that which a small run on a worker suggests.
    many = quincunx.dask.run(VALLEY, client=cluster.client, **keywords)  # type: ignore[arg-type]
    assert bytes_of(many, tmp_path) == bytes_of(one, tmp_path)


def test_a_worker_with_another_version_is_refused_before_work_starts(cluster: Cluster) -> None:
    other = cluster.worker(cluster.script("other", "#!/bin/sh\necho quincunx 99.1.2\n"))
    nothing = cluster.worker(cluster.folder / "nothing")
    try:
        cluster.has(workers=4)
        with pytest.raises(quincunx.RunError) as told:
            spread(cluster, parts=3)
        lines = str(told.value).splitlines()
        assert f"must have quincunx {quincunx.program_version()}" in lines[0]
        assert len(lines) == 3
        assert sum("has quincunx 99.1.2" in line and "tcp://127.0.0.1:" in line for line in lines) == 1
        assert sum("there is no such file" in line for line in lines) == 1
        assert cluster.begun() == []
    finally:
        for process in (other, nothing):
            process.terminate()
            process.wait(PATIENCE)
        cluster.has(workers=2)


def test_a_worker_with_another_version_that_joins_late_is_sent_away_and_the_run_goes_on(cluster: Cluster, tmp_path: Path) -> None:
    workers = cluster.workers()
    with ThreadPoolExecutor(1) as pool, cluster.told_to("wait"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        going = pool.submit(quincunx.dask.run, VALLEY, trials=40 * 1024, parts=40, client=cluster.address)
        wait_for(lambda: len(cluster.begun()) == workers)
        late = cluster.worker(cluster.script("late", "#!/bin/sh\necho quincunx 99.1.2\n"))
        late.wait(PATIENCE)
        cluster.has(workers)
        assert not going.done()
        (cluster.folder / "wait").unlink()
        result = going.result(PATIENCE)
    assert bytes_of(result, tmp_path) == bytes_of(quincunx.run(VALLEY, trials=40 * 1024), tmp_path)
    told = [str(one.message) for one in caught if one.category is quincunx.RunWarning]
    assert any(text.startswith("a worker that joined without quincunx") and text.endswith(": 99.1.2") for text in told), told


#: More runs than are simulated together.
SWEPT = {"vary": {"horizon": ["6 months", "9 months"], "parameters.haste.uniform": [[0.1, 0.4], [0.2, 0.5]]}, "of": ["accord"], "trials": 1024}


def test_a_sweep_has_the_bytes_of_one_process(cluster: Cluster, tmp_path: Path) -> None:
    alone = bytes_of(quincunx.sweep(VALLEY, **SWEPT), tmp_path)  # type: ignore[arg-type]
    told: list[tuple[int, int | None]] = []
    for parts in (None, 4):
        cluster.folder.joinpath("begun").unlink(missing_ok=True)
        many = quincunx.dask.sweep(VALLEY, client=cluster.address, parts=parts, progress=lambda *at: told.append(at), **SWEPT)  # type: ignore[arg-type]
        assert bytes_of(many, tmp_path) == alone
        assert len(cluster.begun()) == (parts or min(4, cluster.workers()))
    assert told[-1] == (4096, 4096)
    with pytest.raises(quincunx.UsageError, match="nothing varies"):
        quincunx.dask.sweep(VALLEY, client=cluster.address)


def test_an_analysis_has_the_bytes_of_one_process(cluster: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = {"of": "accord", "method": "sobol", "tornado": True, "trials": 4096}
    alone = bytes_of(quincunx.sensitivity(VALLEY, **asked), tmp_path)  # type: ignore[arg-type]
    told: list[tuple[int, int | None]] = []
    for parts in (None, 5):
        many = quincunx.dask.sensitivity(VALLEY, client=cluster.address, parts=parts, progress=lambda *at: told.append(at), **asked)  # type: ignore[arg-type]
        assert bytes_of(many, tmp_path) == alone
        assert told[-1][0] == told[-1][1] > 2 * 4096
    plan = str(quincunx.plan(VALLEY, "valley.plan", parts=2, **asked))  # type: ignore[arg-type]
    assert quincunx.dask.main([plan, "--scheduler", cluster.address, "--format=json", "--quiet"]) == 0
    assert capfd.readouterr().out.encode() == alone
    assert quincunx.dask.main([plan, "--scheduler", cluster.address, "--summary=a.summary"]) == 2
    assert "this is the plan of an analysis of sensitivity" in capfd.readouterr().err
    with pytest.raises(quincunx.UsageError, match=r"is the plan of an analysis.*quincunx\.dask\.sensitivity"):
        quincunx.dask.run_plan(plan, client=cluster.address)
    first = quincunx.sensitivity(VALLEY, of="accord", trials=2048)
    assert quincunx.dask.sensitivity(VALLEY, of="accord", trials=2048, client=cluster.client).json == first.json


def test_a_run_that_waits_for_a_precision_ends_where_one_process_does(cluster: Cluster, tmp_path: Path) -> None:
    alone = bytes_of(quincunx.run(VALLEY, until="0.25pp"), tmp_path)
    told: list[tuple[int, int | None]] = []
    result = quincunx.dask.run(VALLEY, until="0.25pp", client=cluster.address, summary="kept.summary", progress=lambda *at: told.append(at))
    assert bytes_of(result, tmp_path) == alone
    assert told == sorted(told)
    assert told[-1][0] >= result.json["run"]["trials"] > 8 * 1024, "more than the first look"
    assert bytes_of(quincunx.merge("kept.summary"), tmp_path) == alone
    plan = str(quincunx.plan(VALLEY, "valley.plan", parts=2, until="0.25pp"))
    assert bytes_of(quincunx.dask.run_plan(plan, client=cluster.address), tmp_path) == alone
    assert quincunx.dask.main([plan, "--scheduler", cluster.address, "--out=out.json", "--quiet"]) == 0
    assert Path("out.json").read_bytes() == alone


def test_a_part_of_a_sweep_that_always_fails_is_named_and_the_rest_is_kept(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.told_to("fail-2"), pytest.raises(quincunx.dask.PartsError) as told:
        quincunx.dask.sweep(VALLEY, client=cluster.address, parts=3, **SWEPT)  # type: ignore[arg-type]
    lines = str(told.value).splitlines()
    assert lines[2] == "2 of 3 parts are done, and kept in `quincunx-kept`"
    merge = lines[3].removeprefix("to join all when those are there: ")
    assert merge == "quincunx merge quincunx-kept/run.plan quincunx-kept"
    for words in (told.value.replay[2].split(), [*merge.split(), "--format=json"]):
        done = subprocess.run([quincunx.find_program(), *words[1:]], capture_output=True, check=True)
    assert done.stdout == bytes_of(quincunx.sweep(VALLEY, **SWEPT), tmp_path)  # type: ignore[arg-type]


def test_the_command_tells_a_sweep_as_merge_does(cluster: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = str(quincunx.plan(VALLEY, "valley.plan", parts=2, **SWEPT))  # type: ignore[arg-type]
    assert quincunx.dask.main([plan, "--scheduler", cluster.address, "--format=json", "--quiet"]) == 0
    assert capfd.readouterr().out.encode() == bytes_of(quincunx.sweep(VALLEY, **SWEPT), tmp_path)  # type: ignore[arg-type]
    assert quincunx.dask.main([plan, "--scheduler", cluster.address, "--summary=a.summary"]) == 2
    assert "--summary is about runs" in capfd.readouterr().err
    with pytest.raises(quincunx.UsageError, match="is the plan of a sweep"):
        quincunx.dask.run_plan(plan, client=cluster.address)


def test_a_worker_killed_mid_part_and_one_that_joins_late_cost_no_byte(cluster: Cluster, alone: bytes, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool, cluster.told_to("wait"):
        going = pool.submit(spread, cluster, parts=9)
        wait_for(lambda: len(cluster.begun()) == 2)
        late = cluster.worker()
        wait_for(lambda: late.pid in dict(map(reversed, cluster.begun())))  # type: ignore[arg-type]
        killed = cluster.processes[1]
        assert killed.pid in {worker for _, worker in cluster.begun()}
        (lost,) = (part for part, worker in cluster.begun() if worker == killed.pid)
        folder = cluster.client.run(lambda dask_worker: (os.getpid(), dask_worker.local_directory))
        scratch = Path(dict(folder.values())[killed.pid])
        killed.kill()
        killed.wait()
        cluster.has(workers=2)
        assert not going.done()
        (cluster.folder / "wait").unlink()
        assert bytes_of(going.result(PATIENCE), tmp_path) == alone
    assert sorted(part for part, _ in cluster.begun()) == sorted([*range(1, 10), lost])
    # What a dead worker leaves is in its folder, which Dask removes when the next worker starts on that machine.
    assert list(scratch.glob("quincunx-*"))
    cluster.worker()
    wait_for(lambda: not scratch.exists())
    cluster.has(workers=3)


def test_a_part_that_always_fails_is_named_and_the_rest_is_kept(cluster: Cluster, alone: bytes) -> None:
    with cluster.told_to("fail-4"), pytest.raises(quincunx.dask.PartsError) as told:
        spread(cluster, parts=9)
    error = told.value
    assert list(error.failed) == [4]
    assert "the disk of part 4 is full (on tcp://127.0.0.1:" in error.failed[4]
    # It was tried again; every other part once.
    assert sorted(part for part, _ in cluster.begun()) == sorted([*range(1, 10), 4, 4])
    assert error.replay[4] == "quincunx shard quincunx-kept/run.plan --index 4 --dir quincunx-kept"
    lines = str(error).splitlines()
    assert lines[1] == f"to replay it: {error.replay[4]}"
    assert lines[2] == "8 of 9 parts are done, and kept in `quincunx-kept/rest.summary`"
    merge = lines[3].removeprefix("to join all when those are there: ")
    assert merge == "quincunx merge quincunx-kept/rest.summary quincunx-kept/part-0004.summary"
    # Another run does not write over what is kept.
    with pytest.raises(quincunx.UsageError, match="there from another run"):
        spread(cluster, parts=9)
    for words in (error.replay[4].split(), [*merge.split(), "--format=json"]):
        done = subprocess.run([quincunx.find_program(), *words[1:]], capture_output=True, check=True)
    assert done.stdout == alone


def test_where_all_parts_fail_the_rest_is_not_begun(cluster: Cluster) -> None:
    with cluster.told_to(*(f"fail-{part}" for part in range(1, 41))), pytest.raises(quincunx.dask.PartsError) as told:
        quincunx.dask.run(VALLEY, trials=40 * 1024, parts=40, client=cluster.client)
    assert told.value.rest is None
    assert str(told.value).endswith("no part is done")
    assert len({part for part, _ in cluster.begun()}) < 20


def test_ctrl_c_leaves_nothing_behind(cluster: Cluster, tmp_path: Path) -> None:
    def press() -> None:
        try:
            wait_for(lambda: len(cluster.begun()) == len(cluster.programs()) == workers)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    workers = cluster.workers()
    with cluster.told_to("wait"):
        pressing = threading.Thread(target=press)
        pressing.start()
        with pytest.raises(quincunx.Interrupted):
            spread(cluster, parts=9)
        # At once, not some time later: what ran has ended.
        assert cluster.is_clean()
        pressing.join()
    assert len(cluster.begun()) == workers
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_is_killed_leaves_nothing_behind(cluster: Cluster) -> None:
    plan = str(quincunx.plan(VALLEY, "valley.plan", parts=9, trials=9 * 1024))
    with cluster.told_to("wait"):
        process = subprocess.Popen([COMMAND, plan, "--scheduler", cluster.address])
        try:
            wait_for(lambda: len(cluster.begun()) == cluster.workers())
        finally:
            process.kill()
            process.wait()
        wait_for(cluster.is_clean)


def test_the_command_tells_what_merge_tells(cluster: Cluster, alone: bytes, tmp_path: Path) -> None:
    program = str(quincunx.find_program())
    subprocess.run([program, "plan", str(PORT), "--trials=9216", "--seed=5", "--parts=3", "--out=port.plan", "--quiet"], check=True)

    def command(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([COMMAND, *words], capture_output=True, text=True, timeout=PATIENCE)

    done = command("port.plan", "--scheduler", cluster.address, "--format=json", "--summary=port.summary")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.encode() == alone
    assert len(cluster.begun()) == 3
    # Without an address: here.
    done = command("port.plan", "--out=port.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("port.json").read_bytes() == alone
    assert len(cluster.begun()) == 3


def test_the_command_tells_what_is_wrong(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(quincunx.plan(VALLEY, "valley.plan", parts=3, trials=3 * 1024))
    Path("no.plan").write_text("{}")
    assert quincunx.dask.main(["no.plan"]) == 2
    assert "is not a plan" in capsys.readouterr().err
    assert quincunx.dask.main([plan, "--out=nowhere/port.json"]) == 2
    assert capsys.readouterr().err == "error: `nowhere/port.json` cannot be written\n"
    with cluster.told_to("fail-2"):
        assert quincunx.dask.main([plan, "--scheduler", cluster.address, "--keep=rest"]) == 3
    assert "to replay it: quincunx shard valley.plan --index 2 --dir rest\n" in capsys.readouterr().err
    assert Path("rest/rest.summary").exists()


def test_no_scheduler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quincunx.dask, "_CONNECT", 1)
    with pytest.raises(quincunx.RunError, match="no scheduler of Dask answers at `tcp:"):
        quincunx.dask.run(PORT, client="tcp://127.0.0.1:9")
    with pytest.raises(quincunx.UsageError, match="`client` is"):
        quincunx.dask.run(PORT, client=7)


def test_the_five_commands_of_the_page_do_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are done as they stand there, on this machine alone, with a free port, and with fewer trials."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    section = page.partition("## A Dask cluster in five commands\n")[2].partition("\n## ")[0]
    install, scheduler, worker, plan, spread = re.findall(r"```sh\n(.*)\n```\n", section)
    assert install == 'pip install "./python[dask]"'
    assert "dask" in importlib.metadata.metadata("quincunx").get_all("Provides-Extra", [])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])

    def here(command: str, *more: str) -> list[str]:
        words = shlex.split(command.replace("10.0.0.1", "127.0.0.1").replace("8786", port).replace("100e6", "4096").replace("400", "2"))
        return [str(Path(sys.executable).parent / words[0]), *words[1:], *more]

    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("QUINCUNX_PROGRAM", raising=False)
    files = {name: tmp_path / name for name in ("big.plan", "big.json", "big.html")}
    started = []
    try:
        with (tmp_path / "log").open("wb") as log:
            for words in (
                here(scheduler, "--port", port, "--no-dashboard"),
                here(worker, "--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(tmp_path / "scratch")),
            ):
                started.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        for command in (plan, spread):
            words = [str(files.get(word, word)) for word in here(command)]
            done = subprocess.run(words, capture_output=True, text=True, timeout=2 * PATIENCE)
            assert done.returncode == 0, done.stderr
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(PATIENCE)
    one = quincunx.run("scenarios/baseline.json", trials=4096)
    assert files["big.json"].read_bytes() == bytes_of(one, tmp_path)
    assert files["big.html"].stat().st_size > 10_000


def test_parts_are_as_long_as_pays_and_each_thread_has_as_many() -> None:
    def parts(seconds: float, trials: int, threads: int) -> int:
        return quincunx.dask._parts_of(seconds, trials, threads, 1024)

    # Short runs: no part is worth its start alone.
    assert parts(0.4, 8_000, 2) == 1
    assert parts(1.0, 20_000, 64) == 2
    # 12.5 seconds on each of two threads: five parts of five seconds would leave one thread with three, the other with two.
    assert parts(25.0, 300_000, 2) == 6
    # Longer runs have longer parts, up to half a minute.
    assert parts(160.0, 1_000_000, 2) == 8
    assert parts(48_000.0, 100_000_000, 2) == 1_600
    # Many threads, and a run that is short for them.
    assert parts(1_000.0, 40_000_000, 500) == 500
    assert parts(1e9, 10**13, 2) == quincunx.dask._MOST


def test_parts_are_cut_so_that_little_is_simulated_again() -> None:
    def again(trials: float, per_block: int) -> float:
        """Tell the share of a part that it simulates again, as docs/cluster.md says it."""
        pilot = math.ceil(2048 / per_block) * per_block
        while 8 * 16 * pilot <= trials:
            pilot *= 16
        return pilot / trials

    # Half a minute would be 625,000 trials: 610 blocks, which simulate the first 32 again.
    assert again(625_000, 1024) > 0.05
    assert quincunx.dask._parts_of(4_800.0, 100_000_000, 2, 1024) == math.ceil(100_000_000 / (255 * 1024))
    for per_block in (16, 1024, 4096, 100_000):
        for step in range(200):
            trials = 20 * per_block * 1.1**step
            cut = quincunx.dask._without_much_again(trials, per_block)
            assert trials / 3.25 < cut <= trials
            if trials > 300 * max(per_block, 2048):
                assert again(cut, per_block) < 0.045


def test_how_long_a_trial_takes_does_not_count_the_start_of_the_program(cluster: Cluster) -> None:
    plan = quincunx.dask._Plan(quincunx.plan(PORT, "port.plan", parts=1, trials=4 * 1024).read_bytes())
    with quincunx.dask._Job(cluster.client) as job:
        before = time.monotonic()
        each = job.seconds_per_trial(plan)
        taken = time.monotonic() - before
    assert 0 < each * plan.trials < taken
