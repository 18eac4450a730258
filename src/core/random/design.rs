//! Designs: the uniform numbers from which parameter draws are made.
//!
//! A number is a function of the seed, the site (what it is for), the replicate and the point; so a
//! sequence can be extended at any time, and a parameter that comes or goes leaves the numbers of
//! the others alone. `distribution` turns uniforms into values.

use serde::{Deserialize, Serialize};

/// How the points of one parameter are spread over (0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// A van der Corput sequence for each site, its values scrambled and its order shuffled within
    /// short stretches, independently of all other sites (a padded design): the first n points, n =
    /// 8, 16 or a multiple of 32 that is a power of two, have exactly one in each n-th of (0, 1),
    /// and the points of a stretch meet those of another site in random pairs.
    #[default]
    Padded,
    /// Independent points.
    Random,
}

impl Design {
    pub const ALL: [Self; 2] = [Self::Padded, Self::Random];

    /// What it is called on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Padded => "padded",
            Self::Random => "random",
        }
    }

    /// What has to be said for it on the command line: nothing for the default, otherwise an option
    /// after a blank.
    pub fn option(self) -> String {
        if self == Self::default() {
            String::new()
        } else {
            format!(" --design {}", self.name())
        }
    }

    /// The design of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|design| design.name() == name)
    }

    /// Coordinate of point `point` of replicate `replicate` at the site whose name hashes to
    /// `site`; strictly between 0 and 1, a multiple of 2^-53.
    pub fn uniform(self, seed: u64, site: u64, replicate: u64, point: u64) -> f64 {
        let bits = match self {
            Self::Padded => {
                let point = shuffled(seed, site, replicate, point);
                padded_bits(seed, site, replicate, point)
            }
            Self::Random => chain([RANDOM, seed, site, replicate, point]),
        };
        open_unit(bits)
    }
}

/// Tags that keep the designs' hashes apart.
const PADDED: u64 = 0x7061_6464_6564_0000;
const RANDOM: u64 = 0x7261_6e64_6f6d_0000;
const ORDER: u64 = 0x6f72_6465_7200_0000;

/// The top 52 bits as the middle of their interval: never 0 or 1, and exact.
fn open_unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

/// First point and length of the stretch that a point belongs to: 8, 8, 16, and then 32 points
/// each.
///
/// An aligned stretch of a power of two has the same values in any order, so a mean over it keeps
/// its strata. Short ones come first, so that small runs have whole stretches; longer ones leave
/// less of what all points of a stretch have in common (1/(n - 1) for a product of two).
fn stretch(point: u64) -> (u64, u64) {
    let length = match point {
        0..16 => 8,
        16..32 => 16,
        _ => 32,
    };
    (point / length * length, length)
}

/// The point of the sequence that stands in the place of `point`: a random order of its stretch,
/// for each site and replicate its own.
///
/// Unshuffled, points 2i and 2i + 1 differ in the first binary digit at *every* site, whatever the
/// scramble, so that a product of two first digits is the same for both: the variance of such an
/// interaction would be twice that of independent points.
fn shuffled(seed: u64, site: u64, replicate: u64, point: u64) -> u64 {
    let (first, length) = stretch(point);
    let key = chain([ORDER, seed, site, replicate, first]);
    // `mix` is one to one: no two points have the same place.
    let place = |i: u64| mix(key ^ mix(i));
    let own = place(point);
    let before = (first..first + length).filter(|i| place(*i) < own).count();
    first + before as u64
}

fn padded_bits(seed: u64, site: u64, replicate: u64, point: u64) -> u64 {
    // Points beyond 2^32 start another scrambled sequence.
    let key = chain([PADDED, seed, site, replicate, point >> 32]);
    let (order_key, value_key) = (key as u32, (key >> 32) as u32);
    // The radical inverse of a shuffled index is the scrambled, reversed index: one of the two
    // reversals of each step cancels.
    let radical_inverse = scramble_upwards((point as u32).reverse_bits(), order_key);
    let value = scramble_upwards(radical_inverse.reverse_bits(), value_key).reverse_bits();
    // Below the 32 bits that stratify, any bits do.
    let rest = mix(key ^ mix(point)) >> 32;
    u64::from(value) << 32 | rest
}

