//! Shares of a whole over time: stacked areas, each labelled at its right end.
//!
//! Takes layers from the bottom up; gives a chart. Labels sit beside the end of their layer, moved
//! as little as needed, with a line to where they belong.

use super::labels::spread;
use super::scale::{Scale, Ticks, ticks};
use super::sheet::{LEADING, Readout, ReadoutSeries, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, Tone, text};

/// One share over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub title: String,
    pub tone: Tone,
    /// From 0 to 1, one for each time.
    pub values: Vec<f64>,
    /// The values as text, with their errors where they matter.
    pub texts: Vec<String>,
}

/// A stacked chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers {
    pub about: About,
    /// ISO date of year 0.
    pub start: String,
    /// Years, ascending.
    pub times: Vec<f64>,
    /// ISO dates of the times.
    pub dates: Vec<String>,
    /// From the bottom up.
    pub layers: Vec<Layer>,
}

impl Layers {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let label_room = label_room(width);
        let labels: Vec<SideLabel> = (self.layers.iter())
            .map(|layer| SideLabel {
                value: layer.texts.last().cloned().unwrap_or_default(),
                title: layer.title.clone(),
                fill: layer.tone.fill(),
                at: 0.0,
            })
            .collect();
        let needed = height_of(&labels, label_room - SIDE);
        let height = (if sheet.is_narrow() { 260.0_f64 } else { 320.0 }).max(needed);
        let (top, bottom) = (sheet.y + 8.0, sheet.y + 8.0 + height);
        let percent: Ticks = ticks([0.0, 100.0], 5, true);
        let left = Sheet::y_labels(&percent, "%");
        let right = width - label_room;
        let down = Scale {
            data: [0.0, 1.0],
            pixels: [bottom, top],
        };
        let across = across(&self.times, [left, right]);

        let mut base = vec![0.0; self.times.len()];
        let mut labels = labels;
        for (i, layer) in self.layers.iter().enumerate() {
            let over: Vec<f64> = base
                .iter()
                .zip(&layer.values)
                .map(|(base, value)| base + value.max(0.0))
                .collect();
            let upper = self
                .times
                .iter()
                .zip(&over)
                .map(|(&t, &v)| (across.at(t), down.within(v)));
            let lower = self
                .times
                .iter()
                .zip(&base)
                .map(|(&t, &v)| (across.at(t), down.within(v)));
            let outline: Vec<(f64, f64)> = upper.chain(lower.rev()).collect();
            let tip = format!("{}: {} at the end", layer.title, labels[i].value);
            sheet
                .drawing
                .polygon(outline, &format!("area {}", layer.tone.fill()), &tip);
            if let (Some(&low), Some(&high)) = (base.last(), over.last()) {
                labels[i].at = down.within((low + high) / 2.0);
            }
            base = over;
        }
        let in_percent = Scale {
            data: [0.0, 100.0],
            pixels: [bottom, top],
        };
        sheet.y_axis(&percent, in_percent, [left, left], "%");
        side_labels(&mut sheet, &labels, right, [top - 6.0, bottom + 6.0]);
        sheet.readout = Some(Readout {
            span: [top, bottom],
            x: self.times.iter().map(|&t| across.at(t)).collect(),
            at: self.dates.clone(),
            series: (self.layers.iter().rev())
                .map(|layer| ReadoutSeries {
                    name: layer.title.clone(),
                    fill: layer.tone.fill(),
                    values: layer.texts.clone(),
                })
                .collect(),
        });
        sheet.y = sheet.time_axis(&self.start, across, bottom);
        sheet.finish()
    }
}

/// Time along a plot.
pub(super) fn across(times: &[f64], pixels: [f64; 2]) -> Scale {
    let data = [
        times.first().copied().unwrap_or(0.0),
        times.last().copied().unwrap_or(1.0),
    ];
    Scale { data, pixels }
}

/// A label at the right of a plot.
#[derive(Clone, Debug)]
pub(super) struct SideLabel {
    pub value: String,
    pub title: String,
    /// Class of its swatch.
    pub fill: String,
    /// Where it belongs.
    pub at: f64,
}

/// Pixels from the plot's edge to a label's text: leader line and swatch.
pub(super) const SIDE: f64 = 32.0;

/// Pixels for labels beside a plot, of a frame that wide.
pub(super) fn label_room(width: f64) -> f64 {
    (0.4 * width).min(250.0)
}

/// Pixels between labels.
const BETWEEN: f64 = 5.0;

/// Pixels that all labels need one under another, in a column of text `room` wide.
pub(super) fn height_of(labels: &[SideLabel], room: f64) -> f64 {
    labels.iter().map(|label| lines_of(label, room).1).sum()
}

/// The value in bold before the title, in lines; and their height with the gap to the next label.
fn lines_of(label: &SideLabel, room: f64) -> (Vec<String>, f64) {
    let words = format!("{} {}", label.value, label.title);
    // The value is bold: a little less room for all.
    let lines = text::wrap(
        &words,
        SMALL,
        room - (text::BOLD - 1.0) * text::width(&label.value, SMALL),
        3,
    );
    let height = lines.len() as f64 * LEADING * SMALL + BETWEEN;
    (lines, height)
}

/// Labels beside `x`, in the order of their places from top to bottom, between `bounds`.
pub(super) fn side_labels(sheet: &mut Sheet, labels: &[SideLabel], x: f64, bounds: [f64; 2]) {
    let room = sheet.width() - x - SIDE;
    let mut order: Vec<&SideLabel> = labels.iter().rev().collect();
    order.sort_by(|a, b| a.at.total_cmp(&b.at));
    let lines: Vec<(Vec<String>, f64)> = order.iter().map(|label| lines_of(label, room)).collect();
    let wanted: Vec<f64> = order.iter().map(|label| label.at).collect();
    let heights: Vec<f64> = lines.iter().map(|(_, height)| *height).collect();
    let places = spread(&wanted, &heights, bounds);
    for ((label, (lines, _)), place) in order.iter().zip(&lines).zip(places) {
        let knee = [
            (x + 2.0, label.at),
            (x + 6.0, label.at),
            (x + 11.0, place),
            (x + 15.0, place),
        ];
        sheet.drawing.polyline(knee, "lead", "");
        sheet
            .drawing
            .rect([x + 17.0, place - 5.0, 10.0, 10.0], &label.fill, "");
        let first = place - LEADING * SMALL * (lines.len() as f64 - 1.0) / 2.0 + 0.36 * SMALL;
        for (i, line) in lines.iter().enumerate() {
            let y = first + i as f64 * LEADING * SMALL;
            let (value, rest) = match line.strip_prefix(&label.value).filter(|_| i == 0) {
                Some(rest) => (label.value.as_str(), rest.trim_start()),
                None => ("", line.as_str()),
            };
            let parts = [("b", value), ("", rest)];
            sheet
                .drawing
                .phrase((x + SIDE, y), SMALL, Anchor::Start, &parts);
        }
    }
}
