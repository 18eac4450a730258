//! Sweeps that are cut into parts: the runs of each part are simulated anywhere, and all parts
//! together have the bytes of one sweep.
//!
//! A plan holds all files that its runs read, and what is set in each. A part is what
//! [`some_runs`](super::some_runs) finds of its runs, each with the file as it is beside them;
//! [`Plan::told`] looks at all of them together.

use super::kept::{KeptStudy, NotKept, kept_run};
use super::kept_plan::{NotPart, planned};
use super::quantity::Quantity;
use super::study::Study;
use super::sweep::{Point, Sweep, together};
use crate::engine::Settings;
use crate::results::kept::{KeptScenario, KeptSweep, KeptVariant, Plan, sha256_of};
use crate::results::{SweepPart, SweepResult, read, tool};
use crate::scenario::{Remembered, load_with};
use std::ops::Range;
use std::path::Path;

impl Plan {
    /// A sweep, each run with these settings, cut into so many parts, or as many as it has runs.
    pub fn of_sweep(kept: &KeptStudy, settings: &Settings, sweep: KeptSweep, parts: u64) -> Self {
        let (scenario, run) = (kept.scenario.clone(), kept_run(settings));
        // Plain data with string keys is always JSON.
        let all = serde_json::to_vec(&(&scenario, &run, &sweep)).unwrap_or_default();
        let parts = planned(sweep.runs.len() as u64, parts).into_iter();
        Self {
            tool: tool(),
            scenario,
            run,
            parts: parts.map(|runs| [runs.start, runs.end]).collect(),
            sweep: Some(KeptSweep {
                sha256: sha256_of(&all),
                ..sweep
            }),
            sensitivity: None,
        }
    }

    /// The runs of a part of a sweep, ready to be simulated.
    ///
    /// # Errors
    /// [`NotKept`] if this is no sweep, or its texts are not those of its scenarios.
    pub fn runs(&self, runs: Range<u64>) -> Result<Sweep, NotKept> {
        let sweep = self.sweep.as_ref().ok_or(NotKept::NoPlan)?;
        let base = KeptStudy::again(self.scenario.clone())?.study;
        let of = Quantity::all_named(&base.model, &sweep.of);
        let of = of.map_err(|_| NotKept::OtherScenario)?;
        let files = files(&self.scenario, sweep);
        let runs = runs.start as usize..runs.end as usize;
        let asked = sweep.runs.get(runs).ok_or(NotKept::NoPlan)?;
        let open = |run: &KeptVariant| {
            let sets = [self.scenario.set.as_slice(), &run.set].concat();
            let loaded = load_with(&files, Path::new(&run.path), &sets);
            let study = loaded.and_then(Study::new);
            Ok(Point {
                at: run.at.clone(),
                study: study.map_err(|_| NotKept::OtherScenario)?,
            })
        };
        Ok(Sweep {
            base,
            axes: sweep.axes.clone(),
            points: asked.iter().map(open).collect::<Result<_, NotKept>>()?,
            design: sweep.design.clone(),
            of,
        })
    }

    /// The bytes of the file of a part of a sweep.
    pub fn part_to_bytes(&self, runs: [u64; 2], found: &SweepPart) -> Vec<u8> {
        // As above.
        let body = serde_json::to_vec(found).unwrap_or_default();
        self.sealed_piece(runs, &body)
    }

    /// What was found of part `index` of a sweep.
    ///
    /// # Errors
    /// [`NotPart`].
    pub fn part_from_bytes(&self, index: usize, bytes: &[u8]) -> Result<SweepPart, NotPart> {
        let of = self.pieces().ok_or(NotKept::NoPlan)?;
        let body = self.body_of_piece(of, index, bytes)?;
        let value = serde_json::from_slice(body).map_err(|_| NotPart::Other("runs"))?;
        let part: SweepPart = read(value).map_err(|_| NotPart::Other("runs"))?;
        let runs = self.parts.get(index).map(|[from, to]| to - from);
        match Some(part.points.len() as u64) == runs {
            true => Ok(part),
            false => Err(NotPart::Other("runs")),
        }
    }

    /// The result of a sweep, from all of its parts in order.
    pub fn told(&self, parts: impl IntoIterator<Item = SweepPart>) -> Option<SweepResult> {
        let sweep = self.sweep.as_ref()?;
        together(parts, &sweep.axes, &sweep.design)
    }
}

/// All files that the runs of a sweep read.
fn files(scenario: &KeptScenario, sweep: &KeptSweep) -> Remembered {
    let all = scenario.files.iter().chain(&sweep.files);
    Remembered(
        all.map(|file| (file.path.clone().into(), file.text.clone().into_bytes()))
            .collect(),
    )
}
