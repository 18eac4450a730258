//! Probabilities one under another: bars or dots, with both uncertainties drawn differently.
//!
//! Takes rows in the order to be shown; gives a chart. The pale box is what the analyst does not
//! know, the whisker is chance of the simulation.

use super::scale::{Scale, axis};
use super::sheet::{BODY, LEADING, SMALL, Sheet, title_column};
use super::svg::Anchor;
use super::{About, Chart, Frame, Tone, text};

/// How the estimate itself is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// From zero: shares of one whole.
    Bar,
    /// On a scale from 0 to 100%: questions, each for itself.
    Dot,
}

/// Where a probability lies as the uncertain parameters vary: its 90% range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub ends: [f64; 2],
    /// The range is somewhere within these ends: the trials do not show it more closely.
    pub is_bound: bool,
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
    pub range: Option<Spread>,
    /// The point as text, such as `32.5%`.
    pub value: String,
    /// Its error as text, such as `± 1.7`.
    pub error: String,
    /// A few words under the value; may be empty.
    pub words: String,
    pub tone: Tone,
}

/// A chart of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub about: About,
    pub mark: Mark,
    /// What the colours stand for, where the titles of the rows do not say it.
    pub colours: Vec<(Tone, String)>,
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
            .any(|row| row.range.is_some_and(|range| range.ends[1] > range.ends[0]));
        let has_bound = (self.rows.iter()).any(|row| row.range.is_some_and(|range| range.is_bound));
        let is_toned = self.rows.iter().any(|row| row.tone != Tone::Plain);
        let sample = if is_toned { Tone::Rest } else { Tone::Plain };
        key(&mut sheet, self.mark, sample, has_range, has_bound);
        colours(&mut sheet, &self.colours);

        let value_width = (self.rows.iter())
            .map(|row| {
                let number =
                    text::bold_width(&row.value, BODY) + 5.0 + text::width(&row.error, BODY);
                number.max(text::width(&row.words, SMALL))
            })
            // A pixel more, so that what just fits is not cut for a rounding error.
            .fold(0.0, |widest: f64, own| widest.max(own + 1.0))
            .min(0.5 * width);
        let title_width = if narrow {
            0.0
        } else {
            title_column(self.rows.iter().map(|row| row.title.as_str()), width)
        };
        let plot = [title_width, width - value_width - 14.0];
        let highest = match self.mark {
            Mark::Dot => 1.0,
            Mark::Bar => (self.rows.iter())
                .flat_map(|row| {
                    [
                        row.point,
                        row.interval[1],
                        row.range.map_or(0.0, |range| range.ends[1]),
                    ]
                })
                .filter(|value| value.is_finite())
                .fold(0.01, f64::max)
                .min(1.0),
        };
        let count = ((plot[1] - plot[0]) / 60.0).clamp(2.0, 6.0) as usize;
        let (ticks, in_percent) = axis([0.0, 100.0 * highest], plot, count, true, SMALL, "%");
        let scale = Scale {
            data: in_percent.data.map(|end| end / 100.0),
            pixels: plot,
        };

        let top = sheet.y;
        let room = if narrow { width } else { title_width - 14.0 };
        let lines: Vec<Vec<String>> = (self.rows.iter())
            .map(|row| text::balanced(&row.title, BODY, room, 3))
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
        let drawing = &mut sheet.drawing;
        if let Some(range) = row.range.filter(|range| range.ends[1] > range.ends[0]) {
            let [low, high] = range.ends;
            let (left, right) = (scale.within(low), scale.within(high));
            drawing.rect(
                [left, y - 10.0, right - left, 20.0],
                &row.tone.band(range.is_bound),
                &tip,
            );
        }
        if !row.point.is_finite() {
            return;
        }
        let x = scale.within(row.point);
        if self.mark == Mark::Bar {
            let left = scale.at(0.0);
            let class = row.tone.fill();
            drawing.rect([left, y - 5.0, x - left, 10.0], &class, &tip);
        }
        let [low, high] = row.interval.map(|end| scale.within(end));
        whisker(sheet, [low, high], y, "whisker");
        if self.mark == Mark::Dot {
            sheet.drawing.circle((x, y), 5.5, "dot", &tip);
        }
    }
}

