//! Choosing what to watch: signs ranked by mutual information with the answer.
//!
//! Takes what was read of each trial of the choosing run and whether its answer is yes; gives for
//! each day the best signs, with thresholds at round numbers, those that say the same folded into
//! one, and what is no sign because it decides.

use crate::estimate::plug_in;
use crate::expression::{Expr, PathReading};
use crate::model::Model;
use crate::results::Deciding;
use jiff::civil::Date;

/// Trials with a sign, and without it, below which it is not looked at.
const FEWEST: u64 = 32;
/// Twice the log likelihood ratio below which a sign may well be chance: the 99% point of
/// chi-squared with one degree of freedom.
const LEAST_RATIO: f64 = 6.63;
/// Thresholds that are tried of a number.
const THRESHOLDS: usize = 19;
/// Correlation of two signs above which the second says much the same.
const ALIKE: f64 = 0.7;
/// Of those, so many are named.
const NAMED: usize = 3;

/// What may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Event(usize),
    /// How often an event has fired that may fire more than once.
    Firings(usize),
    Phase(usize),
    /// A value of a state.
    State(usize, usize),
    Indicator(usize),
    Derived(usize),
}

impl What {
    /// Whether a threshold of it says something.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Indicator(_) | Self::Derived(_) | Self::Firings(_)
        )
    }
}

/// A number of each trial from which signs are read, as a metric of the study.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub what: What,
    /// Of all but events: the day on which it is read, in `days`.
    pub day: Option<usize>,
}

impl Look {
    pub fn all(model: &Model, days: usize) -> Vec<Self> {
        let events = (0..model.events.len())
            // Shifts of trends are in nobody's sight.
            .filter(|e| model.events[*e].shift.is_none())
            .map(|e| Self {
                what: What::Event(e),
                day: None,
            });
        // Of two, one says it all.
        let kinds = |count: usize| match count {
            0 | 1 => 0,
            2 => 1,
            more => more,
        };
        let phases = (0..kinds(model.phases.len())).map(What::Phase);
        let states = (model.states.iter().enumerate())
            .flat_map(|(s, state)| (0..kinds(state.values.len())).map(move |v| What::State(s, v)));
        let firings = (0..model.events.len())
            .filter(|e| {
                let event = &model.events[*e];
                event.shift.is_none() && event.limit != Some(1)
            })
            .map(What::Firings);
        let moving = (0..model.indicators.len()).map(What::Indicator);
        let derived = (0..model.derived.len()).map(What::Derived);
        let on_day = phases.chain(states).chain(moving).chain(derived);
        let on_day = on_day.chain(firings);
        let on_day = on_day.flat_map(|what| {
            (0..days).map(move |day| Self {
                what,
                day: Some(day),
            })
        });
        events.chain(on_day).collect()
    }

    pub fn value(&self, days: &[f64]) -> Expr {
        let read = |x: Expr| {
            let day = days[self.day.unwrap_or_default()];
            Expr::Path(PathReading::At(Box::new(x), day))
        };
        let held = |x: Expr| {
            let [yes, no] = [1.0, 0.0].map(|x| Box::new(Expr::Number(x)));
            Expr::If(Box::new(read(x)), yes, no)
        };
        match self.what {
            What::Event(e) => Expr::Path(PathReading::FirstEvent(e)),
            What::Firings(e) => read(Expr::Count(e)),
            What::Phase(p) => held(Expr::PhaseIn(vec![p])),
            What::State(s, v) => held(Expr::StateIn(s, vec![v])),
            What::Indicator(i) => read(Expr::Indicator(i)),
            What::Derived(d) => read(Expr::Derived(d)),
        }
    }
}

/// A sign: something that is seen by a day, or is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    pub look: Look,
    pub day: usize,
    /// An event: none. A phase or state: a half, of 1 for yes and 0 for no.
    pub threshold: Option<f64>,
    /// It is seen where the event has not happened, or the number is below the threshold.
    pub turned: bool,
}

impl Sign {
    pub fn is_seen(&self, value: f64, days: &[f64]) -> bool {
        let is_met = match self.threshold {
            // Before that day begins: what is dated on the day itself comes too late. Never is NaN.
            None => value < days[self.day],
            Some(threshold) => value >= threshold,
        };
        // A trial that was stopped has no number.
        (is_met != self.turned) && !(self.threshold.is_some() && value.is_nan())
    }
}

/// Chosen signs, with what says much the same.
pub struct Chosen {
    pub signs: Vec<(Sign, Vec<String>)>,
    pub deciding: Vec<Deciding>,
}

/// Trials, those with the sign, those with the answer, and those with both.
fn counts(seen: &[bool], hits: &[bool]) -> [u64; 4] {
    let mut counts = [0; 4];
    for (seen, hit) in seen.iter().zip(hits) {
        counts[0] += 1;
        counts[1] += u64::from(*seen);
        counts[2] += u64::from(*hit);
        counts[3] += u64::from(*seen && *hit);
    }
    counts
}

