//! Which of several differences count as detected: one rule for all that is shown in one table.

use crate::estimate::holm;

/// Level at which a difference, an index or a variance counts as detected, after Holm's correction
/// where several are looked at.
pub const LEVEL: f64 = 0.05;

/// Holm's correction over some rows, each with its p-value as if it were the only one, and whether
/// it is detectable; rows without a p-value are left out.
pub fn correct<'r>(rows: impl Iterator<Item = (&'r mut Option<f64>, &'r mut bool)>) {
    let mut rows: Vec<_> = rows.filter(|(p_value, _)| p_value.is_some()).collect();
    let p_values: Vec<f64> = rows.iter().filter_map(|(p_value, _)| **p_value).collect();
    for ((p_value, detectable), adjusted) in rows.iter_mut().zip(holm(&p_values)) {
        **p_value = Some(adjusted);
        **detectable = adjusted < LEVEL;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_p_value_do_not_count() {
        let mut rows = [
            (Some(0.02), false),
            (None, false),
            (Some(0.03), false),
            (Some(0.001), false),
        ];
        correct(
            rows.iter_mut()
                .map(|(p_value, detectable)| (p_value, detectable)),
        );
        // Of three: 0.001 x 3, 0.02 x 2, and 0.03, which is not less than the one before.
        let expected = [
            (Some(0.04), true),
            (None, false),
            (Some(0.04), true),
            (Some(0.003), true),
        ];
        assert_eq!(rows, expected);
    }
}
