//! `show`: what a scenario states and what can be set in it, by dotted path.

use super::exit::{Exit, Misuse};
use super::findings;
use super::options::Variant;
use super::paths;
use super::terminal::Terminal;
use crate::diagnostic::nearest;
use crate::report::changes::told;
use crate::report::markdown;
use crate::report::table::shorten;
use crate::scenario::load;
use crate::scenario::places::{EXPLAIN, Names, is_annotation, section_of};
use anyhow::Result;
use clap::Args;
use clap_complete::ArgValueCompleter;
use serde_json::{Map, Value};
use std::io::{self, Write};
use std::path::PathBuf;

/// Show what a scenario states, and by which paths it can be changed
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx show baseline.json\n  \
                        quincunx show baseline.json trends\n  \
                        quincunx show baseline.json parameters.rate_text\n  \
                        quincunx show baseline.json --full\n  \
                        quincunx show baseline.json --parameters > parameters.md\n\n\
                        Each path that is shown can be given to --set; what a file takes from the one that it extends is in it.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// What to show: a dotted path, such as `trends.escalation` (default: the names of everything)
    #[arg(add = ArgValueCompleter::new(paths::to_show))]
    path: Option<String>,
    /// Every path with its value, and what the file says of it
    #[arg(long, conflicts_with_all = ["path", "parameters"])]
    full: bool,
    /// The parameters as a table in Markdown, to paste into a document
    #[arg(long, conflicts_with = "path")]
    parameters: bool,
    #[command(flatten)]
    variant: Variant,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let loaded = match load(&arguments.file, &arguments.variant.set) {
        Ok(loaded) => loaded,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let root = &loaded.value;
    let text = if arguments.parameters {
        parameters(root)?
    } else {
        let path: Vec<&str> = match arguments.path.as_deref() {
            Some(path) => path.split('.').filter(|part| !part.is_empty()).collect(),
            None => Vec::new(),
        };
        let shown = at(root, &path)?;
        let width = terminal.output().width;
        let mut lines = Lines {
            root,
            width,
            text: String::new(),
        };
        if path.is_empty() && !arguments.full {
            lines.overview();
        } else {
            let place: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            lines.tree(&place, shown);
        }
        lines.text
    };
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A reader that has seen enough is no fault.
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => Err(fault.into()),
        _ => Ok(Exit::Done),
    }
}

/// A value as it can be given to `--set`.
fn stated(value: &Value) -> String {
    match value {
        Value::Null | Value::Number(_) => value.to_string(),
        Value::String(text) => text.clone(),
        other => told(Some(other)),
    }
}

/// What stands at a path.
///
/// # Errors
/// [`Misuse`] with the near match where it leads nowhere.
pub(super) fn at<'v>(root: &'v Value, path: &[&str]) -> Result<&'v Value> {
    let mut here = root;
    for (depth, part) in path.iter().enumerate() {
        let found = match here {
            Value::Object(map) => map.get(*part),
            Value::Array(items) => items
                .iter()
                .find(|item| item["name"] == **part)
                .or_else(|| items.get(part.parse::<usize>().ok()?)),
            _ => None,
        };
        let Some(found) = found else {
            let before = match depth {
                0 => "the scenario".to_owned(),
                _ => format!("`{}`", path[..depth].join(".")),
            };
            let names = names(here);
            let near = nearest(part, names.iter().map(String::as_str));
            let hint = match (near, names.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, true) => "it has no parts".to_owned(),
                (None, false) => format!("it has {}", shorten(&names.join(", "), 200)),
            };
            return Err(Misuse(format!("{before} has no `{part}`; {hint}")).into());
        };
        here = found;
    }
    Ok(here)
}

