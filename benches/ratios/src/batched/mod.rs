//! The reference model tuned to the hilt: 64 trials at a time as columns of double precision.
//!
//! Step by step all lanes go through polynomial exponentials for the hazards and Box-Muller for the
//! noise; a lane in which an event fires is finished on its own, its seven hazards as one vector.
//! The loops are written so that the compiler vectorises them; they are compiled for several vector
//! widths, and the widest that the machine has is taken at run time. Unlike the simulator's, its
//! numbers may differ with the width, and a trial cannot be replayed alone: it needs neither.

mod functions;

use crate::law::{
    CEASEFIRE, EVENT, EVENTS, Event, FACTORS, FIRST_ABSORBING, INDICATOR, INDICATORS, Indicator,
    PHASES, STEP, STEPS, TREND_SHIFTS, TRENDS, trend_at,
};
use crate::tally::{Final, Findings, Tally};
use functions::{Streams, exp, fma};
use multiversion::multiversion;
use multiversion::target::target_cfg_f;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Exp1, StandardNormal};
use rayon::prelude::*;

/// Trials in a batch.
pub const LANES: usize = 64;
/// Batches that a thread takes at once.
const CHUNK: usize = 8;
/// Lanes that are looked at together for events.
const GROUP: usize = 8;

/// Places for hazards; the last of them makes a full vector, and is never anything but all but nil.
const SLOTS: usize = 8;
const USED: usize = 7;
/// Stands for "no event".
const NONE: usize = EVENTS;
/// Which event each slot is in a phase. The last three slots are the events that every active phase
/// allows; the fourth is that of escalation and its end.
const EVENT_OF: [[usize; USED]; FIRST_ABSORBING] = [
    [0, 1, 10, 6, 11, 12, 13],
    [2, 3, 9, 6, 11, 12, 13],
    [4, 5, 8, NONE, 11, 12, 13],
    [0, 1, 10, 7, 11, 12, 13],
];
/// Logarithm of a hazard that is none.
const NEVER: f64 = -600.0;

/// Slopes by phase, indicator and slot.
const SLOPES: [[[f64; SLOTS]; INDICATORS]; FIRST_ABSORBING] = slopes();

const fn slopes() -> [[[f64; SLOTS]; INDICATORS]; FIRST_ABSORBING] {
    let mut table = [[[0.0; SLOTS]; INDICATORS]; FIRST_ABSORBING];
    let mut phase = 0;
    while phase < FIRST_ABSORBING {
        let mut slot = 0;
        while slot < USED {
            let event = EVENT_OF[phase][slot];
            if event != NONE {
                let [(a, slope_a), (b, slope_b)] = EVENT[event].slopes;
                table[phase][a][slot] += slope_a;
                table[phase][b][slot] += slope_b;
            }
            slot += 1;
        }
        phase += 1;
    }
    table
}

/// Simulates on the threads of the pool that it is called in; trials are rounded up to whole
/// batches.
pub fn run(trials: usize, seed: u64) -> Findings {
    let fixed = Fixed::new();
    let trials = trials.next_multiple_of(LANES);
    let mut finals = vec![Final::default(); trials];
    let tally = finals
        .par_chunks_mut(CHUNK * LANES)
        .enumerate()
        .map(|(chunk, finals)| {
            let mut tally = Tally::new();
            for (i, finals) in finals.chunks_mut(LANES).enumerate() {
                let batch = (chunk * CHUNK + i) as u64;
                let random = SmallRng::seed_from_u64(seed.rotate_left(40) ^ batch);
                simulate(&fixed, random, &mut tally, finals);
            }
            tally
        })
        .reduce(Tally::new, |a, b| a.merge(&b));
    Findings::new(tally, &finals)
}

/// What does not change between trials.
struct Fixed {
    instability: Beta<f64>,
    diplomacy: Beta<f64>,
    /// Logarithm of an event's base rate where all indicators are 0, by trend.
    log_rates: [[f64; EVENTS]; TRENDS],
    levels: [[f64; INDICATORS]; TRENDS],
    noise: [f64; INDICATORS],
}

impl Fixed {
    fn new() -> Self {
        let log_rate = |trend: usize, event: usize| {
            let Event {
                base,
                by_trend,
                slopes: [(_, a), (_, b)],
                ..
            } = &EVENT[event];
            (base * by_trend[trend]).ln() - 0.5 * (a + b)
        };
        let level = |trend: usize, indicator: &crate::law::Indicator| {
            indicator.level + indicator.shift[trend]
        };
        Self {
            instability: Beta::new(2.0, 3.0).expect("these parameters are valid"),
            diplomacy: Beta::new(7.0 / 3.0, 11.0 / 3.0).expect("these parameters are valid"),
            log_rates: std::array::from_fn(|t| std::array::from_fn(|e| log_rate(t, e))),
            levels: std::array::from_fn(|t| std::array::from_fn(|i| level(t, &INDICATOR[i]))),
            noise: std::array::from_fn(|i| INDICATOR[i].volatility * STEP.sqrt()),
        }
    }
}

