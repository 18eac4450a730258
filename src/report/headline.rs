//! The answer in a sentence: the file's own, with results put in, or one made of its groups.

use super::amounts::coarseness;
use super::known::{Known, percent, places};
use super::table::Order;
use super::{dates, format, ratios};
use crate::model::headline::{Headline, Of, Piece, Reading, Shows};
use crate::results::label;
use crate::results::{
    OutcomeResult, RunInfo, RunResult, ScenarioInfo, SweepResult, Tool, TrendScore,
};

/// Classes that a sentence of our own names.
const NAMED: usize = 2;

/// The sentence of a result.
pub fn of(result: &RunResult) -> String {
    let stated = result.scenario.source.get("headline");
    let parsed = stated
        .and_then(|text| text.as_str())
        .and_then(|text| Headline::parse(text).ok());
    match parsed {
        Some(headline) => told(&headline, result),
        None => made(result),
    }
}

/// The last day that the result is about.
pub fn end(result: &RunResult) -> String {
    match result.dates.last() {
        Some(date) => date.clone(),
        None if result.scenario.is_timeless() => String::new(),
        None => dates::date_at(&result.scenario.start, result.scenario.horizon),
    }
}

/// A thing with a title, what is known of it, and its place in the file.
pub struct Class<'r> {
    pub name: &'r str,
    pub title: &'r str,
    pub known: Known<'r>,
}

/// Groups, and outcomes that are in none, in the order of the file. Trials that no rule caught are
/// a class only if there is no other.
pub fn classes(result: &RunResult) -> Vec<Class<'_>> {
    let groups = result.groups.iter().map(|group| Class {
        name: &group.name,
        title: label(&group.title, &group.name),
        known: group.into(),
    });
    let unclassified = usize::from(result.has_classes());
    let rules = result.outcomes.len().saturating_sub(1).max(unclassified);
    let free = result
        .outcomes
        .iter()
        .take(rules)
        .filter(|outcome| outcome.group.is_none());
    let free = free.map(|outcome| Class {
        name: &outcome.name,
        title: label(&outcome.title, &outcome.name),
        known: outcome.into(),
    });
    groups.chain(free).collect()
}

/// The same, likeliest first.
pub fn leading(result: &RunResult) -> Vec<Class<'_>> {
    let mut classes = classes(result);
    classes.sort_by(|a, b| b.known.probability.total_cmp(&a.known.probability));
    classes
}

/// The same in an order.
pub fn classes_by(result: &RunResult, order: Order) -> Vec<Class<'_>> {
    match order {
        Order::Likeliest => leading(result),
        Order::File => classes(result),
    }
}

/// The outcomes of a group in an order.
pub fn members<'r>(result: &'r RunResult, group: &str, order: Order) -> Vec<&'r OutcomeResult> {
    let all = result.outcomes.iter();
    let mut members: Vec<_> = all.filter(|o| o.group.as_deref() == Some(group)).collect();
    if order == Order::Likeliest {
        members.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    }
    members
}

/// All outcomes in an order: by likelihood those of a group stand together, and trials that no rule
/// caught come last.
pub fn outcomes_by(result: &RunResult, order: Order) -> Vec<&OutcomeResult> {
    if order == Order::File {
        return result.outcomes.iter().collect();
    }
    let mut all: Vec<&OutcomeResult> = Vec::new();
    for class in leading(result) {
        all.extend(members(result, class.name, order));
        let alone = result.outcomes.iter();
        all.extend(alone.filter(|o| o.group.is_none() && o.name == class.name));
    }
    let rest = result.outcomes.iter();
    let rest: Vec<_> =
        (rest.filter(|one| all.iter().all(|known| known.name != one.name))).collect();
    all.extend(rest);
    all
}

/// The trends in an order: by likelihood of having come true at the end, then by time in the lead.
pub fn trends_by(result: &RunResult, order: Order) -> Vec<&TrendScore> {
    let mut trends: Vec<&TrendScore> = result.scorecard.iter().collect();
    if order == Order::Likeliest {
        let end = |trend: &TrendScore| trend.comes_true.last().map_or(-1.0, |c| c.probability);
        trends.sort_by(|a, b| (end(b).total_cmp(&end(a))).then(b.leads.total_cmp(&a.leads)));
    }
    trends
}

/// Whether a column of times in the lead says more than that of weights: where each trend leads for
/// its weight's share of the time, one column is both.
pub fn has_leads(result: &RunResult) -> bool {
    let told = |share: f64| percent(share, Some(0));
    (result.scorecard.iter()).any(|trend| told(trend.leads) != told(trend.weight))
}

