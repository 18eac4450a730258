//! Diffusion: Euler-Maruyama on the grid, all indicators from the same old state.

use super::batch::{Batch, confine};
use super::lanes::{Column, clamp_into, each, not_finite};
use crate::math::width::wide;
use crate::program::{CHUNK, Columns, Formula, LANES, Scalar, Slot, Source};
use crate::random::Stream;

impl Batch<'_> {
    /// Moves every indicator over a step of this length (years) and enforces its range.
    pub fn diffuse(&mut self, step: usize, length: f64) {
        let program = self.program();
        let layout = &program.layout;
        if step.is_multiple_of(2) {
            self.draw_noise();
        }
        let root = length.sqrt();
        let parity = (step % 2) as Slot;
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
                (size, layout.noise + 2 * i as Slot + parity)
            });
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
        let layout = &program.layout;
        for (i, indicator) in program.indicators.iter().enumerate() {
            let mixed = program
                .noise_mix
                .as_ref()
                .is_some_and(|m| m.members.contains(&i));
            if indicator.volatility.is_some() || mixed {
                let slot = layout.noise + 2 * i as Slot;
                normals(
                    self.setup.width,
                    &mut self.noise[i],
                    &mut self.columns,
                    slot,
                );
            }
        }
        if let Some(mix) = &program.noise_mix {
            // From the last to the first, so that each still finds the unmixed normals of those before it.
            for (row, member) in mix.members.iter().enumerate().rev() {
                for parity in 0..2 {
                    let mut total = [0.0; LANES];
                    for (weight, other) in mix.factor[row].iter().zip(&mix.members) {
                        let slot = layout.noise + 2 * *other as Slot + parity;
                        add_scaled(
                            self.setup.width,
                            &mut total,
                            self.columns.column(slot),
                            *weight,
                        );
                    }
                    let slot = layout.noise + 2 * *member as Slot + parity;
                    *self.columns.column_mut(slot) = total;
                }
            }
        }
    }
}

wide! {
    /// `x + drift * length + volatility * root * noise` in all lanes; `true` if a value is not finite.
    fn move_all(
        columns: &Columns,
        indicator: Slot,
        drift: Option<Source<'_>>,
        noise: Option<(Scalar, Slot)>,
        scales: (f64, f64),
        moved: &mut Column,
    ) -> bool {
        let (length, root) = scales;
        let mut fault = [0.0; CHUNK];
        for from in (0..LANES).step_by(CHUNK) {
            let mut x = columns.chunk(indicator, from);
            if let Some(drift) = drift {
                let d = columns.sourced(drift, from);
                for i in 0..CHUNK {
                    x[i] = d[i].mul_add(length, x[i]);
                }
            }
            if let Some((volatility, noise)) = noise {
                let z = columns.chunk(noise, from);
                match volatility {
                    Scalar::Value(v) => {
                        let size = v * root;
                        for i in 0..CHUNK {
                            x[i] = size.mul_add(z[i], x[i]);
                        }
                    }
                    Scalar::Slot(slot) => {
                        let v = columns.chunk(slot, from);
                        for i in 0..CHUNK {
                            x[i] = (v[i] * root).mul_add(z[i], x[i]);
                        }
                    }
                }
            }
            for i in 0..CHUNK {
                fault[i] = x[i].mul_add(0.0, fault[i]);
                moved[from + i] = x[i];
            }
        }
        fault.iter().any(|f| *f != 0.0)
    }
}

wide! {
    /// The next two normals of a stream in every lane, into two neighbouring columns.
    fn normals(streams: &mut [[u64; LANES]; 2], columns: &mut Columns, slot: Slot) {
        let [first, second] = streams;
        for from in (0..LANES).step_by(CHUNK) {
            let (mut even, mut odd) = ([0.0; CHUNK], [0.0; CHUNK]);
            for i in 0..CHUNK {
                let mut stream = Stream {
                    state: [first[from + i], second[from + i]],
                };
                (even[i], odd[i]) = stream.normal_pair();
                [first[from + i], second[from + i]] = stream.state;
            }
            columns.set_chunk(slot, from, even);
            columns.set_chunk(slot + 1, from, odd);
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
