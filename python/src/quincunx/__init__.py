"""Quincunx: an analyst's assumptions about a conflict in, a distribution of possible futures out.

>>> import quincunx
>>> result = quincunx.run("scenarios/baseline.json")  # doctest: +SKIP
>>> result.outcomes  # doctest: +SKIP

The functions are the commands of the program `quincunx`, which comes with the package, and their keywords are its options.
"""

from importlib.metadata import PackageNotFoundError, version

from ._commands import (
    RunWarning,
    check,
    compare,
    discover,
    emit,
    explain,
    flip,
    given,
    merge,
    merge_sensitivity,
    merge_sweep,
    near_misses,
    pathways,
    plan,
    rare,
    reweight,
    run,
    sensitivity,
    shard,
    status,
    sweep,
    trace,
    tripwires,
)
from ._errors import (
    Finding,
    Interrupted,
    MissingLibraryError,
    ProgramNotFoundError,
    QuincunxError,
    RunError,
    ScenarioError,
    UsageError,
)
from ._program import find_program, program_version
from ._results import (
    Chart,
    CompareResult,
    DiscoverResult,
    Estimate,
    ExplainResult,
    FlipResult,
    GivenResult,
    NearMissesResult,
    PathwaysResult,
    RareResult,
    Result,
    ReweightResult,
    RunResult,
    SensitivityResult,
    SweepResult,
    TraceResult,
    TripwiresResult,
    load,
)
from ._scenario import Scenario
from ._tables import Table

try:
    __version__ = version("quincunx")
except PackageNotFoundError:  # run from its folder, without being installed
    __version__ = "0+unknown"

__all__ = [
    "Chart",
    "CompareResult",
    "DiscoverResult",
    "Estimate",
    "ExplainResult",
    "Finding",
    "FlipResult",
    "GivenResult",
    "Interrupted",
    "MissingLibraryError",
    "NearMissesResult",
    "PathwaysResult",
    "ProgramNotFoundError",
    "QuincunxError",
    "RareResult",
    "Result",
    "ReweightResult",
    "RunError",
    "RunResult",
    "RunWarning",
    "Scenario",
    "ScenarioError",
    "SensitivityResult",
    "SweepResult",
    "Table",
    "TraceResult",
    "TripwiresResult",
    "UsageError",
    "check",
    "compare",
    "discover",
    "emit",
    "explain",
    "find_program",
    "flip",
    "given",
    "load",
    "merge",
    "merge_sensitivity",
    "merge_sweep",
    "near_misses",
    "pathways",
    "plan",
    "program_version",
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