/// Words whose capital at the start of a title is that of a sentence, not of a name.
const PLAIN_WORDS: [&str; 34] = [
    "A", "All", "An", "Are", "At", "Both", "By", "Does", "Each", "Either", "Every", "Has", "Have",
    "In", "Is", "It", "Its", "Neither", "No", "Nobody", "None", "Not", "Nothing", "On", "One",
    "Some", "Still", "The", "Their", "There", "They", "Was", "Were", "Will",
];

/// Titles as they stand in the middle of a sentence: in lower case if all begin with words that a
/// name does not begin with, or else all between quotation marks.
fn in_sentence(titles: &[&str]) -> Vec<String> {
    let lower: Option<Vec<String>> = (titles.iter().enumerate())
        .map(|(i, title)| {
            let first = title.split(' ').next().unwrap_or_default();
            let has_capital = first.chars().next().is_some_and(char::is_uppercase);
            if i == 0 && titles.len() == 1 || !has_capital {
                return Some((*title).to_owned());
            }
            let plain = PLAIN_WORDS.contains(&first).then(|| {
                let rest = &title[first.len()..];
                format!("{}{rest}", first.to_lowercase())
            })?;
            // The sentence begins with the first.
            Some(if i == 0 { (*title).to_owned() } else { plain })
        })
        .collect();
    lower.unwrap_or_else(|| titles.iter().map(|title| format!("'{title}'")).collect())
}

/// A sentence for a file that has none.
fn made(result: &RunResult) -> String {
    if !result.has_classes() {
        return made_of_metrics(result);
    }
    let mut classes = leading(result);
    classes.truncate(NAMED);
    // That the others never came is in the table.
    classes.retain(|class| class.known.probability > 0.0);
    let titles: Vec<&str> = classes.iter().map(|class| class.title).collect();
    let mut text = String::new();
    for (i, (class, title)) in classes.iter().zip(in_sentence(&titles)).enumerate() {
        let range = class.known.range();
        let (before, after, vary) = match i {
            0 => ("", " of futures", " as the assumptions vary"),
            _ => (", ", "", ""),
        };
        text.push_str(&format!(
            "{before}{title} in {}{after}",
            class.known.percent()
        ));
        if !range.is_empty() {
            text.push_str(&format!(" ({range}{vary})"));
        }
    }
    text.push('.');
    text
}

/// The same where there are numbers alone.
fn made_of_metrics(result: &RunResult) -> String {
    let told = result.metrics.iter().take(NAMED).map(|metric| {
        let (low, middle, high) = (metric.p5, metric.p50, metric.p95);
        let (Some(low), Some(middle), Some(high)) = (low, middle, high) else {
            return format!("{} has no value", label(&metric.title, &metric.name));
        };
        let error = metric.p50_std_error.unwrap_or(0.0);
        let ends = [metric.p5_std_error, metric.p95_std_error]
            .into_iter()
            .flatten()
            .fold(0.0, f64::max);
        let unit = match metric.unit.as_str() {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        format!(
            "{}: {}{unit} in the middle, {} in nine of ten trials",
            label(&metric.title, &metric.name),
            format::estimate(middle, error.max((high - low) / 20.0)).value,
            format::range([low, high], ends.max((high - low) / 20.0)),
        )
    });
    let text = told.collect::<Vec<_>>().join("; ");
    format!("{text}.")
}

/// Stands for a range of which nothing is known, until the sentence is whole.
const GAP: char = '\u{0}';

fn told(headline: &Headline, result: &RunResult) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.replace(GAP, ""),
        Piece::Start => result.scenario.start.clone(),
        Piece::End => end(result),
        Piece::Reading(reading) => match read(reading, result) {
            Some(text) if text.is_empty() && reading.shows == Shows::Range => GAP.into(),
            text => text.unwrap_or_else(|| "n/a".into()),
        },
    };
    without_gaps(headline.pieces.iter().map(piece).collect())
}

/// The sentence without what stands in brackets around a range that is not known.
fn without_gaps(mut text: String) -> String {
    while let Some(at) = text.find(GAP) {
        let before = text[..at].rfind(['(', ')']);
        let open = before.filter(|open| text[*open..].starts_with('('));
        let close = text[at..].find(['(', ')']).map(|close| at + close);
        let close = close.filter(|close| text[*close..].starts_with(')'));
        match open.zip(close) {
            Some((open, close)) => {
                let from = text[..open].trim_end().len();
                text.replace_range(from..=close, "");
            }
            None => text.replace_range(at..=at, ""),
        }
    }
    text
}

