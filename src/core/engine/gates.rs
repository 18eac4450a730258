//! Gates: which phases, trends and values of states let an event fire.
//!
//! Takes where a lane stands; gives for each gate, the lanes that it lets through. A move costs a
//! word of bits for 64 gates, and what it changes.

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
        let values: Vec<usize> = program.states.iter().map(|s| s.starts.len()).collect();
        let (phases, trends) = (program.phases.len(), program.trends.len());
        Self::of(&program.gates, phases, trends, &values)
    }

    /// Gates over so many phases and trends, and so many values of each state; before a lane is
    /// looked at, none is open in it.
    fn of(gates: &[GateCode], phases: usize, trends: usize, values: &[usize]) -> Self {
        let lets = |gate: &GateCode, state: usize, value: usize| {
            let mut own = gate.states.iter().filter(|(s, _)| *s == state);
            own.all(|(_, lets)| lets[value])
        };
        let of_state = |(state, values): (usize, &usize)| {
            (0..*values)
                .map(|value| bits(gates, |gate| lets(gate, state, value)))
                .collect()
        };
        Self {
            lanes: vec![0; gates.len()],
            open: vec![bits(gates, |_| false); LANES],
            phases: (0..phases)
                .map(|phase| bits(gates, |gate| gate.phases[phase]))
                .collect(),
            trends: (0..trends)
                .map(|trend| bits(gates, |gate| gate.trends[trend]))
                .collect(),
            states: values.iter().enumerate().map(of_state).collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// More gates than a word has bits, each with a pattern of its own.
    fn gates() -> Vec<GateCode> {
        let pattern = |n: usize, by: usize| (0..n).map(|i| !(i + by).is_multiple_of(3)).collect();
        (0..70)
            .map(|g| GateCode {
                phases: pattern(4, g),
                trends: pattern(2, g / 3),
                states: match g % 3 {
                    0 => Box::new([]),
                    1 => Box::new([(1, pattern(3, g / 9))]),
                    _ => Box::new([(0, pattern(2, g / 9)), (1, pattern(3, g / 18))]),
                },
            })
            .collect()
    }

    #[test]
    fn a_gate_lets_through_the_lanes_whose_phase_trend_and_states_it_names() {
        let codes = gates();
        let mut gates = Gates::of(&codes, 4, 2, &[2, 3]);
        let mut seen = [0; 2];
        for turn in 0..5_usize {
            let at = |lane: usize, of: usize| ((lane * 7 + turn * 5) / (1 + of)) as u8;
            let states: Vec<[u8; LANES]> = [2, 3]
                .map(|n| std::array::from_fn(|lane| at(lane, n) % n as u8))
                .into();
            for lane in 0..LANES {
                gates.look(lane, at(lane, 0) % 4, at(lane, 1) % 2, &states);
            }
            for (g, code) in codes.iter().enumerate() {
                for lane in 0..LANES {
                    let open = code.phases[usize::from(at(lane, 0) % 4)]
                        && code.trends[usize::from(at(lane, 1) % 2)]
                        && (code.states.iter())
                            .all(|(s, lets)| lets[usize::from(states[*s][lane])]);
                    assert_eq!(gates[g as u32] >> lane & 1 == 1, open, "{turn} {g} {lane}");
                    seen[usize::from(open)] += 1;
                }
            }
        }
        assert!(seen[0] > 1000 && seen[1] > 1000, "{seen:?}");
    }
}
