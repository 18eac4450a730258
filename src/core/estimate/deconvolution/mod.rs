//! The distribution of p(θ) behind the hits of draws, by EM steps from a beta distribution.
//!
//! Takes how many draws had c hits, and the mean and variance that p(θ) must have; gives the 5% and
//! 95% quantiles of p(θ): of a *smooth* distribution, after few steps, and of a *rough* one, after
//! many, which is what a truth of separate points looks like.
//! [`epistemic`](super::epistemic) makes one range of the two.

mod grid;

use super::moments::{PARTS, in_pairs};
use crate::math::elementary::{exp, ln};
use crate::math::width::{Width, wide};
use grid::{CELLS, Cells, Grid, lower_end, summed};
use libm::lgamma;

/// Steps from the beta distribution towards the maximum of the likelihood: few, so that the beta
/// still smooths.
const STEPS: usize = 20;
/// Steps to the rough distribution, and how many more where these gained.
const ROUGH_STEPS: usize = 380;
const FURTHER_STEPS: usize = 800;
/// Gain of logarithmic likelihood from which on data speak against the smooth distribution.
pub(super) const DOUBT: f64 = 1.0;
/// Most rows of the likelihood: counts closer than that are taken together.
const ROWS: usize = 256;
/// Counts that are looked at together, so that their rows are still near when they are needed
/// again.
const TOGETHER: usize = 8;

/// How the hits of a draw scatter about R p(θ).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Noise {
    /// Like those of independent trials, this share of the draw's trials in number.
    Effective(f64),
    /// Each of so many groups has as many hits as its share of them allows, or one more, as
    /// systematic start trends that decide the outcome give them.
    Systematic(usize),
}

/// What is known of p(θ) before its distribution is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    /// Draws with c hits, for each c.
    pub draws_with: &'a [u64],
    /// Mean of p(θ), in (0, 1).
    pub p: f64,
    /// Its variance, above 0.
    pub between: f64,
    pub noise: Noise,
}

/// Quantiles of p(θ) under both distributions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ends {
    /// 5% and 95% quantile of the smooth distribution.
    pub smooth: [f64; 2],
    /// The same of the rough one.
    pub rough: [f64; 2],
    /// Logarithmic likelihood that the rough one gains.
    pub gain: f64,
    /// How far each smooth quantile moves if two standard errors more or fewer of independent draws
    /// lay beyond it, halved.
    pub sampling: [f64; 2],
}

/// 5% and 95% quantile of the smooth distribution.
///
/// Starts at the beta distribution of that mean and variance and takes a fixed number of EM steps
/// towards the distribution that explains the counts best (Laird 1978); stopping early keeps it
/// smooth.
pub(super) fn smooth_ends(seen: &Seen<'_>) -> [f64; 2] {
    let Some(mut fit) = Fit::start(seen) else {
        return [seen.p; 2];
    };
    fit.climb(STEPS);
    [0.05, 0.95].map(|share| fit.quantile(share))
}

/// The ends under both distributions.
pub(super) fn both_ends(seen: &Seen<'_>) -> Ends {
    let Some(mut fit) = Fit::start(seen) else {
        return Ends {
            smooth: [seen.p; 2],
            rough: [seen.p; 2],
            gain: 0.0,
            sampling: [0.0; 2],
        };
    };
    fit.climb(STEPS);
    let smooth = [0.05, 0.95].map(|share| fit.quantile(share));
    // The interval of a quantile by Woodruff (1952), on the fitted distribution: it sees jumps and
    // skewness near the end.
    let beyond = 2.0 * (0.05 * 0.95 / fit.draws).sqrt();
    let sampling = [0, 1].map(|side| {
        let share = [0.05, 0.95][side];
        let inner = |target: f64| fit.quantile(target.clamp(0.005, 0.995));
        let (down, up) = (inner(share - beyond), inner(share + beyond));
        0.5 * (smooth[side] - down).max(up - smooth[side])
    });
    let at_smooth = fit.log_likelihood();
    fit.climb(ROUGH_STEPS);
    let gain = fit.log_likelihood() - at_smooth;
    if gain > DOUBT {
        fit.climb(FURTHER_STEPS);
    }
    Ends {
        smooth,
        rough: [0.05, 0.95].map(|share| fit.quantile(share)),
        gain,
        sampling,
    }
}

/// A distribution on the way to the one that explains the counts best.
struct Fit {
    grid: Grid,
    masses: Cells,
    /// Likelihood of each count in each cell.
    rows: Vec<Cells>,
    /// Share of the draws that had each count.
    shares: Vec<f64>,
    draws: f64,
}

impl Fit {
    /// The beta distribution. `None` without draws.
    fn start(seen: &Seen<'_>) -> Option<Self> {
        let Seen {
            p, between, noise, ..
        } = *seen;
        let trials = (seen.draws_with.len() - 1) as f64;
        let draws = seen.draws_with.iter().sum::<u64>() as f64;
        let counts: Vec<(f64, f64)> = (seen.draws_with.iter().enumerate())
            .filter(|(_, draws)| **draws > 0)
            .map(|(c, with)| (c as f64, *with as f64 / draws))
            .collect();
        let (fewest, most) = (counts.first()?.0, counts.last()?.0);

        // Above a million the beta is narrower than a cell, and its tails would cost time for
        // nothing.
        let size = (p * (1.0 - p) / between - 1.0).clamp(0.001, 1e6);
        let (a, b) = (p * size, (1.0 - p) * size);
        let low = lower_end(a, b, fewest / trials);
        let high = 1.0 - lower_end(b, a, 1.0 - most / trials);
        let grid = Grid::between(libm::asin(low.sqrt()), libm::asin(high.min(1.0).sqrt()));
        let mut masses = grid.beta_masses(a, b);
        let sum = summed(&masses);
        masses.iter_mut().for_each(|g| *g /= sum);

        let counts = merged(counts, trials);
        let mut rows = vec![[0.0; CELLS]; counts.len()];
        match noise {
            Noise::Effective(f) => {
                let logs = grid.log_sine_cosine(0.5);
                for (row, (c, _)) in rows.iter_mut().zip(&counts) {
                    likelihood(Width::widest(), row, &logs, f * c, f * (trials - c));
                }
            }
            Noise::Systematic(groups) => {
                let chances = grid.middles();
                for (row, (c, _)) in rows.iter_mut().zip(&counts) {
                    systematic(row, &chances, trials, groups, *c);
                }
            }
        }
        Some(Self {
            grid,
            masses,
            rows,
            shares: counts.iter().map(|(_, share)| *share).collect(),
            draws,
        })
    }

