//! Stories, near misses and pathways, as CSV.

use super::Layout;
use super::cells::{fault_of_writing, harmless, told_interrupted};
use crate::report::format;
use crate::results::{
    EarlierKind, NearEnd, NearMisses, OtherWays, PathEnd, Pathway, Pathways, StoryChange,
    Storyline, Told, Typical,
};
use csv::Writer;
use std::io::{self, Write};

const STORIES: [&str; 14] = [
    "scenario",
    "outcome",
    "story",
    "trial",
    "share",
    "share_std_error",
    "time",
    "date",
    "event",
    "title",
    "count",
    "what",
    "from",
    "to",
];

/// A row for each happening of each story, and one more for each further thing that it changed. Of
/// a single story the share is empty.
///
/// # Errors
/// Those of `out`.
pub fn write_typical(out: &mut dyn Write, typical: &[Typical], layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(STORIES).map_err(fault_of_writing)?;
    for group in typical {
        for (number, one) in (1..).zip(&group.stories) {
            let share = [one.share, one.share_std_error].map(|x| x.to_string());
            story(&mut csv, &one.story, &number.to_string(), &share)?;
        }
    }
    csv.flush()
}

/// A row for each happening, and one more for each further thing that it changed.
///
/// # Errors
/// Those of `out`.
pub fn write_storyline(out: &mut dyn Write, told: &Storyline, layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(STORIES).map_err(fault_of_writing)?;
    story(&mut csv, told, "1", &[String::new(), String::new()])?;
    csv.flush()
}

fn story(
    csv: &mut Writer<&mut dyn Write>,
    story: &Storyline,
    number: &str,
    share: &[String; 2],
) -> io::Result<()> {
    let scenario = harmless(&story.scenario.name).into_owned();
    let trial = story.trial.to_string();
    for one in &story.before {
        let what = match one.what {
            EarlierKind::Event => "fired",
            EarlierKind::Phase => "phase",
            EarlierKind::State => "state",
        };
        csv.write_record([
            scenario.as_str(),
            &story.outcome,
            number,
            &trial,
            &share[0],
            &share[1],
            &one.time.to_string(),
            &one.date,
            &harmless(&one.name),
            &harmless(&one.title),
            "",
            &format!("before_{what}"),
            "",
            "",
        ])
        .map_err(fault_of_writing)?;
    }
    for one in &story.happenings {
        let changes: Vec<[String; 3]> = one.changes.iter().map(change).collect();
        let nothing = [String::new(), String::new(), String::new()];
        let rows = if changes.is_empty() {
            std::slice::from_ref(&nothing)
        } else {
            &changes[..]
        };
        for [what, from, to] in rows {
            csv.write_record([
                scenario.as_str(),
                &story.outcome,
                number,
                &trial,
                &share[0],
                &share[1],
                &one.time.to_string(),
                &one.date,
                &one.event,
                &harmless(&one.title),
                &one.count.to_string(),
                what,
                from,
                to,
            ])
            .map_err(fault_of_writing)?;
        }
    }
    Ok(())
}

fn change(change: &StoryChange) -> [String; 3] {
    match change {
        StoryChange::Phase { from, to } => ["phase".into(), from.clone(), to.clone()],
        StoryChange::Trend { from, to } => ["trend".into(), from.clone(), to.clone()],
        StoryChange::State { name, from, to } => [name.clone(), from.clone(), to.clone()],
        StoryChange::Indicator { name, from, to } => {
            [name.clone(), from.to_string(), to.to_string()]
        }
    }
}

const NEAR: [&str; 12] = [
    "scenario",
    "outcome",
    "measure",
    "change",
    "event",
    "title",
    "end",
    "end_title",
    "value",
    "std_error",
    "low95",
    "high95",
];

/// The first rows say whether it was interrupted, how many trials were played again, how often one
/// was stopped, and how many were one event away at all.
///
/// # Errors
/// Those of `out`.
pub fn write_near(out: &mut dyn Write, result: &NearMisses, layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(NEAR).map_err(fault_of_writing)?;
    let scenario = harmless(&result.scenario.name).into_owned();
    let mut row = |measure: &str, of: [&str; 5], told: [String; 4]| {
        let [change, event, title, end, end_title] = of;
        let cells = [
            scenario.as_str(),
            &result.outcome,
            measure,
            change,
            event,
            &harmless(title),
            end,
            &harmless(end_title),
        ];
        let told = told.iter().map(String::as_str);
        csv.write_record(cells.into_iter().chain(told))
            .map_err(fault_of_writing)
    };
    let count = |n: u64| [n.to_string(), String::new(), String::new(), String::new()];
    let nobody = [""; 5];
    row("interrupted", nobody, count(u64::from(result.interrupted)))?;
    row("trials", nobody, count(result.compared))?;
    row("stopped", nobody, count(result.stopped))?;
    if let Some(any) = &result.any {
        row("one_event_away", nobody, numbers(any))?;
    }
    for (measure, ends) in [
        ("one_event_away_from_group", &result.groups),
        ("one_event_away_from", &result.ends),
    ] {
        for end in ends {
            row(measure, ["", "", "", &end.name, &end.title], of_end(end))?;
        }
    }
    for one in &result.events {
        let of = [one.change.as_str(), &one.event, &one.title, "", ""];
        row("possible", of, numbers(&one.possible))?;
        row("turned", of, numbers(&one.turned))?;
        for end in &one.ends {
            let of = [
                one.change.as_str(),
                &one.event,
                &one.title,
                &end.name,
                &end.title,
            ];
            row("turned_to", of, of_end(end))?;
        }
    }
    csv.flush()
}

