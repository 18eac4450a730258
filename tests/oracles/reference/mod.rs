//! The reference model of the measurements, against a million trials of a program written by hand
//! for it.
//!
//! `benches/reference.json` has to be equal in law to what it is compared with, or ratios of speed
//! would mean nothing: outcomes under each start trend, phases at all 157 grid points, first
//! ceasefires, counts of the 14 events, and means and quantiles of the indicators at the end. Every
//! difference must lie within 4 standard errors of itself. Ours is the larger of what the result
//! reports, which rests on 16 replicates, and that of independent trials; that of the publication
//! follows from its million trials.
//!
//! With 204,800 trials a base hazard that is wrong by 1% is found if the event is frequent
//! (`offensive`, `aid_shock`, `breakthrough`), by 2% if the phases hang on it (`open_talks`,
//! `ceasefire`, `escalate`), and by 3 to 7% if it is rare (`settlement`, `direct_settlement`). One
//! test checks that with 3% more of `open_talks`. The one difference of law that is known, trends
//! that shift within a step and not at its start, is of relative order 0.15 a year × half a week:
//! 0.1%.

use crate::harness::{Agreement, event, numbers, oracle, outcome, phase, run, series};
use quincunx::analysis::Study;
use quincunx::results::RunResult;
use serde_json::Value;
use std::path::Path;

const TRIALS: u64 = 204_800;
const SEED: u64 = 20_261_122;
const STEPS: usize = 156;

fn reference(sets: &[String]) -> Study {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/reference.json");
    let points: Vec<String> = (0..=STEPS).map(|k| format!("\"{k}/52 years\"")).collect();
    let times = format!("run.times=[{}]", points.join(","));
    Study::open(&file, &[&[times], sets].concat())
        .unwrap_or_else(|report| panic!("{}", crate::harness::faults(&report)))
}

/// Differences between a run and the publication.
struct Comparison {
    published: Value,
    result: RunResult,
    agreement: Agreement,
}

impl Comparison {
    fn new(result: RunResult) -> Self {
        Self {
            published: oracle("reference/million.json"),
            result,
            agreement: Agreement::default(),
        }
    }

    fn names(&self, key: &str) -> Vec<String> {
        let names = self.published[key].as_array().expect("a list of names");
        names
            .iter()
            .map(|name| name.as_str().expect("a name").to_string())
            .collect()
    }

    fn trials(&self) -> [f64; 2] {
        let published = self.published["trials"].as_f64().expect("a number");
        [self.result.run.trials as f64, published]
    }

    /// Shares of trials: ours with its standard error, theirs as hits among their trials.
    ///
    /// Below 50 expected hits (or misses) the law is far from normal: then on the scale of Anscombe
    /// (1948), where a count has standard deviation 1/2 whatever its mean.
    fn share(&mut self, what: &str, ours: f64, error: f64, n: f64, hits: f64, of: f64) {
        let theirs = hits / of;
        let variance = theirs * (1.0 - theirs);
        let rarer = |share: f64, trials: f64| {
            let rare = if theirs < 0.5 { share } else { 1.0 - share };
            (rare * trials).max(0.0)
        };
        if rarer(theirs, n) < 50.0 {
            let root = |count: f64| (count + 0.375).sqrt();
            let scaled = root(rarer(theirs, of)) * (n / of).sqrt();
            let error = 0.5 * (1.0 + n / of).sqrt();
            self.agreement
                .estimate(what, root(rarer(ours, n)), scaled, error);
            return;
        }
        let own = error.max((variance / n).sqrt());
        let of_difference = (own * own + variance / of).sqrt();
        self.agreement.estimate(what, ours, theirs, of_difference);
    }

    /// Other numbers: theirs has the standard error of ours, scaled to their trials.
    fn number(&mut self, what: &str, ours: f64, error: f64, theirs: f64) {
        let [n, of] = self.trials();
        let of_difference = error * (1.0 + n / of).sqrt();
        self.agreement.estimate(what, ours, theirs, of_difference);
    }

    fn outcomes(&mut self) {
        let phases = self.names("phases");
        let [n, million] = self.trials();
        let mut whole = vec![0.0; phases.len()];
        for (t, trend) in self.names("trends").into_iter().enumerate() {
            let hits = numbers(&self.published["outcomes"][t]);
            let of: f64 = hits.iter().sum();
            for (p, name) in phases.iter().enumerate() {
                whole[p] += hits[p];
                let ours = &outcome(&self.result, name).by_trend[&trend];
                let started = ours.trials.iter().sum::<u64>() as f64;
                let share = ours.probability.expect("trials start under it");
                let error = ours.std_error.expect("so it has an error");
                let what = format!("{name} after a start under {trend}");
                self.share(&what, share, error, started, hits[p], of);
            }
        }
        for (name, hits) in phases.iter().zip(whole) {
            let ours = outcome(&self.result, name);
            let (share, error) = (ours.probability, ours.std_error);
            self.share(name, share, error, n, hits, million);
        }
    }

