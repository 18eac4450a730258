//! Analyses of sensitivity that are cut into parts: blocks of the run and of the passes of its
//! design are simulated anywhere, and all parts together have the bytes of one analysis.
//!
//! The blocks of all passes are counted one after another, and a part is a range of them. What it
//! keeps of the run is a [`Part`], and of each block the draws or trials of all that may be
//! explained: what will be, only the whole run says, where nothing was named.

use super::kept::{KeptStudy, NotKept, kept_run};
use super::kept_plan::{NotPart, planned_by};
use super::quantity::Quantity;
use super::sensitivity::design::{Design, Kept, Source};
use super::sensitivity::inputs::{Named, named};
use super::sensitivity::passes::{Stage, Stopped, by_target};
use super::sensitivity::targets::Reading;
use super::sensitivity::{Asked, Method, targets, told};
use super::study::Study;
use crate::engine::{BlockTrials, EngineError, Observer, Part, Reached, Settings, check_share};
use crate::estimate::{DrawMean, Store, Unreadable};
use crate::results::kept::{KeptPass, KeptSensitivity, Plan, range, sha256_of};
use crate::results::{RunResult, SensitivityResult, tool};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// An analysis that a plan is of, ready to be simulated.
pub struct Planned {
    pub kept: KeptStudy,
    asked: Asked,
    named: Vec<Named>,
    design: Design,
    targets: Vec<Quantity>,
}

/// Some blocks of an analysis.
pub struct Piece {
    /// Those of the run.
    part: Option<Part>,
    stretches: Vec<Stretch>,
}

/// Blocks of one pass.
struct Stretch {
    pass: u64,
    blocks: Range<u64>,
    /// Of a pass that is not the run.
    stopped: Stopped,
    /// What is kept of each block, written: an eighth of what it takes in memory.
    kept: Vec<u8>,
}

impl Plan {
    /// An analysis whose run has these settings, cut into so many parts, as equal as can be, or as
    /// many as it has blocks.
    ///
    /// # Panics
    /// If [`Asked::check`] refuses what is asked.
    pub fn of_sensitivity(
        kept: &KeptStudy,
        settings: &Settings,
        asked: &Asked,
        parts: u64,
    ) -> Self {
        let design = Design::new(&named(&kept.study), asked, settings);
        let (scenario, run) = (kept.scenario.clone(), kept_run(settings));
        let passes = kept_passes(&design);
        let sizes = passes.iter().map(|pass| {
            let settings = settings.clone().trials_per_draw(pass.trials_per_draw);
            (pass.blocks, settings.trials_per_block())
        });
        let parts = planned_by(&sizes.collect::<Vec<_>>(), parts);
        let sensitivity = KeptSensitivity {
            sha256: String::new(),
            of: asked.of.clone(),
            method: asked.method.name().to_owned(),
            tornado: asked.tornado,
            passes,
        };
        // Plain data with string keys is always JSON.
        let all = serde_json::to_vec(&(&scenario, &run, &sensitivity)).unwrap_or_default();
        Self {
            tool: tool(),
            scenario,
            run,
            sweep: None,
            sensitivity: Some(KeptSensitivity {
                sha256: sha256_of(&all),
                ..sensitivity
            }),
            parts: (parts.into_iter())
                .map(|blocks| [blocks.start, blocks.end])
                .collect(),
        }
    }

    /// The analysis that this is a plan of, ready to be simulated.
    ///
    /// # Errors
    /// [`NotKept`] if it is of none, or its texts are not those of its scenario.
    pub fn analysis(&self) -> Result<Planned, NotKept> {
        let sensitivity = self.sensitivity.as_ref().ok_or(NotKept::NoPlan)?;
        let kept = KeptStudy::again(self.scenario.clone())?;
        let method = Method::named(&sensitivity.method).ok_or(NotKept::NoPlan)?;
        let asked = Asked {
            of: sensitivity.of.clone(),
            method,
            tornado: sensitivity.tornado,
        };
        let targets = targets(&kept.study, &asked).map_err(|_| NotKept::OtherScenario)?;
        let named = named(&kept.study);
        let design = Design::new(&named, &asked, &self.settings()?);
        match kept_passes(&design) == sensitivity.passes {
            true => Ok(Planned {
                kept,
                asked,
                named,
                design,
                targets,
            }),
            false => Err(NotKept::NoPlan),
        }
    }

