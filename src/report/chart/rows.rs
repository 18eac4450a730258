//! Probabilities one under another: bars or dots, with both uncertainties drawn differently.
//!
//! Takes rows in the order to be shown; gives a chart. The pale box is what the analyst does not know, the whisker is chance of the simulation.

use super::scale::{Scale, ticks};
use super::sheet::{BODY, LEADING, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};

/// How the estimate itself is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// From zero: shares of one whole.
    Bar,
    /// On a scale from 0 to 100%: questions, each for itself.
    Dot,
}

/// One probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub title: String,
    /// From 0 to 1.
    pub point: f64,
    /// 95% interval of the simulation.
    pub interval: [f64; 2],
    /// 90% range over what the analyst does not know; `None` where that cannot be told from chance.
    pub range: Option<[f64; 2]>,
    /// The point as text, such as `32.5%`.
    pub value: String,
    /// Its error as text, such as `± 1.7`.
    pub error: String,
    /// A few words under the value; may be empty.
    pub words: String,
    /// Drawn in grey: what belongs to no class.
    pub muted: bool,
}

/// A chart of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub about: About,
    pub mark: Mark,
    pub rows: Vec<Row>,
}

impl Rows {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let narrow = sheet.is_narrow();
        let width = sheet.width();
        let has_range = self
            .rows
            .iter()
            .any(|row| row.range.is_some_and(|[low, high]| high > low));
        key(&mut sheet, self.mark, has_range);

        let value_width = (self.rows.iter())
            .map(|row| {
                let number =
                    text::bold_width(&row.value, BODY) + 5.0 + text::width(&row.error, SMALL);
                number.max(text::width(&row.words, SMALL))
            })
            .fold(0.0, f64::max)
            .min(0.4 * width);
        let title_width = if narrow {
            0.0
        } else {
            let widest = self
                .rows
                .iter()
                .map(|row| text::width(&row.title, BODY))
                .fold(0.0, f64::max);
            (widest + 14.0).min(0.36 * width)
        };
        let plot = [title_width, width - value_width - 14.0];
        let highest = match self.mark {
            Mark::Dot => 1.0,
            Mark::Bar => (self.rows.iter())
                .flat_map(|row| {
                    [
                        row.point,
                        row.interval[1],
                        row.range.map_or(0.0, |range| range[1]),
                    ]
                })
                .filter(|value| value.is_finite())
                .fold(0.01, f64::max)
                .min(1.0),
        };
        let count = ((plot[1] - plot[0]) / 60.0).clamp(2.0, 6.0) as usize;
        let ticks = ticks([0.0, 100.0 * highest], count, true);
        let last = ticks.values.last().copied().unwrap_or(100.0);
        let scale = Scale {
            data: [0.0, last / 100.0],
            pixels: plot,
        };

        let top = sheet.y;
        let room = if narrow { width } else { title_width - 14.0 };
        let lines: Vec<Vec<String>> = (self.rows.iter())
            .map(|row| text::wrap(&row.title, BODY, room, 3))
            .collect();
        let heights: Vec<f64> = (lines.iter().zip(&self.rows))
            .map(|(lines, row)| {
                let title = lines.len() as f64 * LEADING * BODY;
                let mark = if row.words.is_empty() { 26.0 } else { 34.0 };
                if narrow {
                    title + mark + 6.0
                } else {
                    (title + 10.0).max(mark)
                }
            })
            .collect();
        let bottom = top + heights.iter().sum::<f64>();
        let in_percent = Scale {
            data: [0.0, last],
            pixels: plot,
        };
        let under = sheet.x_axis(&ticks, in_percent, [top, bottom], "%");

