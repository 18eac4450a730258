//! Tripwires: what signs say is what closed forms say, and what says nothing is not shown.

use crate::harness::{scenario, study};
use quincunx::analysis::{Watch, tripwires};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{GivenValue, Tripwire, TripwiresResult};
use serde_json::{Value, json};

/// Rates per year: of the sign, and of what it is a sign of before and after it.
const SIGN: f64 = 0.7;
const BEFORE: f64 = 0.2;
const AFTER: f64 = 1.1;
const YEARS: f64 = 2.0;

/// A sign that makes the end likelier, and one that has nothing to do with it.
fn signs() -> Value {
    scenario(
        YEARS,
        0.25,
        json!({
            "events": {
                "sign": {"hazard": {"rate": SIGN, "per": "year"}, "limit": 1},
                "end": {"hazard": format!("if(ever(sign), {AFTER}, {BEFORE})"), "limit": 1},
                "noise": {"hazard": {"rate": 0.9, "per": "year"}}
            },
            "outcomes": [{"name": "ended", "when": "ever(end)"}, {"name": "not", "when": "true"}]
        }),
    )
}

fn watch(file: &Value, of: &str, trials: u64, seed: u64, threads: usize) -> TripwiresResult {
    let study = study(file);
    let start = study.model.clock.start;
    let watch = Watch {
        of: Some(of.into()),
        by: vec![
            start
                .checked_add(jiff::Span::new().days(300))
                .expect("a day"),
        ],
        top: 5,
    };
    let (wanted, days) = watch
        .prepare(&study)
        .unwrap_or_else(|error| panic!("{error}"));
    let settings = Settings::new(trials, None, seed).threads(threads);
    tripwires(&study, &watch, (&wanted, &days), &settings, &Silent)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn row<'r>(found: &'r TripwiresResult, name: &str) -> &'r Tripwire {
    let mut rows = found.tripwires.iter();
    rows.find(|row| row.name == name)
        .unwrap_or_else(|| panic!("{name}: {found:#?}"))
}

/// Against an exact number; 5.5 standard errors of 16 replicates.
fn near(what: &str, value: f64, error: f64, exact: f64) {
    assert!(
        error > 0.0 && (value - exact).abs() < 5.5 * error,
        "{what}: {value} ± {error}, exact {exact}"
    );
    // An error that says nothing would hold anything.
    assert!(error < 0.05 * exact.abs(), "{what}: {value} ± {error}");
}

fn share(what: &str, told: &GivenValue, exact: f64) {
    near(
        what,
        told.value.expect(what),
        told.std_error.expect(what),
        exact,
    );
}

/// -p log2 p.
fn part(p: f64) -> f64 {
    -p * libm::log2(p)
}

