//! Intervals of break-even values, of the parts of a difference that is split among edits, of where
//! a change flips the lead, of a tornado and of elementary effects cover the truth as often as they
//! claim.

use crate::harness::study;
use quincunx::analysis::{
    Asked, Flip, Method, Point, Quantity, Side, Study, Sweep, break_even, explain, flip,
    sensitivity, sweep,
};
use quincunx::engine::{Settings, Silent};
use quincunx::results::SweepAxis;
use serde_json::{Value, json};

/// Alarms at a rate per year that is known, or uniform from half of it to three halves: of a known
/// one the chance of any within the year is 1 - exp(-rate).
fn alarm(rate: f64, is_known: bool) -> Value {
    let drawn = match is_known {
        true => json!({"value": rate}),
        false => json!({"uniform": [0.5 * rate, 1.5 * rate]}),
    };
    json!({
        "format": 1, "name": "alarm", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "parameters": {"rate": drawn},
        "phases": {"calm": {"start": true}},
        "events": {"alarm": {"hazard": {"rate": "rate", "per": "year"}}},
        "outcomes": [{"name": "alarmed", "when": "ever(alarm)"}, {"name": "calm", "when": "true"}],
        "metrics": {"alarms": "count(alarm)"}
    })
}

/// Mean of 1 - exp(-x) over the rates.
fn chance(rate: f64, is_known: bool) -> f64 {
    match is_known {
        true => 1.0 - libm::exp(-rate),
        false => 1.0 - (libm::exp(-0.5 * rate) - libm::exp(-1.5 * rate)) / rate,
    }
}

/// How often an interval held the truth, of so many; and the actual spread of the estimates beside
/// the errors that are stated, which a break-even value has not.
#[derive(Default)]
struct Held {
    held: u32,
    all: u32,
    off: f64,
    stated: f64,
}

impl Held {
    fn add(&mut self, truth: f64, value: f64, error: f64, [low, high]: [f64; 2]) {
        self.held += u32::from(low <= truth && truth <= high);
        self.all += 1;
        self.off += (value - truth) * (value - truth);
        self.stated += error * error;
    }

    /// A true 95% interval covers all but 5%; here up to three standard deviations less, and a
    /// point for what 16 replicates do not know. The ratio of spreads is within 30%.
    fn check(&self, what: &str) {
        let n = f64::from(self.all);
        let share = f64::from(self.held) / n;
        let ratio = (self.stated / self.off).sqrt();
        println!(
            "{what}: covered {:.1}% of {n}, stated over actual {ratio:.2}",
            100.0 * share
        );
        let least = 0.94 - 3.0 * (0.05 * 0.95 / n).sqrt();
        assert!(share >= least, "{what}: {share} of {n}");
        let is_known = self.stated > 0.0;
        assert!(!is_known || (0.75..1.4).contains(&ratio), "{what}: {ratio}");
    }
}

/// Where the chance is 40%, from a grid of five rates.
fn hold_break_even_values(seeds: u64) {
    for is_known in [true, false] {
        let target = 0.4;
        // By halving.
        let (mut low, mut high) = (0.1, 2.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            match chance(middle, is_known) < target {
                true => low = middle,
                false => high = middle,
            }
        }
        let mut held = Held::default();
        for seed in 0..seeds {
            let settings = Settings::new(2048, None, 500 + seed).threads(1);
            let base = study(&alarm(0.5, is_known));
            let of = Quantity::named(&base.model, "alarmed").expect("it is there");
            let rates = [0.2, 0.4, 0.6, 0.8, 1.0];
            let asked = Sweep {
                base,
                axes: vec![SweepAxis {
                    path: "rate".into(),
                    values: Vec::new(),
                    base: None,
                }],
                points: (rates.iter())
                    .map(|rate| Point {
                        at: vec![json!(rate)],
                        study: study(&alarm(*rate, is_known)),
                    })
                    .collect(),
                design: "grid".into(),
                of: vec![of.clone()],
            };
            let found = sweep(&asked, &settings, &Silent)
                .unwrap_or_else(|(_, error)| panic!("{error}"))
                .expect("nobody interrupts");
            let open = |at: f64| -> Result<Study, quincunx::scenario::Findings> {
                Ok(study(&alarm(at, is_known)))
            };
            let found = break_even(&found, (&of, 0, target), &settings, &Silent, &open)
                .unwrap_or_else(|error| panic!("{error}"));
            let [one] = found.crossing.crossings.as_slice() else {
                panic!("one crossing: {found:#?}")
            };
            let [from, to] = one.ci95;
            let ends = [from.unwrap_or(f64::MIN), to.unwrap_or(f64::MAX)];
            held.add(low, one.at, 0.0, ends);
        }
        held.check(&format!("break-even value, rate known: {is_known}"));
    }
}

