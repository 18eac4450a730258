"""What the tests share: shipped scenarios, and runs that several tests look at."""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

import quincunx

ROOT = Path(__file__).resolve().parents[2]
PORT = ROOT / "scenarios" / "port_strike.json"

#: Small, without warnings, with something of everything that tables have to hold.
VALLEY = {
    "format": 2,
    "name": "valley",
    "title": "A dispute over water",
    "start": "2026-01-01",
    "horizon": "12 months",
    "step": "1 month",
    "run": {"trials": 2048, "seed": 3, "quantiles": [0.1, 0.9]},
    "parameters": {"haste": {"uniform": [0.2, 0.6]}},
    "trends": {"dry": {"weight": 0.7}, "wet": {"weight": 0.3}},
    "phases": {"dispute": {"start": True}, "accord": {}},
    "states": {
        "mood": {
            "values": {"calm": {"start": True}, "angry": {}},
            "moves": {"calm": {"angry": {"rate": 1, "per": "year"}}},
        }
    },
    "indicators": {"level": {"start": 1, "drift": "0.5 * (1 - level)", "volatility": 0.2, "range": [0, None]}},
    "events": {"deal": {"hazard": {"rate": "haste", "per": "year"}, "limit": 1, "effects": [{"phase": "accord"}]}},
    "groups": {"any": {"title": "Any accord"}},
    "outcomes": [
        {"name": "accord", "when": "phase == accord", "group": "any"},
        {"name": "dispute", "when": "phase == dispute"},
    ],
    "metrics": {"least": {"value": "lowest(level)", "full": True}, "deal_at": "first(deal)"},
    "questions": {
        "soon": {"ever": "phase == accord", "by": "2026-07-01"},
        "if_angry": {"holds": "phase == accord", "given": "mood == angry"},
    },
}


#: Seconds that a test may take, with the fixtures that it is the first to ask for.
LIMIT = int(os.environ.get("QUINCUNX_TEST_LIMIT", "600"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End a test that hangs, under its name, with what all threads do; where there is no alarm, only tell."""
    text = f"{item.nodeid} has taken more than {LIMIT} seconds"

    def end(_number: int, _frame: FrameType | None) -> None:
        sys.__stderr__.write(f"\n{text}\n")
        faulthandler.dump_traceback(file=sys.__stderr__)
        pytest.fail(text)

    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        return (yield)
    before = signal.signal(signal.SIGALRM, end)
    # Again and again: what hangs may be caught where it does not end.
    signal.setitimer(signal.ITIMER_REAL, LIMIT, LIMIT)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def port() -> quincunx.RunResult:
    return quincunx.run(PORT, trials=2048, trials_out=True)


@pytest.fixture(scope="session")
def valley() -> quincunx.RunResult:
    return quincunx.run(VALLEY, trials_out=True)
