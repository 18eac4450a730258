//! The reference model as a specialist would write it in an afternoon: one trial at a time, rand
//! and rand_distr, rayon over chunks.
//!
//! What it does for speed is what one would do without measuring: events allowed in a phase are
//! known at compile time, and all that depends on the parameters and the trend alone is computed
//! when the trend moves.

use crate::law::{
    CEASEFIRE, EVENT, EVENTS, FIRST_ABSORBING, INDICATOR, INDICATORS, MOST_ALLOWED, STEP, STEPS,
    TREND_SHIFTS, TRENDS, allowed, trend_at,
};
use crate::tally::{Final, Findings, Tally};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Exp1, LogNormal, StandardNormal};
use rayon::prelude::*;

/// Trials that a thread takes at once.
const CHUNK: usize = 2048;

/// Simulates on the threads of the pool that it is called in.
pub fn run(trials: usize, seed: u64) -> Findings {
    let laws = Laws::new();
    let mut finals = vec![Final::default(); trials];
    let tally = finals
        .par_chunks_mut(CHUNK)
        .enumerate()
        .map(|(chunk, finals)| {
            let mut tally = Tally::new();
            for (i, last) in finals.iter_mut().enumerate() {
                let trial = (chunk * CHUNK + i) as u64;
                let mut random = SmallRng::seed_from_u64(seed.rotate_left(40) ^ trial);
                *last = simulate(&laws, &mut random, &mut tally);
            }
            tally
        })
        .reduce(Tally::new, |a, b| a.merge(&b));
    Findings::new(tally, &finals)
}

/// Distributions that have something to prepare.
struct Laws {
    violence: LogNormal<f64>,
    instability: Beta<f64>,
    diplomacy: Beta<f64>,
}

impl Laws {
    fn new() -> Self {
        let fixed = "these parameters are valid";
        Self {
            violence: LogNormal::new(-0.03125, 0.25).expect(fixed),
            instability: Beta::new(2.0, 3.0).expect(fixed),
            diplomacy: Beta::new(7.0 / 3.0, 11.0 / 3.0).expect(fixed),
        }
    }

    fn factors(&self, random: &mut SmallRng) -> [f64; crate::law::FACTORS] {
        let mut floored = |sd: f64| {
            let z: f64 = StandardNormal.sample(random);
            (1.0 + sd * z).max(0.2)
        };
        [
            floored(0.15),
            floored(0.2),
            self.violence.sample(random),
            2.5 * self.instability.sample(random),
            0.5 + 1.5 * self.diplomacy.sample(random),
            0.7 + 0.6 * random.random::<f64>(),
        ]
    }
}

/// What the parameters and the trend say, until the trend moves.
struct Regime {
    /// Rate of each event where all its indicators are 1/2.
    rates: [f64; EVENTS],
    levels: [f64; INDICATORS],
}

impl Regime {
    fn new(factors: &[f64; crate::law::FACTORS], trend: usize) -> Self {
        Self {
            rates: std::array::from_fn(|e| {
                let event = &EVENT[e];
                event.base * event.by_trend[trend] * event.factor.map_or(1.0, |f| factors[f])
            }),
            levels: std::array::from_fn(|i| INDICATOR[i].level + INDICATOR[i].shift[trend]),
        }
    }
}

/// Hazards of the events that a phase allows, and their sum.
#[inline(always)]
fn hazards_in<const PHASE: usize>(
    rates: &[f64; EVENTS],
    x: &[f64; INDICATORS],
    hazards: &mut [f64; MOST_ALLOWED],
) -> f64 {
    let (list, count) = const { allowed(PHASE) };
    let mut sum = 0.0;
    for i in 0..count {
        let [(a, slope_a), (b, slope_b)] = EVENT[list[i]].slopes;
        let exponent: f64 = slope_a * (x[a] - 0.5) + slope_b * (x[b] - 0.5);
        hazards[i] = rates[list[i]] * exponent.exp();
        sum += hazards[i];
    }
    sum
}

