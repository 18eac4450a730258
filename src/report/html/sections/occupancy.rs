//! Phases, states and trends over time.

use super::Section;
use crate::report::chart::{Frame, Layers, from_results as chart};
use crate::report::html::RunPart;

pub const PHASES: Section<RunPart> = Section {
    key: "phases",
    title: "Phases over time",
    is_needed: |part| part.result.phases.len() > 1,
    write: |body, part| body.chart(|frame| chart::phases(&part.result, frame)),
};

pub const STATES: Section<RunPart> = Section {
    key: "states",
    title: "States over time",
    is_needed: |part| !part.result.states.is_empty(),
    write: |body, part| {
        let result = &part.result;
        let states = result.states.iter();
        let layers: Vec<Layers> = states.map(|state| chart::state(result, state)).collect();
        body.larger_charts(layers.iter().map(|one| |frame: &Frame| one.draw(frame)));
    },
};

pub const TRENDS: Section<RunPart> = Section {
    key: "trends",
    title: "Trends over time",
    is_needed: |part| part.result.trends.len() > 1,
    write: |body, part| {
        let layers = chart::trend_layers(&part.result);
        body.chart(|frame| layers.draw(frame));
    },
};