/// A thin line with caps.
pub(super) fn whisker(sheet: &mut Sheet, [low, high]: [f64; 2], y: f64, class: &str) {
    sheet.drawing.line((low, y), (high, y), class);
    for x in [low, high] {
        sheet.drawing.line((x, y - 4.0), (x, y + 4.0), class);
    }
}

fn numbers(sheet: &mut Sheet, row: &Row, x: f64, middle: f64) {
    let y = if row.words.is_empty() {
        middle
    } else {
        middle - 8.0
    };
    let parts = [("b", row.value.as_str()), ("m", &row.error)];
    sheet
        .drawing
        .phrase((x, y + 0.36 * BODY), BODY, Anchor::Start, &parts);
    let words = text::ellipsis(&row.words, SMALL, sheet.width() - x);
    let below = (x, middle + 8.0 + 0.36 * SMALL);
    sheet.drawing.text(below, SMALL, Anchor::Start, "m", &words);
}

/// What box, whisker and mark mean, in one line if there is room.
fn key(sheet: &mut Sheet, mark: Mark, sample: Tone, has_range: bool, has_bound: bool) {
    let mut items = vec![(0, "estimate"), (1, "95% interval of the simulation")];
    if has_range {
        items.push((2, "90% range over what the analyst does not know"));
    }
    if has_bound {
        items.push((3, "within which that range lies"));
    }
    let mut x = 0.0;
    for (kind, words) in items {
        let needs = KEY + text::width(words, SMALL);
        if x > 0.0 && x + needs > sheet.width() {
            x = 0.0;
            sheet.y += 22.0;
        }
        let y = sheet.y + 10.0;
        match (kind, mark) {
            (0, Mark::Bar) => (sheet.drawing).rect([x, y - 5.0, 26.0, 10.0], &sample.fill(), ""),
            (0, Mark::Dot) => sheet.drawing.circle((x + 13.0, y), 5.5, "dot", ""),
            (1, _) => whisker(sheet, [x + 1.0, x + 25.0], y, "whisker"),
            (box_, _) => {
                let class = sample.band(box_ == 3);
                sheet.drawing.rect([x, y - 8.0, 26.0, 16.0], &class, "");
            }
        }
        let lines = text::wrap(words, SMALL, sheet.width() - KEY, 2);
        for (i, line) in lines.iter().enumerate() {
            let down = 0.36 * SMALL + i as f64 * LEADING * SMALL;
            sheet
                .drawing
                .text((x + KEY, y + down), SMALL, Anchor::Start, "m", line);
        }
        sheet.y += (lines.len() - 1) as f64 * LEADING * SMALL;
        x += needs + 18.0;
    }
    sheet.y += 30.0;
}

/// What each colour stands for, one after another.
fn colours(sheet: &mut Sheet, colours: &[(Tone, String)]) {
    if colours.is_empty() {
        return;
    }
    let (mut x, room) = (0.0, sheet.width() - SQUARE);
    for (tone, words) in colours {
        let words = text::ellipsis(words, SMALL, room);
        let needs = SQUARE + text::width(&words, SMALL);
        if x > 0.0 && x + needs > sheet.width() {
            x = 0.0;
            sheet.y += 20.0;
        }
        let y = sheet.y + 6.0;
        let square = [x, y - 5.0, 10.0, 10.0];
        sheet.drawing.rect(square, &tone.fill(), "");
        let at = (x + SQUARE, y + 0.36 * SMALL);
        sheet.drawing.text(at, SMALL, Anchor::Start, "m", &words);
        x += needs + 18.0;
    }
    sheet.y += 26.0;
}

/// Pixels of a square of colour with the gap to its words.
const SQUARE: f64 = 16.0;

/// Pixels of a sample in the key with the gap to its words.
const KEY: f64 = 32.0;
