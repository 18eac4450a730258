//! Runs that are kept as files: to go on later, to grow, and to be joined from parts that were
//! simulated elsewhere.
//!
//! Takes a scenario with the files that it is made of, and settings, or the bytes of a summary
//! file; gives its bytes, or the result, which has the bytes of one uninterrupted run. What the
//! engine keeps of blocks is [`Part`]; the envelope is [`kept`](crate::results::kept). The caller
//! reads and writes the files.

use super::study::Study;
use crate::engine::{EngineError, NotJoined, Observer, Part, Reached, Settings};
use crate::estimate::Unreadable;
use crate::random::design::Design;
use crate::results::kept::{
    Head, KeptFile, KeptRun, KeptScenario, Kind, NotWhole, range, seal, sha256_of, unseal,
};
use crate::results::{RunResult, tool};
use crate::scenario::{Files, Findings, Noted, Remembered, load_with, sha256};
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

/// A study with all files that it was read from.
pub struct KeptStudy {
    pub study: Study,
    pub scenario: KeptScenario,
}

/// A run, or some blocks of it, that can be written down.
pub struct Summarised {
    kept: Rc<KeptStudy>,
    settings: Settings,
    part: Part,
}

/// Why bytes are not what they should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotKept {
    #[error(transparent)]
    NotWhole(#[from] NotWhole),
    #[error(
        "it was written by version {theirs} of quincunx, and this is {}: versions may differ in numbers", tool().version
    )]
    OtherVersion { theirs: String },
    #[error("its scenario is not the one that it was written for")]
    OtherScenario,
    #[error("its run is of a design that there is not, `{0}`")]
    NoDesign(String),
    #[error("its run is of a size that there is not")]
    NoSize,
    #[error("its run cannot be had: {0}")]
    NoRun(#[from] EngineError),
    #[error("what it has of trials cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    #[error("its head speaks of other blocks than it has")]
    OtherBlocks,
    #[error("its parts do not make up the run")]
    NoPlan,
}

/// Why two summaries are not of one run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotOneRun {
    #[error("it is of another scenario, `{theirs}` instead of `{ours}`")]
    OtherName { theirs: String, ours: String },
    #[error("its scenario states other assumptions (sha256 {theirs} instead of {ours})")]
    OtherAssumptions { theirs: String, ours: String },
    #[error("its scenario differs in titles, notes or the order of its keys")]
    OtherTexts,
    #[error("it was simulated with {what} {theirs} instead of {ours}")]
    OtherSettings {
        what: &'static str,
        theirs: String,
        ours: String,
    },
    #[error(transparent)]
    NotJoined(#[from] NotJoined),
}

impl KeptStudy {
    /// Reads a scenario from `files`, and remembers all that was read of them.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn open(files: &dyn Files, path: &Path, sets: &[String]) -> Result<Self, Findings> {
        let noted = Noted::new(files);
        let study = Study::new(load_with(&noted, path, sets)?)?;
        let texts = noted.into_remembered().0;
        let kept_file = |(path, content): (std::path::PathBuf, Vec<u8>)| KeptFile {
            path: path.to_string_lossy().into_owned(),
            // A scenario is read only from texts.
            text: String::from_utf8_lossy(&content).into_owned(),
        };
        let scenario = KeptScenario {
            name: study.model.name.clone(),
            sha256: sha256(&study.model.source),
            text_sha256: text_sha256(&study),
            path: path.to_string_lossy().into_owned(),
            set: sets.to_vec(),
            files: texts.into_iter().map(kept_file).collect(),
        };
        Ok(Self { study, scenario })
    }

    /// Makes the study of a scenario that was kept.
    ///
    /// # Errors
    /// [`NotKept::OtherScenario`] if its texts do not make the scenario that it says.
    pub fn again(scenario: KeptScenario) -> Result<Self, NotKept> {
        let texts = (scenario.files.iter())
            .map(|file| (file.path.clone().into(), file.text.clone().into_bytes()));
        let files = Remembered(texts.collect());
        let found = Self::open(&files, Path::new(&scenario.path), &scenario.set);
        let found = found.map_err(|_| NotKept::OtherScenario)?;
        match found.scenario == scenario {
            true => Ok(found),
            false => Err(NotKept::OtherScenario),
        }
    }
}