type Column = [f64; LANES];

/// Hazards of one lane, or what stands for them, slot by slot.
#[derive(Clone, Copy)]
struct Slots([f64; SLOTS]);

impl Slots {
    /// Hazards from the logarithms of their bases.
    ///
    /// Written slot by slot, and apart from what follows, because that is what the compiler makes
    /// one vector of.
    #[inline(always)]
    fn raise<const FUSED: bool>(&mut self, slopes: &[[f64; SLOTS]; INDICATORS], x: &Final) {
        for (slot, place) in self.0.iter_mut().enumerate() {
            let (mut even, mut odd) = (*place, 0.0);
            for i in (0..INDICATORS).step_by(2) {
                even = fma::<FUSED>(slopes[i][slot], x[i], even);
                odd = fma::<FUSED>(slopes[i + 1][slot], x[i + 1], odd);
            }
            *place = exp::<FUSED>(even + odd);
        }
    }
}

/// The state of 64 trials.
struct Batch {
    x: [Column; INDICATORS],
    noise: [Column; INDICATORS],
    levels: [Column; INDICATORS],
    /// Pace of the first and of the last four indicators.
    pace: [Column; 2],
    /// Logarithm of what the state does not change of a hazard.
    log_base: [Column; USED],
    /// The same lane by lane.
    lane_base: [Slots; LANES],
    /// What is left of the integrated hazard until the next event.
    threshold: Column,
    /// Sum of hazards at the start of the step.
    hazard: Column,
    phase: [u64; LANES],
    log_factors: [[f64; FACTORS]; LANES],
    trend: [usize; LANES],
    start_trend: [usize; LANES],
    next_shift: [usize; LANES],
    ceasefire: [usize; LANES],
    /// Lanes in each phase.
    in_phase: [u64; PHASES],
}

/// Steps until the trend moves next: geometric, at least 1.
fn steps_to_shift(random: &mut SmallRng) -> usize {
    let wait: f64 = Exp1.sample(random);
    (wait / (TREND_SHIFTS * STEP)).ceil().max(1.0) as usize
}

impl Batch {
    fn start(fixed: &Fixed, random: &mut SmallRng) -> Box<Self> {
        let mut batch = Box::new(Self {
            x: std::array::from_fn(|i| [INDICATOR[i].start; LANES]),
            noise: [[0.0; LANES]; INDICATORS],
            levels: [[0.0; LANES]; INDICATORS],
            pace: [[0.0; LANES]; 2],
            log_base: [[0.0; LANES]; USED],
            lane_base: [Slots([NEVER; SLOTS]); LANES],
            threshold: [0.0; LANES],
            hazard: [0.0; LANES],
            phase: [0; LANES],
            log_factors: [[0.0; FACTORS]; LANES],
            trend: [0; LANES],
            start_trend: [0; LANES],
            next_shift: [0; LANES],
            ceasefire: [STEPS; LANES],
            in_phase: [0; PHASES],
        });
        batch.in_phase[0] = LANES as u64;
        for lane in 0..LANES {
            let mut normal = || -> f64 { StandardNormal.sample(random) };
            let (pace, fragility, violence) = (normal(), normal(), normal());
            batch.pace[0][lane] = (1.0 + 0.15 * pace).max(0.2);
            batch.pace[1][lane] = 0.7 + 0.6 * random.random::<f64>();
            let factors = &mut batch.log_factors[lane];
            factors[1] = (1.0 + 0.2 * fragility).max(0.2).ln();
            factors[2] = -0.03125 + 0.25 * violence;
            factors[3] = (2.5 * fixed.instability.sample(random)).ln();
            factors[4] = (0.5 + 1.5 * fixed.diplomacy.sample(random)).ln();
            let trend = trend_at(random.random(), TRENDS);
            batch.start_trend[lane] = trend;
            batch.next_shift[lane] = steps_to_shift(random) - 1;
            batch.threshold[lane] = Exp1.sample(random);
            batch.move_trend(lane, trend, fixed);
        }
        batch
    }

    fn move_trend(&mut self, lane: usize, trend: usize, fixed: &Fixed) {
        self.trend[lane] = trend;
        for (column, level) in self.levels.iter_mut().zip(&fixed.levels[trend]) {
            column[lane] = *level;
        }
        self.set_base(lane, fixed);
    }

