"""Runs that are kept, grown, and cut into parts."""

from pathlib import Path

import pytest
from conftest import PORT, VALLEY

import quincunx


def test_a_run_is_kept_grown_and_told_again(tmp_path: Path) -> None:
    kept = tmp_path / "valley.summary"
    short = quincunx.run(VALLEY, summary=kept, checkpoint=0.5)
    assert quincunx.run(resume=kept).json == short.json
    grown = quincunx.run(grow=kept, trials=8192)
    assert grown.json == quincunx.run(VALLEY, trials=8192).json
    assert quincunx.merge(kept).json == grown.json
    with pytest.raises(quincunx.UsageError, match="no scenario"):
        quincunx.run()
    with pytest.raises(quincunx.UsageError, match="has 8,192 trials already"):
        quincunx.run(grow=kept, trials=100)


def test_parts_of_a_plan_join_to_one_run(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    plan = quincunx.plan(PORT, tmp_path / "port.plan", parts=3, trials=6144, set={"horizon": "6 months"})
    assert quincunx.status(plan, parts) == {"parts": 3, "done": [], "missing": [1, 2, 3], "damaged": []}
    quincunx.shard(plan, index=3, dir=parts, threads=1)
    quincunx.shard(plan, index=1, dir=parts)
    with pytest.raises(quincunx.RunError, match="1 of 3 parts is missing"):
        quincunx.merge(plan, parts)
    quincunx.shard(plan, index=2, dir=parts)
    assert quincunx.status(plan, parts)["done"] == [1, 2, 3]
    whole = quincunx.merge(plan, parts, summary=tmp_path / "whole.summary")
    assert whole.json == quincunx.run(PORT, trials=6144, set={"horizon": "6 months"}).json
    assert quincunx.merge(tmp_path / "whole.summary").json == whole.json

    (parts / "part-0002.summary").write_bytes(b"quincunx summary 1\n{}")
    (damaged,) = quincunx.status(plan, parts)["damaged"]
    assert (damaged["part"], damaged["reason"]) == (2, "it is cut off, or its end is damaged")
    with pytest.raises(quincunx.UsageError, match="the plan has 3 parts"):
        quincunx.shard(plan, index=4, dir=parts)


def test_parts_of_a_scenario_join_to_one_run(tmp_path: Path) -> None:
    files = [tmp_path / f"{part}.summary" for part in (1, 2)]
    for part, file in enumerate(files, 1):
        quincunx.shard(VALLEY, file, part=f"{part}/2", seed=8)
    assert quincunx.merge(*reversed(files)).json == quincunx.run(VALLEY, seed=8).json
    with pytest.raises(quincunx.UsageError, match="0/4"):
        quincunx.shard(VALLEY, files[0], part="0/4")


def test_parts_of_a_sweep_join_to_one_sweep(tmp_path: Path) -> None:
    asked = {"vary": {"parameters.haste.uniform.0": [0.1, 0.2, 0.3]}, "variant": {"long": {"horizon": "18 months"}}, "of": "accord", "trials": 1024}
    plan = quincunx.plan(VALLEY, tmp_path / "valley.plan", parts=2, **asked)
    for index in (2, 1):
        quincunx.shard(plan, index=index, dir=tmp_path / "parts")
    found = quincunx.merge_sweep(plan, tmp_path / "parts", charts=tmp_path / "charts")
    assert found.json == quincunx.sweep(VALLEY, **asked).json
    assert list((tmp_path / "charts").iterdir())
    with pytest.raises(quincunx.UsageError, match="--events is about runs"):
        quincunx.merge(plan, tmp_path / "parts", events=["deal"])


def test_parts_of_an_analysis_join_to_one_analysis(tmp_path: Path) -> None:
    asked = {"of": "accord", "method": "sobol", "tornado": True, "trials": 2048}
    plan = quincunx.plan(VALLEY, tmp_path / "valley.plan", parts=3, **asked)
    for index in (2, 3, 1):
        quincunx.shard(plan, index=index, dir=tmp_path / "parts")
    found = quincunx.merge_sensitivity(plan, tmp_path / "parts", report=tmp_path / "page.html")
    assert found.json == quincunx.sensitivity(VALLEY, **asked).json
    assert (tmp_path / "page.html").exists()
    with pytest.raises(quincunx.UsageError, match="--events is not for analyses of sensitivity"):
        quincunx.merge(plan, tmp_path / "parts", events=["deal"])


def test_a_script_for_slurm_has_what_was_asked_for(tmp_path: Path) -> None:
    plan = quincunx.plan(VALLEY, tmp_path / "valley.plan", parts=2)
    script = quincunx.emit("slurm", plan, dir="the parts", result=tmp_path / "a.json", tasks=1, time="2:00:00", threads=4)
    assert script.startswith("#!/bin/bash\n#SBATCH")
    for line in ["#SBATCH --time=2:00:00", "#SBATCH --cpus-per-task=4", "folder='the parts'", f"result='{tmp_path}/a.json'", "tasks=1"]:
        assert f"\n{line}\n" in script
    with pytest.raises(quincunx.UsageError, match="is not a time"):
        quincunx.emit("slurm", plan, time="soon")


def test_a_run_that_waits_for_a_precision_ends_in_parts_as_in_one_process(tmp_path: Path) -> None:
    plan = quincunx.plan(VALLEY, tmp_path / "valley.plan", parts=3, until="1.5pp")
    parts = tmp_path / "parts"
    while missing := quincunx.status(plan, parts)["missing"]:
        for index in missing:
            quincunx.shard(plan, index=index, dir=parts)
    status = quincunx.status(plan, parts)
    assert status["enough"] <= len(status["done"]) < status["parts"]
    assert quincunx.merge(plan, parts).json == quincunx.run(VALLEY, until="1.5pp").json
