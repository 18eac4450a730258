//! What the numbers say, in a few plain sentences made from them, with no claim that they do not
//! carry.

use super::{Body, Pair, name};
use crate::estimate::NORMAL_95;
use crate::report::html::markup::Markup;
use crate::report::html::wording::{epistemic_range, label, list_of, number_of, percent, size};
use crate::report::known::Known;
use crate::report::{format, headline};
use crate::results::{Difference, OutcomeResult, RunResult};

/// Changes of outcomes that are named one by one.
const NAMED: usize = 4;

pub fn of_run(body: &mut Body, result: &RunResult) {
    if !result.has_classes() {
        body.add(&lead(&Markup::text(&headline::of(result))));
        body.remark(format!("{}, seed {}.", size(&result.run), result.run.seed));
        return;
    }
    let mut ranked: Vec<&OutcomeResult> = result.outcomes.iter().collect();
    ranked.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let Some((first, rest)) = ranked.split_first() else {
        return;
    };
    let mut text = Markup::text("The most likely end is ")
        .and(Markup::strong(title(first)))
        .and(&*format!(
            ", in {} of the simulated futures{}.",
            Known::from(*first).percent(),
            range(first)
        ));
    let next: Vec<Markup> = rest
        .iter()
        .filter(|outcome| outcome.probability > 0.0)
        .take(2)
        .map(|outcome| Markup::text(&format!("“{}” ({})", title(outcome), share(outcome))))
        .collect();
    if !next.is_empty() {
        let verb = if next.len() == 1 {
            " Next comes "
        } else {
            " Next come "
        };
        text = text.and(verb).and(list_of(next)).and(".");
    }
    body.add(&lead(&text));
    if let Some(second) = rest.first().filter(|second| second.probability > 0.0) {
        body.paragraph(order(first, second));
    }
    if let Some(sentence) = by_trend(result, first) {
        body.paragraph(sentence);
    }
    body.remark(format!("{}, seed {}.", size(&result.run), result.run.seed));
}

/// A first paragraph.
pub fn lead(text: &Markup) -> Markup {
    let mut lead = Markup::default();
    lead.element("p", "class=\"lead\"", text);
    lead
}

fn title(outcome: &OutcomeResult) -> &str {
    label(&outcome.title, &outcome.name)
}

/// ` (10–57% as the uncertain assumptions vary)`.
fn range(outcome: &OutcomeResult) -> String {
    match Known::from(outcome).range().as_str() {
        "" => String::new(),
        range => format!(" ({range} as the uncertain assumptions vary)"),
    }
}

/// `23%; 13–37%`.
fn share(outcome: &OutcomeResult) -> String {
    let known = Known::from(outcome);
    match known.range().as_str() {
        "" => known.percent(),
        range => format!("{}; {range}", known.percent()),
    }
}

/// Whether the order of the first two means anything.
fn order(first: &OutcomeResult, second: &OutcomeResult) -> String {
    // The errors of shares of the same trials are at most the sum of both apart.
    let gap = first.probability - second.probability;
    if gap <= NORMAL_95 * (first.std_error + second.std_error) {
        return format!(
            "Chance in the simulation does not tell the first two apart: “{}” may as well come first. More trials would show it.",
            title(second)
        );
    }
    let ranges = (
        epistemic_range(first.epistemic90, &first.epistemic).and(first.epistemic90),
        epistemic_range(second.epistemic90, &second.epistemic).and(second.epistemic90),
    );
    match ranges {
        (Some([low, _]), Some([_, high])) if low < high => format!(
            "Chance in the simulation does not explain that order, but the epistemic ranges of the first two overlap: with other values of the \
             uncertain parameters, all of which the scenario allows, “{}” may come first.",
            title(second)
        ),
        _ => "Chance in the simulation does not explain that order.".into(),
    }
}

/// How much the likeliest outcome depends on the start trend, where that is beyond chance.
fn by_trend(result: &RunResult, first: &OutcomeResult) -> Option<Markup> {
    let mut by: Vec<(&str, f64, f64)> = result
        .trends
        .iter()
        .filter_map(|trend| {
            let by = first.by_trend.get(&trend.name)?;
            Some((
                label(&trend.title, &trend.name),
                by.probability?,
                by.std_error?,
            ))
        })
        .collect();
    by.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (high, low) = (by.first()?, by.last()?);
    let is_clear = high.1 - low.1 > NORMAL_95 * (high.2 + low.2);
    (by.len() > 1 && is_clear).then(|| {
        Markup::text(&format!(
            "“{}” is likeliest if the trend at the start is “",
            title(first)
        ))
        .and(high.0)
        .and(format!(
            "” ({}) and least likely under “",
            percent(high.1, high.2)
        ))
        .and(low.0)
        .and(format!("” ({}).", percent(low.1, low.2)))
    })
}

