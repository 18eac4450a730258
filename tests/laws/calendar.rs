//! Months begin at midnight of their first day, wherever the rounding of the grid puts it.

use crate::harness::{Agreement, faults, run, scenario, settings, study};
use quincunx::analysis::{Study, storyline};
use serde_json::{Map, json};

#[test]
fn a_daily_grid_spends_in_each_month_the_days_that_it_has() {
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let metrics: Map<_, _> = (1..=12)
        .map(|m| {
            let name = format!("m{m}");
            (name, json!(format!("365.25 * time_in(month == {m})")))
        })
        .collect();
    // 2001 to 2003: no leap day among them.
    let whole = scenario(
        3.0 * 365.0 / 365.25,
        1.0 / 365.25,
        json!({"metrics": metrics}),
    );
    let result = run(&study(&whole), 1024, 1);
    let mut agreement = Agreement::default();
    for (m, days) in days.iter().enumerate() {
        let name = format!("m{}", m + 1);
        let metric = result.metrics.iter().find(|metric| metric.name == name);
        let mean = metric.and_then(|metric| metric.mean).expect("a mean");
        agreement.close(&name, mean, 3.0 * f64::from(*days), 1e-6);
    }
    agreement.finish(12);
}

/// Days after 1 January 2001 as a date.
fn date(days: f64) -> String {
    let start = jiff::civil::date(2001, 1, 1);
    let span = jiff::Span::new().days(days.floor() as i64);
    start
        .checked_add(span)
        .expect("in the calendar")
        .to_string()
}

#[test]
fn an_instant_is_told_as_the_day_on_which_questions_count_it() {
    // Fractions of days, midnights as formulas give them, and a moment before midnight.
    let instants = [
        0.0, 0.25, 1.0, 30.5, 58.999, 59.0, 150.0, 150.25, 150.5, 150.75, 150.999_99, 151.0, 307.0,
        364.5, 364.999,
    ];
    for days in instants {
        for written in [
            format!("{days} / 365.25"),
            format!("{} / 12", days * 12.0 / 365.25),
        ] {
            let on = date(days);
            let questions: Map<_, _> = [-1.0, 0.0, 1.0]
                .into_iter()
                .filter(|shift| days + shift >= 0.0 && days + shift < 366.0)
                .map(|shift| {
                    let by = date(days + shift);
                    (
                        format!("by_{}", shift + 1.0),
                        json!({"ever": "ever(signing)", "by": by}),
                    )
                })
                .collect();
            let whole = scenario(
                1.01,
                1.0 / 52.0,
                json!({"events": {"signing": {"at": written}}, "questions": questions}),
            );
            let study = study(&whole);
            let story = storyline(&study, &settings(&study, 16, 2), 0).expect("a story");
            assert_eq!(story.happenings[0].date, on, "{written}");
            for (name, answer) in &story.questions {
                assert_eq!(*answer, name != "by_0", "{written}: {name}");
            }
        }
    }
}

#[test]
fn by_a_day_excludes_the_next_midnight_at_any_horizon() {
    for horizon in [
        json!("365 days"),
        json!("366 days"),
        json!("12 months"),
        json!("2001-12-31"),
        json!(1),
    ] {
        let mut whole = scenario(
            1.0,
            1.0 / 52.0,
            json!({
                "events": {"treaty": {"at": "2002-01-01"}, "truce": {"at": "2001-12-31"}},
                "questions": {
                    "treaty_in_2001": {"ever": "ever(treaty)", "by": "2001-12-31"},
                    "truce_in_2001": {"ever": "ever(truce)", "by": "2001-12-31"},
                },
            }),
        );
        whole["horizon"] = horizon.clone();
        for step in [
            json!("1 day"),
            json!("1 week"),
            json!("1 month"),
            json!("365 days"),
        ] {
            whole["step"] = step.clone();
            let result = run(&study(&whole), 16, 3);
            let answers: Vec<f64> = result.questions.iter().map(|q| q.probability).collect();
            assert_eq!(answers, [0.0, 1.0], "horizon {horizon}, step {step}");
        }
    }
}

