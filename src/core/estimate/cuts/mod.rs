//! Where the bins of a quantity lie, learnt from its first numbers.
//!
//! Takes the numbers of a pilot with the replicates they belong to; gives bins: those that matter
//! for the published quantiles are narrow, and a number that comes again and again has a bin of its
//! own. What is counted by these bins, and read off, is in [`tables`](super::tables) and
//! [`quantiles`](super::quantiles).

mod stored;

use super::replicate::{REPLICATES, error_of_residuals};
use crate::math::width::{Width, wide};

/// Shares at which quantiles are published; the bins are narrow around them.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Numbers placed together.
pub(super) const CHUNK: usize = 64;
/// Place of a number below the smallest of the pilot.
pub(super) const BELOW: u16 = u16::MAX;
/// Place of a number above the largest of the pilot.
pub(super) const ABOVE: u16 = u16::MAX - 1;
/// Place of what is not finite.
pub(super) const NOWHERE: u16 = u16::MAX - 2;

/// Most segments; a power of two.
const MOST_SEGMENTS: usize = 1024;
/// Most bins of a segment; reached where all windows overlap.
const MOST_BINS_OF_SEGMENT: f64 = 64.0;
/// Most numbers with a bin of their own.
const MOST_ATOMS: usize = 160;
/// Around a level, in standard errors of the pilot's share: the later quantile lies there, most
/// likely near the middle.
const WINDOW: [f64; 9] = [-4.0, -2.5, -1.5, -0.75, 0.0, 0.75, 1.5, 2.5, 4.0];
/// Bins from one of these to the next.
const FINE: f64 = 12.0;
/// Bins from one of the other cuts to the next.
const COARSE: f64 = 4.0;
/// Shares of the other cuts below the evenly spaced ones, and as far from the upper end.
const ENDS: [f64; 4] = [0.0, 1.0 / 1024.0, 1.0 / 256.0, 1.0 / 64.0];
/// Evenly spaced cuts, by share.
const EVEN: u32 = 32;

/// Bins between the smallest and the largest number of a pilot.
///
/// They are segments of equal bins. A segment that holds one number alone is an atom.
#[derive(Clone, Debug, PartialEq)]
pub struct Cuts {
    /// Where segments begin, ascending, filled up with infinity to a power of two.
    starts: Vec<f64>,
    /// Bins for each unit of a segment.
    per_unit: Vec<f64>,
    /// First bin of each segment.
    first: Vec<u16>,
    /// Last bin of each segment, counted from its first.
    last: Vec<u16>,
    segments: usize,
    /// The next number above the largest of the pilot.
    end: f64,
}

/// A stretch of shares, and into how many bins it is cut.
#[derive(Clone, Copy)]
struct Piece {
    from: f64,
    to: f64,
    bins: f64,
}

/// A number of the pilot with the shares that lie below and up to it.
#[derive(Clone, Copy)]
struct Run {
    value: f64,
    below: f64,
    upto: f64,
    is_atom: bool,
}

impl Cuts {
    /// Bins for numbers like these, narrow around [`LEVELS`] and around `more` shares; `owners` has
    /// the replicate of each. At least one number; all finite, no negative zero.
    pub fn learn(values: &[f64], owners: &[u8], more: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let levels = LEVELS.iter().chain(more);
        let windows: Vec<(f64, f64)> = levels
            .map(|p| window(*p, &sorted, values, owners))
            .collect();
        let runs = runs(&sorted, values, owners, &windows);
        let stretches = stretches(&runs, &pieces(&windows));
        let atoms: Vec<f64> = (runs.iter().filter(|run| run.is_atom))
            .map(|run| run.value)
            .collect();
        Self::of_segments(&segments(&stretches, &atoms, sorted[sorted.len() - 1]))
    }

