//! Near misses and pathways: shares are what closed forms say, replays are what an edited file
//! gives, and branches add up.

use super::rich;
use crate::harness::{open, rows, run, scenario, settings, study};
use quincunx::analysis::{EndOf, Study, Ways, near_misses, pathways};
use quincunx::engine::{Otherwise, Replayed, Replays, Settings, Silent};
use quincunx::results::{NearMisses, OtherWays, Pathway, Pathways, Told};
use serde_json::{Value, json};

/// Rates per year, and the time.
const A: f64 = 0.9;
const B: f64 = 0.3;
const YEARS: f64 = 2.0;

/// The first of two exponential clocks decides. `moving`: by a quantity that moves, but hardly.
fn two_clocks(moving: bool) -> Value {
    let rate = |rate: f64| match moving {
        true => json!(format!("{rate} * x")),
        false => json!({"rate": rate, "per": "year"}),
    };
    scenario(
        YEARS,
        0.25,
        json!({
            "phases": {"open": {"start": true}, "won_a": {"final": true}, "won_b": {"final": true}},
            "indicators": {"x": {"start": 1, "volatility": 1e-9}},
            "events": {
                "a": {"hazard": rate(A), "phases": ["open"], "effects": [{"phase": "won_a"}]},
                "b": {"hazard": rate(B), "phases": ["open"], "effects": [{"phase": "won_b"}]}
            },
            "outcomes": [
                {"name": "a", "when": "phase == won_a"},
                {"name": "b", "when": "phase == won_b"},
                {"name": "neither", "when": "true"}
            ]
        }),
    )
}

fn near(study: &Study, outcome: &str, settings: &Settings) -> NearMisses {
    let rules = &study.model.outcomes;
    let place = rules.iter().position(|rule| rule.name == outcome);
    let of = EndOf::Outcome(place.expect(outcome));
    near_misses(study, settings, of, &Silent).unwrap_or_else(|error| panic!("{error}"))
}

/// Against an exact share; 5 standard errors of 16 replicates.
fn close(what: &str, value: f64, error: f64, exact: f64) {
    assert!(
        error > 0.0 && error < 0.03 && (value - exact).abs() < 5.0 * error,
        "{what}: {value} ± {error}, exact {exact}"
    );
}

fn end(found: &NearMisses, name: &str) -> (f64, f64) {
    let one = found.ends.iter().find(|end| end.name == name);
    one.map_or((0.0, 0.0), |end| (end.share.value, end.share.std_error))
}

#[test]
fn near_misses_of_two_exponential_clocks_are_as_integrals_say() {
    let both = A + B;
    let exp = libm::exp;
    let b_first = B / both * (1.0 - exp(-both * YEARS));
    // When the clock of `a` was as likely as not to have run out.
    let even = std::f64::consts::LN_2 / A;
    // Before that, `a` must still come after `b` was taken away; from then on, it comes at even
    // odds.
    let later = B / both * (exp(-both * even) - exp(-both * YEARS));
    let before = B / both * (1.0 - exp(-both * even));
    let no_a = exp(-A * YEARS) * (1.0 - exp(-B * even));
    let near_a = (before - no_a + later) / b_first;
    let near_neither = exp(-A * YEARS) * (1.0 - exp(-B * YEARS)) / b_first;
    for moving in [false, true] {
        let study = study(&two_clocks(moving));
        let settings = settings(&study, 40_960, 11);
        let found = near(&study, "b", &settings);
        assert_eq!((found.compared, found.interrupted), (1024, false));
        let (value, error) = end(&found, "a");
        close("a", value, error, near_a);
        let (value, error) = end(&found, "neither");
        close("neither", value, error, near_neither);
        // Without `b` none of them ends in `b`.
        assert_eq!(found.any.as_ref().map(|any| any.value), Some(1.0));
        let [without, with] = [("b", "without"), ("a", "with")].map(|(event, change)| {
            let mut rows = found.events.iter();
            let row = rows.find(|row| row.event == event && row.change == change);
            row.unwrap_or_else(|| panic!("{event}: {found:#?}")).clone()
        });
        assert_eq!((without.turned.value, without.possible.value), (1.0, 1.0));
        close(
            "with",
            with.turned.value,
            with.turned.std_error,
            later / b_first,
        );
        assert_eq!(with.turned, with.possible);
        // The clock of `a` has passed even odds in all trials in which neither came, and that of
        // `b` in none.
        let found = near(&study, "neither", &settings);
        assert_eq!(end(&found, "a").0, 1.0);
        assert_eq!(end(&found, "b").0, 0.0);
    }
}