/// Two edits that raise a rate of 0.2 by 0.6, and by 0.8 only together, and another seed.
fn hold_parts(seeds: u64) {
    let rate = |bits: u64| match bits {
        0 | 2 => 0.2,
        1 => 0.8,
        _ => 1.6,
    };
    for (is_known, of) in [(true, "alarmed"), (false, "alarmed"), (false, "alarms")] {
        let p = |bits: u64| match of {
            "alarmed" => chance(rate(bits), is_known),
            _ => rate(bits),
        };
        let exact = [
            0.5 * (p(1) - p(0) + p(3) - p(2)),
            0.5 * (p(3) - p(1) + p(2) - p(0)),
            0.0,
        ];
        let mut held: [Held; 4] = std::array::from_fn(|_| Held::default());
        let base = study(&alarm(rate(0), is_known));
        let quantity = Quantity::named(&base.model, of).expect("it is there");
        let names = ["one", "other"].map(str::to_owned);
        for seed in 0..seeds {
            let sides = [0, 1].map(|side| Side {
                settings: Settings::new(2048, None, 900 + 2 * seed + side).threads(1),
                finished: None,
            });
            let found = explain(
                &names,
                std::slice::from_ref(&quantity),
                &sides,
                &Silent,
                &|bits| Ok(study(&alarm(rate(bits), is_known))),
            );
            let found = found.unwrap_or_else(|error| panic!("{error}"));
            let number = &found.numbers[0];
            let whole = (&number.total, p(3) - p(0));
            let parts = number.parts.iter().zip(exact).chain([whole]);
            for (held, (part, truth)) in held.iter_mut().zip(parts) {
                let (d, error) = (part.difference.expect("one"), part.std_error.expect("one"));
                held.add(truth, d, error, part.ci95.expect("one"));
            }
        }
        for (held, row) in held.iter().zip(["an edit", "the other", "noise", "in all"]) {
            held.check(&format!("{row} of {of}, rate known: {is_known}"));
        }
    }
}

/// Two outcomes of one draw of luck: the chance of the first is 0.3 + 0.06 x + 0.08 y, of two
/// standard normal numbers.
fn plane() -> Value {
    let normal = json!({"normal": {"mean": 0, "sd": 1}});
    json!({
        "format": 2, "name": "plane",
        "parameters": {"x": normal, "y": normal},
        "per_trial": {"luck": {"uniform": [0, 1]}},
        "outcomes": [
            {"name": "one", "when": "luck < 0.3 + 0.06 * x + 0.08 * y"},
            {"name": "other", "when": "true"}
        ]
    })
}

/// The lead is level 2.5 standard deviations away along y, and 2 along both.
fn hold_levels_of_flips(seeds: u64) {
    let file = plane();
    let study = study(&file);
    let asked = Flip {
        to: Some("one".into()),
        within: 3.0,
    };
    let (race, wanted) = asked.prepare(&study).expect("it is there");
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("plane.json");
    std::fs::write(&path, file.to_string()).expect("the folder takes files");
    let mut held: [Held; 2] = std::array::from_fn(|_| Held::default());
    for seed in 0..seeds {
        let settings = Settings::new(10_240, None, 4000 + 2 * seed).threads(1);
        let open = |sets: &[String]| Study::open(&path, sets);
        let found = flip(&study, (&asked, &race, wanted), &settings, &Silent, &open);
        let found = found.unwrap_or_else(|_| panic!("the runs succeed"));
        for change in &found.changes {
            let names: Vec<&str> = change.held.iter().map(|one| one.input.as_str()).collect();
            let (place, truth) = match names.as_slice() {
                ["y"] => (0, 2.5),
                // The shortest way there leads along the ray that was found.
                [_, _] => {
                    let toward = |one: &str| {
                        let held = change.held.iter().find(|held| held.input == one);
                        held.expect("both").score
                    };
                    let (x, y) = (toward("x"), toward("y"));
                    (1, 0.2 * libm::hypot(x, y) / (0.06 * x + 0.08 * y))
                }
                _ => continue,
            };
            if let (Some(level), Some(error), Some(ci95)) =
                (change.level, change.level_std_error, change.level_ci95)
            {
                held[place].add(truth, level, error, ci95);
            }
        }
    }
    for (held, what) in held.iter().zip(["one parameter", "two"]) {
        assert!(held.all > seeds as u32 / 2, "{what}: {} told", held.all);
        held.check(&format!("where a lead is level, {what}"));
    }
}

