//! From paths and settings to a scenario: reads a file and its ancestors, lays them over each
//! other, applies `--set`, decodes.
//!
//! Everything that is wrong comes back at once in a [`Findings`], with the texts needed to show
//! where.

use super::columns::Columns;
use super::decode;
use super::files::{Disk, Files, instead, reason};
use super::parse::{self, Dialect, Fault};
use super::slips::{misspelt, slips};
use super::types::Scenario;
use super::{implied, merge, set};
use crate::diagnostic::{self, Diagnostic, Layer, LayerId, Place, Sources, scan_pointer};
use serde_json::Value;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A scenario that was read without a fault.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub scenario: Scenario,
    /// The effective scenario after `extends` and `--set`, as plain JSON without `extends` and
    /// `$schema`.
    pub value: Value,
    /// The texts that it was made of, to show places in.
    pub sources: Sources,
    /// Doubts about how the files were laid over each other.
    pub warnings: Vec<Diagnostic>,
}

/// Why a scenario could not be read: at least one error.
#[derive(Clone, Debug)]
pub struct Findings {
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
}

/// One line per diagnostic, with its place: `FILE:LINE:COLUMN: error[CODE]: …`.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (k, one) in self.diagnostics.iter().enumerate() {
            let gap = if k == 0 { "" } else { "\n" };
            write!(f, "{gap}{}", diagnostic::line(one, &self.sources))?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}

/// Reads a scenario from the disk; `-` is standard input, which may have comments. `sets` are
/// settings `PATH=VALUE`, applied in order.
///
/// # Errors
/// Everything that is wrong with the files, the settings or the scenario that they make.
pub fn load(path: &Path, sets: &[String]) -> Result<Loaded, Findings> {
    load_with(&Disk, path, sets)
}

/// Like [`load`], with files from elsewhere.
///
/// # Errors
/// As [`load`].
pub fn load_with(files: &dyn Files, path: &Path, sets: &[String]) -> Result<Loaded, Findings> {
    Laid::read(files, path)?.with(files, sets)
}

/// A file and its ancestors laid over each other, before any setting: read once, it takes any
/// number of settings.
#[derive(Clone, Debug)]
pub struct Laid {
    value: Value,
    sources: Sources,
    columns: Columns,
    /// The folder of the file: a setting names files as the scenario does.
    folder: PathBuf,
    warnings: Vec<Diagnostic>,
}

impl Laid {
    /// Reads a file and its ancestors, as [`load_with`] does.
    ///
    /// # Errors
    /// Everything that is wrong with their texts.
    pub fn read(files: &dyn Files, path: &Path) -> Result<Self, Findings> {
        chain(files, path).lay()
    }

    /// The scenario with these settings; `files` are those that it was read from.
    ///
    /// # Errors
    /// Everything that is wrong with the settings or the scenario that they make.
    pub fn with(self, files: &dyn Files, sets: &[String]) -> Result<Loaded, Findings> {
        let Self {
            mut value,
            mut sources,
            mut columns,
            folder,
            mut warnings,
        } = self;
        let below = value.clone();
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        let mut stated = Vec::new();
        for setting in sets {
            let id = LayerId(sources.layers().len());
            let before = value.clone();
            let (layer, applied) = set::apply(&mut value, setting, id);
            sources.push(layer);
            match applied {
                Ok(layer) => {
                    diagnostics.extend(misspelt(&before, &layer));
                    columns.named_in(&layer, &folder);
                    stated.push(layer);
                }
                Err(fault) => diagnostics.push(*fault),
            }
        }
        if !stated.is_empty() {
            warnings.extend(implied::settle(&below, &stated, &mut value));
        }
        diagnostics.extend(columns.put(files, &mut value, &mut sources));
        let (faults, doubts): (Vec<_>, Vec<_>) =
            warnings.into_iter().partition(Diagnostic::is_error);
        diagnostics.extend(faults);
        let mut warnings = doubts;
        let (scenario, faults) = decode::scenario(&value);
        diagnostics.extend(faults);
        match scenario {
            Some(scenario) if diagnostics.is_empty() => {
                if let Some(object) = value.as_object_mut() {
                    object.shift_remove("$schema");
                }
                Ok(Loaded {
                    scenario,
                    value,
                    sources,
                    warnings,
                })
            }
            _ => {
                // A name that was not meant may be what the faults come from.
                warnings.append(&mut diagnostics);
                Err(Findings {
                    diagnostics: warnings,
                    sources,
                })
            }
        }
    }
}

fn chain<'f>(files: &'f dyn Files, path: &Path) -> Chain<'f> {
    let mut chain = Chain {
        files,
        links: Vec::new(),
        diagnostics: Vec::new(),
    };
    let root = if path == Path::new("-") {
        let content = files.read_standard_input();
        chain.open("standard input", Path::new(""), Dialect::Jsonc, content)
    } else {
        let name = path.display().to_string();
        chain.open(&name, path, dialect(path), files.read(path))
    };
    if root {
        chain.climb();
    }
    chain
}

