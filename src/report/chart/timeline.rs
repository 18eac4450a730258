//! One trial as a dated picture: which phase and trend held when, and when each event happened.
//!
//! Takes spans and moments; gives a chart with a lane for each phase, trend and kind of event, so
//! that no label can meet another.

use super::calendar;
use super::scale::Scale;
use super::sheet::{LEADING, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, Tone, text};
use crate::diagnostic::count;
use indexmap::IndexMap;

/// A stretch of time in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub title: String,
    pub tone: Tone,
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
    /// Whether it changed the phase, the trend or a state.
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
    /// By the title of a state, the same of its values.
    pub states: Vec<(String, Vec<Span>)>,
    /// In order of time.
    pub moments: Vec<Moment>,
    /// Moments that are not among these, by title: later ones of what happened very often.
    pub more: IndexMap<String, u64>,
    /// How the trial ended.
    pub outcome: String,
}

/// Lanes of events at most; what begins later than all of them stands in the table.
const LANES: usize = 60;

/// Pixels between two marks of a lane: the second of two that lie closer is not drawn.
const APART: f64 = 1.0;

/// Height of a lane's mark with the gap to the next.
const LANE: f64 = 18.0;

/// What a lane shows.
enum Marks<'a> {
    Spans(Vec<&'a Span>),
    Moments(Vec<&'a Moment>),
}

struct Lane<'a> {
    title: String,
    marks: Marks<'a>,
}

impl Timeline {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let (width, narrow) = (sheet.width(), sheet.is_narrow());
        let events = self.events();
        let left_out = events.len().saturating_sub(LANES);
        let mut groups = vec![
            ("Phase", by_title(&self.phases)),
            ("Trend", by_title(&self.trends)),
        ];
        let states = self.states.iter();
        groups.extend(states.map(|(title, spans)| (title.as_str(), by_title(spans))));
        groups.push(("Events", events.into_iter().take(LANES).collect()));
        let names = if narrow {
            0.0
        } else {
            let titles = groups.iter().flat_map(|(_, lanes)| lanes);
            let widest = titles
                .map(|lane| text::width(&lane.title, SMALL))
                .fold(0.0, f64::max);
            (widest + 12.0).min(0.36 * width)
        };
        let scale = Scale {
            data: [0.0, self.horizon.max(1e-9)],
            pixels: [names + 5.0, width - 6.0],
        };
        let room = if narrow { width } else { names - 12.0 };
        let heights = |lane: &Lane| {
            let lines = text::balanced(&lane.title, SMALL, room, 2);
            let title = lines.len() as f64 * LEADING * SMALL;
            let height = if narrow {
                title + LANE
            } else {
                (title + 3.0).max(LANE)
            };
            (lines, title, height)
        };
        let head = 1.9 * SMALL;
        let total: f64 = (groups.iter())
            .filter(|(_, lanes)| !lanes.is_empty())
            .map(|(_, lanes)| head + lanes.iter().map(|lane| heights(lane).2).sum::<f64>())
            .sum();
        let (top, bottom) = (sheet.y, sheet.y + total + 4.0);
        for tick in calendar::ticks(&self.start, scale, SMALL) {
            let x = scale.at(tick.at);
            sheet.drawing.line((x, top), (x, bottom), "g");
        }
        for (name, lanes) in groups.iter().filter(|(_, lanes)| !lanes.is_empty()) {
            let baseline = sheet.y + head - 0.5 * SMALL;
            if narrow {
                sheet
                    .drawing
                    .rect([0.0, sheet.y, width, head], "ground", "");
                sheet
                    .drawing
                    .text((0.0, baseline), SMALL, Anchor::Start, "b", name);
            } else {
                sheet
                    .drawing
                    .text((names - 6.0, baseline), SMALL, Anchor::End, "b", name);
            }
            sheet.y += head;
            for lane in lanes {
                let (lines, title, height) = heights(lane);
                let middle = if narrow {
                    sheet
                        .drawing
                        .rect([0.0, sheet.y, width, title], "ground", "");
                    sheet.block(
                        &lines,
                        (0.0, sheet.y + title / 2.0),
                        SMALL,
                        Anchor::Start,
                        "",
                    );
                    sheet.y + title + LANE / 2.0 - 2.0
                } else {
                    let middle = sheet.y + height / 2.0;
                    sheet.block(&lines, (names - 6.0, middle), SMALL, Anchor::End, "");
                    middle
                };
                marks(&mut sheet, lane, scale, middle);
                sheet.y += height;
            }
        }
        sheet.y = sheet.time_axis(&self.start, scale, bottom);
        if self.more.values().any(|more| *more > 0) {
            let words = "Of what happened very often, marks stand for the first times alone.";
            sheet.lines(words, SMALL, "m", 2);
        }
        if left_out > 0 {
            let words = format!("{left_out} more kinds of events are in the table.");
            sheet.lines(&words, SMALL, "m", 2);
        }
        sheet.finish()
    }

    /// A lane for each kind of event, in order of its first.
    fn events(&self) -> Vec<Lane<'_>> {
        let mut kinds: IndexMap<&str, Vec<&Moment>> = IndexMap::new();
        for moment in &self.moments {
            kinds.entry(&moment.title).or_default().push(moment);
        }
        (kinds.into_iter())
            .map(|(name, moments)| Lane {
                title: match moments.len() as u64 + self.more.get(name).copied().unwrap_or(0) {
                    1 => name.to_owned(),
                    times => format!("{name}\u{a0}×{}", count(times)),
                },
                marks: Marks::Moments(moments),
            })
            .collect()
    }
}

