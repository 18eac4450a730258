//! Digits in groups of three, as every number is shown to a reader.

/// A number's plain digits, which may go on behind a point, with commas between the thousands. A sign is not one of them.
pub fn grouped(digits: &str) -> String {
    let (whole, rest) = match digits.find('.') {
        Some(point) => digits.split_at(point),
        None => (digits, ""),
    };
    let mut grouped = String::with_capacity(digits.len() + whole.len() / 3);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// A whole number with its thousands separated by commas.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_before_the_point_only() {
        for (digits, expected) in [
            ("0", "0"),
            ("999", "999"),
            ("1024", "1,024"),
            ("1234567.8901", "1,234,567.8901"),
        ] {
            assert_eq!(grouped(digits), expected);
        }
        assert_eq!(count(100_352), "100,352");
        assert_eq!(count(12), "12");
    }
}
