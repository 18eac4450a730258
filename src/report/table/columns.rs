//! Where the columns of scenarios side by side stand: all of them in one table as long as the page
//! has room for their numbers.

use super::compare::letter;
use super::side_by_side::{Cell, METRICS, RATIOS, Section};
use super::text::{Line, narrow, shorten, shorten_inside};
use super::{Page, palette};
use crate::results::CompareResult;
use anstyle::Style;
use std::io;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Cells of a column of names that can be read.
const NARROWEST_NAME: usize = 26;
const WIDEST_NAME: usize = 52;
/// What numbers are set in at least below a title that stands above them.
const NARROWEST_STEP: usize = 4;

/// Widths of the columns of one scenario.
#[derive(Clone, Copy)]
struct Widths {
    value: usize,
    difference: usize,
    range: usize,
}

impl Widths {
    fn all(self) -> usize {
        self.value + self.difference + self.range
    }
}

/// All sections under one head if the width allows; otherwise metrics, whose numbers are longer,
/// under a head of their own.
pub fn write(page: &mut Page<'_>, result: &CompareResult, sections: &[Section]) -> io::Result<()> {
    let others = result.comparisons.len();
    let (metrics, shares): (Vec<&Section>, Vec<&Section>) = sections
        .iter()
        .partition(|(title, _)| [METRICS, RATIOS].contains(title));
    let all: Vec<&Section> = sections.iter().collect();
    let columns = Columns::of(&all, others);
    if others == 1 || columns.used(0..others) + NARROWEST_NAME <= page.width() {
        return block(page, &all, &columns);
    }
    for own in [shares, metrics].iter().filter(|own| !own.is_empty()) {
        block(page, own, &Columns::of(own, others))?;
    }
    Ok(())
}

/// Widths of all columns but that of the names.
struct Columns {
    base: usize,
    others: Vec<Widths>,
}

impl Columns {
    fn of(sections: &[&Section], others: usize) -> Self {
        let rows = || sections.iter().flat_map(|(_, rows)| rows);
        let columns = (0..others).map(|i| {
            let most = |width: fn(&Cell) -> usize| {
                let widths = rows().map(|row| width(&row.cells[i]));
                widths.max().unwrap_or(0)
            };
            let range = most(|c| narrow(&c.range).width());
            Widths {
                value: most(|c| c.value.width()) + 2,
                difference: most(|c| c.difference.width()).max(3) + 2,
                // With several files beside each other ranges are too much for one look.
                range: if others == 1 && range > 0 {
                    range.max(5) + 2
                } else {
                    0
                },
            }
        });
        Self {
            others: columns.collect(),
            base: rows().map(|row| row.base.width()).max().unwrap_or(0).max(1) + 2,
        }
    }

    /// Cells that the first scenario and these others take.
    fn used(&self, others: Range<usize>) -> usize {
        let columns = self.others[others].iter().map(|widths| widths.all());
        columns.sum::<usize>() + self.base
    }
}

/// Sections under one head: all scenarios beside names that can be read, or below those that are
/// too long, or, where not even that has room, over several tables.
fn block(page: &mut Page<'_>, sections: &[&Section], columns: &Columns) -> io::Result<()> {
    let rows = || sections.iter().flat_map(|(_, rows)| rows);
    if rows().next().is_none() {
        return Ok(());
    }
    let others = columns.others.len();
    let widest = rows().map(|row| row.indent + row.title.width()).max();
    let wish = widest.unwrap_or(0).min(WIDEST_NAME);
    let width = page.width();
    let fits = |least: usize, shown: Range<usize>| columns.used(shown) + least <= width;
    if others > 1 && !fits(NARROWEST_NAME, 0..others) && fits(NARROWEST_STEP, 0..others) {
        let name = (width - columns.used(0..others)).min(wish);
        return part(page, sections, columns, (0..others, name, true));
    }
    let mut from = 0;
    while from < others {
        let mut to = from + 1;
        while to < others && fits(NARROWEST_NAME, from..to + 1) {
            to += 1;
        }
        let room = width.saturating_sub(columns.used(from..to));
        let name = room.clamp(12, wish.max(12));
        part(page, sections, columns, (from..to, name, false))?;
        from = to;
    }
    Ok(())
}

