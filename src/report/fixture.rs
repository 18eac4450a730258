//! Results made up for tests of the writers: every kind of number, status and oddity once.

mod answers;
mod compare;
mod sweep;

pub use answers::{LONG, explain, given, near, sensitivity, tripwires, ways};
pub use compare::compare;
pub use sweep::sweep;

use crate::results::*;
use indexmap::IndexMap;
use serde_json::json;

const TIMES: usize = 25;

/// A run with resolved, undetected and exact epistemic ranges, an outcome without a hit, a wide-character title and two warnings.
pub fn run() -> RunResult {
    let resolved = |low: f64, high: f64| (Some([low, high]), EpistemicStatus::Resolved);
    RunResult {
        format: 1,
        tool: Tool {
            name: "quincunx".into(),
            version: "0.1.0".into(),
        },
        run: RunInfo {
            seed: 1,
            trials: 100_352,
            draws: 1568,
            trials_per_draw: 64,
            blocks: 98,
            design: "padded".into(),
            replicates: 16,
            effective_trials: 100_350.0,
            non_finite: 2,
            interrupted: false,
            stopped_by_precision: false,
            largest_std_error: 0.00153,
        },
        scenario: ScenarioInfo {
            name: "strait".into(),
            title: "Blockade of a strait".into(),
            sha256: "0".repeat(64),
            start: "2026-01-01".into(),
            horizon: 2.0,
            step: 7.0 / 365.25,
            source: json!({"name": "strait", "trends": {"stalemate": {"weight": 0.5}}}),
        },
        outcomes: vec![
            OutcomeResult {
                group: Some("quiet".into()),
                ..outcome("settled", "A treaty is signed", 0.412_37, 0.001_46, resolved(0.22, 0.61))
            },
            OutcomeResult {
                group: Some("quiet".into()),
                ..outcome("calm", "A truce holds without a treaty", 0.231_2, 0.001_1, resolved(0.14, 0.33))
            },
            outcome("crisis", "", 0.318_4, 0.001_53, (Some([0.3184; 2]), EpistemicStatus::NotDetected)),
            outcome("partition", "海峡の分割", 0.038_0, 0.000_47, resolved(0.001, 0.12)),
            outcome("collapse", "Collapse of both governments in the same year", 0.0, 0.000_02, (None, EpistemicStatus::NotSeparable)),
            outcome("unclassified", "", 0.000_02, 0.000_014, (Some([0.000_02; 2]), EpistemicStatus::Exact)),
        ],
        groups: vec![group(
            "quiet",
            "The guns are silent",
            &["settled", "calm"],
            (0.643_57, 0.0015, [0.41, 0.79]),
        )],
        scorecard: vec![
            score("stalemate", "Prolonged stalemate", 0.5, Some([0.61, 0.42])),
            score("escalation", "", 1.0 / 3.0, Some([0.08, 0.31])),
            score("instability", "Instability at home", 1.0 / 6.0, None),
        ],
        trends: vec![
            occupancy("stalemate", "Prolonged stalemate", Some(0.5), |x| 0.5 - 0.2 * x),
            occupancy("escalation", "", Some(1.0 / 3.0), |x| 0.333_333 + 0.1 * x),
            occupancy("instability", "Instability at home", Some(1.0 / 6.0), |x| 0.166_667 + 0.1 * x),
        ],
        phases: vec![
            occupancy("blockade", "", None, |x| 1.0 - 0.7 * x),
            occupancy("talks", "Talks with mediators", None, |x| 0.8 * x * (1.0 - x)),
            occupancy("treaty", "", None, |x| 0.412 * x * x),
            occupancy("annexation", "", None, |_| 0.0),
        ],
        states: Vec::new(),
        times: (0..TIMES).map(|i| i as f64 / 12.0).collect(),
        dates: (0..TIMES).map(|i| format!("{}-{:02}-01", 2026 + i / 12, 1 + i % 12)).collect(),
        indicators: vec![
            series("support", "Support of the allies", "", 0.6, -0.2),
            series("price", "", "USD/t", 80.0, 35.0),
        ],
        derived: vec![series("pressure", "", "", 0.3, 0.4)],
        events: vec![
            event("truce_signed", "A truce is signed", false, 0.623, Some(0.7)),
            event("convoy", "", false, 0.999_1, Some(0.08)),
            event("stalemate>escalation", "", true, 0.182, Some(0.9)),
            event("panic", "Panic buying on the spot markets of three continents at once", false, 0.000_4, Some(1.4)),
            event("never", "", false, 0.0, None),
        ],
        metrics: vec![
            metric("price_at_end", "Price at the end", "USD/t", Some((112.34, 0.231, 28.4)), 1.0),
            metric("first_truce", "", "years", Some((0.812_3, 0.002_1, 0.44)), 0.623),
            metric("never_defined", "", "", None, 0.0),
        ],
        ratios: vec![
            ratio("price_of_calm", "Price of calm", "USD/t a year", Some((138.3, 0.45)), Some("between")),
            ratio("open_ended", "", "", Some((12.0, 40.0)), Some("outside")),
            ratio("unknown", "", "", Some((-1.0, 7.0)), Some("anywhere")),
            ratio("without", "", "", None, None),
        ],
        questions: vec![
            question("truce_by_june", "Will a truce be signed by 30 June 2026?", "ever", "2026-06-30", 0.212, 0.0012),
            question("dear_at_new_year", "", "holds", "2026-12-31", 0.0713, 0.000_6),
        ],
        conditional: vec![
            conditional("holds_if_signed", "If one is signed, does it last the year?", "ever(truce_signed)", 35, 80),
            conditional("after_panic", "", "ever(panic) and at(price > 400, 2026-06-30)", 0, 0),
        ],
        drivers: vec![Drivers {
            of: "quiet".into(),
            kind: "group".into(),
            looked_at: 5,
            inputs: vec![
                driver("resolve", "Resolve of the blockading power", 0.46, true),
                driver("stalemate", "Prolonged stalemate", 0.21, true),
                driver("leak", "", 0.02, false),
            ],
        }],
        warnings: vec![
            Warning {
                code: "weights-normalised".into(),
                message: "the weights of the trends sum to 0.99 and were divided by that".into(),
                path: "/trends".into(),
            },
            Warning {
                code: "unrealised-chance".into(),
                message: "`truce_signed` states a chance of 0.3 within 12 months, but fired in 0.212 ± 0.001 of the trials in which that \
                          window closed"
                    .into(),
                path: "/events/truce_signed/hazard".into(),
            },
        ],
    }
}

