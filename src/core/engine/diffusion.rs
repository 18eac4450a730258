//! Diffusion: Euler-Maruyama on the grid, all indicators from the same old state.

use super::batch::{Batch, confine};
use super::lanes::{Lanes, blend, each, holds, not_finite};
use super::timer::Streams;
use crate::math::width::wide;
use crate::program::{Column, Columns, Formula, LANES, Program, Scalar, Slot, Source};
use crate::random::Stream;

/// How an indicator moves.
#[derive(Clone, Copy, Debug)]
struct Move<'p> {
    indicator: usize,
    slot: Slot,
    drift: Option<Source<'p>>,
    volatility: Option<Scalar>,
    range: (f64, f64),
    reflect: bool,
}

/// The indicators that move.
pub struct Moves<'p> {
    all: Vec<Move<'p>>,
    /// Those that come first need no operations to be run before.
    direct: usize,
}

impl<'p> Moves<'p> {
    pub fn new(program: &'p Program) -> Self {
        let (mut direct, mut others) = (Vec::new(), Vec::new());
        for (i, indicator) in program.indicators.iter().enumerate() {
            if indicator.drift.is_none() && indicator.volatility.is_none() {
                continue;
            }
            let drift = indicator.drift.as_ref().map(Formula::source);
            let drift_runs = drift.is_some_and(|(_, runs)| runs);
            let volatility_runs = runs(indicator.volatility.as_ref());
            let one = Move {
                indicator: i,
                slot: program.layout.indicators + i as Slot,
                drift: drift.map(|(source, _)| match drift_runs && volatility_runs {
                    // Both may use the same temporaries: what one left is kept before the other
                    // runs.
                    true => Source::Slot(program.layout.kept),
                    false => source,
                }),
                volatility: (indicator.volatility.as_ref()).map(|v| match v.constant {
                    Some(value) => Scalar::Value(value),
                    None => Scalar::Slot(v.result),
                }),
                range: (indicator.low, indicator.high),
                reflect: indicator.reflect,
            };
            if drift_runs || volatility_runs {
                others.push(one);
            } else {
                direct.push(one);
            }
        }
        let count = direct.len();
        direct.append(&mut others);
        Self {
            all: direct,
            direct: count,
        }
    }
}

/// Whether a volatility takes operations: the loop over lanes knows numbers and slots only.
fn runs(volatility: Option<&Formula>) -> bool {
    volatility.is_some_and(|v| !v.ops.is_empty())
}

/// Length of a step in years, its square root, and which of two normals it takes.
#[derive(Clone, Copy)]
struct Scales {
    length: f64,
    root: f64,
    parity: usize,
}

impl Batch<'_> {
    /// Moves every indicator over a step of this length (years) and enforces its range.
    pub fn diffuse(&mut self, step: usize, length: f64) {
        if step.is_multiple_of(2) {
            self.draw_noise();
        }
        let scales = Scales {
            length,
            root: length.sqrt(),
            parity: step % 2,
        };
        let width = self.setup.width;
        let mut next = std::mem::take(&mut self.record.next);
        let mut faults = false;
        for place in self.moves.direct..self.moves.all.len() {
            let one = [self.moves.all[place]];
            self.run_move(one[0].indicator);
            faults |= move_all(width, &self.columns, &self.noise, &one, scales, &mut next);
        }
        let direct = &self.moves.all[..self.moves.direct];
        faults |= move_all(width, &self.columns, &self.noise, direct, scales, &mut next);
        if faults {
            for place in 0..self.moves.all.len() {
                let i = self.moves.all[place].indicator;
                self.blame(i, length, &next[i]);
            }
        }
        confine_all(width, &mut self.columns, &self.moves.all, &next, self.alive);
        self.record.next = next;
    }

    /// Runs the operations of an indicator's drift and volatility.
    fn run_move(&mut self, i: usize) {
        let program = self.program();
        let indicator = &program.indicators[i];
        let volatility_runs = runs(indicator.volatility.as_ref());
        if let Some(drift) = &indicator.drift
            && drift.source().1
        {
            self.run_everywhere(&drift.ops);
            if volatility_runs {
                let kept = program.layout.kept;
                *self.columns.column_mut(kept) = *self.columns.column(drift.result);
            }
        }
        if let Some(volatility) = &indicator.volatility
            && volatility_runs
        {
            self.run_everywhere(&volatility.ops);
        }
    }

    /// Stops the trials in which an indicator has left the numbers, and names the formula at fault.
    fn blame(&mut self, i: usize, length: f64, moved: &Column) {
        let indicator = &self.program().indicators[i];
        if let Some(drift) = &indicator.drift {
            let slot = self.evaluate(drift);
            let mut drifted = *self.columns.column(slot);
            drifted.iter_mut().for_each(|d| *d *= length);
            let broken = not_finite(self.width(), &drifted) & self.alive;
            self.stop_all(broken, drift.label);
        }
        let broken = not_finite(self.width(), moved) & self.alive;
        let label = (indicator.volatility.as_ref().or(indicator.drift.as_ref())).map(|f| f.label);
        label.iter().for_each(|label| self.stop_all(broken, *label));
    }

    /// Normals for two steps at once: the generator gives them in pairs.
    fn draw_noise(&mut self) {
        let program = self.program();
        for (i, indicator) in program.indicators.iter().enumerate() {
            let mixed = program
                .noise_mix
                .as_ref()
                .is_some_and(|m| m.members.contains(&i));
            if indicator.volatility.is_some() || mixed {
                draw_normals(self.setup.width, &mut self.noise[i]);
            }
        }
        if let Some(mix) = &program.noise_mix {
            // From the last to the first, so that each still finds the unmixed normals of those
            // before it.
            for (row, member) in mix.members.iter().enumerate().rev() {
                for parity in 0..2 {
                    let mut total = Column::ZERO;
                    for (weight, other) in mix.factor[row].iter().zip(&mix.members) {
                        let normals = &self.noise[*other].normals[parity];
                        add_scaled(self.setup.width, &mut total, normals, *weight);
                    }
                    self.noise[*member].normals[parity] = total;
                }
            }
        }
    }
}

