//! No line is wider than the page, however long the titles are.

use super::*;
use crate::report::fixture;
use crate::results::{
    ExplainPart, ExplainedNumber, GivenRow, GivenSize, GivenValue, SensitivityIndex,
    SensitivityTarget, Swing,
};
use unicode_width::UnicodeWidthStr;

const LONG: &str = "A title that goes on and on, 停戦協定 and all, past any width that a terminal has, and_holds_a_name_without_a_break_of_more_than_forty_cells";

/// Something that writes a result.
type Written<'a> = &'a dyn Fn(&mut Vec<u8>) -> io::Result<()>;

fn sweep(inputs: usize) -> SweepResult {
    let mut result = fixture::sweep(inputs);
    result.scenario.title = LONG.into();
    for of in &mut result.of {
        of.title = LONG.into();
    }
    for axis in &mut result.axes {
        axis.path = format!("parameters.{}.value", "a_long_name".repeat(6));
    }
    result
}

fn given() -> GivenResult {
    let run = fixture::run();
    let value = GivenValue {
        trials: 2048,
        value: Some(0.123),
        std_error: Some(0.0051),
        ci95: Some([0.113, 0.133]),
        effective_trials: Some(2000.0),
    };
    let row = |unit: &str| GivenRow {
        name: "row".into(),
        title: LONG.into(),
        unit: unit.into(),
        all: value.clone(),
        held: value.clone(),
        not_held: value.clone(),
        difference: Some(0.0),
        difference_std_error: Some(0.0051),
        difference_ci95: Some([-0.01, 0.01]),
        detectable: false,
        p_adjusted: Some(1.0),
    };
    let size = GivenSize {
        trials: 1024,
        replicates: 16,
    };
    GivenResult {
        format: 1,
        tool: run.tool,
        run: run.run,
        scenario: run.scenario,
        condition: format!("ever(phase == {})", "long_name".repeat(12)),
        probability: 0.5,
        std_error: 0.01,
        ci95: [0.48, 0.52],
        sides: [size.clone(), size],
        groups: vec![row("")],
        outcomes: vec![row("")],
        questions: vec![row("")],
        conditional: vec![row("")],
        metrics: vec![row(
            "square kilometres of land that nobody has walked on in a year",
        )],
        warnings: Vec::new(),
    }
}

fn sensitivity() -> SensitivityResult {
    let run = fixture::run();
    let index = SensitivityIndex {
        input: "input".into(),
        title: LONG.into(),
        kind: "weight".into(),
        first: 0.5,
        first_std_error: 0.01,
        first_ci95: [0.48, 0.52],
        total: Some(0.6),
        total_std_error: Some(0.01),
        total_ci95: Some([0.58, 0.62]),
        p_adjusted: 0.0,
        detectable: true,
        correlated_with: vec!["other".into()],
        own: Some(0.3),
        own_std_error: Some(0.01),
        own_ci95: Some([0.28, 0.32]),
        evppi: 0.01,
        evppi_std_error: 0.001,
        evppi_ci95: [0.008, 0.012],
    };
    let swing = Swing {
        input: "input".into(),
        title: LONG.into(),
        kind: "parameter".into(),
        input_low: Some(0.1),
        input_high: Some(0.9),
        low: Some(0.1),
        low_std_error: Some(0.01),
        high: Some(0.3),
        high_std_error: Some(0.01),
        swing: Some(0.2),
        swing_std_error: Some(0.005),
        swing_ci95: Some([0.19, 0.21]),
        p_adjusted: Some(0.0),
        detectable: true,
    };
    SensitivityResult {
        format: 1,
        tool: run.tool,
        method: "sobol".into(),
        run: run.run,
        scenario: run.scenario,
        design_size: None,
        tornado_size: None,
        targets: vec![SensitivityTarget {
            of: "target".into(),
            title: LONG.into(),
            kind: "outcome".into(),
            unit: String::new(),
            value: Some(0.2),
            std_error: Some(0.01),
            variance: None,
            inputs: vec![index],
            effects: Vec::new(),
            tornado: vec![swing],
        }],
        remarks: vec![LONG.into()],
        warnings: Vec::new(),
    }
}

fn explain() -> ExplainResult {
    let run = fixture::run();
    let part = |edit: &str| ExplainPart {
        edit: edit.into(),
        difference: Some(0.01),
        std_error: Some(0.001),
        ci95: Some([0.008, 0.012]),
        detectable: false,
        p_adjusted: Some(1.0),
    };
    let edit = format!("parameters.{}.value=0.5", "a_long_name".repeat(6));
    ExplainResult {
        format: 1,
        tool: run.tool,
        run: run.run,
        base: run.scenario.clone(),
        other: run.scenario,
        edits: vec![edit.clone()],
        method: "all-subsets".into(),
        runs: 2,
        orders: 0,
        numbers: vec![ExplainedNumber {
            name: "number".into(),
            title: LONG.into(),
            kind: "outcome".into(),
            unit: String::new(),
            base: Some(0.2),
            other: Some(0.21),
            total: part(""),
            parts: vec![part(&edit)],
        }],
    }
}

