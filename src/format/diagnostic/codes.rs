//! The kinds of fault and doubt that we know, each with one sentence.

/// Every code with its meaning, by name within each stage.
pub const CODES: &[(&str, &str)] = &[
    // Reading.
    (
        "byte-order-mark",
        "the file begins with a byte order mark, which JSON does not allow",
    ),
    ("duplicate-key", "an object states the same key twice"),
    (
        "extends-cycle",
        "a file extends itself, directly or through others",
    ),
    (
        "extends-not-found",
        "the file named by `extends` cannot be read",
    ),
    ("file-empty", "the file has no content"),
    ("file-not-found", "there is no such file"),
    (
        "file-outside-folder",
        "a table names a CSV file that is not in the folder of the file that names it",
    ),
    ("file-not-utf8", "the file is not text in UTF-8"),
    (
        "file-unreadable",
        "the file cannot be read, for instance because it is a directory",
    ),
    (
        "invalid-csv",
        "the text of a CSV file has no header, two columns of one name, a short row, or a quote that nothing closes",
    ),
    ("invalid-json", "the text is not JSON"),
    ("invalid-set", "an argument of `--set` is not PATH=VALUE"),
    (
        "nested-too-deeply",
        "brackets are nested deeper than any scenario needs",
    ),
    (
        "number-too-large",
        "a number is beyond the range of floating point",
    ),
    (
        "unknown-column",
        "a table names a column that its CSV file does not have",
    ),
    (
        "unknown-path",
        "a path of `--set` leads to nothing in the scenario",
    ),
    (
        "weights-unclear",
        "a variant states some weights, and what is left for the other trends is unclear",
    ),
    // Decoding.
    ("conflicting-keys", "two keys exclude each other"),
    ("duplicate-name", "two items of a list have the same name"),
    (
        "evidence-not-supported",
        "the file states evidence, which this version would ignore",
    ),
    (
        "formula-not-allowed",
        "a formula stands where only a number can",
    ),
    (
        "invalid-date",
        "a text is not a date of the form YYYY-MM-DD",
    ),
    (
        "invalid-duration",
        "a text is not a duration such as \"12 months\"",
    ),
    ("invalid-name", "a name is not an identifier"),
    (
        "invalid-percentiles",
        "the percentiles of a distribution are not a set that determines it",
    ),
    ("missing-key", "an object lacks a key that it needs"),
    (
        "unknown-key",
        "an object has a key that means nothing there",
    ),
    ("unknown-source", "`source` names no entry of `sources`"),
    (
        "unsupported-format",
        "the file is of another version of the format",
    ),
    (
        "value-out-of-range",
        "a number lies outside of what makes sense there",
    ),
    (
        "wrong-type",
        "a value is of another kind than what belongs there",
    ),
    // Formulas.
    (
        "argument-count",
        "a function has too few or too many arguments",
    ),
    ("formula-syntax", "a formula does not follow the grammar"),
    (
        "formula-too-deep",
        "a formula is longer or nested deeper than any analyst writes",
    ),
    (
        "not-finite",
        "a formula has no finite value, or may be infinite",
    ),
    (
        "not-readable-here",
        "a formula reads something that does not exist where it stands",
    ),
    ("unknown-name", "nothing carries a name that is referred to"),
    // Meaning.
    (
        "circular-definition",
        "parameters, quantities of the trial, derived values or metrics read one another in a circle",
    ),
    (
        "correlates-constant",
        "a correlation names something that does not vary",
    ),
    (
        "correlation-out-of-reach",
        "two parameters have so few values that they cannot have the stated rank correlation",
    ),
    (
        "correlations-contradict",
        "no joint distribution has the stated correlations",
    ),
    (
        "date-out-of-range",
        "a date lies outside of the simulated time",
    ),
    (
        "invalid-correlation",
        "a pair is correlated with itself, or stated twice",
    ),
    (
        "invalid-distribution",
        "no distribution has the stated arguments",
    ),
    (
        "invalid-headline",
        "a headline has a brace without a partner, or tells what is no result",
    ),
    (
        "invalid-words",
        "words for chances do not ascend to 1, or one stands twice",
    ),
    (
        "missing-arm",
        "a choice by trend or phase leaves some of them out",
    ),
    (
        "no-list",
        "a variant adds to a list that the file which it extends leaves to its default",
    ),
    (
        "unknown-item",
        "a variant changes or removes what the list does not have",
    ),
    ("no-start-phase", "no trial could start in any phase"),
    (
        "no-start-value",
        "no trial could start with any value of a state",
    ),
    (
        "reserved-name",
        "a name is a word of the language, of the format or of the reports",
    ),
    ("shift-to-itself", "a trend or a state moves to itself"),
    (
        "too-many-items",
        "a list is longer than the simulation can number its items",
    ),
    (
        "too-many-steps",
        "the horizon takes more steps than can be run",
    ),
    // Doubts.
    (
        "correlation-dropped",
        "a variant pins or removes something that its parent correlates",
    ),
    ("empty-group", "no outcome is in a group"),
    ("event-cannot-fire", "an event can never fire"),
    (
        "hazard-near-certain",
        "a hazard is as good as certain within one step",
    ),
    ("indicator-never-moves", "nothing moves an indicator"),
    (
        "no-mean",
        "a number has so heavy a tail that it has no mean",
    ),
    ("no-outcomes", "a scenario has no outcome rules"),
    (
        "no-variance",
        "a number has so heavy a tail that no error of its mean can be stated",
    ),
    (
        "branches-below-one",
        "probabilities of branches sum to less than one, and none takes the rest",
    ),
    (
        "order-by-name",
        "what comes of two events at one instant depends on the order of their names",
    ),
    ("outcome-impossible", "an outcome rule never holds"),
    (
        "outcome-shadowed",
        "an outcome rule is preceded by one that holds whenever it does",
    ),
    (
        "parameter-unused",
        "no formula reads a parameter, or a quantity of the trial",
    ),
    (
        "needs-time",
        "something needs time in a file without `start`, `horizon` and `step`",
    ),
    (
        "phase-dead-end",
        "nothing leaves a phase, and no outcome, question or metric names it",
    ),
    ("phase-unreachable", "nothing leads to a phase"),
    (
        "range-needed",
        "a distribution reaches values that make no sense where it is used",
    ),
    (
        "since-before-first",
        "a condition holds, or a hazard is raised, because an event has not happened yet",
    ),
    (
        "start-outside-range",
        "an indicator starts outside of its range",
    ),
    (
        "starts-not-one",
        "the probabilities of starting in the phases, or with the values of a state, do not sum to one",
    ),
    ("state-unreachable", "nothing leads to a value of a state"),
    ("state-unused", "nothing hangs on a state"),
    (
        "similar-name",
        "a variant adds a name that is one letter from a name of its parent",
    ),
    ("step-too-coarse", "something moves too fast for the step"),
    (
        "time-off-grid",
        "a reported time, or a step of a table, lies between two grid points",
    ),
    ("trend-unreachable", "nothing leads to a trend"),
    (
        "unit-missing",
        "a number without a unit counts years where another unit was probably meant",
    ),
    (
        "weights-not-one",
        "the weights of the trends do not sum to one",
    ),
    // Told by a run.
    (
        "chance-not-realised",
        "an event came about more or less often than the chance that the file states for it",
    ),
    ("empty-outcome", "an outcome rule caught no trial"),
    (
        "endless-firings",
        "events fire one another without end, which ends the run",
    ),
    (
        "few-draws",
        "so few parameter draws were simulated that intervals can be too short",
    ),
    ("interrupted", "the run was ended early"),
    ("never-fired", "an event fired in no trial"),
    (
        "non-finite",
        "some trials met a value that is not finite, and were left out",
    ),
    (
        "rare-not-settled",
        "the probability of something rare is bounded and not estimated",
    ),
    (
        "too-many-firings",
        "an event fires so often within one step that the run is ended",
    ),
    (
        "trend-always-true",
        "a trend has come true at the end of all trials",
    ),
    (
        "trend-never-true",
        "a trend has come true at the end of no trial",
    ),
    (
        "trend-true-anyway",
        "a trend comes true as often, as far as the trials can tell, whichever leads at the start",
    ),
    (
        "trend-without-effect",
        "no outcome is detectably likelier or less likely where a trend leads at the start",
    ),
    ("unclassified", "no outcome rule holds in some trials"),
    (
        "unlike-clocks",
        "compared scenarios differ in start, horizon or step",
    ),
];

/// Those of [`CODES`] that only a run or a comparison can tell: as warnings of its result, or as
/// what ended it.
pub const RUN_CODES: &[&str] = &[
    "chance-not-realised",
    "empty-outcome",
    "endless-firings",
    "few-draws",
    "interrupted",
    "never-fired",
    "non-finite",
    "rare-not-settled",
    "too-many-firings",
    "trend-always-true",
    "trend-never-true",
    "trend-true-anyway",
    "trend-without-effect",
    "unclassified",
    "unlike-clocks",
];

#[cfg(test)]
mod tests {
    use super::{CODES, RUN_CODES};

    #[test]
    fn codes_are_unique_kebab_case_words() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, meaning) in CODES {
            assert!(seen.insert(code), "{code} is listed twice");
            assert!(
                code.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{code}"
            );
            assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn every_code_of_runs_is_documented() {
        for code in RUN_CODES {
            assert!(CODES.iter().any(|(known, _)| known == code), "{code}");
        }
    }
}
