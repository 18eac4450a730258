//! From a state of the page to pictures of it: coarse at once, finer as trials come.
//!
//! Takes a session, a request and a ticket; sends messages until the picture is final, a fault is
//! found or nobody wants more of it. Before the last picture the base's numbers are those of all
//! trials that it has, and the tweaked ones these plus the difference that the trials so far show.
//! The last picture's numbers are those of `quincunx compare` (or `reweight`) for the same size and
//! seed: the library makes both.

use super::clients::{Clients, Ticket, Tweaked};
use super::cores::Cores;
use super::headline::{movers, rows};
use super::notes::notes;
use super::patience::Watch;
use super::picture::{self, Sides, View};
use super::session::{Session, Stage};
use super::track::Track;
use super::tweak::{self, ControlFault, Override, State, blamed, overrides};
use super::{Options, commands};
use crate::analysis::{Look, ReweightError, Study, anchored, grown, reweight};
use crate::diagnostic::Diagnostic;
use crate::engine::{EngineError, Observer, Silent};
use crate::report::chart::from_results::Shown as Chosen;
use crate::report::html::chosen_events;
use crate::results::{Parts, RunResult, Shown};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Answers a request; returns when there is nothing more to say.
pub fn answer(
    options: &Options,
    session: &Session,
    (clients, cores): (&Clients, &Cores),
    request: &Request,
    ticket: &Ticket,
) {
    let watch = Watch::new(clients, ticket);
    let job = Job {
        options,
        session,
        clients,
        cores,
        request,
        watch: &watch,
    };
    let fault = match job.work() {
        Ok(()) => return,
        Err(End::Cancelled) if ticket.turn.is_over() => return,
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
    cores: &'j Cores,
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
        let whole = Stage {
            coarse: false,
            blocks: self.session.settings.blocks,
        };
        // What has been simulated for others is there at once.
        let known = self
            .session
            .base(false)
            .latest()
            .map_or(0, |look| look.blocks());
        for stage in (self.session.stages().into_iter())
            .filter(|stage| known == 0 || (!stage.coarse && stage.blocks >= known))
        {
            let Some(look) = self.session.base_for(stage, self.cores, self.watch)? else {
                self.check()?;
                continue;
            };
            let base = &look.result;
            let new = match reweight(base, &asked) {
                Ok(new) => new,
                Err(error) => {
                    let fault = weight_fault(&error);
                    // A coarse run may have too few trials under a trend for what the whole one can
                    // say.
                    if stage == whole || fault.is_final {
                        return Err(End::Fault(fault.fault));
                    }
                    // There is nothing to draw yet: whoever waits for this turn need not wait
                    // longer.
                    self.watch.ticket.turn.has_drawn();
                    continue;
                }
            };
            let (other, comparison) = picture::reweighted(base, &new);
            let sides = Sides {
                base,
                other: &other,
                comparison: &comparison,
                simulated: false,
                unchanged: asked.is_empty() || new.unchanged,
            };
            self.picture(&sides, stage, found, &BTreeMap::new())?;
        }
        Ok(())
    }

    fn simulate(&self, found: Vec<Override>) -> Result<(), End> {
        let of = |held: bool, found: Vec<Override>| {
            let page = (self.request.page.as_str(), held);
            tweaked(self.options, self.session, self.clients, page, found)
        };
        let tweaked = of(self.request.view.held, found)?;
        match self.pictures(&tweaked) {
            // Reading the file says what is wrong, and where.
            Err(End::Fault(_)) if tweaked.is_hasty => {
                self.pictures(&*of(false, tweaked.overrides.clone())?)
            }
            done => done,
        }
    }

    fn pictures(&self, tweaked: &Tweaked) -> Result<(), End> {
        let session = self.session;
        let stages = session.stages();
        let known = |stage: &Stage| run(tweaked, stage.coarse).known(stage.blocks).is_some();
        // Another view of what was simulated before starts where that ended.
        let first = stages.iter().rposition(known).unwrap_or(0);
        // While a hand moves, nobody waits for the whole run where it has been.
        let count = if self.request.view.held {
            let coarse = stages[first..].iter().filter(|stage| stage.coarse);
            coarse.count().max(1)
        } else {
            stages.len()
        };
        for stage in stages[first..].iter().take(count) {
            let base = session.base_for(*stage, self.cores, self.watch)?;
            let parts = match (stage.coarse, &base) {
                (true, Some(base)) => self.parts(&base.result),
                _ => Parts::All,
            };
            let asked = (stage.blocks, &parts);
            let other = run(tweaked, stage.coarse);
            let other = other.look(&tweaked.study, asked, self.cores, self.watch)?;
            let (Some(base), Some(other)) = (base, other) else {
                self.check()?;
                continue;
            };
            let studies = (&session.study, &tweaked.study);
            let whole = (session.base(false).latest().filter(|_| stage.coarse))
                .or_else(|| Some(Arc::clone(&base)).filter(|base| base.blocks() > other.blocks()));
            let (base, found, comparison): (Arc<Look>, Arc<RunResult>, _) = match whole {
                Some(whole) => {
                    let (found, comparison) = anchored(studies, &whole, [&base, &other]);
                    (whole, Arc::new(found), comparison)
                }
                None => {
                    let comparison = grown((studies.0, &base), (studies.1, &other));
                    (base, Arc::clone(&other.result), comparison)
                }
            };
            let sides = Sides {
                base: &base.result,
                other: &found,
                comparison: &comparison,
                simulated: true,
                unchanged: comparison.identical,
            };
            let notes = notes(&self.request.state, studies.0, studies.1, &found);
            self.picture(&sides, *stage, &tweaked.settings(), &notes)?;
        }
        Ok(())
    }

    /// What a first look has to read off: what the page has in its window.
    fn parts(&self, base: &RunResult) -> Parts {
        let (view, state) = (&self.request.view, &self.request.state);
        if view.panels.is_none() {
            return Parts::All;
        }
        let mut shown = Shown {
            occupancy: view.wants("phases"),
            // What a control says of an event is read off its course.
            events: state.events.keys().cloned().collect(),
            ..Shown::default()
        };
        if view.wants("chart") {
            match view.shown().or_else(|| picture::first_shown(base)) {
                Some(Chosen::Series(name)) => shown.series.push(name.to_owned()),
                Some(Chosen::Event(name)) => shown.events.push(name.to_owned()),
                Some(Chosen::Phase(_) | Chosen::State(..)) => shown.occupancy = true,
                None => {}
            }
        }
        if view.wants("events") {
            match &view.events {
                Some(chosen) => shown.events.extend(chosen.iter().cloned()),
                None => {
                    let told = chosen_events(base, &[]);
                    shown
                        .events
                        .extend(told.iter().map(|event| event.name.clone()));
                }
            }
        }
        Parts::Shown(shown)
    }

    /// Ends the work if nobody wants more of it.
    fn check(&self) -> Result<(), End> {
        if self.watch.cancelled() {
            return Err(End::Cancelled);
        }
        Ok(())
    }

    fn picture(
        &self,
        sides: &Sides<'_>,
        stage: Stage,
        found: &[Override],
        notes: &BTreeMap<String, String>,
    ) -> Result<(), End> {
        let settings = &self.session.settings;
        let total = settings.blocks * settings.trials_per_block();
        let is_final = !stage.coarse && stage.blocks == settings.blocks;
        let trials = sides.other.run.trials;
        let command = if sides.simulated {
            commands::line("run", self.options, found, settings)
        } else if sides.unchanged {
            commands::line("run", self.options, &[], settings)
        } else {
            commands::reweighting(self.options, &self.request.state.asked(), settings)
        };
        let mut view = self.request.view.clone();
        // What is behind the window's edge comes with the finer pictures.
        let is_part = view.panels.is_some() && (view.held || (stage.coarse && sides.simulated));
        if !is_part {
            view.panels = None;
        }
        let (panels, axes) = picture::panels(sides, &view);
        let movers =
            (!view.held).then(|| movers(sides.base, self.session.movers(), self.session.tried()));
        let tried = self.session.tried().filter(|_| !view.held);
        let message = json!({
            "kind": "picture",
            "tweak": self.request.tweak,
            "generation": self.session.generation,
            "trials": trials,
            "base_trials": sides.base.run.trials,
            "total": total,
            "final": is_final,
            "reweighted": !sides.simulated && !sides.unchanged,
            "unchanged": sides.unchanged,
            "panels": panels,
            "axes": axes,
            "rows": rows(sides),
            "movers": movers,
            "untold": tried.map(|tried| &tried.notes),
            "tried_trials": tried.map(|tried| tried.trials),
            "part": is_part,
            "notes": notes,
            "held": self.request.view.held,
            "announce": if is_final { picture::announcement(sides, trials) } else { String::new() },
            "command": command,
            "set": commands::set_line(found),
        });
        if self.watch.cancelled() || !self.send(message) {
            return Err(End::Cancelled);
        }
        self.watch.ticket.turn.has_drawn();
        Ok(())
    }
}

