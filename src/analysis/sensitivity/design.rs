//! The passes of an analysis, one after another: the run, those of the method, those of the
//! tornado; where each has its inputs, and what is kept of its trials.

use super::inputs::Named;
use super::passes::{Stage, Stopped, by_target, draws_of_block, pass, seen, stretch};
use super::sobol::Factor;
use super::targets::{Reading, read};
use super::{Asked, Method, morris, sobol, tornado};
use crate::analysis::Study;
use crate::analysis::quantity::Quantity;
use crate::engine::{BlockTrials, EngineError, Observer, Settings, Steer};
use crate::estimate::{DrawMean, MOST_GROUPS, Store, Stored, Unreadable, groups};
use crate::results::RunResult;
use std::ops::Range;

/// Gives the draws of a pass of the method, counted from 0, by target; `None` if it was cancelled.
pub type Draws<'d> = &'d mut dyn FnMut(u64) -> Result<Option<Vec<Vec<DrawMean>>>, EngineError>;
/// Gives the trials of a variant of the tornado, counted from 0, by block and target; `None` if it
/// was cancelled.
pub type Readings<'r> = &'r mut dyn FnMut(u64) -> Result<Option<Vec<Vec<Reading>>>, EngineError>;

/// Passes of one size.
#[derive(Clone, Debug)]
pub struct Several {
    pub number: u64,
    pub each: Settings,
}

/// All passes. The run is number 0, then come those of the method, then those of the tornado.
pub struct Design {
    method: Method,
    run: Settings,
    inputs: usize,
    pub factors: Vec<Factor>,
    pub parameters: usize,
    /// `None`: indices come from the run alone.
    pub of_method: Option<Several>,
    pub tornado: Option<Several>,
}

/// What is kept of the trials of a block, by target.
pub enum Kept {
    /// Of the run and of passes of the method.
    Draws(Vec<Vec<DrawMean>>),
    /// Of the tornado, whose sides are paired trial by trial.
    Readings(Vec<Reading>),
}

impl Design {
    pub fn new(named: &[Named], asked: &Asked, settings: &Settings) -> Self {
        let (factors, parameters) = (sobol::factors(named), morris::parameters(named));
        let several = |number: usize, each: Settings| Several {
            number: number as u64,
            each,
        };
        let of_method = match asked.method {
            _ if named.is_empty() => None,
            Method::GivenData => None,
            Method::Sobol => {
                let size = sobol::size(settings, factors.len());
                Some(several(factors.len() + 2, size))
            }
            Method::Morris if parameters == 0 => None,
            Method::Morris => Some(several(parameters + 1, morris::size(settings, parameters))),
        };
        let is_tornado = asked.tornado && !named.is_empty();
        let of_tornado = || several(2 * named.len(), tornado::size(settings, named.len()));
        Self {
            method: asked.method,
            run: settings.clone(),
            inputs: named.len(),
            factors,
            parameters,
            of_method,
            tornado: is_tornado.then(of_tornado),
        }
    }

    /// Uses so many threads; 0 for all cores.
    pub fn set_threads(&mut self, threads: usize) {
        self.run.threads = threads;
        let designs = [&mut self.of_method, &mut self.tornado];
        for several in designs.into_iter().flatten() {
            several.each.threads = threads;
        }
    }

    /// Passes, the run among them.
    pub fn passes(&self) -> u64 {
        1 + number(&self.of_method) + number(&self.tornado)
    }

    /// Number of the first pass of the tornado.
    pub fn first_of_tornado(&self) -> u64 {
        1 + number(&self.of_method)
    }

    pub fn settings(&self, pass: u64) -> &Settings {
        match (&self.of_method, &self.tornado) {
            _ if pass == 0 => &self.run,
            (Some(method), _) if pass <= method.number => &method.each,
            (_, Some(tornado)) => &tornado.each,
            _ => &self.run,
        }
    }

    /// Trials of all passes before one.
    pub fn trials_before(&self, pass: u64) -> u64 {
        let of = |pass| {
            let settings = self.settings(pass);
            settings.blocks.saturating_mul(settings.trials_per_block())
        };
        (0..pass).map(of).fold(0, u64::saturating_add)
    }

