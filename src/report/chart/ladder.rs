//! Any number of scenarios on one axis: for each row a dot and a range for each scenario, by
//! letter.
//!
//! Takes what each scenario says of each row; gives a chart. Letters tell the scenarios apart, so
//! that it needs no colours.

use super::scale::{Scale, axis};
use super::sheet::{BODY, LEADING, SMALL, Sheet, title_column};
use super::svg::Anchor;
use super::{About, Chart, Frame, Spread, text};

/// What one scenario says of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// From 0 to 1; `None` where the scenario does not have it.
    pub point: Option<f64>,
    /// 90% range over what the analyst does not know.
    pub range: Option<Spread>,
    pub value: String,
}

/// One probability in all scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct LadderRow {
    pub title: String,
    pub rungs: Vec<Rung>,
}

/// Rows of rungs.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    pub about: About,
    /// Letter and title of each scenario.
    pub scenarios: Vec<(String, String)>,
    pub rows: Vec<LadderRow>,
}

/// Pixels from one rung to the next.
const APART: f64 = 17.0;
/// Room above and below the rungs of a row.
const ROOM: f64 = 12.0;

impl Ladder {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let (width, narrow) = (sheet.width(), sheet.is_narrow());
        let letters = (self.scenarios.iter())
            .map(|(letter, _)| text::bold_width(letter, SMALL))
            .fold(0.0, f64::max);
        for (letter, title) in &self.scenarios {
            let lines = text::balanced(title, SMALL, width - letters - 10.0, 2);
            let middle = sheet.y + lines.len() as f64 * LEADING * SMALL / 2.0;
            let at = (0.0, middle + 0.36 * SMALL);
            sheet.drawing.text(at, SMALL, Anchor::Start, "b", letter);
            sheet.block(&lines, (letters + 8.0, middle), SMALL, Anchor::Start, "");
            sheet.y += lines.len() as f64 * LEADING * SMALL + 2.0;
        }
        sheet.y += 8.0;
        let rungs = || self.rows.iter().flat_map(|row| &row.rungs);
        let value_width = rungs()
            .map(|rung| text::bold_width(&rung.value, SMALL))
            .fold(0.0, f64::max);
        let title_width = match narrow {
            true => 0.0,
            false => title_column(self.rows.iter().map(|row| row.title.as_str()), width),
        };
        let plot = [title_width + letters + 10.0, width - value_width - 14.0];
        let highest = rungs()
            .flat_map(|rung| {
                rung.range
                    .map(|range| range.ends[1])
                    .into_iter()
                    .chain(rung.point)
            })
            .filter(|value| value.is_finite())
            .fold(0.01, f64::max)
            .min(1.0);
        let count = ((plot[1] - plot[0]) / 60.0).clamp(2.0, 6.0) as usize;
        let (ticks, in_percent) = axis([0.0, 100.0 * highest], plot, count, true, SMALL, "%");
        let scale = Scale {
            data: in_percent.data.map(|end| end / 100.0),
            pixels: plot,
        };
        let room = if narrow { width } else { title_width - 14.0 };
        let lines: Vec<Vec<String>> = (self.rows.iter())
            .map(|row| text::balanced(&row.title, BODY, room, 3))
            .collect();
        let heights: Vec<f64> = (lines.iter().zip(&self.rows))
            .map(|(lines, row)| {
                let title = lines.len() as f64 * LEADING * BODY;
                let marks = APART * row.rungs.len() as f64 + ROOM;
                match narrow {
                    true => title + marks,
                    false => (title + 10.0).max(marks),
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
                y + title + (height - title) / 2.0
            } else {
                let at = (title_width - 14.0, y + height / 2.0);
                sheet.block(lines, at, BODY, Anchor::End, "");
                y + height / 2.0
            };
            let first = middle - APART * (row.rungs.len() as f64 - 1.0) / 2.0;
            for (i, (rung, (letter, name))) in row.rungs.iter().zip(&self.scenarios).enumerate() {
                let y = first + APART * i as f64;
                let tip = format!("{}, {name}: {}", row.title, rung.value);
                rung.draw(&mut sheet, scale, y, letter, &tip, plot);
            }
            y += height;
        }
        sheet.y = under;
        sheet.finish()
    }
}

impl Rung {
    fn draw(
        &self,
        sheet: &mut Sheet,
        scale: Scale,
        y: f64,
        letter: &str,
        tip: &str,
        plot: [f64; 2],
    ) {
        let base = y + 0.36 * SMALL;
        sheet
            .drawing
            .text((plot[0] - 6.0, base), SMALL, Anchor::End, "m", letter);
        if let Some(range) = self.range {
            let [low, high] = range.ends.map(|end| scale.within(end));
            let class = if range.is_bound { "band bound" } else { "band" };
            sheet
                .drawing
                .rect([low, y - 4.0, (high - low).max(1.0), 8.0], class, tip);
        }
        if let Some(point) = self.point.filter(|point| point.is_finite()) {
            sheet
                .drawing
                .circle((scale.within(point), y), 3.5, "dot", tip);
        }
        let at = (plot[1] + 14.0, base);
        sheet
            .drawing
            .text(at, SMALL, Anchor::Start, "b", &self.value);
    }
}
