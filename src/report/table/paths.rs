//! The tree of pathways, for the eye.

use super::text::{Line, dotted, wrap};
use super::{Page, label, palette, run};
use crate::report::format;
use crate::results::{OtherWays, PathEnd, Pathway, Pathways, Told};
use std::io;

pub fn write(page: &mut Page<'_>, result: &Pathways) -> io::Result<()> {
    let info = &result.scenario;
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    page.paragraph(palette::FAINT, &dotted(run::size_of(&result.run)), 0)?;
    run::interrupted(page, &result.run)?;
    page.paragraph(anstyle::Style::new(), &answer(result), 0)?;
    if result.trials == 0 {
        return Ok(());
    }
    page.section("Pathways", "share ± pp of the futures counted")?;
    for row in rows(result) {
        let half = page.width() / 2;
        let [first, rest] = [&row.first, &row.rest].map(|before| indented(before, half));
        let taken = first.chars().count().max(rest.chars().count());
        let room = page.width() - taken;
        for (place, text) in wrap(&row.text, room).into_iter().enumerate() {
            let mut line = Line::new("");
            line.push(palette::FAINT, if place == 0 { &first } else { &rest });
            let style = if row.is_faint {
                palette::FAINT
            } else {
                anstyle::Style::new()
            };
            line.push(style, &text);
            page.line(&line)?;
        }
    }
    page.blank()?;
    page.paragraph(palette::FAINT, &legend(result), 0)?;
    for warning in result.warnings.iter().take(3) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

/// What stands before a line, on at most so many cells: of a deep tree the outer branches are cut.
fn indented(before: &str, most: usize) -> String {
    let all = before.chars().count();
    let cut = (all + 2).saturating_sub(most);
    let kept: String = before.chars().skip(cut).collect();
    let mark = if cut > 0 { "… " } else { "  " };
    format!("{mark}{kept}")
}

/// What is counted, in a sentence.
pub fn answer(result: &Pathways) -> String {
    let trials = format::count(result.trials);
    match &result.outcome {
        Some(of) if result.trials == 0 => {
            format!("No trial ends in `{}`.", label(&of.title, &of.name))
        }
        Some(of) => format!(
            "{trials} trials that end in `{}`, by the order in which turning points first came.",
            label(&of.title, &of.name)
        ),
        None => format!("{trials} trials, by the order in which turning points first came."),
    }
}

/// What the tree shows and what it leaves out.
pub fn legend(result: &Pathways) -> String {
    let names: Vec<String> = (result.turning.iter())
        .map(|one| label(&one.title, &one.event))
        .collect();
    let mut text = format!(
        "± is a standard error, in points. Turning points, each at its first firing: {}. At most {} of them in a row; branches below {}% are folded.",
        names.join("; "),
        result.depth,
        format::plain(100.0 * result.least)
    );
    if result.outcome.is_none() {
        text += " In brackets: the likeliest outcome of the futures of a branch.";
    }
    text
}

/// A line of the tree.
pub struct Row {
    /// Before the text, on its first line and on the others.
    pub first: String,
    pub rest: String,
    pub text: String,
    pub is_faint: bool,
}

/// The tree, line by line.
pub fn rows(result: &Pathways) -> Vec<Row> {
    let mut rows = Vec::new();
    level(&mut rows, "", &result.branches, result.others.as_ref());
    rows
}

fn level(rows: &mut Vec<Row>, before: &str, branches: &[Pathway], others: Option<&OtherWays>) {
    for (place, branch) in branches.iter().enumerate() {
        let is_last = others.is_none() && place + 1 == branches.len();
        let (turn, below) = if is_last {
            ("└ ", "  ")
        } else {
            ("├ ", "│ ")
        };
        let inner = format!("{before}{below}");
        let (further, folded) = behind(branch);
        let has_more = !further.is_empty() || folded.is_some();
        rows.push(Row {
            first: format!("{before}{turn}"),
            rest: format!("{inner}{}", if has_more { "│   " } else { "    " }),
            text: text(branch),
            is_faint: branch.event.is_none(),
        });
        level(rows, &inner, further, folded);
    }
    if let Some(others) = others {
        let inner = format!("{before}  ");
        rows.push(Row {
            first: format!("{before}└ "),
            rest: format!("{inner}    "),
            text: folded(others),
            is_faint: true,
        });
        for (place, rare) in others.distinct.iter().enumerate() {
            let is_last = place + 1 == others.distinct.len();
            rows.push(Row {
                first: format!("{inner}{}", if is_last { "└ " } else { "├ " }),
                rest: format!("{inner}{}    ", if is_last { "  " } else { "│ " }),
                text: format!("rare: {}", text(rare)),
                is_faint: false,
            });
        }
    }
}

/// What is shown behind a branch: nothing if all of its trials have no further turning point.
pub fn behind(branch: &Pathway) -> (&[Pathway], Option<&OtherWays>) {
    match is_last(branch) {
        true => (&[], None),
        false => (&branch.branches, branch.others.as_ref()),
    }
}

fn is_last(branch: &Pathway) -> bool {
    matches!(&branch.branches[..], [only] if only.event.is_none()) && branch.others.is_none()
}

/// Share, what comes next, and how it ends.
pub fn text(branch: &Pathway) -> String {
    let mut text = format!("{} {}", share(&branch.share), next(branch));
    if let Some(end) = branch.ends.first() {
        text += &format!(" [{}]", ends_in(end));
    }
    text
}

/// The next turning point of a branch.
pub fn next(branch: &Pathway) -> String {
    match &branch.event {
        Some(event) if is_last(branch) => {
            format!("{}, and no further one", label(&branch.title, event))
        }
        Some(event) => label(&branch.title, event),
        None => "no further one".into(),
    }
}

/// The branches that are not shown each.
pub fn folded(others: &OtherWays) -> String {
    let ways = match others.ways {
        1 => "1 other way".into(),
        n => format!("{} other ways", format::count(n)),
    };
    format!("{} {ways}", share(&others.share))
}

/// An end with its share.
pub fn ends_in(end: &PathEnd) -> String {
    format!("{} {}", label(&end.title, &end.name), share(&end.share))
}

/// A share with its error.
pub fn share(told: &Told) -> String {
    format::with_error(format::percentage(told.value, told.std_error))
}
