//! A chart under construction: heading, key, axes, read-out, and the finished element.
//!
//! Takes the [`About`] and the [`Frame`]; primitives draw on it from top to bottom, moving its `y`.

use super::calendar;
use super::scale::{Scale, Ticks};
use super::svg::{Anchor, Drawing, escape, identifier, number};
use super::text;
use super::{About, Chart, Frame};
use serde::Serialize;

/// Sizes of text in pixels.
pub(super) const TITLE: f64 = 16.0;
pub(super) const BODY: f64 = 13.0;
pub(super) const SMALL: f64 = 12.0;

/// Height of a line over its size.
pub(super) const LEADING: f64 = 1.25;

/// Width under which a layout stacks what it otherwise puts side by side.
pub(super) const STACKED: f64 = 520.0;

/// Values for the script that shows them under the pointer. Positions are pixels of the frame.
#[derive(Serialize)]
pub(super) struct Readout {
    /// Top and bottom of the cross-hair.
    pub span: [f64; 2],
    pub x: Vec<f64>,
    /// What stands at each `x`.
    pub at: Vec<String>,
    pub series: Vec<ReadoutSeries>,
}

#[derive(Serialize)]
pub(super) struct ReadoutSeries {
    pub name: String,
    /// Class of its swatch; empty without.
    pub fill: String,
    /// One for each `x`.
    pub values: Vec<String>,
}

pub(super) struct Sheet<'a> {
    about: &'a About,
    frame: &'a Frame,
    pub drawing: Drawing,
    /// Where the next thing may begin.
    pub y: f64,
    pub readout: Option<Readout>,
}

impl<'a> Sheet<'a> {
    /// With the heading drawn.
    pub fn new(about: &'a About, frame: &'a Frame) -> Self {
        let mut sheet = Self {
            about,
            frame,
            drawing: Drawing::default(),
            y: 4.0,
            readout: None,
        };
        if frame.heading {
            sheet.lines(&about.title, TITLE, "h", 3);
            sheet.lines(&about.subtitle, SMALL, "m", 5);
            sheet.y += 8.0;
        }
        sheet
    }

    pub fn width(&self) -> f64 {
        self.frame.width
    }

    pub fn is_narrow(&self) -> bool {
        self.frame.width < STACKED
    }

    /// Text over the whole width, wrapped.
    pub fn lines(&mut self, text: &str, size: f64, class: &str, most: usize) {
        if text.trim().is_empty() {
            return;
        }
        let room = self.frame.width / if class == "h" { text::BOLD } else { 1.0 };
        for line in text::wrap(text, size, room, most) {
            self.y += LEADING * size;
            self.drawing.text(
                (0.0, self.y - 0.3 * size),
                size,
                Anchor::Start,
                class,
                &line,
            );
        }
    }

    /// Lines of text whose block is centred at `y`.
    pub fn block(
        &mut self,
        lines: &[String],
        (x, y): (f64, f64),
        size: f64,
        anchor: Anchor,
        class: &str,
    ) {
        let first = y - LEADING * size * (lines.len() as f64 - 1.0) / 2.0 + 0.36 * size;
        for (i, line) in lines.iter().enumerate() {
            let y = first + i as f64 * LEADING * size;
            self.drawing.text((x, y), size, anchor, class, line);
        }
    }

    /// Vertical grid lines with numbers under them; returns the y under the labels.
    pub fn x_axis(
        &mut self,
        ticks: &Ticks,
        scale: Scale,
        [top, bottom]: [f64; 2],
        suffix: &str,
    ) -> f64 {
        for (&value, label) in ticks.values.iter().zip(&ticks.labels) {
            let x = scale.at(value);
            let class = if value == 0.0 { "x" } else { "g" };
            self.drawing.line((x, top), (x, bottom), class);
            let label = format!("{label}{suffix}");
            let half = text::width(&label, SMALL) / 2.0;
            let x = x.clamp(half, (self.frame.width - half).max(half));
            self.drawing.text(
                (x, bottom + 1.25 * SMALL),
                SMALL,
                Anchor::Middle,
                "m",
                &label,
            );
        }
        bottom + 1.7 * SMALL
    }

