//! The grid on which the distribution of p(θ) is fitted: equal cells of the angle whose squared
//! sine is p, and a beta distribution's mass in each.

use crate::estimate::moments::{PARTS, in_pairs};
use crate::math::elementary::{cos_sin_turns, exp, ln};
use crate::math::special::{beta_inverse, beta_regularized};
use crate::math::width::{Width, wide};
use libm::lgamma;
use std::f64::consts::{LN_2, TAU};

/// Cells of the grid on which the distribution is fitted; they are equal in the angle whose squared
/// sine is p.
pub const CELLS: usize = 160;
/// Mass below which no cell falls at the start, so that the data can raise any of them.
const LEAST_MASS: f64 = 1e-12;

/// A number for each cell.
pub type Cells = [f64; CELLS];

/// The smaller of `least` and the 0.0001 quantile of a beta distribution.
pub fn lower_end(a: f64, b: f64, least: f64) -> f64 {
    const TAIL: f64 = 1e-4;
    // The inverse costs many evaluations of the function.
    if beta_regularized(a, b, least) <= TAIL {
        least
    } else {
        beta_inverse(a, b, TAIL)
    }
}

/// Equal cells of angle.
pub struct Grid {
    first: f64,
    width: f64,
}

impl Grid {
    pub fn between(first: f64, last: f64) -> Self {
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
    pub fn edges(&self) -> [f64; CELLS + 1] {
        std::array::from_fn(|i| {
            let sine = libm::sin(self.at(i as f64));
            sine * sine
        })
    }

    /// p in the middle of each cell.
    pub fn middles(&self) -> Cells {
        std::array::from_fn(|i| {
            let sine = libm::sin(self.at(i as f64 + 0.5));
            sine * sine
        })
    }

    /// Logarithms of sine and cosine at the point of each cell that lies this share of it from its
    /// lower edge.
    pub fn log_sine_cosine(&self, inside: f64) -> [Cells; 2] {
        let mut logs = [[0.0; CELLS]; 2];
        log_sine_cosine(Width::widest(), self.at(inside), self.width, &mut logs);
        logs
    }

    /// Mass of each cell under a beta distribution, at least [`LEAST_MASS`].
    pub fn beta_masses(&self, a: f64, b: f64) -> Cells {
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
            // Gauss and Legendre's three points: with cells this narrow, right to 1e-8 of the
            // whole.
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
pub fn summed(cells: &Cells) -> f64 {
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
}
