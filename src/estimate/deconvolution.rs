//! The distribution of p(θ) behind the hits of draws, by a fixed number of EM steps from a beta distribution.
//!
//! In come how many draws had c hits, and the mean and variance that p(θ) must have; out come the 5% and 95% quantiles of p(θ).
//! When to ask, and with which variance, is the business of [`epistemic`](super::epistemic).

use super::moments::{PARTS, in_pairs};
use crate::math::elementary::{cos_sin_turns, exp, ln};
use crate::math::special::{beta_inverse, beta_regularized};
use crate::math::width::{Width, wide};
use libm::lgamma;
use std::f64::consts::{LN_2, TAU};

/// Cells of the grid on which the distribution is fitted; they are equal in the angle whose squared sine is p.
const CELLS: usize = 160;
/// Steps from the beta distribution towards the maximum of the likelihood: few, so that the beta still smooths.
const STEPS: usize = 20;
/// Counts that are looked at together, so that their rows are still near when they are needed again.
const TOGETHER: usize = 8;
/// Mass below which no cell falls at the start, so that the data can raise any of them.
const LEAST_MASS: f64 = 1e-12;

/// A number for each cell.
type Cells = [f64; CELLS];

/// 5% and 95% quantile of p(θ), from how many of the draws had c hits (`draws_with[c]`), the mean `p` in (0, 1) of p(θ), its variance
/// `between` > 0, and the effective share `f` of a draw's trials.
///
/// Starts at the beta distribution of that mean and variance and takes a fixed number of EM steps towards the distribution that
/// explains the counts best (Laird 1978); stopping early keeps it smooth.
pub(super) fn deconvolve(draws_with: &[u64], p: f64, between: f64, f: f64) -> [f64; 2] {
    let trials = (draws_with.len() - 1) as f64;
    let draws = draws_with.iter().sum::<u64>() as f64;
    let counts: Vec<(f64, f64)> = draws_with
        .iter()
        .enumerate()
        .filter(|(_, draws)| **draws > 0)
        .map(|(c, with)| (c as f64, *with as f64 / draws))
        .collect();
    let (Some(fewest), Some(most)) = (counts.first(), counts.last()) else {
        return [p; 2];
    };

    // Above a million the beta is narrower than a cell, and its tails would cost time for nothing.
    let size = (p * (1.0 - p) / between - 1.0).clamp(0.001, 1e6);
    let (a, b) = (p * size, (1.0 - p) * size);
    let low = lower_end(a, b, fewest.0 / trials);
    let high = 1.0 - lower_end(b, a, 1.0 - most.0 / trials);
    let grid = Grid::between(libm::asin(low.sqrt()), libm::asin(high.min(1.0).sqrt()));
    let mut masses = grid.beta_masses(a, b);
    let sum = summed(&masses);
    masses.iter_mut().for_each(|g| *g /= sum);

    let logs = grid.log_sine_cosine(0.5);
    let mut rows = vec![[0.0; CELLS]; counts.len()];
    for (row, (c, _)) in rows.iter_mut().zip(&counts) {
        likelihood(Width::widest(), row, &logs, f * c, f * (trials - c));
    }
    let shares: Vec<f64> = counts.iter().map(|(_, share)| *share).collect();
    climb(Width::widest(), &mut masses, &rows, &shares);
    let sum = summed(&masses);
    [0.05, 0.95].map(|share| quantile(&masses, &grid.edges(), share * sum))
}

/// The smaller of `least` and the 0.0001 quantile of a beta distribution.
fn lower_end(a: f64, b: f64, least: f64) -> f64 {
    const TAIL: f64 = 1e-4;
    // The inverse costs many evaluations of the function.
    if beta_regularized(a, b, least) <= TAIL {
        least
    } else {
        beta_inverse(a, b, TAIL)
    }
}

/// Equal cells of angle.
struct Grid {
    first: f64,
    width: f64,
}

impl Grid {
    fn between(first: f64, last: f64) -> Self {
        Self {
            first,
            width: (last - first) / CELLS as f64,
        }
    }

    /// Angle so many cells from the first edge.
    fn at(&self, cells: f64) -> f64 {
        self.first + self.width * cells
    }

    /// p at all edges.
    fn edges(&self) -> [f64; CELLS + 1] {
        std::array::from_fn(|i| {
            let sine = libm::sin(self.at(i as f64));
            sine * sine
        })
    }