/// A lane for each state, in order of its first stretch.
fn by_title(spans: &[Span]) -> Vec<Lane<'_>> {
    let mut states: IndexMap<&str, Vec<&Span>> = IndexMap::new();
    for span in spans {
        states.entry(&span.title).or_default().push(span);
    }
    (states.into_iter())
        .map(|(title, spans)| Lane {
            title: title.into(),
            marks: Marks::Spans(spans),
        })
        .collect()
}

fn marks(sheet: &mut Sheet, lane: &Lane, scale: Scale, y: f64) {
    let [left, right] = scale.pixels;
    match &lane.marks {
        Marks::Spans(spans) => {
            let mut drawn = f64::NEG_INFINITY;
            for span in spans {
                let (from, to) = (scale.within(span.from), scale.within(span.to));
                // What ends where the last mark ended would not be seen.
                if to < drawn + APART {
                    continue;
                }
                drawn = to;
                let wide = (to - from).max(1.5);
                sheet
                    .drawing
                    .rect([from, y - 6.0, wide, 12.0], &span.tone.fill(), &span.title);
            }
        }
        Marks::Moments(moments) => {
            sheet.drawing.line((left, y), (right, y), "g");
            let mut drawn = f64::NEG_INFINITY;
            for moment in moments {
                let x = scale.within(moment.at);
                if x < drawn + APART {
                    continue;
                }
                drawn = x;
                let tip = format!("{}: {}", moment.date, moment.title);
                if moment.turning {
                    let corners = [(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)];
                    sheet.drawing.polygon(corners, "dot2", &tip);
                } else {
                    sheet.drawing.circle((x, y), 4.5, "dot", &tip);
                }
            }
            if let [only] = moments.as_slice() {
                let wide = text::width(&only.date, SMALL) + 9.0;
                let x = scale.within(only.at);
                let (x, anchor) = if x + wide <= right {
                    (x + 8.0, Anchor::Start)
                } else {
                    (x - 8.0, Anchor::End)
                };
                sheet
                    .drawing
                    .text((x, y + 0.36 * SMALL), SMALL, anchor, "m halo", &only.date);
            }
        }
    }
}
