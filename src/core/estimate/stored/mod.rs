//! Summaries as bytes: what is written is read again bit for bit.
//!
//! Takes a summary, or an empty one of the same shape and the bytes that another was written to;
//! gives the bytes, or the summary. Each type says once what it is made of, for both directions
//! ([`Stored`]). Shapes (how many outcomes, how many trials per draw) are not written: whoever
//! reads has the program. Whole numbers take as many bytes as they need (LEB128), a run of zeros
//! two or three together, and floats all 64 bits. Whether the bytes are those that were written is
//! for a checksum to tell; bytes that no summary of this shape could have are refused here too.

use super::replicate::REPLICATES;

mod rice;

/// Bytes that are no summary of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub &'static str);

/// What can be written and read.
pub trait Stored {
    /// Writes this, or replaces it by what is read; its shape stays.
    ///
    /// # Errors
    /// [`Unreadable`], only while reading; it is then of no use.
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable>;
}

/// Bytes that are being written or read.
#[derive(Debug)]
pub enum Store<'b> {
    Writing(Vec<u8>),
    Reading(&'b [u8]),
}

impl Store<'_> {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Writing(bytes) => bytes,
            Self::Reading(_) => Vec::new(),
        }
    }

    /// Whether all bytes were read.
    ///
    /// # Errors
    /// [`Unreadable`] if some are left over.
    pub fn ended(&self) -> Result<(), Unreadable> {
        match self {
            Self::Reading([_, ..]) => Err(Unreadable("it has more than belongs to it")),
            _ => Ok(()),
        }
    }

    /// The bytes of a summary.
    #[cfg(test)]
    pub fn written(of: &mut impl Stored) -> Vec<u8> {
        let mut store = Store::Writing(Vec::new());
        of.store(&mut store).expect("only reading can fail");
        store.into_bytes()
    }

    /// Reads all of these bytes into an empty summary.
    #[cfg(test)]
    pub fn read(bytes: &[u8], into: &mut impl Stored) -> Result<(), Unreadable> {
        let mut store = Store::Reading(bytes);
        into.store(&mut store)?;
        store.ended()
    }

    pub fn is_reading(&self) -> bool {
        matches!(self, Self::Reading(_))
    }

    fn byte(&mut self, value: &mut u8) -> Result<(), Unreadable> {
        match self {
            Self::Writing(bytes) => bytes.push(*value),
            Self::Reading(bytes) => {
                let (first, rest) = bytes.split_first().ok_or(TOO_SHORT)?;
                (*value, *bytes) = (*first, rest);
            }
        }
        Ok(())
    }

    /// A whole number.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn count(&mut self, value: &mut u64) -> Result<(), Unreadable> {
        // Most are small.
        match self {
            Self::Writing(bytes) if *value < 0x80 => {
                bytes.push(*value as u8);
                return Ok(());
            }
            Self::Reading([first, rest @ ..]) if *first < 0x80 => {
                *value = u64::from(*first);
                *self = Self::Reading(rest);
                return Ok(());
            }
            _ => {}
        }
        let mut left = *value;
        let (mut read, mut shift) = (0, 0);
        loop {
            let mut byte = (left & 0x7f) as u8 | if left > 0x7f { 0x80 } else { 0 };
            self.byte(&mut byte)?;
            let bits = u64::from(byte & 0x7f);
            if shift > 63 || (shift == 63 && bits > 1) {
                return Err(Unreadable("it has a number of more than 64 bits"));
            }
            read |= bits << shift;
            shift += 7;
            left >>= 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        *value = read;
        Ok(())
    }

    /// How long a list is; a list that is read has at most `most` entries.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn length(&mut self, length: usize, most: usize) -> Result<usize, Unreadable> {
        let mut value = length as u64;
        self.count(&mut value)?;
        match usize::try_from(value) {
            Ok(value) if value <= most || !self.is_reading() => Ok(value),
            _ => Err(Unreadable("it has a list that is too long")),
        }
    }

    /// Bytes that are left to be read; no list can be longer.
    pub fn left(&self) -> usize {
        match self {
            Self::Writing(_) => usize::MAX,
            Self::Reading(bytes) => bytes.len(),
        }
    }

    /// Whole numbers: a zero stands for itself and those that follow it, whose number comes next.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn counts(&mut self, values: &mut [u64]) -> Result<(), Unreadable> {
        let mut at = 0;
        while at < values.len() {
            self.count(&mut values[at])?;
            let is_zero = values[at] == 0;
            at += 1;
            if is_zero {
                let rest = &values[at..];
                let zeros = rest.iter().take_while(|value| **value == 0).count();
                let zeros = self.length(zeros, rest.len())?;
                values[at..at + zeros].fill(0);
                at += zeros;
            }
        }
        Ok(())
    }

    /// Counts of about the same size, a few bits each: the quotient by a power of two near their
    /// mean in ones, and the rest (Rice 1979).
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn like_counts(&mut self, values: &mut [u64]) -> Result<(), Unreadable> {
        let sum: u128 = values.iter().copied().map(u128::from).sum();
        let mean = sum / values.len().max(1) as u128;
        let mut shift = mean.max(1).ilog2() as u8;
        self.byte(&mut shift)?;
        if shift > 63 {
            return Err(TOO_LARGE);
        }
        match self {
            Self::Writing(bytes) => {
                rice::write(bytes, values, u32::from(shift));
                Ok(())
            }
            Self::Reading(bytes) => {
                *bytes = rice::read(bytes, values, u32::from(shift))?;
                Ok(())
            }
        }
    }

    /// The same of fewer bits.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn small_counts(&mut self, values: &mut [u32]) -> Result<(), Unreadable> {
        let mut wide: Vec<u64> = values.iter().copied().map(u64::from).collect();
        self.counts(&mut wide)?;
        for (value, wide) in values.iter_mut().zip(wide) {
            *value = u32::try_from(wide).map_err(|_| TOO_LARGE)?;
        }
        Ok(())
    }

    /// A float, all bits of it.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn number(&mut self, value: &mut f64) -> Result<(), Unreadable> {
        let mut bits = value.to_bits();
        self.word(&mut bits)?;
        *value = f64::from_bits(bits);
        Ok(())
    }

    /// 64 bits as they are.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn word(&mut self, value: &mut u64) -> Result<(), Unreadable> {
        match self {
            Self::Writing(bytes) => bytes.extend_from_slice(&value.to_le_bytes()),
            Self::Reading(bytes) => {
                let (first, rest) = bytes.split_first_chunk().ok_or(TOO_SHORT)?;
                (*value, *bytes) = (u64::from_le_bytes(*first), rest);
            }
        }
        Ok(())
    }

    /// # Errors
    /// As of [`Stored::store`].
    pub fn numbers(&mut self, values: &mut [f64]) -> Result<(), Unreadable> {
        values.iter_mut().try_for_each(|value| self.number(value))
    }

    /// # Errors
    /// As of [`Stored::store`].
    pub fn by_replicate(&mut self, rows: &mut [[u64; REPLICATES]]) -> Result<(), Unreadable> {
        self.counts(rows.as_flattened_mut())
    }

    /// Each of some summaries; their number belongs to the shape.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn all<T: Stored>(&mut self, all: &mut [T]) -> Result<(), Unreadable> {
        all.iter_mut().try_for_each(|one| one.store(self))
    }
}

