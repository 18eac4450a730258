"""What is installed: one command, a typed package, and numpy as its only need."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PORT, ROOT

import quincunx

#: Hides every optional library from what follows it.
WITHOUT = """
import sys
for name in ("pandas", "polars", "pyarrow", "IPython", "matplotlib"):
    sys.modules[name] = None
"""


def test_the_wheel_has_the_program_and_the_package() -> None:
    distribution = importlib.metadata.distribution("quincunx")
    files = {path.name for path in distribution.files or []}
    assert {"quincunx", "py.typed", "__init__.py"} <= files
    assert distribution.requires is not None
    assert [need for need in distribution.requires if "extra" not in need] == ["numpy>=1.23"]
    assert quincunx.__version__ == distribution.version == quincunx.program_version()
    assert quincunx.find_program().parent == Path(sys.executable).parent


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "quincunx", "check", PORT], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip().endswith("nothing to complain about")) == (0, True)
    done = subprocess.run([sys.executable, "-m", "quincunx", "run", "nowhere.json"], capture_output=True, text=True)
    assert done.returncode == 2


def test_three_lines_give_the_outcomes_of_the_baseline_with_numpy_alone() -> None:
    script = 'import quincunx\nresult = quincunx.run("scenarios/baseline.json", trials=2048)\nprint(result.outcomes)'
    told = []
    for before in ("", WITHOUT):
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", before + script], cwd=ROOT, capture_output=True, text=True, check=True)
        told.append(done.stdout)
        assert "front_static" in done.stdout
        assert "probability" in done.stdout or "..." in done.stdout
    assert told[0] != told[1]


def test_what_is_missing_is_named_with_the_way_to_get_it() -> None:
    script = f"""
import quincunx
result = quincunx.run({str(PORT)!r}, trials=2048, trials_out=True)
assert type(result.outcomes) is type(result.trials) is quincunx.Table
repr(result), result._repr_html_()
share = result.estimate(lambda trials: (trials["outcome"] == "unresolved").mean())
assert abs(share.value - result.outcomes.row("unresolved")["probability"]) < 1e-12
assert (result.outcomes[["name", "std_error"]].row("unresolved")["std_error"] - share.std_error) < 1e-9
for name, library in [("to_pandas", "pandas"), ("to_polars", "polars"), ("to_arrow", "pyarrow")]:
    try:
        getattr(result.outcomes, name)()
    except quincunx.MissingLibraryError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", WITHOUT + script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "pandas is not installed: pip install 'quincunx[pandas]'",
        "polars is not installed: pip install 'quincunx[polars]'",
        "pyarrow is not installed: pip install 'quincunx[arrow]'",
    ]


def test_the_extra_of_dask_is_named() -> None:
    script = """
import sys
sys.modules["distributed"] = None
try:
    import quincunx.dask
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "distributed is not installed: pip install 'quincunx[dask]'\n"


@pytest.mark.parametrize("name", quincunx.__all__)
def test_everything_public_is_documented(name: str) -> None:
    assert getattr(quincunx, name).__doc__, name
    whole = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert name in whole, f"docs/python.md does not speak of {name}"