/// Of the whole scenario, with titles and notes and in the order of its keys, which are in results
/// too.
fn text_sha256(study: &Study) -> String {
    sha256_of(study.model.source.to_string().as_bytes())
}

pub(super) fn kept_run(settings: &Settings) -> KeptRun {
    KeptRun {
        seed: settings.seed,
        trials_per_draw: settings.trials_per_draw,
        design: settings.design.name().to_owned(),
        blocks: settings.blocks,
        until: settings.until,
    }
}

/// The settings that a run was kept with.
pub(super) fn settings_of(run: &KeptRun) -> Result<Settings, NotKept> {
    let design = Design::named(&run.design);
    let design = design.ok_or_else(|| NotKept::NoDesign(shown(&run.design)))?;
    let settings = Settings::new(1, None, run.seed)
        .trials_per_draw(run.trials_per_draw)
        .design(design)
        .blocks(run.blocks)
        .until(run.until);
    settings.check()?;
    match settings.is_sound() {
        true => Ok(settings),
        false => Err(NotKept::NoSize),
    }
}

/// A text that was read from a file, for a message: control characters would act on a terminal.
fn shown(text: &str) -> String {
    let escaped = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

pub(super) fn same_version(theirs: &str) -> Result<(), NotKept> {
    match theirs == tool().version {
        true => Ok(()),
        false => Err(NotKept::OtherVersion {
            theirs: shown(theirs),
        }),
    }
}

impl Summarised {
    /// A run without blocks.
    pub fn new(kept: Rc<KeptStudy>, settings: Settings) -> Self {
        Self {
            part: Part::new(&kept.study.program, &settings),
            kept,
            settings,
        }
    }

    /// Some blocks of a run; `None` if the observer cancelled it.
    ///
    /// # Errors
    /// [`EngineError`] if events fire without end.
    pub fn of_range(
        kept: Rc<KeptStudy>,
        settings: Settings,
        blocks: Range<u64>,
        observer: &dyn Observer,
    ) -> Result<Option<Self>, EngineError> {
        let study = &kept.study;
        let part = Part::of_range(&study.program, &settings, blocks, observer)
            .map_err(|error| study.located(error))?;
        Ok(part.map(|part| Self {
            part,
            kept,
            settings,
        }))
    }

    /// The bytes of its summary file.
    pub fn to_bytes(&mut self) -> Vec<u8> {
        let program = &self.kept.study.program;
        let head = Head {
            tool: tool(),
            scenario: self.kept.scenario.clone(),
            run: kept_run(&self.settings),
            blocks: (self.part.ranges().into_iter())
                .map(|blocks| [blocks.start, blocks.end])
                .collect(),
        };
        let body = self.part.to_bytes(program, &self.settings);
        seal(Kind::Summary, &head, &body)
    }

    /// Reads a summary file. With `like`, the study of that one is used if it is of the same
    /// scenario: making one takes its time.
    ///
    /// # Errors
    /// [`NotKept`] if it is not whole, or from another version.
    pub fn from_bytes(bytes: &[u8], like: Option<&Self>) -> Result<Self, NotKept> {
        let (head, body): (Head, _) = unseal(Kind::Summary, bytes)?;
        same_version(&head.tool.version)?;
        let settings = settings_of(&head.run)?;
        let kept = match like {
            Some(like) if like.kept.scenario == head.scenario => Rc::clone(&like.kept),
            _ => Rc::new(KeptStudy::again(head.scenario)?),
        };
        let part = Part::from_bytes(&kept.study.program, &settings, body)?;
        let blocks: Vec<Range<u64>> = head.blocks.into_iter().map(range).collect();
        let is_within = blocks.last().is_none_or(|last| last.end <= settings.blocks);
        if part.ranges() != blocks || !is_within {
            return Err(NotKept::OtherBlocks);
        }
        Ok(Self {
            kept,
            settings,
            part,
        })
    }

    /// The scenario and its files.
    pub fn kept(&self) -> Rc<KeptStudy> {
        Rc::clone(&self.kept)
    }

    /// Of the whole run.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn set_threads(&mut self, threads: usize) {
        self.settings.threads = threads;
    }

    /// Asks for another number of blocks, which are fixed: the run does not wait for a precision
    /// any more.
    pub fn set_blocks(&mut self, blocks: u64) {
        self.settings.blocks = blocks;
        self.settings.until = None;
    }

    /// The blocks that it has, in order.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        self.part.ranges()
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u64 {
        self.part.blocks()
    }

    /// Whether it can go on: it has the first blocks and no others.
    pub fn is_beginning(&self) -> bool {
        self.part.is_beginning()
    }

    /// The blocks of the run that it lacks, in order; with [`Settings::until`] of the longest that
    /// it can be.
    pub fn missing(&self) -> Vec<Range<u64>> {
        let mut missing = Vec::new();
        let mut from = 0;
        for blocks in self.ranges() {
            if from < blocks.start {
                missing.push(from..blocks.start);
            }
            from = blocks.end;
        }
        if from < self.settings.blocks {
            missing.push(from..self.settings.blocks);
        }
        missing
    }

    /// How its run has ended; `None` if blocks are missing.
    pub fn ended(&self) -> Option<Reached> {
        self.part.ended(&self.settings)
    }

    /// Goes on with a run of which this is the beginning, until its end or until the observer halts
    /// it.
    ///
    /// # Errors
    /// [`EngineError`] as of [`Study::run`]; this is of no use then.
    pub fn go_on(&mut self, observer: &dyn Observer) -> Result<Reached, EngineError> {
        let study = &self.kept.study;
        (self.part)
            .go_on(&study.program, &self.settings, observer)
            .map_err(|error| study.located(error))
    }

    /// The result of a run of which this is the beginning, or all.
    ///
    /// # Errors
    /// [`EngineError::NonFinite`] if too many trials were stopped.
    pub fn result(self, reached: Reached) -> Result<RunResult, EngineError> {
        let study = &self.kept.study;
        let summary = (self.part)
            .summary(&study.program, &self.settings, reached)
            .map_err(|error| study.located(error))?;
        Ok(study.result(&summary))
    }

    /// Whether this is of the run of `kept` with `settings`, and `ranges` have all of its blocks.
    pub fn is_within(&self, kept: &KeptStudy, settings: &Settings, ranges: &[Range<u64>]) -> bool {
        let is_one_run = same_run(
            (&self.kept.scenario, &kept_run(&self.settings)),
            (&kept.scenario, &kept_run(settings)),
        );
        let has = |own: &Range<u64>| {
            (ranges.iter()).any(|range| range.start <= own.start && own.end <= range.end)
        };
        is_one_run.is_ok() && self.ranges().iter().all(has)
    }

    /// Takes in another part of the same run.
    ///
    /// # Errors
    /// [`NotOneRun`]; nothing has changed then.
    pub fn join(&mut self, other: Self) -> Result<(), NotOneRun> {
        same_run(
            (&self.kept.scenario, &kept_run(&self.settings)),
            (&other.kept.scenario, &kept_run(&other.settings)),
        )?;
        Ok(self.part.join(other.part)?)
    }
}