/// Reads a scenario from a text. `name` is what diagnostics call it; if it ends in `.jsonc`,
/// comments are allowed, and `extends` is relative to its folder on the disk.
///
/// # Errors
/// As [`load`].
pub fn load_str(text: &str, name: &str) -> Result<Loaded, Findings> {
    load_text(text, name, &[])
}

/// As [`load_str`], with settings as a last variant.
///
/// # Errors
/// As [`load`].
pub fn load_text(text: &str, name: &str, sets: &[String]) -> Result<Loaded, Findings> {
    let mut chain = Chain {
        files: &Disk,
        links: Vec::new(),
        diagnostics: Vec::new(),
    };
    let path = Path::new(name);
    if chain.open(name, path, dialect(path), Ok(text.as_bytes().to_vec())) {
        chain.climb();
    }
    chain.lay()?.with(&Disk, sets)
}

/// A file and its ancestors, the most derived first.
struct Chain<'f> {
    files: &'f dyn Files,
    links: Vec<Link>,
    /// Their layers are counted as in `links`; turned around at the end.
    diagnostics: Vec<Diagnostic>,
}

struct Link {
    name: String,
    path: PathBuf,
    identity: PathBuf,
    text: String,
    value: Value,
}

impl Chain<'_> {
    /// Adds a file; false if its text is no JSON object.
    fn open(
        &mut self,
        name: &str,
        path: &Path,
        dialect: Dialect,
        content: io::Result<Vec<u8>>,
    ) -> bool {
        let layer = LayerId(self.links.len());
        let identity = self.files.identity(path);
        let mut link = Link {
            name: name.to_owned(),
            path: path.to_owned(),
            identity,
            text: String::new(),
            value: Value::Null,
        };
        let bytes = match content {
            Ok(bytes) => bytes,
            Err(error) => {
                let mut fault = unreadable(name, &error, Place::text(layer, None));
                if error.kind() == io::ErrorKind::NotFound {
                    fault.hints.extend(instead(self.files, path));
                }
                self.diagnostics.push(fault);
                self.links.push(link);
                return false;
            }
        };
        if let Some(fault) = of_a_run(name, &bytes, Place::text(layer, None)) {
            self.diagnostics.push(fault);
            self.links.push(link);
            return false;
        }
        let (text, fault) = parse::decode(bytes);
        if let Some(fault) = fault {
            self.diagnostics.push(located(fault, layer));
        } else {
            let (value, faults) = parse::parse(&text, dialect);
            self.diagnostics
                .extend(faults.into_iter().map(|fault| located(fault, layer)));
            link.value = value.unwrap_or_default();
        }
        link.text = text;
        let readable = link.value.is_object();
        if !readable && !link.value.is_null() {
            let message = format!(
                "a scenario is one object, found {}",
                decode::describe(&link.value)
            );
            let place = Place::text(layer, Some(scan_pointer(&link.text, "").value));
            self.diagnostics
                .push(Diagnostic::error("wrong-type", place, message));
        } else if !readable && self.diagnostics.is_empty() {
            let place = Place::text(layer, Some(scan_pointer(&link.text, "").value));
            self.diagnostics.push(Diagnostic::error(
                "wrong-type",
                place,
                "a scenario is one object, found `null`",
            ));
        }
        self.links.push(link);
        readable
    }

    /// Adds the ancestors, as far as they can be read.
    fn climb(&mut self) {
        while let Some(link) = self.links.last_mut() {
            let Some(extends) = link
                .value
                .as_object_mut()
                .and_then(|object| object.shift_remove("extends"))
            else {
                return;
            };
            if extends.is_null() {
                return;
            }
            let layer = LayerId(self.links.len() - 1);
            let Some(link) = self.links.last() else {
                return;
            };
            let place = Place::text(layer, Some(scan_pointer(&link.text, "/extends").value));
            let Value::String(parent) = extends else {
                let message = format!(
                    "`extends` takes the path of a file, found {}",
                    decode::describe(&extends)
                );
                self.diagnostics
                    .push(Diagnostic::error("wrong-type", place, message));
                return;
            };
            let path = link.path.parent().unwrap_or(Path::new("")).join(&parent);
            let name = path.display().to_string();
            let identity = self.files.identity(&path);
            if let Some(first) = self
                .links
                .iter()
                .position(|known| known.identity == identity)
            {
                let mut names: Vec<&str> = self.links[first..]
                    .iter()
                    .map(|link| link.name.as_str())
                    .collect();
                names.push(&name);
                let message = format!("`extends` leads in a circle: {}", names.join(" → "));
                self.diagnostics
                    .push(Diagnostic::error("extends-cycle", place, message));
                return;
            }
            match self.files.read(&path) {
                Err(error) => {
                    let mut fault = Diagnostic::error(
                        "extends-not-found",
                        place,
                        format!(
                            "cannot read `{name}`, which is to be extended: {}",
                            reason(&error)
                        ),
                    );
                    if self.links.len() > 1 {
                        let names: Vec<&str> =
                            self.links.iter().map(|link| link.name.as_str()).collect();
                        fault = fault.hint(format!("reached through {}", names.join(" → ")));
                    }
                    if error.kind() == io::ErrorKind::NotFound {
                        fault.hints.extend(instead(self.files, &path));
                    }
                    fault = fault.hint("the path is relative to the file that states it");
                    self.diagnostics.push(fault);
                    return;
                }
                content => {
                    if !self.open(&name, &path, dialect(&path), content) {
                        return;
                    }
                }
            }
        }
    }

    fn lay(self) -> Result<Laid, Findings> {
        let count = self.links.len();
        let mut columns = Columns::default();
        let folder = self.links.first().and_then(|link| link.path.parent());
        let folder = folder.unwrap_or(Path::new("")).to_owned();
        let mut sources = Sources::default();
        let mut value = Value::Object(serde_json::Map::new());
        let mut diagnostics: Vec<Diagnostic> = self
            .diagnostics
            .into_iter()
            .map(|diagnostic| diagnostic.with_layers(|LayerId(id)| LayerId(count - 1 - id)))
            .collect();
        let mut warnings: Vec<Diagnostic> = Vec::new();
        for (rank, mut link) in self.links.into_iter().rev().enumerate() {
            if rank > 0 {
                warnings.extend(slips(&value, &link.value));
                diagnostics.extend(misspelt(&value, &link.value));
            }
            sources.push(Layer::file(link.name, link.text));
            columns.named_in(&link.value, link.path.parent().unwrap_or(Path::new("")));
            if let Some(object) = link.value.as_object_mut() {
                object.shift_remove("extends");
                let below = value.clone();
                let overlaid = if rank == 0 {
                    // The first file has nothing below it that it could change.
                    merge::bare(&mut link.value);
                    value = link.value.clone();
                    merge::Overlay::default()
                } else {
                    let mut overlaid = merge::Overlay::default();
                    let layer = link.value.clone();
                    merge::overlay(&mut value, layer, &mut Vec::new(), &mut overlaid);
                    overlaid
                };
                diagnostics.extend(overlaid.faults);
                sources.edited(overlaid.edits);
                if rank > 0 {
                    warnings.extend(implied::settle(&below, &[link.value], &mut value));
                }
            }
        }
        if diagnostics.is_empty() {
            diagnostics.extend(columns.put(self.files, &mut value, &mut sources));
        }
        // A scenario that lacks one of its texts would only bring faults that are none.
        if !diagnostics.is_empty() {
            return Err(Findings {
                diagnostics,
                sources,
            });
        }
        Ok(Laid {
            value,
            sources,
            columns,
            folder,
            warnings,
        })
    }
}

