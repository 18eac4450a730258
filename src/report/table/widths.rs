//! No line is wider than the page, however long the titles are.

use super::*;
use crate::report::fixture::{self, LONG, explain, given, near, sensitivity, tripwires, ways};
use unicode_width::UnicodeWidthStr;

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
        let texts: [(&str, Written<'_>); 9] = [
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
            ("near misses", &|out| write_near(out, &near(), true, look)),
            ("tripwires", &|out| write_tripwires(out, &tripwires(), look)),
            ("pathways", &|out| write_paths(out, &ways(), look)),
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
