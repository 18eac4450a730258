//! Boxes that lead to an outcome: what is counted in them is what closed forms say, and noise has
//! none.

use crate::harness::{scenario, study};
use quincunx::analysis::{Discovery, condition_as_question, discover, given};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{DiscoverResult, GivenValue};
use serde_json::{Value, json};

/// Chance of the outcome in the corner a > 0.7, b < 0.3 of the square, and elsewhere.
const INSIDE: f64 = 0.8;
const OUTSIDE: f64 = 0.1;

/// Uniform parameters `a` to `f`, and an outcome with this chance.
fn file(chance: &str) -> Value {
    let names = ["a", "b", "c", "d", "e", "f"];
    let drawn = names.map(|name| (name.to_owned(), json!({"uniform": [0, 1]})));
    json!({
        "format": 2, "name": "square",
        "parameters": serde_json::Map::from_iter(drawn),
        "per_trial": {"luck": {"uniform": [0, 1]}},
        "questions": {"yes": {"holds": format!("luck < {chance}")}}
    })
}

fn look(file: &Value, trials: u64, seed: u64, threads: usize) -> DiscoverResult {
    let settings = Settings::new(trials, None, seed).threads(threads);
    found(file, None, &settings)
}

/// With 16 trials per draw on one thread: were there no other seed, boxes would be counted on what
/// chose them.
fn look_again(file: &Value, density: Option<f64>, trials: u64, seed: u64) -> DiscoverResult {
    let settings = Settings::new(trials, Some(trials / 16), seed).threads(1);
    found(file, density, &settings)
}