/// What all controls do in the file itself, as a message of its own.
pub fn movers_of(session: &Session) -> Option<Value> {
    let base = session.base(false).latest()?;
    let tried = session.tried()?;
    Some(json!({
        "kind": "movers",
        "generation": session.generation,
        "movers": movers(&base.result, session.movers(), Some(tried)),
        "untold": tried.notes,
        "tried_trials": tried.trials,
    }))
}

fn run(tweaked: &Tweaked, coarse: bool) -> &Track {
    if coarse {
        &tweaked.coarse
    } else {
        &tweaked.whole
    }
}

/// The study of these overrides, with its runs: the page's last one, if it is the same.
///
/// While a hand moves, numbers are replaced in the page's last study where that is the same as
/// laying settings over the file again, and nobody looks for doubts; when it lets go that is done,
/// with all that there is to say of it.
fn tweaked(
    options: &Options,
    session: &Session,
    clients: &Clients,
    (page, held): (&str, bool),
    found: Vec<Override>,
) -> Result<Arc<Tweaked>, End> {
    let last = clients.tweaked(page);
    let last = last.filter(|last| last.generation == session.generation);
    if let Some(last) = &last
        && last.overrides == found
        && (held || !last.is_hasty)
    {
        return Ok(Arc::clone(last));
    }
    let renumbered = last.filter(|_| held).and_then(|last| {
        let study = renumbered(&last, &found)?;
        Some((study, last.silenced.clone()))
    });
    let (study, silenced) = match renumbered {
        Some(found) => found,
        None => tweaked_study(options, session, &found, held).map_err(End::Fault)?,
    };
    let track = |coarse| Track::new(&session.settings_of(coarse), coarse);
    let (whole, coarse) = (track(false)?, track(true)?);
    let tweaked = Arc::new(Tweaked {
        generation: session.generation,
        overrides: found,
        is_hasty: held,
        silenced,
        study,
        whole,
        coarse,
    });
    clients.keep(page, Arc::clone(&tweaked));
    Ok(tweaked)
}

