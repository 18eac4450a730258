//! The forecast questions of the gallery against their answers in closed form.

use crate::harness::{Agreement, metric, open, question, run};
use quincunx::results::{ConditionalResult, RunResult};

/// Days after the start, in years.
fn day(n: u32) -> f64 {
    f64::from(n) / 365.25
}

/// Chance of fewer than `k` of a Poisson number with this mean.
fn fewer(k: u32, mean: f64) -> f64 {
    let mut term = libm::exp(-mean);
    (0..k)
        .map(|i| {
            let now = term;
            term *= mean / f64::from(i + 1);
            now
        })
        .sum()
}

fn conditional<'r>(result: &'r RunResult, name: &str) -> &'r ConditionalResult {
    let mut all = result.conditional.iter();
    all.find(|q| q.name == name)
        .expect("a conditional question")
}

#[test]
fn the_questions_of_the_gallery_have_the_answers_that_a_hand_computes() {
    let study = open("../scenarios/gallery/forecast_questions.json", &[]);
    let result = run(&study, 81_920, 321);
    let (closing, opening) = (0.9_f64, 6.0_f64);
    let (june, september, end) = (day(181), day(243), day(365));
    let both = |f: &dyn Fn(f64) -> f64| (f(1.0) + f(4.0)) / 2.0;
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("closed_by_june", 1.0 - libm::exp(-closing * june)),
        (
            "three_incidents",
            1.0 - both(&|rate| fewer(3, rate * day(273))),
        ),
        ("tariff_in_may", 0.35),
        (
            "summer",
            1.0 - both(&|rate| libm::exp(-rate * (day(243) - day(151)))),
        ),
    ] {
        let found = question(&result, name);
        agreement.estimate(name, found.probability, exact, found.std_error);
    }
    // Closed at s, at random up to June, and from then on a two-state chain that begins closed.
    let sum = closing + opening;
    let late = closing * libm::exp(-sum * september) * (libm::exp(opening * june) - 1.0) / opening;
    let open_again = opening / sum * (1.0 - late / (1.0 - libm::exp(-closing * june)));
    // Both schools, by how likely each makes the condition.
    let two = |rate: f64| 1.0 - fewer(2, rate * june);
    let more = |rate: f64| 1.0 - libm::exp(-rate * (end - june));
    let more_to_come = both(&|rate| two(rate) * more(rate)) / both(&two);
    for (name, exact, given) in [
        ("open_again", open_again, 1.0 - libm::exp(-closing * june)),
        ("more_to_come", more_to_come, both(&two)),
    ] {
        let found = conditional(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.probability.expect("a chance"), exact, error);
        agreement.estimate(name, found.given_probability, given, found.given_std_error);
    }
    // From open, the chance to be closed at t is (1 - exp(-(a + b) t)) a / (a + b).
    let horizon = study.model.clock.horizon;
    let closed = closing / sum;
    let flow = |rate: f64| match rate == 0.0 {
        true => horizon,
        false => (1.0 - libm::exp(-rate * horizon)) / rate,
    };
    let integral = |rate: f64| closed * (flow(rate) - flow(rate + sum));
    for (name, exact) in [
        ("cost", 400.0 * integral(0.04)),
        ("share_closed", integral(0.0) / horizon),
        ("summer_incidents", 2.5 * (day(243) - day(151))),
    ] {
        let found = metric(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), exact, error);
    }
    agreement.finish(11);
}
