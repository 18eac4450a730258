//! Sobol' indices by pick and freeze: two independent samples of the inputs, and for each input the
//! first sample with that input from the second.
//!
//! Takes the same draws of three passes, A, B and A with one input of B, under common random
//! numbers. First-order indices are those of Saltelli et al. (2010), total ones those of Jansen
//! (1999), as in SALib. Where p(θ) is seen through trials, a product of two means is taken between
//! different groups of the draw only, which are independent given θ: so no estimate contains chance
//! inside the draws, though groups of one number share theirs.

use super::draw_means::{DrawMean, MOST_GROUPS, jackknifed};
use super::paired::two_sided;
use super::replicate::REPLICATES;

/// First-order and total index of one input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PickFreeze {
    /// Chance may take it below 0 or above 1.
    pub first: f64,
    pub first_std_error: f64,
    pub total: f64,
    pub total_std_error: f64,
    /// Epistemic variance, from both samples.
    pub variance: f64,
    /// `first` times `variance`, and its error.
    pub explained: f64,
    pub explained_std_error: f64,
    /// Of a total index of 0, one-sided: the input does nothing.
    pub p_value: f64,
    /// Half of a 95% interval, in standard errors.
    pub reach: f64,
}

/// Sums over the draws of a replicate.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    draws: f64,
    first: f64,
    total: f64,
    variance: f64,
}

/// Mean over pairs of different groups of the product of two numbers: their means' product, without
/// what groups of one number share.
pub(super) fn product(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mut x, mut y, mut same) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        x += a;
        y += b;
        same += a * b;
    }
    (x * y - same) / (n * (n - 1.0))
}

