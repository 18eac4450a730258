//! Two scenarios side by side: for each row two bars with their intervals.
//!
//! Takes both values of each row; gives a chart.

use super::rows::whisker;
use super::scale::{Scale, axis};
use super::sheet::{BODY, LEADING, SMALL, Sheet, title_column};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};

/// One probability in both scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct PairRow {
    pub title: String,
    /// From 0 to 1; `None` where a scenario does not have it.
    pub points: [Option<f64>; 2],
    /// 95% intervals of the simulation.
    pub intervals: [Option<[f64; 2]>; 2],
    pub values: [String; 2],
    pub errors: [String; 2],
}

/// Paired bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    pub about: About,
    /// Base and other.
    pub names: [String; 2],
    pub rows: Vec<PairRow>,
}

/// Classes of the bars.
const CLASSES: [&str; 2] = ["bar", "bar2"];

/// Pixels from one bar's middle to the other's.
const APART: f64 = 18.0;

impl Pairs {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let (width, narrow) = (sheet.width(), sheet.is_narrow());
        for (name, class) in self.names.iter().zip(CLASSES) {
            let lines = text::balanced(name, SMALL, width - 22.0, 2);
            let middle = sheet.y + lines.len() as f64 * LEADING * SMALL / 2.0;
            sheet
                .drawing
                .rect([0.0, middle - 5.0, 14.0, 10.0], class, "");
            sheet.block(&lines, (20.0, middle), SMALL, Anchor::Start, "");
            sheet.y += lines.len() as f64 * LEADING * SMALL + 3.0;
        }
        sheet.y += 8.0;
        let value_width = (self.rows.iter())
            .flat_map(|row| row.values.iter().zip(&row.errors))
            .map(|(value, error)| text::bold_width(value, SMALL) + 5.0 + text::width(error, SMALL))
            .chain(
                frame.steady.then(|| {
                    text::bold_width("88.888%", SMALL) + 5.0 + text::width("± 0.0088", SMALL)
                }),
            )
            .fold(0.0, f64::max);
        let title_width = if narrow {
            0.0
        } else {
            title_column(self.rows.iter().map(|row| row.title.as_str()), width)
        };
        let plot = [title_width, width - value_width - 14.0];
        let [_, highest] = frame.reach.unwrap_or_else(|| self.range());
        let count = ((plot[1] - plot[0]) / 60.0).clamp(2.0, 6.0) as usize;
        let (ticks, in_percent) = axis([0.0, 100.0 * highest], plot, count, true, SMALL, "%");
        let scale = Scale {
            data: in_percent.data.map(|end| end / 100.0),
            pixels: plot,
        };

        let room = if narrow { width } else { title_width - 14.0 };
        let lines: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| text::balanced(&row.title, BODY, room, 3))
            .collect();
        let heights: Vec<f64> = (lines.iter())
            .map(|lines| {
                let title = lines.len() as f64 * LEADING * BODY;
                let bars = 2.0 * APART + 12.0;
                if narrow {
                    title + bars
                } else {
                    (title + 10.0).max(bars)
                }
            })
            .collect();
        let (top, bottom) = (sheet.y, sheet.y + heights.iter().sum::<f64>());
        let under = sheet.x_axis(&ticks, in_percent, [top, bottom], "%");
        let mut y = top;
        for ((row, lines), height) in self.rows.iter().zip(&lines).zip(&heights) {
            let title = lines.len() as f64 * LEADING * BODY;
            let middle = if narrow {
                sheet
                    .drawing
                    .rect([0.0, y + 1.0, width, title], "ground", "");
                sheet.block(lines, (0.0, y + title / 2.0), BODY, Anchor::Start, "");
                y + title + (height - title) / 2.0 - 3.0
            } else {
                sheet.block(
                    lines,
                    (title_width - 14.0, y + height / 2.0),
                    BODY,
                    Anchor::End,
                    "",
                );
                y + height / 2.0
            };
            for side in 0..2 {
                let y = middle + (side as f64 - 0.5) * APART;
                self.bar(&mut sheet, row, side, scale, y);
                let parts = [("b", row.values[side].as_str()), ("m", &row.errors[side])];
                let at = (plot[1] + 14.0, y + 0.36 * SMALL);
                sheet.drawing.phrase(at, SMALL, Anchor::Start, &parts);
            }
            y += height;
        }
        sheet.y = under;
        sheet.finish()
    }

    /// Zero and the end of the longest bar or interval.
    pub fn range(&self) -> [f64; 2] {
        let highest = (self.rows.iter())
            .flat_map(|row| {
                row.intervals
                    .iter()
                    .flatten()
                    .map(|interval| interval[1])
                    .chain(row.points.iter().flatten().copied())
            })
            .filter(|value| value.is_finite())
            .fold(0.01, f64::max)
            .min(1.0);
        [0.0, highest]
    }

    fn bar(&self, sheet: &mut Sheet, row: &PairRow, side: usize, scale: Scale, y: f64) {
        let Some(point) = row.points[side].filter(|point| point.is_finite()) else {
            return;
        };
        let left = scale.at(0.0);
        let tip = format!(
            "{}, {}: {} {}",
            row.title, self.names[side], row.values[side], row.errors[side]
        );
        sheet.drawing.rect(
            [left, y - 6.0, scale.within(point) - left, 12.0],
            CLASSES[side],
            &tip,
        );
        if let Some(interval) = row.intervals[side] {
            whisker(sheet, interval.map(|end| scale.within(end)), y, "whisker");
        }
    }
}
