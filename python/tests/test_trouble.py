"""Workers on machines of their own, a network that is cut, and a full disk: they cost time, not a byte.

Each machine is a network namespace of Linux, with an address of its own; a bridge in a third one joins them. That takes root; without it the tests
say that they were skipped.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import VALLEY
from test_dask import COMMAND, SCRIPT

import quincunx

#: Seconds after which a test fails instead of waiting.
PATIENCE = 90
#: Dask takes a worker for lost after seconds, not minutes.
LOST_SOON = {
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "5s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "15s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
}


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


def wait_for(what: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.05)


class Network:
    """A hub with the scheduler and the client, and machines with a worker each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.spaces: list[str] = []
        self.hub = self.space("hub")
        ip("-n", self.hub, "link", "add", "bridge", "type", "bridge")
        ip("-n", self.hub, "address", "add", "10.213.0.1/24", "dev", "bridge")
        ip("-n", self.hub, "link", "set", "bridge", "up")
        program = folder / "program"
        program.write_text(SCRIPT.replace("FOLDER", str(folder)).replace("PROGRAM", str(quincunx.find_program())))
        program.chmod(0o755)
        self.environment = {**os.environ, **LOST_SOON, "QUINCUNX_PROGRAM": str(program)}

    def space(self, name: str) -> str:
        space = f"quincunx-{os.getpid()}-{name}"
        ip("netns", "add", space)
        self.spaces.append(space)
        ip("-n", space, "link", "set", "lo", "up")
        return space

    def start(self, space: str, *words: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            command = ["ip", "netns", "exec", space, *words]
            process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def dask(self, space: str, kind: str, *words: str) -> "subprocess.Popen[bytes]":
        return self.start(space, sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, "--no-dashboard")

    def machine(self, number: int) -> None:
        """Start a machine with a worker."""
        space = self.space(str(number))
        ip("-n", self.hub, "link", "add", f"to{number}", "type", "veth", "peer", "name", "wire", "netns", space)
        ip("-n", self.hub, "link", "set", f"to{number}", "master", "bridge", "up")
        ip("-n", space, "address", "add", f"10.213.0.{number}/24", "dev", "wire")
        ip("-n", space, "link", "set", "wire", "up")
        scratch = str(self.folder / f"scratch-{number}")
        words = ["--host", f"10.213.0.{number}", "--nthreads", "1", "--no-nanny", "--local-directory", scratch]
        self.dask(space, "worker", "tcp://10.213.0.1:8786", *words)

    def wire(self, number: int, state: str) -> None:
        ip("-n", self.hub, "link", "set", f"to{number}", state)

    def command(self, plan: Path, out: Path) -> "subprocess.Popen[bytes]":
        words = [str(plan), "--scheduler", "tcp://10.213.0.1:8786", "--out", str(out), "--quiet"]
        return self.start(self.hub, sys.executable, COMMAND, *words)

    def begun(self) -> list[str]:
        file = self.folder / "begun"
        return file.read_text().split("\n")[:-1] if file.exists() else []

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        for space in self.spaces:
            subprocess.run(["ip", "netns", "delete", space], capture_output=True)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces take root and `ip`")
    one = None
    try:
        try:
            one = Network(tmp_path)
            one.dask(one.hub, "scheduler", "--host", "10.213.0.1", "--port", "8786")
            for number in (2, 3):
                one.machine(number)
            wait_for(lambda: (tmp_path / "log").read_text().count("Register worker addr") == 2)
        except OSError as error:
            pytest.skip(f"no network namespaces here: {error}")
        yield one
    finally:
        if one is not None:
            one.stop()


def parts_of(folder: Path) -> tuple[Path, bytes]:
    """Write a plan of nine parts; the bytes are those of its run in one process."""
    plan = quincunx.plan(VALLEY, folder / "valley.plan", parts=9, trials=9 * 1024, seed=5)
    alone = folder / "alone.json"
    quincunx.run(VALLEY, trials=9 * 1024, seed=5).save(alone)
    return plan, alone.read_bytes()


def ended(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    status = process.wait(PATIENCE)
    assert status == 0, (folder / "log").read_text()[-4000:]


def test_workers_on_other_machines_give_the_bytes_of_one_process_though_one_is_cut_off(network: Network, tmp_path: Path) -> None:
    plan, alone = parts_of(tmp_path)
    out = tmp_path / "out.json"
    wait = tmp_path / "wait"
    # Cut off for good, in the middle of a part: its part goes elsewhere.
    wait.touch()
    process = network.command(plan, out)
    wait_for(lambda: len(network.begun()) == 2)
    network.wire(3, "down")
    wait_for(lambda: "Remove worker addr: tcp://10.213.0.3" in (tmp_path / "log").read_text())
    wait.unlink()
    ended(process, tmp_path)
    assert out.read_bytes() == alone
    parts = [line.split()[0] for line in network.begun()]
    assert sorted(set(parts)) == [str(part) for part in range(1, 10)]
    assert len(parts) >= 10, "the part that was cut off was simulated again"


def test_a_network_that_is_cut_for_a_moment_costs_no_byte(network: Network, tmp_path: Path) -> None:
    plan, alone = parts_of(tmp_path)
    out = tmp_path / "out.json"
    wait = tmp_path / "wait"
    wait.touch()
    process = network.command(plan, out)
    wait_for(lambda: len(network.begun()) == 2)
    network.wire(3, "down")
    # Both finish their parts meanwhile, and one of them cannot say so.
    wait.unlink()
    time.sleep(2)
    assert process.poll() is None
    network.wire(3, "up")
    ended(process, tmp_path)
    assert out.read_bytes() == alone


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"a small file system takes root: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_part_on_a_full_disk_is_refused_and_made_when_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    plan, alone = parts_of(tmp_path)
    parts = small_disk / "parts"
    parts.mkdir()
    filling = small_disk / "filling"
    with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    with pytest.raises(quincunx.RunError, match="No space left on device"):
        quincunx.shard(plan, index=1, dir=parts)
    # Neither a part nor what was begun of one.
    assert list(parts.iterdir()) == []
    assert quincunx.status(plan, parts)["missing"] == list(range(1, 10))
    filling.unlink()
    written = 0
    for index in range(1, 10):
        try:
            quincunx.shard(plan, index=index, dir=parts)
            written += 1
        except quincunx.RunError as error:
            assert "No space left on device" in str(error)  # noqa: PT017 - the disk may take all parts, or some
    status = quincunx.status(plan, parts)
    assert (len(status["done"]), status["damaged"]) == (written, [])
    assert written > 0
    # The rest has room elsewhere.
    whole = tmp_path / "whole"
    shutil.copytree(parts, whole)
    for index in status["missing"]:
        quincunx.shard(plan, index=index, dir=whole)
    out = tmp_path / "merged.json"
    quincunx.merge(plan, whole).save(out)
    assert out.read_bytes() == alone
