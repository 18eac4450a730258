//! From paths and settings to a scenario: reads a file and its ancestors, lays them over each other, applies `--set`, decodes.
//!
//! Everything that is wrong comes back at once in a [`Report`], with the texts needed to show where.

use super::decode;
use super::files::{Disk, Files};
use super::parse::{self, Dialect, Fault};
use super::types::Scenario;
use super::{merge, set};
use crate::diagnostic::{Diagnostic, Layer, LayerId, Place, Sources, scan_pointer};
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};

/// A scenario that was read without a fault.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub scenario: Scenario,
    /// The effective scenario after `extends` and `--set`, as plain JSON without `extends` and `$schema`.
    pub value: Value,
    /// The texts that it was made of, to show places in.
    pub sources: Sources,
}

/// Why a scenario could not be read: at least one error.
#[derive(Clone, Debug)]
pub struct Report {
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
}

/// Reads a scenario from the disk; `-` is standard input, which may have comments. `sets` are settings `PATH=VALUE`, applied in order.
///
/// # Errors
/// Everything that is wrong with the files, the settings or the scenario that they make.
pub fn load(path: &Path, sets: &[String]) -> Result<Loaded, Report> {
    load_with(&Disk, path, sets)
}

/// Like [`load`], with files from elsewhere.
///
/// # Errors
/// As [`load`].
pub fn load_with(files: &dyn Files, path: &Path, sets: &[String]) -> Result<Loaded, Report> {
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
    chain.finish(sets)
}

/// Reads a scenario from a text. `name` is what diagnostics call it; if it ends in `.jsonc`, comments are allowed, and `extends` is
/// relative to its folder on the disk.
///
/// # Errors
/// As [`load`].
pub fn load_str(text: &str, name: &str) -> Result<Loaded, Report> {
    let mut chain = Chain {
        files: &Disk,
        links: Vec::new(),
        diagnostics: Vec::new(),
    };
    let path = Path::new(name);
    if chain.open(name, path, dialect(path), Ok(text.as_bytes().to_vec())) {
        chain.climb();
    }
    chain.finish(&[])
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
                let fault = unreadable(name, &error, Place::text(layer, None));
                self.diagnostics.push(fault);
                self.links.push(link);
                return false;
            }
        };
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

    fn finish(self, sets: &[String]) -> Result<Loaded, Report> {
        let count = self.links.len();
        let mut sources = Sources::default();
        let mut value = Value::Object(serde_json::Map::new());
        let mut diagnostics: Vec<Diagnostic> = self
            .diagnostics
            .into_iter()
            .map(|diagnostic| diagnostic.with_layers(|LayerId(id)| LayerId(count - 1 - id)))
            .collect();
        for mut link in self.links.into_iter().rev() {
            sources.push(Layer::file(link.name, link.text));
            if let Some(object) = link.value.as_object_mut() {
                object.shift_remove("extends");
                merge::overlay(&mut value, link.value, &mut Vec::new());
            }
        }
        // A scenario that lacks one of its texts would only bring faults that are none.
        if !diagnostics.is_empty() {
            return Err(Report {
                diagnostics,
                sources,
            });
        }
        for setting in sets {
            let (layer, faults) = set::apply(&mut value, setting, LayerId(sources.layers().len()));
            sources.push(layer);
            diagnostics.extend(faults);
        }
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
                })
            }
            _ => Err(Report {
                diagnostics,
                sources,
            }),
        }
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

