//! Columns that line up, within the width of the terminal.
//!
//! Takes headed columns and rows of styled cells; gives lines. The first column is the label: it
//! wraps when room is short. If that does not help, columns are left out, those marked as most
//! expendable first, so that what stays is never garbled; what may not be left out stands in a
//! further table below.

use super::text::{Line, shorten, wrap};
use super::{Page, palette};
use crate::diagnostic::with_short_names;
use anstyle::Style;
use std::io;
use unicode_width::UnicodeWidthStr;

const GAP: usize = 2;
const INDENT: usize = 2;
/// Below this a label is wrapped into confetti.
const NARROWEST_LABEL: usize = 14;
/// Cells of a label that are worth more than a column of little weight.
const COMFORTABLE_LABEL: usize = 20;
/// Lines of a label that read well, unless it needs more at its widest.
const COMFORTABLE_LINES: usize = 2;
const WIDEST_LABEL: usize = 34;

#[derive(Clone, Debug)]
struct Column {
    header: String,
    /// 0: always shown; the higher, the sooner left out.
    expendable: u8,
    cells: Vec<Line>,
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(Line::width).max().unwrap_or(0);
        cells.max(self.header.width())
    }
}

/// A table under construction, column by column.
#[derive(Clone, Debug)]
pub struct Grid {
    label_header: String,
    labels: Vec<(Style, String)>,
    columns: Vec<Column>,
    /// Under a row, by its index.
    notes: Vec<(usize, String)>,
    /// Cells of a label at most.
    widest: usize,
}

impl Grid {
    /// `labels` name the rows.
    pub fn new(header: &str, labels: impl IntoIterator<Item = String>) -> Self {
        let labels = labels
            .into_iter()
            .map(|label: String| (Style::new(), with_short_names(&label).into_owned()))
            .collect();
        Self {
            label_header: header.into(),
            labels,
            columns: Vec::new(),
            notes: Vec::new(),
            widest: WIDEST_LABEL,
        }
    }

    /// With labels that are as wide as there is room: for titles beside one short column.
    #[must_use]
    pub fn with_wide_labels(mut self) -> Self {
        self.widest = usize::MAX;
        self
    }

    /// Sets the style of one row's label.
    pub fn style_label(&mut self, row: usize, style: Style) {
        if let Some(label) = self.labels.get_mut(row) {
            label.0 = style;
        }
    }

    pub fn column(&mut self, header: &str, expendable: u8, cells: impl IntoIterator<Item = Line>) {
        self.columns.push(Column {
            header: with_short_names(header).into_owned(),
            expendable,
            cells: cells.into_iter().collect(),
        });
    }

    pub fn plain_column(
        &mut self,
        header: &str,
        expendable: u8,
        cells: impl IntoIterator<Item = String>,
    ) {
        self.column(
            header,
            expendable,
            cells.into_iter().map(|cell| Line::new(&cell)),
        );
    }

    /// Puts cells between the labels and the other columns.
    pub fn first_column(&mut self, cells: impl IntoIterator<Item = Line>) {
        let column = Column {
            header: String::new(),
            expendable: 0,
            cells: cells.into_iter().collect(),
        };
        self.columns.insert(0, column);
    }

    /// Puts a remark under a row.
    pub fn note(&mut self, row: usize, note: String) {
        self.notes.push((row, note));
    }

    /// Whether there is nothing but labels.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Cells that the labels want, were there room.
    fn label_wish(&self) -> usize {
        let labels = self
            .labels
            .iter()
            .map(|(_, label)| label.width())
            .max()
            .unwrap_or(0);
        labels.max(self.label_header.width()).min(self.widest)
    }

    fn columns_width(&self) -> usize {
        self.columns.iter().map(|column| column.width() + GAP).sum()
    }

    /// Room that is left in a line of `width` cells for one more column.
    pub fn spare(&self, width: usize) -> usize {
        width.saturating_sub(INDENT + self.label_wish() + self.columns_width() + GAP)
    }

    /// Room for one more column if the labels are wrapped to `label` cells.
    pub fn spare_if_wrapped(&self, width: usize, label: usize) -> usize {
        width.saturating_sub(INDENT + self.label_wish().min(label) + self.columns_width() + GAP)
    }

