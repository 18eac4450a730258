//! Laws of all charts: they are well-formed, keep their labels apart and inside, and show the
//! numbers of the result.

use super::*;
use crate::report::fixture;
use crate::report::table::Order;
use crate::results::{EpistemicStatus, EventResult, RunResult};
use proptest::prelude::*;
use roxmltree::{Document, Node};

const WIDTHS: [f64; 3] = [320.0, Frame::NARROW, Frame::WIDE];

/// Every chart of the results.
fn all(run: &RunResult, frame: &Frame) -> Vec<Chart> {
    let mut charts = vec![
        from_results::outcomes(run, Order::Likeliest, frame),
        from_results::phases(run, frame),
    ];
    charts.extend(from_results::outcomes_by_trend(
        run,
        Order::Likeliest,
        frame,
    ));
    charts.extend(from_results::trends(run, frame));
    let series = run.indicators.iter().chain(&run.derived);
    charts.extend(series.map(|series| from_results::series(run, series, frame)));
    let events: Vec<&EventResult> = run.events.iter().collect();
    charts.push(from_results::incidence(run, &events, frame));
    charts.extend(
        run.metrics
            .iter()
            .filter_map(|metric| Some(from_results::metric(run, metric)?.draw(frame))),
    );
    charts.extend(from_results::questions(run, frame));
    let compared = fixture::compare();
    charts.push(from_results::outcome_pairs(
        run,
        &compared.scenarios[1],
        frame,
    ));
    charts.push(from_results::side_by_side(&compared).draw(frame));
    let mut moved = compared.clone();
    for (i, scenario) in moved.scenarios.iter_mut().enumerate() {
        scenario.phases[0].occupancy[1] += 0.01 * i as f64;
        scenario.events[0].cumulative_incidence[1] += 0.01 * i as f64;
        scenario.indicators[0].mean[1] += 0.01 * i as f64;
    }
    let pair = [
        (run, "As in the file"),
        (&moved.scenarios[1], "With your changes"),
    ];
    let (phase, event) = (run.phases[0].name.as_str(), run.events[0].name.as_str());
    for (prefix, shown) in [
        (
            "base-series-",
            from_results::Shown::Series(&run.indicators[0].name),
        ),
        ("base-phase-", from_results::Shown::Phase(phase)),
        ("base-event-", from_results::Shown::Event(event)),
    ] {
        let overlay = from_results::overlay(&pair, shown);
        charts.extend(overlay.map(|overlay| overlay.draw(&frame.clone().with_prefix(prefix))));
    }
    let moving = from_results::over_time(&moved);
    charts.extend(moving.iter().flatten().map(|curves| curves.draw(frame)));
    charts.push(from_results::classes(run, Order::Likeliest).draw(frame));
    let (base, other) = (&compared.scenarios[0], &compared.scenarios[1]);
    let comparison = &compared.comparisons[0];
    charts.push(from_results::outcome_differences(
        base, other, comparison, frame,
    ));
    charts.extend(from_results::question_differences(
        base, other, comparison, frame,
    ));
    charts.push(from_results::storyline(&fixture::storyline(), frame));
    charts.extend(swept(run, frame));
    charts
}

/// A line and a matrix, with the title of the run's first outcome.
fn swept(run: &RunResult, frame: &Frame) -> Vec<Chart> {
    let charts = [1, 2].map(|inputs| {
        let mut result = fixture::sweep(inputs);
        result.of[0].title = run.outcomes[0].title.clone();
        result.of[0].name = format!("{inputs}");
        result.axes[0].path = format!("parameters.{}", run.outcomes[0].title);
        from_results::sweep(&result, frame)
    });
    charts.concat()
}

#[test]
fn a_sweep_over_numbers_is_a_line_over_pairs_a_matrix_and_over_words_differences() {
    let frame = Frame::new(Frame::WIDE);
    let [line, matrix] = [1, 2].map(|inputs| from_results::sweep(&fixture::sweep(inputs), &frame));
    let count = |charts: &[Chart], what: &str| charts[0].svg.matches(what).count();
    assert_eq!(
        (count(&line, "<circle"), count(&line, "\"whisker\"")),
        (5, 5)
    );
    assert_eq!(count(&matrix, "<rect"), 20);
    // The largest value has the darkest shade, and its number in it.
    assert!(
        matrix[0].svg.contains("\"h6\"") && matrix[0].svg.contains(">68.0%<"),
        "{}",
        matrix[0].svg
    );
    let mut words = fixture::sweep(1);
    words.points[0].at[0] = "war".into();
    // One that is the file itself differs by nothing.
    words.points[1].values[0].identical = true;
    let differences = from_results::sweep(&words, &frame);
    assert_eq!(
        (
            count(&differences, "<circle"),
            count(&differences, ">war<"),
            count(&differences, ">+8.0")
        ),
        (4, 1, 1),
        "{}",
        differences[0].svg
    );
}