fn found(file: &Value, density: Option<f64>, settings: &Settings) -> DiscoverResult {
    let study = study(file);
    let discovery = Discovery {
        of: Some("yes".into()),
        boxes: 2,
        density,
        early: Vec::new(),
    };
    let wanted = (discovery.prepare(&study)).unwrap_or_else(|error| panic!("{error}"));
    discover(&study, &discovery, &wanted, settings, &Silent)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Against an exact number; 5.5 standard errors of 16 replicates.
fn near(what: &str, told: &GivenValue, exact: f64) {
    let (value, error) = (told.value.expect(what), told.std_error.expect(what));
    assert!(
        error > 0.0 && (value - exact).abs() < 5.5 * error,
        "{what}: {value} ± {error}, exact {exact}"
    );
    // An error that says nothing would hold anything.
    assert!(error < 0.08 * exact, "{what}: {value} ± {error}");
}

fn corner() -> Value {
    file(&format!("if(a > 0.7 and b < 0.3, {INSIDE}, {OUTSIDE})"))
}

#[test]
fn a_corner_has_the_coverage_and_density_of_its_closed_form() {
    let found = look(&corner(), 262_144, 3, 0);
    assert_eq!(found.boxes.len(), 1, "{:#?}", found.boxes);
    let one = &found.boxes[0];
    assert!(one.detectable);
    let limits: Vec<_> = (one.limits.iter())
        .map(|limit| (limit.input.as_str(), limit.low, limit.high))
        .collect();
    assert_eq!(limits, [("a", Some(0.7), None), ("b", None, Some(0.3))]);
    let mass = 0.09;
    let all = mass * INSIDE + (1.0 - mass) * OUTSIDE;
    near("mass", &one.size.mass, mass);
    near("density", &one.size.density, INSIDE);
    near("coverage", &one.size.coverage, mass * INSIDE / all);
    near("elsewhere", &one.elsewhere, OUTSIDE);
    for limit in &one.limits {
        assert!(limit.detectable, "{limit:#?}");
        near("share", &limit.share, 0.3);
        near("kept out", &limit.kept_out, OUTSIDE);
    }
    // The whole comes first in the peeling, with everything in it.
    let whole = &found.peeling[0];
    assert!(whole.limits.is_empty());
    assert_eq!(whole.size.coverage.value, Some(1.0));
    near("chance", &whole.size.density, all);
}

#[test]
fn two_corners_are_two_boxes_and_their_coverages_add_up() {
    let chance = "if(a > 0.7 and b < 0.3 or c < 0.2, 0.8, 0.1)";
    let found = look(&file(chance), 262_144, 5, 0);
    assert_eq!(found.boxes.len(), 2);
    let restricted = |place: usize| -> Vec<&str> {
        let limits = found.boxes[place].limits.iter();
        limits.map(|limit| limit.input.as_str()).collect()
    };
    assert_eq!((restricted(0), restricted(1)), (vec!["c"], vec!["a", "b"]));
    // Of the second box only what the first leaves.
    let (first, second) = (0.2, 0.8 * 0.09);
    near("first", &found.boxes[0].size.mass, first);
    near("second", &found.boxes[1].size.mass, second);
    let together = found.together.as_ref().expect("boxes");
    near("together", &together.mass, first + second);
    let sum: f64 = found
        .boxes
        .iter()
        .filter_map(|one| one.size.coverage.value)
        .sum();
    let all = together.coverage.value.expect("hits");
    assert!((sum - all).abs() < 1e-12, "{sum} {all}");
}

#[test]
fn the_weight_of_a_trend_is_an_input() {
    // With two trends and a concentration of 2 the weight is uniform, and so is the chance.
    let file = json!({
        "format": 1, "name": "weights", "start": "2001-01-01", "horizon": 1, "step": 1,
        "trends": {"up": {"weight": 0.5}, "down": {"weight": 0.5}},
        "weight_concentration": 2,
        "questions": {"yes": {"holds": "trend == up"}}
    });
    let found = look(&file, 131_072, 2, 0);
    let one = &found.boxes[0];
    assert_eq!(one.limits.len(), 1, "{one:#?}");
    let limit = &one.limits[0];
    assert_eq!(limit.kind, "weight");
    let low = match limit.input.as_str() {
        "up" => limit.low.expect("a low end"),
        _ => 1.0 - limit.high.expect("a high end"),
    };
    near("mass", &one.size.mass, 1.0 - low);
    near("density", &one.size.density, 0.5 * (1.0 + low));
}

#[test]
fn noise_is_hardly_ever_shown() {
    let seeds = 60;
    let file = file("0.3");
    let shown = (0..seeds).filter(|seed| {
        let found = look_again(&file, None, 8192, 1000 * seed);
        found.boxes.iter().any(|one| one.detectable)
    });
    // At most 5% of the few that are found at all.
    let shown = shown.count();
    assert!(shown <= 2, "{shown} of {seeds}");
}

#[test]
fn counting_on_another_run_does_not_flatter() {
    // A weak slope and much noise: the box's own run would show its density too high.
    let mut file = file("0.3 + 0.2 * a");
    file["parameters"] = json!({"a": {"uniform": [0, 1]}});
    let (mut sum, mut boxes) = (0.0, 0);
    for seed in 0..240 {
        let found = look_again(&file, Some(0.47), 8192, 1000 * seed);
        // The chance is linear in `a`, so that of a box is the one at its middle.
        let Some(one) = found.boxes.first() else {
            continue;
        };
        let (low, high) = (one.limits[0].low, one.limits[0].high);
        let exact = 0.3 + 0.1 * (low.unwrap_or(0.0) + high.unwrap_or(1.0));
        let (value, error) = (one.size.density.value, one.size.density.std_error);
        sum += (value.expect("trials") - exact) / error.expect("replicates");
        boxes += 1;
    }
    assert!(boxes >= 30, "{boxes}");
    let mean = sum / f64::from(boxes);
    assert!(
        mean.abs() < 3.5 / f64::from(boxes).sqrt(),
        "{mean} of {boxes}"
    );
}

#[test]
fn boxes_have_the_same_bytes_for_any_number_of_threads() {
    let one = look(&corner(), 20_000, 5, 1);
    let many = look(&corner(), 20_000, 5, 4);
    let bytes = |found: &DiscoverResult| serde_json::to_string(found).expect("plain data");
    assert_eq!(bytes(&one), bytes(&many));
    // And the chance is the one that a run shows.
    let run = crate::harness::run(&study(&corner()), 20_000, 5);
    assert_eq!(run.questions[0].probability, one.probability);
}

#[test]
fn a_tree_splits_a_corner_off_with_its_chances() {
    let found = look(&corner(), 262_144, 3, 0);
    // The first split is at a = 0.7 or at b = 0.3, the second at the other; below the other side of
    // the first there is none.
    assert_eq!(found.tree.len(), 5, "{:#?}", found.tree);
    let at = |input: &str| -> Vec<_> {
        let nodes = found.tree.iter().filter(|node| node.input == input);
        nodes.filter_map(|node| node.below.or(node.from)).collect()
    };
    assert_eq!((at("a"), at("b")), (vec![0.7; 2], vec![0.3; 2]));
    for node in &found.tree {
        assert_eq!(node.detectable, node.difference.is_some());
        assert_eq!(node.size.mass.value == Some(1.0), node.depth == 0);
    }
    let half = 0.3 * INSIDE + 0.7 * OUTSIDE;
    let mut splits = found.tree.iter().filter_map(|node| node.difference);
    let mut sizes = || splits.next().expect("two splits").abs();
    let (first, second) = (sizes(), sizes());
    assert!((first - (half - OUTSIDE)).abs() < 0.01, "{first}");
    assert!((second - (INSIDE - OUTSIDE)).abs() < 0.02, "{second}");
    let leaf = |node: &&quincunx::results::TreeNode| {
        node.depth == 2 && node.size.density.value > Some(0.5)
    };
    let inner = found.tree.iter().find(leaf).expect("the corner");
    near("mass", &inner.size.mass, 0.09);
    near("density", &inner.size.density, INSIDE);
    // Noise is no tree.
    let noise = (0..20).filter(|seed| {
        let found = look(&file("0.3"), 4096, 1000 * seed, 1);
        found.tree.iter().any(|node| node.detectable)
    });
    assert!(noise.count() <= 1);
}

/// A raid of a known rate, a place that is drawn in each trial and moves no more, and parameters: the
/// chance is high where it came by the day, the place is high, and `a` is. All three are limits.
fn early() -> Value {
    let drawn = ["a", "b"].map(|name| (name.to_owned(), json!({"uniform": [0, 1]})));
    let chance =
        format!("if(at(ever(raid), 200 days) and place > 0.4 and a > 0.5, {INSIDE}, {OUTSIDE})");
    scenario(
        2.0,
        0.25,
        json!({
            "format": 2,
            "parameters": serde_json::Map::from_iter(drawn),
            "per_trial": {"luck": {"uniform": [0, 1]}, "place": {"uniform": [0, 1]}},
            "indicators": {"stand": {"start": "place"}, "drift": {"start": 0, "volatility": 1}},
            "events": {
                "raid": {"hazard": {"rate": 1.5, "per": "year"}, "limit": 1},
                "noise": {"hazard": {"rate": 1, "per": "year"}, "limit": 1}
            },
            "questions": {"yes": {"holds": format!("luck < {chance}")}}
        }),
    )
}

fn look_early(file: &Value, trials: u64, seed: u64, threads: usize) -> DiscoverResult {
    let study = study(file);
    let day = jiff::Span::new().days(200);
    let discovery = Discovery {
        of: Some("yes".into()),
        boxes: 1,
        density: None,
        early: vec![study.model.clock.start.checked_add(day).expect("a day")],
    };
    let settings = Settings::new(trials, None, seed).threads(threads);
    let wanted = (discovery.prepare(&study)).unwrap_or_else(|error| panic!("{error}"));
    discover(&study, &discovery, &wanted, &settings, &Silent)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn early_conditions_are_limits_beside_inputs_with_the_numbers_of_their_closed_form() {
    let found = look_early(&early(), 131_072, 3, 0);
    let [one] = found.boxes.as_slice() else {
        panic!("one box: {:#?}", found.boxes)
    };
    assert!(one.detectable);
    let limits: Vec<_> = (one.limits.iter())
        .map(|limit| {
            (
                limit.input.as_str(),
                limit.kind.as_str(),
                limit.low,
                limit.high,
            )
        })
        .collect();
    assert_eq!(limits[0].0, "a");
    assert_eq!(limits.len(), 3, "{limits:?}");
    let of = |name: &str| {
        one.limits
            .iter()
            .find(|limit| limit.input == name)
            .expect(name)
    };
    let (raid, stand) = (of("raid"), of("stand"));
    assert_eq!(
        (raid.kind.as_str(), raid.low, raid.high),
        ("event", Some(1.0), None)
    );
    assert_eq!(raid.by, "2001-07-20");
    assert_eq!((stand.kind.as_str(), stand.high), ("indicator", None));
    // Where the limits are is chosen, and what they hold follows from where they are.
    let (a, stand) = (of("a").low.expect("a limit"), stand.low.expect("a limit"));
    assert!(
        (a - 0.5).abs() < 0.03 && (stand - 0.4).abs() < 0.03,
        "{a}, {stand}"
    );
    let came = 1.0 - libm::exp(-1.5 * 200.0 / 365.25);
    let mass = came * (1.0 - a) * (1.0 - stand);
    let core = came * (1.0 - a.max(0.5)) * (1.0 - stand.max(0.4));
    let all = came * 0.3 * INSIDE + (1.0 - came * 0.3) * OUTSIDE;
    let hits = core * INSIDE + (mass - core) * OUTSIDE;
    near("mass", &one.size.mass, mass);
    near("density", &one.size.density, hits / mass);
    near("coverage", &one.size.coverage, hits / all);
    near("elsewhere", &one.elsewhere, (all - hits) / (1.0 - mass));
    near("came", &raid.share, came);
    assert!(one.limits.iter().all(|limit| limit.detectable));
    // Two parameters; each event once, both indicators.
    assert_eq!((found.inputs, found.conditions), (2, 4));
    let [two, one] = [2, 1].map(|threads| look_early(&early(), 8192, 3, threads));
    assert_eq!(two, one, "whatever the threads");
}

/// Neither what happens nor how things stand has a say: hardly ever is there a box.
#[test]
fn early_noise_gives_hardly_ever_a_box() {
    let mut file = early();
    file["questions"]["yes"]["holds"] = json!("luck < 0.3");
    let shown = (0..30).filter(|seed| {
        let found = look_early(&file, 4096, 1000 * seed, 1);
        found.boxes.iter().any(|one| one.detectable)
    });
    // 5% of 30 are 1.5; 7 or more have a chance below 0.001.
    let shown = shown.count();
    assert!(shown < 7, "{shown} of 30");
}

/// A box of one early condition is one side of a run that is split by it: the same trials, and the
/// same errors, in which trials of a draw hang together.
#[test]
fn a_box_of_an_early_condition_is_a_side_of_the_run_split_by_it() {
    let mut file = early();
    let chance = format!("if(at(ever(raid), 200 days), {INSIDE}, {OUTSIDE})");
    file["questions"]["yes"]["holds"] = json!(format!("luck < {chance}"));
    let found = look_early(&file, 8192, 3, 0);
    let [one] = found.boxes.as_slice() else {
        panic!("one box: {:#?}", found.boxes)
    };
    let [limit] = one.limits.as_slice() else {
        panic!("one limit: {:#?}", one.limits)
    };
    assert_eq!((limit.input.as_str(), limit.low), ("raid", Some(1.0)));
    let original = study(&file);
    let condition = "at(ever(raid), 200 days)";
    let (_, name) = condition_as_question(&original.model, condition);
    file["questions"][&name] = json!({ "holds": condition });
    let settings = Settings::new(8192, None, 3);
    let asked = (name.as_str(), condition);
    let split = given(&study(&file), asked, &original, &settings, &Silent)
        .unwrap_or_else(|error| panic!("{error}"));
    let row = &split.questions[0];
    assert_eq!(row.name, "yes");
    assert_eq!(one.size.density, row.held);
    assert_eq!(one.elsewhere, row.not_held);
    assert_eq!(one.size.mass.value, Some(split.probability));
    assert_eq!(one.size.mass.std_error, Some(split.std_error));
}