    /// The bytes of the file of a part of an analysis.
    pub fn piece_to_bytes(&self, planned: &Planned, part: [u64; 2], piece: Piece) -> Vec<u8> {
        self.sealed_piece(part, &planned.written(piece))
    }

    /// What was found of part `index` of an analysis.
    ///
    /// # Errors
    /// [`NotPart`].
    pub fn piece_from_bytes(
        &self,
        planned: &Planned,
        index: usize,
        bytes: &[u8],
    ) -> Result<Piece, NotPart> {
        let of = self.pieces().ok_or(NotKept::NoPlan)?;
        let body = self.body_of_piece(of, index, bytes)?;
        let blocks = self.parts.get(index).copied().map(range);
        let blocks = blocks.ok_or(NotPart::Other("blocks"))?;
        Ok(planned.read(&blocks, body).map_err(NotKept::from)?)
    }
}

fn kept_passes(design: &Design) -> Vec<KeptPass> {
    let of = |pass| KeptPass {
        blocks: design.settings(pass).blocks,
        trials_per_draw: design.settings(pass).trials_per_draw,
    };
    (0..design.passes()).map(of).collect()
}

impl Planned {
    /// Uses so many threads; 0 for all cores.
    pub fn set_threads(&mut self, threads: usize) {
        self.design.set_threads(threads);
    }

    /// Trials of these blocks.
    pub fn trials(&self, blocks: &Range<u64>) -> u64 {
        let of = |(pass, blocks): (u64, Range<u64>)| {
            (blocks.end - blocks.start) * self.design.settings(pass).trials_per_block()
        };
        self.design.stretches(blocks).into_iter().map(of).sum()
    }

    /// Simulates these blocks; `None` if the observer, which is told trials, cancelled it.
    ///
    /// # Errors
    /// [`EngineError`] if events fire without end. Trials that are stopped are counted; how many
    /// are too many, the whole pass says.
    pub fn simulated(
        &self,
        blocks: &Range<u64>,
        observer: &dyn Observer,
    ) -> Result<Option<Piece>, EngineError> {
        let (study, mut before) = (&self.kept.study, 0);
        let mut piece = Piece {
            part: None,
            stretches: Vec::new(),
        };
        for (pass, blocks) in self.design.stretches(blocks) {
            let settings = self.design.settings(pass);
            let stage = Stage {
                observer,
                before,
                trials_per_block: settings.trials_per_block(),
            };
            before += (blocks.end - blocks.start) * settings.trials_per_block();
            let (kept, stopped) = match pass {
                0 => match self.of_run(settings, &blocks, &stage)? {
                    Some((part, kept)) => {
                        piece.part = Some(part);
                        (kept, Stopped::default())
                    }
                    None => return Ok(None),
                },
                _ => {
                    let of = (study, self.targets.as_slice());
                    match self.design.stretch((pass, &blocks), of, &stage)? {
                        Some(done) => done,
                        None => return Ok(None),
                    }
                }
            };
            let mut store = Store::Writing(Vec::new());
            for mut kept in kept {
                // Only reading can fail.
                let _ = (self.design).store(pass, &self.targets, &mut kept, &mut store);
            }
            piece.stretches.push(Stretch {
                pass,
                blocks,
                stopped,
                kept: store.into_bytes(),
            });
        }
        Ok(Some(piece))
    }