/// Whether two are of one run: the files may have other names and be cut otherwise, if all that is
/// in a result is the same.
pub(super) fn same_run(
    (scenario, run): (&KeptScenario, &KeptRun),
    (other_scenario, other_run): (&KeptScenario, &KeptRun),
) -> Result<(), NotOneRun> {
    if scenario.name != other_scenario.name {
        return Err(NotOneRun::OtherName {
            theirs: shown(&other_scenario.name),
            ours: shown(&scenario.name),
        });
    }
    if scenario.sha256 != other_scenario.sha256 {
        let short = |sum: &str| shown(sum).chars().take(12).collect();
        return Err(NotOneRun::OtherAssumptions {
            theirs: short(&other_scenario.sha256),
            ours: short(&scenario.sha256),
        });
    }
    if scenario.text_sha256 != other_scenario.text_sha256 {
        return Err(NotOneRun::OtherTexts);
    }
    let settings = |run: &KeptRun| {
        let until = run.until.map(|until| format!("{}pp", 100.0 * until));
        [
            ("seed", run.seed.to_string()),
            ("design", shown(&run.design)),
            ("trials per draw:", run.trials_per_draw.to_string()),
            ("precision", until.unwrap_or_else(|| "none".to_owned())),
            ("blocks in all:", run.blocks.to_string()),
        ]
    };
    for ((what, ours), (_, theirs)) in settings(run).into_iter().zip(settings(other_run)) {
        if ours != theirs {
            return Err(NotOneRun::OtherSettings { what, theirs, ours });
        }
    }
    Ok(())
}
