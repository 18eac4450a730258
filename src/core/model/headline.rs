//! The headline of a file: a sentence with results in braces.
//!
//! `{group.NAME}`, `{outcome.NAME}` and `{question.NAME}` are probabilities, `{trend.NAME}` the
//! chance that the trend has come true by the end, `{metric.NAME}` a mean, `{ratio.NAME}` a ratio
//! of two. `.range` after one of them is its epistemic range (of a ratio there is none), `.title`
//! its title. `{start}` and `{end}` are dates. A doubled
//! brace is a brace. Takes the text; gives its pieces, or what is wrong with it and where. Whether
//! the names exist, and what the results are, is for others.

use std::ops::Range;

/// A sentence in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// The first day.
    Start,
    /// The last day.
    End,
    Reading(Reading),
}

/// A result that a headline tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub of: Of,
    pub name: String,
    pub shows: Shows,
    /// Where the name stands in the text, in bytes.
    pub range: Range<usize>,
}

/// Kinds of things that have results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Group,
    Outcome,
    Question,
    Trend,
    Metric,
    /// Of the means of two metrics.
    Ratio,
}

/// What is shown of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    Estimate,
    Range,
    Title,
}

/// What is wrong with a headline, and where, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadlineFault {
    pub range: Range<usize>,
    pub message: String,
    pub hint: String,
}

const KINDS: [(&str, Of); 6] = [
    ("group", Of::Group),
    ("outcome", Of::Outcome),
    ("question", Of::Question),
    ("trend", Of::Trend),
    ("metric", Of::Metric),
    ("ratio", Of::Ratio),
];
const PARTS: [(&str, Shows); 2] = [("range", Shows::Range), ("title", Shows::Title)];
const FORM: &str = "write {group.NAME}, or outcome, question, trend, metric or ratio; {start} and {end} are dates, and a brace is written twice";

impl Of {
    /// The word for it, as a headline has it.
    pub fn noun(self) -> &'static str {
        KINDS
            .iter()
            .find(|(_, of)| *of == self)
            .map_or("", |(word, _)| word)
    }
}

impl Headline {
    /// Takes a headline apart.
    ///
    /// # Errors
    /// The first brace that is not closed, or what is between braces and means nothing.
    pub fn parse(text: &str) -> Result<Self, HeadlineFault> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = 0;
        while let Some(found) = text[rest..].find(['{', '}']) {
            let at = rest + found;
            plain.push_str(&text[rest..at]);
            let brace = &text[at..=at];
            if text[at + 1..].starts_with(brace) {
                plain.push_str(brace);
                rest = at + 2;
                continue;
            }
            let end = (brace == "{").then(|| text[at..].find('}')).flatten();
            let Some(end) = end.map(|end| at + end) else {
                return Err(HeadlineFault {
                    range: at..at + 1,
                    message: "this brace has no partner".into(),
                    hint: FORM.into(),
                });
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(between_braces(&text[at + 1..end], at + 1)?);
            rest = end + 1;
        }
        plain.push_str(&text[rest..]);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// The results that it tells.
    pub fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Reading(reading) => Some(reading),
            _ => None,
        })
    }
}

/// What stands between braces, which begins at byte `from`.
fn between_braces(text: &str, from: usize) -> Result<Piece, HeadlineFault> {
    let fault = |message: String, hint: String| HeadlineFault {
        range: from..from + text.len(),
        message,
        hint,
    };
    match text {
        "start" => return Ok(Piece::Start),
        "end" => return Ok(Piece::End),
        _ => {}
    }
    let parts: Vec<&str> = text.split('.').collect();
    let (kind, name, part) = match parts.as_slice() {
        [kind, name] => (*kind, *name, None),
        [kind, name, part] => (*kind, *name, Some(*part)),
        _ => return Err(fault(format!("`{text}` is no result"), FORM.into())),
    };
    let Some((_, of)) = KINDS.iter().find(|(word, _)| *word == kind) else {
        let hint = crate::diagnostic::nearest(kind, KINDS.iter().map(|(word, _)| *word));
        let hint = hint.map_or(FORM.into(), |word| format!("did you mean `{word}`?"));
        return Err(fault(format!("`{kind}` has no results"), hint));
    };
    let shows = match part {
        None => Shows::Estimate,
        Some(part) => match PARTS.iter().find(|(word, _)| *word == part) {
            Some((_, shows)) => *shows,
            None => {
                let hint = crate::diagnostic::nearest(part, PARTS.iter().map(|(word, _)| *word));
                let known = "the parts of a result are `range` and `title`".to_owned();
                let hint = hint.map_or(known, |word| format!("did you mean `{word}`?"));
                return Err(fault(format!("a {kind} has no `{part}`"), hint));
            }
        },
    };
    if *of == Of::Ratio && shows == Shows::Range {
        let hint = "its interval is in the table of ratios of means".to_owned();
        return Err(fault(
            "a ratio has no range over the assumptions".into(),
            hint,
        ));
    }
    let begin = from + kind.len() + 1;
    Ok(Piece::Reading(Reading {
        of: *of,
        name: name.to_owned(),
        shows,
        range: begin..begin + name.len(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_comes_apart_into_text_and_results() {
        let headline =
            Headline::parse("Of {{all}}: {group.war.range} by {end}.").expect("it is sound");
        assert_eq!(
            headline.pieces,
            [
                Piece::Text("Of {all}: ".into()),
                Piece::Reading(Reading {
                    of: Of::Group,
                    name: "war".into(),
                    shows: Shows::Range,
                    range: 19..22,
                }),
                Piece::Text(" by ".into()),
                Piece::End,
                Piece::Text(".".into()),
            ]
        );
        assert_eq!(Headline::parse("plain").map(|h| h.pieces.len()), Ok(1));
        assert_eq!(Headline::parse("").map(|h| h.pieces.len()), Ok(0));
    }

    #[test]
    fn each_fault_has_its_place_and_a_way_out() {
        for (text, range, hint) in [
            ("a {b", 2..3, "{group.NAME}"),
            ("a } b", 2..3, "{group.NAME}"),
            ("{}", 1..1, "{group.NAME}"),
            ("{peace}", 1..6, "{group.NAME}"),
            ("{grup.war}", 1..9, "`group`"),
            ("{group.war.rnge}", 1..15, "`range`"),
            ("{group.war.x.y}", 1..14, "{group.NAME}"),
            ("{ratio.cost.range}", 1..17, "table"),
        ] {
            let fault = Headline::parse(text).expect_err(text);
            assert_eq!(fault.range, range, "{text}");
            assert!(fault.hint.contains(hint), "{text}: {}", fault.hint);
        }
    }
}
