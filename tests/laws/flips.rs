//! Flips: the smallest change that makes another outcome the likeliest is the nearest point of a known surface.

use quincunx::analysis::{Flip, Study, flip};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{FlipChange, FlipResult};
use serde_json::{Value, json};

/// Chance of the outcome for each of two standard normal parameters, and without them: it leads where 0.3 + 0.06 x + 0.08 y passes a half.
const SLOPES: [f64; 2] = [0.06, 0.08];
const SHORT: f64 = 0.2;

fn file(correlation: Option<f64>) -> Value {
    let [a, b] = SLOPES;
    let normal = json!({"normal": {"mean": 0, "sd": 1}});
    let mut file = json!({
        "format": 2, "name": "plane",
        "parameters": {"x": normal, "y": normal, "idle": normal},
        "per_trial": {"luck": {"uniform": [0, 1]}},
        "outcomes": [
            {"name": "one", "when": format!("luck < {} + {a} * x + {b} * y", 0.5 - SHORT)},
            {"name": "other", "when": "true"}
        ],
        "questions": {"yes": {"holds": format!("luck < {} + {a} * x + {b} * y", 0.5 - SHORT)}}
    });
    if let Some(score) = correlation {
        // Spearman's of two normal scores with that correlation.
        let rank = 6.0 / std::f64::consts::PI * libm::asin(0.5 * score);
        file["correlations"] = json!([{"between": ["x", "y"], "rank": rank}]);
    }
    file
}

fn look(file: &Value, to: Option<&str>, within: f64, trials: u64, threads: usize) -> FlipResult {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("case.json");
    std::fs::write(&path, file.to_string()).expect("the folder takes files");
    let open = |sets: &[String]| Study::open(&path, sets);
    let study = open(&[]).unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
    let asked = Flip {
        to: to.map(str::to_owned),
        within,
    };
    let (race, wanted) = (asked.prepare(&study)).unwrap_or_else(|error| panic!("{error}"));
    let settings = Settings {
        threads,
        ..Settings::new(trials, None, 7)
    };
    let found = flip(&study, (&asked, &race, wanted), &settings, &Silent, &open);
    found.unwrap_or_else(|_| panic!("the runs succeed"))
}

fn of<'r>(found: &'r FlipResult, parameters: &[&str]) -> &'r FlipChange {
    let mut changes = found.changes.iter();
    let same = |change: &&FlipChange| {
        let held = change.held.iter().map(|held| held.parameter.as_str());
        let mut held: Vec<&str> = held.collect();
        held.sort_unstable();
        held == parameters
    };
    changes
        .find(same)
        .unwrap_or_else(|| panic!("{parameters:?}: {found:#?}"))
}

/// A change is a little larger than to where the lead is level: until it is beyond chance.
fn near(what: &str, change: &FlipChange, exact: f64) {
    let distance = change.distance.expect(what);
    assert!(
        exact - 0.03 < distance && distance < exact + 0.12,
        "{what}: {distance}, exact {exact}"
    );
    assert!(change.verified && change.lead.lead >= 2.0 * change.lead.lead_std_error);
}

#[test]
fn one_and_two_parameters_are_as_far_as_the_plane_is() {
    let [a, b] = SLOPES;
    let both = SHORT / libm::hypot(a, b);
    for (to, answer) in [(Some("one"), ""), (None, ""), (Some("yes"), "yes")] {
        let found = look(&file(None), to, 3.0, 131_072, 0);
        assert_eq!(found.answer, answer);
        near("both", &found.changes[0], both);
        near("both", of(&found, &["x", "y"]), both);
        near("y", of(&found, &["y"]), SHORT / b);
        // 3.33 standard deviations.
        let x = of(&found, &["x"]);
        assert_eq!((x.distance, x.verified), (None, false));
        assert_eq!(x.held[0].value, 3.0);
        // And nothing is held that has no say.
        let mut held = found.changes.iter().flat_map(|change| &change.held);
        assert!(held.all(|held| held.parameter != "idle"));
    }
}

#[test]
fn correlated_parameters_go_together_more_easily() {
    let (r, [a, b]) = (0.5, SLOPES);
    let found = look(&file(Some(r)), Some("one"), 3.0, 131_072, 0);
    let both = SHORT / (a * a + b * b + 2.0 * r * a * b).sqrt();
    near("both", of(&found, &["x", "y"]), both);
    // Against the grain they go less easily.
    let found = look(&file(Some(-r)), Some("one"), 3.0, 131_072, 0);
    let both = SHORT / (a * a + b * b - 2.0 * r * a * b).sqrt();
    near("against", of(&found, &["x", "y"]), both);
}

#[test]
fn what_is_out_of_reach_is_said_so_and_the_leader_needs_nothing() {
    let found = look(&file(None), Some("one"), 1.5, 32_768, 0);
    assert!(!found.changes.is_empty());
    assert!(
        found
            .changes
            .iter()
            .all(|change| change.distance.is_none() && !change.verified)
    );
    let found = look(&file(None), Some("other"), 1.5, 8192, 0);
    assert!(found.changes.is_empty() && found.now.lead > 0.0);
}

#[test]
fn a_bend_is_followed_to_the_root() {
    // The chance is 0.6 Φ(x): it leads where Φ(x) is five sixths.
    let file = json!({
        "format": 2, "name": "bend",
        "parameters": {"strength": {"uniform": [0, 1]}},
        "per_trial": {"luck": {"uniform": [0, 1]}},
        "outcomes": [
            {"name": "one", "when": "luck < 0.6 * strength"},
            {"name": "other", "when": "true"}
        ]
    });
    let found = look(&file, None, 3.0, 131_072, 0);
    near("strength", of(&found, &["strength"]), 0.967_421_566_1);
}

#[test]
fn flips_have_the_same_bytes_for_any_number_of_threads() {
    let [one, many] = [1, 4].map(|threads| look(&file(None), None, 3.0, 20_000, threads));
    let bytes = |found: &FlipResult| serde_json::to_string(found).expect("plain data");
    assert_eq!(bytes(&one), bytes(&many));
}

#[test]
fn a_hump_is_seen_on_the_way() {
    // Three standard deviations away the chance is as low as at the median; at 1.2 it is 0.86.
    let file = json!({
        "format": 2, "name": "hump",
        "parameters": {"x": {"normal": {"mean": 0, "sd": 1}}},
        "per_trial": {"luck": {"uniform": [0, 1]}},
        "outcomes": [
            {"name": "one", "when": "luck < 1 - exp(-2 * exp(-2 * (x - 1.2) * (x - 1.2)))"},
            {"name": "other", "when": "true"}
        ]
    });
    let found = look(&file, Some("one"), 3.0, 16_384, 0);
    // A half where 2 exp(-2 (x - 1.2)²) = ln 2.
    let exact = 1.2 - (0.5 * libm::log(2.0 / std::f64::consts::LN_2)).sqrt();
    near("x", of(&found, &["x"]), exact);
}

#[test]
fn what_the_file_forbids_is_out_of_reach_and_no_end() {
    // A chance above one is refused, from 5.5 standard deviations on.
    let file = json!({
        "format": 1, "name": "edge", "start": "2001-01-01", "horizon": 1, "step": 1,
        "parameters": {"g": {"normal": {"mean": 0.45, "sd": 0.1}}},
        "events": {"e": {"at": 0.5, "probability": "g"}},
        "outcomes": [{"name": "yes", "when": "ever(e)"}, {"name": "no", "when": "true"}]
    });
    let found = look(&file, Some("yes"), 6.0, 131_072, 0);
    near("g", of(&found, &["g"]), 0.5);
}
