"""What a notebook and a terminal show."""

import io
import re
import sys
import types
from html.parser import HTMLParser

import numpy as np
import pytest
from conftest import PORT, VALLEY

import quincunx
from quincunx import _progress


class Frame(HTMLParser):
    page = ""

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "iframe":
            self.page = dict(attrs)["srcdoc"]


def test_a_run_draws_itself_as_the_brief_page_of_the_report(port: quincunx.RunResult, tmp_path) -> None:
    frame = Frame()
    frame.feed(port._repr_html_())
    port.report(tmp_path / "brief.html", brief=True)
    assert frame.page == (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert "the two sides agree in" in frame.page, "the headline"
    assert "<svg" in frame.page
    assert "Agreement after a strike" in frame.page


def test_a_title_is_no_markup() -> None:
    result = quincunx.run({**VALLEY, "title": '<script>"alert(1)"</script>'})
    assert "<script>" not in result._repr_html_().split("srcdoc")[0]
    swept = quincunx.sweep({**VALLEY, "title": "<script>"}, vary={"parameters.haste": [0.3]}, trials=1024)
    assert "<script>" not in swept._repr_html_()


def test_charts_are_svg(port: quincunx.RunResult, tmp_path) -> None:
    charts = port.charts("outcomes")
    assert set(charts) == {"outcomes", "outcomes-by-trend"}
    assert charts["outcomes"]._repr_svg_().lstrip().startswith("<?xml")
    charts["outcomes"].save(tmp_path / "outcomes.svg")
    assert "<svg" in (tmp_path / "outcomes.svg").read_text(encoding="utf-8")
    with pytest.raises(quincunx.UsageError, match="nothing"):
        port.charts("nothing")


def test_a_table_has_as_many_digits_as_its_errors_allow() -> None:
    table = quincunx.Table(
        {
            "name": np.array(["a", "b", "c"], dtype=object),
            "probability": np.array([0.123456, 0.5, np.nan]),
            "std_error": np.array([0.0123, 0.0, np.nan]),
            "low95": np.array([0.1, 0.4321, np.nan]),
        }
    )
    lines = repr(table).splitlines()
    assert [line.split() for line in lines] == [
        ["name", "probability", "std_error", "low95"],
        ["a", "0.123", "0.0123", "0.100"],
        ["b", "0.5", "0", "0.432"],
        ["c"],
    ]
    thousands = quincunx.Table({"mean": np.array([12345.678]), "std_error": np.array([321.0])})
    assert repr(thousands).split() == ["mean", "std_error", "12350", "321"]


def test_a_table_is_asked_for_columns_and_rows() -> None:
    table = quincunx.Table({"name": np.array(["a", "b"], dtype=object), "value": np.array([1.0, 2.0])})
    assert table[table["value"] > 1].row("b") == {"name": "b", "value": 2.0}
    assert len(table[:1]) == 1
    assert list(table) == table.columns == ["name", "value"]
    assert table.shape == (2, 2)
    with pytest.raises(KeyError, match="no column is called 'x'; there are name, value"):
        _ = table["x"]
    with pytest.raises(KeyError, match="0 rows have the name 'z'"):
        table.row("z")
    with pytest.raises(ValueError, match="one length"):
        quincunx.Table({"a": np.zeros(1), "b": np.zeros(2)})
    assert repr(quincunx.Table({})) == "(an empty table)"
    long = quincunx.Table({"value": np.arange(100)})
    assert repr(long).endswith("(60 more of 100 rows)")
    assert "<b>" not in quincunx.Table({"<b>": np.array(["<b>"], dtype=object)})._repr_html_()


def test_other_libraries_get_dates_numbers_and_nulls(valley: quincunx.RunResult) -> None:
    import polars as pl
    import pyarrow as pa

    for name in valley.tables:
        table = valley.table(name)
        pandas, polars, arrow = table.to_pandas(), table.to_polars(), table.to_arrow()
        assert list(pandas.columns) == polars.columns == arrow.column_names == table.columns
        assert len(pandas) == polars.height == arrow.num_rows == len(table)
    questions = valley.table("questions")
    assert questions.to_polars()["by"].dtype == pl.Date
    assert questions.to_arrow().schema.field("by").type == pa.date32()
    metrics = valley.table("metrics")
    assert np.isnan(metrics["low_epistemic90"]).sum() == metrics.to_polars()["low_epistemic90"].null_count()
    trials = valley.trials_table()
    never = np.isnan(trials["first_time.deal"]).sum()
    assert never == trials.to_arrow()["first_time.deal"].null_count == trials.to_polars()["first_time.deal"].null_count() > 0


def test_a_bar_is_shown_on_a_terminal_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(_progress, "_PATIENCE", 0)
    quincunx.run(PORT, trials=16_384, progress=True)
    told = screen.getvalue()
    assert re.search(r"\rrun: [\d,]+ of 16,384 trials", told)
    assert told.endswith("\r")
    screen.truncate(0)
    quincunx.run(PORT, trials=2048)
    quincunx.run(PORT, trials=2048, progress=False)
    assert not screen.getvalue().strip("\0")


def test_the_time_that_is_left_is_told_once_it_can_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 100.1, 110.0, 110.0, 160.0, 160.0])
    monkeypatch.setattr(_progress, "time", types.SimpleNamespace(monotonic=lambda: next(clock)))
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    with _progress.watching(True, "run") as watcher:
        assert watcher is not None
        for told in [(100, 100_000), (900, 100_000), (1000, 100_000), (50_000, 100_000), (50_000, None)]:
            watcher(*told)
    # Ten seconds for the first hundredth: 990 for the rest. Then 60 for one half, and 60 for the other.
    assert [line.strip() for line in screen.getvalue().split("\r")[1:-2]] == [
        "run: 900 of 100,000 trials",
        "run: 1,000 of 100,000 trials, 16 min left",
        "run: 50,000 of 100,000 trials, 60 s left",
        "run: 50,000 trials",
    ]


def test_a_bar_is_shown_in_a_notebook_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    shown: list[str] = []

    class Handle:
        def update(self, what) -> None:
            shown.append(what.data)

    def display(what, display_id) -> Handle:
        shown.append(what.data)
        return Handle()

    kernel = types.SimpleNamespace(kernel=object())
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: kernel)
    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setattr(_progress, "_PATIENCE", 0)
    quincunx.run(PORT, trials=16_384)
    assert "<progress value=" in shown[0]
    assert 'max="16384"' in shown[0]
    assert shown[-1] == ""


def test_a_long_story_is_told_in_sentences() -> None:
    told = repr(quincunx.trace(PORT, outcome="deal_after_strike", typical=2, trials=2048))
    assert "Agreement after a strike" in told
    assert "It begins on 1 September 2026" in told