    /// Some blocks of the run, and what is kept of each, in order.
    fn of_run(
        &self,
        settings: &Settings,
        blocks: &Range<u64>,
        observer: &dyn Observer,
    ) -> Result<Option<(Part, Vec<Kept>)>, EngineError> {
        let study = &self.kept.study;
        let keep = self.design.keep(0, study, &self.targets);
        let kept = Mutex::new(Vec::new());
        let note = |block: u64, ended: &BlockTrials| {
            let own = keep(ended);
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push((block, own));
        };
        let program = &study.program;
        let part = Part::of_range_noted(program, settings, blocks.clone(), observer, &note);
        let part = part.map_err(|error| study.located(error))?;
        let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        kept.sort_by_key(|(block, _)| *block);
        Ok(part.map(|part| (part, kept.into_iter().map(|(_, kept)| kept).collect())))
    }

    /// The result of all pieces, which together have all blocks.
    ///
    /// # Errors
    /// [`EngineError::NonFinite`] if too many trials of a pass were stopped, and `None` if blocks
    /// are missing.
    pub fn told(&self, pieces: Vec<Piece>) -> Result<Option<SensitivityResult>, EngineError> {
        let mut whole: Option<Part> = None;
        let mut by_pass: Vec<Vec<Stretch>> = Vec::new();
        by_pass.resize_with(self.design.passes() as usize, Vec::new);
        for piece in pieces {
            match (&mut whole, piece.part) {
                (_, None) => {}
                (None, part) => whole = part,
                (Some(whole), Some(part)) => {
                    if whole.join(part).is_err() {
                        return Ok(None);
                    }
                }
            }
            for stretch in piece.stretches {
                by_pass[stretch.pass as usize].push(stretch);
            }
        }
        for (pass, stretches) in by_pass.iter_mut().enumerate() {
            stretches.sort_by_key(|stretch| stretch.blocks.start);
            let mut upto = 0;
            for stretch in stretches {
                if stretch.blocks.start != upto {
                    return Ok(None);
                }
                upto = stretch.blocks.end;
            }
            if upto != self.design.settings(pass as u64).blocks {
                return Ok(None);
            }
        }
        let Some(whole) = whole else {
            return Ok(None);
        };
        let mut joined = Joined {
            planned: self,
            run: Some(whole),
            by_pass,
        };
        let design = (&self.design, self.named.as_slice(), self.targets.as_slice());
        told((&self.kept.study, &self.asked), design, &mut joined).map(Some)
    }

    /// A piece as bytes.
    fn written(&self, piece: Piece) -> Vec<u8> {
        let program = &self.kept.study.program;
        let part = piece
            .part
            .map(|mut part| part.to_bytes(program, self.design.settings(0)));
        let part = part.unwrap_or_default();
        let mut bytes = (part.len() as u64).to_le_bytes().to_vec();
        bytes.extend(part);
        for mut stretch in piece.stretches {
            let mut store = Store::Writing(Vec::new());
            if stretch.pass > 0 {
                // Only reading can fail.
                let _ = stopped(&mut stretch.stopped, &mut store);
            }
            bytes.extend(store.into_bytes());
            bytes.extend(stretch.kept);
        }
        bytes
    }

    /// Reads a piece of these blocks.
    fn read(&self, blocks: &Range<u64>, bytes: &[u8]) -> Result<Piece, Unreadable> {
        let short = Unreadable("it ends too early");
        let (length, rest) = bytes.split_first_chunk().ok_or(short)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| short)?;
        let (part, mut rest) = rest.split_at_checked(length).ok_or(short)?;
        let program = &self.kept.study.program;
        let stretches = self.design.stretches(blocks);
        let part = match stretches.first() {
            Some((0, own)) => {
                let part = Part::from_bytes(program, self.design.settings(0), part)?;
                if part.ranges() != [own.clone()] {
                    return Err(Unreadable("it has other blocks of the run than it should"));
                }
                Some(part)
            }
            _ if part.is_empty() => None,
            _ => return Err(Unreadable("it has blocks of the run, and should have none")),
        };
        let mut piece = Piece {
            part,
            stretches: Vec::with_capacity(stretches.len()),
        };
        for (pass, blocks) in stretches {
            let mut own = Stopped {
                at: vec![0; program.labels.len()],
                first: None,
            };
            let mut store = Store::Reading(rest);
            if pass > 0 {
                stopped(&mut own, &mut store)?;
            }
            let before = rest.len() - store.left();
            let mut kept = self.design.none_kept(pass, &self.targets);
            for _ in blocks.clone() {
                self.design
                    .store(pass, &self.targets, &mut kept, &mut store)?;
            }
            let end = rest.len() - store.left();
            piece.stretches.push(Stretch {
                pass,
                blocks,
                stopped: own,
                kept: rest[before..end].to_vec(),
            });
            rest = &rest[end..];
        }
        match rest.is_empty() {
            true => Ok(piece),
            false => Err(Unreadable("it has more than belongs to it")),
        }
    }
}

