//! Models of quantities without time: sums and products that have closed forms.

use crate::harness::{Agreement, metric, question, rows, run, settings};
use quincunx::Study;
use quincunx::results::RunResult;
use std::path::Path;

fn opened(name: &str) -> Study {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios/gallery")
        .join(name);
    let study =
        Study::open(&path, &[]).unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
    assert!(
        study.diagnostics.is_empty(),
        "{name}: {:?}",
        study.diagnostics
    );
    study
}

fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Cost lines tied by a Gaussian copula with normal margins have a normal sum; risks that happen or
/// not make a mixture of eight normals of it. Their chances are independent parameters, and the
/// mixture is linear in each, so their means count.
#[test]
fn the_risk_register_has_its_exact_chance_of_keeping_the_budget_and_its_p80() {
    let study = opened("risk_register.json");
    let result = run(&study, 65_536, 2_331);
    let pearson = |rank: f64| 2.0 * libm::sin(std::f64::consts::PI * rank / 6.0);
    let lines = 25.0
        + 64.0
        + 16.0
        + 2.0 * (pearson(0.5) * 5.0 * 8.0 + pearson(0.4) * 8.0 * 4.0 + pearson(0.2) * 5.0 * 4.0);
    let risks = [(0.3, 9.0, 0.0), (2.0 / 14.0, 14.0, 9.0), (0.1, 22.0, 0.0)];
    let parts: Vec<(f64, f64, f64)> = (0..8)
        .map(|happened| {
            let (mut share, mut mean, mut variance) = (1.0, 137.0, lines);
            for (i, (chance, cost, spread)) in risks.iter().enumerate() {
                if happened >> i & 1 == 1 {
                    share *= chance;
                    mean += cost;
                    variance += spread;
                } else {
                    share *= 1.0 - chance;
                }
            }
            (share, mean, variance.sqrt())
        })
        .collect();
    let below = |cost: f64| -> f64 {
        let each = parts.iter();
        each.map(|(share, mean, sd)| share * normal_cdf((cost - mean) / sd))
            .sum()
    };
    let mut agreement = Agreement::default();
    let holds = question(&result, "budget_holds");
    agreement.estimate(
        "the budget",
        holds.probability,
        below(155.0),
        holds.std_error,
    );
    let exact: f64 = parts.iter().map(|(share, mean, _)| share * mean).sum();
    let cost = metric(&result, "cost");
    let (mean, error) = (
        cost.mean.expect("a mean"),
        cost.std_error.expect("an error"),
    );
    agreement.estimate("the mean", mean, exact, error);
    // Where 80% of the costs lie below: bisected, and sorted out of the trials.
    let (mut low, mut high) = (100.0, 300.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        (low, high) = if below(middle) < 0.8 {
            (middle, high)
        } else {
            (low, middle)
        };
    }
    let (_, all) = rows(&study, &settings(&study, 65_536, 2_331));
    let mut costs = all.metric("cost").to_vec();
    costs.sort_by(f64::total_cmp);
    let density = (below(low + 0.01) - below(low - 0.01)) / 0.02;
    // Trials of a draw share its chances, which adds a little to the error of independent ones.
    let error = 1.2 * (0.16 / costs.len() as f64).sqrt() / density;
    let place = (0.8 * costs.len() as f64) as usize;
    agreement.estimate("P80", costs[place], low, error);
    agreement.holds(
        "P80 is a cost of some 155 million",
        (150.0..160.0).contains(&low),
    );
    agreement.finish(4);
}

/// A product of lognormal factors is lognormal.
#[test]
fn the_lift_inspectors_are_as_many_as_the_product_of_the_factors_says() {
    let study = opened("lift_inspectors.json");
    let own = settings(&study, 65_536, 2_332)
        .trials_per_draw(1)
        .blocks(4_096);
    let (result, _) = rows(&study, &own);
    // By its ends (5% and 95%) and the power in which it stands in the product.
    let factors = [
        (3.2e6, 4.0e6, 1.0),
        (40.0, 160.0, -1.0),
        (1.2, 3.0, 1.0),
        (3.0, 8.0, -1.0),
        (180.0, 225.0, -1.0),
    ];
    let z95 = 1.644_853_626_951_472_7;
    let (mut mu, mut variance) = (0.0, 0.0);
    for (low, high, power) in factors {
        let (low, high): (f64, f64) = (libm::log(low), libm::log(high));
        let sd = (high - low) / (2.0 * z95);
        mu += power * 0.5 * (low + high);
        variance += sd * sd;
    }
    let sd = f64::sqrt(variance);
    let found = metric(&result, "inspectors");
    let mut agreement = Agreement::default();
    for (name, value, error, z) in [
        ("p5", found.p5, found.p5_std_error, -z95),
        ("p50", found.p50, found.p50_std_error, 0.0),
        ("p95", found.p95, found.p95_std_error, z95),
    ] {
        let exact = libm::exp(mu + z * sd);
        agreement.estimate(
            name,
            value.expect("a value"),
            exact,
            error.expect("an error"),
        );
    }
    let mean = libm::exp(mu + 0.5 * variance);
    agreement.estimate(
        "the mean",
        found.mean.expect("a mean"),
        mean,
        found.std_error.expect("an error"),
    );
    let more = question(&result, "more_than_a_hundred");
    let exact = normal_cdf((mu - libm::log(100.0)) / sd);
    agreement.estimate(
        "more than a hundred",
        more.probability,
        exact,
        more.std_error,
    );
    agreement.finish(5);
}

#[test]
fn a_file_without_time_tells_of_none() {
    let result = run(&opened("risk_register.json"), 1_024, 2_333);
    assert!(result.times.is_empty() && result.dates.is_empty());
    let text = serde_json::to_value(&result).expect("it is plain data");
    for key in ["start", "horizon", "step"] {
        assert!(text["scenario"].get(key).is_none(), "{key}");
    }
    let again: RunResult = quincunx::results::read(text).expect("what is written can be read");
    quincunx::results::check_run(&again).expect("it is a result of a run");
}
