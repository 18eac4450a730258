//! What a table says of paired differences in which no trial differs.
//!
//! Takes a difference; gives the error to show and a word for it. Agreement in every trial is strong evidence and yet none of certainty:
//! only files that make the same assumptions are known to agree.

use crate::results::Difference;

/// The standard error to show: where no trial differs from its partner, that of an interval as long as the one that still allows for some.
pub fn shown_error(difference: &Difference) -> Option<f64> {
    match (difference.std_error, difference.ci95) {
        (Some(0.0), Some([low, high])) => Some((high - low) / 4.0),
        (error, _) => error,
    }
}

/// The verdict if both sides agree in every trial.
pub fn agreement(difference: &Difference) -> Option<&'static str> {
    let agrees = difference.difference == Some(0.0) && difference.std_error == Some(0.0);
    let is_sampled = difference.ci95.is_some_and(|[low, high]| low < high);
    match (agrees, is_sampled) {
        (true, true) => Some("same in every trial"),
        (true, false) => Some("identical"),
        (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(ci95: [f64; 2]) -> Difference {
        Difference {
            outcome: "calm".into(),
            title: String::new(),
            base: Some(0.25),
            other: Some(0.25),
            difference: Some(0.0),
            std_error: Some(0.0),
            ci95: Some(ci95),
            unpaired_std_error: None,
            detectable: false,
            p_adjusted: Some(1.0),
            present: "both".into(),
        }
    }

    #[test]
    fn trials_that_all_agree_are_not_called_exact_unless_they_must() {
        let sampled = equal([-0.002, 0.002]);
        assert_eq!(shown_error(&sampled), Some(0.001));
        assert_eq!(agreement(&sampled), Some("same in every trial"));
        let certain = equal([0.0, 0.0]);
        assert_eq!(shown_error(&certain), Some(0.0));
        assert_eq!(agreement(&certain), Some("identical"));
    }

    #[test]
    fn a_difference_that_balances_is_no_agreement() {
        let balanced = Difference {
            std_error: Some(0.01),
            ..equal([-0.02, 0.02])
        };
        assert_eq!(agreement(&balanced), None);
        assert_eq!(shown_error(&balanced), Some(0.01));
    }
}
