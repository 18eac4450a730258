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
    explain,
    given,
    reweight,
    run,
    sensitivity,
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
    Estimate,
    ExplainResult,
    GivenResult,
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
    "Estimate",
    "ExplainResult",
    "Finding",
    "GivenResult",
    "Interrupted",
    "MissingLibraryError",
    "ProgramNotFoundError",
    "QuincunxError",
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
    "explain",
    "find_program",
    "given",
    "load",
    "program_version",
    "reweight",
    "run",
    "sensitivity",
    "sweep",
    "trace",
    "tripwires",
]
