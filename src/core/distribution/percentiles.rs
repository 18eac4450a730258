//! Names and order of percentiles, as judgements state them: `p5`, `p50`, `p95`.

use super::error::DistributionError;

/// The name of the percentile at a probability.
pub fn name_of(level: f64) -> String {
    format!("p{}", (level * 1e8).round() / 1e6)
}

/// Checks that percentiles are finite, and each is above the one before.
pub fn in_order(levels: &[f64], values: &[f64]) -> Result<(), DistributionError> {
    for (index, value) in values.iter().enumerate() {
        let before = index.checked_sub(1);
        let requirement = if !value.is_finite() {
            "be a finite number".to_owned()
        } else if let Some(before) = before.filter(|before| !(values[*before] < *value)) {
            format!("be greater than {}", name_of(levels[before]))
        } else {
            continue;
        };
        return Err(DistributionError::percentile(
            index,
            requirement,
            levels,
            values,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_called_as_they_are_written() {
        for (level, name) in [
            (0.05, "p5"),
            (0.5, "p50"),
            (0.975, "p97.5"),
            (0.001, "p0.1"),
            (0.29, "p29"),
            (0.57, "p57"),
        ] {
            assert_eq!(name_of(level), name);
        }
    }
}