/// Of a group, an event that brings one of its outcomes instead of another turns nothing: `b`, or
/// neither, is left by `a` alone.
#[test]
fn near_misses_of_a_group_are_of_what_lies_outside() {
    let mut file = two_clocks(false);
    file["groups"] = json!({"mine": {}, "theirs": {}});
    for (outcome, group) in [(0, "theirs"), (1, "mine"), (2, "mine")] {
        file["outcomes"][outcome]["group"] = json!(group);
    }
    let study = study(&file);
    let settings = settings(&study, 40_960, 11);
    let place = |name: &str| study.model.groups.iter().position(|one| one.name == name);
    let of = EndOf::Group(place("mine").expect("it is there"));
    let found = near_misses(&study, &settings, of, &Silent).expect("it runs");
    assert_eq!(
        (found.kind.as_str(), found.outcome.as_str()),
        ("group", "mine")
    );
    assert_eq!(found.compared, 1024);
    let exp = libm::exp;
    let both = A + B;
    let b_first = B / both * (1.0 - exp(-both * YEARS));
    let even = std::f64::consts::LN_2 / A;
    let later = B / both * (exp(-both * even) - exp(-both * YEARS));
    let before = B / both * (1.0 - exp(-both * even));
    let no_a = exp(-A * YEARS) * (1.0 - exp(-B * even));
    // In all trials in which neither came, `a` was likelier than not.
    let neither = exp(-both * YEARS);
    let exact = (before - no_a + later + neither) / (b_first + neither);
    let any = found.any.as_ref().expect("some are compared");
    close("any", any.value, any.std_error, exact);
    let names: Vec<&str> = found.ends.iter().map(|end| end.name.as_str()).collect();
    assert_eq!(names, ["a"]);
    let groups: Vec<(&str, f64)> = (found.groups.iter())
        .map(|end| (end.name.as_str(), end.share.value))
        .collect();
    assert_eq!(groups, [("theirs", any.value)]);
    // A group with every outcome has nothing outside.
    file["outcomes"][0]["group"] = json!("mine");
    file["groups"] = json!({"mine": {}});
    let study = self::study(&file);
    let found = near_misses(&study, &settings, EndOf::Group(0), &Silent).expect("it runs");
    assert_eq!(found.any.map(|any| any.value), Some(0.0));
    assert!(found.ends.is_empty() && found.events.is_empty());
}

/// An event that is kept from happening is one that the file does not have.
#[test]
fn a_trial_without_an_event_is_the_trial_of_a_file_without_it() {
    const FILE: &str = "../scenarios/port_strike.json";
    let whole = open(FILE, &[]);
    let settings = settings(&whole, 1024, 5);
    let numbers: Vec<u64> = (0..1024).collect();
    let places: Vec<usize> = (0..1024).collect();
    let replays = Replays::new(&whole.program, &settings, &numbers);
    let mut turned = 0;
    for event in ["walk_out", "better_offer", "fund_empty", "court_order"] {
        let mut events = whole.model.events.iter();
        let Some(place) = events.position(|one| one.name == event) else {
            panic!("{event} is not in the file");
        };
        let without = open(FILE, &[format!("events.{event}.if=\"false\"")]);
        let (_, rows) = rows(&without, &settings);
        let ends = replays
            .ends(&places, Otherwise::Without(place))
            .expect("no endless firing");
        let expected = rows
            .outcome
            .iter()
            .map(|end| Replayed::Outcome(usize::from(*end)));
        assert_eq!(ends, expected.collect::<Vec<_>>(), "{event}");
        let (_, as_it_was) = self::rows(&whole, &settings);
        turned += (as_it_was.outcome.iter().zip(&rows.outcome))
            .filter(|(a, b)| a != b)
            .count();
    }
    assert!(turned > 100, "{turned}");
}

fn ways(study: &Study, through: &[&str], least: f64, settings: &Settings) -> Pathways {
    let ways = Ways {
        outcome: None,
        through: through.iter().map(|name| (*name).to_owned()).collect(),
        depth: 4,
        least,
    };
    let turning = ways
        .turning(&study.model)
        .unwrap_or_else(|error| panic!("{error}"));
    pathways(study, &ways, &turning, settings, &Silent).unwrap_or_else(|error| panic!("{error}"))
}