#[test]
fn a_range_that_is_known_as_bounds_is_drawn_as_such() {
    let mut compared = fixture::compare();
    let run = &mut compared.scenarios[0];
    let of = |group: Option<&mut crate::results::GroupResult>| {
        let group = group.expect("a group");
        group.epistemic90 = Some([0.1, 0.9]);
        group.epistemic.status = EpistemicStatus::Bounded;
    };
    of(run.groups.first_mut());
    run.outcomes[0].epistemic90 = Some([0.1, 0.9]);
    run.outcomes[0].epistemic.status = EpistemicStatus::Bounded;
    let frame = Frame::new(Frame::WIDE);
    let run = compared.scenarios[0].clone();
    for chart in [
        from_results::outcomes(&run, Order::Likeliest, &frame),
        from_results::classes(&run, Order::Likeliest).draw(&frame),
        from_results::side_by_side(&compared).draw(&frame),
    ] {
        assert!(chart.svg.contains("band bound"), "{}", chart.id);
    }
    let rows = from_results::outcome_rows(&run, Order::File)
        .about
        .table
        .rows;
    assert!(rows[0][3].starts_with("within "), "{:?}", rows[0]);
    let plain = from_results::outcomes(&fixture::run(), Order::Likeliest, &frame);
    assert!(!plain.svg.contains("band bound"));
}

/// All titles of a run replaced.
fn titled(mut run: RunResult, title: &str) -> RunResult {
    let titles = (run.outcomes.iter_mut().map(|x| &mut x.title))
        .chain(run.trends.iter_mut().map(|x| &mut x.title))
        .chain(run.phases.iter_mut().map(|x| &mut x.title))
        .chain(run.events.iter_mut().map(|x| &mut x.title))
        .chain(
            run.metrics
                .iter_mut()
                .flat_map(|x| [&mut x.title, &mut x.unit]),
        )
        .chain(
            run.indicators
                .iter_mut()
                .flat_map(|x| [&mut x.title, &mut x.unit]),
        )
        .chain(run.questions.iter_mut().map(|x| &mut x.title))
        .chain([&mut run.scenario.title]);
    for place in titles {
        *place = title.into();
    }
    run
}

