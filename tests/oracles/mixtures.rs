//! Laws whose rate is itself uncertain: what chance does and what is not known, told apart as the
//! law of total variance says.
//!
//! Seeds 151 to 157. Standard errors are the run's own (15 degrees of freedom, both loops in them).
//! The ends of an epistemic interval are compared within 3 of their standard errors and 2% of the
//! interval's width, which is their measured bias.

use crate::harness::{
    Agreement, Rows, case, metric, number, numbers, oracle, outcome, rows, scenario, settings,
    simulate, study,
};
use quincunx::math::special::{beta_inverse, gamma_p_inverse, normal_quantile};
use quincunx::results::{Epistemic, EpistemicStatus};
use serde_json::{Map, Value, json};

const TRIALS: u64 = 163_840;
const REPLICATES: usize = 16;

/// Both ends of an epistemic interval.
fn ends(
    agreement: &mut Agreement,
    what: &str,
    found: Option<[f64; 2]>,
    epistemic: &Epistemic,
    exact: [f64; 2],
) {
    let found = found.unwrap_or_else(|| panic!("{what}: no epistemic interval"));
    agreement.holds(
        &format!("{what}: the spread is resolved"),
        epistemic.status == EpistemicStatus::Resolved,
    );
    let errors = epistemic
        .std_error
        .unwrap_or_else(|| panic!("{what}: no error of the ends"));
    let bias = 0.02 * (exact[1] - exact[0]);
    for side in [0, 1] {
        let name = ["low", "high"][side];
        agreement.close(
            &format!("{what}: {name} end"),
            found[side],
            exact[side],
            3.0 * errors[side] + bias,
        );
    }
}

/// Outcomes `NAME_K` for each count of a probability table, with the counts' probabilities.
fn outcomes(pmf: &[(u64, f64)], reading: &str) -> (Value, Vec<(String, f64)>) {
    let named: Vec<(String, f64)> = pmf
        .iter()
        .map(|(k, p)| (format!("exactly_{k}"), *p))
        .collect();
    let rules: Vec<Value> = pmf
        .iter()
        .map(|(k, _)| json!({"name": format!("exactly_{k}"), "when": format!("{reading} == {k}")}))
        .collect();
    (rules.into(), named)
}

/// Variance within draws and between them, less the share of the former, each with its standard
/// error between replicates.
fn components(rows: &Rows, name: &str, per_draw: usize) -> [(f64, f64); 2] {
    let values = rows.metric(name);
    let mut parts = vec![[0.0f64; 2]; REPLICATES];
    for (m, part) in parts.iter_mut().enumerate() {
        let draws: Vec<&[f64]> = values
            .chunks(per_draw)
            .skip(m)
            .step_by(REPLICATES)
            .collect();
        let means: Vec<f64> = draws
            .iter()
            .map(|d| d.iter().sum::<f64>() / per_draw as f64)
            .collect();
        let centre = means.iter().sum::<f64>() / means.len() as f64;
        let within: f64 = (draws.iter().zip(&means))
            .map(|(d, mean)| {
                d.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (per_draw - 1) as f64
            })
            .sum::<f64>()
            / means.len() as f64;
        let between = means
            .iter()
            .map(|v| (v - centre) * (v - centre))
            .sum::<f64>()
            / (means.len() - 1) as f64;
        *part = [within, between - within / per_draw as f64];
    }
    [0, 1].map(|i| {
        let mean = parts.iter().map(|p| p[i]).sum::<f64>() / REPLICATES as f64;
        let square: f64 = parts.iter().map(|p| (p[i] - mean) * (p[i] - mean)).sum();
        (
            mean,
            (square / (REPLICATES * (REPLICATES - 1)) as f64).sqrt(),
        )
    })
}

fn pmf_of(case: &Value) -> Vec<(u64, f64)> {
    match &case["pmf"] {
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(k, p)| (k as u64, number(p)))
            .collect(),
        table => table
            .as_object()
            .expect("a table")
            .iter()
            .map(|(k, p)| (k.parse().expect("a count"), number(p)))
            .collect(),
    }
}