    /// Logarithms of sine and cosine at the point of each cell that lies this share of it from its lower edge.
    fn log_sine_cosine(&self, inside: f64) -> [Cells; 2] {
        let mut logs = [[0.0; CELLS]; 2];
        log_sine_cosine(Width::widest(), self.at(inside), self.width, &mut logs);
        logs
    }

    /// Mass of each cell under a beta distribution, at least [`LEAST_MASS`].
    fn beta_masses(&self, a: f64, b: f64) -> Cells {
        let exact = |masses: &mut Cells, cells: std::ops::Range<usize>| {
            let below = |i: usize| {
                let sine = libm::sin(self.at(i as f64));
                beta_regularized(a, b, sine * sine)
            };
            let mut lower = below(cells.start);
            for i in cells {
                let upper = below(i + 1);
                masses[i] = upper - lower;
                lower = upper;
            }
        };
        let mut masses = [0.0; CELLS];
        // In the angle, every beta distribution has about this standard deviation.
        let sd = 0.5 / (a + b + 1.0).sqrt();
        if self.width > sd / 3.0 {
            exact(&mut masses, 0..CELLS);
        } else {
            let constant = lgamma(a + b) - lgamma(a) - lgamma(b) + LN_2;
            let exponents = (2.0 * a - 1.0, 2.0 * b - 1.0, constant);
            // Gauss and Legendre's three points: with cells this narrow, right to 1e-8 of the whole.
            let offset = 0.5 * 0.6f64.sqrt();
            for (inside, weight) in [
                (0.5 - offset, 5.0 / 18.0),
                (0.5, 8.0 / 18.0),
                (0.5 + offset, 5.0 / 18.0),
            ] {
                let logs = self.log_sine_cosine(inside);
                add_density(
                    Width::widest(),
                    &mut masses,
                    &logs,
                    exponents,
                    weight * self.width,
                );
            }
            // Towards 0 and 1 the density is a power of the distance, which may be negative.
            let steep = |distance: f64| ((8.0 - distance / self.width).max(0.0)) as usize;
            let low = steep(self.first).min(CELLS);
            let high = steep(TAU / 4.0 - self.at(CELLS as f64)).min(CELLS - low);
            exact(&mut masses, 0..low);
            exact(&mut masses, CELLS - high..CELLS);
        }
        masses.map(|g| if g >= LEAST_MASS { g } else { LEAST_MASS })
    }
}

/// The sum, in an order that does not depend on the machine.
fn summed(cells: &Cells) -> f64 {
    let mut parts = [0.0; PARTS];
    for cells in cells.as_chunks::<PARTS>().0 {
        for i in 0..PARTS {
            parts[i] += cells[i];
        }
    }
    in_pairs(parts)
}

wide! {
    fn log_sine_cosine(first: f64, width: f64, logs: &mut [Cells; 2]) {
        let [sines, cosines] = logs;
        for i in 0..CELLS {
            let (cosine, sine) = cos_sin_turns((first + width * i as f64) / TAU);
            sines[i] = ln(sine);
            cosines[i] = ln(cosine);
        }
    }
}

wide! {
    /// Adds `scale` times the density of the angle.
    fn add_density(
        masses: &mut Cells,
        logs: &[Cells; 2],
        exponents: (f64, f64, f64),
        scale: f64,
    ) {
        let [sines, cosines] = logs;
        let (of_sine, of_cosine, constant) = exponents;
        for i in 0..CELLS {
            masses[i] += scale * exp(of_sine * sines[i] + of_cosine * cosines[i] + constant);
        }
    }
}

wide! {
    /// Likelihood of `hits` and `misses` (not whole numbers) in each cell, from the logarithms of sine and cosine in its middle,
    /// up to a constant that drops out of EM: the largest is 1, so that none of importance underflows.
    fn likelihood(row: &mut Cells, logs: &[Cells; 2], hits: f64, misses: f64) {
        let [sines, cosines] = logs;
        let mut largest = [f64::NEG_INFINITY; PARTS];
        for i in 0..CELLS {
            row[i] = 2.0 * (hits * sines[i] + misses * cosines[i]);
        }
        for cells in row.as_chunks::<PARTS>().0 {
            for i in 0..PARTS {
                largest[i] = if cells[i] > largest[i] {
                    cells[i]
                } else {
                    largest[i]
                };
            }
        }
        let mut most = f64::NEG_INFINITY;
        for x in largest {
            most = if x > most { x } else { most };
        }
        for x in row {
            *x = exp(*x - most);
        }
    }
}

