"""Runs and their tables, held against the other formats of the program."""

import csv
import datetime
import subprocess
import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import PORT, VALLEY

import quincunx


@pytest.fixture(scope="session")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The same run as CSV, which knows nothing of the JSON."""
    path = tmp_path_factory.mktemp("csv") / "port.csv"
    command = [quincunx.find_program(), "run", PORT, "--trials", "2048", "--out", path, "--quiet"]
    subprocess.run(command, check=True)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text else np.nan


@pytest.mark.parametrize(
    ("table", "section", "quantity"),
    [
        ("outcomes", "outcome", "probability"),
        ("questions", "question", "probability"),
        ("metrics", "metric", "mean"),
    ],
)
def test_estimates_and_both_uncertainties_are_those_of_the_csv(
    port: quincunx.RunResult, numbers: list[dict[str, str]], table: str, section: str, quantity: str
) -> None:
    frame = getattr(port, table).set_index("name")
    rows = [row for row in numbers if (row["section"], row["quantity"], row["trend"], row["outcome"]) == (section, quantity, "", "")]
    assert [row["name"] for row in rows] == list(frame.index)
    names = ["low95", "high95", "low_epistemic90", "high_epistemic90", "std_error"]
    for row in rows:
        for csv_name, name in [("value", quantity), *zip(names, names, strict=True)]:
            np.testing.assert_equal(frame.loc[row["name"], name], number(row[csv_name]), err_msg=f"{row['name']} {name}")


def test_tables_over_time_are_those_of_the_csv(port: quincunx.RunResult, numbers: list[dict[str, str]]) -> None:
    for table, section, quantity in [
        ("indicators", "indicator", "mean"),
        ("indicators", "indicator", "p95"),
        ("phases", "phase", "occupancy"),
        ("trends_over_time", "trend", "occupancy"),
        ("events_over_time", "event", "cumulative_incidence"),
    ]:
        frame = getattr(port, table)
        rows = [row for row in numbers if row["section"] == section and row["quantity"] == quantity and row["time"]]
        assert len(rows) == len(frame), table
        assert list(frame["name"]) == [row["name"] for row in rows]
        np.testing.assert_array_equal(frame[quantity], [float(row["value"]) for row in rows])
        np.testing.assert_array_equal(frame[f"{quantity}_std_error"], [number(row["std_error"]) for row in rows])
        np.testing.assert_array_equal(frame["time"], [float(row["time"]) for row in rows])
        assert list(frame["date"]) == [pd.Timestamp(row["date"]) for row in rows]


def test_trials_add_up_to_the_result(port: quincunx.RunResult) -> None:
    assert len(port.trials) == port.json["run"]["trials"] == 2048
    shares = port.trials["outcome"].value_counts(normalize=True)
    for row in port.outcomes.itertuples():
        assert shares.get(row.name, 0) == pytest.approx(row.probability, abs=1e-12)
    mean = port.trials["metric.worst_backlog"].mean()
    assert mean == pytest.approx(port.metrics.set_index("name").loc["worst_backlog", "mean"], rel=1e-9)
    fired = port.trials["first_time.walk_out"].notna().mean()
    assert fired == pytest.approx(port.events.set_index("name").loc["walk_out", "probability"], abs=1e-12)


def test_dates_are_dates(valley: quincunx.RunResult) -> None:
    assert valley.indicators["date"].dtype.kind == "M"
    assert valley.questions["by"].dtype.kind == "M"
    assert valley.questions.loc[0, "by"] == pd.Timestamp(2026, 7, 1)
    assert valley.table("indicators")["date"].dtype == np.dtype("datetime64[D]")
    assert valley.table("outcomes")["name"].dtype == object
    # The dates of the program are the oracle for those of times.
    np.testing.assert_array_equal(valley.dates_of(valley.json["times"]), np.array(valley.json["dates"], dtype="datetime64[D]"))
    first = valley.dates_of(valley.trials["first_time.deal"])
    assert np.isnat(first).sum() == valley.trials["first_time.deal"].isna().sum() > 0
    assert first[~np.isnat(first)].min() >= np.datetime64("2026-01-01")


def test_nested_lists_are_tables_with_the_name_of_what_they_belong_to(valley: quincunx.RunResult) -> None:
    json = valley.json
    by_trend = valley.outcomes_by_trend.set_index(["name", "trend"])
    for outcome in json["outcomes"]:
        for trend, found in outcome["by_trend"].items():
            row = by_trend.loc[(outcome["name"], trend)]
            assert [row["probability"], row["low95"], row["high95"]] == [found["probability"], *found["ci95"]]
    states = valley.states
    assert set(states["state"]) == {"mood"}
    assert set(states["name"]) == {"calm", "angry"}
    assert len(states) == 2 * len(json["times"])
    angry = states[states["name"] == "angry"]["occupancy"]
    assert list(angry) == json["states"][0]["values"][1]["occupancy"]
    quantiles = valley.metrics_quantiles
    assert list(quantiles[quantiles["name"] == "least"]["level"]) == [0.1, 0.9]
    over_time = valley.indicators_quantiles
    assert len(over_time) == 2 * len(json["times"])
    histogram = valley.metrics_histogram
    least = histogram[histogram["name"] == "least"]
    assert list(least["low"].iloc[1:]) == list(least["high"].iloc[:-1])
    whole = json["metrics"][0]["distribution"]
    assert list(valley.metrics_distribution["values"]) == whole["values"]
    assert list(valley.conditional["given_probability"]) == [json["conditional"][0]["given_probability"]]
    assert "hits" not in valley.conditional.columns
    groups = valley.table("groups")
    assert groups["outcomes"][0] == ("accord",)


def test_the_range_over_draws_has_its_own_errors_and_its_status(port: quincunx.RunResult) -> None:
    resolved = 0
    for told, (_, row) in zip(port.json["outcomes"], port.outcomes.iterrows(), strict=True):
        epistemic = told["epistemic"]
        assert row["epistemic_status"] == epistemic["status"]
        if epistemic["status"] == "resolved":
            assert [row["low_epistemic90_std_error"], row["high_epistemic90_std_error"]] == epistemic["std_error"]
            resolved += 1
        else:
            assert np.isnan(row["low_epistemic90_std_error"])
    assert resolved > 0


def test_every_list_of_objects_is_a_table_and_every_number_a_column(port: quincunx.RunResult, valley: quincunx.RunResult) -> None:
    for result in (port, valley):
        lists = [key for key, value in result.json.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
        assert set(lists) - set(result.tables) == set()
        for key in lists:
            columns = result.table(key).columns + (result.table(f"{key}_over_time").columns if f"{key}_over_time" in result.tables else [])
            for name, value in result.json[key][0].items():
                if isinstance(value, (int, float, str)):
                    assert name in columns, f"{key}: {name}"


def test_a_key_that_is_new_becomes_a_column_and_a_list_that_is_new_a_table(valley: quincunx.RunResult) -> None:
    import json

    changed = json.loads(json.dumps(valley.json))
    changed["outcomes"][0]["novelty"] = 0.5
    changed["outcomes"][0]["novelty_ci95"] = [0.4, 0.6]
    changed["novelties"] = [{"name": "x", "seen": "2027-01-01", "inner": [{"input": "a", "gain": 1.5}]}]
    result = quincunx.RunResult(json.dumps(changed).encode())
    assert result.outcomes.loc[0, "novelty"] == 0.5
    assert np.isnan(result.outcomes.loc[1, "novelty"])
    assert result.outcomes.loc[0, "novelty_high95"] == 0.6
    assert result.novelties["seen"].dtype.kind == "M"
    assert result.novelties_inner.to_dict("records") == [{"name": "x", "input": "a", "gain": 1.5}]
    assert "novelties" in dir(result)


def test_a_result_of_another_format_is_refused() -> None:
    with pytest.raises(quincunx.QuincunxError, match=r"format 1.*has 2"):
        _ = quincunx.RunResult(b'{"format": 2, "outcomes": []}').outcomes


def test_a_result_is_saved_and_loaded_byte_for_byte(valley: quincunx.RunResult, tmp_path) -> None:
    path = tmp_path / "valley.json"
    valley.save(path)
    again = quincunx.load(path)
    assert isinstance(again, quincunx.RunResult)
    assert again.json == valley.json
    (tmp_path / "no.json").write_text('{"a": 1}')
    with pytest.raises(quincunx.UsageError, match="no result file"):
        quincunx.load(tmp_path / "no.json")


def test_settings_are_those_of_the_command_line() -> None:
    result = quincunx.run(VALLEY, set={"trends.dry.weight": 0.25, "parameters.haste": 0.4}, trials=1024, seed=9, draws=16)
    assert (result.json["run"]["trials"], result.json["run"]["seed"], result.json["run"]["draws"]) == (1024, 9, 16)
    assert result.trends.set_index("name").loc["dry", "weight"] == 0.25
    assert result.scenario["parameters"]["haste"] == 0.4


def test_threads_do_not_change_a_byte(tmp_path) -> None:
    for threads in (1, 2):
        quincunx.run(VALLEY, threads=threads).save(tmp_path / f"{threads}.json")
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


def test_warnings_of_a_run_are_warnings() -> None:
    with pytest.warns(quincunx.RunWarning, match="draws are few") as caught:
        result = quincunx.run(PORT, trials=1024)
    assert caught[0].filename == __file__
    assert "few-draws" in set(result.warnings["code"])


def test_trials_that_were_not_kept_are_asked_for_with_a_hint(tmp_path) -> None:
    with pytest.raises(quincunx.UsageError, match="trials_out=True"):
        _ = quincunx.run(VALLEY).trials
    path = tmp_path / "trials.csv"
    result = quincunx.run(VALLEY, trials_out=path)
    assert len(result.trials) == 2048 == len(path.read_text().splitlines()) - 1


def test_a_misspelt_table_names_those_that_there_are(valley: quincunx.RunResult) -> None:
    with pytest.raises(AttributeError, match="no table 'outcoms'; there are outcomes"):
        _ = valley.outcoms
    with pytest.raises(KeyError, match="there are outcomes"):
        valley.table("outcoms")
    assert not hasattr(valley, "_repr_latex_")


def test_progress_is_told_and_reaches_the_end() -> None:
    told: list[tuple[int, int | None]] = []
    quincunx.run(VALLEY, trials=20_480, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (20_480, 20_480)
    assert told == sorted(told)


def test_dates_and_numbers_of_numpy_are_settings() -> None:
    scenario = quincunx.Scenario(VALLEY).set("questions.soon.by", datetime.date(2026, 8, 1)).set("parameters.haste", np.float64(0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = quincunx.run(scenario)
    assert result.questions.loc[0, "by"] == pd.Timestamp(2026, 8, 1)
    assert result.scenario["parameters"]["haste"] == 0.5


def test_an_estimate_of_ones_own_has_the_error_of_the_result(port: quincunx.RunResult) -> None:
    """The program counts by replicate while it runs; here the same comes from the rows."""
    checked = 0
    for row in port.outcomes.itertuples():
        if row.matched < 32:
            continue
        found = port.estimate(lambda trials, name=row.name: (trials["outcome"] == name).mean())
        assert found.value == pytest.approx(row.probability, abs=1e-12)
        assert found.std_error == pytest.approx(row.std_error, rel=1e-6)
        checked += 1
    assert checked >= 3
    queue = port.metrics.set_index("name").loc["worst_backlog"]
    found = port.estimate(lambda trials: trials["metric.worst_backlog"].mean())
    assert found == pytest.approx((queue["mean"], queue["std_error"], queue["low95"], queue["high95"]), rel=1e-3)


def test_replicates_without_a_number_are_left_out(port: quincunx.RunResult) -> None:
    none = port.estimate(lambda trials: np.nan)
    assert np.isnan([none.value, none.std_error, none.low95]).all()
    first = port.estimate(lambda trials: trials["draw"].iloc[0] if trials["draw"].iloc[0] % 16 < 2 else np.nan)
    # Of the replicates 0 and 1: their standard error is half their difference, and t has one degree of freedom.
    assert first.std_error == pytest.approx(0.5)
    assert first.high95 - first.value == pytest.approx(12.706 * 0.5)
