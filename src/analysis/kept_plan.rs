//! Plans: how a run, a sweep or an analysis of sensitivity is cut into parts, and which file is
//! that of which part.
//!
//! What the parts of a run are is [`kept`](super::kept), of a sweep
//! [`kept_sweep`](super::kept_sweep), and of an analysis
//! [`kept_sensitivity`](super::kept_sensitivity).

use super::kept::{KeptStudy, NotKept, NotOneRun, kept_run, same_run, same_version, settings_of};
use crate::engine::{Settings, is_look, next_look};
use crate::results::kept::{Head, Kind, PieceHead, Plan, seal, unseal};
use crate::results::tool;
use std::ops::Range;

/// Why bytes are not those of a part of a plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotPart {
    #[error(transparent)]
    NotKept(#[from] NotKept),
    #[error(transparent)]
    NotOneRun(#[from] NotOneRun),
    /// Sweep or analysis.
    #[error("it is of another {0}")]
    Another(&'static str),
    /// Blocks, or runs of a sweep.
    #[error("it has other {0} than this part")]
    Other(&'static str),
}

/// Parts of a run at most.
pub const MOST_PARTS: u32 = 1_000_000;

/// The blocks of each of some parts of a run, as equal as can be; no part is empty.
pub fn planned(blocks: u64, parts: u64) -> Vec<Range<u64>> {
    let at = |part: u64| (u128::from(blocks) * u128::from(part) / u128::from(parts)) as u64;
    let ranges = (0..parts).map(|part| at(part)..at(part + 1));
    ranges.filter(|blocks| !blocks.is_empty()).collect()
}

/// The blocks of each of some parts of several passes, each of so many blocks of so many trials:
/// blocks are counted one after another, and parts have as equal trials as can be.
pub(super) fn planned_by(passes: &[(u64, u64)], parts: u64) -> Vec<Range<u64>> {
    let trials = |(blocks, trials): &(u64, u64)| u128::from(*blocks) * u128::from(*trials);
    let all: u128 = passes.iter().map(trials).sum();
    // The first block that begins after so many trials or more.
    let at = |part: u64| {
        let mut left = all * u128::from(part) / u128::from(parts);
        let mut before = 0;
        for pass in passes {
            if left < trials(pass) {
                return before + left.div_ceil(u128::from(pass.1)) as u64;
            }
            left -= trials(pass);
            before += pass.0;
        }
        before
    };
    let ranges = (0..parts).map(|part| at(part)..at(part + 1));
    ranges.filter(|blocks| !blocks.is_empty()).collect()
}

/// The blocks of each part of a run that waits for a precision: up to so many parts from one look
/// to the next.
fn planned_until(blocks: u64, parts: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while from < blocks {
        let upto = next_look(from).min(blocks);
        let parts = planned(upto - from, parts).into_iter();
        ranges.extend(parts.map(|part| from + part.start..from + part.end));
        from = upto;
    }
    ranges
}

impl Plan {
    /// A run of this size, cut into so many parts, or as many as it has blocks; one that waits for
    /// a precision, into so many from one look to the next.
    pub fn new(kept: &KeptStudy, settings: &Settings, parts: u64) -> Self {
        let ranges = match settings.until {
            Some(_) => planned_until(settings.blocks, parts),
            None => planned(settings.blocks, parts),
        };
        Self {
            tool: tool(),
            scenario: kept.scenario.clone(),
            run: kept_run(settings),
            sweep: None,
            sensitivity: None,
            parts: (ranges.into_iter())
                .map(|blocks| [blocks.start, blocks.end])
                .collect(),
        }
    }

    /// The bytes of its file.
    pub fn to_bytes(&self) -> Vec<u8> {
        seal(Kind::Plan, self, b"")
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// [`NotKept`] if it is not whole, or from another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotKept> {
        let (plan, _): (Self, _) = unseal(Kind::Plan, bytes)?;
        same_version(&plan.tool.version)?;
        if settings_of(&plan.run)?.until.is_some() {
            // The run looks at itself where it would in one process.
            let reaches_over = |part: &[u64; 2]| next_look(part[0]) < part[1];
            if plan.pieces().is_some() || plan.parts.iter().any(reaches_over) {
                return Err(NotKept::NoPlan);
            }
        }
        let mut from = 0;
        let follow = |blocks: &[u64; 2]| {
            let follows = blocks[0] == from && blocks[1] > from;
            from = blocks[1];
            follows
        };
        let (all, is_sound) = match (&plan.sweep, &plan.sensitivity) {
            (None, None) => (Some(plan.run.blocks), true),
            (Some(sweep), None) => {
                let axes = sweep.axes.len();
                let is_sweep = sweep.runs.iter().all(|run| run.at.len() == axes);
                (Some(sweep.runs.len() as u64), is_sweep)
            }
            (None, Some(sensitivity)) => {
                let mut blocks = sensitivity.passes.iter().map(|pass| pass.blocks);
                (blocks.try_fold(0, u64::checked_add), true)
            }
            (Some(_), Some(_)) => (None, false),
        };
        if !plan.parts.iter().all(follow) || Some(from) != all || !is_sound {
            return Err(NotKept::NoPlan);
        }
        Ok(plan)
    }

    /// The number of parts that there are after each round of a run that waits for a precision. A
    /// round ends at a look, and has as many parts at least as there are from one look to the next,
    /// so that all who simulate have one.
    pub fn rounds(&self) -> Vec<usize> {
        let looks: Vec<usize> = (self.parts.iter().enumerate())
            .filter(|(_, part)| is_look(part[1]) || part[1] == self.run.blocks)
            .map(|(index, _)| index + 1)
            .collect();
        let before = std::iter::once(0).chain(looks.iter().copied());
        let most = looks.iter().zip(before).map(|(look, before)| look - before);
        let most = most.max().unwrap_or(1);
        let mut rounds = Vec::new();
        for look in looks {
            let begun = rounds.last().copied().unwrap_or(0);
            if look - begun >= most || look == self.parts.len() {
                rounds.push(look);
            }
        }
        rounds
    }

    /// Whether these are the bytes of part `index`, counted from 0.
    ///
    /// # Errors
    /// [`NotPart`].
    pub fn check_part(&self, index: usize, bytes: &[u8]) -> Result<(), NotPart> {
        if let Some(of) = self.pieces() {
            return self.body_of_piece(of, index, bytes).map(|_| ());
        }
        let (head, _): (Head, _) = unseal(Kind::Summary, bytes).map_err(NotKept::from)?;
        same_version(&head.tool.version)?;
        same_run((&self.scenario, &self.run), (&head.scenario, &head.run))?;
        match self
            .parts
            .get(index)
            .is_some_and(|part| head.blocks == [*part])
        {
            true => Ok(()),
            false => Err(NotPart::Other("blocks")),
        }
    }

    /// Settings of the whole run, of each run of a sweep, or of the run of an analysis.
    ///
    /// # Errors
    /// [`NotKept`] if no run has them.
    pub fn settings(&self) -> Result<Settings, NotKept> {
        settings_of(&self.run)
    }

    /// What a file with a piece of a sweep or of an analysis has, if it is that of part `index`.
    /// `sha256` is what the plan says of all of it.
    pub(super) fn body_of_piece<'b>(
        &self,
        (kind, sha256): (Kind, &str),
        index: usize,
        bytes: &'b [u8],
    ) -> Result<&'b [u8], NotPart> {
        let (head, body): (PieceHead, _) = unseal(kind, bytes).map_err(NotKept::from)?;
        same_version(&head.tool.version)?;
        let (whole, pieces) = match kind {
            Kind::Sweep => ("sweep", "runs"),
            _ => ("analysis", "blocks"),
        };
        if head.sha256 != sha256 {
            return Err(NotPart::Another(whole));
        }
        match self.parts.get(index) == Some(&head.piece) {
            true => Ok(body),
            false => Err(NotPart::Other(pieces)),
        }
    }

    /// The bytes of the file of a piece.
    pub(super) fn sealed_piece(&self, piece: [u64; 2], body: &[u8]) -> Vec<u8> {
        let (kind, sha256) = self.pieces().unwrap_or((Kind::Summary, ""));
        let head = PieceHead {
            tool: tool(),
            sha256: sha256.to_owned(),
            piece,
        };
        seal(kind, &head, body)
    }

    /// What files of the parts are, if they are no summary files, and what all of them say of the
    /// whole that they are parts of.
    pub fn pieces(&self) -> Option<(Kind, &str)> {
        match (&self.sweep, &self.sensitivity) {
            (Some(sweep), _) => Some((Kind::Sweep, &sweep.sha256)),
            (_, Some(sensitivity)) => Some((Kind::Sensitivity, &sensitivity.sha256)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_run_that_looks_at_itself_end_where_it_looks() {
        let ranges = planned_until(1000, 5);
        assert_eq!(ranges[..6], [0..1, 1..3, 3..4, 4..6, 6..8, 8..9]);
        assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(ranges[ranges.len() - 1].end, 1000);
        for look in (0..1000).filter(|blocks| is_look(*blocks)) {
            assert!(ranges.iter().any(|range| range.end == look), "{look}");
        }
        assert_eq!(planned_until(3, 5), [0..1, 1..2, 2..3]);
    }

    #[test]
    fn parts_are_as_equal_as_can_be_and_make_up_the_run() {
        for (blocks, parts) in [(10, 3), (3, 10), (1, 1), (1 << 60, 7), (157, 16)] {
            let ranges = planned(blocks, parts);
            assert_eq!(ranges.len() as u64, parts.min(blocks));
            assert_eq!(ranges[0].start, 0);
            assert_eq!(ranges[ranges.len() - 1].end, blocks);
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            let sizes = ranges.iter().map(|range| range.end - range.start);
            assert!(sizes.clone().max() <= sizes.min().map(|least| least + 1));
        }
    }

    #[test]
    fn parts_of_several_passes_have_about_equal_trials_and_make_up_all() {
        for (passes, parts) in [
            (vec![(10, 1024), (16, 256), (16, 256), (2, 256)], 5),
            (vec![(3, 1 << 40), (1, 256)], 1000),
            (vec![(1_000_000, 64), (7, 256)], 3),
            (vec![(4, 256)], 4),
        ] {
            let ranges = planned_by(&passes, parts);
            let all: u64 = passes.iter().map(|pass| pass.0).sum();
            assert!(ranges.len() as u64 <= parts.min(all));
            assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, all));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            let each: Vec<u64> = (passes.iter())
                .flat_map(|(blocks, trials)| (0..*blocks).map(|_| *trials))
                .collect();
            let sizes = (ranges.iter()).map(|range| {
                each[range.start as usize..range.end as usize]
                    .iter()
                    .sum::<u64>()
            });
            let mean = each.iter().sum::<u64>() / parts;
            let largest = each.iter().max().copied().unwrap_or(0);
            assert!(sizes.max().unwrap_or(0) < mean + largest + 1, "{ranges:?}");
        }
    }
}
