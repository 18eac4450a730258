//! The probability of something rare, for the eye: one sentence, then what it rests on.

use super::grid::Grid;
use super::text::dotted;
use super::{Page, label, palette};
use crate::report::{dates, format};
use crate::results::{RareResult, RareStatus};
use std::io;

pub fn write(page: &mut Page<'_>, result: &RareResult) -> io::Result<()> {
    let info = &result.scenario;
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    let size = [
        dates::period(info),
        format!("{} trials", format::count(result.trials)),
        format!("seed {}", result.seed),
    ];
    page.paragraph(palette::FAINT, &dotted(size), 0)?;
    if result.interrupted {
        let text = "interrupted: these are the repetitions that were complete until then";
        page.paragraph(palette::WARNING, text, 0)?;
    }
    page.blank()?;
    page.paragraph(anstyle::Style::new(), &answer(result), 0)?;
    page.blank()?;
    let rows = rows(result);
    let mut grid = Grid::new("", rows.iter().map(|(name, _)| name.clone()));
    grid.plain_column("", 0, rows.iter().map(|(_, value)| value.clone()));
    grid.write(page)?;
    page.blank()?;
    page.paragraph(palette::FAINT, &reading(result), 0)?;
    for warning in &result.warnings {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

/// The answer in a sentence.
pub fn answer(result: &RareResult) -> String {
    let mut name = label(&result.title, &result.of);
    if !name.ends_with('?') {
        name.push(':');
    }
    match (
        result.probability,
        result.std_error,
        result.ci95,
        result.at_most,
    ) {
        (Some(p), Some(error), Some([low, high]), _) => {
            let mut text = format!(
                "{name} {} (95% interval {} to {})",
                scientific(p, error),
                digits(low, 2),
                digits(high, 2)
            );
            if p > 0.0 {
                text.push_str(&format!(", {}", one_in(p)));
            }
            text.push('.');
            text
        }
        (.., at_most) => format!(
            "{name} not known; at most {}, with 95% confidence.",
            digits(at_most.unwrap_or(1.0), 2)
        ),
    }
}

/// How it is to be read.
pub fn reading(result: &RareResult) -> String {
    let mut text = match result.status {
        RareStatus::Estimated => {
            "± is a standard error, from the spread of independent repetitions. It does not know of ways that neither a trial nor a branch took."
        }
        RareStatus::NotSettled => {
            "The bound is that of trials from which nothing was chosen; it holds whatever the ways are."
        }
    }
    .to_string();
    if result.parameter_draws > 0 {
        text.push_str(&format!(
            " The probability is the mean over parameter draws, of which {} were looked at",
            format::count(result.parameter_draws)
        ));
        text.push_str(match result.status {
            RareStatus::Estimated => ": rarer values of a parameter are not in it.",
            RareStatus::NotSettled => ".",
        });
    }
    text
}

/// What the answer rests on, by name.
pub fn rows(result: &RareResult) -> Vec<(String, String)> {
    let plain = &result.plain;
    let mut rows = vec![(
        "by plain trials".into(),
        match plain.hits {
            0 => format!(
                "no hit in {}: at most {}",
                format::count(plain.trials),
                digits(plain.ci95[1], 2)
            ),
            hits => format!(
                "{} {} in {}: {} to {}",
                format::count(hits),
                if hits == 1 { "hit" } else { "hits" },
                format::count(plain.trials),
                digits(plain.ci95[0], 2),
                digits(plain.ci95[1], 2)
            ),
        },
    )];
    if let Some(found) = &result.found_ways {
        let value = scientific(found.probability, found.std_error);
        rows.push(("by the ways found".into(), value));
    }
    rows.push((
        "repetitions".into(),
        format!(
            "{} of {} trials, {} effective",
            format::count(result.repetitions),
            format::count(result.lines),
            whole(result.effective_repetitions)
        ),
    ));
    let levels = match result.died_out {
        0 => format!("{:.1} on average", result.levels),
        n => format!("{:.1} on average; {n} died out", result.levels),
    };
    rows.push(("levels".into(), levels));
    rows.push((
        "first trials behind".into(),
        match result.first_behind {
            0 => "none".into(),
            n => format!(
                "{}, {} effective",
                format::count(n),
                whole(result.effective_first)
            ),
        },
    ));
    if let Some(gain) = result
        .gain
        .filter(|_| result.status == RareStatus::Estimated)
    {
        let times = match gain {
            g if g < 10.0 => format!("{g:.1}"),
            g => digits(g, 2),
        };
        rows.push(("gain over plain trials".into(), format!("{times} times")));
    }
    rows
}

/// A number with so many digits, in decimal notation unless it is small or large.
fn digits(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let text = format!("{x:.*e}", digits - 1);
    let power: i32 = (text.split_once('e')).map_or(0, |(_, power)| power.parse().unwrap_or(0));
    match power {
        -3..=0 => format!("{x:.*}", (digits as i32 - 1 - power) as usize),
        1..=5 => whole(text.parse().unwrap_or(x)),
        _ => text,
    }
}

/// Estimate and error with the digits that the error allows: two of the error.
fn scientific(p: f64, error: f64) -> String {
    if error <= 0.0 {
        return digits(p, 3);
    }
    let power = |x: f64| -> i32 {
        let text = format!("{x:.1e}");
        (text.split_once('e')).map_or(0, |(_, power)| power.parse().unwrap_or(0))
    };
    let (of_p, of_error) = (power(p), power(error));
    let places = (of_p - of_error + 1).clamp(0, 15) as usize;
    if of_p >= -3 {
        let places = (1 - of_error).clamp(0, 15) as usize;
        return format!("{p:.places$} ± {error:.places$}");
    }
    let scale = format!("1e{of_p}").parse::<f64>().unwrap_or(1.0);
    format!(
        "({:.places$} ± {:.places$})e{of_p}",
        p / scale,
        error / scale
    )
}

/// To a whole number.
fn whole(x: f64) -> String {
    format::count(x.round() as u64)
}

/// Such as `one in 680,000` or `one in 2.5`.
fn one_in(p: f64) -> String {
    if p > 0.5 {
        return "more likely than not".into();
    }
    match format!("{:.1e}", 1.0 / p).parse::<f64>().unwrap_or(0.0) {
        few if few < 10.0 => format!("one in {few:.1}"),
        many => format!("one in {}", whole(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_their_errors_allow() {
        assert_eq!(scientific(1.4932e-6, 1.234e-7), "(1.49 ± 0.12)e-6");
        assert_eq!(scientific(0.027_293, 0.001_23), "0.0273 ± 0.0012");
        assert_eq!(scientific(9.97e-9, 4e-9), "(1.00 ± 0.40)e-8");
        assert_eq!(digits(0.0, 2), "0");
        assert_eq!(digits(1.83e-4, 2), "1.8e-4");
        assert_eq!(digits(0.001_83, 2), "0.0018");
        assert_eq!(digits(1234.0, 2), "1,200");
        assert_eq!(one_in(1.4932e-6), "one in 670,000");
        assert_eq!(one_in(0.4011), "one in 2.5");
        assert_eq!(one_in(0.27), "one in 3.7");
        assert_eq!(one_in(0.1004), "one in 10");
        assert_eq!(one_in(0.03), "one in 33");
        assert_eq!(whole(1003.6), "1,004");
    }
}