#[test]
fn a_horizon_that_is_a_date_includes_that_day_and_nothing_of_the_next() {
    let mut whole = scenario(
        1.0,
        1.0 / 52.0,
        json!({
            "events": {
                "e": {"hazard": 1, "limit": 1},
                "treaty": {"at": "2002-01-01"},
                "evening": {"at": "364.9 / 365.25"},
            },
            "questions": {
                "all": {"ever": "ever(e)", "by": "2001-12-31"},
                "all_but_one": {"ever": "ever(e)", "by": "2001-12-30"},
            },
            "outcomes": [{"name": "e", "when": "ever(e)"}],
            "metrics": {
                "e": "if(ever(e), 1, 0)",
                "treaties": "count(treaty)",
                "evenings": "count(evening)",
            },
        }),
    );
    whole["horizon"] = json!("2001-12-31");
    let result = run(&study(&whole), 102_400, 4);
    let mean = |name: &str| {
        let metric = result.metrics.iter().find(|m| m.name == name);
        metric.and_then(|m| m.mean).expect("a mean")
    };
    assert_eq!((mean("treaties"), mean("evenings")), (0.0, 1.0));
    assert_eq!(result.dates.last().map(String::as_str), Some("2001-12-31"));
    let mut agreement = Agreement::default();
    for (question, days) in result.questions.iter().zip([365.0, 364.0]) {
        let exact = -libm::expm1(-days / 365.25);
        agreement.estimate(
            &question.name,
            question.probability,
            exact,
            question.std_error,
        );
    }
    agreement.finish(2);
    assert_eq!(
        result.questions[0].probability,
        result.outcomes[0].probability
    );
}

#[test]
fn a_day_of_which_nothing_is_simulated_but_its_first_instant_is_not_asked_about() {
    let asked = |by: &str, horizon: &str| {
        let mut whole = scenario(1.0, 1.0 / 12.0, json!({"events": {"e": {"hazard": 1}}}));
        whole["horizon"] = json!(horizon);
        let mut in_question = whole.clone();
        in_question["questions"] = json!({"q": {"ever": "ever(e)", "by": by}});
        whole["trends"] = json!({"a": {"weight": 1, "when": "ever(e)", "by": [by]}});
        [in_question, whole].map(|file| {
            let read = Study::from_text(&file.to_string(), "case.json");
            read.map(|_| ()).map_err(|report| faults(&report))
        })
    };
    // Four years have as many days as their length says.
    for (horizon, last, before) in [
        ("365 days", "2002-01-01", "2001-12-31"),
        ("52 weeks", "2001-12-31", "2001-12-30"),
        ("48 months", "2005-01-01", "2004-12-31"),
    ] {
        for told in asked(last, horizon) {
            let told = told.expect_err(horizon);
            for wanted in ["date-out-of-range", "ends at 00:00", last] {
                assert!(told.contains(wanted), "{horizon}: {told}");
            }
        }
        for by in [before, "2001-06-30"] {
            assert_eq!(asked(by, horizon), [Ok(()), Ok(())], "{horizon}, by {by}");
        }
    }
    // Of the last day of these, a part is simulated, which is what is asked about.
    for (horizon, last) in [
        ("12 months", "2002-01-01"),
        ("365.5 days", "2002-01-01"),
        ("2001-12-31", "2001-12-31"),
    ] {
        assert_eq!(asked(last, horizon), [Ok(()), Ok(())], "{horizon}");
    }
}

#[test]
fn a_trend_and_a_question_mean_the_same_by_a_day() {
    let mut events = Map::new();
    let mut questions = Map::new();
    let mut trends = Map::new();
    let by = ["2001-06-14", "2001-06-15", "2001-06-16", "2001-12-31"];
    for (number, days) in [163.9, 164.0, 164.5, 165.5, 165.999, 166.0, 364.5]
        .into_iter()
        .enumerate()
    {
        events.insert(
            format!("e{number}"),
            json!({"at": format!("{days} / 365.25")}),
        );
        trends.insert(
            format!("t{number}"),
            json!({"weight": 1, "when": format!("ever(e{number})"), "by": by}),
        );
        for (rank, by) in by.iter().enumerate() {
            questions.insert(
                format!("q{number}_{rank}"),
                json!({"ever": format!("ever(e{number})"), "by": by}),
            );
        }
    }
    for horizon in ["2001-12-31", "12 months", "24 months"] {
        let mut whole = scenario(
            1.0,
            1.0 / 12.0,
            json!({"events": events, "questions": questions, "trends": trends}),
        );
        whole["horizon"] = json!(horizon);
        let result = run(&study(&whole), 128, 5);
        let mut asked = 0;
        for trend in &result.scorecard {
            let number = &trend.name[1..];
            for (rank, by) in by.iter().enumerate() {
                let told: Vec<f64> = (trend.comes_true.iter())
                    .filter(|chance| chance.by == *by)
                    .map(|chance| chance.probability)
                    .collect();
                let name = format!("q{number}_{rank}");
                let question = result.questions.iter().find(|q| q.name == name);
                let answer = question.expect("asked").probability;
                assert_eq!(told, [answer], "{horizon}: {name}");
                asked += 1;
            }
        }
        assert_eq!(asked, 28);
    }
}

#[test]
fn twenty_four_months_end_on_the_day_on_which_they_end() {
    let mut whole = scenario(2.0, 1.0 / 12.0, json!({}));
    whole["start"] = json!("2026-01-01");
    whole["horizon"] = json!("24 months");
    let result = run(&study(&whole), 16, 5);
    assert_eq!(result.dates.last().map(String::as_str), Some("2028-01-01"));
}
