//! Questions on the first screen.

use super::super::beside::{Against, Beside};
use super::super::text::{Line, shorten_inside};
use super::super::{Page, label, palette};
use super::QUESTIONS;
use super::cells::{Widths, named, numbers};
use crate::report::known::Known;
use crate::results::RunResult;
use unicode_width::UnicodeWidthStr;

/// Questions in the order of the file, as many as there is room for.
pub fn questions(
    page: &Page<'_>,
    result: &RunResult,
    room: usize,
    against: Option<Against<'_>>,
) -> Vec<Line> {
    if result.questions.is_empty() {
        return Vec::new();
    }
    let mut questions: Vec<_> = result.questions.iter().collect();
    let most = room.clamp(QUESTIONS[0], QUESTIONS[1]);
    let more = questions.len().saturating_sub(most);
    questions.truncate(most);
    let widths = Widths::of(questions.iter().map(|question| Known::from(*question)));
    let beside = Beside::of(against, |c| &c.questions, page.width());
    let fixed = widths.both() + beside.width();
    let name = page.width().saturating_sub(fixed).min(74);
    let mut header = Line::styled(palette::SECTION, "Questions");
    if more > 0 {
        header.push(
            palette::FAINT,
            &format!(" ({more} more: --table questions)"),
        );
    }
    beside.heads(&mut header, name + widths.both());
    let mut lines = vec![header];
    for question in questions {
        let mut text = label(&question.title, &question.name);
        if question.dated && !text.contains(&question.by[..4.min(question.by.len())]) {
            text = format!("{text} ({})", question.by);
        }
        // Dates mostly stand at the end.
        let mut line = named(&shorten_inside(&text, name - 2), 2, name - 2);
        numbers(&mut line, &question.into(), widths);
        beside.write(&mut line, &question.name);
        lines.push(line);
    }
    lines
}

/// Questions about the trials in which a condition holds, as many as there is room for.
pub fn conditional(
    page: &Page<'_>,
    result: &RunResult,
    room: usize,
    against: Option<Against<'_>>,
) -> Vec<Line> {
    // With less room than for a heading and a row, the full table has them.
    if result.conditional.is_empty() || room < 3 {
        return Vec::new();
    }
    let most = room.saturating_sub(2).clamp(1, QUESTIONS[1]);
    let more = result.conditional.len().saturating_sub(most);
    let shown = &result.conditional[..result.conditional.len().min(most)];
    let widths = Widths::of(shown.iter().filter_map(|question| question.known()));
    let beside = Beside::of(against, |c| &c.conditional, page.width());
    let fixed = widths.both() + beside.width();
    let name = page.width().saturating_sub(fixed).min(74);
    let mut header = Line::styled(palette::SECTION, "Questions about some futures");
    if more > 0 {
        header.push(palette::FAINT, &format!(" ({more} more)"));
    }
    beside.heads(&mut header, name + widths.both());
    let mut lines = vec![header];
    for question in shown {
        let title = label(&question.title, &question.name);
        // A formula that is cut says nothing; the full table has it.
        let whole = format!("{title} (given {})", question.given);
        let text = match whole.width() <= name - 2 {
            true => whole,
            false => shorten_inside(&title, name - 2),
        };
        let mut line = named(&text, 2, name - 2);
        match question.known() {
            Some(known) => numbers(&mut line, &known, widths),
            None => line.push(palette::FAINT, "no trial"),
        }
        beside.write(&mut line, &question.name);
        lines.push(line);
    }
    lines
}
