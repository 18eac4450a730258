//! `compare`: what it costs, and how much common random numbers gain.

use super::Plan;
use crate::measure::{Contestant, Rates, Spread, take_turns};
use crate::ours;
use crate::table::{Row, Section, Target, three_digits};
use quincunx::{Silent, Study, compare};
use std::error::Error;

/// Shipped variants of the baseline that change one assumption, some of them by much.
const VARIANTS: [&str; 4] = [
    "talks_separate_format.json",
    "talks_with_europe.json",
    "election_pause.json",
    "sanctions_circumvented.json",
];

/// Hazards of the baseline made a tenth larger.
const EDITS: [(&str, &str); 4] = [
    ("ukraine_fails", "rate=\"1.1 * rate_fails\""),
    ("war_widens", "rate=\"1.1 * rate_widen\""),
    ("kyiv_crisis", "rate=\"1.1 * rate_crisis\""),
    ("talks_break", "rate=\"1.1 * rate_talks_break\""),
];

const TRIALS: usize = 20_000;

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let base = ours::open(&plan.scenario("baseline.json"))?;
    let other = ours::open(&plan.scenario(VARIANTS[0]))?;
    let trials = plan.size(TRIALS) as u64;
    // A rate of 0 would hide a fault: the first round of all fails for good instead.
    let compared = |seed| {
        let settings = ours::settings(&base, trials, seed, 1);
        compare(&[&base, &other], &settings, &Silent).map(|result| result.scenarios.len() as f64)
    };
    compared(1)?;
    let rates = take_turns(
        plan.rounds(),
        vec![
            Contestant::new("two runs", |seed| {
                ours::trials(&base, trials, seed, 1);
                ours::trials(&other, trials, seed, 1);
                2.0
            }),
            Contestant::new("compare", |seed| compared(seed).unwrap_or(0.0)),
        ],
    );
    let seconds = |rates: &Rates| three_digits(2.0 * rates.seconds().median);
    let mut rows = vec![
        Row::new(
            "time of compare / of its runs",
            Spread::ratio(&rates[0], &rates[1]),
            "",
            Target::AtMost(1.05),
        )
        .with(format!("{} / {} s", seconds(&rates[1]), seconds(&rates[0]))),
    ];
    let mut gain = |name: &str, other: &Study| -> Result<(), Box<dyn Error>> {
        rows.push(gain_of(name, &base, other, 4 * trials)?);
        Ok(())
    };
    for variant in VARIANTS {
        let other = ours::open(&plan.scenario(variant))?;
        gain(variant.trim_end_matches(".json"), &other)?;
    }
    for (event, edit) in EDITS {
        let other = ours::edited(
            &plan.scenario("baseline.json"),
            &[format!("events.{event}.hazard.{edit}")],
        )?;
        gain(&format!("{event} + 10%"), &other)?;
    }
    Ok(Some(Section {
        title: "Comparing scenarios",
        note: "The time of `compare` on one core; 5% is allowed for noise. Then, for shipped variants that change one assumption and for small edits of one hazard, how many times smaller the standard error of a difference is under common random numbers, over the outcomes.".into(),
        rows,
    }))
}

/// How many times the unpaired standard error is the paired one, over the outcomes that both files
/// lead to.
fn gain_of(name: &str, base: &Study, other: &Study, trials: u64) -> Result<Row, Box<dyn Error>> {
    let settings = ours::settings(base, trials, 1, 0);
    let result = compare(&[base, other], &settings, &Silent)?;
    let mut gains: Vec<(f64, &str)> = result.comparisons[0]
        .differences
        .iter()
        .filter_map(|d| {
            let (paired, unpaired) = (d.std_error?, d.unpaired_std_error?);
            // Classes without a trial in either file say nothing.
            let seen = d.base? > 0.0 || d.other? > 0.0;
            (seen && paired > 0.0 && unpaired > 0.0)
                .then_some((unpaired / paired, d.outcome.as_str()))
        })
        .collect();
    gains.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(least), Some(most)) = (gains.first(), gains.last()) else {
        return Err(format!("{name} differs from the baseline in no outcome").into());
    };
    let values: Vec<f64> = gains.iter().map(|(gain, _)| *gain).collect();
    Ok(Row::new(
        format!("unpaired / paired std. error, {name}"),
        Spread::of(&values),
        "",
        Target::AtLeast(5.0),
    )
    .with(format!(
        "{} outcomes, from {} to {}",
        gains.len(),
        least.1,
        most.1
    )))
}
