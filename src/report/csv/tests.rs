//! What CSV says, cell by cell.

use super::*;
use crate::report::fixture;

/// A reader that went away after some bytes.
struct Gone(usize);

impl Write for Gone {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_goes_away_is_told_from_other_faults() {
    let mut whole = Vec::new();
    write_compare(&mut whole, &fixture::compare(), Layout::default()).expect("a vector takes all");
    for taken in [0, whole.len() / 2, whole.len() - 1] {
        let fault = write_compare(&mut Gone(taken), &fixture::compare(), Layout::default())
            .expect_err("the reader went away");
        assert_eq!(fault.kind(), io::ErrorKind::BrokenPipe, "after {taken}");
    }
}

#[test]
fn no_text_of_a_file_is_a_formula_in_a_spreadsheet() {
    let mut result = fixture::run();
    result.scenario.name = "=1+1".into();
    result.outcomes[0].title = "@SUM(A1)".into();
    result.outcomes[1].title = "-2 degrees".into();
    let mut bytes = Vec::new();
    write_run(&mut bytes, &result, Layout::default()).expect("a vector takes all");
    let rows = rows(&bytes);
    let is_formula =
        |cell: &str| cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
    assert!(rows.iter().all(|row| !row.iter().any(is_formula)));
    assert!(
        rows.iter()
            .any(|row| row.iter().any(|cell| cell == "'@SUM(A1)"))
    );
    // Numbers below zero stay numbers.
    assert_eq!(harmless("peace"), "peace");
}

#[test]
fn cells_are_set_apart_as_asked_and_a_mark_says_that_it_is_utf_8() {
    let layout = Layout {
        separator: b';',
        has_mark: true,
    };
    let (mut plain, mut other) = (Vec::new(), Vec::new());
    write_run(&mut plain, &fixture::run(), Layout::default()).expect("a vector takes all");
    write_run(&mut other, &fixture::run(), layout).expect("a vector takes all");
    let marked = other.strip_prefix("\u{feff}".as_bytes()).expect("a mark");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(marked);
    let found: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(found, rows(&plain));
}

fn rows(bytes: &[u8]) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(bytes);
    assert_eq!(reader.headers().expect("a header"), &HEADER[..]);
    // A reader that is not flexible refuses rows of another length.
    reader.records().map(|row| row.expect("a row")).collect()
}

#[test]
fn every_outcome_reads_back_with_both_uncertainties() {
    let result = fixture::run();
    let mut bytes = Vec::new();
    write_run(&mut bytes, &result, Layout::default()).expect("a vector takes all");
    let rows = rows(&bytes);
    for outcome in &result.outcomes {
        let row = rows
            .iter()
            .find(|row| &row[2] == "outcome" && row[3] == outcome.name && row[5].is_empty())
            .expect("a row for each outcome");
        assert_eq!(row[4], outcome.title);
        let number = |i: usize| row[i].parse::<f64>().expect("a number");
        assert_eq!(number(10), outcome.probability);
        assert_eq!(number(11), outcome.std_error);
        assert_eq!([number(12), number(13)], outcome.ci95);
        if let Some(ends) = outcome.epistemic90 {
            assert_eq!([number(14), number(15)], ends);
        }
    }
}

#[test]
fn series_have_a_row_a_time() {
    let result = fixture::run();
    let mut bytes = Vec::new();
    write_run(&mut bytes, &result, Layout::default()).expect("a vector takes all");
    let phase = &result.phases[0];
    let rows = rows(&bytes);
    let dates: Vec<&str> = rows
        .iter()
        .filter(|row| &row[2] == "phase" && row[3] == phase.name)
        .map(|row| &row[8])
        .collect();
    assert_eq!(dates, result.dates);
}

#[test]
fn titles_with_commas_quotes_and_breaks_survive() {
    let mut result = fixture::run();
    result.outcomes[0].title = "a, \"b\"\nc".into();
    let mut bytes = Vec::new();
    write_run(&mut bytes, &result, Layout::default()).expect("a vector takes all");
    assert!(rows(&bytes).iter().any(|row| &row[4] == "a, \"b\"\nc"));
}

#[test]
fn comparisons_name_their_base() {
    let result = fixture::compare();
    let mut bytes = Vec::new();
    write_compare(&mut bytes, &result, Layout::default()).expect("a vector takes all");
    let rows = rows(&bytes);
    let comparison = &result.comparisons[0];
    let differences = rows.iter().filter(|row| {
        let pair = row[0] == comparison.other && row[1] == comparison.base;
        pair && &row[9] == "difference" && &row[2] == "outcome"
    });
    let formed = comparison
        .differences
        .iter()
        .filter(|d| d.difference.is_some())
        .count();
    assert_eq!(differences.count(), formed);
}
