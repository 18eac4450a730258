//! Doubts: a scenario with one planted fault each, and the warning that must find it.
//!
//! The sound scenario raises none, so whatever is told comes from what was planted.

use crate::program::{call, folder, json_value, result, valley, write};
use quincunx::diagnostic::RUN_CODES;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is planted: a pointer with the value that goes there.
type Plant = (&'static str, Value);

struct Fault {
    code: &'static str,
    path: &'static str,
    plants: Vec<Plant>,
    /// Words that the message must have.
    told: &'static str,
}

fn fault(code: &'static str, path: &'static str, told: &'static str, plants: Vec<Plant>) -> Fault {
    Fault {
        code,
        path,
        plants,
        told,
    }
}

/// The sound scenario with something planted; parents of a pointer exist, its last part may be new.
fn planted(plants: &[Plant]) -> Value {
    let mut scenario = valley();
    for (pointer, value) in plants {
        let (parent, last) = pointer.rsplit_once('/').expect("a pointer");
        match scenario.pointer_mut(parent) {
            Some(Value::Object(object)) => object
                .insert(last.to_owned(), value.clone())
                .map_or((), drop),
            Some(Value::Array(items)) => {
                items.insert(last.parse().expect("an index"), value.clone())
            }
            other => panic!("{pointer}: {other:?}"),
        }
    }
    scenario
}

/// What `check` must find.
fn static_faults() -> Vec<Fault> {
    vec![
        fault(
            "weights-not-one",
            "/trends",
            "0.8",
            vec![("/trends/wet/weight", json!(0.1))],
        ),
        fault(
            "phase-unreachable",
            "/phases/truce",
            "`truce`",
            vec![("/phases/truce", json!({}))],
        ),
        fault(
            "trend-unreachable",
            "/trends/cold",
            "`cold`",
            vec![("/trends/cold", json!({"weight": 0}))],
        ),
        fault(
            "event-cannot-fire",
            "/events/raid/if",
            "`raid`",
            vec![(
                "/events/raid",
                json!({"hazard": 1, "phases": ["dispute"], "if": "phase == accord", "effects": [{"add": "level", "by": 1}]}),
            )],
        ),
        fault(
            "hazard-near-certain",
            "/events/raid/hazard",
            "`raid`",
            vec![(
                "/events/raid",
                json!({"hazard": {"rate": 500, "per": "year"}, "limit": 1, "effects": [{"add": "level", "by": 1}]}),
            )],
        ),
        fault(
            "step-too-coarse",
            "/events/raid/hazard",
            "`raid`",
            vec![(
                "/events/raid",
                json!({"hazard": "12 * level", "limit": 1, "effects": [{"add": "level", "by": 1}]}),
            )],
        ),
        fault(
            "step-too-coarse",
            "/indicators/level/drift",
            "`level`",
            vec![("/indicators/level/drift", json!("20 * calm * (1 - level)"))],
        ),
        fault(
            "outcome-shadowed",
            "/outcomes/1/when",
            "`signed`",
            vec![(
                "/outcomes/1",
                json!({"name": "late", "when": "phase == accord and level > 1"}),
            )],
        ),
        fault(
            "outcome-impossible",
            "/outcomes/0/when",
            "`never`",
            vec![("/outcomes/0", json!({"name": "never", "when": "1 > 2"}))],
        ),
        fault(
            "parameter-unused",
            "/parameters/idle",
            "`idle`",
            vec![("/parameters/idle", json!({"uniform": [0, 1]}))],
        ),
        fault(
            "indicator-never-moves",
            "/indicators/rock",
            "`rock`",
            vec![("/indicators/rock", json!({"start": 1}))],
        ),
        fault(
            "starts-not-one",
            "/phases",
            "0.5",
            vec![("/phases/dispute/start", json!(0.5))],
        ),
        fault(
            "start-outside-range",
            "/indicators/level/start",
            "-1",
            vec![("/indicators/level/start", json!(-1))],
        ),
    ]
}

/// What only `run` can find.
fn run_faults() -> Vec<Fault> {
    let dispute = |hazard: Value| json!({"hazard": hazard, "phases": ["dispute"], "effects": [{"phase": "accord"}]});
    vec![
        fault(
            "never-fired",
            "/events/raid",
            "its hazard is too small",
            vec![(
                "/events/raid",
                json!({"hazard": 1e-9, "effects": [{"add": "level", "by": 1}]}),
            )],
        ),
        fault(
            "never-fired",
            "/events/flood",
            "never became true",
            vec![(
                "/events/flood",
                json!({"when": "level > 50", "effects": [{"set": "level", "to": 1}]}),
            )],
        ),
        fault(
            "never-fired",
            "/events/vote",
            "not allowed at its date",
            vec![(
                "/events/vote",
                json!({"at": "2026-05-01", "if": "level > 50", "effects": [{"set": "level", "to": 1}]}),
            )],
        ),
        fault(
            "never-fired",
            "/shifts/dry/wet",
            "`dry > wet`",
            vec![(
                "/shifts",
                json!({"dry": {"wet": {"rate": 1e-9, "per": "year"}}}),
            )],
        ),
        fault(
            "empty-outcome",
            "/outcomes/0/when",
            "`deluge`",
            vec![(
                "/outcomes/0",
                json!({"name": "deluge", "when": "final(level) > 50"}),
            )],
        ),
        fault(
            "outcome-shadowed",
            "/outcomes/1/when",
            "earlier rules take all",
            vec![(
                "/outcomes/1",
                json!({"name": "written", "when": "ever(signature)"}),
            )],
        ),
        fault(
            "unclassified",
            "/outcomes",
            "no rule holds",
            vec![(
                "/outcomes",
                json!([{"name": "signed", "when": "phase == accord"}]),
            )],
        ),
        fault(
            "chance-not-realised",
            "/events/quick/hazard",
            "hold it back",
            vec![(
                "/events/quick",
                json!({"hazard": {"chance": 0.6, "within": "6 months", "times": {"factor": 0.2}},
                       "phases": ["dispute"], "effects": [{"add": "level", "by": 0.1}]}),
            )],
        ),
        fault(
            "chance-not-realised",
            "/events/quick/hazard",
            "add to",
            vec![(
                "/events/quick",
                json!({"hazard": {"chance": 0.1, "within": "6 months", "times": {"trend": {"dry": 4, "wet": 4}}},
                       "effects": [{"add": "level", "by": 0.1}]}),
            )],
        ),
        fault(
            "chance-not-realised",
            "/events/slow/hazard",
            "`slow`",
            vec![
                // The other way out of the dispute is so fast that it leaves little to this one.
                (
                    "/events/slow",
                    dispute(json!({"chance": 0.6, "within": "9 months"})),
                ),
                (
                    "/events/signature/hazard",
                    json!({"rate": "haste * 12", "per": "year"}),
                ),
            ],
        ),
        fault(
            "trend-never-true",
            "/trends/wet/when",
            "`wet` has come true at the end of none of 8,192 trials",
            vec![("/trends/wet/when", json!("final(level) > 50"))],
        ),
        fault(
            "trend-always-true",
            "/trends/wet/when",
            "`wet` has come true at the end of all 8,192 trials",
            vec![("/trends/wet/when", json!("final(level) < 50"))],
        ),
        fault(
            "trend-true-anyway",
            "/trends/wet/when",
            "as often whether or not it leads",
            vec![
                (
                    "/events/raid",
                    json!({"hazard": 0.03, "effects": [{"add": "level", "by": 1}]}),
                ),
                ("/trends/wet/when", json!("ever(raid)")),
            ],
        ),
        fault(
            "trend-without-effect",
            "/trends/wet",
            "whether or not `wet` leads",
            vec![
                (
                    "/events/raid",
                    json!({"hazard": 0.03, "effects": [{"add": "level", "by": 1}]}),
                ),
                (
                    "/outcomes",
                    json!([{"name": "raided", "when": "ever(raid)"}, {"name": "spared", "when": "not ever(raid)"}]),
                ),
            ],
        ),
        fault(
            "few-draws",
            "/run/trials",
            "16",
            vec![("/run/trials", json!(1024))],
        ),
        fault(
            "non-finite",
            "",
            "not finite",
            // In about 1 of 2,000 trials, half of the share at which a run fails.
            vec![(
                "/indicators/level/drift",
                json!("calm * (1 - level) + if(level > 1.57, ln(1.57 - level), 0)"),
            )],
        ),
    ]
}

#[test]
fn the_sound_scenario_raises_no_doubt() {
    let folder = folder();
    let path = write(folder.path(), "sound.json", &valley());
    assert_eq!(
        json_value(&call(&format!("check {path} --format json")).success()),
        json!([])
    );
    assert_eq!(
        result(&call(&format!("run {path} --format json")).success()).warnings,
        []
    );
}

#[test]
fn check_finds_every_planted_fault_and_run_repeats_it() {
    let folder = folder();
    for Fault {
        code,
        path,
        plants,
        told,
    } in static_faults()
    {
        let file = write(folder.path(), "case.json", &planted(&plants));
        let found = json_value(&call(&format!("check {file} --format json")).success());
        let finding = found
            .as_array()
            .expect("a list")
            .iter()
            .find(|f| f["code"] == code && f["path"] == path)
            .unwrap_or_else(|| panic!("{code} at {path}: {found:#}"));
        assert_eq!(finding["severity"], "warning", "{code}");
        let message = finding["message"].as_str().unwrap_or_default();
        assert!(message.contains(told), "{code}: {message}");
        assert!(finding["line"].as_u64() > Some(1), "{code}: {finding:#}");

        let run = result(&call(&format!("run {file} --trials 1024 --format json")).success());
        let repeated = |w: &quincunx::results::Warning| {
            w.code == code && w.path == path && w.message == message
        };
        assert!(
            run.warnings.iter().any(repeated),
            "{code}: {:?}",
            run.warnings
        );
    }
}

#[test]
fn run_finds_every_planted_fault_that_check_cannot_see() {
    let folder = folder();
    let mut seen = BTreeSet::from([
        "endless-firings",
        "interrupted",
        "rare-not-settled",
        "too-many-firings",
        "unlike-clocks",
    ]);
    for Fault {
        code,
        path,
        plants,
        told,
    } in run_faults()
    {
        let file = write(folder.path(), "case.json", &planted(&plants));
        let found = json_value(&call(&format!("check {file} --format json")).success());
        assert_eq!(found, json!([]), "{code}: a run is not needed");
        let run = result(&call(&format!("run {file} --format json")).success());
        let is_told = run
            .warnings
            .iter()
            .any(|w| w.code == code && w.path == path && w.message.contains(told));
        assert!(is_told, "{code} at {path}: {:#?}", run.warnings);
        seen.insert(code);
    }
    // The others have tests of their own: of Ctrl-C, of comparisons, of what is rare, and of runs
    // that cannot end.
    let missing: Vec<&&str> = RUN_CODES
        .iter()
        .filter(|code| !seen.contains(**code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