    /// Horizontal grid lines with numbers at their left, above the lines' ends if `inside`.
    pub fn y_axis(&mut self, ticks: &Ticks, scale: Scale, [left, right]: [f64; 2], suffix: &str) {
        for (i, (&value, label)) in ticks.values.iter().zip(&ticks.labels).enumerate() {
            let y = scale.at(value);
            let class = if value == 0.0 { "x" } else { "g" };
            self.drawing.line((left, y), (right, y), class);
            let last = i + 1 == ticks.values.len();
            let label = if last || suffix == "%" {
                format!("{label}{suffix}")
            } else {
                label.clone()
            };
            self.drawing.text(
                (left - 6.0, y + 0.36 * SMALL),
                SMALL,
                Anchor::End,
                "m",
                &label,
            );
        }
    }

    /// Pixels that the labels of [`y_axis`](Self::y_axis) need at the left.
    pub fn y_labels(ticks: &Ticks, suffix: &str) -> f64 {
        let widest = (ticks.labels.iter())
            .map(|label| text::width(&format!("{label}{suffix}"), SMALL))
            .fold(0.0, f64::max);
        widest.ceil() + 8.0
    }

    /// Dates under a plot; returns the y under the labels.
    pub fn time_axis(&mut self, start: &str, scale: Scale, bottom: f64) -> f64 {
        let [left, right] = scale.pixels;
        self.drawing.line((left, bottom), (right, bottom), "x");
        for tick in calendar::ticks(start, scale, SMALL) {
            let x = scale.at(tick.at);
            self.drawing.line((x, bottom), (x, bottom + 5.0), "x");
            let rows = [(&tick.label, 1.55, "m"), (&tick.year, 2.75, "b")];
            for (label, down, class) in rows {
                let half = text::bold_width(label, SMALL) / 2.0;
                let x = x.clamp(half, (self.frame.width - half).max(half));
                self.drawing.text(
                    (x, bottom + down * SMALL),
                    SMALL,
                    Anchor::Middle,
                    class,
                    label,
                );
            }
        }
        bottom + 3.1 * SMALL
    }

    /// The finished chart.
    pub fn finish(self) -> Chart {
        let (about, frame) = (self.about, self.frame);
        let id = format!("{}{}", frame.prefix, identifier(&about.id));
        let (width, height) = (frame.width, (self.y + 4.0).ceil());
        let body = format!(
            r#"<title id="{id}-title">{}</title><desc id="{id}-desc">{}</desc>{}"#,
            escape(&about.title),
            escape(&about.description),
            self.drawing.into_text(),
        );
        let readout = (self.readout.as_ref())
            .and_then(|readout| serde_json::to_string(readout).ok())
            .map(|json| format!(r#" tabindex="0" data-readout="{}""#, escape(&json)))
            .unwrap_or_default();
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="qx" id="{id}" width="100%" viewBox="0 0 {} {}" role="img" aria-labelledby="{id}-title {id}-desc"{readout}>{body}</svg>"#,
            number(width),
            number(height),
        );
        Chart {
            id,
            title: about.title.clone(),
            subtitle: about.subtitle.clone(),
            description: about.description.clone(),
            svg,
            table: about.table.clone(),
            width,
            height,
            body,
        }
    }
}

/// Width of the column of titles to the left of a plot: that of the widest, and at most a good
/// third of the chart.
pub(super) fn title_column<'t>(titles: impl Iterator<Item = &'t str>, width: f64) -> f64 {
    let widest = titles
        .map(|title| text::width(title, BODY))
        .fold(0.0, f64::max);
    (widest + 14.0).min(0.36 * width)
}