/// The last study with the numbers of these overrides, if they state others at the same paths and
/// nothing else.
fn renumbered(last: &Tweaked, found: &[Override]) -> Option<Study> {
    if last.overrides.len() != found.len() {
        return None;
    }
    let mut numbers = Vec::new();
    for (before, now) in last.overrides.iter().zip(found) {
        if before.path != now.path {
            return None;
        }
        if before.value != now.value {
            numbers.push(now.number()?);
        }
    }
    last.study.with_numbers(&numbers)
}

/// What was simulated for a page, or is to be for what its controls say: a first stretch at least.
/// `None` if nothing was.
///
/// # Errors
/// What is wrong with the state, in words.
pub fn simulated(
    options: &Options,
    session: &Session,
    (clients, cores): (&Clients, &Cores),
    page: &str,
    state: Option<&State>,
) -> Result<Option<Arc<Tweaked>>, String> {
    let Some(state) = state else {
        let last = clients.tweaked(page);
        return Ok(last.filter(|t| t.generation == session.generation));
    };
    let in_words = |end: End| match end {
        End::Cancelled => "given up".to_owned(),
        End::Fault(fault) => fault.message,
    };
    let found = overrides(state, &session.study).map_err(|fault| fault.message)?;
    let tweaked = tweaked(options, session, clients, (page, false), found).map_err(in_words)?;
    let first = session.stages().into_iter().find(|stage| !stage.coarse);
    if let Some(stage) = first.filter(|_| tweaked.whole.latest().is_none()) {
        let asked = (stage.blocks, &Parts::All);
        let looked = (tweaked.whole).look(&tweaked.study, asked, cores, &Silent);
        looked.map_err(|error| error.to_string())?;
    }
    Ok(Some(tweaked))
}

/// The scenario with its base settings and these overrides, and what falls silent by them: whatever
/// asks about days that a shorter horizon does not reach.
///
/// # Errors
/// What is wrong with it, at the control that it comes from.
pub fn tweaked_study(
    options: &Options,
    session: &Session,
    found: &[Override],
    haste: bool,
) -> Result<(Study, Vec<Override>), ControlFault> {
    let months = tweak::horizon(found);
    let mut silenced = months.map_or(Vec::new(), |months| session.silent_within(months));
    loop {
        let all = found.iter().chain(&silenced);
        let sets: Vec<String> = all.map(Override::setting).collect();
        let report = match session.with_settings(options, &sets, haste) {
            Ok(study) => {
                if let Some(months) = months {
                    session.fell_silent(months, &silenced);
                }
                return Ok((study, silenced));
            }
            Err(report) => report,
        };
        let more = tweak::beyond_the_horizon(found, &silenced, &report.diagnostics);
        if more.iter().all(|one| silenced.contains(one)) {
            return Err(fault_of(found, &report.diagnostics));
        }
        silenced.extend(more);
    }
}

/// The first fault that a control can be blamed for, or else the first.
fn fault_of(found: &[Override], diagnostics: &[Diagnostic]) -> ControlFault {
    let faults = diagnostics.iter().filter(|d| d.is_error());
    let blamed_one = faults
        .clone()
        .find_map(|d| Some((d, blamed(found, &d.place.pointer)?)));
    let (fault, control) = match blamed_one {
        Some((fault, control)) => (Some(fault), Some(control)),
        // What only the horizon can have left without an answer.
        None => {
            let first = faults.clone().next();
            let is_beyond = first.is_some_and(|fault| fault.code == "date-out-of-range");
            let horizon = found
                .iter()
                .find(|one| is_beyond && one.control == "horizon");
            (first, horizon.map(|one| one.control.clone()))
        }
    };
    let message = fault.map_or("the scenario cannot be read".into(), |d| {
        let hints = d.hints.iter().map(|hint| format!("; {hint}"));
        d.message.clone() + &hints.collect::<String>()
    });
    ControlFault { control, message }
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