/// A hash in which each bit is changed only by the bits below it: on reversed bits, a nested
/// uniform scramble (Owen 1995).
///
/// Laine & Karras (2011), *Stratified sampling for stochastic transparency*, with the constants of
/// Vegdahl (2021), who measured fewer correlations between keys than with those of Burley (2020).
fn scramble_upwards(mut x: u32, key: u32) -> u32 {
    x ^= x.wrapping_mul(0x3d20_adea);
    x = x.wrapping_add(key);
    x = x.wrapping_mul((key >> 16) | 1);
    x ^= x.wrapping_mul(0x0552_6c56);
    x ^= x.wrapping_mul(0x53a2_2864);
    x
}

/// Hash of a list of words: each is mixed in after the one before.
fn chain<const N: usize>(words: [u64; N]) -> u64 {
    words
        .into_iter()
        .fold(0x9e37_79b9_7f4a_7c15, |hash: u64, word| {
            mix(hash
                .rotate_left(23)
                .wrapping_add(mix(word.wrapping_add(0x9e37_79b9_7f4a_7c15))))
        })
}

/// Stafford's variant 13 of the 64-bit finaliser of MurmurHash3: every output bit depends on every
/// input bit.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: u64 = 42;

    fn points(design: Design, site: u64, replicate: u64, n: u64) -> Vec<f64> {
        (0..n)
            .map(|point| design.uniform(SEED, site, replicate, point))
            .collect()
    }

    #[test]
    fn padded_points_keep_their_strata() {
        for site in [0, 1, 7, u64::MAX] {
            for replicate in [0, 15] {
                let all = points(Design::Padded, site, replicate, 4096);
                for (n, runs) in [(8, 2), (16, 2), (32, 128), (64, 64), (256, 16), (4096, 1)] {
                    // Not only the first n points: each aligned run of n.
                    for run in all.chunks(n).take(runs) {
                        let mut seen = vec![false; n];
                        run.iter()
                            .for_each(|u| seen[(u * n as f64) as usize] = true);
                        assert!(
                            seen.iter().all(|&cell| cell),
                            "site {site}, replicate {replicate}, {n} points"
                        );
                    }
                }
            }
        }
    }

    /// Points of a stretch come in each of its orders equally often, at each site in its own.
    #[test]
    fn the_order_within_a_stretch_is_any_order() {
        for (first, length) in [(0, 8), (8, 8), (16, 16), (32, 32), (96, 32)] {
            assert_eq!(stretch(first + length - 1), (first, length));
            let mut at = vec![0.0; (length * length) as usize];
            let mut together = 0.0;
            let sites = 2000 * length;
            for site in 0..sites {
                let order: Vec<u64> = (first..first + length)
                    .map(|point| shuffled(SEED, site, 3, point) - first)
                    .collect();
                let mut sorted = order.clone();
                sorted.sort_unstable();
                assert!(sorted.into_iter().eq(0..length), "{order:?}");
                for (place, point) in (0..).zip(&order) {
                    at[(place * length + point) as usize] += 1.0;
                }
                together += f64::from(u8::from(order[0].abs_diff(order[1]) == 1));
            }
            // (length - 1)^2 degrees of freedom; 4.5 standard deviations of the chi-square.
            let chi_square: f64 = at
                .iter()
                .map(|n| (n - 2000.0) * (n - 2000.0) / 2000.0)
                .sum();
            let freedom = ((length - 1) * (length - 1)) as f64;
            assert!(
                (chi_square - freedom).abs() < 4.5 * libm::sqrt(2.0 * freedom),
                "{length} points: {chi_square}"
            );
            // Neighbours in the sequence become neighbours again with probability 2 / length.
            let (sites, p) = (sites as f64, 2.0 / length as f64);
            let gap = together - sites * p;
            assert!(gap.abs() < 4.5 * libm::sqrt(sites * p * (1.0 - p)));
        }
    }

    /// Over all pairs of columns of n points: the mean of sqrt(n) r and of n r^2, r being the
    /// sample correlation.
    fn correlations(columns: &[Vec<f64>]) -> (f64, f64) {
        let n = columns[0].len() as f64;
        let (mut sum, mut squares, mut pairs) = (0.0, 0.0, 0.0);
        for (i, a) in columns.iter().enumerate() {
            for b in &columns[..i] {
                let r = a
                    .iter()
                    .zip(b)
                    .map(|(x, y)| (x - 0.5) * (y - 0.5))
                    .sum::<f64>()
                    * 12.0
                    / n;
                sum += r * libm::sqrt(n);
                squares += r * r * n;
                pairs += 1.0;
            }
        }
        (sum / pairs, squares / pairs)
    }

    #[test]
    fn sites_and_replicates_are_uncorrelated() {
        // Two random orders of the same n strata have correlations of variance 1/(n - 1) instead of
        // 1/n: stretches of 8 and 16 show it.
        for (design, excess) in [(Design::Padded, 0.143), (Design::Random, 0.0)] {
            for n in [16, 64, 256, 1024] {
                let by_site = (0..48)
                    .map(|site| points(design, site, 3, n))
                    .collect::<Vec<_>>();
                let by_replicate = (0..48).map(|m| points(design, 9, m, n)).collect::<Vec<_>>();
                for columns in [by_site, by_replicate] {
                    let (mean, square) = correlations(&columns);
                    // 1,128 pairs: standard errors about 0.03 and 0.045.
                    assert!(mean.abs() < 0.15, "{design:?}, {n} points: mean {mean}");
                    let expected = 1.0 + excess * 16.0 / n as f64;
                    assert!(
                        (square - expected).abs() < 0.2,
                        "{design:?}, {n} points: square {square}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_point_is_as_likely_in_one_cell_as_in_another() {
        // The first point of many sites: 64 cells, chi-square with 63 degrees of freedom.
        for design in [Design::Padded, Design::Random] {
            for point in [0, 1, 5] {
                let mut cells = [0.0; 64];
                for site in 0..64_000 {
                    cells[(design.uniform(SEED, site, 0, point) * 64.0) as usize] += 1.0;
                }
                let chi_square: f64 = cells
                    .iter()
                    .map(|c: &f64| (c - 1000.0) * (c - 1000.0) / 1000.0)
                    .sum();
                assert!(
                    (20.0..130.0).contains(&chi_square),
                    "{design:?}, point {point}: {chi_square}"
                );
            }
        }
    }

    #[test]
    fn padded_points_estimate_a_mean_far_better_than_random_ones() {
        let error = |design| {
            let squares = (0..64_u64).map(|site| {
                let mean = points(design, site, 0, 256)
                    .iter()
                    .map(|u| u * u)
                    .sum::<f64>()
                    / 256.0;
                (mean - 1.0 / 3.0) * (mean - 1.0 / 3.0)
            });
            libm::sqrt(squares.sum::<f64>() / 64.0)
        };
        assert!(error(Design::Padded) < 0.02 * error(Design::Random));
    }

    #[test]
    fn numbers_differ_by_seed_site_replicate_and_point_and_stay_inside() {
        for design in [Design::Padded, Design::Random] {
            let base = design.uniform(1, 2, 3, 4);
            for other in [
                (9, 2, 3, 4),
                (1, 9, 3, 4),
                (1, 2, 9, 4),
                (1, 2, 3, 9),
                (1, 2, 3, 4 + (1 << 32)),
            ] {
                assert_ne!(
                    base,
                    design.uniform(other.0, other.1, other.2, other.3),
                    "{other:?}"
                );
            }
        }
        assert!(open_unit(0) > 0.0 && open_unit(u64::MAX) < 1.0);
    }

    #[test]
    fn numbers_stay_what_they_were() {
        let numbers = [Design::Padded, Design::Random].map(|design| {
            [(0, 0, 0, 0), (1, 2, 3, 4), (7, 1 << 40, 15, 99)]
                .map(|(a, b, c, d)| design.uniform(a, b, c, d))
        });
        assert_eq!(
            numbers,
            [
                [0.4207298243435563, 0.6204084287634685, 0.6778510783171278],
                [0.6520264659250979, 0.4223626982826113, 0.10822494244300096],
            ]
        );
    }
}
