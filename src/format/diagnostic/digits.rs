//! Digits in groups of three, as every number is shown to a reader.

/// A number's plain digits, which may go on behind a point, with commas between the thousands. A
/// sign is not one of them.
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

/// What to write for a number that was probably meant in percent, where a share from 0 to 1
/// belongs; `None` if it was not.
pub fn in_percent(number: f64) -> Option<String> {
    let share = (number * 1e8).round() / 1e10;
    (number > 1.0 && number <= 100.0).then(|| format!("{number}% is written {share}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_written_as_a_share() {
        for (number, wanted) in [
            (35.0, Some("35% is written 0.35")),
            (33.3, Some("33.3% is written 0.333")),
            (1.5, Some("1.5% is written 0.015")),
            (100.0, Some("100% is written 1")),
            (1.0, None),
            (0.3, None),
            (-5.0, None),
            (101.0, None),
            (f64::NAN, None),
        ] {
            assert_eq!(in_percent(number).as_deref(), wanted, "{number}");
        }
    }

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
