//! Numbers of JSON, and what people write in their place.

use crate::scenario::written;
use crate::time::duration;

/// The grammar of numbers, RFC 8259 section 6.
pub fn is_number(word: &str) -> bool {
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// What to write in place of a word that begins like a number and is none.
pub fn hint(word: &str) -> String {
    let date = word.len() == 10 && word.split('-').count() == 3;
    if date || word.contains(':') {
        return format!("dates stand in double quotes: \"{word}\"");
    }
    if duration::years(word).is_ok() {
        return format!("durations stand in double quotes: \"{word}\"");
    }
    // `+1`, `.5`, `5.` and `01` are numbers to everybody else.
    if let Ok(number) = word.parse::<f64>()
        && number.is_finite()
    {
        return format!("write `{number}`");
    }
    written::number(word).unwrap_or_else(|| "text and formulas stand in double quotes".to_owned())
}
