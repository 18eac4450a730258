//! How the futures end, in all and by the trend at the start.

use super::Section;
use crate::report::chart::from_results as chart;
use crate::report::html::RunPart;

pub const OUTCOMES: Section<RunPart> = Section {
    key: "outcomes",
    title: "Outcomes",
    is_needed: |part| part.result.has_classes(),
    write: |body, part| body.chart(|frame| chart::outcomes(&part.result, part.order, frame)),
};

pub const BY_TREND: Section<RunPart> = Section {
    key: "by-trend",
    title: "Outcomes by start trend",
    is_needed: |part| part.result.trends.len() > 1,
    write: |body, part| {
        let panels = chart::trend_panels(&part.result, part.order);
        body.chart(|frame| panels.draw(frame));
    },
};
