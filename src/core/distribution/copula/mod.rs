//! Dependence between numbers that keeps each one's own distribution: the Gaussian copula, and
//! correlated normal noise.
//!
//! Takes a correlation matrix; gives the lower Cholesky factor that turns independent standard
//! normals into correlated ones. The caller knows which numbers are tied.

mod margin;

use super::Distribution;
use libm::{sin, sqrt};
use margin::{Margin, normal_correlation_of};

/// Why a matrix is no correlation matrix. Members are counted from 0, in the caller's order.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CopulaError {
    #[error("a correlation matrix must be square: row {} has {got} entries, not {expected}", .row + 1)]
    NotSquare {
        row: usize,
        expected: usize,
        got: usize,
    },
    #[error("the correlation of a thing with itself must be 1: member {} has {value}", .member + 1)]
    Diagonal { member: usize, value: f64 },
    #[error("correlation of members {} and {} must lie between -1 and 1: got {value}", .row + 1, .column + 1)]
    OutOfRange {
        row: usize,
        column: usize,
        value: f64,
    },
    #[error("correlation of members {} and {} is stated twice, as {value} and as {other}", .row + 1, .column + 1)]
    Asymmetric {
        row: usize,
        column: usize,
        value: f64,
        other: f64,
    },
    /// Together with the members before it, `member` cannot be correlated as stated: the leading
    /// minor of order `member + 1` is not positive. `pivot` is the share of its variance that would
    /// be left unexplained by them.
    #[error("leading minor {} is not positive: the members before leave member {} {pivot:.3} of its variance", .member + 1, .member + 1)]
    NotPositiveDefinite { member: usize, pivot: f64 },
    /// The ties of two discrete margins leave no way to this rank correlation; those strictly
    /// between `low` and `high` can be had.
    #[error("members {} and {} cannot have the rank correlation {rank}: theirs lies between {low:.3} and {high:.3}", .row + 1, .column + 1)]
    Unattainable {
        row: usize,
        column: usize,
        rank: f64,
        low: f64,
        high: f64,
    },
}

/// Correlation of the normals that gives uniform numbers the rank correlation `rank` (Spearman's):
/// `2 sin(pi rank / 6)`.
///
/// `rank` lies in [-1, 1]. Pearson (1907), *On further methods of determining correlation*.
pub fn normal_correlation(rank: f64) -> f64 {
    // Exact at the ends, where rounding would make a matrix indefinite or miss that it is.
    if rank.abs() == 1.0 {
        rank
    } else {
        2.0 * sin(core::f64::consts::PI * rank / 6.0)
    }
}

/// Cholesky factor for a matrix of rank correlations (Spearman's) between draws of `members`, one
/// distribution a row: of the normal correlations that give them, ties of discrete members and all.
///
/// # Errors
/// See [`cholesky`]; a matrix can be positive definite as it stands and not as correlations of the
/// normals. Also if the ties of two members rule out their rank correlation.
pub fn spearman_factor(
    ranks: &[Vec<f64>],
    members: &[&Distribution],
) -> Result<Vec<Vec<f64>>, CopulaError> {
    check(ranks)?;
    let margins: Vec<Margin> = members.iter().map(|member| Margin::of(member)).collect();
    let mut normals = ranks.to_vec();
    for row in 0..ranks.len() {
        for column in 0..row {
            let rank = ranks[row][column];
            if rank == 0.0 {
                continue;
            }
            let normal = normal_correlation_of(rank, &margins[row], &margins[column]).map_err(
                |[low, high]| CopulaError::Unattainable {
                    row,
                    column,
                    rank,
                    low,
                    high,
                },
            )?;
            normals[row][column] = normal;
            normals[column][row] = normal;
        }
    }
    cholesky(&normals)
}

/// Lower Cholesky factor of a correlation matrix, row by row; row i has i + 1 entries.
///
/// # Errors
/// The matrix is not square, not symmetric, has entries outside [-1, 1] or a diagonal other than 1,
/// or is not positive definite (a correlation of exactly -1 or 1 is not).
pub fn cholesky(correlations: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, CopulaError> {
    // A pivot this small is rounding: the member is fixed by those before it.
    const SMALLEST_PIVOT: f64 = 1e-12;
    check(correlations)?;
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(correlations.len());
    for (i, row) in correlations.iter().enumerate() {
        let mut entries: Vec<f64> = Vec::with_capacity(i + 1);
        for (j, above) in factor.iter().enumerate() {
            let explained: f64 = entries.iter().zip(above).map(|(a, b)| a * b).sum();
            entries.push((row[j] - explained) / above[j]);
        }
        let pivot = 1.0 - entries.iter().map(|a| a * a).sum::<f64>();
        if !(pivot > SMALLEST_PIVOT) {
            return Err(CopulaError::NotPositiveDefinite { member: i, pivot });
        }
        entries.push(sqrt(pivot));
        factor.push(entries);
    }
    Ok(factor)
}

fn check(matrix: &[Vec<f64>]) -> Result<(), CopulaError> {
    for (i, row) in matrix.iter().enumerate() {
        if row.len() != matrix.len() {
            return Err(CopulaError::NotSquare {
                row: i,
                expected: matrix.len(),
                got: row.len(),
            });
        }
    }
    for (i, row) in matrix.iter().enumerate() {
        if row[i] != 1.0 {
            return Err(CopulaError::Diagonal {
                member: i,
                value: row[i],
            });
        }
        for (j, &value) in row[..i].iter().enumerate() {
            if !(-1.0..=1.0).contains(&value) {
                return Err(CopulaError::OutOfRange {
                    row: i,
                    column: j,
                    value,
                });
            }
            if matrix[j][i] != value {
                return Err(CopulaError::Asymmetric {
                    row: i,
                    column: j,
                    value,
                    other: matrix[j][i],
                });
            }
        }
    }
    Ok(())
}

/// Turns independent standard normal scores into correlated ones, in place. `scores` has one entry
/// per row of the factor.
pub fn correlate(factor: &[Vec<f64>], scores: &mut [f64]) {
    // From the last row upwards, so that each row still reads the independent scores.
    for (i, row) in factor.iter().enumerate().rev() {
        scores[i] = row
            .iter()
            .zip(scores.iter())
            .map(|(weight, score)| weight * score)
            .sum();
    }
}

#[cfg(test)]
mod tests;