/// One trial with a shift, an event that fired twice and a metric without a value.
pub fn storyline() -> Storyline {
    let run = run();
    let indicators = |support: f64| {
        IndexMap::from([("support".to_owned(), support), ("price".to_owned(), 83.5)])
    };
    let state = |trend: &str, phase: &str, support: f64| StoryState {
        trend: trend.into(),
        phase: phase.into(),
        states: IndexMap::new(),
        indicators: indicators(support),
    };
    Storyline {
        format: 1,
        tool: run.tool,
        seed: 1,
        trial: 12_345,
        draw: 192,
        trials_per_draw: 64,
        design: "padded".into(),
        scenario: run.scenario,
        parameters: IndexMap::from([("resolve".to_owned(), 0.253_1), ("cost".to_owned(), 0.21)]),
        per_trial: IndexMap::new(),
        start: state("stalemate", "blockade", 0.6),
        happenings: vec![
            Happening {
                time: 0.2,
                date: "2026-03-14".into(),
                event: "truce_signed".into(),
                title: "A truce is signed".into(),
                shift: false,
                count: 2,
                changes: vec![
                    StoryChange::Phase {
                        from: "blockade".into(),
                        to: "truce".into(),
                    },
                    StoryChange::Indicator {
                        name: "support".into(),
                        from: 0.61,
                        to: 0.66,
                    },
                ],
                indicators: indicators(0.66),
            },
            Happening {
                time: 1.3,
                date: "2027-04-20".into(),
                event: "stalemate>escalation".into(),
                title: String::new(),
                shift: true,
                count: 1,
                changes: vec![StoryChange::Trend {
                    from: "stalemate".into(),
                    to: "escalation".into(),
                }],
                indicators: indicators(0.4),
            },
        ],
        left_out: IndexMap::new(),
        end: state("escalation", "truce", 0.41),
        outcome: "calm".into(),
        outcome_title: "A truce holds without a treaty".into(),
        metrics: IndexMap::from([
            ("price_at_end".to_owned(), Some(83.5)),
            ("first_truce".to_owned(), None),
        ]),
        questions: IndexMap::from([("truce_by_june".to_owned(), true)]),
        conditional: IndexMap::from([
            ("holds_if_signed".to_owned(), Some(false)),
            ("after_panic".to_owned(), None),
        ]),
    }
}