pub fn of_pair(body: &mut Body, pair: &Pair) {
    let (base, other) = (name(&pair.base), name(&pair.other));
    let comparison = &pair.comparison;
    let start = Markup::text(&format!("Against “{base}”, “{other}”"));
    if comparison.identical {
        let text = start.and(" describes the same model: every difference is exactly nil.");
        body.add(&lead(&text));
        return;
    }
    let mut clear: Vec<&Difference> = comparison
        .differences
        .iter()
        .filter(|d| d.detectable && d.difference.is_some())
        .collect();
    let size = |d: &Difference| d.difference.unwrap_or(0.0).abs();
    clear.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let one = |d: &&Difference| -> Markup {
        let error = d.std_error.unwrap_or(0.0);
        let points = format::points(size(d), error.max(0.0036)).value;
        let range = match (d.base, d.other) {
            (Some(a), Some(b)) => match [a, b].map(|side| percent(side, error)) {
                // What differs by less than the digits of both sides is told by its size alone.
                [from, to] if from == to => format!(", at {from}"),
                [from, to] => format!(", from {from} to {to}"),
            },
            _ => String::new(),
        };
        Markup::strong(label(&d.title, &d.outcome)).and(format!(
            " (by {} points{range})",
            points.trim_start_matches('+')
        ))
    };
    let of_sign = |is_up: bool| -> Vec<Markup> {
        clear
            .iter()
            .take(NAMED)
            .filter(|d| (d.difference.unwrap_or(0.0) > 0.0) == is_up)
            .map(one)
            .collect()
    };
    let (up, down) = (of_sign(true), of_sign(false));
    let mut said = Vec::new();
    if !up.is_empty() {
        said.push(Markup::text("more likely: ").and(list_of(up)));
    }
    if !down.is_empty() {
        said.push(Markup::text("less likely: ").and(list_of(down)));
    }
    let text = if said.is_empty() {
        start.and(" makes no detectable difference to how the futures end.")
    } else {
        start
            .and(" makes ")
            .and(Markup::join(said, "; and "))
            .and(".")
    };
    body.add(&lead(&text));
    let unseen = comparison.differences.len() - clear.len();
    let mut rest = Vec::new();
    if clear.len() > NAMED {
        rest.push(match clear.len() - NAMED {
            1 => "One more outcome differs detectably, by less.".to_owned(),
            more => format!(
                "{} more differ detectably, by less.",
                number_of(more, "outcome")
            ),
        });
    }
    if unseen > 0 && !clear.is_empty() {
        rest.push(format!(
            "No detectable difference in {} of {}.",
            unseen,
            number_of(comparison.differences.len(), "outcome")
        ));
    }
    let distance = &comparison.distance;
    rest.push(format!(
        "In all, {} of the futures would have to end otherwise to turn one distribution of outcomes into the other; chance alone would show about {}.",
        percent(distance.total_variation, distance.noise),
        percent(distance.noise, distance.noise)
    ));
    body.paragraph(rest.join(" "));
    body.remark(format!(
        "Each scenario: {}, seed {}. Future by future they share their random numbers, so that most of the noise cancels in the differences.",
        self::size_of(&pair.base),
        pair.base.run.seed
    ));
}

fn size_of(result: &RunResult) -> String {
    size(&result.run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn told(result: &RunResult) -> String {
        let mut body = Body::default();
        of_run(&mut body, result);
        body.markup().as_str().to_owned()
    }

    #[test]
    fn the_likeliest_outcome_comes_first_and_with_its_range() {
        let text = told(&fixture::run());
        assert!(
            text.contains("The most likely end is <strong>A treaty is signed</strong>, in 41% of the simulated futures (22–61% as the uncertain assumptions vary)."),
            "{text}"
        );
        assert!(text.contains("Next come “crisis” (31.8%)"), "{text}");
    }

    #[test]
    fn a_difference_below_the_digits_of_both_sides_is_not_told_as_a_way_from_a_number_to_itself() {
        let compared = fixture::compare();
        let mut pair = Pair {
            base: compared.scenarios[0].clone(),
            other: compared.scenarios[1].clone(),
            comparison: compared.comparisons[0].clone(),
        };
        let one = &mut pair.comparison.differences[0];
        (one.base, one.other) = (Some(0.112), Some(0.114));
        (one.difference, one.std_error) = (Some(0.002), Some(0.000_3));
        one.detectable = true;
        pair.comparison.differences.truncate(1);
        let mut body = Body::default();
        of_pair(&mut body, &pair);
        let text = body.markup().as_str();
        assert!(text.contains("points, at 11%)"), "{text}");
        assert!(!text.contains("from"), "{text}");
    }

    #[test]
    fn outcomes_that_chance_does_not_tell_apart_are_not_ranked() {
        let mut result = fixture::run();
        result.outcomes[2].probability = result.outcomes[0].probability - 0.004;
        assert!(told(&result).contains("does not tell the first two apart"));
        result.outcomes[2].probability = result.outcomes[0].probability - 0.1;
        assert!(!told(&result).contains("does not tell the first two apart"));
    }

    #[test]
    fn overlapping_ranges_are_owned_up_to() {
        let mut result = fixture::run();
        result.outcomes[2].probability = 0.1;
        assert!(told(&result).contains("ranges of the first two overlap"));
        result.outcomes[1].epistemic90 = Some([0.1, 0.2]);
        assert!(!told(&result).contains("ranges of the first two overlap"));
    }
}
