//! Indicators that diffuse: Ornstein-Uhlenbeck and geometric Brownian motion, jump-diffusions, and
//! a walk between bounds.
//!
//! Where the exact numbers are those of the Euler-Maruyama chain itself (`em_` columns, the clamped
//! walk, additive jumps) nothing is allowed for the grid. Where they are of continuous time, the
//! step is so small that its bias is below one standard error. Seeds 101 to 113, |z| < 4. Standard
//! errors are exact where the law has known fourth moments, else the run's own (15 degrees of
//! freedom: beyond 4 once in 860).

use crate::harness::{
    Agreement, case, event, metric, number, numbers, oracle, scenario, series, simulate,
    time_index, trend,
};
use quincunx::results::RunResult;
use serde_json::{Map, Value, json};

const TRIALS: u64 = 20_480;

/// Mean and variance of a series at a time, for a law of this variance and kurtosis.
fn moments(
    agreement: &mut Agreement,
    what: &str,
    result: &RunResult,
    name: &str,
    time: f64,
    exact: [f64; 2],
    kurtosis: f64,
) {
    let at = time_index(result, time);
    let found = series(result, name);
    let n = result.run.trials as f64;
    let [mean, variance] = exact;
    agreement.estimate(
        &format!("{what}: mean at {time}"),
        found.mean[at],
        mean,
        (variance / n).sqrt(),
    );
    let square = found.sd[at] * found.sd[at];
    let error = variance * ((kurtosis - 1.0) / n).sqrt();
    agreement.estimate(
        &format!("{what}: variance at {time}"),
        square,
        variance,
        error,
    );
}

/// The same with the run's own standard errors.
fn estimated(
    agreement: &mut Agreement,
    what: &str,
    result: &RunResult,
    name: &str,
    time: f64,
    [mean, variance]: [f64; 2],
) {
    let at = time_index(result, time);
    let found = series(result, name);
    agreement.estimate(
        &format!("{what}: mean at {time}"),
        found.mean[at],
        mean,
        found.mean_std_error[at],
    );
    agreement.estimate(
        &format!("{what}: sd at {time}"),
        found.sd[at],
        variance.sqrt(),
        found.sd_std_error[at],
    );
}

fn times(rows: &Value) -> Vec<f64> {
    rows.as_array()
        .expect("rows")
        .iter()
        .map(|row| number(&row["t"]))
        .collect()
}

#[test]
fn an_ornstein_uhlenbeck_chain_has_its_exact_moments_at_any_step() {
    let oracle = oracle("analytic/sde-ou-gbm.json");
    let mut agreement = Agreement::default();
    for (seed, id) in [(101, "ou-1"), (102, "ou-3")] {
        let case = case(&oracle, id);
        let p = |name: &str| number(&case["params"][name]);
        let times = times(&case["rows"]);
        let sections = json!({
            "indicators": {"x": {"start": p("x0"), "drift": format!("{} * ({} - x)", p("theta"), p("mu")), "volatility": p("sigma")}},
            "derived": {"above": format!("if(x > {}, 1, 0)", p("mu"))},
            "run": {"times": times},
        });
        let result = simulate(
            &scenario(times[times.len() - 1], p("h"), sections),
            TRIALS,
            seed,
        );
        for row in case["rows"].as_array().expect("rows") {
            let time = number(&row["t"]);
            moments(
                &mut agreement,
                id,
                &result,
                "x",
                time,
                [number(&row["em_mean"]), number(&row["em_var"])],
                3.0,
            );
            let above = series(&result, "above").mean[time_index(&result, time)];
            agreement.share(
                &format!("{id}: above mu at {time}"),
                above,
                number(&row["em_p_above_mu"]),
                result.run.trials,
            );
        }
    }
    agreement.finish(27);
}

/// Kurtosis of a product of `n` independent normals of mean `1 + a` and standard deviation `b`.
fn kurtosis_of_product(a: f64, b: f64, n: i32) -> f64 {
    let m = 1.0 + a;
    let (m2, b2) = (m * m, b * b);
    let raw = [
        m,
        m2 + b2,
        m * (m2 + 3.0 * b2),
        m2 * m2 + 6.0 * m2 * b2 + 3.0 * b2 * b2,
    ];
    let [r1, r2, r3, r4] = raw.map(|r| libm::pow(r, f64::from(n)));
    let variance = r2 - r1 * r1;
    (r4 - 4.0 * r3 * r1 + 6.0 * r2 * r1 * r1 - 3.0 * r1 * r1 * r1 * r1) / (variance * variance)
}

