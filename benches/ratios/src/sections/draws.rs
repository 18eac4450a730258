//! Draws from distributions whose arguments stay the same: looked up against searched for.

use super::Plan;
use crate::measure::{Contestant, take_turns};
use crate::table::{Row, Section, Target};
use quincunx::distribution::{Build, Distribution, Family, Tabulated};
use std::error::Error;

/// Draws of one turn.
const DRAWS: u32 = 100_000;

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let of = |family: Family, arguments: &[f64]| family.build(arguments, None, None);
    let experts = vec![
        (0.4, of(Family::Normal, &[10.0, 2.0])?),
        (0.6, of(Family::Lognormal, &[3.0, 0.5])?),
    ];
    let mut rows = Vec::new();
    for (name, exact) in [
        ("gamma", of(Family::Gamma, &[1.2, 25.0])?),
        ("beta", of(Family::Beta, &[2.0, 3.0])?),
        ("Student's t", of(Family::StudentT, &[4.0, 0.0, 1.0])?),
        ("a pool of two experts", Distribution::mixture(experts)?),
    ] {
        let table = Tabulated::new(exact.clone());
        let total = |seed: u64, quantile: &dyn Fn(f64) -> f64| {
            // Multiples of the golden ratio: even, and in no order.
            let place =
                |i: u32| (0.618_033_988_749_894_9 * f64::from(i) + seed as f64 / 7.0).fract();
            let sum: f64 = (1..=DRAWS).map(|i| quantile(place(i))).sum();
            if sum.is_finite() {
                f64::from(DRAWS)
            } else {
                f64::NAN
            }
        };
        let rates = take_turns(
            plan.rounds(),
            vec![
                Contestant::new("looked up", |seed| total(seed, &|p| table.quantile(p))),
                Contestant::new("searched for", |seed| total(seed, &|p| exact.quantile(p))),
            ],
        );
        let mut row = Row::ratio(&rates[0], &rates[1], "draws/s", Target::AtLeast(10.0));
        row.what = format!("{name}: looked up / searched for");
        rows.push(row);
    }
    Ok(Some(Section {
        title: "Draws with constant arguments",
        note: "One draw at a time on one core; tables filled before.".into(),
        rows,
    }))
}
