//! From a state of the page to pictures of it: coarse at once, finer as trials come.
//!
//! Takes a session, a request and a ticket; sends messages until the picture is final, a fault is found or the request is cancelled. The last
//! picture's numbers are those of `quincunx compare` (or `reweight`) for the same size and seed: the library makes both.

use super::clients::{Clients, Ticket, Tweaked};
use super::picture::{self, Sides, View};
use super::session::{Session, Stage};
use super::tweak::{ControlFault, Override, State, blamed, overrides};
use super::{Options, commands};
use crate::analysis::{Growing, ReweightError, Study, compare_grown, reweight};
use crate::engine::{EngineError, Observer};
use crate::results::{CompareResult, RunResult};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A tweak is given up after this long.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// What a page asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name of the page.
    pub page: String,
    /// The page's number of this request, sent back with every answer to it.
    pub tweak: u64,
    pub state: State,
    #[serde(default)]
    pub view: View,
    /// The control that was moved last: a fault that nothing else can be blamed for is shown there.
    #[serde(default)]
    pub touched: Option<String>,
}

/// Why a job ended before its last picture.
enum End {
    Cancelled,
    Fault(ControlFault),
}

impl From<EngineError> for End {
    fn from(error: EngineError) -> Self {
        End::Fault(ControlFault {
            control: None,
            message: error.to_string(),
        })
    }
}

/// Cancelled by a newer request, or by the clock.
struct Watch<'t> {
    ticket: &'t Ticket,
    until: Instant,
}

impl Observer for Watch<'_> {
    fn cancelled(&self) -> bool {
        self.ticket.cancelled.load(Ordering::Relaxed) || Instant::now() > self.until
    }
}

/// Answers a request; returns when there is nothing more to say.
pub fn answer(
    options: &Options,
    session: &Session,
    clients: &Clients,
    request: &Request,
    ticket: &Ticket,
) {
    let watch = Watch {
        ticket,
        until: Instant::now() + TIME_LIMIT,
    };
    let job = Job {
        options,
        session,
        clients,
        request,
        watch: &watch,
    };
    let fault = match job.work() {
        Ok(()) => return,
        Err(End::Cancelled) if ticket.cancelled.load(Ordering::Relaxed) => return,
        Err(End::Cancelled) => ControlFault {
            control: None,
            message: "given up after ten minutes; ask for fewer trials".into(),
        },
        Err(End::Fault(fault)) => fault,
    };
    let control = fault.control.or_else(|| request.touched.clone());
    job.send(json!({
        "kind": "fault", "tweak": request.tweak, "control": control, "message": fault.message,
    }));
}

struct Job<'j> {
    options: &'j Options,
    session: &'j Session,
    clients: &'j Clients,
    request: &'j Request,
    watch: &'j Watch<'j>,
}

