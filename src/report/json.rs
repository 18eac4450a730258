//! Results as JSON: the contract for scripts.
//!
//! Takes any result; writes one object, indented, ended by a line break. Keys stand in the order of
//! the types, so equal results give equal bytes.

use serde::Serialize;
use std::io::{self, Write};

/// ```
/// use quincunx::{RunResult, Silent, Study};
///
/// let study = Study::open("scenarios/baseline.json".as_ref(), &[])?;
/// let result = study.run(&study.settings().trials(1024).build(), &Silent)?;
/// let mut text = Vec::new();
/// quincunx::report::json::write(&mut text, &result)?;
/// let read: RunResult = serde_json::from_slice(&text)?;
/// assert_eq!(read, result);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, result: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, result)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::{CompareResult, RunResult, Storyline};

    fn text(result: &impl Serialize) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, result).expect("a vector takes all");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    #[test]
    fn results_read_back_are_equal_to_the_last_bit() {
        let run = fixture::run();
        let read: RunResult = serde_json::from_str(&text(&run)).expect("it is JSON");
        assert_eq!(read, run);
        let compare = fixture::compare();
        let read: CompareResult = serde_json::from_str(&text(&compare)).expect("it is JSON");
        assert_eq!(read, compare);
        let story = fixture::storyline();
        let read: Storyline = serde_json::from_str(&text(&story)).expect("it is JSON");
        assert_eq!(read, story);
    }

    #[test]
    fn the_file_ends_with_one_line_break() {
        let text = text(&fixture::run());
        assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
    }
}
