"""The other commands: each table against the CSV of the same command, which knows nothing of the JSON."""

import csv
import io
import subprocess

import numpy as np
import pandas as pd
import pytest
from conftest import PORT, VALLEY

import quincunx

BERTHS = "parameters.berths.value"


def csv_of(*words: str) -> list[dict[str, str]]:
    size = [] if any(word.startswith("--trials") for word in words) else ["--trials=2048", "--draws=128"]
    command = [quincunx.find_program(), *words, *size, "--format=csv", "--quiet"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def number(text: str) -> float:
    return float(text) if text else np.nan


def assert_same(row: "pd.Series[float]", told: dict[str, str], pairs: dict[str, str]) -> None:
    for name, csv_name in pairs.items():
        np.testing.assert_equal(float(row[name]), number(told[csv_name]), err_msg=f"{told}: {name}")


BARE = {"std_error": "std_error", "low95": "low95", "high95": "high95"}
EPISTEMIC = {"low_epistemic90": "low_epistemic90", "high_epistemic90": "high_epistemic90"}


def test_differences_are_those_of_the_csv() -> None:
    result = quincunx.compare(PORT, set={BERTHS: 7}, trials=2048, draws=128)
    rows = csv_of("compare", str(PORT), f"--set={BERTHS}=7")
    frame = result.differences.set_index(["kind", "name"])
    told = [row for row in rows if row["base"] and row["quantity"] == "difference"]
    known = {row["section"] for row in told} & set(result.differences["kind"])
    assert {"outcome", "question", "metric"} <= known
    for row in told:
        if row["section"] in known:
            assert_same(frame.loc[(row["section"], row["name"])], row, {"difference": "value", **BARE, **EPISTEMIC})
    assert list(result.outcomes["name"]) == [one["outcome"] for one in result.json["comparisons"][0]["differences"]]
    assert set(result.metrics["base_scenario"]) == {"port_strike"}
    assert [one.json["scenario"]["name"] for one in result.scenarios] == ["port_strike", "changed"]
    assert result.distance.loc[0, "total_variation"] == result.json["comparisons"][0]["distance"]["total_variation"]
    assert list(result.changes["path"]) == [BERTHS]
    assert result.interrupted is False


def test_scenarios_with_settings_of_their_own_are_compared() -> None:
    base = quincunx.Scenario(PORT)
    one = quincunx.compare(base, base.set(BERTHS, 7), trials=2048)
    two = quincunx.compare(base, set={BERTHS: 7}, trials=2048)
    pd.testing.assert_frame_equal(one.differences, two.differences)
    # Of the base too, and of a dict.
    three = quincunx.compare(
        base.set("parameters.demand", 10),
        base.set("parameters.demand", 10).set(BERTHS, 7),
        {"extends": str(PORT), "name": "longer", "horizon": "8 months"},
        trials=2048,
    )
    assert list(three.differences["other_scenario"].unique()) == ["changed", "longer"]
    scenarios = [one.scenario["parameters"] for one in three.scenarios]
    assert [one["demand"] for one in scenarios[:2]] == [10, 10]
    assert [one["berths"]["value"] for one in scenarios] == [6.6, 7, 6.6]
    named = quincunx.compare(base, variant={"wide": {BERTHS: 7, "parameters.demand": 10}, "long": {"horizon": "8 months"}}, trials=2048)
    assert list(named.differences["other_scenario"].unique()) == ["wide", "long"]


def test_dicts_of_one_comparison_are_told_apart() -> None:
    with pytest.raises(quincunx.ScenarioError) as caught:
        quincunx.compare({"extends": str(PORT), "a": 1}, {"extends": str(PORT), "b": 1})
    assert [(one.file, "`a`" in one.message) for one in caught.value.findings] == [("<dict>", True), ("<dict 2>", False)]


def test_an_error_in_settings_of_one_scenario_says_so() -> None:
    base = quincunx.Scenario(PORT)
    with pytest.raises(quincunx.ScenarioError) as caught:
        quincunx.compare(base, base.set("horizon", "2 furlongs"), trials=1024)
    assert caught.value.file == "<settings>"
    assert "furlongs" in str(caught.value)


def test_parts_of_a_difference_are_those_of_the_csv() -> None:
    result = quincunx.explain(PORT, set={BERTHS: 7, "parameters.demand": 10}, trials=2048, draws=128)
    rows = csv_of("compare", str(PORT), f"--set={BERTHS}=7", "--set=parameters.demand=10", "--explain")
    told = [row for row in rows if row["part"] == "edit"]
    assert list(result.parts["edit"]) == [row["edit"] for row in told]
    for row, other in zip(told, result.parts.to_dict("records"), strict=True):
        assert_same(pd.Series(other), row, {"difference": "value", **BARE, "p_adjusted": "p_adjusted"})
    assert sum(result.parts["difference"]) == pytest.approx(result.numbers.loc[0, "total_difference"])


def test_points_of_a_sweep_are_those_of_the_csv() -> None:
    result = quincunx.sweep(
        PORT, vary={BERTHS: [6.5, 7], "horizon": ["6 months", "7 months"]}, of=["agreed", "worst_backlog"], trials=2048, draws=128
    )
    rows = csv_of("sweep", str(PORT), f"--vary={BERTHS}=6.5,7", '--vary=horizon="6 months","7 months"', "--of=agreed,worst_backlog")
    told = [row for row in rows if row["run"].isdigit()]
    assert len(told) == len(result.points) == 8
    same = {name: name for name in ("difference", "difference_std_error", "difference_low95", "difference_high95", "p_adjusted")}
    for row, (_, point) in zip(told, result.points.iterrows(), strict=True):
        assert (row["run"], row["name"], float(row[BERTHS]), row["horizon"]) == (str(point["run"]), point["name"], point[BERTHS], point["horizon"])
        assert_same(point, row, {"value": "value", **BARE, **same})
    assert list(result.base["value"]) == [float(row["value"]) for row in rows if row["run"] == "file"]


def test_a_sweep_finds_a_break_even_value_and_takes_ranges_and_variants() -> None:
    result = quincunx.sweep(PORT, vary={BERTHS: "6..7:3"}, until="worst_backlog = 100", trials=2048, draws=128)
    rows = csv_of("sweep", str(PORT), f"--vary={BERTHS}=6..7:3", "--until=worst_backlog = 100")
    (told,) = [row for row in rows if row["run"] == "break_even"]
    assert result.break_even.loc[0, "at"] == float(told[BERTHS])
    assert result.break_even.loc[0, "target"] == 100
    result = quincunx.sweep(PORT, variant={"wide": {BERTHS: 7}}, trials=2048)
    assert list(result.points["variant"]) == ["wide"]
    result = quincunx.sweep(PORT, vary={BERTHS: "6..7"}, lhs=4, trials=2048)
    assert len(result.points) == 4


def test_finished_trials_are_split_as_their_run_is(tmp_path) -> None:
    rows = tmp_path / "trials.csv"
    quincunx.run(PORT, trials=2048, trials_out=rows)
    read = quincunx.given(PORT, "ever(walk_out)", trials_in=rows)
    simulated = quincunx.given(PORT, "ever(walk_out)", trials=2048)
    pd.testing.assert_frame_equal(read.outcomes, simulated.outcomes)
    assert set(read.untold["name"]) | set(read.questions["name"]) >= set(simulated.questions["name"])


def test_sides_of_a_condition_are_those_of_the_csv() -> None:
    result = quincunx.given(PORT, "ever(walk_out)", trials=2048, draws=128)
    rows = csv_of("given", str(PORT), "ever(walk_out)")
    checked = 0
    for table, section in [("outcomes", "outcome"), ("groups", "group"), ("questions", "question"), ("metrics", "metric")]:
        frame = getattr(result, table).set_index("name")
        for row in rows:
            if row["section"] != section:
                continue
            stem = "difference" if row["side"] == "difference" else f"{row['side']}_value"
            side = "difference" if row["side"] == "difference" else row["side"]
            pairs = {stem: "value", f"{side}_std_error": "std_error", f"{side}_low95": "low95", f"{side}_high95": "high95"}
            assert_same(frame.loc[row["name"]], row, pairs)
            checked += 1
    assert checked > 40


def test_tripwires_are_those_of_the_csv() -> None:
    result = quincunx.tripwires(PORT, of="agreed", by=["2026-10-01", np.datetime64("2026-11-15")], top=2, trials=2048, draws=128)
    rows = csv_of("tripwires", str(PORT), "--of=agreed", "--by=2026-10-01", "--by=2026-11-15", "--top=2")
    frame = result.tripwires
    assert list(frame["by"].unique()) == [np.datetime64("2026-10-01"), np.datetime64("2026-11-15")]
    told = [row for row in rows if row["measure"] == "if_seen"]
    assert len(told) == len(frame) == 4
    for row, (_, wire) in zip(told, frame.iterrows(), strict=True):
        assert row["name"] == wire["name"]
        assert_same(wire, row, {"if_seen_value": "value", "if_seen_std_error": "std_error", "threshold": "threshold"})


def test_indices_and_swings_are_those_of_the_csv() -> None:
    result = quincunx.sensitivity(PORT, tornado=True, trials=2048, draws=128)
    rows = csv_of("sensitivity", str(PORT), "--tornado")
    indices = {row["name"]: row for row in rows if row["quantity"] == "S1"}
    assert len(indices) == len(result.inputs)
    for _, row in result.inputs.iterrows():
        assert_same(row, indices[row["input"]], {"S1": "value", "S1_std_error": "std_error", "S1_low95": "low95", "S1_high95": "high95"})
    swings = {row["name"]: row for row in rows if row["quantity"] == "swing"}
    for _, row in result.tornado.iterrows():
        assert_same(row, swings[row["input"]], {"swing": "value", "swing_std_error": "std_error"})
    assert quincunx.sensitivity(PORT, of=["agreed", "rise"], trials=2048).targets["of"].tolist() == ["agreed", "rise"]


def test_other_weights_without_a_run(port: quincunx.RunResult) -> None:
    result = quincunx.reweight(port, {"militant": 0.8})
    assert result.weights.set_index("name").loc["militant", "weight"] == 0.8
    by_trend = port.table("outcomes_by_trend")
    for row in result.outcomes.itertuples():
        of = dict(zip(by_trend["trend"][by_trend["name"] == row.name], by_trend["probability"][by_trend["name"] == row.name], strict=True))
        assert row.probability == pytest.approx(0.8 * of["militant"] + 0.2 * of["cautious"], abs=1e-12)
    with pytest.raises(quincunx.UsageError, match="nobody"):
        quincunx.reweight(port, {"nobody": 0.8})


def test_a_story_is_that_of_its_row_in_the_trials(port: quincunx.RunResult) -> None:
    story = quincunx.trace(PORT, trial=7, trials=2048)
    row = port.trials.loc[7]
    assert story.json["outcome"] == row["outcome"]
    assert story.parameters["arrivals"] == row["parameter.arrivals"]
    first = story.happenings[story.happenings["event"] == "better_offer"].iloc[0]
    assert first["time"] == pytest.approx(row["first_time.better_offer"])
    assert first["date"] == pd.Timestamp(port.dates_of([row["first_time.better_offer"]])[0])
    typical = quincunx.trace(PORT, outcome="deal_after_strike", typical=2, trials=2048)
    assert len(typical.stories) == 2
    assert set(typical.happenings["story"]) == {0, 1}
    assert typical.stories["share"].sum() == pytest.approx(1)


SIDES = {"value": "value", "std_error": "std_error", "low95": "low95", "high95": "high95"}


def test_boxes_are_those_of_the_csv() -> None:
    result = quincunx.discover(PORT, trials=8192)
    assert len(result.boxes) > 0
    rows = csv_of("discover", str(PORT), "--trials=8192")
    rows = [row for row in rows if row["section"] == "box"]
    told = {(int(row["number"]), row["measure"]): row for row in rows}
    for number, (_, box) in enumerate(result.boxes.iterrows(), 1):
        for measure in ("mass", "density", "coverage", "elsewhere"):
            assert_same(box, told[number, measure], {f"{measure}_{name}": csv_name for name, csv_name in SIDES.items()})
        assert_same(box, told[number, "difference"], {"difference": "value", "difference_std_error": "std_error"})


def test_a_flip_reproduces_by_its_settings() -> None:
    result = quincunx.flip(VALLEY, trials=2048)
    first = result.changes.iloc[0]
    settings = dict(one.split("=", 1) for one in first["set"])
    size = {"trials": int(first["trials"]), "draws": int(first["trials"] // first["trials_per_draw"]), "seed": int(first["seed"])}
    again = quincunx.run(VALLEY, set={path: float(value) for path, value in settings.items()}, **size)
    of = getattr(again, result.json["of"]["kind"] + "s").set_index("name").loc[result.json["of"]["name"]]
    assert of["probability"] == first["probability"]
    assert set(result.changes_held["input"]) <= set(VALLEY["parameters"])


def test_something_rare_is_told_or_bounded() -> None:
    result = quincunx.rare(PORT, "deal_after_strike", trials=20_000)
    row = result.estimate.iloc[0]
    if result.status == "estimated":
        assert row["low95"] <= row["probability"] <= row["high95"]
    else:
        assert 0 < row["at_most"] <= 1
    assert row["of"] == "deal_after_strike"
    with pytest.raises(quincunx.UsageError, match="deal_after_strike"):
        quincunx.rare(PORT, "deal_after_strik", trials=2048)


def test_near_misses_and_ways_are_those_of_the_json() -> None:
    near = quincunx.near_misses(PORT, "deal_after_strike", trials=1024)
    assert near.events["event"].tolist() == [one["event"] for one in near.json["events"]]
    assert near.events["turned_value"].tolist() == [one["turned"]["value"] for one in near.json["events"]]
    ways = quincunx.pathways(PORT, through=["walk_out", "better_offer"], depth=2, least="1%", trials=1024)
    first = ways.json["branches"][0]
    assert ways.branches.iloc[0]["way"] == first["event"]
    assert ways.branches.iloc[0]["share_value"] == first["share"]["value"]
    assert ways.branches["turn"].max() == 2
    own = [ways.json["branches"], *([[None]] if ways.json["others"] else [])]
    assert len(ways.branches[ways.branches["turn"] == 1]) == sum(len(rows) for rows in own)
    # Branches with no further event, and folded ones; with these a turn is complete.
    plain = quincunx.pathways(PORT, trials=1024)
    first = plain.branches[plain.branches["turn"] == 1]
    assert first["share_value"].sum() == pytest.approx(1)


def test_pages_of_answers(tmp_path) -> None:
    pages = {
        "given": lambda path: quincunx.given(PORT, "ever(walk_out)", trials=1024, report=path),
        "sensitivity": lambda path: quincunx.sensitivity(PORT, trials=1024, report=path),
        "sweep": lambda path: quincunx.sweep(PORT, vary={BERTHS: [7]}, trials=1024, report=path),
        "tripwires": lambda path: quincunx.tripwires(PORT, trials=1024, report=path),
        "explain": lambda path: quincunx.explain(PORT, set={BERTHS: 7}, trials=1024, report=path),
        "near": lambda path: quincunx.near_misses(PORT, "deal_after_strike", trials=1024, report=path),
        "ways": lambda path: quincunx.pathways(PORT, trials=1024, report=path),
    }
    for name, write in pages.items():
        write(tmp_path / f"{name}.html")
        assert (tmp_path / f"{name}.html").read_text().startswith("<!DOCTYPE html>"), name


def test_every_result_is_loaded_as_what_it_is(port: quincunx.RunResult, tmp_path) -> None:
    results = [
        port,
        quincunx.compare(PORT, set={BERTHS: 7}, trials=1024),
        quincunx.explain(PORT, set={BERTHS: 7, "horizon": "7 months"}, trials=1024),
        quincunx.sweep(PORT, vary={BERTHS: [7]}, trials=1024),
        quincunx.given(PORT, "ever(walk_out)", trials=1024),
        quincunx.sensitivity(PORT, trials=1024),
        quincunx.tripwires(PORT, trials=1024),
        quincunx.reweight(port, {"militant": 0.8}),
        quincunx.trace(PORT),
        quincunx.trace(PORT, outcome="deal_after_strike", typical=2, trials=1024),
        quincunx.discover(PORT, trials=2048),
        quincunx.flip(VALLEY, trials=1024),
        quincunx.rare(PORT, "deal_after_strike", trials=2048),
        quincunx.near_misses(PORT, "deal_after_strike", trials=1024),
        quincunx.pathways(PORT, trials=1024),
    ]
    for result in results:
        result.save(tmp_path / "result.json")
        loaded = quincunx.load(tmp_path / "result.json")
        assert type(loaded) is type(result)
        assert loaded.tables == result.tables
        assert result.interrupted is False
        # Each has a look, in text and in a notebook.
        assert len(repr(loaded).splitlines()) > 2, repr(loaded)
        assert "<" in result._repr_html_()