/// Both indices of an input; `both` has the passes A and B, `mixed` is A with this input of B.
/// `None` without an epistemic variance, or for draws of fewer than two replicates with two groups
/// that have values.
pub fn pick_freeze([a, b]: [&[DrawMean]; 2], mixed: &[DrawMean]) -> Option<PickFreeze> {
    let known = |draws: &[DrawMean]| -> (f64, f64) {
        let levels = draws.iter().filter_map(|draw| Some(draw.level()?.0));
        levels.fold((0.0, 0.0), |(n, sum), level| (n + 1.0, sum + level))
    };
    let (both, in_b) = (known(a), known(b));
    let centre = (both.1 + in_b.1) / (both.0 + in_b.0);
    let mut by_replicate = [Sums::default(); REPLICATES];
    for (k, ((a, b), c)) in a.iter().zip(b).zip(mixed).enumerate() {
        let mut groups = [(0.0, 0.0, 0.0); MOST_GROUPS];
        let mut n = 0;
        for g in 0..MOST_GROUPS {
            let group = (a.groups[g], b.groups[g], c.groups[g]);
            if group.0.is_finite() && group.1.is_finite() && group.2.is_finite() {
                groups[n] = (group.0 - centre, group.1 - centre, group.2 - centre);
                n += 1;
            }
        }
        if n < 2 {
            continue;
        }
        let of = |pair: fn((f64, f64, f64)) -> (f64, f64)| {
            let pairs = groups.map(pair);
            product(&pairs[..n])
        };
        let sums = &mut by_replicate[k % REPLICATES];
        sums.draws += 1.0;
        sums.first += of(|(a, b, c)| (b, c - a));
        sums.total += 0.5 * of(|(a, _, c)| (a - c, a - c));
        sums.variance += 0.5 * (of(|(a, ..)| (a, a)) + of(|(_, b, _)| (b, b)));
    }
    let used: Vec<Sums> = (by_replicate.into_iter())
        .filter(|sums| sums.draws > 0.0)
        .collect();
    if used.len() < 2 {
        return None;
    }
    let told = |without: Option<usize>| {
        let mut all = Sums::default();
        for (_, sums) in used.iter().enumerate().filter(|(m, _)| Some(*m) != without) {
            all.draws += sums.draws;
            all.first += sums.first;
            all.total += sums.total;
            all.variance += sums.variance;
        }
        let explained = all.first / all.draws;
        [
            all.first / all.variance,
            all.total / all.variance,
            explained,
            all.total / all.draws,
            all.variance / all.draws,
        ]
    };
    let [first, total, explained, unfrozen, variance] = told(None);
    if variance <= 0.0 {
        return None;
    }
    let parts: Vec<[f64; 5]> = (0..used.len()).map(|m| told(Some(m))).collect();
    let ([first_error, total_error, explained_error, unfrozen_error, _], reach) =
        jackknifed(&parts);
    let p_value = if unfrozen <= 0.0 {
        1.0
    } else if unfrozen_error > 0.0 {
        two_sided(unfrozen / unfrozen_error, parts.len() as f64 - 1.0) / 2.0
    } else {
        0.0
    };
    Some(PickFreeze {
        first,
        first_std_error: first_error,
        total,
        total_std_error: total_error,
        variance,
        explained,
        explained_std_error: explained_error,
        p_value,
        reach,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    const GROUPS: u32 = 8;

    /// Hits of a draw of 16 trials with this chance, whose uniform numbers are given: the same in
    /// each pass.
    fn draw(p: f64, uniforms: &[f64; 16]) -> DrawMean {
        let hits: Vec<(u32, u32)> = (0..GROUPS as usize)
            .map(|g| {
                let part = &uniforms[2 * g..2 * g + 2];
                (part.iter().filter(|u| **u < p).count() as u32, 2)
            })
            .collect();
        DrawMean::of_hits(&hits)
    }

    /// p = .3 + .4 (x - ½) + .3 (y - ½) + .6 (x - ½)(y - ½), and z does nothing: variances of the
    /// parts are .16/12, .09/12 and .36/144. In 120 runs of 320 draws the mean of (estimate -
    /// truth) / error lies within 0.45 of 0, its root mean square between 0.7 and 1.4, and at least
    /// 107 intervals hold the truth. An input that does nothing leaves every trial as it is: its
    /// indices are 0, exactly.
    #[test]
    fn indices_are_those_of_the_closed_form_whatever_chance_adds_and_errors_are_honest() {
        let p = |t: [f64; 3]| {
            let (x, y) = (t[0] - 0.5, t[1] - 0.5);
            0.3 + 0.4 * x + 0.3 * y + 0.6 * x * y
        };
        let parts = [0.16 / 12.0, 0.09 / 12.0, 0.36 / 144.0];
        let all: f64 = parts.iter().sum();
        let first = [parts[0] / all, parts[1] / all, 0.0];
        let total = [
            (parts[0] + parts[2]) / all,
            (parts[1] + parts[2]) / all,
            0.0,
        ];
        let mut z: [[Vec<f64>; 2]; 3] = Default::default();
        let mut held = [[0; 2]; 3];
        for seed in 0..120 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let (mut a, mut b) = (Vec::new(), Vec::new());
            let mut mixed: [Vec<DrawMean>; 3] = Default::default();
            for _ in 0..320 {
                let theta: [[f64; 3]; 2] =
                    std::array::from_fn(|_| std::array::from_fn(|_| rng.random()));
                let uniforms: [f64; 16] = std::array::from_fn(|_| rng.random());
                a.push(draw(p(theta[0]), &uniforms));
                b.push(draw(p(theta[1]), &uniforms));
                for (i, mixed) in mixed.iter_mut().enumerate() {
                    let mut own = theta[0];
                    own[i] = theta[1][i];
                    mixed.push(draw(p(own), &uniforms));
                }
            }
            for i in 0..3 {
                let found = pick_freeze([&a, &b], &mixed[i]).expect("there is a variance");
                let pairs = [
                    (found.first, first[i], found.first_std_error),
                    (found.total, total[i], found.total_std_error),
                ];
                if i == 2 {
                    assert_eq!((found.first, found.total, found.p_value), (0.0, 0.0, 1.0));
                    continue;
                }
                for (j, (value, truth, error)) in pairs.into_iter().enumerate() {
                    let off = value - truth;
                    z[i][j].push(off / error);
                    held[i][j] += u32::from(off.abs() <= found.reach * error);
                }
            }
        }
        for (i, pair) in z.iter().enumerate().take(2) {
            for (j, z) in pair.iter().enumerate() {
                let mean = z.iter().sum::<f64>() / 120.0;
                let rms = (z.iter().map(|z| z * z).sum::<f64>() / 120.0).sqrt();
                println!(
                    "{i} {j}: mean z {mean:.2}, rms {rms:.2}, held {}",
                    held[i][j]
                );
                assert!(mean.abs() < 0.45, "{i} {j}: mean z {mean}");
                assert!((0.7..1.4).contains(&rms), "{i} {j}: rms {rms}");
                assert!(held[i][j] >= 107, "{i} {j}: {}", held[i][j]);
            }
        }
    }

    #[test]
    fn a_product_leaves_out_what_groups_of_one_number_share() {
        assert_eq!(
            product(&[(1.0, 2.0), (3.0, 5.0)]),
            (1.0 * 5.0 + 3.0 * 2.0) / 2.0
        );
    }
}