struct Label {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// Boxes of all text in a drawing; the width of each is what the layout reckons with.
fn labels(document: &Document) -> Vec<Label> {
    let number = |node: &Node, name: &str| -> f64 {
        node.attribute(name)
            .map_or(0.0, |text| text.parse().expect("a number"))
    };
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    texts
        .map(|node| {
            let size = number(&node, "font-size");
            let bold = |node: &Node| {
                node.attribute("class")
                    .is_some_and(|class| class == "b" || class == "h")
            };
            let wide: f64 = (node.descendants().filter(Node::is_text))
                .map(|part| {
                    let text = part.text().unwrap_or("");
                    let parent = part.parent().expect("an element");
                    if bold(&parent) {
                        text::bold_width(text, size)
                    } else {
                        text::width(text, size)
                    }
                })
                .sum();
            let (x, y) = (number(&node, "x"), number(&node, "y"));
            let left = match node.attribute("text-anchor") {
                Some("middle") => x - wide / 2.0,
                Some("end") => x - wide,
                _ => x,
            };
            Label {
                text: node
                    .descendants()
                    .filter(Node::is_text)
                    .filter_map(|part| part.text())
                    .collect(),
                left,
                right: left + wide,
                top: y - 0.72 * size,
                bottom: y + 0.1 * size,
            }
        })
        .collect()
}

fn check_labels(chart: &Chart) -> Result<(), TestCaseError> {
    let document = Document::parse(&chart.svg)
        .map_err(|error| TestCaseError::fail(format!("{}: {error}", chart.id)))?;
    let labels = labels(&document);
    prop_assert!(labels.len() > 2, "{} has {} labels", chart.id, labels.len());
    for (i, a) in labels.iter().enumerate() {
        prop_assert!(
            a.left >= -1.0
                && a.right <= chart.width + 1.0
                && a.top >= 0.0
                && a.bottom <= chart.height,
            "{} at {} px: “{}” from {:.0} to {:.0} is clipped",
            chart.id,
            chart.width,
            a.text,
            a.left,
            a.right
        );
        for b in &labels[..i] {
            let apart =
                a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
            prop_assert!(
                apart,
                "{} at {} px: “{}” and “{}” meet",
                chart.id,
                chart.width,
                a.text,
                b.text
            );
        }
    }
    Ok(())
}

#[test]
fn labels_of_every_chart_are_inside_and_apart() {
    let run = fixture::run();
    for width in WIDTHS {
        for chart in all(&run, &Frame::new(width)) {
            check_labels(&chart).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_the_titles_are_labels_stay_inside_and_apart(title in "\\PC{1,120}", width in 280.0..900.0_f64) {
        let run = titled(fixture::run(), &title);
        for chart in all(&run, &Frame::new(width)) {
            check_labels(&chart)?;
        }
    }
}

#[test]
fn what_a_file_says_is_text_and_nothing_else() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "]]><!--",
        "&lt;b&gt; &amp;",
        "a\u{0}\u{8}\u{b}\u{ffff}\u{202e}b",
        "'; DROP TABLE outcomes; --",
    ];
    for title in hostile {
        let run = titled(fixture::run(), title);
        for chart in all(&run, &Frame::new(Frame::WIDE)) {
            for svg in [chart.svg.clone(), chart.to_svg_file()] {
                let document =
                    Document::parse(&svg).unwrap_or_else(|error| panic!("{}: {error}", chart.id));
                let known = [
                    "svg", "title", "desc", "style", "rect", "line", "circle", "path", "text",
                    "tspan",
                ];
                for node in document.descendants().filter(Node::is_element) {
                    assert!(
                        known.contains(&node.tag_name().name()),
                        "{}: {}",
                        chart.id,
                        node.tag_name().name()
                    );
                    assert!(
                        !node
                            .attributes()
                            .any(|attribute| attribute.name().starts_with("on"))
                    );
                }
            }
            let table = chart.table.to_html();
            assert!(
                !table.contains("<script") && !table.contains("<img") && !table.contains("<!--"),
                "{table}"
            );
        }
    }
}

#[test]
fn the_title_of_an_outcome_arrives_unchanged() {
    let title = "<script>\"A\" & 'B'";
    let chart = from_results::outcomes(
        &titled(fixture::run(), title),
        Order::Likeliest,
        &Frame::new(Frame::WIDE),
    );
    let document = Document::parse(&chart.svg).expect("well-formed");
    assert!(labels(&document).iter().any(|label| label.text == title));
}

#[test]
fn every_chart_names_itself_to_those_who_do_not_see_it() {
    let frame = Frame::new(Frame::WIDE).with_prefix("base-");
    let charts = all(&fixture::run(), &frame);
    let mut ids: Vec<&str> = Vec::new();
    for chart in &charts {
        let document = Document::parse(&chart.svg).expect("well-formed");
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        let named: Vec<&str> = root
            .attribute("aria-labelledby")
            .expect("names")
            .split(' ')
            .collect();
        assert_eq!(
            named,
            [format!("{}-title", chart.id), format!("{}-desc", chart.id)]
        );
        for (id, text) in named.iter().zip([&chart.title, &chart.description]) {
            let node = document
                .descendants()
                .find(|node| node.attribute("id") == Some(id))
                .expect("the element");
            assert_eq!(node.text(), Some(text.as_str()));
        }
        assert!(
            chart.id.starts_with("base-") && !ids.contains(&chart.id.as_str()),
            "{}",
            chart.id
        );
        ids.push(&chart.id);
    }
}

#[test]
fn every_table_has_as_many_cells_as_columns() {
    for chart in all(&fixture::run(), &Frame::new(Frame::WIDE)) {
        assert!(!chart.table.rows.is_empty(), "{}", chart.id);
        for row in &chart.table.rows {
            assert_eq!(row.len(), chart.table.header.len(), "{}: {row:?}", chart.id);
        }
    }
}

#[test]
fn the_read_out_has_a_value_for_every_date() {
    let run = fixture::run();
    let charts = all(&run, &Frame::new(Frame::WIDE));
    let mut seen = 0;
    for chart in &charts {
        let document = Document::parse(&chart.svg).expect("well-formed");
        let Some(text) = document.root_element().attribute("data-readout") else {
            continue;
        };
        seen += 1;
        let data: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let length = |value: &serde_json::Value| value.as_array().map_or(0, Vec::len);
        assert_eq!(length(&data["at"]), run.times.len());
        assert_eq!(length(&data["x"]), run.times.len());
        for series in data["series"].as_array().expect("a list") {
            assert_eq!(length(&series["values"]), run.times.len(), "{}", chart.id);
        }
    }
    assert!(seen >= 4, "only {seen} charts over time");
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let frame = Frame::new(500.0);
    assert_eq!(all(&fixture::run(), &frame), all(&fixture::run(), &frame));
}

#[test]
fn bars_and_intervals_end_where_the_numbers_are() {
    let run = fixture::run();
    let chart = from_results::outcomes(&run, Order::Likeliest, &Frame::new(Frame::WIDE));
    let document = Document::parse(&chart.svg).expect("well-formed");
    let number = |node: &Node, name: &str| -> f64 {
        node.attribute(name)
            .and_then(|text| text.parse().ok())
            .expect("a number")
    };
    let rects = |class: &str| -> Vec<(f64, f64)> {
        (document.descendants())
            .filter(|node| node.has_tag_name("rect") && node.attribute("class") == Some(class))
            .filter(|node| node.first_element_child().is_some())
            .map(|node| (number(&node, "x"), number(&node, "width")))
            .collect()
    };
    let bars = rects("bar");
    let shown: Vec<f64> = (run.outcomes.iter())
        .filter(|outcome| outcome.name != "unclassified")
        .map(|outcome| outcome.probability)
        .collect();
    assert_eq!(bars.len(), shown.len());
    // Pixels per unit from the first bar; the others must agree to the hundredth of a pixel that
    // coordinates have.
    let unit = bars[0].1 / shown[0];
    for (bar, probability) in bars.iter().zip(&shown) {
        assert!(
            (bar.1 - unit * probability).abs() < 0.02,
            "{bar:?} for {probability}"
        );
    }
    let bands = rects("band");
    let ranges: Vec<[f64; 2]> = (run.outcomes.iter())
        .filter(|outcome| outcome.epistemic.status == EpistemicStatus::Resolved)
        .filter_map(|outcome| outcome.epistemic90)
        .collect();
    assert_eq!(bands.len(), ranges.len());
    for (band, [low, high]) in bands.iter().zip(ranges) {
        assert!(
            (band.0 - bars[0].0 - unit * low).abs() < 0.03,
            "{band:?} for {low}"
        );
        assert!(
            (band.1 - unit * (high - low)).abs() < 0.03,
            "{band:?} for {low} to {high}"
        );
    }
}

#[test]
fn data_of_the_charts_are_as_before() {
    let run = fixture::run();
    let tables: Vec<(String, Table)> = (all(&run, &Frame::new(Frame::WIDE)).into_iter())
        .map(|chart| {
            (
                format!(
                    "{} | {} | {}",
                    chart.title, chart.subtitle, chart.description
                ),
                chart.table,
            )
        })
        .collect();
    let shown: Vec<String> = (tables.iter())
        .map(|(title, table)| {
            let rows = std::iter::once(&table.header).chain(table.rows.iter().take(8));
            let rows: Vec<String> = rows.map(|row| row.join(" | ")).collect();
            format!("{title}\n{}", rows.join("\n"))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[cfg(feature = "png")]
#[test]
fn an_image_has_the_size_asked_for_and_ink_in_it() {
    let chart = from_results::outcomes(
        &fixture::run(),
        Order::Likeliest,
        &Frame::new(Frame::NARROW),
    );
    let bytes = chart.to_png(2.0).expect("an image");
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let size = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    assert_eq!(
        [size(16), size(20)],
        [2 * (360 + 32), 2 * (chart.height as u32 + 32)]
    );
    assert!(bytes.len() > 10_000, "{} bytes", bytes.len());
    assert_eq!(bytes, chart.to_png(2.0).expect("an image"));
    assert!(matches!(chart.to_png(0.0), Err(PngError::Size { .. })));
    assert!(matches!(chart.to_png(1000.0), Err(PngError::Size { .. })));
    assert!(matches!(chart.to_png(f32::NAN), Err(PngError::Size { .. })));
}
