"""What commands give back: the JSON of the program, its lists as tables, and pictures of it in a notebook."""

from __future__ import annotations

import csv
import html
import importlib.util
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ._errors import QuincunxError, UsageError
from ._flatten import Flattener, Rows, flattened
from ._program import call
from ._tables import Table, column

if TYPE_CHECKING:
    import pandas as pd

#: Days in a year, as the program counts them.
DAYS_OF_YEAR = 365.25
#: What comes first in a page and in charts.
Order = Literal["likeliest", "file"]
#: The version of result files that this package reads.
FORMAT = 1
#: Pixels of a page in a notebook.
_HEIGHT = 640

#: Independent randomisations of the design; draw k belongs to replicate k mod 16.
REPLICATES = 16
#: 97.5% quantiles of Student's t by degrees of freedom, from 1 (Fisher & Yates).
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)


class Estimate(NamedTuple):
    """A number with its simulation error: standard error, and 95% interval by Student's t."""

    value: float
    std_error: float
    low95: float
    high95: float


class Chart:
    """A chart of the report, as SVG; a notebook shows it."""

    def __init__(self, name: str, svg: str) -> None:
        self.name = name
        self.svg = svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as a file of SVG."""
        Path(path).write_text(self.svg, encoding="utf-8")

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"Chart({self.name!r})"


class Result:
    """A result: `json` has all of it, `tables` names its tables, and each of these is an attribute.

    An attribute such as `outcomes` is a DataFrame of pandas; without pandas it is a `Table`, which has columns, rows and a look, too. `table`
    gives the latter in any case.
    """

    #: The key of the table that is shown first.
    _main = ""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def json(self) -> dict[str, Any]:
        """The result as the program wrote it, parsed; its keys are in docs/reference.md."""
        parsed: dict[str, Any] = json.loads(self._data)
        if parsed.get("format") != FORMAT:
            raise QuincunxError(
                f"this package reads results of format {FORMAT}, and this one has {parsed.get('format')!r}: "
                "the program and the package have different versions"
            )
        return parsed

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return flattened(self.json)

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        return list(self._tables)

    def table(self, name: str) -> Table:
        """Give a table with columns of numpy."""
        if name not in self._tables:
            raise KeyError(f"no table is called {name!r}; there are {', '.join(self._tables)}")
        return self._tables[name]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> pd.DataFrame: ...

    else:

        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            if name not in self._tables:
                raise AttributeError(f"{type(self).__name__} has no table {name!r}; there are {', '.join(self._tables)}")
            return _framed(self._tables[name])

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._tables]

    @property
    def interrupted(self) -> bool:
        """Whether it was ended early, and rests on fewer trials than were asked for."""
        run = self.json.get("run", self.json)
        return bool(run.get("interrupted"))

    @property
    def scenario(self) -> dict[str, Any]:
        """The whole scenario, after `extends` and settings."""
        source: dict[str, Any] = self.json["scenario"]["source"]
        return source

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the result file, byte for byte what `--format json` writes; `load` reads it."""
        Path(path).write_bytes(self._data)

    def _title(self) -> str:
        scenario = self.json.get("scenario", {})
        return str(scenario.get("title") or scenario.get("name") or type(self).__name__)

    def _size(self) -> str:
        run = self.json.get("run")
        if not run:
            return ""
        early = ", ended early" if run.get("interrupted") else ""
        return f"{run['trials']:,} trials in {run['draws']:,} draws, seed {run['seed']}{early}"

    def _shown(self) -> Table:
        """Give the table for a first look, with fewer columns."""
        return self.table(self._main)

    def __repr__(self) -> str:
        head = [line for line in (self._title(), self._size()) if line]
        return "\n".join([*head, "", self._told()])

    def _told(self) -> str:
        return repr(self._shown())

    def _repr_html_(self) -> str:
        remarks = "".join(f"<li>{html.escape(remark)}</li>" for remark in self.json.get("remarks", []))
        return f"<p><strong>{html.escape(self._title())}</strong><br>{html.escape(self._size())}</p>{self._shown()._repr_html_()}" + (
            f"<ul>{remarks}</ul>" if remarks else ""
        )


