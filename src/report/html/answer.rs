//! Results of the commands that ask why: each is a page of its own, with the frame that all pages
//! have.

use super::sections::{Body, boxes, ways, why};
use super::wording::label;
use crate::results::{
    DiscoverResult, ExplainResult, FlipResult, GivenResult, NearMisses, Pathways, ScenarioInfo,
    SensitivityResult, SweepResult, Tool, TripwiresResult,
};

/// What a command has found.
#[derive(Clone, Debug)]
pub enum Answer {
    Discover(DiscoverResult),
    Explain(ExplainResult),
    Flip(FlipResult),
    Given(GivenResult),
    Near(NearMisses),
    Paths(Pathways),
    Sensitivity(SensitivityResult),
    Sweep(SweepResult),
    Tripwires(TripwiresResult),
}

impl Answer {
    pub(super) fn scenario(&self) -> &ScenarioInfo {
        match self {
            Self::Discover(found) => &found.scenario,
            Self::Explain(found) => &found.base,
            Self::Flip(found) => &found.scenario,
            Self::Given(found) => &found.scenario,
            Self::Near(found) => &found.scenario,
            Self::Paths(found) => &found.scenario,
            Self::Sensitivity(found) => &found.scenario,
            Self::Sweep(found) => &found.scenario,
            Self::Tripwires(found) => &found.scenario,
        }
    }

    pub(super) fn tool(&self) -> &Tool {
        match self {
            Self::Discover(found) => &found.tool,
            Self::Explain(found) => &found.tool,
            Self::Flip(found) => &found.tool,
            Self::Given(found) => &found.tool,
            Self::Near(found) => &found.tool,
            Self::Paths(found) => &found.tool,
            Self::Sensitivity(found) => &found.tool,
            Self::Sweep(found) => &found.tool,
            Self::Tripwires(found) => &found.tool,
        }
    }

    pub(super) fn title(&self) -> String {
        let name = |info: &ScenarioInfo| label(&info.title, &info.name).to_owned();
        let of = name(self.scenario());
        match self {
            Self::Explain(found) => match name(&found.other) {
                other if other == of => format!("What makes the difference: {of}"),
                other => format!("What makes the difference: {of} → {other}"),
            },
            Self::Discover(_) => format!("What leads there: {of}"),
            Self::Flip(_) => format!("How little changes it: {of}"),
            Self::Given(_) => format!("Split by a condition: {of}"),
            Self::Near(_) => format!("Near misses in: {of}"),
            Self::Paths(_) => format!("Pathways of: {of}"),
            Self::Sensitivity(_) => format!("What it hangs on: {of}"),
            Self::Sweep(_) => format!("What if: {of}"),
            Self::Tripwires(_) => format!("What to watch: {of}"),
        }
    }

    pub(super) fn write(&self, body: &mut Body) {
        match self {
            Self::Discover(found) => boxes::discover(body, found),
            Self::Explain(found) => why::explain(body, found),
            Self::Flip(found) => boxes::flip(body, found),
            Self::Given(found) => why::given(body, found),
            Self::Near(found) => ways::near(body, found),
            Self::Paths(found) => ways::paths(body, found),
            Self::Sensitivity(found) => why::sensitivity(body, found),
            Self::Sweep(found) => why::sweep(body, found),
            Self::Tripwires(found) => why::tripwires(body, found),
        }
    }
}