fn branch<'p>(branches: &'p [Pathway], event: Option<&str>) -> &'p Pathway {
    let mut all = branches.iter();
    all.find(|one| one.event.as_deref() == event)
        .unwrap_or_else(|| panic!("{event:?}: {branches:#?}"))
}

#[test]
fn orders_of_three_exponential_clocks_are_as_integrals_say() {
    const C: f64 = 0.5;
    let hazard = |rate: f64| json!({"hazard": {"rate": rate, "per": "year"}});
    let file = scenario(
        YEARS,
        0.25,
        json!({
            "events": {"a": hazard(A), "b": hazard(B), "c": hazard(C)},
            "outcomes": [{"name": "with_b", "when": "ever(b)"}, {"name": "no_b", "when": "true"}]
        }),
    );
    let study = study(&file);
    let found = ways(&study, &[], 0.0, &settings(&study, 65_536, 3));
    let exp = libm::exp;
    let all = A + B + C;
    let told = |what: &str, told: &Told, exact: f64| {
        assert!(
            told.std_error > 0.0 && told.std_error < 0.004,
            "{what}: {told:?}"
        );
        assert!(
            (told.value - exact).abs() < 5.0 * told.std_error,
            "{what}: {told:?}, exact {exact}"
        );
    };
    let a = branch(&found.branches, Some("a"));
    let first = A / all * (1.0 - exp(-all * YEARS));
    told("a first", &a.share, first);
    told(
        "none",
        &branch(&found.branches, None).share,
        exp(-all * YEARS),
    );
    // `a` at t, and the next of the two others is `b`.
    let both = B / (B + C) * (first - A * exp(-(B + C) * YEARS) * (1.0 - exp(-A * YEARS)) / A);
    let then_b = branch(&a.branches, Some("b"));
    told("a, then b", &then_b.share, both);
    told("b after a", &then_b.of_parent, both / first);
    // Where `b` has come, the end is known.
    assert_eq!((then_b.ends.len(), then_b.ends[0].share.value), (1, 1.0));
    // After three turning points there are no others.
    let then_c = branch(&then_b.branches, Some("c"));
    assert_eq!(branch(&then_c.branches, None).trials, then_c.trials);
}

fn adds_up(trials: u64, branches: &[Pathway], others: Option<&OtherWays>) -> usize {
    if branches.is_empty() && others.is_none() {
        return 0;
    }
    let shown: u64 = branches.iter().map(|one| one.trials).sum();
    let folded = others.map_or(0, |others| others.trials);
    assert_eq!(shown + folded, trials);
    let inner = branches
        .iter()
        .map(|one| adds_up(one.trials, &one.branches, one.others.as_ref()));
    1 + inner.sum::<usize>()
}

#[test]
fn branches_add_up_to_what_they_branch_from_and_ends_are_those_of_the_run() {
    let study = open("../scenarios/port_strike.json", &[]);
    for least in [0.0, 0.05] {
        let found = ways(&study, &[], least, &settings(&study, 8192, 7));
        assert_eq!(found.trials, 8192);
        assert!(adds_up(found.trials, &found.branches, found.others.as_ref()) > 5);
        let whole = run(&study, 8192, 7);
        for end in &found.ends {
            let mut outcomes = whole.outcomes.iter();
            let same = outcomes.find(|outcome| outcome.name == end.name);
            assert_eq!(same.map(|one| one.probability), Some(end.share.value));
        }
        assert_eq!(found.others.is_some(), least > 0.0);
    }
}

#[test]
fn a_rare_branch_that_ends_otherwise_is_told_and_one_like_the_others_is_not() {
    let hazard = |rate: f64, effects: Value| json!({"hazard": {"rate": rate, "per": "year"}, "limit": 1, "effects": effects});
    let file = scenario(
        YEARS,
        0.25,
        json!({
            "phases": {"usual": {"start": true}, "gone": {}},
            "events": {
                "a": hazard(0.8, json!([])), "b": hazard(0.6, json!([])),
                "like": hazard(0.004, json!([])), "meteor": hazard(0.004, json!([{"phase": "gone"}]))
            },
            "outcomes": [{"name": "gone", "when": "phase == gone"}, {"name": "usual", "when": "true"}]
        }),
    );
    let study = study(&file);
    let found = ways(&study, &[], 0.02, &settings(&study, 65_536, 3));
    // By itself the phase is moved by one event alone.
    assert_eq!(found.turning.len(), 1);
    let all = ["a", "b", "like", "meteor"];
    let found = ways(&study, &all, 0.02, &settings(&study, 65_536, 3));
    let others = found.others.as_ref().expect("some are folded");
    assert_eq!(others.ways, 2);
    let named: Vec<_> = (others.distinct.iter())
        .map(|one| (one.event.as_deref(), one.distinct.as_deref()))
        .collect();
    assert!(
        named.contains(&(Some("meteor"), Some("other_event"))),
        "{named:?}"
    );
    let a = branch(&found.branches, Some("a"));
    let after = a.others.as_ref().expect("some are folded");
    let names: Vec<_> = after
        .distinct
        .iter()
        .map(|one| one.event.as_deref())
        .collect();
    assert!(names.contains(&Some("meteor")), "{names:?}");
    let meteor = after
        .distinct
        .iter()
        .find(|one| one.event.as_deref() == Some("meteor"));
    assert_eq!(meteor.expect("meteor").ends[0].name, "gone");
}