#[test]
fn markdown_says_that_a_result_was_cut_short() {
    use crate::report::markdown;
    for interrupted in [false, true] {
        let (mut swept, mut split, mut driven) = (sweep(1), given(), sensitivity());
        swept.run.interrupted = interrupted;
        split.run.interrupted = interrupted;
        driven.run.interrupted = interrupted;
        let texts: [Written<'_>; 3] = [
            &|out| markdown::write_sweep(out, &swept),
            &|out| markdown::write_given(out, &split),
            &|out| markdown::write_sensitivity(out, &driven),
        ];
        for write in texts {
            let mut bytes = Vec::new();
            write(&mut bytes).expect("a vector takes all");
            let text = String::from_utf8(bytes).expect("text is UTF-8");
            assert_eq!(text.contains("Interrupted"), interrupted, "{text}");
        }
    }
}

#[test]
fn csv_has_a_row_that_says_whether_a_result_was_cut_short() {
    use crate::report::csv::{self, Layout};
    for interrupted in [false, true] {
        let (mut swept, mut split, mut driven) = (sweep(2), given(), sensitivity());
        swept.run.interrupted = interrupted;
        split.run.interrupted = interrupted;
        driven.run.interrupted = interrupted;
        let texts: [Written<'_>; 3] = [
            &|out| csv::write_sweep(out, &swept, Layout::default()),
            &|out| csv::write_given(out, &split, Layout::default()),
            &|out| csv::write_sensitivity(out, &driven, Layout::default()),
        ];
        for write in texts {
            let mut bytes = Vec::new();
            write(&mut bytes).expect("a vector takes all");
            let mut table = ::csv::Reader::from_reader(bytes.as_slice());
            let heads = table.headers().expect("a header").clone();
            let [section, value] = ["section", "value"]
                .map(|name| heads.iter().position(|head| head == name).expect(name));
            // The reader refuses rows of different widths.
            let rows: Vec<_> = table.records().map(|row| row.expect("a row")).collect();
            let mut said = rows
                .iter()
                .filter(|row| row.iter().any(|cell| cell == "interrupted"));
            let row = said.next().expect("it is said");
            assert_eq!(&row[section], "run", "{row:?}");
            assert_eq!(&row[value], if interrupted { "1" } else { "0" }, "{row:?}");
            assert!(said.next().is_none());
        }
    }
}

#[test]
fn no_line_is_wider_than_the_page_however_long_the_titles_are() {
    for width in [60, 80, 100] {
        let look = Look {
            color: false,
            width,
        };
        let texts: [(&str, Written<'_>); 6] = [
            ("sweep of one", &|out| write_sweep(out, &sweep(1), look)),
            ("sweep of two", &|out| write_sweep(out, &sweep(2), look)),
            ("given", &|out| write_given(out, &given(), look)),
            ("sensitivity", &|out| {
                write_sensitivity(out, &sensitivity(), false, look)
            }),
            ("sensitivity in full", &|out| {
                write_sensitivity(out, &sensitivity(), true, look)
            }),
            ("explain", &|out| write_explain(out, &explain(), look)),
        ];
        for (what, write) in texts {
            let mut bytes = Vec::new();
            write(&mut bytes).expect("a vector takes all");
            let text = String::from_utf8(bytes).expect("text is UTF-8");
            for line in text.lines() {
                assert!(
                    line.width() <= width,
                    "{what} at {width}:\n{line}\n\n{text}"
                );
            }
        }
        let mut bytes = Vec::new();
        write_given(&mut bytes, &given(), look).expect("a vector takes all");
        let text = String::from_utf8(bytes).expect("text is UTF-8");
        // Nothing that matters is left out for want of room.
        for head in ["held ± pp", "not ± pp", "held − not ± pp"] {
            assert!(text.contains(head), "{head} at {width}:\n{text}");
        }
    }
}

#[test]
fn stories_with_long_titles_stay_on_the_page() {
    use crate::report::fixture::storyline;
    let mut story = storyline();
    story.outcome_title = LONG.into();
    story.scenario.title = LONG.into();
    for one in &mut story.happenings {
        one.title = LONG.into();
    }
    let tell = |here, elsewhere| crate::results::Tell {
        event: "event".into(),
        title: LONG.into(),
        here,
        here_std_error: 0.01,
        elsewhere,
        elsewhere_std_error: 0.012,
    };
    let one = crate::results::TypicalStory {
        share: 0.5,
        share_std_error: 0.012,
        tells: vec![tell(0.5, 0.2), tell(0.2, 0.5)],
        narrative: crate::results::narrative(&story),
        story,
    };
    let typical = Typical {
        format: 1,
        tool: fixture::run().tool,
        outcome: "long".into(),
        outcome_title: LONG.into(),
        searched: 1024,
        interrupted: false,
        compared: 100,
        grouped: 100,
        in_groups: false,
        silhouette: Some(0.1),
        silhouette_if_independent: None,
        stories: vec![one.clone(), one],
    };
    let none = Typical {
        stories: Vec::new(),
        compared: 0,
        grouped: 0,
        ..typical.clone()
    };
    for width in [60, 80] {
        for all in [false, true] {
            let mut bytes = Vec::new();
            let look = Look {
                color: false,
                width,
            };
            write_typical(&mut bytes, &[typical.clone(), none.clone()], all, look)
                .expect("a vector takes all");
            let text = String::from_utf8(bytes).expect("text is UTF-8");
            for line in text.lines() {
                assert!(line.width() <= width, "{width}:\n{line}\n\n{text}");
            }
            assert!(
                text.contains("50.0% ± 1.0"),
                "no share without its error:\n{text}"
            );
        }
    }
}
