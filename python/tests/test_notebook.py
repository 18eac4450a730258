"""The worked notebook runs from its first cell to its last, and shows what it speaks of."""

import re
from pathlib import Path

import nbclient
import nbformat
import pytest
from conftest import ROOT

FOLDER = ROOT / "python" / "notebooks"


def outputs(notebook: nbformat.NotebookNode, word: str) -> list[nbformat.NotebookNode]:
    """What the cells print or show in whose text a word stands."""
    return [output for cell in notebook.cells if cell.cell_type == "code" and word in cell.source for output in cell.outputs]


def printed(found: list[nbformat.NotebookNode]) -> str:
    return "".join(output.text for output in found if output.output_type == "stream" and output.name == "stdout")


@pytest.fixture(scope="module")
def notebook() -> nbformat.NotebookNode:
    read = nbformat.read(FOLDER / "port_strike.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in read.cells), "it is kept without outputs"
    assert all(cell.get("execution_count") is None for cell in read.cells)
    client = nbclient.NotebookClient(read, timeout=300, resources={"metadata": {"path": str(FOLDER)}})
    executed: nbformat.NotebookNode = client.execute()
    return executed


@pytest.mark.filterwarnings("ignore")
def test_a_run_and_a_plot_are_drawn(notebook: nbformat.NotebookNode) -> None:
    (drawn,) = [one for one in outputs(notebook, "quincunx.run(") if "text/html" in one.get("data", {}) and "<iframe" in one.data["text/html"]]
    assert "&lt;svg" in drawn.data["text/html"]
    assert "unresolved" in drawn.data["text/plain"]
    assert any("image/png" in one.get("data", {}) for one in outputs(notebook, "plt.show"))


@pytest.mark.filterwarnings("ignore")
def test_rows_and_given_agree(notebook: nbformat.NotebookNode) -> None:
    told = printed(outputs(notebook, "quincunx.given("))
    rows, share, trials, held = re.fullmatch(r"(\d+) futures: ([\d.]+); given: (\d+) futures, ([\d.]+) ± [\d.]+\n", told).groups()
    assert (rows, share) == (trials, held)
    assert int(rows) > 100
    assert re.fullmatch(r"\d+ ± [\d.]+ ships, \d+ to \d+\n", printed(outputs(notebook, "result.estimate")))


def test_nothing_else_lies_beside_it() -> None:
    assert [path.name for path in FOLDER.glob("*.ipynb")] == ["port_strike.ipynb"]
    assert Path(FOLDER / "port_strike.ipynb").stat().st_size < 20_000