class Drawn(Result):
    """A result that the program draws as a page with charts."""

    def _report(self, arguments: Sequence[str]) -> bytes:
        with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
            path = os.path.join(folder, "result.json")
            Path(path).write_bytes(self._data)
            done = call(["report", path, *arguments], names={path: "<result>"})
        done.check()
        return done.output

    def report(self, path: str | os.PathLike[str], *, brief: bool = False, events: Sequence[str] = (), order: Order | None = None) -> None:
        """Write the result as one page that can be sent, with `brief` only what it says at a glance.

        `events` are those whose incidence is drawn. With `order="file"` outcomes and trends stand as in the file, and not the likeliest first.
        """
        words = [f"--out={os.fspath(path)}", *(["--brief"] if brief else []), *([f"--order={order}"] if order else [])]
        self._report([*words, *([f"--events={','.join(events)}"] if events else [])])

    def charts(self, only: str | Sequence[str] = (), *, events: Sequence[str] = (), order: Order | None = None) -> dict[str, Chart]:
        """Draw the charts of the report: those of these names, or how names begin, or all."""
        names = [only] if isinstance(only, str) else list(only)
        with tempfile.TemporaryDirectory(prefix="quincunx-") as folder:
            words = ["--out=-", f"--charts={folder}"]
            words += [f"--only={','.join(names)}"] if names else []
            words += [f"--events={','.join(events)}"] if events else []
            words += [f"--order={order}"] if order else []
            self._report(words)
            files = sorted(Path(folder).glob("*.svg"))
            return {file.stem: Chart(file.stem, file.read_text(encoding="utf-8")) for file in files}

    @cached_property
    def _page(self) -> str:
        return self._report(["--out=-", "--brief"]).decode()

    def _repr_html_(self) -> str:
        """Show the brief page: headline, tables and charts. In a frame, so that it and the notebook do not style one another."""
        return (
            f'<iframe title="{html.escape(self._title())}" srcdoc="{html.escape(self._page)}" '
            f'style="width:100%;height:{_HEIGHT}px;border:0"></iframe>'
        )


