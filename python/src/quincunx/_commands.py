"""The commands as functions: each keyword is an option of the command line."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from ._errors import Finding, Interrupted, QuincunxError, UsageError
from ._program import Done, call
from ._progress import Progress, watching
from ._results import (
    CompareResult,
    DiscoverResult,
    ExplainResult,
    FlipResult,
    GivenResult,
    NearMissesResult,
    Order,
    PathwaysResult,
    RareResult,
    Result,
    ReweightResult,
    RunResult,
    SensitivityResult,
    SweepResult,
    TraceResult,
    TripwiresResult,
    read_trials,
)
from ._scenario import Scenario, ScenarioLike, opened, set_options, setting, to_json

Settings = Mapping[str, Any]
Names = str | Sequence[str]
StrPath = str | os.PathLike[str]
Design = Literal["padded", "random"]
R = TypeVar("R", bound=Result)

#: The exit status where parts are missing.
_INCOMPLETE = 3


class RunWarning(UserWarning):
    """What the program warns of: a result that may not mean what its reader thinks."""


def run(
    scenario: ScenarioLike | None = None,
    *,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    until: str | None = None,
    trials_out: bool | StrPath = False,
    summary: StrPath | None = None,
    resume: StrPath | None = None,
    grow: StrPath | None = None,
    checkpoint: float | None = None,
    report: StrPath | None = None,
    brief: bool = False,
    charts: StrPath | None = None,
    only: Names = (),
    events: Names = (),
    order: Order | None = None,
    progress: Progress = None,
) -> RunResult:
    """Simulate a scenario.

    `until` is an error such as "0.1pp", at which the run ends. With `trials_out=True` the trials are kept as `result.trials`; a path that ends in
    .csv is where they are written besides. `report` and `charts` write a page and pictures, as the methods of the result do later;
    with `order="file"` outcomes and trends stand in them as in the file.

    `summary` is a file in which the run is also kept, every few seconds (`checkpoint`) and at its end. `resume` goes on with the run that such a
    file keeps, and `grow` adds trials to it, up to `trials` in all; neither takes a scenario, for that is in the file.
    """
    with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
        kept: str | None = None
        if trials_out is True:
            kept = os.path.join(folder, "trials.csv")
        elif trials_out is not False:
            kept = os.fspath(trials_out)
        options = _options(
            **_size(trials, draws, seed, threads, design),
            until=until,
            trials_out=kept,
            **_paths(summary=summary, resume=resume, grow=grow),
            checkpoint=checkpoint,
            **_pictures(report, brief, charts, only, events),
            order=order,
        )
        if scenario is None and resume is None and grow is None:
            raise UsageError("there is no scenario to run")
        done = _simulated("run", [] if scenario is None else [scenario], set, options, progress)
        rows = read_trials(kept) if kept and kept.endswith(".csv") and done.output and os.path.exists(kept) else None
        return _finished(done, lambda data: RunResult(data, rows))


def compare(
    *scenarios: ScenarioLike,
    variant: Mapping[str, Settings] | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    until: str | None = None,
    report: StrPath | None = None,
    brief: bool = False,
    charts: StrPath | None = None,
    only: Names = (),
    events: Names = (),
    progress: Progress = None,
) -> CompareResult:
    """Run scenarios under common random numbers, and tell what differs from the first.

    `variant` has further ones by their names: `{"hasty": {"trends.slump.weight": 0.8}}` is the first with this value. With one scenario, `set`
    makes the second of it; with several, it changes them all.
    """
    variants = [f"{name}:{setting(path, to)}" for name, own in (variant or {}).items() for path, to in own.items()]
    options = _options(
        variant=variants,
        **_size(trials, draws, seed, threads, design),
        until=until,
        **_pictures(report, brief, charts, only, events),
    )
    done = _simulated("compare", _compared(scenarios), set, options, progress)
    return _finished(done, CompareResult)


def explain(
    *scenarios: ScenarioLike,
    of: Names = (),
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> ExplainResult:
    """Split the difference between two scenarios, or what several settings make of one, among the edits that make it (`compare --explain`).

    Paths of result files are taken too: another seed and another version of the engine then have rows of their own.
    """
    options = _options(explain=True, of=_joined(of), **_size(trials, draws, seed, threads, design), report=report)
    return _finished(_simulated("compare", _compared(scenarios), set, options, progress), ExplainResult)


def sweep(
    scenario: ScenarioLike,
    *,
    vary: Mapping[str, str | Iterable[Any]] | None = None,
    variant: Mapping[str, Settings] | Sequence[StrPath] | None = None,
    lhs: int | None = None,
    of: Names = (),
    until: str | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    charts: StrPath | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> SweepResult:
    """Vary inputs of a scenario, under common random numbers.

    `vary` has the values of each path: a list, or a range as the command line writes it, "0.3..0.6:7". `variant` has whole variants: their settings
    by name, or files. `until` is an equation, such as "outcomes.ceasefire = 0.2", that is solved for the one input.
    """
    options = _options(
        **_inputs(vary, variant, lhs, of),
        until=until,
        **_size(trials, draws, seed, threads, design),
        charts=charts,
        report=report,
    )
    return _finished(_simulated("sweep", [scenario], set, options, progress), SweepResult)


def given(
    scenario: ScenarioLike,
    condition: str,
    *,
    trials_in: StrPath | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    until: str | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> GivenResult:
    """Simulate a scenario, and tell everything again among the trials in which a condition held, and among the others.

    With `trials_in`, the file of trials of a finished run, nothing is simulated; `scenario` may then be the result file of that run.
    """
    options = _options(trials_in=trials_in, **_size(trials, draws, seed, threads, design), until=until, report=report)
    done = _simulated("given", [scenario], set, options, progress, [condition])
    return _finished(done, GivenResult)


def sensitivity(
    scenario: ScenarioLike,
    *,
    of: Names = (),
    method: Literal["given-data", "sobol", "morris"] | None = None,
    tornado: bool = False,
    trials_in: StrPath | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> SensitivityResult:
    """Tell which uncertain inputs a result hangs on, and how much of it is chance.

    With `trials_in`, the file of trials of a finished run, nothing is simulated; `scenario` may then be the result file of that run.
    """
    options = _options(
        of=_listed(of), method=method, tornado=tornado, trials_in=trials_in, **_size(trials, draws, seed, threads, design), report=report
    )
    return _finished(_simulated("sensitivity", [scenario], set, options, progress), SensitivityResult)


def tripwires(
    scenario: ScenarioLike,
    *,
    of: str | None = None,
    by: str | Sequence[Any] = (),
    top: int | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> TripwiresResult:
    """Tell what to watch: which observations, by which days, best tell the futures with an outcome from the others."""
    days = [to_json(day).strip('"') for day in ([by] if isinstance(by, str) else by)]
    options = _options(of=of, by=days, top=top, **_size(trials, draws, seed, threads, design), report=report)
    return _finished(_simulated("tripwires", [scenario], set, options, progress), TripwiresResult)


def trace(
    scenario: ScenarioLike,
    *,
    trial: int | None = None,
    outcome: str | None = None,
    typical: int | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> TraceResult:
    """Replay a trial of a run, or with `outcome` typical trials that end so."""
    options = _options(
        trial=trial,
        outcome=outcome,
        typical=typical,
        **_size(trials, draws, seed, threads, design),
        report=report,
    )
    return _finished(_simulated("trace", [scenario], set, options, progress), TraceResult)


def near_misses(
    scenario: ScenarioLike,
    outcome: str,
    *,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> NearMissesResult:
    """Tell how many trials of an outcome, or of a group of outcomes, were one event away from ending otherwise (`trace --near-misses`)."""
    options = _options(outcome=outcome, near_misses=True, **_size(trials, draws, seed, threads, design), report=report)
    return _finished(_simulated("trace", [scenario], set, options, progress), NearMissesResult)


def pathways(
    scenario: ScenarioLike,
    *,
    outcome: str | None = None,
    through: Names = (),
    depth: int | None = None,
    least: str | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> PathwaysResult:
    """Tell the ways that trials take, by the order of their turning points (`trace --pathways`). `least` is a share such as "2%"."""
    options = _options(
        pathways=True,
        outcome=outcome,
        through=_joined(through),
        depth=depth,
        least=least,
        **_size(trials, draws, seed, threads, design),
        report=report,
    )
    return _finished(_simulated("trace", [scenario], set, options, progress), PathwaysResult)


def discover(
    scenario: ScenarioLike,
    *,
    of: str | None = None,
    boxes: int | None = None,
    density: str | None = None,
    early: str | Sequence[Any] = (),
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> DiscoverResult:
    """Find the ranges of assumptions that lead to an outcome, a group or a question. `density` is a chance such as "30%".

    With `early`, one day or several, events, phases and numbers by these days are looked at too, future by future.
    """
    days = [to_json(day).strip('"') for day in ([early] if isinstance(early, str) else early)]
    options = _options(of=of, boxes=boxes, density=density, early=days, **_size(trials, draws, seed, threads, design), report=report)
    return _finished(_simulated("discover", [scenario], set, options, progress), DiscoverResult)


def flip(
    scenario: ScenarioLike,
    *,
    of: str | None = None,
    within: float | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    report: StrPath | None = None,
    progress: Progress = None,
) -> FlipResult:
    """Find the smallest change of parameters or a start weight that makes another outcome or group the likeliest (`discover --flip`).

    `within` is how far is looked, in prior standard deviations.
    """
    options = _options(flip=True, of=of, within=within, **_size(trials, draws, seed, threads, design), report=report)
    return _finished(_simulated("discover", [scenario], set, options, progress), FlipResult)


def rare(
    scenario: ScenarioLike,
    name: str,
    *,
    set: Settings | None = None,
    trials: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress = None,
) -> RareResult:
    """Estimate the probability of an outcome, a group or a question, however rare, or bound it (`run --rare`). `trials` is a limit."""
    options = _options(rare=name, trials=trials, seed=seed, threads=threads)
    return _finished(_simulated("run", [scenario], set, options, progress), RareResult)


def reweight(result: RunResult, weights: Mapping[str, float]) -> ReweightResult:
    """Give a finished run other start weights of the trends, without simulating. Trends that are not named share what is left."""
    words = [f"{name}={to_json(weight)}" for name, weight in weights.items()]
    with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
        path = os.path.join(folder, "result.json")
        result.save(path)
        done = call(["reweight", path, *_options(weights=words), "--format=json"], names={path: "<result>"})
    return _finished(done, ReweightResult)


def check(*scenarios: ScenarioLike, set: Settings | None = None) -> list[Finding]:
    """Find every error and warning of scenarios, with file, line and column, without running them. Nothing is raised for them."""
    found: list[Finding] = []
    for scenario in scenarios:
        one = Scenario(scenario, set=set)
        with one.file() as (file, names):
            done = call(["check", file, "--format=json", *set_options(one.settings)], names=names)
        if done.interrupts or done.status not in (0, 2) or not done.output:
            done.check()
        found += [Finding.of(stated, names) for stated in json.loads(done.output)]
    return found


def plan(
    scenario: ScenarioLike,
    path: StrPath,
    *,
    parts: int,
    vary: Mapping[str, str | Iterable[Any]] | None = None,
    variant: Mapping[str, Settings] | Sequence[StrPath] | None = None,
    lhs: int | None = None,
    of: Names = (),
    method: Literal["given-data", "sobol", "morris"] | None = None,
    tornado: bool = False,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    until: str | None = None,
) -> Path:
    """Cut a run into parts that any machine can simulate, and write the plan of them to `path`; the answer is that path.

    With `vary` or `variant` it is a plan of a sweep, with the keywords of `sweep`; `merge_sweep` joins its parts. With `method` or `tornado` it is
    one of an analysis of sensitivity, with the keywords of `sensitivity`, for `merge_sensitivity`. With `until` there are rounds of parts: `status`
    has those that are `missing` from the next one, and `enough` once the run has ended.
    """
    size = _size(trials, draws, seed, threads, design)
    options = _options(parts=parts, until=until, method=method, tornado=tornado, **_inputs(vary, variant, lhs, of), **size, **_paths(out=path))
    _ended(_simulated("plan", [scenario], set, options, False, formats=()))
    return Path(path)


def shard(
    source: ScenarioLike,
    path: StrPath | None = None,
    *,
    index: int | None = None,
    dir: StrPath | None = None,
    part: str | None = None,
    set: Settings | None = None,
    trials: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    design: Design | None = None,
    progress: Progress = None,
) -> None:
    """Simulate a part, and keep it as a summary file.

    Of a plan, `index` says which, from 1 on, and `dir` is the folder of the parts; a part that is there already is not simulated again.
    Of a scenario, `part` is such as "1/4", and `path` the file.
    """
    options = _options(index=index, part=part, **_size(trials, draws, seed, threads, design), **_paths(dir=dir, out=path))
    _ended(_simulated("shard", [source], set, options, progress, formats=()))


def status(plan: StrPath, dir: StrPath) -> dict[str, Any]:
    """Tell which parts of a plan are `done`, `missing` or `damaged` (with file and reason), counted from 1, and how many `parts` there are.

    They are judged by their files in the folder `dir`.
    """
    done = call(["status", "--format=json", "--", os.fspath(plan), os.fspath(dir)])
    if done.status != _INCOMPLETE:
        done.check()
    told: dict[str, Any] = json.loads(done.output)
    return told


def merge(
    *files: StrPath,
    summary: StrPath | None = None,
    report: StrPath | None = None,
    brief: bool = False,
    charts: StrPath | None = None,
    only: Names = (),
    events: Names = (),
    order: Order | None = None,
) -> RunResult:
    """Join the parts of a run: summary files in any order, or a plan and the folder of its parts. What is missing is a `RunError` that names it."""
    options = _options(**_paths(summary=summary), **_pictures(report, brief, charts, only, events), order=order)
    return _finished(call(["merge", *options, "--format=json", "--", *(os.fspath(file) for file in files)]), RunResult)


def emit(
    scheduler: Literal["slurm"],
    plan: StrPath,
    *,
    dir: StrPath | None = None,
    result: StrPath | None = None,
    tasks: int | None = None,
    time: str | int | None = None,
    threads: int | None = None,
) -> str:
    """Write a script with which a scheduler of jobs simulates the parts of a plan and joins them: its text, to be saved and started with bash."""
    options = _options(tasks=tasks, time=time, threads=threads, **_paths(dir=dir, result=result))
    done = call(["emit", *options, "--", scheduler, os.fspath(plan)])
    _ended(done)
    return os.fsdecode(done.output)


def merge_sweep(plan: StrPath, dir: StrPath, *, report: StrPath | None = None, charts: StrPath | None = None) -> SweepResult:
    """Join the parts of a sweep: a plan of one, and the folder of its parts. What is missing is a `RunError` that names it."""
    options = _options(**_paths(report=report, charts=charts))
    return _finished(call(["merge", *options, "--format=json", "--", os.fspath(plan), os.fspath(dir)]), SweepResult)


def merge_sensitivity(plan: StrPath, dir: StrPath, *, report: StrPath | None = None) -> SensitivityResult:
    """Join the parts of an analysis of sensitivity: a plan of one, and the folder of its parts. What is missing is a `RunError` that names it."""
    options = _options(**_paths(report=report))
    return _finished(call(["merge", *options, "--format=json", "--", os.fspath(plan), os.fspath(dir)]), SensitivityResult)


def _ended(done: Done) -> None:
    """Raise what happened to a command that gives nothing back."""
    if done.interrupts or done.status == 130:
        raise Interrupted()
    done.check()


def _simulated(
    command: str,
    scenarios: Sequence[ScenarioLike],
    set: Settings | None,
    options: Sequence[str],
    progress: Progress,
    after: Sequence[str] = (),
    formats: Sequence[str] = ("--format=json",),
) -> Done:
    with (
        opened([Scenario(one) for one in scenarios], set) as (files, sets, names),
        watching(progress, command) as watcher,
    ):
        words = [command, *options, *sets, *formats, *(["--"] if files else []), *files, *after]
        return call(words, names=names, watcher=watcher)


def _finished(done: Done, kind: Callable[[bytes], R]) -> R:
    """Make a result, or raise what happened instead."""
    if done.interrupts or done.status == 130:
        raise Interrupted(kind(done.output) if done.status in (0, 130) and done.output else None)
    done.check()
    for warning in done.warnings:
        # The caller's line is that of the function that was called.
        warnings.warn(warning, RunWarning, stacklevel=3)
    return kind(done.output)


def _options(**options: Any) -> list[str]:
    """Write options: True is a flag, a list repeats, what is None, False or empty is left out."""
    words = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            words.append(option)
        elif isinstance(value, list):
            words += [f"{option}={one}" for one in value]
        elif value is not None and value is not False:
            words.append(f"{option}={os.fspath(value) if isinstance(value, os.PathLike) else value}")
    return words


def _size(trials: int | None, draws: int | None, seed: int | None, threads: int | None, design: str | None) -> dict[str, Any]:
    return {"trials": trials, "draws": draws, "seed": seed, "threads": threads, "design": design}


def _paths(**paths: StrPath | None) -> dict[str, str | None]:
    return {name: None if path is None else os.fspath(path) for name, path in paths.items()}


def _pictures(report: StrPath | None, brief: bool, charts: StrPath | None, only: Names, events: Names) -> dict[str, Any]:
    return {"report": report, "brief": brief, "charts": charts, "only": _joined(only), "events": _joined(events)}


def _listed(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _joined(names: Names) -> str | None:
    return ",".join(_listed(names)) or None


def _inputs(
    vary: Mapping[str, str | Iterable[Any]] | None, variant: Mapping[str, Settings] | Sequence[StrPath] | None, lhs: int | None, of: Names
) -> dict[str, Any]:
    variants: list[str] = []
    if isinstance(variant, Mapping):
        variants = [f"{name}:{setting(path, to)}" for name, own in variant.items() for path, to in own.items()]
    elif variant:
        variants = [os.fspath(path) for path in variant]
    return {"vary": [_varied(path, values) for path, values in (vary or {}).items()], "variant": variants, "lhs": lhs, "of": _joined(of)}


def _varied(path: str, values: str | Iterable[Any]) -> str:
    """Write what `--vary` takes: a range as it is, values with commas between them."""
    if isinstance(values, str):
        return f"{path}={values}"
    texts = [to_json(value) for value in values]
    if not texts:
        raise UsageError(f"there are no values to vary {path} over")
    return f"{path}={','.join(texts)}"


def _compared(scenarios: Sequence[ScenarioLike]) -> Sequence[ScenarioLike]:
    if not scenarios:
        raise UsageError("there is no scenario to compare")
    return scenarios


__all__ = [
    "QuincunxError",
    "RunWarning",
    "check",
    "compare",
    "discover",
    "emit",
    "explain",
    "flip",
    "given",
    "merge",
    "merge_sensitivity",
    "merge_sweep",
    "near_misses",
    "pathways",
    "plan",
    "rare",
    "reweight",
    "run",
    "sensitivity",
    "shard",
    "status",
    "sweep",
    "trace",
    "tripwires",
]