impl Job<'_> {
    /// False if nobody listens any more.
    fn send(&self, message: Value) -> bool {
        self.watch.ticket.messages.blocking_send(message).is_ok()
    }

    fn work(&self) -> Result<(), End> {
        let found = overrides(&self.request.state, &self.session.study).map_err(End::Fault)?;
        if self.request.state.is_weights_only() {
            self.reweigh(&found)
        } else {
            self.simulate(found)
        }
    }

    /// Weights alone: the base run says it all, as far as it has grown.
    fn reweigh(&self, found: &[Override]) -> Result<(), End> {
        let state = &self.request.state;
        let asked = state.asked();
        let stages = self.session.stages();
        let whole = Stage {
            coarse: false,
            blocks: self.session.settings.blocks,
        };
        let is_ready = self.session.base(false).has_look(whole.blocks);
        for stage in stages
            .into_iter()
            .filter(|stage| !is_ready || *stage == whole)
        {
            let Some(base) = self.look(
                &mut self.session.base(stage.coarse),
                &self.session.study,
                stage,
            )?
            else {
                continue;
            };
            let new = match reweight(&base, &asked) {
                Ok(new) => new,
                Err(error) => {
                    let fault = weight_fault(&error);
                    // A coarse run may have too few trials under a trend for what the whole one can say.
                    if stage == whole || fault.is_final {
                        return Err(End::Fault(fault.fault));
                    }
                    continue;
                }
            };
            let (other, comparison) = picture::reweighted(&base, &new);
            let sides = Sides {
                base: &base,
                other: &other,
                comparison: &comparison,
                simulated: false,
                unchanged: asked.is_empty() || new.unchanged,
            };
            self.picture(&sides, stage, found)?;
        }
        Ok(())
    }

    fn simulate(&self, found: Vec<Override>) -> Result<(), End> {
        let tweaked = self.tweaked(found)?;
        let known = |stage: &Stage| run(&tweaked, stage.coarse).has_look(stage.blocks);
        let stages = self.session.stages();
        // Another view of what was simulated before starts where that ended.
        let first = stages.iter().rposition(known).unwrap_or(0);
        for stage in &stages[first..] {
            let session = self.session;
            let mut base = session.base(stage.coarse);
            if self.look(&mut base, &session.study, *stage)?.is_none() {
                continue;
            }
            let mut other = run(&tweaked, stage.coarse);
            if self.look(&mut other, &tweaked.study, *stage)?.is_none() {
                continue;
            }
            let compared = compare_grown(
                (&session.study, &base),
                (&tweaked.study, &other),
                stage.blocks,
            );
            // Others may go on with the base while this one is drawn.
            drop((base, other));
            let Some(CompareResult {
                scenarios,
                comparisons,
                ..
            }) = compared
            else {
                continue;
            };
            let ([base, other], [comparison]) = (&scenarios[..], &comparisons[..]) else {
                continue;
            };
            let sides = Sides {
                base,
                other,
                comparison,
                simulated: true,
                unchanged: comparison.identical,
            };
            self.picture(&sides, *stage, &tweaked.overrides)?;
        }
        Ok(())
    }

    /// The study of these overrides, with its runs: the last one, if it is the same.
    fn tweaked(&self, found: Vec<Override>) -> Result<Arc<Tweaked>, End> {
        let (page, session) = (&self.request.page, self.session);
        if let Some(last) = self.clients.tweaked(page)
            && last.generation == session.generation
            && last.overrides == found
        {
            return Ok(last);
        }
        let study = tweaked_study(self.options, &found).map_err(End::Fault)?;
        let growing = |coarse| Growing::new(&session.settings_of(coarse)).map(Mutex::new);
        let (whole, coarse) = (growing(false)?, growing(true)?);
        let tweaked = Arc::new(Tweaked {
            generation: session.generation,
            overrides: found,
            study,
            whole,
            coarse,
        });
        self.clients.keep(page, Arc::clone(&tweaked));
        Ok(tweaked)
    }

    fn look(
        &self,
        run: &mut Growing,
        study: &Study,
        stage: Stage,
    ) -> Result<Option<RunResult>, End> {
        let found = run.look(study, stage.blocks, self.watch)?.cloned();
        if found.is_none() && self.watch.cancelled() {
            return Err(End::Cancelled);
        }
        Ok(found)
    }

    fn picture(&self, sides: &Sides<'_>, stage: Stage, found: &[Override]) -> Result<(), End> {
        let settings = &self.session.settings;
        let total = settings.blocks * settings.trials_per_block();
        let is_final = !stage.coarse && stage.blocks == settings.blocks;
        let trials = sides.base.run.trials;
        let command = if sides.simulated {
            commands::line("run", self.options, found, settings)
        } else if sides.unchanged {
            commands::line("run", self.options, &[], settings)
        } else {
            commands::reweighting(self.options, &self.request.state.asked(), settings)
        };
        let message = json!({
            "kind": "picture",
            "tweak": self.request.tweak,
            "generation": self.session.generation,
            "trials": trials,
            "total": total,
            "final": is_final,
            "reweighted": !sides.simulated && !sides.unchanged,
            "unchanged": sides.unchanged,
            "panels": picture::panels(sides, &self.request.view),
            "announce": if is_final { picture::announcement(sides, trials) } else { String::new() },
            "command": command,
            "set": commands::set_line(found),
        });
        if self.watch.cancelled() || !self.send(message) {
            return Err(End::Cancelled);
        }
        Ok(())
    }
}

fn run(tweaked: &Tweaked, coarse: bool) -> MutexGuard<'_, Growing> {
    let run = if coarse {
        &tweaked.coarse
    } else {
        &tweaked.whole
    };
    run.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The scenario with its base settings and these overrides.
///
/// # Errors
/// What is wrong with it, at the control that it comes from.
pub fn tweaked_study(options: &Options, found: &[Override]) -> Result<Study, ControlFault> {
    let mut sets = options.sets.clone();
    sets.extend(found.iter().map(Override::setting));
    Study::open(&options.file, &sets).map_err(|report| {
        let faults = report.diagnostics.iter().filter(|d| d.is_error());
        let blamed_one = faults
            .clone()
            .find_map(|d| Some((d, blamed(found, &d.place.pointer)?)));
        let (fault, control) = match blamed_one {
            Some((fault, control)) => (Some(fault), Some(control)),
            None => (faults.clone().next(), None),
        };
        let message = fault.map_or("the scenario cannot be read".into(), |d| {
            let hints = d.hints.iter().map(|hint| format!("; {hint}"));
            d.message.clone() + &hints.collect::<String>()
        });
        ControlFault { control, message }
    })
}

struct WeightFault {
    fault: ControlFault,
    /// More trials do not mend it.
    is_final: bool,
}

fn weight_fault(error: &ReweightError) -> WeightFault {
    let name = match error {
        ReweightError::UnknownTrend { name, .. }
        | ReweightError::Twice { name }
        | ReweightError::OutOfRange { name, .. }
        | ReweightError::NeverStarted { name }
        | ReweightError::TooFew { name, .. } => Some(name),
        _ => None,
    };
    WeightFault {
        is_final: !matches!(
            error,
            ReweightError::NeverStarted { .. } | ReweightError::TooFew { .. }
        ),
        fault: ControlFault {
            control: name.map(|name| format!("weight:{name}")),
            message: error.to_string(),
        },
    }
}