impl Batch<'_> {
    /// Gives the noise of a lane fresh numbers at a grid point, from the streams of its present
    /// number; `held` tells that those of the step that begins there have been drawn already, with
    /// those of the step before.
    pub fn fresh_noise(&mut self, lane: usize, held: bool) {
        let program = self.program();
        let mut fresh = Vec::with_capacity(program.indicators.len());
        for (i, indicator) in program.indicators.iter().enumerate() {
            let mut stream = Stream::new(self.site(indicator.noise_site), self.ids[lane]);
            if held {
                fresh.push(stream.normal_pair().1);
            }
            self.noise[i].streams.set(lane, stream);
        }
        if !held {
            return;
        }
        for (noise, z) in self.noise.iter_mut().zip(&fresh) {
            noise.normals[1][lane] = *z;
        }
        if let Some(mix) = &program.noise_mix {
            for (row, member) in mix.members.iter().enumerate() {
                let others = mix.factor[row].iter().zip(&mix.members);
                let mixed = others.fold(0.0, |sum, (w, other)| fresh[*other].mul_add(*w, sum));
                self.noise[*member].normals[1][lane] = mixed;
            }
        }
    }
}

/// Normals of an indicator: its streams, and those for this step and the next.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    pub streams: Streams,
    normals: [Column; 2],
}

impl Noise {
    pub const NONE: Self = Self {
        streams: Streams::ZERO,
        normals: [Column::ZERO; 2],
    };
}

wide! {
    /// `x + drift * length + volatility * root * noise` in all lanes; `true` if a value is not
    /// finite.
    fn move_all(
        columns: &Columns,
        noise: &[Noise],
        moves: &[Move<'_>],
        scales: Scales,
        next: &mut [Column],
    ) -> bool {
        let Scales { length, root, parity } = scales;
        let mut fault = 0;
        for one in moves {
            let moved = &mut next[one.indicator];
            let z = &noise[one.indicator].normals[parity];
            let x = columns.column(one.slot);
            let mut room = Column::ZERO;
            #[expect(
                clippy::manual_map,
                reason = "a closure is not always compiled with its surroundings"
            )]
            let drift = match one.drift {
                Some(drift) => Some(columns.sourced(drift, &mut room)),
                None => None,
            };
            // Each case is a loop of its own, for a choice within would keep it from being
            // vectorised.
            match (drift, one.volatility) {
                (Some(d), Some(Scalar::Value(v))) => {
                    let size = v * root;
                    for lane in 0..LANES {
                        moved[lane] = size.mul_add(z[lane], d[lane].mul_add(length, x[lane]));
                    }
                }
                (Some(d), Some(Scalar::Slot(slot))) => {
                    let v = columns.column(slot);
                    for lane in 0..LANES {
                        let drifted = d[lane].mul_add(length, x[lane]);
                        moved[lane] = (v[lane] * root).mul_add(z[lane], drifted);
                    }
                }
                (Some(d), None) => {
                    for lane in 0..LANES {
                        moved[lane] = d[lane].mul_add(length, x[lane]);
                    }
                }
                (None, Some(Scalar::Value(v))) => {
                    let size = v * root;
                    for lane in 0..LANES {
                        moved[lane] = size.mul_add(z[lane], x[lane]);
                    }
                }
                (None, Some(Scalar::Slot(slot))) => {
                    let v = columns.column(slot);
                    for lane in 0..LANES {
                        moved[lane] = (v[lane] * root).mul_add(z[lane], x[lane]);
                    }
                }
                (None, None) => *moved = *x,
            }
            for lane in 0..LANES {
                fault |= u64::from(!moved[lane].is_finite());
            }
        }
        fault != 0
    }
}

wide! {
    /// Takes over the values of these lanes, each indicator within its range.
    fn confine_all(columns: &mut Columns, moves: &[Move<'_>], next: &[Column], lanes: Lanes) {
        for one in moves {
            let (low, high) = one.range;
            let moved = &next[one.indicator];
            let column = columns.column_mut(one.slot);
            if one.reflect {
                for lane in each(lanes) {
                    column[lane] = confine(moved[lane], low, high, true);
                }
                continue;
            }
            for lane in 0..LANES {
                let x = moved[lane];
                let x = if x < low { low } else { x };
                let x = if x > high { high } else { x };
                column[lane] = blend(holds(lanes, lane), x, column[lane]);
            }
        }
    }
}

wide! {
    /// The next two normals of a stream in every lane.
    fn draw_normals(noise: &mut Noise) {
        let Noise { streams, normals: [even, odd] } = noise;
        for lane in 0..LANES {
            let mut stream = streams.get(lane);
            let (a, b) = stream.normal_pair();
            even[lane] = a;
            odd[lane] = b;
            streams.set(lane, stream);
        }
    }
}

wide! {
    /// `total + column * scale`.
    fn add_scaled(total: &mut Column, column: &Column, scale: f64) {
        for lane in 0..LANES {
            total[lane] = column[lane].mul_add(scale, total[lane]);
        }
    }
}
