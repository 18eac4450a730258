//! Bins as bytes: where segments begin, and into how many bins each is cut.

use super::super::stored::{Store, Stored, Unreadable};
use super::{Cuts, MOST_BINS_OF_SEGMENT, MOST_SEGMENTS, NOWHERE};

const NO_BINS: Unreadable = Unreadable("it has bins that do not follow one another");
const TOO_MANY: Unreadable = Unreadable("it has more bins than can be told apart");

impl Cuts {
    /// To be read into.
    pub(in crate::estimate) fn none() -> Self {
        Self::of_bins(&[(0.0, 1)], 1.0)
    }

    /// From where segments begin and how many bins each has; each ends where the next begins, and
    /// the last at `end`.
    fn of_bins(segments: &[(f64, u16)], end: f64) -> Self {
        let size = segments.len().next_power_of_two();
        let mut cuts = Self {
            starts: vec![f64::INFINITY; size],
            per_unit: vec![0.0; size],
            first: vec![0; size],
            last: vec![0; size],
            segments: segments.len(),
            end,
        };
        let mut next = 0;
        for (i, (start, bins)) in segments.iter().enumerate() {
            let upto = segments.get(i + 1).map_or(end, |(start, _)| *start);
            cuts.starts[i] = *start;
            cuts.per_unit[i] = if *bins > 1 {
                f64::from(*bins) / (upto - start)
            } else {
                0.0
            };
            cuts.first[i] = next;
            cuts.last[i] = bins - 1;
            next += bins;
        }
        cuts
    }
}

impl Stored for Cuts {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let length = store.length(self.segments, MOST_SEGMENTS)?;
        let mut segments: Vec<(f64, u16)> = (self.starts.iter().zip(&self.last))
            .take(length)
            .map(|(start, last)| (*start, last + 1))
            .collect();
        segments.resize(length, (0.0, 1));
        for (start, bins) in &mut segments {
            store.number(start)?;
            *bins = store.length(usize::from(*bins), MOST_BINS_OF_SEGMENT as usize)? as u16;
        }
        store.number(&mut self.end)?;
        let follow = |pair: &[(f64, u16)]| pair[0].0 < pair[1].0;
        let is_whole = segments.windows(2).all(follow)
            && segments
                .iter()
                .all(|(start, bins)| start.is_finite() && *bins > 0)
            && segments.last().is_some_and(|(start, _)| *start < self.end);
        if !is_whole {
            return Err(NO_BINS);
        }
        let bins: u32 = segments.iter().map(|(_, bins)| u32::from(*bins)).sum();
        if bins >= u32::from(NOWHERE) {
            return Err(TOO_MANY);
        }
        let read = Self::of_bins(&segments, self.end);
        debug_assert!(store.is_reading() || read == *self);
        *self = read;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::quantile_tests::Random;

    #[test]
    fn bins_are_read_as_they_were_written() {
        let mut random = Random::new(4);
        for spread in [0.0, 1e-9, 0.3, 3.0, 300.0, 3e6, 1e300] {
            let values: Vec<f64> = (0..3_000)
                .map(|i| {
                    let value = spread * random.normal();
                    if i % 3 == 0 {
                        value.round()
                    } else {
                        value + 0.0
                    }
                })
                .map(|value| value + 0.0)
                .collect();
            let owners: Vec<u8> = (0..3_000).map(|i| (i % 16) as u8).collect();
            let cuts = Cuts::learn(&values, &owners, &[0.01]);
            let bytes = Store::written(&mut cuts.clone());
            let mut read = Cuts::none();
            Store::read(&bytes, &mut read).unwrap();
            assert_eq!(read, cuts, "{spread}");
        }
    }

    #[test]
    fn bins_that_do_not_follow_one_another_are_refused() {
        let write = |segments: &[(f64, u64)], end: f64| {
            let mut store = Store::Writing(Vec::new());
            store.length(segments.len(), 1024).unwrap();
            for (start, bins) in segments {
                store.number(&mut { *start }).unwrap();
                store.count(&mut { *bins }).unwrap();
            }
            store.number(&mut { end }).unwrap();
            let Store::Writing(bytes) = store else {
                unreachable!("it was written");
            };
            Store::read(&bytes, &mut Cuts::none())
        };
        assert_eq!(write(&[(0.0, 3), (1.0, 1)], 2.0), Ok(()));
        for (segments, end) in [
            (&[(0.0, 3), (1.0, 1)][..], 1.0),
            (&[(1.0, 3), (0.0, 1)], 2.0),
            (&[(0.0, 0)], 2.0),
            (&[(f64::NAN, 1)], 2.0),
            (&[(0.0, 1)], f64::NAN),
            (&[], 1.0),
        ] {
            assert_eq!(write(segments, end), Err(NO_BINS), "{segments:?} {end}");
        }
        // As many bins as the places that say where a number lies can count, and one fewer.
        let many = |last: u64| -> Vec<(f64, u64)> {
            let bins = |i: u32| if i < 1023 { 64 } else { last };
            (0..1024).map(|i| (f64::from(i), bins(i))).collect()
        };
        assert_eq!(write(&many(64), 1024.0), Err(TOO_MANY));
        assert_eq!(write(&many(61), 1024.0), Err(TOO_MANY));
        assert_eq!(write(&many(60), 1024.0), Ok(()));
    }
}
