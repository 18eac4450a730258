//! The scenario's questions and their answers, in numbers and words.

use super::Section;
use crate::report::chart::from_results as chart;
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::ratios;

pub const QUESTIONS: Section<RunPart> = Section {
    key: "questions",
    title: "Questions",
    is_needed: |part| !part.result.questions.is_empty() || !part.result.conditional.is_empty(),
    write: |body, part| {
        let result = &part.result;
        if !result.questions.is_empty() {
            let rows = chart::question_rows(result);
            body.chart(|frame| rows.draw(frame));
        }
        if !result.conditional.is_empty() {
            let head = [
                "question",
                "about",
                "chance",
                "95% interval",
                "epistemic 90%",
            ];
            let caption = "Questions about the futures in which a condition holds";
            body.table(&ratio_table(caption, head, &ratios::conditional(result)));
        }
    },
};

/// Ratios with what they are about.
pub fn ratio_table(caption: &str, head: [&str; 5], rows: &[ratios::Row]) -> Table {
    let mut table = Table::new(caption, head).texts(2);
    for row in rows {
        table.row([
            Markup::text(&row.title),
            Markup::text(&row.remark),
            row.told().into(),
            Markup::text(&row.interval),
            Markup::text(&row.range),
        ]);
    }
    table
}