fn of_end(end: &NearEnd) -> [String; 4] {
    numbers(&end.share)
}

fn numbers(told: &Told) -> [String; 4] {
    [told.value, told.std_error, told.ci95[0], told.ci95[1]].map(|x| x.to_string())
}

const PATHS: [&str; 13] = [
    "scenario",
    "of",
    "path",
    "depth",
    "kind",
    "title",
    "measure",
    "end",
    "trials",
    "value",
    "std_error",
    "low95",
    "high95",
];

/// A row for each number of each branch; its path is the events in order, with ` > ` between them.
/// The first row says whether the run was interrupted.
///
/// # Errors
/// Those of `out`.
pub fn write_paths(out: &mut dyn Write, result: &Pathways, layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(PATHS).map_err(fault_of_writing)?;
    let mut table = Paths {
        csv,
        scenario: harmless(&result.scenario.name).into_owned(),
        of: result.outcome.as_ref().map_or("", |of| &of.name).into(),
    };
    let interrupted = told_interrupted(&result.run).to_string();
    let told = [interrupted, String::new(), String::new(), String::new()];
    let place = Place {
        path: "",
        depth: 0,
        kind: "all",
        title: "",
        trials: result.trials,
    };
    table.row(&place, "interrupted", "", &told)?;
    table.ends(&place, &result.ends)?;
    table.level("", 1, &result.branches, result.others.as_ref())?;
    table.csv.flush()
}

struct Paths<'w> {
    csv: Writer<&'w mut dyn Write>,
    scenario: String,
    of: String,
}

/// What a row is about.
struct Place<'p> {
    path: &'p str,
    depth: u32,
    /// `all`, `branch`, `rare` or `others`.
    kind: &'static str,
    title: &'p str,
    trials: u64,
}

impl Paths<'_> {
    fn row(
        &mut self,
        at: &Place<'_>,
        measure: &str,
        end: &str,
        told: &[String; 4],
    ) -> io::Result<()> {
        let (depth, trials) = (at.depth.to_string(), at.trials.to_string());
        let title = harmless(at.title);
        let cells = [
            self.scenario.as_str(),
            &self.of,
            at.path,
            &depth,
            at.kind,
            &title,
            measure,
            end,
            &trials,
        ];
        let told = told.iter().map(String::as_str);
        self.csv
            .write_record(cells.into_iter().chain(told))
            .map_err(fault_of_writing)
    }

    fn ends(&mut self, at: &Place<'_>, ends: &[PathEnd]) -> io::Result<()> {
        for end in ends {
            self.row(at, "ends_in", &end.name, &numbers(&end.share))?;
        }
        Ok(())
    }

    fn level(
        &mut self,
        path: &str,
        depth: u32,
        branches: &[Pathway],
        others: Option<&OtherWays>,
    ) -> io::Result<()> {
        for branch in branches {
            let path = self.branch(path, depth, "branch", branch)?;
            self.level(&path, depth + 1, &branch.branches, branch.others.as_ref())?;
        }
        if let Some(others) = others {
            let title = format::number_of(others.ways as usize, "other way");
            let place = Place {
                path,
                depth,
                kind: "others",
                title: &title,
                trials: others.trials,
            };
            self.row(&place, "share", "", &numbers(&others.share))?;
            for rare in &others.distinct {
                self.branch(path, depth, "rare", rare)?;
            }
        }
        Ok(())
    }

    fn branch(
        &mut self,
        path: &str,
        depth: u32,
        kind: &'static str,
        branch: &Pathway,
    ) -> io::Result<String> {
        let event = branch.event.as_deref().unwrap_or("no further one");
        let path = match path {
            "" => event.to_owned(),
            path => format!("{path} > {event}"),
        };
        let place = Place {
            path: &path,
            depth,
            kind,
            title: &branch.title,
            trials: branch.trials,
        };
        self.row(&place, "share", "", &numbers(&branch.share))?;
        self.row(&place, "share_of_parent", "", &numbers(&branch.of_parent))?;
        self.ends(&place, &branch.ends)?;
        Ok(path)
    }
}