fn located(fault: Fault, layer: LayerId) -> Diagnostic {
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

/// Why reading failed, in words that are the same on every system.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            "no file can have this name".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    struct Shelf(BTreeMap<&'static str, String>);

    /// Files of a shelf, and a text on standard input.
    struct Piped(Shelf, &'static str);

    impl Files for Piped {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            self.0.read(path)
        }

        fn read_standard_input(&self) -> io::Result<Vec<u8>> {
            Ok(self.1.as_bytes().to_vec())
        }
    }

    impl Files for Shelf {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            let path = self.identity(path);
            let text = path.to_str().and_then(|path| self.0.get(path));
            text.map(|text| text.clone().into_bytes())
                .ok_or_else(|| io::ErrorKind::NotFound.into())
        }
    }

    const BASE: &str = r#"{
  "$schema": "https://example.org/schema.json",
  "format": 1, "name": "base", "start": "2026-01-01", "horizon": "2 years", "step": "1 week",
  "trends": {"calm": {"weight": 0.5}, "storm": {"weight": 0.5}},
  "phases": {"talks": {"start": true}, "truce": {}},
  "events": {"truce": {"hazard": {"chance": 0.3, "within": "12 months"}, "effects": [{"phase": "truce"}]}}
}"#;

    fn shelf(files: &[(&'static str, &str)]) -> Shelf {
        Shelf(
            files
                .iter()
                .map(|(name, text)| (*name, (*text).to_owned()))
                .collect(),
        )
    }

    fn codes(report: &Report) -> Vec<&'static str> {
        report
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    fn faults(files: &[(&'static str, &str)], sets: &[&str]) -> Report {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        load_with(&shelf(files), Path::new("a.json"), &sets).unwrap_err()
    }

    #[test]
    fn standard_input_may_have_comments_but_its_parent_only_if_its_name_allows_them() {
        let piped = |text| {
            let files = Piped(shelf(&[("base.json", BASE), ("c.json", "{} // no")]), text);
            load_with(&files, Path::new("-"), &[])
        };
        let loaded = piped("{\"extends\": \"base.json\", // a remark\n \"name\": \"a\",}").unwrap();
        assert_eq!(loaded.value["name"], json!("a"));
        let report = piped("{\"extends\": \"c.json\"} // fine here").unwrap_err();
        assert_eq!(codes(&report), ["invalid-json"]);
    }

    #[test]
    fn a_variant_of_a_variant_has_what_all_three_state() {
        let files = shelf(&[
            (
                "a.json",
                r#"{"extends": "more/b.json", "name": "a", "events": {"truce": {"hazard": {"chance": 0.4}}}}"#,
            ),
            (
                "more/b.json",
                r#"{"extends": "../base.json", "name": "b", "horizon": "3 years", "trends": {"storm": null}}"#,
            ),
            ("base.json", BASE),
        ]);
        let sets = ["trends.calm.weight=1".to_owned(), "run.seed=7".to_owned()];
        let loaded = load_with(&files, Path::new("a.json"), &sets).unwrap();
        let mut expected: Value = serde_json::from_str(BASE).unwrap();
        expected["name"] = json!("a");
        expected["horizon"] = json!("3 years");
        expected["trends"] = json!({"calm": {"weight": 1}});
        expected["events"]["truce"]["hazard"]["chance"] = json!(0.4);
        expected["run"] = json!({"seed": 7});
        expected.as_object_mut().unwrap().shift_remove("$schema");
        assert_eq!(loaded.value, expected);
        let names: Vec<&str> = loaded
            .sources
            .layers()
            .iter()
            .map(|layer| layer.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "more/../base.json",
                "more/b.json",
                "a.json",
                "--set",
                "--set"
            ]
        );
    }

    #[test]
    fn a_setting_equals_the_same_edit_of_the_file() {
        let edited = BASE.replace("\"chance\": 0.3", "\"chance\": 0.45");
        let set = load_with(
            &shelf(&[("a.json", BASE)]),
            Path::new("a.json"),
            &["events.truce.hazard.chance=0.45".to_owned()],
        );
        assert_eq!(
            set.unwrap().value,
            load_str(&edited, "a.json").unwrap().value
        );
    }

    #[test]
    fn a_fault_inside_a_parent_points_into_the_parent() {
        let base = BASE.replace(
            "\"weight\": 0.5}, \"storm\"",
            "\"weight\": \"half\"}, \"storm\"",
        );
        let report = faults(
            &[
                (
                    "a.json",
                    r#"{"extends": "base.json", "horizon": "3 yeers"}"#,
                ),
                ("base.json", &base),
            ],
            &["step=-1"],
        );
        let shown: Vec<_> = report
            .diagnostics
            .iter()
            .map(|fault| {
                let found = report.sources.locate(&fault.place).unwrap();
                let span = found.span.unwrap();
                (fault.code, found.file, &found.text[span.bytes])
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("invalid-duration", "a.json", "\"3 yeers\""),
                ("value-out-of-range", "--set", "-1"),
                ("formula-not-allowed", "base.json", "\"half\""),
            ]
        );
    }

    #[test]
    fn circles_and_missing_parents_name_the_way_to_them() {
        let circle = faults(
            &[
                ("a.json", r#"{"extends": "b.json"}"#),
                ("b.json", r#"{"extends": "c.json"}"#),
                ("c.json", r#"{"extends": "./b.json"}"#),
            ],
            &[],
        );
        assert_eq!(codes(&circle), ["extends-cycle"]);
        assert!(
            circle.diagnostics[0]
                .message
                .contains("b.json → c.json → ./b.json"),
            "{}",
            circle.diagnostics[0].message
        );
        assert_eq!(
            circle
                .sources
                .locate(&circle.diagnostics[0].place)
                .unwrap()
                .file,
            "c.json"
        );

        let missing = faults(
            &[
                ("a.json", r#"{"extends": "b.json"}"#),
                ("b.json", r#"{"extends": "gone.json"}"#),
            ],
            &[],
        );
        assert_eq!(codes(&missing), ["extends-not-found"]);
        assert!(missing.diagnostics[0].message.contains("gone.json"));
        assert!(missing.diagnostics[0].hints[0].contains("a.json → b.json"));
        assert_eq!(
            missing
                .sources
                .locate(&missing.diagnostics[0].place)
                .unwrap()
                .file,
            "b.json"
        );

        assert_eq!(
            codes(&faults(&[("a.json", r#"{"extends": "a.json"}"#)], &[])),
            ["extends-cycle"]
        );
        assert_eq!(
            codes(&faults(&[("a.json", r#"{"extends": 3}"#)], &[])),
            ["wrong-type"]
        );
    }

    #[test]
    fn faults_of_syntax_point_into_the_file_that_has_them() {
        let report = faults(
            &[
                ("a.json", r#"{"extends": "b.json", "x": 1, "x": 2}"#),
                ("b.json", "{\n  oops\n}"),
            ],
            &[],
        );
        let shown: Vec<_> = report
            .diagnostics
            .iter()
            .map(|fault| {
                (
                    fault.code,
                    report.sources.locate(&fault.place).unwrap().file,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [("duplicate-key", "a.json"), ("invalid-json", "b.json")]
        );
    }

    #[test]
    fn what_is_no_object_or_no_file_is_refused_with_a_code() {
        assert_eq!(codes(&faults(&[], &[])), ["file-not-found"]);
        for text in ["[]", "3", "null", "\"x\""] {
            assert_eq!(
                codes(&faults(&[("a.json", text)], &[])),
                ["wrong-type"],
                "{text}"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            codes(&load(folder.path(), &[]).unwrap_err()),
            ["file-unreadable"]
        );
    }

    #[test]
    fn the_effective_scenario_loads_to_itself() {
        let loaded = load_str(BASE, "base.json").unwrap();
        let again = load_str(&loaded.value.to_string(), "again.json").unwrap();
        assert_eq!(again.value, loaded.value);
    }
}