    fn climb(&mut self, steps: usize) {
        climb(
            Width::widest(),
            &mut self.masses,
            &self.rows,
            &self.shares,
            steps,
        );
    }

    /// Of all draws, up to a constant of the counts.
    fn log_likelihood(&self) -> f64 {
        let of_rows = self.rows.iter().zip(&self.shares).map(|(row, share)| {
            let mut product = *row;
            product
                .iter_mut()
                .zip(&self.masses)
                .for_each(|(l, g)| *l *= g);
            share * ln(summed(&product))
        });
        self.draws * of_rows.sum::<f64>()
    }

    fn quantile(&self, share: f64) -> f64 {
        quantile(
            &self.masses,
            &self.grid.edges(),
            share * summed(&self.masses),
        )
    }
}

/// The counts with their shares, neighbours taken together where there are more than [`ROWS`]:
/// those that differ by less than the angle that a row then stands for.
fn merged(counts: Vec<(f64, f64)>, trials: f64) -> Vec<(f64, f64)> {
    if counts.len() <= ROWS {
        return counts;
    }
    let angle = |c: f64| libm::asin((c / trials).min(1.0).sqrt());
    let (first, last) = (angle(counts[0].0), angle(counts[counts.len() - 1].0));
    let row_of = |c: f64| ((angle(c) - first) / (last - first) * (ROWS - 1) as f64) as usize;
    let mut rows: Vec<(usize, f64, f64)> = Vec::with_capacity(ROWS);
    for (c, share) in counts {
        let row = row_of(c);
        match rows.last_mut() {
            Some((same, sum, total)) if *same == row => {
                *sum += c * share;
                *total += share;
            }
            _ => rows.push((row, c * share, share)),
        }
    }
    let mean = |(_, sum, total): (usize, f64, f64)| (sum / total, total);
    rows.into_iter().map(mean).collect()
}

/// Likelihood of `hits` in `groups` equal groups of which each has the whole part of its share of
/// hits, or one more with the chance of the fraction that is left.
fn systematic(row: &mut Cells, chances: &Cells, trials: f64, groups: usize, hits: f64) {
    let groups = groups as f64;
    let ways = |one_more: f64| {
        lgamma(groups + 1.0) - lgamma(one_more + 1.0) - lgamma(groups - one_more + 1.0)
    };
    for (cell, p) in row.iter_mut().zip(chances) {
        let expected = p * trials / groups;
        let whole = expected.floor();
        let (chance, one_more) = (expected - whole, hits - groups * whole);
        let fits = (0.0..=groups).contains(&one_more);
        // 0 ln 0 is 0.
        let term = |n: f64, p: f64| if n > 0.0 { n * libm::log(p) } else { 0.0 };
        *cell = if fits {
            libm::exp(
                ways(one_more) + term(one_more, chance) + term(groups - one_more, 1.0 - chance),
            )
        } else {
            0.0
        };
        // What no cell can give must not divide by nothing.
        *cell = cell.max(1e-300);
    }
}

wide! {
    /// Likelihood of `hits` and `misses` (not whole numbers) in each cell, from the logarithms of
    /// sine and cosine in its middle, up to a constant that drops out of EM: the largest is 1, so
    /// that none of importance underflows.
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
    /// Takes the steps of EM: each multiplies a cell's mass by how much better than all cells
    /// together it explains the counts.
    fn climb(masses: &mut Cells, rows: &[Cells], shares: &[f64], steps: usize) {
        for _ in 0..steps {
            let mut factors = [0.0; CELLS];
            for (rows, shares) in rows.chunks(TOGETHER).zip(shares.chunks(TOGETHER)) {
                // Sums first, their pairs later: a vectoriser that sees both at once settles for
                // short vectors.
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
    use crate::math::special::{beta_inverse, beta_regularized};

    #[test]
    fn a_beta_distribution_seen_through_many_trials_is_found_again() {
        // Draws dealt out exactly: c of 1,000 trials hit in as many draws as the mass between (c -
        // 1/2) and (c + 1/2) thousandths.
        let (a, b) = (6.0, 14.0);
        let below = |c: f64| beta_regularized(a, b, ((c - 0.5) / 1000.0).clamp(0.0, 1.0));
        let draws_with: Vec<u64> = (0..=1000)
            .map(|c| (1e6 * (below(f64::from(c) + 1.0) - below(f64::from(c)))).round() as u64)
            .collect();
        let (p, variance) = (0.3, 0.3 * 0.7 / 21.0);
        let ends = smooth_ends(&Seen {
            draws_with: &draws_with,
            p,
            between: variance,
            noise: Noise::Effective(1.0),
        });
        for (end, share) in ends.iter().zip([0.05, 0.95]) {
            let exact = beta_inverse(a, b, share);
            assert!((end - exact).abs() < 2e-3, "{end} instead of {exact}");
        }
    }
}