class RunResult(Drawn):
    """What a run found."""

    _main = "outcomes"

    def __init__(self, data: bytes, trials: Table | None = None) -> None:
        super().__init__(data)
        self._trials = trials

    @property
    def trials(self) -> pd.DataFrame:
        """The trials, a row each: draw, parameters, start trend, outcome, metrics, first times.

        They are kept if the run was asked to, by `trials_out=True` or a path. Rows of one draw share their parameters, so an error that takes
        them for independent is wrong: `estimate` has the right one.
        """
        frame: pd.DataFrame = _framed(self.trials_table())
        return frame

    def trials_table(self) -> Table:
        """Give the same with columns of numpy."""
        if self._trials is None:
            raise UsageError("the trials were not kept: run with trials_out=True, or with a path that ends in .csv")
        return self._trials

    def estimate(self, statistic: Callable[[Any], float]) -> Estimate:
        """Estimate a number of your own from the trials, with its simulation error.

        `statistic` is given `trials` (or some of their rows) and answers a number. Its error is the spread over the 16 replicates of the
        design, which alone are independent of one another: trials of one draw share their parameters, and draws are spread evenly. A replicate
        in which the number is nan is left out. Let each replicate have enough trials for the number: its bias in a sixteenth of them is not in
        the error. The error of a run that ended by `until` is widened by a tenth, as its others are.
        """
        replicate = self.trials_table()["draw"] % REPLICATES
        trials = self.trials
        value = float(statistic(trials))
        parts = np.array([float(statistic(trials[replicate == m])) for m in range(REPLICATES)])
        parts = parts[~np.isnan(parts)]
        if len(parts) < 2:
            return Estimate(value, np.nan, np.nan, np.nan)
        error = float(parts.std(ddof=1) / np.sqrt(len(parts)))
        if self.json["run"]["stopped_by_precision"]:
            error *= 1.1
        reach = _STUDENT[len(parts) - 2] * error
        return Estimate(value, error, value - reach, value + reach)

    def dates_of(self, years: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """Turn years since the start, such as `first_time.EVENT` of the trials, into dates (`datetime64[D]`; nan becomes NaT)."""
        start = self.json["scenario"].get("start")
        if start is None:
            raise UsageError("a scenario without time has no dates")
        days = np.floor(np.asarray(years, dtype=float) * DAYS_OF_YEAR + 1e-6)
        return np.datetime64(start, "D") + days.astype("timedelta64[D]")

    def _shown(self) -> Table:
        return _few(self.table("outcomes" if len(self.table("outcomes")) else "metrics"))


class CompareResult(Drawn):
    """What several scenarios found under common random numbers, and what differs from the first.

    `differences` has all differences, with the `kind` of what differs and its `name`; `outcomes`, `groups`, `questions` and `metrics` have some.
    """

    _main = "differences"

    @cached_property
    def scenarios(self) -> list[RunResult]:
        """The result of each scenario, the base first."""
        return [RunResult(json.dumps(one).encode()) for one in self.json["scenarios"]]

    @property
    def interrupted(self) -> bool:
        """Whether it was ended early, and rests on fewer trials than were asked for."""
        return any(one["run"]["interrupted"] for one in self.json["scenarios"])

    @cached_property
    def _tables(self) -> dict[str, Table]:
        flat = Flattener()
        lists: dict[str, Rows] = {}
        every: Rows = []
        distances: Rows = []
        for pair in self.json["comparisons"]:
            labels = {"base_scenario": pair["base"], "other_scenario": pair["other"]}
            for key, rows in pair.items():
                if key == "distance":
                    distances.append((labels, rows))
                elif isinstance(rows, list):
                    called = "outcomes" if key == "differences" else key
                    named = [_renamed(row, "outcome", "name") for row in rows]
                    lists.setdefault(called, []).extend((labels, row) for row in named)
                    if key != "changes":
                        every.extend(({**labels, "kind": called.removesuffix("s")}, row) for row in named)
        flat.add("differences", every)
        for key, rows in lists.items():
            flat.add(key, rows)
        flat.add("distance", distances)
        flat.add("warnings", [({}, one) for one in self.json["warnings"]])
        return flat.tables

    def _title(self) -> str:
        return " and ".join(str(one["scenario"]["title"] or one["scenario"]["name"]) for one in self.json["scenarios"])

    def _size(self) -> str:
        return self.scenarios[0]._size()

    def _shown(self) -> Table:
        return _few(self.table("differences"))


class ExplainResult(Result):
    """A difference, split among the edits that make it: `parts`, and `numbers` with the totals."""

    _main = "parts"

    @cached_property
    def _tables(self) -> dict[str, Table]:
        tables = flattened(self.json)
        tables["parts"] = tables.pop("numbers_parts")
        return tables

    def _title(self) -> str:
        return f"{self.json['base']['name']} and {self.json['other']['name']}"


class SweepResult(Result):
    """Numbers of a scenario over values of its inputs: `points` has a row for each run and number, `base` the file as it is."""

    _main = "points"

    @cached_property
    def _tables(self) -> dict[str, Table]:
        result = self.json
        flat = Flattener()
        numbers = result["of"]
        paths = [axis["path"] for axis in result["axes"]]

        def rows(values: Sequence[Mapping[str, Any]], labels: Mapping[str, Any]) -> Rows:
            return [({**labels}, {**number, **value}) for number, value in zip(numbers, values, strict=True)]

        points: Rows = []
        for run, point in enumerate(result["points"], 1):
            points += rows(point["values"], {"run": run, **dict(zip(paths, point["at"], strict=True))})
        flat.add("points", points)
        flat.add("base", rows(result["base"], {"run": 0}))
        flat.add("axes", [({}, axis) for axis in result["axes"]])
        found = result.get("break_even")
        if found:
            labels = {"input": paths[0], "name": numbers[found["of"]]["name"], "target": found["target"]}
            flat.add("break_even", [(labels, crossing) for crossing in found["crossings"]])
        flat.add("warnings", [({}, one) for one in result["warnings"]])
        return flat.tables

    def _shown(self) -> Table:
        return _few(self.table("points"), extra=[axis["path"] for axis in self.json["axes"]])


class SensitivityResult(Result):
    """What numbers hang on: `targets` (chance and what is not known), `inputs` (indices), `effects` and `tornado`, if asked for."""

    _main = "targets"

    def _shown(self) -> Table:
        names = ("inputs", "effects", "tornado", "targets")
        return _few(next(self.table(name) for name in names if len(self._tables.get(name, ()))))


class GivenResult(Result):
    """Everything among the trials in which a condition held, and among the others: `outcomes`, `groups`, `questions`, `metrics`."""

    _main = "outcomes"

    def _title(self) -> str:
        share = self.json
        return f"{super()._title()}, given {share['condition']} ({share['probability']:.3g} ± {share['std_error'] or 0:.1g})"

    def _shown(self) -> Table:
        return _few(self.table("outcomes"), extra=["held_value", "held_std_error", "not_held_value", "not_held_std_error"])


class TripwiresResult(Result):
    """What to watch, and by when: `tripwires`."""

    _main = "tripwires"

    def _shown(self) -> Table:
        return _few(self.table("tripwires"), extra=["by", "sign", "threshold", "if_seen_value", "if_not_seen_value"])


class DiscoverResult(Result):
    """Ranges of assumptions that lead to an outcome: `boxes`, their `boxes_limits`, the `tree`, and the boxes on the way (`peeling`)."""

    _main = "boxes"

    def _shown(self) -> Table:
        extra = ["mass_value", "density_value", "coverage_value", "elsewhere_value", "detectable"]
        return _few(self._tables.get("boxes", Table({})), extra=extra)


class FlipResult(Result):
    """Changes of inputs that make another outcome the likeliest: `changes`, verified ones first, and what each holds (`changes_held`)."""

    _main = "changes"

    def _shown(self) -> Table:
        return _few(self._tables.get("changes", Table({})), extra=["distance", "set", "probability", "rival", "verified"])


class RareResult(Result):
    """The probability of something rare, or a bound: `estimate` has one row. `status` says which of the two it is."""

    _main = "estimate"

    @cached_property
    def _tables(self) -> dict[str, Table]:
        flat = Flattener()
        flat.add("estimate", [({}, {key: self.json[key] for key in self.json if key not in ("format", "tool", "scenario", "warnings")})])
        return {**flat.tables, **flattened(self.json)}

    @property
    def status(self) -> str:
        """`estimated`, or `not_settled`: then there is a bound alone."""
        return str(self.json["status"])

    def _shown(self) -> Table:
        return _few(self.table("estimate"), extra=["of", "status", "probability", "std_error", "low95", "high95", "at_most"])


class NearMissesResult(Result):
    """How many trials of an outcome were one event away from another: `ends`, and by event `events`."""

    _main = "events"

    def _shown(self) -> Table:
        return _few(
            self._tables.get("events", Table({})),
            extra=["event", "change", "possible_value", "possible_std_error", "turned_value", "turned_std_error"],
        )


class PathwaysResult(Result):
    """The ways that trials take: `branches` has a row for each, the one before it in `way`; `turning` says what counts as a turn."""

    _main = "branches"

    @cached_property
    def _tables(self) -> dict[str, Table]:
        result = self.json
        rows: Rows = []

        def walk(at: Mapping[str, Any], way: tuple[str, ...]) -> None:
            for branch in at["branches"]:
                own = (*way, branch["event"] or "no further one")
                rows.append(({"way": " > ".join(own), "turn": len(own)}, {key: branch[key] for key in branch if key not in ("branches", "others")}))
                walk(branch, own)
            if at["others"]:
                folded = {key: at["others"][key] for key in at["others"] if key != "distinct"}
                rows.append(({"way": " > ".join((*way, "others")), "turn": len(way) + 1}, folded))

        walk(result, ())
        flat = Flattener()
        flat.add("branches", rows)
        return {**flat.tables, **flattened(result, skipped=frozenset({"branches"}))}

    def _shown(self) -> Table:
        return _few(self._tables.get("branches", Table({})), extra=["way", "share_value", "share_std_error"])


class ReweightResult(Result):
    """A run under other start weights: `outcomes`, `groups`, `questions`, `metrics`, each with its difference from the run."""

    _main = "outcomes"

    def _shown(self) -> Table:
        return _few(self.table("outcomes"))


class TraceResult(Drawn):
    """One future (`happenings`, a row each), or typical ones (`stories`)."""

    @property
    def parameters(self) -> dict[str, float]:
        """Uncertain parameters as drawn for the one trial."""
        values: dict[str, float] = self.json["parameters"]
        return values

    @cached_property
    def _tables(self) -> dict[str, Table]:
        if "stories" not in self.json:
            return flattened(self.json)
        flat = Flattener()
        stories = [{key: one[key] for key in one if key != "story"} for one in self.json["stories"]]
        numbered = [{"story": i, "trial": one["story"]["trial"]} for i, one in enumerate(self.json["stories"])]
        flat.add("stories", list(zip(numbered, stories, strict=True)))
        happenings: Rows = []
        for labels, one in zip(numbered, self.json["stories"], strict=True):
            happenings += [(labels, happening) for happening in one["story"]["happenings"]]
        flat.add("happenings", happenings)
        return flat.tables

    def _title(self) -> str:
        return str(self.json["outcome_title"])

    def _size(self) -> str:
        if "stories" in self.json:
            return f"{self.json['compared']:,} futures that end so, of {self.json['searched']:,}"
        return f"trial {self.json['trial']:,}, seed {self.json['seed']}"

    def _told(self) -> str:
        if "stories" not in self.json:
            return repr(self.table("happenings"))
        told = []
        for one in self.json["stories"]:
            error = one["share_std_error"]
            share = f"{one['share']:.1%}" + (f" ± {error:.1%}" if error else "")
            told.append("\n".join([f"trial {one['story']['trial']:,}, which stands for {share} of them", *one["narrative"]]))
        return "\n\n".join(told)


def _framed(table: Table) -> Any:
    """Make a DataFrame, if there is pandas."""
    return table.to_pandas() if importlib.util.find_spec("pandas") else table


def _few(table: Table, extra: Sequence[str] = ()) -> Table:
    """Leave out columns that do not fit a first look."""
    wanted = [
        *("run", "base_scenario", "other_scenario", "kind", "of", "input", "name", "outcome"),
        *extra,
        *("probability", "value", "mean", "S1", "S1_std_error", "ST", "ST_std_error", "mu_star", "mu_star_std_error"),
        *("low", "high", "swing", "swing_std_error", "base", "other", "difference", "difference_std_error"),
        *("std_error", "low95", "high95", "low_epistemic90", "high_epistemic90", "detectable"),
    ]
    if "difference_std_error" in table.columns:
        # The error and the interval of the value stand beside it.
        at = wanted.index("difference")
        wanted[at:at] = ["std_error", "low95", "high95", "low_epistemic90", "high_epistemic90"]
    names = [name for name in dict.fromkeys(wanted) if name in table.columns]
    return Table({name: table[name] for name in names}, table.title) if names else table


def _renamed(row: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    return {(new if key == old else key): value for key, value in row.items()}


def read_trials(path: str | os.PathLike[str]) -> Table:
    """Read the CSV of `--trials-out`. A column is of numbers if all its cells are, of truth if all are `true` or `false`."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        names = next(reader)
        cells = list(zip(*reader, strict=True)) or [()] * len(names)
    return Table({name: _parsed(name, texts) for name, texts in zip(names, cells, strict=True)}, "trials")


def _parsed(name: str, texts: Sequence[str]) -> npt.NDArray[Any]:
    if name in ("outcome", "start_trend"):
        return column("name", list(texts))
    if name in ("trial", "draw"):
        return np.array(texts, dtype=np.int64)
    stated = {text for text in texts if text}
    if stated and stated <= {"true", "false"}:
        return column(name, [{"true": True, "false": False}.get(text) for text in texts])
    return np.array([float(text) if text else np.nan for text in texts])


def load(path: str | os.PathLike[str]) -> Result:
    """Read a result file, as `save` or `--format json` wrote it."""
    data = Path(path).read_bytes()
    try:
        keys = json.loads(data)
    except ValueError as error:
        raise UsageError(f"{os.fspath(path)} is no result file: {error}") from error
    for kind, needed in _KINDS:
        if isinstance(keys, dict) and all(key in keys for key in needed):
            return kind(data)
    raise UsageError(f"{os.fspath(path)} is no result file of quincunx")


#: What a result is known by.
_KINDS: list[tuple[type[Result], tuple[str, ...]]] = [
    (CompareResult, ("comparisons", "scenarios")),
    (ExplainResult, ("edits", "numbers")),
    (SweepResult, ("axes", "points")),
    (SensitivityResult, ("targets", "method")),
    (TripwiresResult, ("tripwires",)),
    (GivenResult, ("condition", "sides")),
    (ReweightResult, ("weights", "unchanged")),
    (FlipResult, ("changes", "within", "now")),
    (DiscoverResult, ("boxes", "peeling", "chosen_on")),
    (RareResult, ("repetitions", "plain", "status")),
    (NearMissesResult, ("any", "compared", "events")),
    (PathwaysResult, ("turning", "branches")),
    (TraceResult, ("stories", "compared")),
    (TraceResult, ("happenings",)),
    (RunResult, ("outcomes", "run", "scenario")),
]