/// What a reading says of a result.
fn read(reading: &Reading, result: &RunResult) -> Option<String> {
    let name = reading.name.as_str();
    let (title, known) = match reading.of {
        Of::Group => {
            let group = result.groups.iter().find(|g| g.name == name)?;
            (&group.title, Known::from(group))
        }
        Of::Outcome => {
            let outcome = result.outcomes.iter().find(|o| o.name == name)?;
            (&outcome.title, Known::from(outcome))
        }
        Of::Question => {
            if let Some(question) = result.conditional.iter().find(|q| q.name == name) {
                let known = question.known();
                return Some(match reading.shows {
                    Shows::Title => question.title.clone(),
                    Shows::Estimate => known.map_or("no trial".into(), |known| known.percent()),
                    Shows::Range => known.map_or_else(String::new, |known| known.range()),
                });
            }
            let question = result.questions.iter().find(|q| q.name == name)?;
            (&question.title, Known::from(question))
        }
        Of::Trend => {
            let trend = result.scorecard.iter().find(|t| t.name == name)?;
            if reading.shows == Shows::Title {
                return Some(trend.title.clone());
            }
            (&trend.title, Known::from(trend.comes_true.last()?))
        }
        Of::Metric => return metric(reading, result),
        Of::Ratio => return ratio(reading, result),
    };
    Some(match reading.shows {
        Shows::Title => title.clone(),
        Shows::Estimate => known.percent(),
        Shows::Range => known.range(),
    })
}

fn metric(reading: &Reading, result: &RunResult) -> Option<String> {
    let metric = result.metrics.iter().find(|m| m.name == reading.name)?;
    if reading.shows == Shows::Title {
        return Some(metric.title.clone());
    }
    let error = coarseness(metric);
    Some(match reading.shows {
        Shows::Range => format::range(metric.epistemic90?, error),
        _ => {
            metric.std_error?;
            format::estimate(metric.mean?, error).value
        }
    })
}

fn ratio(reading: &Reading, result: &RunResult) -> Option<String> {
    let ratio = result.ratios.iter().find(|r| r.name == reading.name)?;
    Some(match reading.shows {
        Shows::Title => ratio.title.clone(),
        Shows::Estimate => ratios::means_estimate(ratio).value,
        Shows::Range => String::new(),
    })
}

/// What a picture or page of a result is of, on a line: title, span, size, and that it is no
/// forecast where the file says so.
pub fn signature(result: &RunResult) -> String {
    signed(
        (&result.scenario, end(result)),
        format!("{} trials", format::count(result.run.trials)),
        &result.run,
        &result.tool,
    )
}

/// The same of a sweep.
pub fn signature_of_sweep(result: &SweepResult) -> String {
    let scenario = &result.scenario;
    let runs = result.points.len() + 1;
    let end = match scenario.is_timeless() {
        true => String::new(),
        false => dates::date_at(&scenario.start, scenario.horizon),
    };
    signed(
        (scenario, end),
        format!("{runs} runs of {} trials", format::count(result.run.trials)),
        &result.run,
        &result.tool,
    )
}

fn signed(
    (scenario, end): (&ScenarioInfo, String),
    size: String,
    run: &RunInfo,
    tool: &Tool,
) -> String {
    let mut parts = vec![
        match scenario.is_timeless() {
            true => label(&scenario.title, &scenario.name).to_owned(),
            false => format!(
                "{}, {} to {end}",
                label(&scenario.title, &scenario.name),
                scenario.start,
            ),
        },
        format!("{size}, seed {}", run.seed),
    ];
    let sources = scenario.source.get("sources").and_then(|s| s.as_object());
    match sources.map_or(0, |sources| sources.len()) {
        0 => {}
        1 => parts.push("one source in the file".into()),
        n => parts.push(format!("{n} sources in the file")),
    }
    if is_no_forecast(scenario) {
        parts.push("illustrative judgement, not a forecast".into());
    }
    parts.push(format!("{} {}", tool.name, tool.version));
    parts.join(" · ")
}

/// Whether the file says that its numbers are no forecast.
pub fn is_illustrative(result: &RunResult) -> bool {
    is_no_forecast(&result.scenario)
}

fn is_no_forecast(scenario: &ScenarioInfo) -> bool {
    let note = scenario.source.get("note").and_then(|note| note.as_str());
    let note = note.unwrap_or_default().to_lowercase();
    note.contains("not a forecast") || note.contains("illustrative")
}