fn epistemic(status: EpistemicStatus, scale: f64) -> Epistemic {
    Epistemic {
        status,
        std_error: (status == EpistemicStatus::Resolved).then_some([0.006 * scale, 0.009 * scale]),
        at_most_sd: (status == EpistemicStatus::NotDetected).then_some(0.012 * scale),
    }
}

fn interval(value: f64, std_error: f64) -> [f64; 2] {
    [value - 2.13 * std_error, value + 2.13 * std_error]
}

fn share_interval(p: f64, std_error: f64) -> [f64; 2] {
    interval(p, std_error).map(|end| end.clamp(0.0, 1.0))
}

fn by_trend(p: f64, std_error: f64) -> IndexMap<String, ByTrend> {
    let by = |factor: f64, trials: u64| ByTrend {
        probability: (trials > 0).then_some(p * factor),
        std_error: (trials > 0).then_some(2.0 * std_error),
        ci95: (trials > 0).then(|| share_interval(p * factor, 2.0 * std_error)),
        hits: vec![(p * factor * trials as f64) as u64; 16],
        trials: vec![trials; 16],
    };
    IndexMap::from([
        ("stalemate".to_owned(), by(1.1, 3136)),
        ("escalation".to_owned(), by(0.8, 2090)),
        ("instability".to_owned(), by(0.0, 0)),
    ])
}

fn outcome(
    name: &str,
    title: &str,
    p: f64,
    std_error: f64,
    range: (Option<[f64; 2]>, EpistemicStatus),
) -> OutcomeResult {
    OutcomeResult {
        name: name.into(),
        group: None,
        title: title.into(),
        probability: p,
        std_error,
        ci95: share_interval(p, std_error),
        epistemic90: range.0,
        epistemic: epistemic(range.1, 1.0),
        by_trend: by_trend(p, std_error),
        also: IndexMap::from([("crisis".to_owned(), 12)]),
        matched: 41_382,
    }
}

fn group(
    name: &str,
    title: &str,
    outcomes: &[&str],
    (p, std_error, range): (f64, f64, [f64; 2]),
) -> GroupResult {
    GroupResult {
        name: name.into(),
        title: title.into(),
        outcomes: outcomes.iter().map(|name| (*name).to_owned()).collect(),
        probability: p,
        std_error,
        ci95: share_interval(p, std_error),
        epistemic90: Some(range),
        epistemic: epistemic(EpistemicStatus::Resolved, 1.0),
        by_trend: by_trend(p, std_error),
    }
}

/// A trend that comes true with these chances within a year and by the end.
fn score(name: &str, title: &str, weight: f64, chances: Option<[f64; 2]>) -> TrendScore {
    let comes_true = |(p, years): (f64, f64)| ComesTrue {
        by: format!("{}-01-01", 2026 + years as u32),
        years,
        probability: p,
        std_error: 0.002,
        ci95: share_interval(p, 0.002),
        epistemic90: Some([0.7 * p, 1.2 * p]),
        epistemic: epistemic(EpistemicStatus::Resolved, 1.0),
        by_trend: by_trend(p, 0.002),
    };
    let given = |p: f64| Share {
        probability: Some(p),
        std_error: Some(0.004),
        ci95: Some(share_interval(p, 0.004)),
    };
    TrendScore {
        name: name.into(),
        title: title.into(),
        weight,
        leads: 0.8 * weight + 0.06,
        leads_std_error: 0.0008,
        comes_true: (chances.into_iter().flatten())
            .zip([1.0, 2.0])
            .map(comes_true)
            .collect(),
        outcomes_given: match chances {
            Some(_) => IndexMap::from([
                ("settled".to_owned(), given(0.31)),
                ("crisis".to_owned(), given(0.42)),
            ]),
            None => IndexMap::new(),
        },
    }
}