    /// Where a pass has its inputs; `None`: where the run has them.
    fn steer(&self, pass: u64) -> Option<Box<dyn Steer>> {
        let tornado = self.first_of_tornado();
        if pass >= tornado {
            return Some(Box::new(tornado::steer(pass - tornado)));
        }
        let of_method = pass.checked_sub(1)?;
        Some(match self.method {
            Method::GivenData => return None,
            Method::Sobol => Box::new(sobol::steer(of_method, &self.factors, self.inputs)),
            Method::Morris => Box::new(morris::steer(of_method, self.parameters, &self.run)),
        })
    }

    fn keeps_readings(&self, pass: u64) -> bool {
        pass >= self.first_of_tornado()
    }

    /// The blocks of each pass in a range of the blocks of all passes, one after another.
    pub fn stretches(&self, range: &Range<u64>) -> Vec<(u64, Range<u64>)> {
        let mut stretches = Vec::new();
        let mut before = 0;
        for pass in 0..self.passes() {
            let blocks = self.settings(pass).blocks;
            let own = |block: u64| block.clamp(before, before + blocks) - before;
            let within = own(range.start)..own(range.end);
            if !within.is_empty() {
                stretches.push((pass, within));
            }
            before += blocks;
        }
        stretches
    }

    /// What is kept of the trials of a block of a pass.
    pub fn keep<'a>(
        &self,
        pass: u64,
        study: &'a Study,
        targets: &'a [Quantity],
    ) -> impl Fn(&BlockTrials) -> Kept + Sync + use<'a> {
        let keeps_readings = self.keeps_readings(pass);
        let draws = draws_of_block(study, targets, self.settings(pass));
        move |ended| match keeps_readings {
            true => Kept::Readings(read(targets, &study.program, ended)),
            false => Kept::Draws(draws(ended)),
        }
    }

    /// Simulates some blocks of a pass that is not the run: see [`stretch`].
    ///
    /// # Errors
    /// As of [`stretch`].
    pub fn stretch(
        &self,
        (pass, blocks): (u64, &Range<u64>),
        (study, targets): (&Study, &[Quantity]),
        observer: &dyn Observer,
    ) -> Result<Option<(Vec<Kept>, Stopped)>, EngineError> {
        let settings = self.settings(pass);
        let steer = self.steer(pass);
        let keep = self.keep(pass, study, targets);
        stretch(study, steer.as_deref(), (settings, blocks), observer, &keep)
    }

    /// Writes what is kept of a block of a pass, or reads it in place of that of another.
    ///
    /// # Errors
    /// As of [`Stored::store`].
    pub fn store(
        &self,
        pass: u64,
        targets: &[Quantity],
        kept: &mut Kept,
        store: &mut Store<'_>,
    ) -> Result<(), Unreadable> {
        let per_draw = self.settings(pass).trials_per_draw as usize;
        match kept {
            Kept::Readings(readings) => readings.iter_mut().try_for_each(|one| one.store(store)),
            Kept::Draws(by_target) => {
                let groups = groups(per_draw);
                let at = |g: usize| g * per_draw / groups;
                let sizes: Vec<u32> = (0..groups).map(|g| (at(g + 1) - at(g)) as u32).collect();
                for (target, draws) in targets.iter().zip(by_target) {
                    for draw in draws {
                        match target.is_probability() {
                            true => draw.store_hits(&sizes, store)?,
                            false => draw.store(store)?,
                        }
                    }
                }
                Ok(())
            }
        }
    }

    /// Something of the shape of what is kept of a block, to be read into.
    pub fn none_kept(&self, pass: u64, targets: &[Quantity]) -> Kept {
        let settings = self.settings(pass);
        let none = DrawMean {
            groups: [f64::NAN; MOST_GROUPS],
            trials: 0,
            mean: f64::NAN,
            squares: 0.0,
        };
        match self.keeps_readings(pass) {
            true => {
                let trials = settings.trials_per_block() as usize;
                let of = |target: &Quantity| Reading::none(target.is_probability(), trials);
                Kept::Readings(targets.iter().map(of).collect())
            }
            false => {
                let draws = crate::engine::DRAWS_PER_BLOCK as usize;
                Kept::Draws(vec![vec![none; draws]; targets.len()])
            }
        }
    }
}