/// The simulation's error as a remark on chance in the simulation: what it does to the numbers.
pub fn chance(result: &RunResult) -> String {
    let all = (result.outcomes.iter().map(|o| o.std_error))
        .chain(result.groups.iter().map(|g| g.std_error))
        .chain(result.questions.iter().map(|q| q.std_error))
        .chain(result.conditional.iter().filter_map(|q| q.std_error))
        .chain((result.scorecard.iter()).flat_map(|t| t.comes_true.iter().map(|c| c.std_error)));
    let largest = 100.0 * all.fold(0.0, f64::max);
    // Twice the error, up to the next digit.
    let bound = 2.0 * largest;
    let digits = places(None, bound / 400.0).unwrap_or(0).max(0);
    let unit = (0..digits).fold(1.0, |unit, _| unit / 10.0);
    let bound = (bound / unit).ceil() * unit;
    if largest > 0.0 {
        format!(
            "moves these numbers by {} points at most",
            format::fixed(bound, digits)
        )
    } else {
        "moves none of these numbers".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn outcomes_of_a_group_stand_together_and_the_likeliest_come_first() {
        let mut run = fixture::run();
        for (i, (name, group, p)) in [
            ("a", None, 0.1),
            ("b", Some("small"), 0.15),
            ("c", Some("large"), 0.05),
            ("d", Some("large"), 0.4),
        ]
        .into_iter()
        .enumerate()
        {
            run.outcomes[i].name = name.into();
            run.outcomes[i].group = group.map(str::to_owned);
            run.outcomes[i].probability = p;
        }
        run.outcomes.drain(4..run.outcomes.len() - 1);
        let last = run.outcomes.last_mut().expect("the rest");
        (last.name, last.group, last.probability) = ("unclassified".into(), None, 0.3);
        let mut second = run.groups[0].clone();
        run.groups.truncate(1);
        (run.groups[0].name, run.groups[0].probability) = ("small".into(), 0.15);
        (second.name, second.probability) = ("large".into(), 0.45);
        run.groups.push(second);
        let names = |order| -> Vec<String> {
            let all = outcomes_by(&run, order).into_iter();
            all.map(|one| one.name.clone()).collect()
        };
        assert_eq!(
            names(Order::Likeliest),
            ["d", "c", "b", "a", "unclassified"]
        );
        assert_eq!(names(Order::File), ["a", "b", "c", "d", "unclassified"]);
    }

    #[test]
    fn titles_go_on_in_lower_case_or_between_quotation_marks() {
        let told = |titles: &[&str]| in_sentence(titles).join(", ");
        assert_eq!(told(&["Has died", "Is alive"]), "Has died, is alive");
        assert_eq!(
            told(&["The war goes on", "A truce"]),
            "The war goes on, a truce"
        );
        // Whether that is a name, no list of words can tell.
        assert_eq!(
            told(&["The war goes on", "Russia wins"]),
            "'The war goes on', 'Russia wins'"
        );
        assert_eq!(
            told(&["Closed once", "Open all year"]),
            "'Closed once', 'Open all year'"
        );
        assert_eq!(told(&["calm", "crisis"]), "calm, crisis");
        assert_eq!(told(&["Signed"]), "Signed");
    }

    #[test]
    fn a_made_sentence_says_within_where_a_range_is_a_bound() {
        let mut result = fixture::run();
        result.scenario.source["headline"] = serde_json::Value::Null;
        for group in &mut result.groups {
            group.epistemic.status = crate::results::EpistemicStatus::Bounded;
        }
        let text = of(&result);
        assert!(text.contains("(within "), "{text}");
        assert!(!text.contains("(in "), "{text}");
    }

    #[test]
    fn a_range_that_is_not_known_leaves_no_empty_brackets() {
        let mut result = fixture::run();
        let told = |result: &RunResult, text: &str| {
            told(&Headline::parse(text).expect("a sentence"), result)
        };
        let text = "Signed in {outcome.settled} ({outcome.settled.range} as assumptions vary), or not (who knows).";
        assert_eq!(
            told(&result, text),
            "Signed in 41% (22–61% as assumptions vary), or not (who knows)."
        );
        result.outcomes[0].epistemic90 = None;
        let bare = told(&result, text);
        assert!(bare.starts_with("Signed in 41"), "{bare}");
        assert!(bare.ends_with("%, or not (who knows)."), "{bare}");
        let open = told(&result, "(a) {outcome.settled.range} (b)");
        assert_eq!(open, "(a)  (b)");
    }
}
