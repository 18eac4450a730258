//! Differences around zero: a dot and its paired interval for each row.
//!
//! Takes differences; gives a chart. What cannot be told from nothing is grey and says so.

use super::rows::whisker;
use super::scale::axis;
use super::sheet::{BODY, LEADING, SMALL, Sheet, title_column};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};

/// One difference, other less base.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferenceRow {
    pub title: String,
    /// In the unit of the axis.
    pub point: f64,
    /// 95% interval of the paired difference.
    pub interval: [f64; 2],
    pub value: String,
    pub error: String,
    /// Whether it stands out from chance, all rows considered.
    pub detectable: bool,
}

/// A difference plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Differences {
    pub about: About,
    /// Unit of the axis, such as `percentage points`.
    pub unit: String,
    pub rows: Vec<DifferenceRow>,
}

/// What a difference that chance could have made is called.
const NOTHING: &str = "no detectable difference";

impl Differences {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let (width, narrow) = (sheet.width(), sheet.is_narrow());
        let value_width = (self.rows.iter())
            .map(|row| {
                let number =
                    text::bold_width(&row.value, BODY) + 5.0 + text::width(&row.error, BODY);
                let words = if row.detectable {
                    0.0
                } else {
                    text::width("no detectable", SMALL)
                };
                number.max(words)
            })
            .fold(0.0, f64::max);
        let title_width = if narrow {
            0.0
        } else {
            title_column(self.rows.iter().map(|row| row.title.as_str()), width)
        };
        let plot = [title_width + 6.0, width - value_width - 14.0];
        let ends = || {
            (self.rows.iter())
                .flat_map(|row| [row.point, row.interval[0], row.interval[1]])
                .filter(|value| value.is_finite())
        };
        let (low, high) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
        let count = ((plot[1] - plot[0]) / 60.0).clamp(2.0, 6.0) as usize;
        let (ticks, scale) = axis([low, high], plot, count, true, SMALL, "");

        let room = if narrow { width } else { title_width - 14.0 };
        let lines: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| text::balanced(&row.title, BODY, room, 3))
            .collect();
        let heights: Vec<f64> = (lines.iter().zip(&self.rows))
            .map(|(lines, row)| {
                let title = lines.len() as f64 * LEADING * BODY;
                let mark = if row.detectable { 28.0 } else { 36.0 };
                if narrow {
                    title + mark + 4.0
                } else {
                    (title + 10.0).max(mark)
                }
            })
            .collect();
        let (top, bottom) = (sheet.y, sheet.y + heights.iter().sum::<f64>());
        let under = sheet.x_axis(&ticks, scale, [top, bottom], "");
        sheet
            .drawing
            .line((scale.at(0.0), top), (scale.at(0.0), bottom), "z");
        let mut y = top;
        for ((row, lines), height) in self.rows.iter().zip(&lines).zip(&heights) {
            let title = lines.len() as f64 * LEADING * BODY;
            let class = if row.detectable { "" } else { "m" };
            let middle = if narrow {
                sheet
                    .drawing
                    .rect([0.0, y + 1.0, width, title], "ground", "");
                sheet.block(lines, (0.0, y + title / 2.0), BODY, Anchor::Start, class);
                y + title + (height - title - 4.0) / 2.0
            } else {
                sheet.block(
                    lines,
                    (title_width - 14.0, y + height / 2.0),
                    BODY,
                    Anchor::End,
                    class,
                );
                y + height / 2.0
            };
            let tip = format!("{}: {} {}", row.title, row.value, row.error);
            if row.point.is_finite() {
                let (whiskers, dot) = if row.detectable {
                    ("whisker", "dot")
                } else {
                    ("whiskerrest", "dotrest")
                };
                whisker(
                    &mut sheet,
                    row.interval.map(|end| scale.within(end)),
                    middle,
                    whiskers,
                );
                sheet
                    .drawing
                    .circle((scale.within(row.point), middle), 4.0, dot, &tip);
            }
            self.words(&mut sheet, row, plot[1] + 14.0, middle);
            y += height;
        }
        let unit = text::ellipsis(&self.unit, SMALL, width);
        sheet
            .drawing
            .text((plot[0], under + SMALL), SMALL, Anchor::Start, "m", &unit);
        sheet.y = under + LEADING * SMALL;
        sheet.finish()
    }

    fn words(&self, sheet: &mut Sheet, row: &DifferenceRow, x: f64, middle: f64) {
        if !row.detectable {
            let room = sheet.width() - x;
            let lines = text::balanced(NOTHING, SMALL, room, 2);
            sheet.block(&lines, (x, middle), SMALL, Anchor::Start, "m");
            return;
        }
        let parts = [("b", row.value.as_str()), ("m", &row.error)];
        let at = (x, middle + 0.36 * BODY);
        sheet.drawing.phrase(at, BODY, Anchor::Start, &parts);
    }
}
