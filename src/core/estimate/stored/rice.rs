//! Whole numbers of about the same size as bits (Rice 1979).
//!
//! Each is its quotient by `2^shift` in ones, a zero, and the `shift` bits of the rest. A quotient
//! of [`MOST_ONES`] or more is as many ones, without a zero, and the number itself. The lowest bit
//! of a byte comes first; the last byte is filled up with zeros.

use super::{TOO_LARGE, TOO_SHORT, Unreadable};

const MOST_ONES: u32 = 24;

/// Bits that a look at what comes next has, wherever in a byte it begins.
const AHEAD: u32 = 57;

/// Writes numbers behind `bytes`.
pub(super) fn write(bytes: &mut Vec<u8>, values: &[u64], shift: u32) {
    let mut bits = Writer {
        bytes,
        held: 0,
        used: 0,
    };
    for &value in values {
        let quotient = value >> shift;
        if quotient < u64::from(MOST_ONES) {
            bits.put((1 << quotient) - 1, quotient as u32 + 1);
            bits.put(value, shift);
        } else {
            bits.put((1 << MOST_ONES) - 1, MOST_ONES);
            bits.put(value, u64::BITS);
        }
    }
    bits.end();
}

/// Reads as many numbers as there is room for; gives the bytes behind them.
pub(super) fn read<'b>(
    bytes: &'b [u8],
    values: &mut [u64],
    shift: u32,
) -> Result<&'b [u8], Unreadable> {
    let mut bits = Reader { bytes, at: 0 };
    for value in values {
        *value = bits.number(shift)?;
    }
    bits.end()
}

struct Writer<'b> {
    bytes: &'b mut Vec<u8>,
    /// Bits that are not written yet, `used` of them: fewer than 64.
    held: u64,
    used: u32,
}

impl Writer<'_> {
    /// The lowest `length` bits of a value.
    fn put(&mut self, value: u64, length: u32) {
        if length == 0 {
            return;
        }
        let value = value & (u64::MAX >> (u64::BITS - length));
        self.held |= value << self.used;
        self.used += length;
        if self.used >= u64::BITS {
            self.bytes.extend_from_slice(&self.held.to_le_bytes());
            self.used -= u64::BITS;
            self.held = value.checked_shr(length - self.used).unwrap_or(0);
        }
    }

    fn end(self) {
        let whole = self.used.div_ceil(u8::BITS) as usize;
        (self.bytes).extend_from_slice(&self.held.to_le_bytes()[..whole]);
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    /// Bits that were read.
    at: usize,
}

impl<'b> Reader<'b> {
    /// The next [`AHEAD`] bits or more; zeros behind the end.
    fn ahead(&self) -> u64 {
        let rest = &self.bytes[self.at / 8..];
        let next = match rest.first_chunk() {
            Some(next) => *next,
            None => {
                let mut next = [0; 8];
                next[..rest.len()].copy_from_slice(rest);
                next
            }
        };
        u64::from_le_bytes(next) >> (self.at % 8)
    }

    fn pass(&mut self, length: u32) -> Result<(), Unreadable> {
        self.at += length as usize;
        if self.at > 8 * self.bytes.len() {
            return Err(TOO_SHORT);
        }
        Ok(())
    }

    fn take(&mut self, length: u32) -> Result<u64, Unreadable> {
        if length > AHEAD {
            let low = self.take(u32::BITS)?;
            return Ok(low | self.take(length - u32::BITS)? << u32::BITS);
        }
        let value = self.ahead() & ((1 << length) - 1);
        self.pass(length)?;
        Ok(value)
    }

    fn number(&mut self, shift: u32) -> Result<u64, Unreadable> {
        let ahead = self.ahead();
        let ones = ahead.trailing_ones().min(MOST_ONES);
        let head = (ones + 1).min(MOST_ONES);
        if ones == MOST_ONES {
            self.pass(head)?;
            return self.take(u64::BITS);
        }
        // Nearly always all of it has been looked at.
        let rest = if head + shift <= AHEAD {
            self.pass(head + shift)?;
            ahead >> head & ((1 << shift) - 1)
        } else {
            self.pass(head)?;
            self.take(shift)?
        };
        let quotient = u64::from(ones);
        let whole = quotient << shift;
        if whole >> shift != quotient {
            return Err(TOO_LARGE);
        }
        Ok(whole | rest)
    }

    /// The bytes behind the last one.
    fn end(self) -> Result<&'b [u8], Unreadable> {
        let padding = self.at.next_multiple_of(8) - self.at;
        if self.ahead() & ((1 << padding) - 1) != 0 {
            return Err(Unreadable("it has bits that mean nothing"));
        }
        Ok(&self.bytes[self.at.div_ceil(8)..])
    }
}
