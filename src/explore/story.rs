//! One future that ended in an outcome, as a fragment of the page.
//!
//! Takes a session, the page's last tweak and an outcome's number; gives the storyline of a trial
//! that ended there, its timeline, and the command that plays it again.

use super::clients::Tweaked;
use super::session::Session;
use super::tweak::State;
use super::{Options, commands};
use crate::analysis::{Study, short_storyline};
use crate::report::chart::{Frame, escape, from_results};
use crate::report::table::{Look, write_storyline};
use serde::{Deserialize, Serialize};

/// Which future.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Name of the page.
    pub page: String,
    /// `base` or `other`.
    pub side: String,
    /// What the controls say, if it may be something else than what was simulated last for the
    /// page.
    #[serde(default)]
    pub state: Option<State>,
    /// Number of the outcome, as in the table.
    pub outcome: usize,
    /// The first trial at or after this one.
    #[serde(default)]
    pub after: u64,
    #[serde(default)]
    pub width: f64,
}

/// A future, told.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    pub trial: u64,
    pub title: String,
    /// Safe to put into the page.
    pub html: String,
    pub command: String,
}

/// Tells a future; `Err` has the reason in words.
pub fn story(
    options: &Options,
    session: &Session,
    tweaked: Option<&Tweaked>,
    wanted: &Wanted,
) -> Result<Story, String> {
    let is_base = wanted.side != "other";
    let (study, overrides): (&Study, _) = match tweaked {
        Some(tweaked) if !is_base => (&tweaked.study, tweaked.settings()),
        None if !is_base => return Err("there is no simulated change to take a future from".into()),
        _ => (&session.study, Vec::new()),
    };
    let run = match tweaked {
        Some(tweaked) if !is_base => &tweaked.whole,
        _ => session.base(false),
    };
    let trial = (run.latest()).and_then(|look| look.trial_of(wanted.outcome, wanted.after));
    let trial = trial.ok_or("none of the futures simulated so far ended there")?;
    let told =
        short_storyline(study, &session.settings, trial).map_err(|error| error.to_string())?;
    let frame = Frame::new(if wanted.width > 0.0 {
        wanted.width
    } else {
        Frame::WIDE
    })
    .with_prefix("story-")
    .without_heading();
    let chart = from_results::storyline(&told, &frame);
    let mut text = Vec::new();
    let look = Look {
        color: false,
        width: if wanted.width > 0.0 && wanted.width < 700.0 {
            46
        } else {
            88
        },
    };
    write_storyline(&mut text, &told, true, look).map_err(|error| error.to_string())?;
    let title = if told.outcome_title.is_empty() {
        told.outcome.clone()
    } else {
        told.outcome_title.clone()
    };
    let line = commands::line("trace", options, &overrides, &session.settings);
    Ok(Story {
        trial,
        title,
        html: format!(
            "<figure>{}</figure><details><summary>Told step by step</summary><pre>{}</pre></details>",
            chart.svg,
            escape(&String::from_utf8_lossy(&text))
        ),
        command: format!("{line} --trial {trial}"),
    })
}