fn driver(name: &str, title: &str, share: f64, detectable: bool) -> Driver {
    Driver {
        input: name.into(),
        title: title.into(),
        kind: if name == "stalemate" {
            "weight"
        } else {
            "parameter"
        }
        .into(),
        share,
        share_std_error: 0.03,
        detectable,
        tail: 0.05,
        low: 0.75,
        low_std_error: 0.006,
        high: 0.48,
        high_std_error: 0.007,
    }
}

/// The mean of one metric over that of another.
fn ratio(
    name: &str,
    title: &str,
    unit: &str,
    told: Option<(f64, f64)>,
    shape: Option<&str>,
) -> RatioResult {
    RatioResult {
        name: name.into(),
        title: title.into(),
        unit: unit.into(),
        of: "price_at_end".into(),
        over: "first_truce".into(),
        ratio: told.map(|told| told.0),
        std_error: told.map(|told| told.1),
        ci95: told
            .filter(|_| shape != Some("anywhere"))
            .map(|(value, error)| [value - 2.0 * error, value + 2.0 * error]),
        shape: shape.map(str::to_owned),
    }
}

/// A question about some trials, with so many hits and trials in each replicate.
fn conditional(name: &str, title: &str, given: &str, hits: u64, trials: u64) -> ConditionalResult {
    let share = (trials > 0).then(|| hits as f64 / trials as f64);
    let trials_given = 16 * trials;
    let error = share.map(|p| (p * (1.0 - p) / trials_given as f64).sqrt());
    ConditionalResult {
        name: name.into(),
        title: title.into(),
        asks: "holds".into(),
        by: "2026-12-31".into(),
        dated: true,
        given: given.into(),
        trials_given,
        given_probability: trials_given as f64 / 10_240.0,
        given_std_error: 0.003,
        probability: share,
        std_error: error,
        ci95: share.zip(error).map(|(p, e)| [p - 2.0 * e, p + 2.0 * e]),
        hits: vec![hits; 16],
        trials: vec![trials; 16],
    }
}

fn question(
    name: &str,
    title: &str,
    asks: &str,
    by: &str,
    p: f64,
    std_error: f64,
) -> QuestionResult {
    QuestionResult {
        name: name.into(),
        dated: true,
        title: title.into(),
        asks: asks.into(),
        by: by.into(),
        probability: p,
        std_error,
        ci95: share_interval(p, std_error),
        epistemic90: Some([0.5 * p, 1.6 * p]),
        epistemic: epistemic(EpistemicStatus::Resolved, 1.0),
        by_trend: by_trend(p, std_error),
    }
}

fn occupancy(
    name: &str,
    title: &str,
    weight: Option<f64>,
    share: impl Fn(f64) -> f64,
) -> OccupancyResult {
    let occupancy: Vec<f64> = (0..TIMES)
        .map(|i| share(i as f64 / (TIMES - 1) as f64))
        .collect();
    OccupancyResult {
        name: name.into(),
        title: title.into(),
        weight,
        occupancy_std_error: occupancy
            .iter()
            .map(|p| 0.003 * p * (1.0 - p) + 1e-5)
            .collect(),
        occupancy,
    }
}