#[test]
fn a_sign_says_what_two_exponential_clocks_say() {
    let found = watch(&signs(), "ended", 262_144, 3, 0);
    let day = 300.0 / 365.25;
    // The sign comes at s, and no end up to then and after it: its density times exp(-BEFORE s -
    // AFTER (YEARS - s)).
    let slope = SIGN + BEFORE - AFTER;
    let none = |from: f64, to: f64| {
        let integral = (libm::exp(-slope * from) - libm::exp(-slope * to)) / slope;
        SIGN * libm::exp(-AFTER * YEARS) * integral
    };
    let seen = 1.0 - libm::exp(-SIGN * day);
    let seen_without = none(0.0, day);
    let without = none(0.0, YEARS) + libm::exp(-(SIGN + BEFORE) * YEARS);
    let (hit, both) = (1.0 - without, seen - seen_without);
    near("chance", found.probability, found.std_error, hit);
    let sign = row(&found, "sign");
    assert_eq!(
        (sign.sign.as_str(), sign.kind.as_str(), sign.threshold),
        ("happened", "event", None)
    );
    assert!(sign.detectable);
    share("seen", &sign.seen, seen);
    share("if seen", &sign.if_seen, both / seen);
    share("if not", &sign.if_not_seen, (hit - both) / (1.0 - seen));
    share("hit rate", &sign.hit_rate, both / hit);
    share(
        "false alarms",
        &sign.false_alarm_rate,
        seen_without / without,
    );
    let apart = both / seen - (hit - both) / (1.0 - seen);
    near(
        "difference",
        sign.difference.expect("both sides"),
        sign.difference_std_error.expect("both sides"),
        apart,
    );
    let entropy = part(hit) + part(without);
    near("entropy", found.entropy, found.entropy_std_error, entropy);
    let joint = part(both) + part(seen_without) + part(hit - both) + part(without - seen_without);
    let bits = entropy + part(seen) + part(1.0 - seen) - joint;
    let told = sign.information.as_ref().expect("replicates");
    near("bits", told.value, told.std_error, bits);
    let told = sign.information_share.as_ref().expect("replicates");
    near(
        "share of the entropy",
        told.value,
        told.std_error,
        bits / entropy,
    );
    let told = sign.brier_gain.as_ref().expect("replicates");
    near(
        "Brier",
        told.value,
        told.std_error,
        seen * (1.0 - seen) * apart * apart,
    );
    // From the sign to the end of the run, among those that ended; by a sum over a fine grid.
    let cells = 200_000;
    let lead: f64 = (0..cells)
        .map(|i| (f64::from(i) + 0.5) / f64::from(cells) * day)
        .map(|s| {
            let none = libm::exp(-BEFORE * s - AFTER * (YEARS - s));
            SIGN * libm::exp(-SIGN * s) * (1.0 - none) * (YEARS - s)
        })
        .sum::<f64>()
        * day
        / f64::from(cells)
        / both;
    near(
        "lead",
        sign.lead_days.expect("seen"),
        sign.lead_days_std_error.expect("seen"),
        365.25 * lead,
    );
    // What ends it is no sign of its end.
    assert!(found.tripwires.iter().all(|row| row.name != "end"));
    let deciding: Vec<_> = found
        .deciding
        .iter()
        .map(|one| (one.name.as_str(), one.yes))
        .collect();
    assert_eq!(deciding, [("end", true)]);
    // The absence of a sign is a sign of the opposite, and says as much.
    let other = watch(&signs(), "not", 262_144, 3, 0);
    let absent = row(&other, "sign");
    assert_eq!(absent.sign, "not_happened");
    share(
        "if not seen yet",
        &absent.if_seen,
        1.0 - (hit - both) / (1.0 - seen),
    );
    assert_eq!(absent.lead_days, Some(libm::round(365.25 * (YEARS - day))));
}

#[test]
fn what_says_nothing_is_hardly_ever_shown() {
    let mut events = json!({"end": {"hazard": {"rate": 0.5, "per": "year"}, "limit": 1}});
    for i in 0..12 {
        events[format!("noise_{i}")] =
            json!({"hazard": {"rate": 0.4 + 0.1 * f64::from(i), "per": "year"}});
    }
    let file = scenario(
        YEARS,
        0.25,
        json!({
            "events": events,
            "indicators": {"level": {"start": 1, "volatility": 0.4}},
            "outcomes": [{"name": "ended", "when": "ever(end)"}, {"name": "not", "when": "true"}]
        }),
    );
    let seeds = 80;
    let (mut shown, mut looked) = (0, 0);
    for seed in 0..seeds {
        let found = watch(&file, "ended", 2048, 1000 * seed, 1);
        looked += found.tripwires.len();
        shown += u32::from(found.tripwires.iter().any(|row| row.detectable));
    }
    // One list in eight has something that chance chose; of these, one in twenty shows it: half a
    // list is expected. If signs were counted on the run that chose them, all of these would.
    assert!(looked > 6, "{looked}");
    assert!(shown <= 3, "{shown} of {seeds}");
}

#[test]
fn choosing_the_best_of_many_thresholds_does_not_flatter() {
    // X wanders without drift; the end is that it lies above 0 two years later. The best threshold
    // at D is 0, by symmetry.
    let file = scenario(
        YEARS,
        0.25,
        json!({
            "indicators": {"x": {"start": 0, "volatility": 1.0}},
            "outcomes": [{"name": "above", "when": "final(x) > 0"}, {"name": "not", "when": "true"}]
        }),
    );
    // One year: on the grid, so that the value is the one of that day. P(both above 0) = 1/4 +
    // asin(sqrt(D / T)) / (2 pi).
    let study = study(&file);
    let watch = Watch {
        of: Some("above".into()),
        by: Vec::new(),
        top: 1,
    };
    let (wanted, days) = watch.prepare(&study).expect("a target");
    let year = days.len() - 1;
    let t = quincunx::time::calendar::years_between(study.model.clock.start, days[year]);
    // The value of the last grid point before that day, 365 days after the start.
    let on_grid = libm::floor(t / 0.25) * 0.25;
    let exact = 2.0 * (0.25 + libm::asin((on_grid / YEARS).sqrt()) / std::f64::consts::TAU);
    let (mut sum, mut least) = (0.0, f64::INFINITY);
    let runs = 200;
    for seed in 0..runs {
        let settings = Settings::new(4096, None, 77 * seed).threads(1);
        let found =
            tripwires(&study, &watch, (&wanted, &days), &settings, &Silent).expect("it runs");
        let row = found.tripwires.last().expect("a sign");
        assert!(row.threshold.expect("a number").abs() < 0.5, "{row:#?}");
        let told = row.information.as_ref().expect("replicates");
        let joint = [exact / 2.0, 0.5 - exact / 2.0];
        let bits = 2.0 - 2.0 * (part(joint[0]) + part(joint[1]));
        sum += (told.value - bits) / told.std_error;
        least = least.min(told.value - bits);
    }
    // Thresholds beside the best say less, never more: on average below the best one's information,
    // within 3.5 standard errors of the mean above it.
    let mean = sum / f64::from(runs as u32);
    assert!(mean < 3.5 / f64::from(runs as u32).sqrt(), "{mean}");
    assert!(least > -0.1 && mean > -4.0, "{mean} {least}");
}