    fn occupancy(&mut self) {
        let [n, million] = self.trials();
        for (p, name) in self.names("phases").into_iter().enumerate() {
            let ours = phase(&self.result, &name).clone();
            let hits = numbers(&self.published["occupancy"][p]);
            for (k, hits) in hits.into_iter().enumerate() {
                let what = format!("{name} at step {k}");
                let (share, error) = (ours.occupancy[k], ours.occupancy_std_error[k]);
                self.share(&what, share, error, n, hits, million);
            }
        }
    }

    /// The first ceasefire by each grid point, and the middle and both ends of its time.
    fn ceasefires(&mut self) {
        let [n, million] = self.trials();
        let first = numbers(&self.published["first_ceasefires"]);
        let ours = event(&self.result, "ceasefire").clone();
        let mut by = vec![0.0];
        for step in 0..STEPS {
            by.push(by[step] + first[step]);
        }
        for (k, hits) in by.iter().enumerate() {
            let what = format!("a ceasefire by step {k}");
            let (share, error) = (
                ours.cumulative_incidence[k],
                ours.cumulative_incidence_std_error[k],
            );
            self.share(&what, share, error, n, *hits, million);
        }
        let time = ours.first_time.expect("there are ceasefires");
        let all = by[STEPS];
        for (level, ours, error) in [
            (0.05, time.p5, time.p5_std_error),
            (0.5, time.p50, time.p50_std_error),
            (0.95, time.p95, time.p95_std_error),
        ] {
            let step = by.partition_point(|hits| *hits <= level * all) - 1;
            let within = (level * all - by[step]) / first[step];
            let theirs = (step as f64 + within) / 52.0;
            self.number(&format!("first ceasefire, {level}"), ours, error, theirs);
        }
    }

    fn events(&mut self) {
        let [n, _] = self.trials();
        let counts = numbers(&self.published["mean_counts"]);
        for (name, theirs) in self.names("events").into_iter().zip(counts) {
            let ours = event(&self.result, &name);
            let error = ours.mean_count_std_error.max((theirs / n).sqrt());
            let mean = ours.mean_count;
            self.number(&format!("count of {name}"), mean, error, theirs);
        }
    }

    fn indicators(&mut self) {
        let means = numbers(&self.published["means"]);
        for (i, name) in self.names("indicators").into_iter().enumerate() {
            let ours = series(&self.result, &name).clone();
            let unit = ours.sd[STEPS] / self.trials()[0].sqrt();
            let (mean, error) = (ours.mean[STEPS], ours.mean_std_error[STEPS].max(unit));
            self.number(&format!("mean of {name}"), mean, error, means[i]);
            let quantiles = numbers(&self.published["quantiles"][i]);
            // The last number is √(p (1 - p)) / φ(z): the standard error for a normal law, in units
            // of that of the mean.
            let levels = [
                ("p5", &ours.p5, &ours.p5_std_error, 2.11),
                ("p25", &ours.p25, &ours.p25_std_error, 1.36),
                ("p50", &ours.p50, &ours.p50_std_error, 1.25),
                ("p75", &ours.p75, &ours.p75_std_error, 1.36),
                ("p95", &ours.p95, &ours.p95_std_error, 2.11),
            ];
            for ((level, ours, error, normal), theirs) in levels.into_iter().zip(quantiles) {
                let error = error[STEPS].max(normal * unit);
                self.number(&format!("{level} of {name}"), ours[STEPS], error, theirs);
            }
        }
    }
}

/// Compares everything with the publication.
fn compare(sets: &[String]) {
    let mut comparison = Comparison::new(run(&reference(sets), TRIALS, SEED));
    assert_eq!(comparison.result.times.len(), STEPS + 1);
    comparison.outcomes();
    comparison.occupancy();
    comparison.ceasefires();
    comparison.events();
    comparison.indicators();
    comparison
        .agreement
        .finish(5 * 6 + 6 + (6 + 1) * (STEPS + 1) + 3 + 14 + 8 * 6);
}

#[test]
fn the_reference_model_ends_as_in_a_million_trials_of_a_program_written_for_it() {
    compare(&[]);
}

#[test]
#[should_panic(expected = "disagree")]
fn three_percent_more_of_one_hazard_is_noticed() {
    compare(&["events.open_talks.hazard.rate=0.618".to_string()]);
}