#[test]
fn counts_under_a_gamma_rate_are_negative_binomial_and_split_by_the_law_of_total_variance() {
    let oracle = oracle("analytic/epistemic-mixtures.json");
    let case = case(&oracle, "poisson-gamma");
    let p = |name: &str| number(&case["params"][name]);
    let (rules, shares) = outcomes(&pmf_of(case), "count(hit)");
    let sections = json!({
        "parameters": {"lambda": {"gamma": {"shape": p("shape"), "rate": p("rate")}}},
        "events": {"hit": {"hazard": "lambda", "effects": []}},
        "outcomes": rules,
        "metrics": {"hits": "count(hit)"},
    });
    let study = study(&scenario(p("T"), 1.0, sections));
    let settings = settings(&study, TRIALS, 151);
    let (result, rows) = rows(&study, &settings);
    let mut agreement = Agreement::default();
    for (name, share) in shares {
        let found = outcome(&result, &name);
        agreement.estimate(&name, found.probability, share, found.std_error);
    }
    let hits = metric(&result, "hits");
    agreement.estimate(
        "mean",
        hits.mean.expect("a mean"),
        number(&case["mean"]),
        hits.std_error.expect("an error"),
    );
    let sd = number(&case["var"]).sqrt();
    agreement.estimate(
        "sd",
        hits.sd.expect("an sd"),
        sd,
        hits.sd_std_error.expect("an error"),
    );
    let [within, between] = components(&rows, "hits", settings.trials_per_draw as usize);
    let split = &case["decomposition"];
    agreement.estimate(
        "variance by chance",
        within.0,
        number(&split["aleatory_E_var"]),
        within.1,
    );
    agreement.estimate(
        "variance by the rate",
        between.0,
        number(&split["epistemic_var_E"]),
        between.1,
    );
    let quantile = |q: f64| p("T") * gamma_p_inverse(p("shape"), q) / p("rate");
    ends(
        &mut agreement,
        "mean count",
        hits.epistemic90,
        &hits.epistemic,
        [quantile(0.05), quantile(0.95)],
    );
    agreement.finish(14);
}

#[test]
fn counts_under_a_beta_chance_are_beta_binomial_and_the_chance_shows_as_what_is_not_known() {
    let oracle = oracle("analytic/epistemic-mixtures.json");
    let case = case(&oracle, "beta-binomial");
    let p = |name: &str| number(&case["params"][name]);
    let (rules, shares) = outcomes(&pmf_of(case), "k");
    let sections = json!({
        "parameters": {"p": {"beta": {"alpha": p("a"), "beta": p("b")}}},
        "indicators": {"k": {"start": {"binomial": {"n": p("n"), "p": "p"}}}},
        "events": {"single": {"at": "2001-06-01", "probability": "p", "effects": []}},
        "outcomes": rules,
        "metrics": {"successes": "k"},
        "questions": {"single_by_july": {"ever": "ever(single)", "by": "2001-07-01"}},
    });
    let result = simulate(&scenario(1.0, 0.25, sections), TRIALS, 152);
    let mut agreement = Agreement::default();
    for (name, share) in shares {
        let found = outcome(&result, &name);
        agreement.estimate(&name, found.probability, share, found.std_error);
    }
    let successes = metric(&result, "successes");
    agreement.estimate(
        "mean",
        successes.mean.expect("a mean"),
        number(&case["mean"]),
        successes.std_error.expect("an error"),
    );
    let sd = number(&case["var"]).sqrt();
    agreement.estimate(
        "sd",
        successes.sd.expect("an sd"),
        sd,
        successes.sd_std_error.expect("an error"),
    );
    let single = &result.questions[0];
    let exact = &case["single_event"];
    agreement.estimate(
        "single event",
        single.probability,
        number(&exact["probability"]),
        single.std_error,
    );
    let quantiles = [
        number(&exact["p_quantiles"]["0.05"]),
        number(&exact["p_quantiles"]["0.95"]),
    ];
    agreement.close(
        "the quantile function of the library",
        beta_inverse(p("a"), p("b"), 0.95),
        quantiles[1],
        1e-9,
    );
    ends(
        &mut agreement,
        "single event",
        single.epistemic90,
        &single.epistemic,
        quantiles,
    );
    let tenfold = quantiles.map(|q| p("n") * q);
    ends(
        &mut agreement,
        "mean successes",
        successes.epistemic90,
        &successes.epistemic,
        tenfold,
    );
    agreement.finish(20);
}

#[test]
fn a_normal_mean_that_is_not_known_is_told_from_normal_noise() {
    let oracle = oracle("analytic/epistemic-mixtures.json");
    let case = case(&oracle, "normal-normal");
    let p = |name: &str| number(&case["params"][name]);
    let sections = json!({
        "parameters": {"theta": {"normal": {"mean": p("mean"), "sd": p("sd_theta")}}},
        "indicators": {"y": {"start": {"normal": {"mean": "theta", "sd": p("sd_noise")}}}},
        "outcomes": [{"name": "above", "when": "y > 2"}],
        "metrics": {"y_at_end": "y"},
    });
    let study = study(&scenario(1.0, 1.0, sections));
    let settings = settings(&study, TRIALS, 153);
    let (result, rows) = rows(&study, &settings);
    let mut agreement = Agreement::default();
    let above = outcome(&result, "above");
    agreement.estimate(
        "above 2",
        above.probability,
        number(&case["p_above_2"]),
        above.std_error,
    );
    let y = metric(&result, "y_at_end");
    agreement.estimate(
        "mean",
        y.mean.expect("a mean"),
        number(&case["mean"]),
        y.std_error.expect("an error"),
    );
    agreement.estimate(
        "sd",
        y.sd.expect("an sd"),
        number(&case["var"]).sqrt(),
        y.sd_std_error.expect("an error"),
    );
    let [within, between] = components(&rows, "y_at_end", settings.trials_per_draw as usize);
    let split = &case["decomposition"];
    agreement.estimate(
        "variance by chance",
        within.0,
        number(&split["aleatory_E_var"]),
        within.1,
    );
    agreement.estimate(
        "variance by the mean",
        between.0,
        number(&split["epistemic_var_E"]),
        between.1,
    );
    let reach = p("sd_theta") * normal_quantile(0.95);
    ends(
        &mut agreement,
        "mean",
        y.epistemic90,
        &y.epistemic,
        [p("mean") - reach, p("mean") + reach],
    );
    agreement.finish(8);
}