pub(super) const TOO_SHORT: Unreadable = Unreadable("it ends too early");
pub(super) const TOO_LARGE: Unreadable = Unreadable("it has a count that is too large");

#[cfg(test)]
mod tests {
    use super::*;

    struct Mixed {
        counts: Vec<u64>,
        small: [u32; 3],
        numbers: Vec<f64>,
    }

    impl Stored for Mixed {
        fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
            store.counts(&mut self.counts)?;
            store.small_counts(&mut self.small)?;
            store.numbers(&mut self.numbers)
        }
    }

    fn mixed() -> Mixed {
        Mixed {
            counts: vec![0, 0, 0, 127, 128, 0, u64::MAX, 1 << 63, 0, 0],
            small: [u32::MAX, 0, 300],
            numbers: vec![-0.0, f64::NAN, 5e-324, f64::NEG_INFINITY, 0.1],
        }
    }

    fn empty() -> Mixed {
        Mixed {
            counts: vec![9; 10],
            small: [9; 3],
            numbers: vec![9.0; 5],
        }
    }

    #[test]
    fn what_is_written_is_read_again_bit_for_bit() {
        let bytes = Store::written(&mut mixed());
        let mut read = empty();
        Store::read(&bytes, &mut read).unwrap();
        let expected = mixed();
        assert_eq!(read.counts, expected.counts);
        assert_eq!(read.small, expected.small);
        let bits = |mixed: &Mixed| -> Vec<u64> {
            mixed.numbers.iter().map(|value| value.to_bits()).collect()
        };
        assert_eq!(bits(&read), bits(&expected));
        assert_eq!(Store::written(&mut read), bytes);
    }

    struct Alike(Vec<u64>);

    impl Stored for Alike {
        fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
            store.like_counts(&mut self.0)
        }
    }

    #[test]
    fn counts_of_any_size_are_read_again_and_alike_ones_take_few_bits() {
        let few: Vec<u64> = (0..1000).map(|i| i % 3).collect();
        let many: Vec<u64> = (0..1000).map(|i| 900 + i % 200).collect();
        for (counts, most) in [
            (vec![], 1),
            (vec![0; 1000], 126),
            (few, 251),
            (many, 1450),
            (vec![u64::MAX; 3], 30),
            (vec![0, u64::MAX, 1, 1 << 40, 0, 77], 60),
            (vec![1 << 62, 0, (1 << 63) + 5], 60),
        ] {
            let bytes = Store::written(&mut Alike(counts.clone()));
            assert!(bytes.len() <= most, "{} {counts:?}", bytes.len());
            let mut read = Alike(vec![9; counts.len()]);
            Store::read(&bytes, &mut read).unwrap();
            assert_eq!(read.0, counts);
            for end in 0..bytes.len() {
                assert!(Store::read(&bytes[..end], &mut read).is_err());
            }
        }
        assert!(Store::read(&[64, 0, 0], &mut Alike(vec![0])).is_err());
        assert!(Store::read(&[0, 0b10], &mut Alike(vec![0])).is_err());
    }

    #[test]
    fn bytes_that_are_too_few_or_too_many_are_refused() {
        let mut bytes = Store::written(&mut mixed());
        for end in 0..bytes.len() {
            assert_eq!(Store::read(&bytes[..end], &mut empty()), Err(TOO_SHORT));
        }
        bytes.push(0);
        assert!(Store::read(&bytes, &mut empty()).is_err());
        // A run of zeros beyond the shape, a number of 70 bits, and a count that is too large for
        // its place.
        assert!(Store::read(&[0, 11], &mut empty()).is_err());
        assert!(Store::read(&[0xff; 20], &mut empty()).is_err());
        let mut large = mixed();
        large.counts = vec![0; 10];
        let mut bytes = Store::written(&mut large);
        bytes[2..7].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x1f]);
        assert_eq!(Store::read(&bytes, &mut empty()), Err(TOO_LARGE));
    }
}