#[test]
fn what_is_dated_on_the_day_comes_too_late_and_looking_changes_no_future() {
    // A vote on the 300th day decides half of what comes.
    let file = |by: i64| {
        let mut file = scenario(
            YEARS,
            0.25,
            json!({
                "events": {
                    "vote": {"at": "2000-01-01", "probability": 0.5},
                    "bell": {"hazard": {"rate": 0.3, "per": "year"}},
                    "end": {"hazard": "if(ever(vote), 1.5, 0.2)", "limit": 1}
                },
                "derived": {"rung": "count(bell) / (1 + t)"},
                "outcomes": [{"name": "ended", "when": "ever(end)"}, {"name": "not", "when": "true"}]
            }),
        );
        let start = study(&signs()).model.clock.start;
        let vote = start
            .checked_add(jiff::Span::new().days(by))
            .expect("a day");
        file["events"]["vote"]["at"] = vote.to_string().into();
        file
    };
    // `watch` looks on the 300th day.
    let seen = |by: i64| {
        let found = watch(&file(by), "ended", 20_000, 5, 0);
        let run = crate::harness::run(&study(&file(by)), 20_000, 5);
        assert_eq!(found.run.non_finite, run.run.non_finite);
        assert_eq!(found.probability, run.outcomes[0].probability);
        found.tripwires.iter().any(|row| row.name == "vote")
    };
    assert!(seen(299));
    assert!(!seen(300));
}

#[test]
fn the_entropy_is_known_without_any_sign() {
    let mut file = signs();
    file["events"]
        .as_object_mut()
        .expect("events")
        .remove("sign");
    file["events"]["end"]["hazard"] = json!(0.5);
    let found = watch(&file, "ended", 65_536, 5, 0);
    assert!(found.tripwires.is_empty(), "{:#?}", found.tripwires);
    let hit = 1.0 - libm::exp(-0.5 * YEARS);
    near(
        "entropy",
        found.entropy,
        found.entropy_std_error,
        part(hit) + part(1.0 - hit),
    );
}

#[test]
fn the_list_has_the_same_bytes_for_any_number_of_threads() {
    let one = watch(&signs(), "ended", 20_000, 5, 1);
    let many = watch(&signs(), "ended", 20_000, 5, 4);
    let bytes = |found: &TripwiresResult| serde_json::to_string(found).expect("plain data");
    assert_eq!(bytes(&one), bytes(&many));
    // And the chance is the one that a run shows.
    let run = crate::harness::run(&study(&signs()), 20_000, 5);
    assert_eq!(run.outcomes[0].probability, one.probability);
}

