//! What the likeliest class of outcomes hangs on, and why that is not told where it is not.

use super::{format, headline, known};
use crate::estimate::FEWEST_DRAWS;
use crate::results::{Driver, Drivers, EpistemicStatus, RunResult};

/// What was found of the likeliest class.
pub struct Found<'r> {
    pub title: &'r str,
    /// Why nothing is told stands in the place of the inputs: a clause.
    pub drivers: Result<&'r Drivers, String>,
}

/// What the likeliest class hangs on; `None` without classes, and where no assumption is uncertain.
pub fn of(result: &RunResult) -> Option<Found<'_>> {
    let leading = headline::leading(result);
    let first = leading.first().filter(|_| result.has_classes())?;
    let drivers = match result.drivers.iter().find(|d| d.of == first.name) {
        Some(drivers) => Ok(drivers),
        None => Err(untold(result, first.known.epistemic.status)?),
    };
    Some(Found {
        title: first.title,
        drivers,
    })
}

/// The share of the variance that an input explains, with its error in whole points: no error is
/// told as none.
pub fn explains(input: &Driver) -> String {
    let error = format::fixed(100.0 * input.share_std_error, 0);
    let error = match error.as_str() {
        "0" if input.share_std_error > 0.0 => "<1",
        error => error,
    };
    format!("{} ± {error}", known::percent(input.share, Some(0)))
}

/// A reason as a sentence of its own.
pub fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first = letters.next().map(|first| first.to_uppercase());
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .chain(['.'])
        .collect()
}

fn untold(result: &RunResult, status: EpistemicStatus) -> Option<String> {
    let run = &result.run;
    match status {
        EpistemicStatus::Exact => None,
        _ if run.trials_per_draw == 1 => Some(
            "cannot be told with one trial per draw, which does not part chance from what is not known"
                .into(),
        ),
        _ if run.draws < FEWEST_DRAWS => Some(format!(
            "{} draws of the assumptions are too few to tell; {FEWEST_DRAWS} or more are wanted",
            format::count(run.draws)
        )),
        EpistemicStatus::NotDetected => Some(
            "no assumption stands out, and what all of them change together cannot be told from chance"
                .into(),
        ),
        _ => Some("not told by this run; `sensitivity` asks for it".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn an_error_below_half_a_point_is_not_told_as_none() {
        let result = fixture::run();
        let mut driver = result.drivers[0].inputs[0].clone();
        (driver.share, driver.share_std_error) = (0.971, 0.004);
        assert_eq!(explains(&driver), "97% ± <1");
        driver.share_std_error = 0.042;
        assert_eq!(explains(&driver), "97% ± 4");
        driver.share_std_error = 0.0;
        assert_eq!(explains(&driver), "97% ± 0");
    }

    #[test]
    fn a_reason_becomes_a_sentence() {
        assert_eq!(sentence("not told, alas"), "Not told, alas.");
    }

    #[test]
    fn where_no_assumption_is_named_the_reason_is() {
        let with = |status, draws, per_draw| {
            let mut result = fixture::run();
            result.drivers.clear();
            for group in &mut result.groups {
                group.epistemic.status = status;
            }
            result.run.draws = draws;
            result.run.trials_per_draw = per_draw;
            let found = of(&result).map(|found| found.drivers.err());
            found.map(|untold| untold.expect("there are no drivers"))
        };
        let resolved = EpistemicStatus::Resolved;
        assert!(
            fixture::run().drivers.len() == 1
                && of(&fixture::run()).is_some_and(|f| f.drivers.is_ok())
        );
        for (status, draws, per_draw, wanted) in [
            (
                resolved,
                64,
                64,
                Some("64 draws of the assumptions are too few to tell; 128 or more"),
            ),
            (EpistemicStatus::NotSeparable, 19, 64, Some("19 draws")),
            (
                EpistemicStatus::NotSeparable,
                5000,
                1,
                Some("one trial per draw"),
            ),
            (
                EpistemicStatus::NotDetected,
                1000,
                64,
                Some("no assumption stands out"),
            ),
            (resolved, 1000, 64, Some("`sensitivity`")),
            (EpistemicStatus::Exact, 1000, 64, None),
        ] {
            let told = with(status, draws, per_draw);
            let is_so = match (&told, wanted) {
                (Some(told), Some(wanted)) => told.contains(wanted),
                (None, None) => true,
                _ => false,
            };
            assert!(is_so, "{status:?} {draws} {per_draw}: {told:?}");
        }
    }
}