    /// Whether all columns can be shown with readable labels.
    pub fn fits(&self, width: usize) -> bool {
        self.fits_beside(width, NARROWEST_LABEL)
    }

    /// Whether all columns can be shown with comfortable labels.
    pub fn fits_well(&self, width: usize) -> bool {
        self.fits_beside(width, COMFORTABLE_LABEL)
    }

    /// Whether, besides, no label is broken into many lines.
    fn reads_well(&self, width: usize) -> bool {
        let room = width.saturating_sub(INDENT + self.columns_width());
        let is_short = |label: &str| {
            let least = wrap(label, WIDEST_LABEL).len();
            wrap(label, room).len() <= least.max(COMFORTABLE_LINES)
        };
        self.fits_well(width) && self.labels.iter().all(|(_, label)| is_short(label))
    }

    fn fits_beside(&self, width: usize, label: usize) -> bool {
        INDENT + self.label_wish().min(label) + self.columns_width() <= width
    }

    /// Leaves out the most expendable column; of equals the last.
    fn drop_one(&mut self, expendable: u8) -> bool {
        let worst = self
            .columns
            .iter()
            .map(|column| column.expendable)
            .max()
            .unwrap_or(0);
        let found = self
            .columns
            .iter()
            .rposition(|column| column.expendable == worst);
        match found {
            Some(i) if worst >= expendable => {
                self.columns.remove(i);
                true
            }
            _ => false,
        }
    }

    pub fn write(mut self, page: &mut Page<'_>) -> io::Result<()> {
        while !self.reads_well(page.width()) && self.drop_one(2) {}
        while !self.fits(page.width()) && self.drop_one(1) {}
        // What is always shown, and has no room beside the rest, is a table of its own below.
        let mut below = Vec::new();
        while !self.fits(page.width()) && self.columns.len() > 1 {
            below.splice(..0, self.columns.pop());
        }
        let rest = (!below.is_empty()).then(|| Self {
            columns: below,
            ..self.clone()
        });
        if rest.is_some() {
            self.notes.clear();
        }
        let room = page.width().saturating_sub(INDENT + self.columns_width());
        let label_width = self.label_wish().min(room.max(NARROWEST_LABEL));
        let widths: Vec<usize> = self.columns.iter().map(Column::width).collect();

        if !self.label_header.is_empty()
            || self.columns.iter().any(|column| !column.header.is_empty())
        {
            let header = shorten(&self.label_header, label_width);
            let mut line = indented(palette::HEADER, &header, label_width);
            for (column, &width) in self.columns.iter().zip(&widths) {
                place(
                    &mut line,
                    Line::styled(palette::HEADER, &column.header),
                    width,
                );
            }
            page.line(&line)?;
        }
        for (row, (style, label)) in self.labels.iter().enumerate() {
            let mut parts = wrap(label, label_width).into_iter();
            let mut line = indented(*style, &parts.next().unwrap_or_default(), label_width);
            for (column, &width) in self.columns.iter().zip(&widths) {
                let cell = column.cells.get(row).cloned().unwrap_or_default();
                place(&mut line, cell, width);
            }
            page.line(&line)?;
            for part in parts {
                page.line(&indented(*style, &part, label_width))?;
            }
            for (_, note) in self.notes.iter().filter(|(of, _)| *of == row) {
                page.paragraph(palette::FAINT, note, 2 * INDENT)?;
            }
        }
        rest.map_or(Ok(()), |rest| rest.write(page))
    }
}

fn indented(style: Style, text: &str, width: usize) -> Line {
    let mut line = Line::new(&" ".repeat(INDENT));
    line.push(style, text);
    line.pad_to(INDENT + width);
    line
}

fn place(line: &mut Line, cell: Line, width: usize) {
    let start = line.width() + GAP;
    line.pad_to(start);
    line.append(cell);
    line.pad_to(start + width);
}

