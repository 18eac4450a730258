"""The keywords are the options of the command line: all of them, and no others."""

import inspect
import re
import subprocess

import pytest

import quincunx

#: What the package does by itself: formats, tables for the eye, colours, and what `--against` is in words.
LEFT_OUT = {"format", "out", "separator", "bom", "quiet", "full", "table", "against", "color", "help", "version"}
#: Options of single commands that have no keyword: parts that are joined for later have no result, and are files among files; a listing of the
#: compiled program is a text for those who work on the compiler; what `--and` parts on a command line, `variant` has by name.
LEFT_OUT_OF = {"merge": {"partial"}, "check": {"print"}, "compare": {"and"}}
#: What functions have beyond the command line.
OWN = {"progress"}


#: Commands that are no functions: a page to play with, what shells and editors need, and what `Scenario.show` and `Result.report` are.
NO_FUNCTION = {"explore", "new", "schema", "completions", "man", "help", "show", "report"}


def test_every_command_is_a_function() -> None:
    done = subprocess.run([quincunx.find_program(), "--help"], check=True, capture_output=True, text=True)
    listed = done.stdout.partition("Commands:")[2].partition("Options:")[0]
    commands = set(re.findall(r"^  ([a-z]+) ", listed, flags=re.MULTILINE))
    assert {"run", "compare"} <= commands
    assert commands - NO_FUNCTION - set(quincunx.__all__) == set()


def options(command: str) -> set[str]:
    done = subprocess.run([quincunx.find_program(), command, "--help"], check=True, capture_output=True, text=True)
    found = re.findall(r"^ {2,8}(?:-\w, )?--([a-z][a-z-]*)", done.stdout, flags=re.MULTILINE)
    return {name.replace("-", "_") for name in found} - LEFT_OUT - LEFT_OUT_OF.get(command, set())


def keywords(*functions: object) -> set[str]:
    found: set[str] = set()
    for function in functions:
        parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
        found |= {one.name for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY}
    return found - OWN


@pytest.mark.parametrize("command", ["sweep", "given", "sensitivity", "tripwires", "check", "plan", "shard", "merge", "emit"])
def test_keywords_are_options(command: str) -> None:
    assert keywords(getattr(quincunx, command)) == options(command)


def test_functions_share_the_options_of_run_trace_and_discover() -> None:
    assert keywords(quincunx.run, quincunx.rare) | {"rare"} == options("run")
    trace = keywords(quincunx.trace, quincunx.near_misses, quincunx.pathways)
    assert trace | {"near_misses", "pathways"} == options("trace")
    assert keywords(quincunx.discover, quincunx.flip) | {"flip"} == options("discover")


def test_status_has_no_options() -> None:
    assert keywords(quincunx.status) == options("status") == set()


def test_compare_and_explain_share_the_options_of_compare() -> None:
    assert keywords(quincunx.compare, quincunx.explain) | {"explain"} == options("compare")


def test_reweight_takes_its_weights() -> None:
    assert options("reweight") == {"weights"}
    assert list(inspect.signature(quincunx.reweight).parameters) == ["result", "weights"]


def test_a_report_has_the_options_of_report() -> None:
    methods = [quincunx.RunResult.report, quincunx.RunResult.charts]
    assert keywords(*methods) | {"only", "charts"} == options("report")


#: A value for each keyword that takes no number.
VALUES = {
    "set": {"a.b": 1},
    "vary": {"a.b": [1]},
    "variant": {"n": {"a.b": 1}},
    "by": "2026-01-01",
    "early": "2026-01-01",
    "design": "random",
    "until": "1pp",
    "order": "file",
    "method": "sobol",
    "density": "30%",
    "least": "2%",
    **dict.fromkeys(["of", "outcome", "only", "events", "through"], "word"),
    **dict.fromkeys(["trials_in", "trials_out", "report", "charts", "summary", "resume", "grow"], "path.csv"),
    **dict.fromkeys(["brief", "tornado"], True),
}
POSITIONS = {"given": ["true"], "near_misses": ["word"], "rare": ["word"]}


@pytest.mark.parametrize(
    "name",
    [
        "run",
        "compare",
        "explain",
        "sweep",
        "given",
        "sensitivity",
        "tripwires",
        "trace",
        "near_misses",
        "pathways",
        "discover",
        "flip",
        "rare",
        "check",
    ],
)
def test_every_keyword_of_every_function_is_an_argument(name: str, tmp_path, monkeypatch) -> None:
    told = tmp_path / "told"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("QUINCUNX_PROGRAM", str(program))
    function = getattr(quincunx, name)
    parameters = inspect.signature(function).parameters.values()
    for keyword in [one.name for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY and one.name not in OWN]:
        with pytest.raises(quincunx.RunError):
            function("file.json", *POSITIONS.get(name, []), **{keyword: VALUES.get(keyword, 7)})
        option = "--" + keyword.replace("_", "-")
        assert [word for word in told.read_text().splitlines() if word.split("=")[0] == option], keyword


def test_every_keyword_reaches_the_program(tmp_path) -> None:
    """An option that was not passed on would leave the result as it is."""
    from conftest import VALLEY

    plain = quincunx.run(VALLEY)
    for keyword in [{"seed": 9}, {"trials": 4096}, {"draws": 64}, {"design": "random"}, {"until": "20pp"}, {"set": {"horizon": "1 year"}}]:
        assert quincunx.run(VALLEY, **keyword).json != plain.json, keyword
    pages = {name: tmp_path / f"{name}.html" for name in ("whole", "brief")}
    quincunx.run(VALLEY, report=pages["whole"], charts=tmp_path / "charts", only="outcomes", events=["deal"])
    quincunx.run(VALLEY, report=pages["brief"], brief=True)
    assert pages["brief"].stat().st_size < pages["whole"].stat().st_size
    assert {path.stem for path in (tmp_path / "charts").iterdir()} <= {"outcomes", "outcomes-by-trend"}
