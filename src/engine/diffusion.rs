//! Diffusion: Euler-Maruyama on the grid, all indicators from the same old state.

use super::batch::{Batch, confine};
use super::lanes::{add_noise, add_scaled, clamp_into, each_lane, not_finite};
use crate::program::{LANES, Slot};
use crate::random::{Site, TrialId};
use multiversion::multiversion;

impl Batch<'_> {
    /// Moves every indicator over a step of this length (years) and enforces its range.
    pub fn diffuse(&mut self, step: usize, length: f64) {
        let program = self.program();
        let layout = &program.layout;
        if step.is_multiple_of(2) {
            self.draw_noise(step / 2);
        }
        let root = length.sqrt();
        let parity = (step % 2) as Slot;
        let mut next = std::mem::take(&mut self.record.next);
        next.clear();
        for (i, indicator) in program.indicators.iter().enumerate() {
            if indicator.drift.is_none() && indicator.volatility.is_none() {
                continue;
            }
            let mut moved = *self.columns.column(layout.indicators + i as Slot);
            if let Some(drift) = &indicator.drift {
                let slot = self.evaluate(drift);
                add_scaled(&mut moved, self.columns.column(slot), length);
                self.blame(&moved, drift.label);
            }
            if let Some(volatility) = &indicator.volatility {
                let slot = self.evaluate(volatility);
                let noise = self.columns.column(layout.noise + 2 * i as Slot + parity);
                add_noise(&mut moved, self.columns.column(slot), noise, root);
                self.blame(&moved, volatility.label);
            }
            next.push((i, moved));
        }
        for (i, moved) in &next {
            let code = &program.indicators[*i];
            let column = self.columns.column_mut(layout.indicators + *i as Slot);
            if code.reflect {
                each_lane(self.alive, |lane| {
                    column[lane] = confine(moved[lane], code.low, code.high, true)
                });
            } else {
                clamp_into(column, moved, code.low, code.high, self.alive);
            }
        }
        self.record.next = next;
    }

    fn blame(&mut self, moved: &[f64; LANES], label: u32) {
        let broken = not_finite(moved) & self.alive;
        if broken != 0 {
            self.stop_all(broken, label);
        }
    }

    /// Normals for two steps at once: the generator gives them in pairs.
    fn draw_noise(&mut self, pair: usize) {
        let program = self.program();
        let layout = &program.layout;
        let ids = self.ids;
        for (i, indicator) in program.indicators.iter().enumerate() {
            let mixed = program
                .noise_mix
                .as_ref()
                .is_some_and(|m| m.members.contains(&i));
            if indicator.volatility.is_some() || mixed {
                let site = self.stream(indicator.noise_site);
                let mut even = [0.0; LANES];
                let mut odd = [0.0; LANES];
                normals(site, &ids, pair as u32, &mut even, &mut odd);
                *self.columns.column_mut(layout.noise + 2 * i as Slot) = even;
                *self.columns.column_mut(layout.noise + 2 * i as Slot + 1) = odd;
            }
        }
        if let Some(mix) = &program.noise_mix {
            // From the last to the first, so that each still finds the unmixed normals of those before it.
            for (row, member) in mix.members.iter().enumerate().rev() {
                for parity in 0..2 {
                    let mut total = [0.0; LANES];
                    for (weight, other) in mix.factor[row].iter().zip(&mix.members) {
                        add_scaled(
                            &mut total,
                            self.columns
                                .column(layout.noise + 2 * *other as Slot + parity),
                            *weight,
                        );
                    }
                    *self
                        .columns
                        .column_mut(layout.noise + 2 * *member as Slot + parity) = total;
                }
            }
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
fn normals(
    site: Site,
    ids: &[TrialId; LANES],
    pair: u32,
    even: &mut [f64; LANES],
    odd: &mut [f64; LANES],
) {
    for lane in 0..LANES {
        let (a, b) = site.normal_pair(ids[lane], pair);
        even[lane] = a;
        odd[lane] = b;
    }
}
