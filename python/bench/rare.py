"""What `run --rare` gains over plain trials at equal processor time, at about one in a million.

    python python/bench/rare.py              # the table of docs/method.md
    python python/bench/rare.py --seeds 5    # the median of so many runs of each

Prints a table in Markdown. QUINCUNX_PROGRAM names the program (`cargo build --release`); nothing else is needed. One thread; times are of the
processor, of the whole command with its start-up and pilot, so the machine may do other things beside.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = os.environ.get("QUINCUNX_PROGRAM", str(ROOT / "target/release/quincunx"))
#: Plain trials that are timed.
PLAIN = 400_000


def scenario(years: float, step: float, sections: dict[str, Any]) -> dict[str, Any]:
    return {"format": 1, "name": "rare", "start": "2001-01-01", "horizon": years, "step": step, "phases": {"running": {"start": True}}} | sections


def chain(case: dict[str, Any]) -> dict[str, Any]:
    """A birth-death chain of the oracle."""
    of, model = case["params"], case["model"]
    up, down = f"if(x < 6, {of.get('up')}, 0)", f"if(x > 0 and x < 6, {of.get('down')}, 0)"
    if model.startswith("immigration"):
        up, down = str(of["alpha"]), f"{of['mu']} * x"
    elif model.startswith("arrivals"):
        up, down = str(of["arrival"]), f"if(x > 0, {of['service']}, 0)"
    elif model.startswith("linear"):
        up, down = f"{of['birth']} * x", f"{of['death']} * x"
    steps = [("up", up, 1), ("down", down, -1)]
    sections = {
        "indicators": {"x": {"start": case["x0"]}},
        "events": {name: {"hazard": rate, "effects": [{"add": "x", "by": by}]} for name, rate, by in steps},
        "outcomes": [{"name": "reached", "when": f"ever(x >= {case['level']})"}],
    }
    return scenario(case["T"], 0.25, sections)


def cases() -> list[tuple[str, float, dict[str, Any]]]:
    walk = {"indicators": {"x": {"start": 0, "volatility": 1}}, "outcomes": [{"name": "reached", "when": "x >= 4.753424"}]}
    row = {
        "events": {
            "first": {"hazard": 0.02, "limit": 1},
            "second": {"hazard": 0.02, "if": "ever(first)", "limit": 1},
            "third": {"hazard": 0.02, "if": "ever(second)", "limit": 1},
        },
        "outcomes": [{"name": "reached", "when": "ever(third)"}],
    }
    oracle = json.loads((ROOT / "tests/oracles/analytic/rare-events.json").read_text())
    chains = {case["id"]: case for case in oracle["cases"]}
    names = [
        ("six rungs of a ladder", "ladder-6"),
        ("immigration and death to 22", "immigration-death-L22"),
        ("one server to 22", "mm1-L22"),
        ("linear birth and death to 20", "birth-death-linear-L20"),
    ]
    return [
        ("a walk at its end, 50 steps", 1.0e-6, scenario(1.0, 0.02, walk)),
        ("three events in a row, 50 steps", 1.313492448e-6, scenario(1.0, 0.02, row)),
        *((name, chains[key]["probability"], chain(chains[key])) for name, key in names),
    ]


def timed(*arguments: str) -> tuple[dict[str, Any], float]:
    """The result of a run, and its processor time in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([PROGRAM, "run", *arguments, "--threads", "1", "--quiet", "--format", "json"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(done.stdout), after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured(file: str, exact: float, seed: int) -> tuple[float, float, float, float]:
    """Seconds of a plain trial and of one of `--rare`, gain at equal time, and standard errors off the truth."""
    plain, seconds = timed(file, "--trials", str(PLAIN), "--seed", str(seed))
    of_plain = seconds / plain["run"]["trials"]
    rare, seconds = timed(file, "--rare", "reached", "--seed", str(seed))
    error, trials = rare["std_error"], rare["trials"]
    gain = exact * (1 - exact) * of_plain / (error * error * seconds)
    return of_plain, seconds / trials, gain, (rare["probability"] - exact) / error


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=5)
    seeds = asked.parse_args().seeds
    print("| | p | a plain trial | a trial of `--rare` | gain at equal time | least |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, exact, file) in enumerate(cases()):
            path = Path(folder) / f"{number}.json"
            path.write_text(json.dumps(file))
            rows = [measured(str(path), exact, seed) for seed in range(1, seeds + 1)]
            plain, each, gain, _ = (statistics.median(row[i] for row in rows) for i in range(4))
            least, furthest = min(row[2] for row in rows), max(abs(row[3]) for row in rows)
            print(f"| {name} | {exact:.1e} | {plain * 1e6:.1f} µs | {each * 1e6:.1f} µs | {gain:.0f} | {least:.0f} |", flush=True)
            if furthest > 5:
                raise SystemExit(f"{name}: {furthest:.1f} standard errors off the truth")


if __name__ == "__main__":
    main()