/// The parts that a path may go on with.
pub(super) fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(items) => (items.iter().enumerate())
            .map(|(i, item)| {
                item["name"]
                    .as_str()
                    .map_or_else(|| i.to_string(), str::to_owned)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Text in the making.
struct Lines<'v> {
    root: &'v Value,
    width: usize,
    text: String,
}

impl Lines<'_> {
    /// A line of the overview, which is cut at the width.
    fn line(&mut self, text: &str) {
        self.text += &shorten(text, self.width);
        self.text.push('\n');
    }

    /// Sections with the names in them, and plain values.
    fn overview(&mut self) {
        let Value::Object(map) = self.root else {
            return;
        };
        let keys: Vec<String> = map.keys().cloned().collect();
        for key in keys {
            let value = &map[&key];
            let parts = names(value);
            // Sources explain, and cannot change a number.
            if section_of(&key).is_some_and(|own| own.names == Names::Free) {
                continue;
            }
            if parts.is_empty() || EXPLAIN.contains(&key.as_str()) {
                self.line(&format!("{key} = {}", stated(value)));
                continue;
            }
            self.line(&format!("{key} ({})", parts.len()));
            for part in parts {
                let thing = at(value, &[&part]).ok();
                let title = thing
                    .and_then(|thing| thing.get("title"))
                    .and_then(Value::as_str);
                let own = match (title, thing) {
                    (Some(title), _) => format!("  {title}"),
                    (None, Some(plain)) if !plain.is_object() => {
                        format!(" = {}", stated(plain))
                    }
                    _ => String::new(),
                };
                self.line(&format!("  {key}.{part}{own}"));
            }
        }
    }

    /// Every value below a place, with its path; titles, notes and sources stand beside what they
    /// explain.
    fn tree(&mut self, place: &[String], value: &Value) {
        let path = place.join(".");
        match value {
            Value::Object(map) => {
                self.explained(place, map);
                for (key, inner) in map {
                    if !is_annotation(self.root, place, map, key) {
                        self.tree(&[place, std::slice::from_ref(key)].concat(), inner);
                    }
                }
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (part, item) in names(value).into_iter().zip(items) {
                    self.tree(&[place, &[part]].concat(), item);
                }
            }
            plain => {
                self.text += &format!("{path} = {}\n", stated(plain));
            }
        }
    }

    fn explained(&mut self, place: &[String], map: &Map<String, Value>) {
        let told: Vec<String> = EXPLAIN
            .iter()
            .filter(|key| is_annotation(self.root, place, map, key))
            .filter_map(|key| match map.get(*key)? {
                Value::String(text) => Some(text.clone()),
                Value::Array(names) => {
                    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                    Some(format!("[{}]", names.join(", ")))
                }
                _ => None,
            })
            .collect();
        if !told.is_empty() {
            let of = match place {
                [] => "the file".to_owned(),
                _ => place.join("."),
            };
            self.text += &format!("# {of}: {}\n", told.join(" · "));
        }
    }
}

/// The parameters as a table in Markdown.
///
/// # Errors
/// [`Misuse`] if there are none.
fn parameters(root: &Value) -> Result<String> {
    let Some(Value::Object(all)) = root.get("parameters") else {
        return Err(Misuse("the scenario has no parameters".into()).into());
    };
    let rows = all.iter().map(|(name, value)| {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let stated = match value {
            Value::Object(map) => {
                let parts = map
                    .iter()
                    .filter(|(key, _)| !EXPLAIN.contains(&key.as_str()) && *key != "unit");
                let parts = parts.map(|(key, value)| format!("{key} {}", stated(value)));
                parts.collect::<Vec<_>>().join(", ")
            }
            plain => stated(plain),
        };
        [
            format!("`parameters.{name}`"),
            markdown::escape(text("title")),
            markdown::escape(&stated),
            markdown::escape(text("unit")),
            markdown::escape(text("note")),
        ]
    });
    let mut table =
        String::from("| path | what | stated | unit | note |\n| --- | --- | --- | --- | --- |\n");
    for row in rows {
        table += &format!("| {} |\n", row.join(" | "));
    }
    Ok(table)
}