#[test]
fn extinction_under_an_uncertain_birth_rate_has_its_exact_probability() {
    let oracle = oracle("analytic/epistemic-mixtures.json");
    let case = case(&oracle, "birth-death-gamma-birth");
    let p = |name: &str| number(&case["params"][name]);
    let whole = |birth: Value| {
        let mut parameters = Map::new();
        parameters.insert("birth".into(), birth);
        let sections = json!({
            "parameters": parameters,
            "indicators": {"x": {"start": p("x0")}},
            "events": {
                "born": {"hazard": "birth * x", "effects": [{"add": "x", "by": 1}]},
                "dies": {"hazard": format!("{} * x", p("mu")), "effects": [{"add": "x", "by": -1}]},
            },
            "outcomes": [{"name": "extinct", "when": "x == 0"}],
        });
        scenario(p("T"), 1.0, sections)
    };
    let mut agreement = Agreement::default();
    let uncertain = simulate(
        &whole(json!({"gamma": {"shape": p("shape"), "rate": p("rate")}})),
        20_480,
        154,
    );
    let found = outcome(&uncertain, "extinct");
    agreement.estimate(
        "uncertain rate",
        found.probability,
        number(&case["p_extinct_by_T"]),
        found.std_error,
    );
    let known = simulate(&whole(json!(p("shape") / p("rate"))), 20_480, 155);
    let found = outcome(&known, "extinct").probability;
    agreement.share(
        "mean rate",
        found,
        number(&case["p_extinct_at_mean_rate"]),
        known.run.trials,
    );
    agreement.finish(2);
}

#[test]
fn more_trials_shrink_the_monte_carlo_error_and_not_what_is_not_known() {
    let sections = json!({
        "parameters": {"p": {"beta": {"alpha": 2, "beta": 6}}, "lambda": {"gamma": {"shape": 2.5, "rate": 1.25}}},
        "events": {"single": {"at": "2001-06-01", "probability": "p", "effects": []}, "hit": {"hazard": "lambda", "effects": []}},
        "outcomes": [{"name": "yes", "when": "ever(single)"}],
        "metrics": {"hits": "count(hit)"},
    });
    let study = study(&scenario(1.0, 0.5, sections));
    let width = |ends: [f64; 2]| ends[1] - ends[0];
    let [few, many] = [10_000, 160_000].map(|trials| {
        let result = crate::harness::run(&study, trials, 156);
        let (yes, hits) = (
            outcome(&result, "yes").clone(),
            metric(&result, "hits").clone(),
        );
        [
            (width(yes.ci95), width(yes.epistemic90.expect("ends"))),
            (
                width(hits.ci95.expect("an interval")),
                width(hits.epistemic90.expect("ends")),
            ),
        ]
    });
    let exact = [
        numbers(&json!([
            beta_inverse(2.0, 6.0, 0.05),
            beta_inverse(2.0, 6.0, 0.95)
        ])),
        [0.05, 0.95]
            .map(|q| gamma_p_inverse(2.5, q) / 1.25)
            .to_vec(),
    ];
    let mut agreement = Agreement::default();
    for (i, what) in ["probability", "mean"].into_iter().enumerate() {
        // 16 times the trials are 4 times the precision, more with an even design; standard errors
        // on 15 degrees of freedom are known to 18%.
        let shrunk = few[i].0 / many[i].0;
        agreement.holds(
            &format!("the 95% interval of the {what} shrinks {shrunk}-fold"),
            (2.2..20.0).contains(&shrunk),
        );
        let truth = exact[i][1] - exact[i][0];
        // Root mean square error of an end: 13% of the width at 156 draws, 4% at 2,500.
        agreement.close(
            &format!("epistemic width of the {what}, 10,000 trials"),
            few[i].1 / truth,
            1.0,
            0.4,
        );
        agreement.close(
            &format!("epistemic width of the {what}, 160,000 trials"),
            many[i].1 / truth,
            1.0,
            0.12,
        );
    }
    agreement.finish(6);
}