    /// From `(start, end, bins)` that follow one another.
    fn of_segments(segments: &[(f64, f64, f64)]) -> Self {
        let size = segments.len().next_power_of_two();
        let mut cuts = Self {
            starts: vec![f64::INFINITY; size],
            per_unit: vec![0.0; size],
            first: vec![0; size],
            last: vec![0; size],
            segments: segments.len(),
            end: segments[segments.len() - 1].1,
        };
        let mut next = 0;
        for (i, (start, end, bins)) in segments.iter().enumerate() {
            let width = end - start;
            // Bins of a few units in the last place would not hold what their edges say.
            let room = width / (64.0 * f64::EPSILON * start.abs().max(end.abs()));
            let bins = if width.is_finite() && room.is_finite() {
                bins.ceil()
                    .min(room.floor())
                    .clamp(1.0, MOST_BINS_OF_SEGMENT)
            } else {
                1.0
            };
            cuts.starts[i] = *start;
            cuts.per_unit[i] = if bins > 1.0 { bins / width } else { 0.0 };
            cuts.first[i] = next;
            cuts.last[i] = bins as u16 - 1;
            next += bins as u16;
        }
        cuts
    }

    pub fn bins(&self) -> usize {
        let last = self.segments - 1;
        usize::from(self.first[last] + self.last[last]) + 1
    }

    /// Smallest and largest number of the pilot.
    pub fn ends(&self) -> (f64, f64) {
        (self.starts[0], self.end.next_down())
    }

    /// Lower and upper edge of each bin; equal if it holds one number alone.
    pub fn edges(&self) -> Vec<(f64, f64)> {
        let mut edges = Vec::with_capacity(self.bins());
        for i in 0..self.segments {
            let start = self.starts[i];
            let end = match self.starts.get(i + 1) {
                Some(next) if i + 1 < self.segments => *next,
                _ => self.end,
            };
            if start.next_up() == end {
                edges.push((start, start));
                continue;
            }
            let bins = f64::from(self.last[i]) + 1.0;
            let at = |bin: f64| {
                let share = bin / bins;
                (start * (1.0 - share) + end * share).clamp(start, end)
            };
            edges.extend(
                (0..=self.last[i]).map(|bin| (at(f64::from(bin)), at(f64::from(bin) + 1.0))),
            );
        }
        edges
    }

    /// Bins of up to 64 numbers.
    pub fn places(&self, values: &[f64], places: &mut [u16; CHUNK]) {
        find(Width::widest(), self, values, places);
    }
}

wide! {
    fn find(cuts: &Cuts, values: &[f64], places: &mut [u16; CHUNK]) {
        let Cuts { starts, per_unit, first, last, .. } = cuts;
        let mut segments = [0u32; CHUNK];
        let mut half = starts.len() / 2;
        while half > 0 {
            for (segment, value) in segments.iter_mut().zip(values) {
                let middle = *segment as usize + half;
                let is_above = starts.get(middle).is_some_and(|start| start <= value);
                *segment += if is_above { half as u32 } else { 0 };
            }
            half /= 2;
        }
        for ((place, segment), value) in places.iter_mut().zip(segments).zip(values) {
            let i = segment as usize;
            let inside = ((value - starts[i]) * per_unit[i]) as u16;
            let bin = first[i] + inside.min(last[i]);
            let bin = if *value >= cuts.end { ABOVE } else { bin };
            let bin = if *value < starts[0] { BELOW } else { bin };
            *place = if value.is_finite() { bin } else { NOWHERE };
        }
    }
}

/// A level, and the standard error of the share below the pilot's quantile at that level.
fn window(p: f64, sorted: &[f64], values: &[f64], owners: &[u8]) -> (f64, f64) {
    let n = sorted.len() as f64;
    let at = sorted[((p * n) as usize).min(sorted.len() - 1)];
    let (mut below, mut upto, mut counts) =
        ([0u32; REPLICATES], [0u32; REPLICATES], [0u32; REPLICATES]);
    for (value, owner) in values.iter().zip(owners) {
        let m = usize::from(*owner) % REPLICATES;
        below[m] += u32::from(*value < at);
        upto[m] += u32::from(*value <= at);
        counts[m] += 1;
    }
    let used = counts.iter().filter(|count| **count > 0).count();
    let error = |hits: &[u32; REPLICATES]| {
        let share = hits.iter().sum::<u32>() as f64 / n;
        let residuals =
            std::array::from_fn(|m| (f64::from(hits[m]) - share * f64::from(counts[m])) / n);
        error_of_residuals(&residuals, used).unwrap_or(0.0)
    };
    // A pilot can be lucky: never below half of what independent trials would have.
    let independent = (p * (1.0 - p) / n).sqrt();
    (
        p,
        error(&below)
            .max(error(&upto))
            .clamp(0.5 * independent, 0.25),
    )
}

