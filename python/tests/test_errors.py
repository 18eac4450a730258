"""Errors are exceptions, with their place."""

import pytest
from conftest import PORT, VALLEY

import quincunx


def changed(**keys: object) -> dict[str, object]:
    return {**VALLEY, **keys}


def test_an_error_has_code_place_excerpt_and_hint(tmp_path) -> None:
    path = tmp_path / "valley.json"
    path.write_text(PORT.read_text(encoding="utf-8").replace('"phase == agreement"', '"phaze == agreement"', 1), encoding="utf-8")
    with pytest.raises(quincunx.ScenarioError) as caught:
        quincunx.run(path)
    error = caught.value
    text = path.read_text(encoding="utf-8").splitlines()
    assert error.code == "unknown-name"
    assert error.file == str(path)
    assert error.line is not None
    assert error.column is not None
    assert text[error.line - 1][error.column - 1 :].startswith("phaze")
    assert "phaze" in error.message
    assert error.hints == ("did you mean `phase`?",)
    assert error.findings[0].is_error
    told = str(error)
    assert told.startswith(f"{path}:{error.line}:{error.column}: error[unknown-name]: ")
    assert "hint: did you mean `phase`?" in told


def test_all_errors_are_in_one_exception_and_warnings_do_not_come_first() -> None:
    with pytest.raises(quincunx.ScenarioError) as caught:
        quincunx.run(changed(metrics={"a": "evr(deal)", "b": "1 +"}))
    assert {finding.code for finding in caught.value.findings} == {"unknown-name", "formula-syntax"} | {
        finding.code for finding in caught.value.findings
    } - {"unknown-name", "formula-syntax"}
    assert caught.value.findings[0].file == "<dict>"
    assert ".quincunx-" not in str(caught.value)


def test_settings_and_conditions_are_pointed_at() -> None:
    with pytest.raises(quincunx.ScenarioError) as caught:
        quincunx.run(PORT, set={"trends.militnt.weight": 0.5})
    assert (caught.value.file, caught.value.line, caught.value.column) == ("--set", 1, 8)
    with pytest.raises(quincunx.ScenarioError) as caught:
        quincunx.given(PORT, "evr(walk_out)")
    assert (caught.value.file, caught.value.column) == ("CONDITION", 1)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(quincunx.ScenarioError, match=r"there is no file `nowhere\.json`") as caught:
        quincunx.run("nowhere.json")
    assert caught.value.code == "file-not-found"
    assert caught.value.line is None


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: quincunx.run(PORT, trials=-1), "`-1` is not a positive whole number"),
        (lambda: quincunx.run(PORT, until="soon"), "`soon`"),
        (lambda: quincunx.run(PORT, design="even"), "even"),
        (lambda: quincunx.sensitivity(PORT, of="nope"), "named `nope`"),
        (lambda: quincunx.sweep(PORT, vary={"parameters.berths.value": []}), "no values"),
        (lambda: quincunx.sweep(PORT), "vary"),
        (lambda: quincunx.compare(PORT), "nothing to compare"),
        (lambda: quincunx.compare(), "no scenario"),
        (lambda: quincunx.trace(PORT, outcome="nope", trials=1024), "nope"),
        (lambda: quincunx.run(PORT, set={"horizon": float("nan")}), "finite"),
        (lambda: quincunx.run(PORT, set={"a=b": 1}), "no path"),
        (lambda: quincunx.run(PORT, set={"horizon": object()}), "no place for a object"),
        (lambda: quincunx.run({1: 2}), "keys of a scenario are texts"),
        (lambda: quincunx.run(12), "a path, a text or a dict"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(call, told: str) -> None:
    with pytest.raises(quincunx.UsageError) as caught:
        call()
    assert told in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_run_that_fails_has_the_place_that_is_to_blame() -> None:
    endless = changed(
        events={
            "a": {"hazard": {"rate": 5, "per": "year"}, "effects": [{"phase": "accord"}]},
            "b": {"when": "phase == accord", "effects": [{"phase": "dispute"}]},
            "c": {"when": "phase == dispute and ever(a)", "effects": [{"phase": "accord"}]},
        },
        metrics={},
    )
    with pytest.raises(quincunx.RunError) as caught:
        quincunx.run(endless, trials=1024)
    assert caught.value.findings[0].file == "<dict>"
    assert caught.value.findings[0].code in {"endless-firings", "too-many-firings"}


def test_check_gives_findings_and_raises_nothing_for_them() -> None:
    assert quincunx.check(PORT) == []
    found = quincunx.check(PORT, changed(metrics={"a": "evr(deal)"}), set=None)
    codes = [finding.code for finding in found]
    assert "unknown-name" in codes
    assert all(finding.file == "<dict>" for finding in found)
    found = quincunx.check(quincunx.Scenario(PORT).set("horizon", "2 furlongs"))
    assert found[0].file == "--set"


def test_another_program_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("QUINCUNX_PROGRAM", str(tmp_path / "nothing"))
    with pytest.raises(quincunx.ProgramNotFoundError, match="QUINCUNX_PROGRAM says"):
        quincunx.check(PORT)
    (tmp_path / "text").write_text("no program")
    monkeypatch.setenv("QUINCUNX_PROGRAM", str(tmp_path / "text"))
    with pytest.raises(quincunx.ProgramNotFoundError, match="cannot be started"):
        quincunx.check(PORT)


def test_what_a_program_says_in_another_form_is_not_lost(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho 'thread main panicked' >&2\nexit 101\n")
    program.chmod(0o755)
    monkeypatch.setenv("QUINCUNX_PROGRAM", str(program))
    with pytest.raises(quincunx.RunError, match="thread main panicked"):
        quincunx.run(PORT)
