//! One future that ended in an outcome, as a fragment of the page.
//!
//! Takes a session, the page's last tweak and an outcome's number; gives the storyline of a trial
//! that ended there, its timeline, and the command that plays it again.

use super::clients::Tweaked;
use super::session::Session;
use super::track::Track;
use super::tweak::State;
use super::{Options, commands};
use crate::analysis::{Study, short_storyline, typical};
use crate::engine::Silent;
use crate::report::chart::{Frame, escape, from_results};
use crate::report::format;
use crate::report::table::{Look, write_storyline};
use crate::results::label;
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
    /// Trials that were told before.
    #[serde(default)]
    pub seen: Vec<u64>,
    #[serde(default)]
    pub width: f64,
}

/// A future, told.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    pub trial: u64,
    pub title: String,
    /// What the trial stands for, in words.
    pub stands_for: String,
    /// Safe to put into the page.
    pub html: String,
    pub command: String,
}

/// Trials of an outcome among which typical ones are looked for.
const COMPARED: usize = 100;
/// Typical trials that are told before any other.
const TYPICAL: usize = 3;
/// Trials that are looked through for them at most.
const MOST_SEARCHED: u64 = 8192;

/// A trial that was not told before: a typical one, and when those are told, any other.
fn chosen(
    study: &Study,
    session: &Session,
    run: &Track,
    wanted: &Wanted,
) -> Result<(u64, String), String> {
    let look = run.latest();
    let trials = || look.iter().flat_map(|look| look.trials_of(wanted.outcome));
    if trials().next().is_none() {
        return Err("none of the futures simulated so far ended there".into());
    }
    let last = trials().take(COMPARED).last().unwrap_or(0);
    let searched = Some((last + 1).min(MOST_SEARCHED)).filter(|_| last > 0);
    let found = run.typical(wanted.outcome, || {
        let settings = &session.settings;
        let found = typical(study, settings, &[wanted.outcome], Some(TYPICAL), searched, &Silent);
        let found = found.map_err(|error| error.to_string())?;
        let compared = found.first().map_or(0, |found| found.compared);
        let stories = found.into_iter().flat_map(|found| found.stories);
        Ok(stories
            .map(|one| {
                let share = format::percentage(one.share, one.share_std_error).value;
                let words = format!(
                    "A typical one: of {compared} futures with this outcome, {share} are more like it than like the other typical ones."
                );
                let single = format!("A typical one: the nearest to all of {compared} futures with this outcome.");
                (one.story.trial, if one.share < 1.0 { words } else { single })
            })
            .collect())
    })?;
    let unseen = |trial: &u64| !wanted.seen.contains(trial);
    if let Some((trial, words)) = found.iter().find(|(trial, _)| unseen(trial)) {
        return Ok((*trial, words.clone()));
    }
    // All were told: from the first one again.
    let any = trials().find(unseen).or_else(|| trials().next());
    let words = "Any other of the futures with this outcome.".to_owned();
    any.map(|trial| (trial, words)).ok_or_else(String::new)
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
    let (trial, stands_for) = chosen(study, session, run, wanted)?;
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
    let title = label(&told.outcome_title, &told.outcome).to_owned();
    let line = commands::line("trace", options, &overrides, &session.settings);
    Ok(Story {
        trial,
        title,
        stands_for,
        html: format!(
            "<figure>{}</figure><details><summary>Told step by step</summary><pre>{}</pre></details>",
            chart.svg,
            escape(&String::from_utf8_lossy(&text))
        ),
        command: format!("{line} --trial {trial}"),
    })
}