/// The distinct numbers, with those marked that have a bin of their own.
///
/// Such a number was met in more than one replicate: one that all trials of a draw share, but no
/// other draw, is not a point mass.
fn runs(sorted: &[f64], values: &[f64], owners: &[u8], windows: &[(f64, f64)]) -> Vec<Run> {
    let n = sorted.len() as f64;
    let mut runs = Vec::new();
    let mut from = 0;
    for equal in sorted.chunk_by(|a, b| a == b) {
        let upto = from + equal.len();
        runs.push(Run {
            value: equal[0],
            below: from as f64 / n,
            upto: upto as f64 / n,
            is_atom: false,
        });
        from = upto;
    }
    if runs.len() == sorted.len() {
        return runs;
    }
    let mut met_in = vec![0u16; runs.len()];
    for (value, owner) in values.iter().zip(owners) {
        let at = runs.partition_point(|run| run.value < *value);
        met_in[at] |= 1 << (usize::from(*owner) % REPLICATES);
    }
    let matters = |run: &Run| {
        windows
            .iter()
            .any(|(p, error)| run.upto > p - WINDOW[8] * error && run.below < p + WINDOW[8] * error)
    };
    let mut often: Vec<usize> = (0..runs.len())
        .filter(|i| met_in[*i].count_ones() > 1)
        .collect();
    if often.len() > MOST_ATOMS {
        // Those that a quantile may be come first, then those met most often.
        often.sort_by(|a, b| {
            let rank = |i: usize| (matters(&runs[i]), runs[i].upto - runs[i].below);
            let (a, b) = (rank(*a), rank(*b));
            b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        often.truncate(MOST_ATOMS);
    }
    often.iter().for_each(|i| runs[*i].is_atom = true);
    runs
}

/// How finely shares are cut.
fn pieces(windows: &[(f64, f64)]) -> Vec<Piece> {
    let even = (1..EVEN).map(|i| f64::from(i) / f64::from(EVEN));
    let mut cuts: Vec<f64> = ENDS.iter().copied().chain(even).collect();
    cuts.extend(ENDS.iter().rev().map(|share| 1.0 - share));
    let mut wanted: Vec<Piece> = (cuts.windows(2))
        .map(|pair| Piece {
            from: pair[0],
            to: pair[1],
            bins: COARSE,
        })
        .collect();
    for (p, error) in windows {
        let at = |z: f64| (p + z * error).clamp(0.0, 1.0);
        for pair in WINDOW.windows(2) {
            let (from, to) = (at(pair[0]), at(pair[1]));
            if from < to {
                wanted.push(Piece {
                    from,
                    to,
                    bins: FINE,
                });
                cuts.extend([from, to]);
            }
        }
    }
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup();
    (cuts.windows(2))
        .map(|pair| {
            let (from, to) = (pair[0], pair[1]);
            let share_of = |piece: &Piece| {
                let common = to.min(piece.to) - from.max(piece.from);
                piece.bins * common.max(0.0) / (piece.to - piece.from)
            };
            Piece {
                from,
                to,
                bins: wanted.iter().map(share_of).sum(),
            }
        })
        .collect()
}

/// From shares to numbers: `(start, end, bins)`, between the smallest and the largest.
///
/// A share between two numbers lies between them; one that falls into an atom is that atom.
fn stretches(runs: &[Run], pieces: &[Piece]) -> Vec<(f64, f64, f64)> {
    let mut knots = Vec::with_capacity(2 * runs.len());
    for run in runs {
        if run.is_atom {
            knots.extend([(run.below, run.value), (run.upto, run.value)]);
        } else {
            knots.push((0.5 * (run.below + run.upto), run.value));
        }
    }
    let (least, most) = (runs[0].value, runs[runs.len() - 1].value);
    let number = |share: f64| {
        let above = knots.partition_point(|(at, _)| *at < share);
        match (above.checked_sub(1).map(|i| knots[i]), knots.get(above)) {
            (Some((from, low)), Some((to, high))) => {
                let inside = (share - from) / (to - from);
                (low * (1.0 - inside) + high * inside).clamp(low, *high)
            }
            (None, _) => least,
            (_, None) => most,
        }
    };
    let mut stretches = Vec::with_capacity(pieces.len());
    let mut start = least;
    for piece in pieces {
        let end = number(piece.to);
        if start < end {
            push_apart(&mut stretches, runs, (start, end, piece.bins));
            start = end;
        }
    }
    stretches
}

/// Adds a stretch, or what lies on either side of a gap that takes up most of it, and the gap,
/// which may well be one by chance.
fn push_apart(stretches: &mut Vec<(f64, f64, f64)>, runs: &[Run], whole: (f64, f64, f64)) {
    let (start, end, bins) = whole;
    let first = runs.partition_point(|run| run.value < start);
    let beyond = runs.partition_point(|run| run.value < end);
    let gaps = runs[first..beyond].windows(2);
    let widest = gaps
        .map(|pair| (pair[0].value.next_up(), pair[1].value))
        .max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
    match widest {
        Some((from, to)) if to - from > 0.5 * (end - start) => stretches.extend(
            [
                (start, from, 0.5 * bins),
                (from, to, bins),
                (to, end, 0.5 * bins),
            ]
            .into_iter()
            .filter(|(start, end, _)| start < end),
        ),
        _ => stretches.push(whole),
    }
}

/// Cuts the atoms out of the stretches; the largest number has a segment of its own, so that all
/// have one.
fn segments(stretches: &[(f64, f64, f64)], atoms: &[f64], most: f64) -> Vec<(f64, f64, f64)> {
    let mut segments = Vec::with_capacity(stretches.len() + 2 * atoms.len() + 1);
    let mut atoms = atoms.iter().copied().peekable();
    for (start, end, bins) in stretches {
        let mut from = *start;
        let mut push_upto = |from: &mut f64, to: f64| {
            if *from < to {
                segments.push((*from, to, bins * (to - *from) / (end - start)));
                *from = to;
            }
        };
        while let Some(atom) = atoms.next_if(|atom| atom < end) {
            push_upto(&mut from, atom);
            push_upto(&mut from, atom.next_up());
        }
        push_upto(&mut from, *end);
    }
    segments.push((most, most.next_up(), 1.0));
    debug_assert!(segments.len() <= MOST_SEGMENTS);
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::quantile_tests::Random;

    fn dealt(values: &[f64]) -> Cuts {
        let owners: Vec<u8> = (0..values.len()).map(|i| (i % REPLICATES) as u8).collect();
        Cuts::learn(values, &owners, &[])
    }

    fn place(cuts: &Cuts, value: f64) -> u16 {
        let mut places = [NOWHERE; CHUNK];
        cuts.places(&[value], &mut places);
        places[0]
    }

    #[test]
    fn every_number_falls_between_the_edges_of_its_bin() {
        let mut random = Random::new(2);
        type Law = fn(&mut Random) -> f64;
        let laws: [Law; 6] = [
            |random| random.normal(),
            |random| 1e9 + 1e-3 * random.uniform(),
            |random| libm::exp(20.0 * random.normal()),
            |random| random.normal() / random.uniform(),
            |random| random.below(1_000_000) as f64,
            |random| 1e308 * (2.0 * random.uniform() - 1.0),
        ];
        for law in laws {
            let values: Vec<f64> = (0..8_000).map(|_| law(&mut random)).collect();
            let cuts = dealt(&values[..2_000]);
            let edges = cuts.edges();
            assert_eq!(edges.len(), cuts.bins());
            assert!(edges.windows(2).all(|pair| pair[0].1 <= pair[1].0));
            let (least, most) = cuts.ends();
            for value in values {
                match place(&cuts, value) {
                    BELOW => assert!(value < least),
                    ABOVE => assert!(value > most),
                    bin => {
                        let (low, high) = edges[usize::from(bin)];
                        let slack = 4.0 * f64::EPSILON * value.abs();
                        assert!(
                            low - slack <= value && value <= high + slack,
                            "{value} in {low}..{high}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn places_found_together_are_those_found_one_by_one() {
        let mut random = Random::new(7);
        let values: Vec<f64> = (0..4_000)
            .map(|_| {
                if random.uniform() < 0.3 {
                    0.5
                } else {
                    random.normal()
                }
            })
            .collect();
        let cuts = dealt(&values[..2_048]);
        let mut all = values;
        all.extend(cuts.edges().iter().flat_map(|(low, high)| [*low, *high]));
        all.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300]);
        for values in all.chunks(CHUNK) {
            let mut places = [NOWHERE; CHUNK];
            cuts.places(values, &mut places);
            for (value, found) in values.iter().zip(places) {
                assert_eq!(place(&cuts, *value), found, "{value}");
            }
        }
        assert_eq!(place(&cuts, f64::NAN), NOWHERE);
        assert_eq!(place(&cuts, f64::INFINITY), NOWHERE);
        assert_eq!(place(&cuts, 1e300), ABOVE);
        assert_eq!(place(&cuts, -1e300), BELOW);
    }

    /// Whether a number has a bin of its own.
    fn is_alone(cuts: &Cuts, value: f64) -> bool {
        let bin = place(cuts, value);
        cuts.edges()[usize::from(bin)] == (value, value)
    }

    #[test]
    fn what_comes_again_in_other_replicates_is_an_atom() {
        let mut random = Random::new(3);
        let mixed: Vec<f64> = (0..2_048)
            .map(|i| match i % 100 {
                0 => 0.9,
                1..40 => 0.0,
                _ => random.uniform(),
            })
            .collect();
        let cuts = dealt(&mixed);
        assert!(is_alone(&cuts, 0.9) && is_alone(&cuts, 0.0));
        assert!(!is_alone(&cuts, mixed[50]));
        assert!(is_alone(&dealt(&[7.5; 2_000]), 7.5));
        assert_eq!(dealt(&[7.5; 2_000]).bins(), 1);

        // Few values, and many whole numbers: those near a published quantile matter.
        let dice: Vec<f64> = (0..2_048).map(|_| random.below(6) as f64).collect();
        assert!((0..6).all(|side| is_alone(&dealt(&dice), f64::from(side))));
        let sums: Vec<f64> = (0..2_048)
            .map(|_| (0..12).map(|_| random.below(100) as f64).sum())
            .collect();
        let cuts = dealt(&sums);
        let mut sorted = sums;
        sorted.sort_unstable_by(f64::total_cmp);
        for p in LEVELS {
            let at = sorted[(p * 2_048.0) as usize];
            assert!(is_alone(&cuts, at), "{p}: {at}");
        }
    }

    #[test]
    fn a_value_of_one_draw_is_no_atom_and_the_gaps_between_draws_are_cut() {
        // 32 draws with 64 trials each, which all share the value of their draw.
        let mut random = Random::new(5);
        let draws: Vec<f64> = (0..32).map(|_| random.uniform()).collect();
        let values: Vec<f64> = (0..2_048).map(|i| draws[i / 64]).collect();
        let owners: Vec<u8> = (0..2_048).map(|i| (i / 64 % REPLICATES) as u8).collect();
        let cuts = Cuts::learn(&values, &owners, &[]);
        let edges = cuts.edges();
        let widest = (edges.iter())
            .filter(|(low, high)| *low > 0.1 && *high < 0.9)
            .map(|(low, high)| high - low)
            .fold(0.0, f64::max);
        assert!(
            cuts.bins() > 300 && widest < 0.02,
            "{} {widest}",
            cuts.bins()
        );
    }

    #[test]
    fn bins_are_bounded_whatever_the_pilot() {
        let mut random = Random::new(11);
        for spread in [0.0, 0.3, 3.0, 300.0, 3e6] {
            for clustered in [false, true] {
                let values: Vec<f64> = (0..4_096)
                    .map(|i| {
                        let level = if clustered { f64::from(i % 16) } else { 0.0 };
                        (spread * (level + random.normal())).round()
                    })
                    .collect();
                let cuts = dealt(&values);
                assert!(cuts.segments <= MOST_SEGMENTS);
                assert!(cuts.bins() <= 1_500, "{}", cuts.bins());
            }
        }
    }
}