/// Writes or reads the stopped trials of a stretch.
fn stopped(of: &mut Stopped, store: &mut Store<'_>) -> Result<(), Unreadable> {
    store.counts(&mut of.at)?;
    // The first, counted from 1; 0 for none.
    let mut first = of.first.map_or(0, |first| first + 1);
    store.count(&mut first)?;
    of.first = first.checked_sub(1);
    Ok(())
}

/// Passes of which all blocks are there.
struct Joined<'p> {
    planned: &'p Planned,
    /// Until it is asked for.
    run: Option<Part>,
    by_pass: Vec<Vec<Stretch>>,
}

impl Joined<'_> {
    /// What was kept of each block of a pass, in order.
    ///
    /// # Errors
    /// [`EngineError::NonFinite`] if too many of its trials were stopped.
    fn kept(&self, pass: u64) -> Result<Vec<Kept>, EngineError> {
        let Planned {
            kept: KeptStudy { study, .. },
            design,
            targets,
            ..
        } = self.planned;
        let stretches = &self.by_pass[pass as usize];
        if pass > 0 {
            let settings = design.settings(pass);
            let mut at = vec![0; study.program.labels.len()];
            for stretch in stretches {
                (at.iter_mut().zip(&stretch.stopped.at)).for_each(|(all, own)| *all += own);
            }
            let first = stretches.iter().filter_map(|stretch| stretch.stopped.first);
            let first = Some(first.min().unwrap_or(0));
            let trials = settings.blocks * settings.trials_per_block();
            check_share(&study.program, &at, trials, first)
                .map_err(|error| study.located(error))?;
        }
        let mut all = Vec::new();
        for stretch in stretches {
            let mut store = Store::Reading(&stretch.kept);
            for _ in stretch.blocks.clone() {
                let mut kept = design.none_kept(pass, targets);
                // They were read before.
                let _ = design.store(pass, targets, &mut kept, &mut store);
                all.push(kept);
            }
        }
        Ok(all)
    }
}

impl Source for Joined<'_> {
    fn run(&mut self) -> Result<(RunResult, u64), EngineError> {
        let study: &Study = &self.planned.kept.study;
        let settings = self.planned.design.settings(0);
        let part = self.run.take();
        let part = part.unwrap_or_else(|| Part::new(&study.program, settings));
        let blocks = part.blocks();
        let end = Reached::End {
            by_precision: false,
        };
        let summary = part.summary(&study.program, settings, end);
        let summary = summary.map_err(|error| study.located(error))?;
        Ok((study.result(&summary), blocks))
    }

    fn draws(
        &mut self,
        pass: u64,
        chosen: &[usize],
    ) -> Result<Option<Vec<Vec<DrawMean>>>, EngineError> {
        let draws = |kept| match kept {
            Kept::Draws(draws) => Some(draws),
            Kept::Readings(_) => None,
        };
        let kept = self.kept(pass)?.into_iter().filter_map(draws);
        Ok(Some(by_target(&kept.collect::<Vec<_>>(), chosen)))
    }

    fn readings(
        &mut self,
        pass: u64,
        chosen: &[usize],
    ) -> Result<Option<Vec<Vec<Reading>>>, EngineError> {
        let readings = |kept| match kept {
            Kept::Readings(all) => Some(chosen.iter().map(|t| all[*t].clone()).collect()),
            Kept::Draws(_) => None,
        };
        Ok(Some(
            self.kept(pass)?.into_iter().filter_map(readings).collect(),
        ))
    }
}
