//! The scenario's questions and their answers, in numbers and words.

use super::Section;
use crate::report::chart::from_results as chart;
use crate::report::html::RunPart;

pub const QUESTIONS: Section<RunPart> = Section {
    key: "questions",
    title: "Questions",
    is_needed: |part| !part.result.questions.is_empty(),
    write: |body, part| {
        let rows = chart::question_rows(&part.result);
        body.chart(|frame| rows.draw(frame));
    },
};