    fn set_base(&mut self, lane: usize, fixed: &Fixed) {
        let phase = self.phase[lane] as usize;
        let log_rates = &fixed.log_rates[self.trend[lane]];
        for slot in 0..USED {
            let event = EVENT_OF.get(phase).map_or(NONE, |events| events[slot]);
            let base = EVENT.get(event).map_or(NEVER, |e| {
                log_rates[event] + e.factor.map_or(0.0, |f| self.log_factors[lane][f])
            });
            self.log_base[slot][lane] = base;
            self.lane_base[lane].0[slot] = base;
        }
    }

    /// Trends that move in this step, and the first step in which one moves after it.
    fn shift_trends(&mut self, step: usize, fixed: &Fixed, random: &mut SmallRng) -> usize {
        for lane in 0..LANES {
            if self.next_shift[lane] == step {
                let trend = trend_at(random.random(), self.trend[lane]);
                self.next_shift[lane] = step + steps_to_shift(random);
                self.move_trend(lane, trend, fixed);
            }
        }
        self.next_shift.iter().copied().min().unwrap_or(STEPS)
    }

    /// Hazards of all lanes; thresholds go down by what they add up to in a step.
    #[inline(always)]
    fn lower_thresholds<const FUSED: bool>(&mut self) {
        for lane in 0..LANES {
            let x: [f64; INDICATORS] = std::array::from_fn(|i| self.x[i][lane]);
            let slope = |event: usize| {
                let [(a, slope_a), (b, slope_b)] = EVENT[event].slopes;
                fma::<FUSED>(slope_a, x[a], slope_b * x[b])
            };
            let phase = self.phase[lane];
            let (talks, ceasefire, escalated) = (phase == 1, phase == 2, phase == 3);
            let by_phase = |war: usize, in_talks: usize, in_ceasefire: usize| {
                let (war, in_talks, in_ceasefire) =
                    (slope(war), slope(in_talks), slope(in_ceasefire));
                let at_table = if talks { in_talks } else { in_ceasefire };
                if talks | ceasefire { at_table } else { war }
            };
            let (up, down) = (slope(6), slope(7));
            let exponents = [
                by_phase(0, 2, 4),
                by_phase(1, 3, 5),
                by_phase(10, 9, 8),
                if escalated { down } else { up },
                slope(11),
                slope(12),
                slope(13),
            ];
            let mut sum = 0.0;
            for (slot, exponent) in exponents.into_iter().enumerate() {
                sum += exp::<FUSED>(self.log_base[slot][lane] + exponent);
            }
            self.hazard[lane] = sum;
            self.threshold[lane] = fma::<FUSED>(-STEP, sum, self.threshold[lane]);
        }
    }

    #[inline(always)]
    fn fire_all<const FUSED: bool>(
        &mut self,
        step: usize,
        fixed: &Fixed,
        random: &mut SmallRng,
        tally: &mut Tally,
    ) {
        for group in 0..LANES / GROUP {
            let mut run_out = 0;
            for i in 0..GROUP {
                run_out |= (self.threshold[group * GROUP + i].to_bits() >> 63) << i;
            }
            while run_out != 0 {
                let lane = group * GROUP + run_out.trailing_zeros() as usize;
                self.fire::<FUSED>(lane, step, fixed, random, tally);
                run_out &= run_out - 1;
            }
        }
    }

    /// Everything that happens in a lane in this step, whose threshold has run out.
    #[inline(always)]
    fn fire<const FUSED: bool>(
        &mut self,
        lane: usize,
        step: usize,
        fixed: &Fixed,
        random: &mut SmallRng,
        tally: &mut Tally,
    ) {
        let mut left = STEP;
        let mut threshold = fma::<FUSED>(STEP, self.hazard[lane], self.threshold[lane]);
        let mut x: [f64; INDICATORS] = std::array::from_fn(|i| self.x[i][lane]);
        let mut phase = self.phase[lane] as usize;
        while phase < FIRST_ABSORBING {
            let mut hazards = self.lane_base[lane];
            raise(&mut hazards, &SLOPES[phase], &x);
            let [a, b, c, d, e, f, g, unused] = hazards.0;
            let (ab, cd, ef) = (a + b, c + d, e + f);
            let (abcd, sum) = (ab + cd, (ab + cd) + (ef + (g + unused)));
            if threshold > sum * left {
                threshold -= sum * left;
                break;
            }
            left -= (threshold / sum).max(0.0);
            let at = random.random::<f64>() * sum;
            let upper = [a, ab, ab + c, abcd, abcd + e, abcd + ef];
            let slot: usize = upper.iter().map(|bound| usize::from(*bound <= at)).sum();
            let event = EVENT_OF[phase][slot];
            let (indicator, mean, sd) = EVENT[event].jump;
            let z: f64 = StandardNormal.sample(random);
            x[indicator] = (x[indicator] + mean + sd * z).clamp(0.0, 1.0);
            self.x[indicator][lane] = x[indicator];
            tally.events[event] += 1;
            threshold = Exp1.sample(random);
            if let Some(to) = EVENT[event].to {
                self.in_phase[phase] -= 1;
                self.in_phase[to] += 1;
                phase = to;
                self.phase[lane] = to as u64;
                if to == CEASEFIRE && self.ceasefire[lane] == STEPS {
                    self.ceasefire[lane] = step;
                }
                self.set_base(lane, fixed);
            }
        }
        self.threshold[lane] = threshold;
    }