fn series(name: &str, title: &str, unit: &str, start: f64, change: f64) -> SeriesResult {
    let line = |offset: f64| -> Vec<f64> {
        let at = |i: usize| start + (change + offset * start) * i as f64 / (TIMES - 1) as f64;
        (0..TIMES).map(at).collect()
    };
    let errors = vec![0.001 * start; TIMES];
    SeriesResult {
        fixed: false,
        name: name.into(),
        title: title.into(),
        unit: unit.into(),
        mean: line(0.0),
        mean_std_error: errors.clone(),
        sd: line(-0.6),
        sd_std_error: errors.clone(),
        p5: line(-0.5),
        p5_std_error: errors.clone(),
        p25: line(-0.2),
        p25_std_error: errors.clone(),
        p50: line(-0.01),
        p50_std_error: errors.clone(),
        p75: line(0.2),
        p75_std_error: errors.clone(),
        p95: line(0.5),
        p95_std_error: errors,
        quantiles: Vec::new(),
    }
}

fn event(name: &str, title: &str, shift: bool, p: f64, median: Option<f64>) -> EventResult {
    EventResult {
        name: name.into(),
        title: title.into(),
        shift,
        probability: p,
        probability_std_error: 0.0035 * (p * (1.0 - p)).sqrt() + 1e-5,
        mean_count: 1.8 * p,
        mean_count_std_error: 0.003 * p,
        cumulative_incidence: (0..TIMES)
            .map(|i| p * i as f64 / (TIMES - 1) as f64)
            .collect(),
        cumulative_incidence_std_error: vec![0.001; TIMES],
        first_time: median.map(|median| FirstTime {
            p5: 0.1 * median,
            p5_std_error: 0.004,
            p50: median,
            p50_std_error: 0.009,
            p95: 1.3 * median,
            p95_std_error: 0.012,
        }),
        declared: (name == "truce_signed").then_some(0.3),
        realised: (name == "truce_signed").then_some(0.212),
        realised_std_error: (name == "truce_signed").then_some(0.001),
        never_possible: (name == "truce_signed").then_some(0.02),
        never_possible_std_error: (name == "truce_signed").then_some(0.001),
    }
}

fn metric(
    name: &str,
    title: &str,
    unit: &str,
    moments: Option<(f64, f64, f64)>,
    defined: f64,
) -> MetricResult {
    let mean = moments.map(|m| m.0);
    let std_error = moments.map(|m| m.1);
    let sd = moments.map(|m| m.2);
    let quantile = |z: f64| moments.map(|(mean, _, sd)| mean + z * sd);
    let error = sd.map(|sd| 0.01 * sd);
    let status = if moments.is_some() {
        EpistemicStatus::Resolved
    } else {
        EpistemicStatus::NotSeparable
    };
    let group = |factor: f64| GroupMean {
        defined: Some(defined),
        mean: mean.map(|mean| mean * factor),
        std_error,
        sums: Vec::new(),
        values: Vec::new(),
    };
    MetricResult {
        name: name.into(),
        title: title.into(),
        unit: unit.into(),
        is_instant: false,
        defined,
        defined_std_error: if defined > 0.0 && defined < 1.0 {
            0.0015
        } else {
            0.0
        },
        mean,
        std_error,
        ci95: moments.map(|(mean, error, _)| interval(mean, error)),
        epistemic90: quantile(-0.8)
            .zip(quantile(0.9))
            .map(|(low, high)| [low, high]),
        epistemic: epistemic(status, sd.unwrap_or(1.0)),
        sd,
        sd_std_error: error,
        p5: quantile(-1.5),
        p5_std_error: error,
        p25: quantile(-0.7),
        p25_std_error: error,
        p50: quantile(-0.1),
        p50_std_error: error,
        p75: quantile(0.6),
        p75_std_error: error,
        p95: quantile(1.9),
        p95_std_error: error,
        histogram: Histogram {
            edges: vec![0.0, 0.5, 1.0],
            counts: vec![10, 20],
        },
        quantiles: vec![QuantileResult {
            level: 0.8,
            value: quantile(0.9),
            std_error: error,
        }],
        distribution: None,
        by_trend: IndexMap::from([
            ("stalemate".to_owned(), group(1.1)),
            ("escalation".to_owned(), group(0.9)),
        ]),
        by_outcome: IndexMap::from([("settled".to_owned(), group(0.7))]),
    }
}