/// Of the same plane: swings between the 5% and the 95% of a normal number, which are 3.289707
/// apart, and effects for the whole range, of which the grid's steps have the same mean.
fn hold_swings_and_effects(seeds: u64) {
    let file = plane();
    let study = study(&file);
    let range = 2.0 * 1.644_853_626_951_472_7;
    let mut swings: [Held; 2] = std::array::from_fn(|_| Held::default());
    let mut effects: [Held; 2] = std::array::from_fn(|_| Held::default());
    let slopes = [("x", 0.06), ("y", 0.08)];
    for seed in 0..seeds {
        let settings = Settings::new(8192, None, 7000 + seed).threads(1);
        let asked = |method, tornado| Asked {
            of: vec!["one".into()],
            method,
            tornado,
        };
        let all = sensitivity(&study, &asked(Method::Morris, true), &settings, &Silent);
        let all = all.unwrap_or_else(|error| panic!("{error}"));
        for (i, (name, slope)) in slopes.iter().enumerate() {
            let found = &all.targets[0];
            let swing = found.tornado.iter().find(|one| one.input == *name);
            let swing = swing.expect("it is there");
            let (value, error) = swing.swing.zip(swing.swing_std_error).expect("a swing");
            swings[i].add(slope * range, value, error, swing.swing_ci95.expect("one"));
            let effect = found.effects.iter().find(|one| one.input == *name);
            let effect = effect.expect("it is there");
            let (mu, error) = (effect.mu, effect.mu_std_error);
            // Student's t with 15 degrees of freedom.
            let reach = 2.131_449_545_559_323 * error;
            // Between the levels 5%, 35%, 65% and 95%, each pair two apart, per step of the range:
            // Φ⁻¹(0.65) − Φ⁻¹(0.05) over two thirds.
            let truth = slope * (0.385_320_466_407_567_7 + 0.5 * range) * 1.5;
            effects[i].add(truth, mu, error, [mu - reach, mu + reach]);
        }
    }
    for (i, (name, _)) in slopes.iter().enumerate() {
        swings[i].check(&format!("swing of {name}"));
        effects[i].check(&format!("mean effect of {name}"));
    }
}

/// The chance of the first is 0.5 + 0.05 x + 0.1 x y, of two uniform numbers from -1 to 1: what x
/// does changes its size and its sign with y.
fn saddle() -> Value {
    let uniform = json!({"uniform": [-1, 1]});
    json!({
        "format": 2, "name": "saddle",
        "parameters": {"x": uniform, "y": uniform},
        "per_trial": {"luck": {"uniform": [0, 1]}},
        "outcomes": [
            {"name": "one", "when": "luck < 0.5 + 0.05 * x + 0.1 * x * y"},
            {"name": "other", "when": "true"}
        ]
    })
}

/// Elementary effects for the whole range from -0.9 to 0.9: of x 1.8 (0.05 + 0.1 y), of y 0.18 x,
/// where the other is one of -0.9, -0.3, 0.3 and 0.9. All trials of a draw step the same way, so
/// chance adds nothing to their sizes.
fn hold_sizes_and_spreads_of_effects(seeds: u64) {
    let study = study(&saddle());
    let places = [-0.9, -0.3, 0.3, 0.9];
    let effects_of = [
        ("x", places.map(|y| 1.8 * (0.05 + 0.1 * y))),
        ("y", places.map(|x| 0.18 * x)),
    ];
    let mut held: [[Held; 2]; 2] = Default::default();
    for seed in 0..seeds {
        let settings = Settings::new(8192, None, 9000 + seed).threads(1);
        let asked = Asked {
            of: vec!["one".into()],
            method: Method::Morris,
            tornado: false,
        };
        let all = sensitivity(&study, &asked, &settings, &Silent);
        let all = all.unwrap_or_else(|error| panic!("{error}"));
        for (held, (name, exact)) in held.iter_mut().zip(&effects_of) {
            let mut effects = all.targets[0].effects.iter();
            let found = effects.find(|one| one.input == *name).expect("it is there");
            let mean = |f: &dyn Fn(f64) -> f64| exact.iter().map(|x| f(*x)).sum::<f64>() / 4.0;
            let mu = mean(&|x| x);
            let sigma = mean(&|x| (x - mu) * (x - mu)).sqrt();
            for (held, (truth, value, error)) in held.iter_mut().zip([
                (mean(&f64::abs), found.mu_star, found.mu_star_std_error),
                (sigma, found.sigma, found.sigma_std_error),
            ]) {
                let reach = 1.959_963_984_540_054 * error;
                held.add(truth, value, error, [value - reach, value + reach]);
            }
        }
    }
    for (held, (name, _)) in held.iter().zip(&effects_of) {
        held[0].check(&format!("mean size of the effects of {name}"));
        held[1].check(&format!("spread of the effects of {name}"));
    }
}

