//! Words of estimative probability: which word stands for which chances.

use serde_json::Value;

/// After Intelligence Community Directive 203 (2015): each word up to where it reaches.
const DIRECTIVE_203: [(&str, f64); 7] = [
    ("almost no chance", 0.05),
    ("very unlikely", 0.20),
    ("unlikely", 0.45),
    ("roughly even chance", 0.55),
    ("likely", 0.80),
    ("very likely", 0.95),
    ("almost certain", 1.0),
];

/// Words in ascending order; each reaches from where the one before ends up to its own end, and the
/// last ends at 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Words(Vec<(String, f64)>);

impl Default for Words {
    fn default() -> Self {
        Self(
            DIRECTIVE_203
                .map(|(word, end)| (word.to_owned(), end))
                .into(),
        )
    }
}

/// What is wrong with a table of words.
#[derive(Clone, Debug, PartialEq)]
pub enum Slip {
    /// Of the table as a whole.
    Table(&'static str),
    /// Of a row.
    Row(usize, &'static str),
    /// Of a word.
    Word(usize, String),
    /// Of an end.
    End(usize, String),
}

impl Words {
    /// Reads `[[word, end], …]`.
    pub fn read(value: &Value) -> Result<Self, Vec<Slip>> {
        const ROW: &str =
            "a word and the chance up to which it reaches, such as `[\"unlikely\", 0.45]`";
        let Some(rows) = value.as_array() else {
            return Err(vec![Slip::Table(
                "a list of words, each with the chance up to which it reaches",
            )]);
        };
        let mut slips = Vec::new();
        let mut words: Vec<(String, f64)> = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            let parts = row.as_array().map(Vec::as_slice);
            let Some([Value::String(word), Value::Number(end)]) = parts else {
                slips.push(Slip::Row(i, ROW));
                continue;
            };
            let end = end.as_f64().unwrap_or(f64::NAN);
            if word.trim().is_empty() || word.chars().any(char::is_control) {
                slips.push(Slip::Word(i, "a word is a line of text".to_owned()));
            } else if words.iter().any(|(other, _)| other == word) {
                slips.push(Slip::Word(i, format!("two rows have the word `{word}`")));
            }
            let below = words.last().map_or(0.0, |(_, end)| *end);
            if !(end > below && end <= 1.0) {
                slips.push(Slip::End(
                    i,
                    format!("a word reaches further than the one before it, here {below}, and to 1 at most; found {end}"),
                ));
            }
            words.push((word.clone(), end));
        }
        match words.last() {
            None if slips.is_empty() => slips.push(Slip::Table("at least one word")),
            Some((_, end)) if slips.is_empty() && *end < 1.0 => slips.push(Slip::End(
                words.len() - 1,
                format!("the last word reaches to 1, found {end}"),
            )),
            _ => {}
        }
        if slips.is_empty() {
            Ok(Self(words))
        } else {
            Err(slips)
        }
    }

    /// Those that an effective scenario states, if it states any.
    pub fn stated(scenario: &Value) -> Option<Self> {
        Self::read(scenario.get("words")?).ok()
    }

    /// The word for all of a range, or two neighbours; a range that ends where a word begins does
    /// not reach into it.
    pub fn for_range(&self, [low, high]: [f64; 2]) -> Option<String> {
        let Self(words) = self;
        let last = words.iter().position(|(_, end)| high <= *end)?;
        let starts = |i: usize| i.checked_sub(1).map_or(0.0, |before| words[before].1);
        let first = (0..words.len())
            .rev()
            .find(|i| low >= starts(*i))?
            .min(last);
        match last - first {
            0 => Some(words[first].0.clone()),
            1 => Some(format!("{} to {}", words[first].0, words[last].0)),
            _ => None,
        }
    }

    /// Words with the chance up to which each reaches, ascending.
    pub fn rows(&self) -> &[(String, f64)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_word_is_said_only_of_a_range_that_lies_within_it_or_its_neighbour() {
        let said = |ends| Words::default().for_range(ends);
        assert_eq!(said([0.6, 0.7]).as_deref(), Some("likely"));
        assert_eq!(
            said([0.21, 0.55]).as_deref(),
            Some("unlikely to roughly even chance")
        );
        assert_eq!(said([0.55, 0.8]).as_deref(), Some("likely"));
        assert_eq!(said([0.0, 0.05]).as_deref(), Some("almost no chance"));
        assert_eq!(said([0.14, 0.55]), None);
        assert_eq!(said([0.0, 1.0]), None);
        assert_eq!(said([1.0, 1.0]).as_deref(), Some("almost certain"));
    }

    #[test]
    fn the_words_of_a_file_take_the_place_of_the_usual_ones() {
        let words = Words::read(&json!([["no", 0.5], ["perhaps", 0.9], ["yes", 1]])).unwrap();
        assert_eq!(words.for_range([0.2, 0.5]).as_deref(), Some("no"));
        assert_eq!(
            words.for_range([0.2, 0.6]).as_deref(),
            Some("no to perhaps")
        );
        assert_eq!(words.for_range([0.9, 1.0]).as_deref(), Some("yes"));
        assert_eq!(words.for_range([0.2, 0.91]), None);
        let one = Words::read(&json!([["possible", 1]])).unwrap();
        assert_eq!(one.for_range([0.0, 1.0]).as_deref(), Some("possible"));
        assert_eq!(Words::stated(&json!({"words": [["a", 2]]})), None);
    }

    #[test]
    fn words_that_leave_a_gap_or_overlap_are_no_table() {
        let slips = |value: Value| Words::read(&value).unwrap_err();
        assert!(matches!(slips(json!({}))[..], [Slip::Table(_)]));
        assert!(matches!(slips(json!([]))[..], [Slip::Table(_)]));
        assert!(matches!(slips(json!([["a", 0.5]]))[..], [Slip::End(0, _)]));
        assert!(matches!(
            slips(json!([["a", 0], ["b", 1]]))[..],
            [Slip::End(0, _)]
        ));
        assert!(matches!(
            slips(json!([["a", 0.5], ["b", 0.5], ["c", 1]]))[..],
            [Slip::End(1, _)]
        ));
        assert!(matches!(
            slips(json!([["a", 0.5], ["a", 1]]))[..],
            [Slip::Word(1, _)]
        ));
        assert!(matches!(slips(json!([[" ", 1]]))[..], [Slip::Word(0, _)]));
        assert!(matches!(
            slips(json!(["a", ["b"], [1, "c"]]))[..],
            [Slip::Row(0, _), Slip::Row(1, _), Slip::Row(2, _)]
        ));
    }
}