/// Information in bits, if the sign and its absence are seen often enough and it is hardly chance.
fn worth(counts: [u64; 4]) -> Option<f64> {
    let [trials, seen, ..] = counts;
    if seen < FEWEST || trials - seen < FEWEST {
        return None;
    }
    let [_, bits, ..] = plug_in(counts)?;
    let ratio = 2.0 * trials as f64 * bits * std::f64::consts::LN_2;
    (ratio >= LEAST_RATIO).then_some(bits)
}

/// Whether those with the sign say yes less often than those without.
fn lowers([trials, seen, hits, both]: [u64; 4]) -> bool {
    // both / seen < (hits - both) / (trials - seen), without dividing.
    u128::from(both) * u128::from(trials - seen) < u128::from(hits - both) * u128::from(seen)
}

/// The best signs of each day, at most `top`, and what decides.
pub fn choose(
    model: &Model,
    looks: &[Look],
    values: &[Vec<f64>],
    hits: &[bool],
    (days, dates): (&[f64], &[Date]),
    top: usize,
) -> Chosen {
    let mut chosen = Chosen {
        signs: Vec::new(),
        deciding: Vec::new(),
    };
    for (day, _) in days.iter().enumerate() {
        let mut found: Vec<(f64, Sign, Vec<bool>)> = Vec::new();
        for (look, values) in looks.iter().zip(values) {
            if look.day.is_some_and(|own| own != day) {
                continue;
            }
            let thresholds: Vec<Option<f64>> = match look.what {
                What::Event(_) => vec![None],
                What::Phase(_) | What::State(..) => vec![Some(0.5)],
                What::Firings(_) => firings(values).into_iter().map(Some).collect(),
                _ => thresholds(values).into_iter().map(Some).collect(),
            };
            let best = thresholds
                .into_iter()
                .filter_map(|threshold| {
                    let sign = Sign {
                        look: look.clone(),
                        day,
                        threshold,
                        turned: false,
                    };
                    let seen: Vec<bool> = values.iter().map(|v| sign.is_seen(*v, days)).collect();
                    let counts = counts(&seen, hits);
                    Some((worth(counts)?, counts, sign, seen))
                })
                // The first of equals.
                .reduce(|a, b| if b.0 > a.0 { b } else { a });
            let Some((bits, counts, mut sign, mut seen)) = best else {
                continue;
            };
            let [_, with, _, both] = counts;
            let is_number = look.what.is_number();
            if !is_number && (both == with || both == 0) {
                let (name, title, ..) = named(model, look.what);
                if !chosen.deciding.iter().any(|one| one.name == name) {
                    chosen.deciding.push(Deciding {
                        name,
                        title,
                        by: dates[day].to_string(),
                        yes: both > 0,
                    });
                }
                continue;
            }
            if lowers(counts) {
                sign.turned = true;
                seen = values.iter().map(|v| sign.is_seen(*v, days)).collect();
            }
            found.push((bits, sign, seen));
        }
        // Stable: of equals the first of the file.
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut taken: Vec<(Sign, Vec<bool>, Vec<String>)> = Vec::new();
        for (_, sign, seen) in found {
            let alike = (taken.iter()).position(|(_, other, _)| phi(&counts(other, &seen)) > ALIKE);
            match alike {
                Some(place) if taken[place].2.len() < NAMED => {
                    let name = named(model, sign.look.what).0;
                    let (first, _, also) = &mut taken[place];
                    // That an event has happened, and how often, are both of the event.
                    if named(model, first.look.what).0 != name && !also.contains(&name) {
                        also.push(name);
                    }
                }
                Some(_) => {}
                None if taken.len() < top => taken.push((sign, seen, Vec::new())),
                None => {}
            }
        }
        chosen
            .signs
            .extend(taken.into_iter().map(|(sign, _, also)| (sign, also)));
    }
    chosen
}

/// Correlation of two yes or no, by how far it is from 0.
fn phi(counts: &[u64; 4]) -> f64 {
    let [n, a, b, both] = counts.map(|count| count as f64);
    let spread = (a * (n - a) * b * (n - b)).sqrt();
    if spread > 0.0 {
        ((n * both - a * b) / spread).abs()
    } else {
        0.0
    }
}

/// Numbers of firings, from two on, at which about as many trials lie on either side of neighbours:
/// one firing is that the event has happened.
fn firings(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let steps = (1..=THRESHOLDS).filter(|_| n > 0);
    let mut all: Vec<f64> = steps
        .map(|i| sorted[i * n / (THRESHOLDS + 1)] + 1.0)
        .filter(|k| *k >= 2.0)
        .collect();
    all.dedup();
    all
}

