"""Ctrl-C, and what is left when Python goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import PORT

import quincunx

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")

ENDLESS = f"""
import quincunx
def told(done, total):
    print("going", flush=True)
try:
    quincunx.run({str(PORT)!r}, until="0.0001pp", progress=told)
except quincunx.Interrupted as stop:
    assert isinstance(stop, KeyboardInterrupt)
    print("stopped", stop.result and stop.result.json["run"]["trials"], stop.result and stop.result.interrupted, flush=True)
"""


def started(script: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "going\n"
    return process


def children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append(int(folder.name))
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ctrl_c_ends_the_run_and_keeps_what_was_simulated() -> None:
    process = started(ENDLESS)
    # To all of the group, as a terminal and a notebook send it. A run that saw it, too, would be told twice, and end with nothing.
    (child,) = children(process.pid)
    assert os.getpgid(child) != process.pid
    os.killpg(process.pid, signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    word, trials, interrupted = told.strip().splitlines()[-1].split()
    assert (word, interrupted) == ("stopped", "True")
    assert int(trials) > 0
    assert process.returncode == 0


def test_who_does_not_catch_it_sees_a_keyboard_interrupt() -> None:
    process = started(
        f"import quincunx\nquincunx.run({str(PORT)!r}, until='0.0001pp', progress=lambda *_: print('going', flush=True))\nprint('went on')"
    )
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    assert "went on" not in told
    assert process.returncode not in (0, None)


def test_no_run_outlives_python() -> None:
    process = started(ENDLESS)
    (child,) = children(process.pid)
    process.kill()
    process.communicate(timeout=60)
    until = time.monotonic() + 40
    while is_running(child):
        assert time.monotonic() < until, "the run goes on"
        time.sleep(0.05)


def test_an_error_of_the_caller_ends_the_run() -> None:
    def angry(done: int, total: int | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        quincunx.run(PORT, until="0.0001pp", progress=angry)
    assert not any(is_running(pid) for pid in children(os.getpid()))


def test_threads_other_than_the_first_can_run() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda seed: quincunx.run(PORT, trials=8192, seed=seed), [1, 1])
    assert one.json == two.json


def test_the_handler_of_ctrl_c_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    quincunx.check(PORT)
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_ends_what_has_no_result_too(tmp_path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho going >&2\nexec sleep 30\n")
    program.chmod(0o755)
    script = f"""
import os, signal, threading, time
import quincunx
os.environ["QUINCUNX_PROGRAM"] = {str(program)!r}
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    quincunx.check({str(PORT)!r})
except quincunx.Interrupted:
    print("stopped")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "stopped\n"
