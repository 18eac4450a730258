//! Diffusion: Euler-Maruyama on the grid, all indicators from the same old state.

use super::batch::{Batch, confine};
use super::lanes::{clamp_into, each, not_finite};
use super::timer::Streams;
use crate::math::width::wide;
use crate::program::{Column, Columns, Formula, LANES, Scalar, Slot, Source};

impl Batch<'_> {
    /// Moves every indicator over a step of this length (years) and enforces its range.
    pub fn diffuse(&mut self, step: usize, length: f64) {
        let program = self.program();
        let layout = &program.layout;
        if step.is_multiple_of(2) {
            self.draw_noise();
        }
        let root = length.sqrt();
        let parity = step % 2;
        let mut next = std::mem::take(&mut self.record.next);
        for (i, indicator) in program.indicators.iter().enumerate() {
            let drift = indicator.drift.as_ref().map(|drift| {
                let kept = (indicator.volatility.as_ref()).is_some_and(|v| v.source().1);
                self.prepared(drift, kept)
            });
            let noise = indicator.volatility.as_ref().map(|volatility| {
                let size = match volatility.constant {
                    Some(value) => Scalar::Value(value),
                    None => Scalar::Slot(self.evaluate(volatility)),
                };
                size
            });
            let noise = noise.map(|size| (size, &self.noise[i].normals[parity]));
            if drift.is_none() && noise.is_none() {
                continue;
            }
            let indicator_slot = layout.indicators + i as Slot;
            let width = self.setup.width;
            let scales = (length, root);
            let moved = &mut next[i];
            if move_all(
                width,
                &self.columns,
                indicator_slot,
                drift,
                noise,
                scales,
                moved,
            ) {
                self.blame(i, length, moved);
            }
        }
        for (i, indicator) in program.indicators.iter().enumerate() {
            if indicator.drift.is_none() && indicator.volatility.is_none() {
                continue;
            }
            let moved = &next[i];
            let column = self.columns.column_mut(layout.indicators + i as Slot);
            if indicator.reflect {
                for lane in each(self.alive) {
                    column[lane] = confine(moved[lane], indicator.low, indicator.high, true);
                }
            } else {
                let (low, high) = (indicator.low, indicator.high);
                clamp_into(self.setup.width, column, moved, low, high, self.alive);
            }
        }
        self.record.next = next;
    }

    /// Where a loop gets the value of a formula, once its operations have been run. With `kept` the value outlives other formulas.
    fn prepared<'p>(&mut self, formula: &'p Formula, kept: bool) -> Source<'p> {
        let (source, runs) = formula.source();
        if runs {
            self.run_everywhere(&formula.ops);
            if kept {
                let slot = self.program().layout.kept;
                *self.columns.column_mut(slot) = *self.columns.column(formula.result);
                return Source::Slot(slot);
            }
        }
        source
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
            // From the last to the first, so that each still finds the unmixed normals of those before it.
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
    /// `x + drift * length + volatility * root * noise` in all lanes; `true` if a value is not finite.
    fn move_all(
        columns: &Columns,
        indicator: Slot,
        drift: Option<Source<'_>>,
        noise: Option<(Scalar, &Column)>,
        scales: (f64, f64),
        moved: &mut Column,
    ) -> bool {
        let (length, root) = scales;
        let x = columns.column(indicator);
        let mut room = Column::ZERO;
        // Not `map`: a closure is not always compiled with its surroundings.
        let drift = match drift {
            Some(drift) => Some(columns.sourced(drift, &mut room)),
            None => None,
        };
        // Each case is a loop of its own, for a choice within would keep it from being vectorised.
        match (drift, noise) {
            (Some(d), Some((Scalar::Value(v), z))) => {
                let size = v * root;
                for lane in 0..LANES {
                    moved[lane] = size.mul_add(z[lane], d[lane].mul_add(length, x[lane]));
                }
            }
            (Some(d), Some((Scalar::Slot(slot), z))) => {
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
            (None, Some((Scalar::Value(v), z))) => {
                let size = v * root;
                for lane in 0..LANES {
                    moved[lane] = size.mul_add(z[lane], x[lane]);
                }
            }
            (None, Some((Scalar::Slot(slot), z))) => {
                let v = columns.column(slot);
                for lane in 0..LANES {
                    moved[lane] = (v[lane] * root).mul_add(z[lane], x[lane]);
                }
            }
            (None, None) => *moved = *x,
        }
        let mut fault = 0;
        for lane in 0..LANES {
            fault |= u64::from(!moved[lane].is_finite());
        }
        fault != 0
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