/// One table of some scenarios. `stepped`: a title that its column has no room for stands above its
/// numbers.
fn part(
    page: &mut Page<'_>,
    sections: &[&Section],
    columns: &Columns,
    (shown, name, stepped): (Range<usize>, usize, bool),
) -> io::Result<()> {
    page.blank()?;
    head(page, name, columns, shown.clone())?;
    for (title, rows) in sections {
        page.line(&Line::styled(palette::SECTION, title))?;
        for row in rows {
            let is_above = stepped && row.indent + row.title.width() > name;
            let end = if is_above { page.width() } else { name };
            let room = end.saturating_sub(row.indent);
            let mut line = Line::new(&" ".repeat(row.indent));
            let title = match *title {
                "Questions" => shorten_inside(&row.title, room),
                _ => shorten(&row.title, room),
            };
            line.push(Style::new(), &title);
            if is_above {
                page.line(&line)?;
                line = Line::default();
            }
            line.pad_to(name);
            right(&mut line, Style::new(), &row.base, columns.base);
            let cells = row.cells[shown.clone()].iter();
            for (cell, widths) in cells.zip(&columns.others[shown.clone()]) {
                let [plain, strong] = match cell.detectable {
                    true => [Style::new(), palette::ESTIMATE],
                    false => [palette::FAINT; 2],
                };
                right(&mut line, plain, &cell.value, widths.value);
                right(&mut line, strong, &cell.difference, widths.difference);
                if widths.range > 0 {
                    right(&mut line, Style::new(), &narrow(&cell.range), widths.range);
                }
            }
            page.line(&line)?;
        }
    }
    Ok(())
}

fn head(
    page: &mut Page<'_>,
    name: usize,
    columns: &Columns,
    shown: Range<usize>,
) -> io::Result<()> {
    let mut line = Line::default();
    line.pad_to(name);
    right(&mut line, palette::HEADER, "A", columns.base);
    for i in shown {
        let (letter, widths) = (letter(i + 1), columns.others[i]);
        right(&mut line, palette::HEADER, &letter, widths.value);
        let text = if widths.range > 0 {
            format!("{letter}−A")
        } else {
            "−A".into()
        };
        right(&mut line, palette::HEADER, &text, widths.difference);
        if widths.range > 0 {
            right(&mut line, palette::HEADER, "range", widths.range);
        }
    }
    page.line(&line)
}

fn right(line: &mut Line, style: Style, text: &str, width: usize) {
    line.push(
        Style::new(),
        &" ".repeat(width.saturating_sub(text.width())),
    );
    line.push(style, text);
}

#[cfg(test)]
mod tests {
    use super::super::{Look, write_compare};
    use crate::report::fixture;
    use crate::results::CompareResult;
    use unicode_width::UnicodeWidthStr;

    /// So many scenarios after the first, all like the second of the fixture.
    fn of(others: usize) -> CompareResult {
        let mut result = fixture::compare();
        let (scenario, comparison) = (result.scenarios[1].clone(), result.comparisons[0].clone());
        result.scenarios.truncate(1);
        result.comparisons.clear();
        for _ in 0..others {
            result.scenarios.push(scenario.clone());
            result.comparisons.push(comparison.clone());
        }
        result
    }

    #[test]
    fn all_scenarios_stand_in_one_table_as_long_as_the_page_has_room_for_their_numbers() {
        for (others, width, most) in [
            (1, 60, 1),
            (3, 80, 2),
            (4, 80, 2),
            (3, 120, 1),
            (12, 80, 99),
        ] {
            let look = Look {
                color: false,
                width,
            };
            for all in [false, true] {
                let mut bytes = Vec::new();
                write_compare(&mut bytes, &of(others), all, look).expect("a vector takes all");
                let text = String::from_utf8(bytes).expect("text is UTF-8");
                let is_head = |line: &&str| {
                    let mut words = line.split_whitespace();
                    words.next() == Some("A") && words.next().is_some_and(|next| next.len() == 1)
                };
                let heads: Vec<&str> = text.lines().filter(is_head).collect();
                assert!(
                    (1..=most).contains(&heads.len()),
                    "{others} at {width}:\n{text}"
                );
                if most <= 2 {
                    // Every head has every scenario.
                    let letters = |head: &&str| {
                        let words = head.split_whitespace();
                        words.filter(|word| word.len() == 1).count()
                    };
                    assert!(
                        heads.iter().all(|head| letters(head) == others + 1),
                        "{text}"
                    );
                }
                for line in text.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }
}
