//! How the cost of a trial grows with the size of a model.

use super::Plan;
use crate::measure::{Contestant, Rates, take_turns};
use crate::ours;
use crate::table::{Row, Section, Target, three_digits};
use quincunx::Study;
use serde_json::{Map, Value, json};
use std::error::Error;

/// Trials of one turn.
const TRIALS: u64 = 4_096;
/// A model of middling size, from which one thing at a time is varied.
const MIDDLE: Size = Size {
    events: 50,
    indicators: 16,
    phases: 8,
    firings: 40,
};

#[derive(Clone, Copy)]
struct Size {
    events: usize,
    indicators: usize,
    phases: usize,
    /// Expected firings of a trial, all events together.
    firings: usize,
}

/// What is varied: its name, its sizes, and how a size is put into a model.
type Series = (&'static str, [usize; 5], fn(&mut Size, usize));

const SERIES: [Series; 4] = [
    ("events", [25, 50, 100, 200, 400], |size, n| size.events = n),
    ("indicators", [8, 20, 50, 100, 200], |size, n| {
        size.indicators = n;
    }),
    ("phases", [2, 4, 8, 16, 32], |size, n| size.phases = n),
    ("firings per trial", [10, 40, 160, 640, 2_560], |size, n| {
        size.firings = n;
    }),
];

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let trials = plan.size(TRIALS as usize) as u64;
    let mut rows = Vec::new();
    for (name, sizes, set) in SERIES {
        let studies: Vec<Study> = sizes
            .iter()
            .map(|n| {
                let mut size = MIDDLE;
                set(&mut size, *n);
                study(size)
            })
            .collect::<Result<_, _>>()?;
        let contestants = studies
            .iter()
            .map(|study| Contestant::new(name, |seed| ours::trials(study, trials, seed, 1)))
            .collect();
        let rates = take_turns(plan.rounds().min(5), contestants);
        let micros = |rates: &Rates| 1e6 * rates.seconds().median;
        let costs: Vec<f64> = rates.iter().map(micros).collect();
        let (slope, fixed) = line(&sizes.map(|n| n as f64), &costs);
        let told: Vec<String> = (sizes.iter().zip(&costs))
            .map(|(n, cost)| format!("{n}: {}", three_digits(*cost)))
            .collect();
        let detail = format!(
            "µs per trial: {}; fit {} + {} per unit",
            told.join(", "),
            three_digits(fixed),
            three_digits(slope)
        );
        // The growth of the last doubling or so, as a power of the size: 1 is linear.
        let grown = (costs[4] / costs[3]).ln() / (sizes[4] as f64 / sizes[3] as f64).ln();
        let grown = crate::measure::Spread::of(&[grown]);
        rows.push(
            Row::new(
                format!("{name}: power of growth"),
                grown,
                "",
                Target::AtMost(1.1),
            )
            .with(detail),
        );
    }
    Ok(Some(Section {
        title: "Growth with the size of a model",
        note: format!(
            "A made-up model: {} events whose hazards depend on an indicator and a phase and move another, {} indicators that diffuse, {} phases, {} firings per trial on average, 156 steps. One of these at a time is varied; the power is that between the two largest sizes.",
            MIDDLE.events, MIDDLE.indicators, MIDDLE.phases, MIDDLE.firings
        ),
        rows,
    }))
}

/// Least squares: slope and value at 0.
fn line(x: &[f64], y: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sxy: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    let sxx: f64 = x.iter().map(|x| (x - mx) * (x - mx)).sum();
    (sxy / sxx, my - sxy / sxx * mx)
}

fn study(size: Size) -> Result<Study, Box<dyn Error>> {
    let text = scenario(size).to_string();
    let told = |findings: quincunx::scenario::Findings| {
        let faults: Vec<String> = (findings.diagnostics.iter())
            .map(|d| d.message.clone())
            .collect();
        faults.join("; ")
    };
    Ok(Study::from_text(&text, "scale.json").map_err(told)?)
}

/// A model of this size.
fn scenario(size: Size) -> Value {
    let phases: Map<String, Value> = (0..size.phases)
        .map(|p| (format!("p{p}"), json!({"start": p == 0})))
        .collect();
    let indicators: Map<String, Value> = (0..size.indicators)
        .map(|i| {
            let drift = format!("0.5 * (50 - x{i})");
            let code = json!({"start": 50, "range": [0, 100], "drift": drift, "volatility": 10});
            (format!("x{i}"), code)
        })
        .collect();
    // Hazards are 1 at the start and wander around it; three years pass.
    let rate = size.firings as f64 / (3.0 * size.events as f64);
    let events: Map<String, Value> = (0..size.events)
        .map(|e| {
            let (reads, moves) = (e % size.indicators, (e * 7 + 3) % size.indicators);
            let mut effects =
                vec![json!({"add": format!("x{moves}"), "by": if e % 2 == 0 { 1 } else { -1 }})];
            // One event in ten moves the phase as well.
            if e % 10 == 0 {
                effects.push(json!({"phase": format!("p{}", (e / 10 + 1) % size.phases)}));
            }
            let ratio = json!({format!("x{reads}"): {"ratio": 1.2, "per": 10, "at": 50}});
            let phase = json!({"p0": 1.5, format!("p{}", size.phases - 1): 0.7});
            let hazard = json!({"rate": rate, "times": {"indicator": ratio, "phase": phase}});
            (
                format!("e{e}"),
                json!({"hazard": hazard, "effects": effects}),
            )
        })
        .collect();
    json!({
        "format": 2, "name": "scale", "start": "2026-01-01", "horizon": "3 years", "step": "1 week",
        "phases": phases, "indicators": indicators, "events": events,
        "outcomes": [{"name": "high", "when": "x0 > 50"}, {"name": "low", "when": "true"}],
    })
}