/// Pads numbers on both sides so that their decimal points stand in one column; words are flushed
/// left.
pub fn align_points(cells: &[String]) -> Vec<String> {
    // Cells before the point and from it on; `None` for a word.
    let split = |cell: &String| {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '+' | '-');
        let head = cell.find(|c| !is_part(c)).unwrap_or(cell.len());
        let is_number = cell[..head].contains(|c: char| c.is_ascii_digit());
        is_number.then(|| (cell[..head].width(), cell[head..].width()))
    };
    let parts: Vec<_> = cells.iter().map(split).collect();
    let most = |part: fn((usize, usize)) -> usize| parts.iter().flatten().map(|&p| part(p)).max();
    let (before, after) = (most(|p| p.0).unwrap_or(0), most(|p| p.1).unwrap_or(0));
    let widest = cells.iter().map(|cell| cell.width()).max().unwrap_or(0);
    let width = widest.max(before + after);
    let pad = |(cell, part): (&String, Option<(usize, usize)>)| {
        let left = part.map_or(0, |(head, _)| before - head);
        let right = width - left - cell.width();
        format!("{}{cell}{}", " ".repeat(left), " ".repeat(right))
    };
    cells.iter().zip(parts).map(pad).collect()
}

#[cfg(test)]
mod tests {
    use super::super::text::Look;
    use super::*;

    fn render(grid: Grid, width: usize) -> String {
        let mut bytes = Vec::new();
        let look = Look {
            color: false,
            width,
        };
        grid.write(&mut Page::new(&mut bytes, look))
            .expect("a vector takes all");
        String::from_utf8(bytes).expect("text is UTF-8")
    }

    fn sample() -> Grid {
        let labels = ["a", "a label that is rather long", "停戦"].map(String::from);
        let mut grid = Grid::new("what", labels);
        grid.plain_column("first", 0, ["1", "22", "333"].map(String::from));
        grid.plain_column("second", 1, ["x", "yy", "zzz"].map(String::from));
        grid.plain_column("third", 2, ["0123456789"; 3].map(String::from));
        grid
    }

    #[test]
    fn columns_line_up_under_wide_characters() {
        let text = render(sample(), 80);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        for line in &lines[1..] {
            let start = line.find("0123456789").expect("the last column is there");
            assert_eq!(line[..start].width(), 2 + 27 + 2 + 5 + 2 + 6 + 2);
        }
    }

    #[test]
    fn no_line_exceeds_the_width_and_the_most_expendable_column_goes_first() {
        for width in 40..80 {
            let text = render(sample(), width);
            assert!(
                text.lines().all(|line| line.width() <= width),
                "{width}:\n{text}"
            );
        }
        let text = render(sample(), 40);
        assert!(text.contains("second"));
        let mut crowded = sample();
        crowded.plain_column("fourth", 0, ["0123456789"; 3].map(String::from));
        let text = render(crowded, 46);
        assert!(text.contains("second") && text.contains("fourth") && !text.contains("third"));
    }

    #[test]
    fn a_column_of_little_weight_gives_way_to_a_label_of_three_lines() {
        let grid = |label: &str| {
            let mut grid = Grid::new("", [label.to_owned()]);
            grid.plain_column("first", 0, ["0123456789".to_owned()]);
            grid.plain_column("second", 2, ["0123456789".to_owned()]);
            render(grid, 46)
        };
        let short = grid("a label that takes two lines");
        assert!(
            short.contains("second") && short.lines().count() == 3,
            "{short}"
        );
        let long = grid("a label that takes three lines of this column");
        assert!(
            !long.contains("second") && long.lines().count() == 3,
            "{long}"
        );
    }

    #[test]
    fn decimal_points_stand_in_one_column() {
        let aligned =
            align_points(&["41.24%", "0.021%", "100%", "1,234.5%", "n/a"].map(String::from));
        let points: Vec<_> = aligned.iter().filter_map(|cell| cell.find('.')).collect();
        assert!(
            points.windows(2).all(|pair| pair[0] == pair[1]),
            "{aligned:?}"
        );
        assert!(
            aligned
                .windows(2)
                .all(|pair| pair[0].width() == pair[1].width()),
            "{aligned:?}"
        );
    }
}