        let mut y = top;
        for ((row, lines), height) in self.rows.iter().zip(&lines).zip(&heights) {
            let title = lines.len() as f64 * LEADING * BODY;
            let middle = if narrow {
                y + title + (height - title - 6.0) / 2.0
            } else {
                y + height / 2.0
            };
            if narrow {
                sheet
                    .drawing
                    .rect([0.0, y + 1.0, width, title], "ground", "");
                sheet.block(lines, (0.0, y + title / 2.0), BODY, Anchor::Start, "");
            } else {
                sheet.block(lines, (title_width - 14.0, middle), BODY, Anchor::End, "");
            }
            self.mark_of(&mut sheet, row, scale, middle);
            numbers(&mut sheet, row, plot[1] + 14.0, middle);
            y += height;
        }
        sheet.y = under;
        sheet.finish()
    }

    fn mark_of(&self, sheet: &mut Sheet, row: &Row, scale: Scale, y: f64) {
        let tip = format!("{}: {} {}", row.title, row.value, row.error);
        let rest = if row.muted { "rest" } else { "" };
        let drawing = &mut sheet.drawing;
        if let Some([low, high]) = row.range.filter(|[low, high]| high > low) {
            let (left, right) = (scale.within(low), scale.within(high));
            drawing.rect(
                [left, y - 10.0, right - left, 20.0],
                &format!("band{rest}"),
                &tip,
            );
        }
        if !row.point.is_finite() {
            return;
        }
        let x = scale.within(row.point);
        if self.mark == Mark::Bar {
            let left = scale.at(0.0);
            let class = if row.muted { "rest" } else { "bar" };
            drawing.rect([left, y - 5.0, x - left, 10.0], class, &tip);
        }
        let [low, high] = row.interval.map(|end| scale.within(end));
        whisker(sheet, [low, high], y, "whisker");
        if self.mark == Mark::Dot {
            sheet
                .drawing
                .circle((x, y), 5.5, &format!("dot{rest}"), &tip);
        }
    }
}

/// A thin line with caps, set off from what lies under it.
pub(super) fn whisker(sheet: &mut Sheet, [low, high]: [f64; 2], y: f64, class: &str) {
    let halves = [("halo", 5.0), (class, 4.0)];
    for (class, cap) in halves {
        sheet.drawing.line((low, y), (high, y), class);
        for x in [low, high] {
            sheet.drawing.line((x, y - cap), (x, y + cap), class);
        }
    }
}

fn numbers(sheet: &mut Sheet, row: &Row, x: f64, middle: f64) {
    let y = if row.words.is_empty() {
        middle
    } else {
        middle - 8.0
    };
    let baseline = y + 0.36 * BODY;
    sheet
        .drawing
        .text((x, baseline), BODY, Anchor::Start, "b", &row.value);
    let after = x + text::bold_width(&row.value, BODY) + 5.0;
    sheet
        .drawing
        .text((after, baseline), SMALL, Anchor::Start, "m", &row.error);
    let room = sheet.width() - x;
    let words = text::ellipsis(&row.words, SMALL, room);
    sheet.drawing.text(
        (x, middle + 8.0 + 0.36 * SMALL),
        SMALL,
        Anchor::Start,
        "m",
        &words,
    );
}

/// What box, whisker and mark mean, in one line if there is room.
fn key(sheet: &mut Sheet, mark: Mark, has_range: bool) {
    let mut items = vec![(0, "estimate"), (1, "95% interval of the simulation")];
    if has_range {
        items.push((2, "90% range of what is not known"));
    }
    let (mut x, mut y) = (0.0, sheet.y + 10.0);
    for (kind, words) in items {
        let needs = 34.0 + text::width(words, SMALL);
        if x > 0.0 && x + needs > sheet.width() {
            (x, y) = (0.0, y + 22.0);
        }
        match (kind, mark) {
            (0, Mark::Bar) => sheet.drawing.rect([x, y - 5.0, 26.0, 10.0], "bar", ""),
            (0, Mark::Dot) => sheet.drawing.circle((x + 13.0, y), 5.5, "dot", ""),
            (1, _) => whisker(sheet, [x + 1.0, x + 25.0], y, "whisker"),
            _ => sheet.drawing.rect([x, y - 8.0, 26.0, 16.0], "band", ""),
        }
        sheet.drawing.text(
            (x + 32.0, y + 0.36 * SMALL),
            SMALL,
            Anchor::Start,
            "m",
            words,
        );
        x += needs + 18.0;
    }
    sheet.y = y + 20.0;
}