/// Sizes of flips of the plane, as they are told: where the lead is beyond chance, so beyond the
/// 2.5 deviations along y, and the 2 along both, at which it is level.
fn hold_sizes_of_flips(seeds: u64) {
    let file = plane();
    let study = study(&file);
    let asked = Flip {
        to: Some("one".into()),
        within: 3.5,
    };
    let (race, wanted) = asked.prepare(&study).expect("it is there");
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("plane.json");
    std::fs::write(&path, file.to_string()).expect("the folder takes files");
    let mut sizes: [Vec<f64>; 2] = Default::default();
    let mut beyond = [0_u32; 2];
    for seed in 0..seeds {
        let settings = Settings::new(10_240, None, 4000 + 2 * seed).threads(1);
        let open = |sets: &[String]| Study::open(&path, sets);
        let found = flip(&study, (&asked, &race, wanted), &settings, &Silent, &open);
        let found = found.unwrap_or_else(|_| panic!("the runs succeed"));
        for change in found.changes.iter().filter(|change| change.verified) {
            let names: Vec<&str> = change.held.iter().map(|one| one.input.as_str()).collect();
            let place = match names.as_slice() {
                ["y"] => 0,
                [_, _] => 1,
                _ => continue,
            };
            let score = |one: &str| {
                let held = change.held.iter().find(|held| held.input == one);
                held.map_or(0.0, |held| held.score)
            };
            sizes[place].push(change.distance.expect("it was verified"));
            let chance = 0.3 + 0.06 * score("x") + 0.08 * score("y");
            beyond[place] += u32::from(chance > 0.5);
        }
    }
    for ((sizes, beyond), (what, level)) in
        (sizes.iter().zip(beyond)).zip([("y alone", 2.5), ("x and y together", 2.0)])
    {
        let n = sizes.len() as f64;
        let mean = sizes.iter().sum::<f64>() / n;
        let spread: f64 = sizes.iter().map(|size| (size - mean) * (size - mean)).sum();
        let sd = (spread / (n - 1.0)).sqrt();
        println!(
            "size of a flip by {what}: {n} verified, mean {mean:.3}, sd {sd:.3}, level at {level}, beyond it {:.1}%",
            100.0 * f64::from(beyond) / n
        );
        assert!(n > 0.5 * seeds as f64, "{what}: {n} verified");
        // Of those that are verified 5% at most are chance; here up to three standard deviations
        // more.
        let least = 0.95 - 3.0 * (0.05 * 0.95 / n).sqrt();
        assert!(f64::from(beyond) / n >= least, "{what}: {beyond} of {n}");
        assert!(mean > level && mean < 1.25 * level, "{what}: {mean}");
    }
}

#[test]
fn sizes_and_spreads_of_effects_have_their_errors() {
    hold_sizes_and_spreads_of_effects(100);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_intervals_of_sizes_and_spreads_of_effects_cover() {
    hold_sizes_and_spreads_of_effects(1000);
}

#[test]
fn verified_flips_are_beyond_the_level() {
    hold_sizes_of_flips(40);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_intervals_of_sizes_of_flips() {
    hold_sizes_of_flips(400);
}

#[test]
fn intervals_of_where_a_lead_is_level_cover() {
    hold_levels_of_flips(60);
}

#[test]
fn intervals_of_swings_and_effects_cover() {
    hold_swings_and_effects(100);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_intervals_of_where_a_lead_is_level_cover() {
    hold_levels_of_flips(600);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_intervals_of_swings_and_effects_cover() {
    hold_swings_and_effects(1000);
}

#[test]
fn intervals_of_break_even_values_cover() {
    hold_break_even_values(100);
}

#[test]
fn intervals_of_the_parts_of_a_difference_cover() {
    hold_parts(100);
}

/// The same 1,000 times, for the table of `docs/method.md`.
#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_intervals_of_break_even_values_cover() {
    hold_break_even_values(1000);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_intervals_of_the_parts_of_a_difference_cover() {
    hold_parts(1000);
}