/// A conflict that goes to and fro between two phases, and a state that does the same: both are
/// seen on a day, and no first event tells where they are.
#[test]
fn a_phase_and_a_state_on_the_day_say_what_a_chain_of_two_states_says() {
    let (to, fro) = (3.0, 2.0);
    let file = scenario(
        YEARS,
        0.25,
        json!({
            "phases": {"calm": {"start": true}, "storm": {}},
            "states": {"door": {
                "title": "Door", "values": {"shut": {"title": "Shut", "start": true}, "open": {}},
                "moves": {"shut": {"open": to}, "open": {"shut": fro}}
            }},
            "events": {
                "up": {"hazard": {"rate": to, "per": "year"}, "phases": ["calm"], "effects": [{"phase": "storm"}]},
                "down": {"hazard": {"rate": fro, "per": "year"}, "phases": ["storm"], "effects": [{"phase": "calm"}]}
            },
            "questions": {"stormy": {"holds": "phase == storm", "at": "2002-07-02"}, "ajar": {"holds": "door == open", "at": "2002-07-02"}},
            "outcomes": [{"name": "all", "when": "true"}]
        }),
    );
    // From 300 days on to 547 days.
    let left = libm::exp(-(to + fro) * 247.0 / 365.25);
    let high = to / (to + fro);
    let calm = high * (1.0 - left);
    for (of, name, kind) in [("stormy", "calm", "phase"), ("ajar", "door.open", "state")] {
        let found = watch(&file, of, 262_144, 3, 0);
        let sign = row(&found, name);
        assert_eq!((sign.kind.as_str(), sign.threshold), (kind, None));
        assert!(sign.detectable, "{sign:#?}");
        // The likelier answer comes with the storm, and with the open door.
        let wanted = if kind == "phase" { "is_not" } else { "is" };
        assert_eq!(sign.sign, wanted);
        share("if seen", &sign.if_seen, high + (1.0 - high) * left);
        share("if not", &sign.if_not_seen, calm);
        let day = 300.0 / 365.25;
        let up = high * (1.0 - libm::exp(-(to + fro) * day));
        share("seen", &sign.seen, up);
        assert!(
            sign.lead_days
                .is_some_and(|days| (days - 247.0).abs() <= 1.0),
            "{sign:#?}"
        );
    }
    let door = row(&watch(&file, "ajar", 8192, 3, 0), "door.open")
        .title
        .clone();
    assert_eq!(door, "Door: open");
}

/// Raids are a Poisson process, and from three by the day on the answer is likelier: of all numbers
/// of raids three says most, and what it says is a sum of Poisson probabilities.
#[test]
fn firings_by_a_day_are_a_sign_from_the_number_on_that_says_most() {
    const RATE: f64 = 3.0;
    const OFTEN: f64 = 0.8;
    const SELDOM: f64 = 0.1;
    let file = scenario(
        YEARS,
        0.25,
        json!({
            "format": 2,
            "per_trial": {"luck": {"uniform": [0, 1]}},
            "events": {"raid": {"title": "Raid", "hazard": {"rate": RATE, "per": "year"}}},
            "outcomes": [
                {"name": "grave", "when": format!("luck < if(at(count(raid), 300 days) >= 3, {OFTEN}, {SELDOM})")},
                {"name": "not", "when": "true"}
            ]
        }),
    );
    let found = watch(&file, "grave", 131_072, 3, 0);
    let mean = RATE * 300.0 / 365.25;
    let fewer = libm::exp(-mean) * (1.0 + mean + 0.5 * mean * mean);
    let sign = row(&found, "raid");
    assert_eq!(
        (sign.kind.as_str(), sign.sign.as_str()),
        ("firings", "above")
    );
    assert_eq!(sign.threshold, Some(3.0));
    assert!(sign.detectable);
    share("seen", &sign.seen, 1.0 - fewer);
    share("if seen", &sign.if_seen, OFTEN);
    share("if not", &sign.if_not_seen, SELDOM);
    let hit = OFTEN * (1.0 - fewer) + SELDOM * fewer;
    share("hit rate", &sign.hit_rate, OFTEN * (1.0 - fewer) / hit);
    share(
        "false alarms",
        &sign.false_alarm_rate,
        (1.0 - OFTEN) * (1.0 - fewer) / (1.0 - hit),
    );
    // That it has happened at all says less, and is of the same event.
    assert!(sign.also.is_empty());
    let first = found.tripwires.iter().find(|row| row.kind == "event");
    let bits = |row: &Tripwire| row.information.as_ref().expect("replicates").value;
    assert!(first.is_none_or(|first| bits(first) < bits(sign)));
    let other = watch(&file, "not", 131_072, 3, 0);
    let sign = row(&other, "raid");
    assert_eq!((sign.sign.as_str(), sign.threshold), ("below", Some(3.0)));
    share("if fewer", &sign.if_seen, 1.0 - SELDOM);
}

/// What can fire once only has no number of firings.
#[test]
fn one_firing_is_that_it_has_happened() {
    let found = watch(&signs(), "ended", 16_384, 3, 0);
    let mut limited = found.tripwires.iter().filter(|row| row.name == "sign");
    assert!(limited.all(|row| row.kind == "event"));
    assert!(found.tripwires.iter().all(|row| row.kind != "firings"));
}
