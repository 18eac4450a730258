//! One trial as a dated picture: what phase and trend held when, turning points with their names, and when everything else happened.
//!
//! Takes spans and moments; gives a chart. Turning points get labels in staggered rows; other moments a lane of dots for each name.

use super::labels::stagger;
use super::scale::Scale;
use super::sheet::{LEADING, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, text, theme};

/// A stretch of time in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub title: String,
    /// Which of the classes it is: the same number, the same colour.
    pub class: usize,
    /// Years.
    pub from: f64,
    /// Years.
    pub to: f64,
}

/// Something that happened at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Years.
    pub at: f64,
    /// ISO date.
    pub date: String,
    pub title: String,
    /// Whether it changed the phase or the trend: labelled by itself.
    pub turning: bool,
}

/// A trial's timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    pub about: About,
    /// ISO date of year 0.
    pub start: String,
    /// Years.
    pub horizon: f64,
    /// One after another, without gaps.
    pub phases: Vec<Span>,
    /// One after another, without gaps.
    pub trends: Vec<Span>,
    /// In order of time.
    pub moments: Vec<Moment>,
    /// How the trial ended.
    pub outcome: String,
}

/// Rows of labels of turning points at most.
const ROWS: usize = 7;
/// Height of the strip of phases.
const STRIP: f64 = 26.0;
/// Height of a lane of dots.
const LANE: f64 = 18.0;
/// Lanes at most; rarer names beyond them stand in the table.
const LANES: usize = 40;

impl Timeline {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let (width, narrow) = (sheet.width(), sheet.is_narrow());
        let lanes = self.lanes();
        let lane_names = if narrow {
            0.0
        } else {
            let widest = lanes
                .iter()
                .map(|(name, _)| text::width(name, SMALL))
                .fold(70.0, f64::max);
            (widest + 12.0).min(0.34 * width)
        };
        let scale = Scale {
            data: [0.0, self.horizon.max(1e-9)],
            pixels: [lane_names, width - 2.0],
        };
        self.turning_points(&mut sheet, scale);
        self.strip(&mut sheet, "Phase", &self.phases, scale, STRIP);
        if self.trends.len() > 1
            || self
                .trends
                .first()
                .is_some_and(|trend| !trend.title.is_empty())
        {
            self.strip(&mut sheet, "Trend", &self.trends, scale, STRIP);
        }
        sheet.y += 4.0;
        let top = sheet.y;
        let shown = lanes.len().min(LANES);
        let lane = if narrow { 2.0 * LANE } else { LANE };
        let bottom = top + shown as f64 * lane + 4.0;
        for (i, (name, moments)) in lanes.iter().take(shown).enumerate() {
            let middle = top + i as f64 * lane + lane - LANE / 2.0;
            let times = if moments.len() > 1 {
                format!(" ×{}", moments.len())
            } else {
                String::new()
            };
            if narrow {
                let words = text::ellipsis(name, SMALL, width - 40.0);
                sheet.drawing.text(
                    (0.0, middle - 0.62 * LANE),
                    SMALL,
                    Anchor::Start,
                    "",
                    &format!("{words}{times}"),
                );
            } else {
                let room = lane_names - 12.0 - text::width(&times, SMALL);
                let words = text::ellipsis(name, SMALL, room);
                sheet.drawing.text(
                    (lane_names - 10.0, middle + 0.36 * SMALL),
                    SMALL,
                    Anchor::End,
                    "",
                    &format!("{words}{times}"),
                );
            }
            sheet
                .drawing
                .line((scale.pixels[0], middle), (scale.pixels[1], middle), "g");
            for moment in moments {
                let tip = format!("{}: {}", moment.date, moment.title);
                sheet
                    .drawing
                    .circle((scale.within(moment.at), middle), 4.0, "dot", &tip);
            }
        }
        sheet.y = sheet.time_axis(&self.start, scale, bottom);
        if lanes.len() > shown {
            let words = format!(
                "{} more kinds of events are in the table.",
                lanes.len() - shown
            );
            sheet.lines(&words, SMALL, "m", 2);
        }
        sheet.finish()
    }

    /// Moments that are no turning points by name, in order of their first.
    fn lanes(&self) -> Vec<(&str, Vec<&Moment>)> {
        let mut lanes: Vec<(&str, Vec<&Moment>)> = Vec::new();
        for moment in self.moments.iter().filter(|moment| !moment.turning) {
            match lanes.iter_mut().find(|(name, _)| *name == moment.title) {
                Some((_, moments)) => moments.push(moment),
                None => lanes.push((&moment.title, vec![moment])),
            }
        }
        lanes
    }

    fn turning_points(&self, sheet: &mut Sheet, scale: Scale) {
        let turning: Vec<&Moment> = self
            .moments
            .iter()
            .filter(|moment| moment.turning)
            .collect();
        let width = sheet.width();
        let room = (0.42 * width).min(240.0);
        let labels: Vec<String> = turning
            .iter()
            .map(|moment| text::ellipsis(&moment.title, SMALL, room))
            .collect();
        let spans: Vec<[f64; 2]> = (turning.iter().zip(&labels))
            .map(|(moment, label)| {
                let wide = text::width(label, SMALL) + 12.0;
                let left = scale.within(moment.at).min(width - wide).max(0.0);
                [left, left + wide]
            })
            .collect();
        let rows = stagger(&spans, ROWS);
        let used = rows.iter().flatten().max().map_or(0, |row| row + 1);
        let bottom = sheet.y + used as f64 * LEADING * SMALL + 10.0;
        let mut left_out = 0;
        for ((moment, label), (span, row)) in
            turning.iter().zip(&labels).zip(spans.iter().zip(&rows))
        {
            let x = scale.within(moment.at);
            match row {
                Some(row) => {
                    let baseline = bottom - 10.0 - *row as f64 * LEADING * SMALL;
                    sheet.drawing.line((x, baseline + 3.0), (x, bottom), "lead");
                    sheet
                        .drawing
                        .text((span[0] + 2.0, baseline), SMALL, Anchor::Start, "", label);
                }
                None => {
                    left_out += 1;
                    sheet.drawing.line((x, bottom - 6.0), (x, bottom), "lead");
                }
            }
        }
        sheet.y = bottom;
        if left_out > 0 {
            let words = format!("{left_out} turning points without a label are in the table.");
            sheet.lines(&words, SMALL, "m", 2);
        }
    }

    fn strip(&self, sheet: &mut Sheet, name: &str, spans: &[Span], scale: Scale, height: f64) {
        let y = sheet.y;
        if scale.pixels[0] > 60.0 {
            sheet.drawing.text(
                (scale.pixels[0] - 10.0, y + height / 2.0 + 0.36 * SMALL),
                SMALL,
                Anchor::End,
                "b",
                name,
            );
        }
        for span in spans {
            let (left, right) = (scale.within(span.from), scale.within(span.to));
            let tip = format!("{name}: {}", span.title);
            sheet.drawing.rect(
                [left, y, (right - left).max(1.0), height],
                &format!("area {}", theme::fill(span.class)),
                &tip,
            );
            let room = right - left - 10.0;
            if text::width(&span.title, SMALL) <= room {
                sheet.drawing.text(
                    (left + 5.0, y + height / 2.0 + 0.36 * SMALL),
                    SMALL,
                    Anchor::Start,
                    "i",
                    &span.title,
                );
            }
        }
        sheet.y = y + height + 4.0;
    }
}
