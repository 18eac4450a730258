//! All scenarios of a comparison over time, a line each.

use super::{Body, name};
use crate::report::chart::from_results as chart;
use crate::report::table::letter;
use crate::results::CompareResult;

/// Charts of each kind: those of which most changes.
const MOST: usize = 3;

pub fn write(body: &mut Body, result: &CompareResult) {
    let kinds = chart::over_time(result);
    if kinds.iter().all(Vec::is_empty) {
        return;
    }
    body.section("over-time", "All scenarios over time", |body| {
        let scenarios: Vec<String> = (result.scenarios.iter().enumerate())
            .map(|(i, run)| format!("{}: {}", letter(i), name(run)))
            .collect();
        body.remark(scenarios.join(" · "));
        let mut more = 0;
        for (title, charts) in chart::KINDS.iter().zip(&kinds) {
            let first = charts.len().min(MOST);
            more += charts.len() - first;
            if first > 0 {
                body.heading(*title);
                let drawn: Vec<_> = charts[..first]
                    .iter()
                    .map(|one| chart::lettered(one.clone()))
                    .collect();
                body.larger_charts(drawn.iter().map(|one| |frame: &_| one.draw(frame)));
            }
        }
        let left = match more {
            0 => String::new(),
            n => format!("; {n} more differ, and --charts writes them all"),
        };
        body.remark(format!(
            "Those phases, values of states, events and indicators that change most against the first scenario{left}."
        ));
    });
}