#[test]
fn a_geometric_brownian_chain_has_its_exact_moments() {
    let oracle = oracle("analytic/sde-ou-gbm.json");
    let case = case(&oracle, "gbm-1");
    let p = |name: &str| number(&case["params"][name]);
    let times = times(&case["rows"]);
    let sections = json!({
        "indicators": {"s": {"start": p("x0"), "drift": format!("{} * s", p("mu")), "volatility": format!("{} * s", p("sigma"))}},
        "run": {"times": times},
    });
    let result = simulate(&scenario(5.0, p("h"), sections), TRIALS, 103);
    let mut agreement = Agreement::default();
    for row in case["rows"].as_array().expect("rows") {
        let steps = number(&row["step"]) as i32;
        let kurtosis = kurtosis_of_product(p("mu") * p("h"), p("sigma") * p("h").sqrt(), steps);
        let exact = [number(&row["em_mean"]), number(&row["em_var"])];
        moments(
            &mut agreement,
            "gbm-1",
            &result,
            "s",
            number(&row["t"]),
            exact,
            kurtosis,
        );
    }
    agreement.finish(8);
}

#[test]
fn reversion_to_a_level_that_switches_with_the_trend_follows_continuous_time() {
    let oracle = oracle("analytic/sde-ou-gbm.json");
    let case = case(&oracle, "ou-switching-2");
    let p = |name: &str| number(&case["params"][name]);
    let levels = numbers(&case["params"]["mu"]);
    let sections = json!({
        "trends": {"low": {"weight": 1}, "high": {"weight": 0}},
        "shifts": {"low": {"high": p("q01")}, "high": {"low": p("q10")}},
        "parameters": {"theta": p("theta")},
        "indicators": {"x": {
            "start": p("x0"),
            "drift": {"by": "trend", "low": format!("theta * ({} - x)", levels[0]), "high": format!("theta * ({} - x)", levels[1])},
            "volatility": p("sigma"),
        }},
        "derived": {"x_if_high": "if(trend == high, x, 0)"},
        "run": {"times": [0.5, 1, 2, 5, 10]},
    });
    let result = simulate(&scenario(10.0, 0.005, sections), TRIALS, 104);
    let mut agreement = Agreement::default();
    for row in case["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| number(&row["t"]) <= 10.0)
    {
        let time = number(&row["t"]);
        estimated(
            &mut agreement,
            "ou-switching-2",
            &result,
            "x",
            time,
            [number(&row["mean"]), number(&row["var"])],
        );
        let at = time_index(&result, time);
        let p_high = numbers(&row["p_regime"])[1];
        agreement.share(
            &format!("high at {time}"),
            trend(&result, "high").occupancy[at],
            p_high,
            result.run.trials,
        );
        let joint = series(&result, "x_if_high");
        let exact = p_high * numbers(&row["mean_given_regime"])[1];
        agreement.estimate(
            &format!("x while high at {time}"),
            joint.mean[at],
            exact,
            joint.mean_std_error[at],
        );
    }
    agreement.finish(20);
}

#[test]
fn a_merton_jump_diffusion_has_its_exact_law_on_a_coarse_grid() {
    let oracle = oracle("analytic/jump-diffusion.json");
    let mut agreement = Agreement::default();
    for (seed, id) in [(105, "merton-1"), (106, "merton-3")] {
        let case = case(&oracle, id);
        let p = |name: &str| number(&case["params"][name]);
        let horizon = p("T");
        let mut metrics = Map::new();
        metrics.insert("s_at_end".into(), "final(s)".into());
        let mut shares: Vec<(String, f64)> = Vec::new();
        let mut below = |level: f64, share: f64| {
            let name = format!("below_{}", shares.len());
            metrics.insert(name.clone(), format!("if(s < {level}, 1, 0)").into());
            shares.push((name, share));
        };
        for (share, level) in case["quantiles"].as_object().expect("quantiles") {
            below(number(level), share.parse().expect("a share"));
        }
        for (level, share) in case["p_below"].as_object().expect("levels") {
            let factor: f64 = level.trim_end_matches("*s0").parse().expect("a factor");
            below(factor * p("s0"), number(share));
        }
        let sections = json!({
            "indicators": {"log_s": {"start": libm::log(p("s0")), "drift": p("mu") - p("sigma") * p("sigma") / 2.0, "volatility": p("sigma")}},
            "derived": {"s": "exp(log_s)"},
            "events": {"jump": {
                "hazard": p("lambda_"),
                "effects": [{"add": "log_s", "by": {"normal": {"mean": p("mj"), "sd": p("sj")}}}],
            }},
            "metrics": metrics,
        });
        let result = simulate(&scenario(horizon, horizon / 3.0, sections), TRIALS, seed);
        let exact = |name: &str| number(&case[name]);
        estimated(
            &mut agreement,
            id,
            &result,
            "log_s",
            horizon,
            [exact("mean_log"), exact("var_log")],
        );
        estimated(
            &mut agreement,
            id,
            &result,
            "s",
            horizon,
            [exact("mean"), exact("var")],
        );
        for (name, share) in &shares {
            let found = metric(&result, name).mean.expect("a mean");
            agreement.share(&format!("{id} {name}"), found, *share, result.run.trials);
        }
        let end = metric(&result, "s_at_end");
        let found = [
            ("0.05", end.p5, end.p5_std_error),
            ("0.25", end.p25, end.p25_std_error),
            ("0.5", end.p50, end.p50_std_error),
            ("0.75", end.p75, end.p75_std_error),
            ("0.95", end.p95, end.p95_std_error),
        ];
        for (p, value, error) in found {
            let exact = number(&case["quantiles"][p]);
            agreement.estimate(
                &format!("{id}: quantile {p}"),
                value.expect("a value"),
                exact,
                error.expect("an error"),
            );
        }
        agreement.share(
            &format!("{id}: no jump"),
            1.0 - event(&result, "jump").probability,
            exact("p_no_jump"),
            result.run.trials,
        );
    }
    agreement.finish(42);
}

#[test]
fn reversion_with_jumps_at_random_times_follows_continuous_time() {
    let oracle = oracle("analytic/jump-diffusion.json");
    let case = case(&oracle, "ou-with-jumps");
    let p = |name: &str| number(&case["params"][name]);
    let sections = json!({
        "indicators": {"x": {"start": p("x0"), "drift": format!("{} * ({} - x)", p("theta"), p("m")), "volatility": p("sigma")}},
        "events": {"jump": {"hazard": p("lambda_"), "effects": [{"add": "x", "by": {"normal": {"mean": p("mj"), "sd": p("sj")}}}]}},
        "run": {"times": [0.5, 1, 3, 10]},
    });
    let result = simulate(&scenario(10.0, 0.005, sections), TRIALS, 107);
    let mut agreement = Agreement::default();
    for row in case["rows"].as_array().expect("rows") {
        let exact = [number(&row["mean"]), number(&row["var"])];
        estimated(
            &mut agreement,
            "ou-with-jumps",
            &result,
            "x",
            number(&row["t"]),
            exact,
        );
    }
    agreement.finish(8);
}

#[test]
fn a_clamped_walk_gathers_at_its_bounds() {
    let oracle = oracle("analytic/clamped-walk.json");
    let mut agreement = Agreement::default();
    for (seed, id) in [(111, "clamp-1"), (112, "clamp-3"), (113, "clamp-5")] {
        let case = case(&oracle, id);
        let p = |name: &str| number(&case["params"][name]);
        let (low, high) = (p("lo"), p("hi"));
        let sections = json!({
            "indicators": {"x": {
                "start": p("x0"),
                "drift": format!("{} + {} * ({} - x)", p("mu"), p("theta"), p("m")),
                "volatility": p("sigma"),
                "range": [low, high],
            }},
            "derived": {"at_low": format!("if(x == {low}, 1, 0)"), "at_high": format!("if(x == {high}, 1, 0)")},
        });
        let horizon = p("steps") * p("h");
        let result = simulate(&scenario(horizon, p("h"), sections), TRIALS, seed);
        let end = result.times.len() - 1;
        for (name, share) in [("at_low", "p_at_lower"), ("at_high", "p_at_upper")] {
            agreement.share(
                &format!("{id} {name}"),
                series(&result, name).mean[end],
                number(&case[share]),
                result.run.trials,
            );
        }
        estimated(
            &mut agreement,
            id,
            &result,
            "x",
            horizon,
            [number(&case["mean"]), number(&case["var"])],
        );
    }
    agreement.finish(12);
}
