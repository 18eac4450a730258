//! What the hand-written programs count, and the exact quantiles of what their trials end with.

use crate::law::{EVENTS, INDICATORS, PHASES, STEPS, TRENDS};

/// Probabilities at which quantiles are read off.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Values of all indicators at the end of a trial.
pub type Final = [f64; INDICATORS];

/// Counts and sums of trials.
#[derive(Clone)]
pub struct Tally {
    /// By start trend and final phase.
    pub outcomes: [[u64; PHASES]; TRENDS],
    /// Trials in a phase at each grid point.
    pub occupancy: [[u64; STEPS + 1]; PHASES],
    /// Trials by the step in which their first ceasefire began; the last entry is for those without
    /// one.
    pub ceasefires: [u64; STEPS + 1],
    pub events: [u64; EVENTS],
    pub sums: [f64; INDICATORS],
}

impl Tally {
    pub fn new() -> Self {
        Self {
            outcomes: [[0; PHASES]; TRENDS],
            occupancy: [[0; STEPS + 1]; PHASES],
            ceasefires: [0; STEPS + 1],
            events: [0; EVENTS],
            sums: [0.0; INDICATORS],
        }
    }

    pub fn merge(mut self, other: &Self) -> Self {
        let add = |into: &mut [u64], from: &[u64]| {
            into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        };
        add(
            self.outcomes.as_flattened_mut(),
            other.outcomes.as_flattened(),
        );
        add(
            self.occupancy.as_flattened_mut(),
            other.occupancy.as_flattened(),
        );
        add(&mut self.ceasefires, &other.ceasefires);
        add(&mut self.events, &other.events);
        self.sums
            .iter_mut()
            .zip(&other.sums)
            .for_each(|(a, b)| *a += b);
        self
    }
}

/// All output of a run.
pub struct Findings {
    pub trials: usize,
    pub tally: Tally,
    /// By indicator and level.
    pub quantiles: [[f64; LEVELS.len()]; INDICATORS],
}

impl Findings {
    pub fn new(tally: Tally, finals: &[Final]) -> Self {
        Self {
            trials: finals.len(),
            tally,
            quantiles: quantiles(finals),
        }
    }
}

/// Cells that [0, 1] is cut into to find quantiles.
const CELLS: usize = 1 << 14;
/// Marks cells in which no wanted order statistic lies.
const UNWANTED: u8 = u8::MAX;

fn cell(value: f64) -> usize {
    ((value * CELLS as f64) as usize).min(CELLS - 1)
}

/// Exact quantiles of values in [0, 1], interpolated between order statistics.
///
/// One pass counts cells, a second one keeps only the values in the cells where order statistics
/// are wanted, and only those are sorted.
fn quantiles(finals: &[Final]) -> [[f64; LEVELS.len()]; INDICATORS] {
    let mut counts = vec![[0_u32; CELLS]; INDICATORS];
    for values in finals {
        for (count, value) in counts.iter_mut().zip(values) {
            count[cell(*value)] += 1;
        }
    }
    let last = finals.len() - 1;
    let place = |level: f64| level * last as f64;
    let mut wanted: Vec<Wanted> = counts
        .iter()
        .map(|count| {
            let ranks: Vec<usize> = LEVELS
                .iter()
                .map(|level| place(*level) as usize)
                .flat_map(|rank| [rank, (rank + 1).min(last)])
                .collect();
            Wanted::new(count, ranks)
        })
        .collect();
    for values in finals {
        for (wanted, value) in wanted.iter_mut().zip(values) {
            let list = wanted.list_of_cell[cell(*value)];
            if list != UNWANTED {
                wanted.lists[list as usize].push(*value);
            }
        }
    }
    let mut found = [[0.0; LEVELS.len()]; INDICATORS];
    for (found, mut wanted) in found.iter_mut().zip(wanted) {
        wanted
            .lists
            .iter_mut()
            .for_each(|list| list.sort_unstable_by(f64::total_cmp));
        for (l, (level, found)) in LEVELS.iter().zip(found).enumerate() {
            let (low, high) = (wanted.statistic(2 * l), wanted.statistic(2 * l + 1));
            *found = low + (place(*level) - place(*level).floor()) * (high - low);
        }
    }
    found
}

/// Order statistics of one indicator that are looked for.
struct Wanted {
    list_of_cell: Vec<u8>,
    /// Values of the cells in which some rank lies.
    lists: Vec<Vec<f64>>,
    /// For each rank its list and its place in there.
    places: Vec<(usize, usize)>,
}

impl Wanted {
    /// `ranks` do not decrease.
    fn new(counts: &[u32; CELLS], ranks: Vec<usize>) -> Self {
        let mut wanted = Self {
            list_of_cell: vec![UNWANTED; CELLS],
            lists: Vec::new(),
            places: Vec::new(),
        };
        let (mut cell, mut before) = (0, 0);
        for rank in ranks {
            while before + counts[cell] as usize <= rank {
                before += counts[cell] as usize;
                cell += 1;
            }
            if wanted.list_of_cell[cell] == UNWANTED {
                wanted.list_of_cell[cell] = wanted.lists.len() as u8;
                wanted.lists.push(Vec::with_capacity(counts[cell] as usize));
            }
            wanted
                .places
                .push((usize::from(wanted.list_of_cell[cell]), rank - before));
        }
        wanted
    }

    fn statistic(&self, i: usize) -> f64 {
        let (list, place) = self.places[i];
        self.lists[list][place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_the_order_statistics_at_their_place() {
        let value = |i: usize, k: usize| ((i * (7919 + 2 * k)) % 10_007) as f64 / 10_006.0;
        let finals: Vec<Final> = (0..10_007)
            .map(|i| std::array::from_fn(|k| value(i, k).min(0.9)))
            .collect();
        let found = quantiles(&finals);
        for (k, found) in found.iter().enumerate() {
            let mut sorted: Vec<f64> = finals.iter().map(|f| f[k]).collect();
            sorted.sort_by(f64::total_cmp);
            for (level, found) in LEVELS.iter().zip(found) {
                let place = level * 10_006.0;
                let (low, high) = (sorted[place as usize], sorted[place as usize + 1]);
                let exact = low + place.fract() * (high - low);
                assert!(
                    (found - exact).abs() < 1e-12,
                    "{k} {level}: {found} for {exact}"
                );
            }
        }
    }
}
