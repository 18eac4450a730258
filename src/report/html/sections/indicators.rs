//! Indicators and derived values over time, as fans.

use super::Section;
use crate::report::chart::{Chart, Frame, from_results as chart};
use crate::report::html::RunPart;
use crate::results::SeriesResult;

pub const INDICATORS: Section<RunPart> = Section {
    key: "indicators",
    title: "Indicators over time",
    is_needed: |part| !part.result.indicators.is_empty() || !part.result.derived.is_empty(),
    write: |body, part| {
        let result = &part.result;
        let fans = |series: &[SeriesResult]| -> Vec<Box<dyn Fn(&Frame) -> Chart>> {
            let fans = series.iter().map(|one| chart::fan(result, one));
            fans.map(|fan| Box::new(move |frame: &Frame| fan.draw(frame)) as Box<_>)
                .collect()
        };
        body.charts(fans(&result.indicators));
        if !result.derived.is_empty() {
            body.details("Values derived from them", |body| {
                body.charts(fans(&result.derived));
            });
        }
    },
};