wide! {
    /// Takes the steps of EM: each multiplies a cell's mass by how much better than all cells together it explains the counts.
    fn climb(masses: &mut Cells, rows: &[Cells], shares: &[f64]) {
        for _ in 0..STEPS {
            let mut factors = [0.0; CELLS];
            for (rows, shares) in rows.chunks(TOGETHER).zip(shares.chunks(TOGETHER)) {
                // Sums first, their pairs later: a vectoriser that sees both at once settles for short vectors.
                let mut fits = [[0.0; PARTS]; TOGETHER];
                for (fit, row) in fits.iter_mut().zip(rows) {
                    let mut sums = [0.0; PARTS];
                    for (l, g) in (row.as_chunks::<PARTS>().0.iter()).zip(masses.as_chunks::<PARTS>().0)
                    {
                        for i in 0..PARTS {
                            sums[i] += l[i] * g[i];
                        }
                    }
                    *fit = sums;
                }
                for ((row, share), fit) in rows.iter().zip(shares).zip(&fits) {
                    let weight = share / in_pairs(*fit);
                    for i in 0..CELLS {
                        factors[i] += weight * row[i];
                    }
                }
            }
            for i in 0..CELLS {
                masses[i] *= factors[i];
            }
        }
    }
}

/// The point below which `target` of the cells' mass lies, linear inside a cell.
fn quantile(masses: &[f64], edges: &[f64], target: f64) -> f64 {
    let mut below = 0.0;
    for (mass, edge) in masses.iter().zip(edges.windows(2)) {
        if below + mass >= target {
            let inside = if *mass > 0.0 {
                (target - below) / mass
            } else {
                0.0
            };
            return edge[0] + inside * (edge[1] - edge[0]);
        }
        below += mass;
    }
    edges[edges.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masses_of_cells_are_those_of_the_beta_distribution() {
        for (a, b) in [
            (0.02, 0.3),
            (0.5, 0.5),
            (0.9, 40.0),
            (3.0, 5.0),
            (60.0, 15.0),
            (400.0, 4_000.0),
            (2e5, 8e5),
        ] {
            for (low, high) in [(0.0, 1.0), (0.0, 0.4), (0.05, 0.7), (0.19, 0.21)] {
                let grid = Grid::between(libm::asin(f64::sqrt(low)), libm::asin(f64::sqrt(high)));
                let masses = grid.beta_masses(a, b);
                for (i, edge) in grid.edges().windows(2).enumerate() {
                    let exact = beta_regularized(a, b, edge[1]) - beta_regularized(a, b, edge[0]);
                    assert!(
                        (masses[i] - exact.max(LEAST_MASS)).abs() < 1e-8,
                        "cell {i} of {low}..{high} under {a}, {b}: {} instead of {exact}",
                        masses[i]
                    );
                }
            }
        }
    }

    #[test]
    fn the_grid_starts_at_the_smaller_of_the_two_ends() {
        let quantile = beta_inverse(3.0, 5.0, 1e-4);
        assert_eq!(lower_end(3.0, 5.0, 0.5 * quantile), 0.5 * quantile);
        assert_eq!(lower_end(3.0, 5.0, 2.0 * quantile), quantile);
        assert_eq!(lower_end(3.0, 5.0, 0.0), 0.0);
    }

    #[test]
    fn a_beta_distribution_seen_through_many_trials_is_found_again() {
        // Draws dealt out exactly: c of 1,000 trials hit in as many draws as the mass between (c - 1/2) and (c + 1/2) thousandths.
        let (a, b) = (6.0, 14.0);
        let below = |c: f64| beta_regularized(a, b, ((c - 0.5) / 1000.0).clamp(0.0, 1.0));
        let draws_with: Vec<u64> = (0..=1000)
            .map(|c| (1e6 * (below(f64::from(c) + 1.0) - below(f64::from(c)))).round() as u64)
            .collect();
        let (p, variance) = (0.3, 0.3 * 0.7 / 21.0);
        let ends = deconvolve(&draws_with, p, variance, 1.0);
        for (end, share) in ends.iter().zip([0.05, 0.95]) {
            let exact = beta_inverse(a, b, share);
            assert!((end - exact).abs() < 2e-3, "{end} instead of {exact}");
        }
    }
}
