//! Outcomes and questions: probabilities one under another, and by start trend.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;

/// Probabilities of the outcomes with both uncertainties.
pub fn outcomes(run: &RunResult, order: Order, frame: &Frame) -> Chart {
    outcome_rows(run, order).draw(frame)
}

/// The data of [`outcomes`].
pub fn outcome_rows(run: &RunResult, order: Order) -> Rows {
    let tones = Tones::of(&run.scenario.source);
    let outcomes = headline::outcomes_by(run, order);
    let rows = (outcomes.iter())
        .map(|outcome| Row {
            title: named(&outcome.title, &outcome.name),
            words: String::new(),
            tone: tones.outcome(outcome),
            ..probability_row(
                outcome.probability,
                outcome.std_error,
                outcome.ci95,
                spread(outcome.epistemic90, &outcome.epistemic),
            )
        })
        .collect::<Vec<_>>();
    let likeliest =
        (outcomes.iter().zip(&rows)).max_by(|a, b| a.0.probability.total_cmp(&b.0.probability));
    let lead = likeliest.map_or(String::new(), |(_, row)| {
        format!(
            " The likeliest is “{}” with {} {}.",
            row.title, row.value, row.error
        )
    });
    Rows {
        about: About {
            id: "outcomes".into(),
            title: "How it may end".into(),
            subtitle: format!(
                "Share of {} simulated futures that end in each outcome by {}.",
                format::count(run.run.trials),
                end(&run.scenario)
            ),
            description: format!(
                "Bars of the probabilities of {} outcomes.{lead}",
                rows.len()
            ),
            table: probability_table(
                "Outcome",
                &rows,
                (outcomes.iter())
                    .map(|o| (o.std_error, o.ci95, spread(o.epistemic90, &o.epistemic))),
            ),
        },
        mark: Mark::Bar,
        colours: (run.groups.iter())
            .map(|group| (tones.class(&group.name), named(&group.title, &group.name)))
            .collect(),
        rows,
    }
}

/// Groups of outcomes, and outcomes that are in none: no digit is finer than what is known.
pub fn classes(run: &RunResult, order: Order) -> Rows {
    let classes = headline::classes_by(run, order);
    let tones = Tones::of(&run.scenario.source);
    let rows: Vec<Row> = (classes.iter())
        .map(|class| Row {
            title: class.title.to_owned(),
            point: class.known.probability,
            interval: class.known.ci95,
            range: spread(class.known.epistemic90, class.known.epistemic),
            value: class.known.percent(),
            error: class.known.range(),
            words: String::new(),
            tone: tones.class(class.name),
        })
        .collect();
    let known = (classes.iter()).map(|class| {
        let known = &class.known;
        (
            known.std_error,
            known.ci95,
            spread(known.epistemic90, known.epistemic),
        )
    });
    Rows {
        about: About {
            id: "classes".into(),
            title: "How it ends".into(),
            subtitle: match run.scenario.is_timeless() {
                true => "Chance of each, and its range.".to_owned(),
                false => format!("Chance of each by {}, and its range.", end(&run.scenario)),
            },
            description: headline::of(run),
            table: probability_table("Outcome", &rows, known),
        },
        mark: Mark::Bar,
        // Rows are groups themselves.
        colours: Vec::new(),
        rows,
    }
}

/// Answers to the scenario's questions, in words besides; `None` without questions.
pub fn questions(run: &RunResult, frame: &Frame) -> Option<Chart> {
    (!run.questions.is_empty()).then(|| question_rows(run).draw(frame))
}

/// The data of [`questions`].
pub fn question_rows(run: &RunResult) -> Rows {
    let scale = known::Scale::of(run);
    let rows = (run.questions.iter())
        .map(|question| Row {
            title: named(&question.title, &question.name),
            words: scale.word(&question.into()),
            tone: Tone::Plain,
            ..probability_row(
                question.probability,
                question.std_error,
                question.ci95,
                spread(question.epistemic90, &question.epistemic),
            )
        })
        .collect::<Vec<_>>();
    let mut table = probability_table(
        "Question",
        &rows,
        run.questions
            .iter()
            .map(|q| (q.std_error, q.ci95, spread(q.epistemic90, &q.epistemic))),
    );
    table.header.push("In words".into());
    for (cells, row) in table.rows.iter_mut().zip(&rows) {
        cells.push(row.words.clone());
    }
    Rows {
        about: About {
            id: "questions".into(),
            title: "Questions".into(),
            subtitle: format!("Probability that the answer is yes. {}", scale.told()),
            description: format!(
                "Dots on a scale from 0 to 100% for {} questions.",
                rows.len()
            ),
            table,
        },
        mark: Mark::Dot,
        colours: Vec::new(),
        rows,
    }
}

/// Outcomes under each start trend; `None` with fewer than two trends.
pub fn outcomes_by_trend(run: &RunResult, order: Order, frame: &Frame) -> Option<Chart> {
    (run.trends.len() > 1).then(|| trend_panels(run, order).draw(frame))
}

/// The data of [`outcomes_by_trend`].
pub fn trend_panels(run: &RunResult, order: Order) -> Panels {
    let tones = Tones::of(&run.scenario.source);
    let columns: Vec<String> = run
        .trends
        .iter()
        .map(|trend| named(&trend.title, &trend.name))
        .collect();
    let cell = |outcome: &OutcomeResult, trend: &str| {
        let by = outcome.by_trend.get(trend)?;
        let (point, error, interval) = (by.probability?, by.std_error?, by.ci95?);
        let rounded = format::percentage(point, error);
        Some(PanelCell {
            point,
            interval,
            value: rounded.value,
            error: plus_minus(&rounded.error),
        })
    };
    let rows: Vec<PanelRow> = (headline::outcomes_by(run, order).into_iter())
        .map(|outcome| PanelRow {
            title: named(&outcome.title, &outcome.name),
            tone: tones.outcome(outcome),
            overall: outcome.probability,
            cells: run
                .trends
                .iter()
                .map(|trend| cell(outcome, &trend.name))
                .collect(),
        })
        .collect();
    let table = Table {
        header: std::iter::once("Outcome".to_owned())
            .chain(columns.iter().cloned())
            .collect(),
        rows: (rows.iter())
            .map(|row| {
                let cells = row.cells.iter().map(|cell| match cell {
                    Some(cell) => format!("{} {}", cell.value, cell.error),
                    None => "no trial".into(),
                });
                std::iter::once(row.title.clone()).chain(cells).collect()
            })
            .collect(),
    };
    Panels {
        about: About {
            id: "outcomes-by-trend".into(),
            title: "Outcomes by the trend at the start".into(),
            subtitle: "Share of the futures that start under each trend. Upright line: all futures together. Whisker: 95% interval of the simulation.".into(),
            description: format!("Bars of {} outcomes under each of {} start trends.", rows.len(), columns.len()),
            table,
        },
        columns,
        rows,
    }
}
