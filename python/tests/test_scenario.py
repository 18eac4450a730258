"""A scenario is a path, a text or a dict, and its numbers keep their text."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from conftest import PORT, VALLEY

import quincunx
from quincunx._scenario import to_json


def test_path_text_and_dict_are_one_scenario() -> None:
    text = PORT.read_text(encoding="utf-8")
    results = [quincunx.run(source, trials=2048) for source in (PORT, str(PORT), text, json.loads(text), quincunx.Scenario(PORT))]
    assert all(result.json == results[0].json for result in results)


def test_a_text_may_have_comments_and_keeps_its_line_numbers() -> None:
    text = "// a comment\n" + json.dumps(VALLEY, indent=1).replace('"rate": "haste"', '"rate": "haist"')
    with pytest.raises(quincunx.ScenarioError) as caught:
        quincunx.run(text)
    line = next(i for i, one in enumerate(text.splitlines(), 1) if "haist" in one)
    assert (caught.value.file, caught.value.line) == ("<text>", line)


def test_what_a_dict_or_a_text_extends_is_looked_for_where_one_works(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "valley.json").write_text(json.dumps(VALLEY))
    before = set(tmp_path.iterdir())
    variant = {"extends": "valley.json", "name": "wetter", "trends": {"wet": {"weight": 0.9}}}
    monkeypatch.chdir(tmp_path)
    result = quincunx.run(variant)
    assert result.trends.set_index("name").loc["dry", "weight"] == pytest.approx(0.1)
    monkeypatch.chdir("/")
    again = quincunx.run(quincunx.Scenario(json.dumps(variant), folder=tmp_path))
    assert again.json == result.json
    assert set(tmp_path.iterdir()) == before, "nothing is left"
    with pytest.raises(quincunx.UsageError, match="a file has a folder of its own"):
        quincunx.Scenario(tmp_path / "valley.json", folder=tmp_path)


def test_tables_from_files_beside_a_dict(tmp_path) -> None:
    (tmp_path / "prices.csv").write_text("month,price\n0,1\n12,2\n")
    tables = {"prices": {"file": "prices.csv", "x": "month", "y": "price", "over": "month", "between": "lines"}}
    scenario = quincunx.Scenario({**VALLEY, "tables": tables}, folder=tmp_path)
    # Whatever is wrong with the table, the file is found.
    assert "file-not-found" not in {finding.code for finding in quincunx.check(scenario)}
    elsewhere = quincunx.Scenario({**VALLEY, "tables": tables}, folder=PORT.parent)
    assert "file-not-found" in {finding.code for finding in quincunx.check(elsewhere)}


def test_settings_make_another_scenario_and_leave_the_first() -> None:
    one = quincunx.Scenario(PORT)
    two = one.set("trends.militant.weight", 0.5).set("horizon", "8 months")
    assert one.settings == ()
    assert two.settings == ("trends.militant.weight=0.5", 'horizon="8 months"')
    assert "8 months" in repr(two)
    assert two.show("horizon").strip().endswith("8 months")
    assert "trends.militant.weight = 0.5" in two.show("trends.militant")
    with pytest.raises(quincunx.UsageError):
        two.show("trends.nobody")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.1000"), "0.1000"),
        (Decimal("1E-30"), "1E-30"),
        (0.1, "0.1"),
        (np.float64(0.1), "0.1"),
        (np.int64(3), "3"),
        (np.bool_(True), "true"),
        (10**30, "1000000000000000000000000000000"),
        (None, "null"),
        ("0.4", '"0.4"'),
        ('größer "x"\n', '"größer \\"x\\"\\n"'),
        ([1, (2, 3)], "[1, [2, 3]]"),
        (np.array([0.5, 1.5]), "[0.5, 1.5]"),
        (datetime.date(2026, 2, 1), '"2026-02-01"'),
        (datetime.datetime(2026, 2, 1, 12), '"2026-02-01"'),
        (np.datetime64("2026-02-01"), '"2026-02-01"'),
        ({"a": {"b": 1}}, '{"a": {"b": 1}}'),
    ],
)
def test_values_are_written_exactly(value: object, text: str) -> None:
    assert to_json(value) == text
    if not isinstance(value, (Decimal, np.ndarray)):
        json.loads(to_json(value))


def test_a_decimal_of_many_digits_reaches_the_program() -> None:
    result = quincunx.run(quincunx.Scenario(VALLEY).set("parameters.haste", Decimal("0.30000000000000000001")))
    assert result.scenario["parameters"]["haste"] == 0.3
    assert b'"haste": 0.3' in result._data or b'"haste":0.3' in result._data


def test_every_shipped_scenario_is_clean() -> None:
    files = sorted(Path(PORT).parent.glob("*.json"))
    assert len(files) > 10
    assert [str(finding) for finding in quincunx.check(*files) if finding.is_error] == []


def test_entries_of_lists_are_set_by_options_alone() -> None:
    base = quincunx.Scenario(VALLEY)
    one = base.set("outcomes.0.title", "Another")
    assert quincunx.run(one, trials=1024).outcomes.loc[0, "title"] == "Another"
    with pytest.raises(quincunx.UsageError, match=r"outcomes\.0\.title"):
        quincunx.compare(base, one, trials=1024)