#[test]
fn neither_depends_on_the_number_of_threads() {
    let study = study(&rich());
    let of = |threads: usize| {
        let settings = settings(&study, 4096, 9).threads(threads);
        let near = near(&study, "settled", &settings);
        let ways = ways(&study, &[], 0.02, &settings);
        assert!(near.events.len() > 3 && ways.branches.len() > 1);
        let texts = [serde_json::to_string(&near), serde_json::to_string(&ways)];
        texts.map(|text| text.expect("JSON"))
    };
    let one = of(1);
    for threads in [2, 3] {
        assert_eq!(of(threads), one, "{threads} threads");
    }
}

/// That all trials take a way is no proof that all futures do: the share has the error that a run
/// tells.
#[test]
fn a_way_that_all_trials_take_is_an_estimate() {
    let file = scenario(
        1.0,
        1.0 / 12.0,
        json!({
            "events": {"a": {"hazard": {"rate": 7.5, "per": "year"}, "limit": 1}},
            "outcomes": [{"name": "with_a", "when": "ever(a)"}, {"name": "no_a", "when": "true"}]
        }),
    );
    let study = study(&file);
    let truth = 1.0 - libm::exp(-7.5);
    let settings = settings(&study, 1024, 3);
    let found = ways(&study, &[], 0.02, &settings);
    let a = branch(&found.branches, Some("a"));
    assert_eq!(a.trials, 1024);
    let whole = run(&study, 1024, 3);
    for share in [&a.share, &a.of_parent] {
        assert_eq!(share.value, 1.0);
        assert!(
            share.std_error > 0.0 && share.ci95[0] < truth,
            "{share:?}, exact {truth}"
        );
        assert_eq!(whole.outcomes[0].ci95, share.ci95);
    }
}

/// Moves that step with the grid are drawn for all of a chain at once: none of them is played
/// otherwise, and that is what is said.
#[test]
fn where_no_event_can_be_otherwise_there_is_no_share() {
    let study = open("../scenarios/gallery/illness_death.json", &[]);
    let found = near(&study, "dead", &settings(&study, 2048, 1));
    assert!(found.compared > 0 && found.any.is_none() && found.ends.is_empty());
    assert_eq!(found.not_played.len(), study.model.events.len());
    // Of the others those that can be are played, and results of an event are named.
    let study = open("../scenarios/baseline.json", &[]);
    let found = near(&study, "front_moving", &settings(&study, 2048, 1));
    assert!(found.any.is_some());
    let left = found.not_played.len();
    assert!(left > 0 && left < study.model.events.len(), "{left}");
    // 32 draws were looked through.
    let codes: Vec<&str> = found.warnings.iter().map(|w| w.code.as_str()).collect();
    assert_eq!(codes, ["few-draws"]);
}

/// A trial that stops when it is played again is not one that no rule catches.
#[test]
fn replays_that_are_stopped_are_counted_apart() {
    let file = scenario(
        YEARS,
        0.25,
        json!({
            "events": {"a": {"hazard": {"rate": 7.5, "per": "year"}, "limit": 1}},
            // Without `a` it is divided by nothing.
            "metrics": {"share": "1 / count(a)"},
            "outcomes": [{"name": "with_a", "when": "ever(a)"}]
        }),
    );
    let study = study(&file);
    let found = near(&study, "with_a", &settings(&study, 8192, 1));
    assert_eq!(found.stopped, found.compared);
    assert_eq!(found.any.as_ref().map(|any| any.value), Some(0.0));
    assert!(found.ends.is_empty() && found.events.is_empty());
    assert_eq!(found.warnings[0].code, "non-finite");
}