#[inline(always)]
fn hazards(
    phase: usize,
    rates: &[f64; EVENTS],
    x: &[f64; INDICATORS],
    into: &mut [f64; MOST_ALLOWED],
) -> f64 {
    match phase {
        0 => hazards_in::<0>(rates, x, into),
        1 => hazards_in::<1>(rates, x, into),
        2 => hazards_in::<2>(rates, x, into),
        3 => hazards_in::<3>(rates, x, into),
        _ => 0.0,
    }
}

const ALLOWED: [([usize; MOST_ALLOWED], usize); FIRST_ABSORBING] =
    [allowed(0), allowed(1), allowed(2), allowed(3)];

/// Steps until the trend moves next: geometric, at least 1.
fn steps_to_shift(random: &mut SmallRng) -> usize {
    let wait: f64 = Exp1.sample(random);
    (wait / (TREND_SHIFTS * STEP)).ceil().max(1.0) as usize
}

fn simulate(laws: &Laws, random: &mut SmallRng, tally: &mut Tally) -> Final {
    let factors = laws.factors(random);
    let pull: [f64; INDICATORS] =
        std::array::from_fn(|i| INDICATOR[i].pull * factors[INDICATOR[i].pace] * STEP);
    let noise: [f64; INDICATORS] = std::array::from_fn(|i| INDICATOR[i].volatility * STEP.sqrt());
    let start_trend = trend_at(random.random(), TRENDS);
    let mut trend = start_trend;
    let mut regime = Regime::new(&factors, trend);
    let mut next_shift = steps_to_shift(random) - 1;
    let mut x: Final = std::array::from_fn(|i| INDICATOR[i].start);
    let mut phase = 0;
    let mut threshold: f64 = Exp1.sample(random);
    let mut ceasefire = STEPS;
    let mut found = [0.0; MOST_ALLOWED];
    tally.occupancy[phase][0] += 1;
    for step in 0..STEPS {
        if step == next_shift {
            trend = trend_at(random.random(), trend);
            regime = Regime::new(&factors, trend);
            next_shift = step + steps_to_shift(random);
        }
        let mut left = STEP;
        while phase < FIRST_ABSORBING {
            let sum = hazards(phase, &regime.rates, &x, &mut found);
            if threshold > sum * left {
                threshold -= sum * left;
                break;
            }
            left -= threshold / sum;
            let (list, count) = &ALLOWED[phase];
            let mut rest = random.random::<f64>() * sum;
            let mut which = 0;
            while which + 1 < *count {
                rest -= found[which];
                if rest < 0.0 {
                    break;
                }
                which += 1;
            }
            let event = list[which];
            let (indicator, mean, sd) = EVENT[event].jump;
            let z: f64 = StandardNormal.sample(random);
            x[indicator] = (x[indicator] + mean + sd * z).clamp(0.0, 1.0);
            tally.events[event] += 1;
            threshold = Exp1.sample(random);
            if let Some(to) = EVENT[event].to {
                phase = to;
                if phase == CEASEFIRE && ceasefire == STEPS {
                    ceasefire = step;
                }
            }
        }
        let old = x;
        for i in 0..INDICATORS {
            let z: f64 = StandardNormal.sample(random);
            let [(j, a), (k, b)] = INDICATOR[i].coupling;
            let drift = pull[i] * (regime.levels[i] - old[i])
                + (a * STEP) * (old[j] - 0.5)
                + (b * STEP) * (old[k] - 0.5);
            x[i] = (old[i] + drift + noise[i] * z).clamp(0.0, 1.0);
        }
        tally.occupancy[phase][step + 1] += 1;
    }
    tally.outcomes[start_trend][phase] += 1;
    tally.ceasefires[ceasefire] += 1;
    tally.sums.iter_mut().zip(&x).for_each(|(sum, x)| *sum += x);
    x
}