    #[inline(always)]
    fn diffuse<const FUSED: bool>(&mut self, noise: &[f64; INDICATORS]) {
        for lane in 0..LANES {
            let x: [f64; INDICATORS] = std::array::from_fn(|i| self.x[i][lane]);
            for i in 0..INDICATORS {
                let Indicator { pull, coupling, .. } = &INDICATOR[i];
                let [(j, a), (k, b)] = *coupling;
                let (a, b) = (a * STEP, b * STEP);
                let pull = self.pace[i / 4][lane] * (pull * STEP);
                let still = x[i] - 0.5 * (a + b);
                let coupled = fma::<FUSED>(a, x[j], fma::<FUSED>(b, x[k], still));
                let drifted = fma::<FUSED>(pull, self.levels[i][lane] - x[i], coupled);
                let moved = fma::<FUSED>(noise[i], self.noise[i][lane], drifted);
                self.x[i][lane] = moved.clamp(0.0, 1.0);
            }
        }
    }
}

/// Compiles a function once for each vector width, with and without fused multiply-add.
macro_rules! for_each_width {
    ($(fn $name:ident($($argument:ident: $type:ty),*) = $owner:ident::$body:ident;)*) => {$(
        #[multiversion(targets(
            "x86_64+avx512f+avx512dq+avx512vl+avx512bw+fma",
            "x86_64+avx2+fma",
            "aarch64+neon"
        ))]
        fn $name($($argument: $type),*) {
            if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                $owner::$body::<true>($($argument),*);
            } else {
                $owner::$body::<false>($($argument),*);
            }
        }
    )*};
}

for_each_width! {
    fn lower_thresholds(batch: &mut Batch) = Batch::lower_thresholds;
    fn fire(batch: &mut Batch, step: usize, fixed: &Fixed, random: &mut SmallRng, tally: &mut Tally) = Batch::fire_all;
    fn raise(hazards: &mut Slots, slopes: &[[f64; SLOTS]; INDICATORS], x: &Final) = Slots::raise;
    fn normals(streams: &mut Streams, into: &mut [Column; INDICATORS]) = Streams::normals;
    fn diffuse(batch: &mut Batch, noise: &[f64; INDICATORS]) = Batch::diffuse;
}

/// Simulates the trials of one batch.
fn simulate(fixed: &Fixed, mut random: SmallRng, tally: &mut Tally, finals: &mut [Final]) {
    let mut streams = Streams::new(&mut random);
    let mut batch = Batch::start(fixed, &mut random);
    let mut next_shift = 0;
    count_phases(&batch.in_phase, 0, tally);
    for step in 0..STEPS {
        if next_shift <= step {
            next_shift = batch.shift_trends(step, fixed, &mut random);
        }
        lower_thresholds(&mut batch);
        fire(&mut batch, step, fixed, &mut random, tally);
        normals(&mut streams, &mut batch.noise);
        diffuse(&mut batch, &fixed.noise);
        count_phases(&batch.in_phase, step + 1, tally);
    }
    for (lane, last) in finals.iter_mut().enumerate() {
        *last = std::array::from_fn(|i| batch.x[i][lane]);
        tally.outcomes[batch.start_trend[lane]][batch.phase[lane] as usize] += 1;
        tally.ceasefires[batch.ceasefire[lane]] += 1;
        tally
            .sums
            .iter_mut()
            .zip(&*last)
            .for_each(|(sum, x)| *sum += x);
    }
}

fn count_phases(in_phase: &[u64; PHASES], point: usize, tally: &mut Tally) {
    for (occupancy, lanes) in tally.occupancy.iter_mut().zip(in_phase) {
        occupancy[point] += lanes;
    }
}