/// Round numbers between the ends of the values, at which about as many trials lie on either side
/// of neighbours.
fn thresholds(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.is_empty() {
        return Vec::new();
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |p: f64| sorted[((p * sorted.len() as f64) as usize).min(sorted.len() - 1)];
    let width = at(0.95) - at(0.05);
    if !(width > 0.0 && width.is_finite()) {
        // A point mass with something beside it: seen or not.
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        return if low < high {
            vec![at(0.5).max(low.next_up()), high]
        } else {
            Vec::new()
        };
    }
    // 1, 2 or 5 times a power of ten, some forty of which fill the width.
    let raw = width / 40.0;
    let power = libm::pow(10.0, libm::floor(libm::log10(raw)));
    let step = power
        * if raw < 2.0 * power {
            1.0
        } else if raw < 5.0 * power {
            2.0
        } else {
            5.0
        };
    let round = |x: f64| {
        // By way of decimals, so that it is written as it is meant.
        let text = format!("{:e}", step * libm::round(x / step));
        let places = (-libm::floor(libm::log10(step))).max(0.0) as usize;
        text.parse::<f64>()
            .ok()
            .and_then(|x| format!("{x:.places$}").parse().ok())
            .unwrap_or(x)
    };
    let mut all: Vec<f64> = (1..=THRESHOLDS)
        .map(|i| round(at(i as f64 / (THRESHOLDS as f64 + 1.0))))
        .collect();
    all.dedup();
    all
}

/// Name, title, unit and kind of what is looked at.
pub fn named(model: &Model, what: What) -> (String, String, String, &'static str) {
    match what {
        What::Event(e) | What::Firings(e) => {
            let event = &model.events[e];
            let kind = match what {
                What::Event(_) => "event",
                _ => "firings",
            };
            let (name, title) = (event.name.clone(), event.title.clone());
            (name, title, String::new(), kind)
        }
        What::Phase(p) => {
            let phase = &model.phases[p];
            let (name, title) = (phase.name.clone(), phase.title.clone());
            (name, title, String::new(), "phase")
        }
        What::State(s, v) => {
            let state = &model.states[s];
            let value = &state.values[v];
            let titled = |title: &str, name: &str| match title {
                "" => name.to_owned(),
                title => title.to_owned(),
            };
            (
                format!("{}.{}", state.name, value.name),
                format!(
                    "{}: {}",
                    titled(&state.title, &state.name),
                    titled(&value.title, &value.name)
                ),
                String::new(),
                "state",
            )
        }
        What::Indicator(i) => {
            let one = &model.indicators[i];
            (
                one.name.clone(),
                one.title.clone(),
                one.unit.clone(),
                "indicator",
            )
        }
        What::Derived(d) => {
            let one = &model.derived[d];
            (
                one.name.clone(),
                one.title.clone(),
                one.unit.clone(),
                "derived",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_round_and_lie_inside() {
        let values: Vec<f64> = (0..1000).map(|i| 0.37 + f64::from(i) / 700.0).collect();
        let all = thresholds(&values);
        assert!(all.len() > 10 && all.len() <= THRESHOLDS);
        assert!(
            all.iter()
                .all(|t| (t * 50.0 - (t * 50.0).round()).abs() < 1e-9),
            "{all:?}"
        );
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(thresholds(&[]).is_empty() && thresholds(&[f64::NAN, 3.0, 3.0]).is_empty());
        // A point mass with a few trials beside it, and numbers of any size.
        let mut mass = vec![5.0; 1000];
        mass.extend([7.0; 40]);
        assert!(thresholds(&mass).iter().any(|t| *t > 5.0 && *t <= 7.0));
        for scale in [1e-9, 1.0, 4e7, 1e200] {
            let values: Vec<f64> = (0..1000).map(|i| scale * f64::from(i)).collect();
            let all = thresholds(&values);
            assert!(all.len() > 10, "{scale}: {all:?}");
            assert!(all.iter().all(|t| *t > 0.0 && *t < values[999]));
        }
    }

    #[test]
    fn a_sign_that_lowers_is_known_without_dividing() {
        assert!(lowers([100, 50, 30, 10]));
        assert!(!lowers([100, 50, 30, 20]) && !lowers([100, 50, 30, 15]));
        assert!(!lowers([100, 0, 30, 0]));
    }

    #[test]
    fn alike_is_alike_whichever_way_round() {
        assert_eq!(phi(&[100, 50, 50, 50]), 1.0);
        assert_eq!(phi(&[100, 50, 50, 0]), 1.0);
        assert_eq!(phi(&[100, 50, 50, 25]), 0.0);
        assert_eq!(phi(&[100, 0, 50, 0]), 0.0);
    }

    #[test]
    fn what_is_rare_or_may_be_chance_is_not_chosen() {
        assert_eq!(worth([1000, 31, 500, 31]), None);
        assert_eq!(worth([1000, 970, 500, 485]), None);
        assert_eq!(worth([1000, 500, 500, 260]), None);
        assert!(worth([1000, 500, 500, 400]) > Some(0.2));
    }
}
