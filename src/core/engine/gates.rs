//! Gates: which phases, trends and values of states let an event fire.
//!
//! Comes in: where a lane stands. Goes out: for each gate, the lanes that it lets through. A move costs a word of bits for 64 gates, and what it changes.

use super::lanes::{Lanes, each};
use crate::program::{GateCode, LANES, Program};
use std::ops::Index;

/// Gates as bits, 64 a word.
type Bits = Box<[u64]>;

/// The gates of a batch.
pub struct Gates {
    /// By gate: lanes that it lets through.
    lanes: Vec<Lanes>,
    /// By lane: gates that let it through.
    open: Vec<Bits>,
    /// By phase, by trend, by state and value: gates that let it through.
    phases: Vec<Bits>,
    trends: Vec<Bits>,
    states: Vec<Vec<Bits>>,
}

/// Gates for which a test holds.
fn bits(gates: &[GateCode], lets: impl Fn(&GateCode) -> bool) -> Bits {
    let mut bits = vec![0; gates.len().div_ceil(64)];
    for (g, _) in gates.iter().enumerate().filter(|(_, gate)| lets(gate)) {
        bits[g / 64] |= 1 << (g % 64);
    }
    bits.into()
}

impl Gates {
    pub fn new(program: &Program) -> Self {
        let gates = &program.gates;
        let state = |s: usize, values: usize| -> Vec<Bits> {
            let lets = |gate: &GateCode, value: usize| {
                let mut own = gate.states.iter().filter(|(state, _)| *state == s);
                own.all(|(_, lets)| lets[value])
            };
            (0..values)
                .map(|value| bits(gates, |gate| lets(gate, value)))
                .collect()
        };
        Self {
            lanes: vec![0; gates.len()],
            open: vec![bits(gates, |_| false); LANES],
            phases: (0..program.phases.len())
                .map(|phase| bits(gates, |gate| gate.phases[phase]))
                .collect(),
            trends: (0..program.trends.len())
                .map(|trend| bits(gates, |gate| gate.trends[trend]))
                .collect(),
            states: (program.states.iter().enumerate())
                .map(|(s, code)| state(s, code.starts.len()))
                .collect(),
        }
    }

    /// Looks at all gates for a lane that has moved.
    pub fn look(&mut self, lane: usize, phase: u8, trend: u8, states: &[[u8; LANES]]) {
        let (phase, trend) = (&self.phases[phase as usize], &self.trends[trend as usize]);
        for (word, open) in self.open[lane].iter_mut().enumerate() {
            let mut fresh = phase[word] & trend[word];
            for (values, gates) in states.iter().zip(&self.states) {
                fresh &= gates[values[lane] as usize][word];
            }
            for bit in each(fresh ^ *open) {
                self.lanes[64 * word + bit] ^= 1 << lane;
            }
            *open = fresh;
        }
    }
}

impl Index<u32> for Gates {
    type Output = Lanes;

    fn index(&self, gate: u32) -> &Lanes {
        &self.lanes[gate as usize]
    }
}