fn number(several: &Option<Several>) -> u64 {
    several.as_ref().map_or(0, |several| several.number)
}

/// Where the passes come from that an analysis looks at.
pub trait Source {
    /// The result of the run, and how many blocks it has.
    ///
    /// # Errors
    /// [`EngineError`] as of [`Study::run`].
    fn run(&mut self) -> Result<(RunResult, u64), EngineError>;

    /// The draws of a pass, which may be the run, once that has been asked for; by chosen target.
    /// `None` if it was cancelled.
    ///
    /// # Errors
    /// As of [`run`](Self::run).
    fn draws(
        &mut self,
        pass: u64,
        chosen: &[usize],
    ) -> Result<Option<Vec<Vec<DrawMean>>>, EngineError>;

    /// The trials of a pass of the tornado, by block and chosen target. `None` if it was cancelled.
    ///
    /// # Errors
    /// As of [`run`](Self::run).
    fn readings(
        &mut self,
        pass: u64,
        chosen: &[usize],
    ) -> Result<Option<Vec<Vec<Reading>>>, EngineError>;
}

/// Passes that are simulated when they are asked for.
pub struct Simulated<'a> {
    study: &'a Study,
    design: &'a Design,
    targets: &'a [Quantity],
    observer: &'a dyn Observer,
    /// Of the run, by block and target.
    of_run: Vec<Vec<Vec<DrawMean>>>,
}

impl<'a> Simulated<'a> {
    pub fn new(
        (study, design, targets): (&'a Study, &'a Design, &'a [Quantity]),
        observer: &'a dyn Observer,
    ) -> Self {
        Self {
            study,
            design,
            targets,
            observer,
            of_run: Vec::new(),
        }
    }

    /// The bar of progress of a pass.
    fn stage(&self, pass: u64) -> Stage<'a> {
        Stage {
            observer: self.observer,
            before: self.design.trials_before(pass),
            trials_per_block: self.design.settings(pass).trials_per_block(),
        }
    }

    /// What `keep` makes of each block of a pass with these targets; `None` if it was cancelled.
    fn pass<T: Send>(
        &self,
        number: u64,
        keep: &(dyn Fn(&BlockTrials) -> T + Sync),
    ) -> Result<Option<Vec<T>>, EngineError> {
        let (design, stage) = (self.design, self.stage(number));
        let steer = design.steer(number);
        let settings = design.settings(number);
        seen(self.study, steer.as_deref(), settings, &stage, keep)
    }

    fn chosen(&self, chosen: &[usize]) -> Vec<Quantity> {
        chosen.iter().map(|t| self.targets[*t].clone()).collect()
    }
}

impl Source for Simulated<'_> {
    fn run(&mut self) -> Result<(RunResult, u64), EngineError> {
        let settings = self.design.settings(0);
        let keep = draws_of_block(self.study, self.targets, settings);
        let passed = pass(self.study, None, settings, &self.stage(0), &keep)?;
        self.of_run = passed.blocks;
        let blocks = self.of_run.len() as u64;
        Ok((self.study.result(&passed.summary), blocks))
    }

    fn draws(
        &mut self,
        pass: u64,
        chosen: &[usize],
    ) -> Result<Option<Vec<Vec<DrawMean>>>, EngineError> {
        if pass == 0 {
            let blocks = std::mem::take(&mut self.of_run);
            return Ok(Some(by_target(&blocks, chosen)));
        }
        let targets = self.chosen(chosen);
        let keep = draws_of_block(self.study, &targets, self.design.settings(pass));
        let blocks = self.pass(pass, &keep)?;
        let all: Vec<usize> = (0..targets.len()).collect();
        Ok(blocks.map(|blocks| by_target(&blocks, &all)))
    }

    fn readings(
        &mut self,
        pass: u64,
        chosen: &[usize],
    ) -> Result<Option<Vec<Vec<Reading>>>, EngineError> {
        let (study, targets) = (self.study, self.chosen(chosen));
        let keep = |ended: &_| read(&targets, &study.program, ended);
        self.pass(pass, &keep)
    }
}