/// The dialect that a file's ending stands for.
fn dialect(path: &Path) -> Dialect {
    let is_jsonc = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("jsonc"));
    if is_jsonc {
        Dialect::Jsonc
    } else {
        Dialect::Json
    }
}

pub(super) fn located(fault: Fault, layer: LayerId) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        fault.code,
        Place::text(layer, Some(fault.range)),
        fault.message,
    );
    if let Some(hint) = fault.hint {
        diagnostic = diagnostic.hint(hint);
    }
    if let Some((range, label)) = fault.related {
        diagnostic = diagnostic.related(Place::text(layer, Some(range)), label);
    }
    diagnostic
}

/// What is wrong if this is a plan or a summary file, which are no text.
fn of_a_run(name: &str, bytes: &[u8], place: Place) -> Option<Diagnostic> {
    let [is_plan, is_summary] =
        [b"quincunx plan ".as_slice(), b"quincunx summary "].map(|first| bytes.starts_with(first));
    let (what, hint) = match (is_plan, is_summary) {
        (true, _) => (
            "a plan",
            format!("`quincunx shard {name} --index 1 --dir DIR` simulates its first part"),
        ),
        (_, true) => (
            "a summary file",
            format!(
                "`quincunx run --resume {name}` goes on with its run, or tells the result; `quincunx merge` joins parts"
            ),
        ),
        _ => return None,
    };
    let message = format!("`{name}` is {what} of a run, and no scenario");
    Some(Diagnostic::error("file-unreadable", place, message).hint(hint))
}

fn unreadable(name: &str, error: &io::Error, place: Place) -> Diagnostic {
    if error.kind() == io::ErrorKind::NotFound {
        Diagnostic::error(
            "file-not-found",
            place,
            format!("there is no file `{name}`"),
        )
    } else {
        Diagnostic::error(
            "file-unreadable",
            place,
            format!("cannot read `{name}`: {}", reason(error)),
        )
    }
}

#[cfg(test)]
mod tests;
