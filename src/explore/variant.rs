//! A tweak as a short file that extends the scenario.
//!
//! Takes overrides and a name; gives the text of the file, checked by reading it back. Writing
//! happens only when the analyst asks, next to the scenario, under a plain name, and never over a
//! file that is there unless she says so.

use super::Options;
use super::tweak::Override;
use crate::analysis::{Study, changes};
use serde_json::{Map, Value, json};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Letters of a name at most.
const LONGEST_NAME: usize = 60;

/// Why a variant is not written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariantError {
    #[error(
        "a name has letters, digits and `_`, begins with a letter, and is at most {LONGEST_NAME} long"
    )]
    Name,
    #[error("`{0}` is part of the scenario itself; choose another name")]
    Own(String),
    #[error("`{0}` exists already")]
    Exists(String),
    #[error("`{0}` is a link or a folder, and a variant is a file of its own; choose another name")]
    NoFile(String),
    #[error("this change cannot be said in a variant: {0}")]
    Unsayable(String),
    #[error("the file cannot be written: {0}")]
    Write(String),
}

/// A file name without its ending: nothing that could name another folder, a hidden file or a
/// device.
///
/// # Errors
/// [`VariantError::Name`].
pub fn checked_name(name: &str) -> Result<&str, VariantError> {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    // Names of devices on Windows, whatever the ending.
    let upper = name.to_ascii_uppercase();
    let numbered = |word: &str| {
        upper
            .strip_prefix(word)
            .is_some_and(|rest| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_digit()))
    };
    let device = ["CON", "PRN", "AUX", "NUL"].contains(&upper.as_str())
        || numbered("COM")
        || numbered("LPT");
    if begins && plain && !device && name.len() <= LONGEST_NAME {
        Ok(name)
    } else {
        Err(VariantError::Name)
    }
}

/// Where a variant of this name would stand: in the folder of the scenario.
///
/// # Errors
/// [`VariantError::Name`].
pub fn target(file: &Path, name: &str) -> Result<PathBuf, VariantError> {
    Ok(file.with_file_name(format!("{}.json", checked_name(name)?)))
}

/// The text of a variant.
///
/// `tweaked` is the study of the scenario with its base settings and the overrides.
///
/// # Errors
/// [`VariantError`] if the name will not do, or if the file would not mean what the page shows.
pub fn text(
    options: &Options,
    tweaked: &Study,
    overrides: &[Override],
    name: &str,
) -> Result<String, VariantError> {
    let target = target(&options.file, name)?;
    let parent = options
        .file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let mut whole = Map::new();
    whole.insert("extends".into(), json!(parent));
    whole.insert("name".into(), json!(name));
    let title = &tweaked.model.title;
    if !title.is_empty() {
        whole.insert("title".into(), json!(format!("{title} ({name})")));
    }
    let mut whole = Value::Object(whole);
    for set in &options.sets {
        let path = set.split_once('=').map_or(set.as_str(), |(path, _)| path);
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let (path, value) = effective(&tweaked.model.source, &path);
        lay(&mut whole, &path, value);
    }
    for one in overrides {
        lay(&mut whole, &one.path, one.value.clone());
    }
    let text = format!("{whole:#}\n");
    let read = Study::from_text(&text, &target.display().to_string()).map_err(|report| {
        let first = report.diagnostics.into_iter().next();
        VariantError::Unsayable(first.map_or(String::new(), |d| d.message))
    })?;
    if let Some(change) = changes(&tweaked.model.source, &read.model.source).first() {
        return Err(VariantError::Unsayable(change.path.clone()));
    }
    Ok(text)
}

/// What stands at a path of the scenario; a path into a list ends at the list, which a variant can
/// only replace as a whole.
fn effective(source: &Value, path: &[String]) -> (Vec<String>, Value) {
    let mut here = source;
    let mut reached = Vec::new();
    for part in path {
        match here.get(part) {
            Some(inner) if here.is_object() => {
                here = inner;
                reached.push(part.clone());
            }
            _ if here.is_array() => break,
            _ => {
                // Removed by the setting: the variant says so.
                reached.push(part.clone());
                return (reached, Value::Null);
            }
        }
    }
    (reached, here.clone())
}

/// Puts a value at a path, making the objects on the way; objects merge.
fn lay(whole: &mut Value, path: &[String], value: Value) {
    let mut here = whole;
    for part in path {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Value::Object(map) = here else { return };
        here = map.entry(part.clone()).or_insert(Value::Null);
    }
    match (here, value) {
        (Value::Object(below), Value::Object(above)) => below.extend(above),
        (slot, value) => *slot = value,
    }
}

/// Writes a variant next to the scenario; the answer is the path.
///
/// # Errors
/// [`VariantError`]: a bad name, a file of the scenario itself, or one that exists unless `replace`
/// says that it may go.
pub fn save(
    options: &Options,
    own_files: &[PathBuf],
    name: &str,
    text: &str,
    replace: bool,
) -> Result<PathBuf, VariantError> {
    let target = target(&options.file, name)?;
    let shown = || {
        target
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let real = |path: &Path| path.canonicalize().ok();
    let is_own =
        |own: &PathBuf| *own == target || (real(own).is_some() && real(own) == real(&target));
    if own_files.iter().any(is_own) {
        return Err(VariantError::Own(shown()));
    }
    // Through a link a variant could end up anywhere, and in place of anything.
    if target.symlink_metadata().is_ok_and(|meta| !meta.is_file()) {
        return Err(VariantError::NoFile(shown()));
    }
    let fault = |fault: io::Error| match fault.kind() {
        ErrorKind::AlreadyExists => VariantError::Exists(shown()),
        _ => VariantError::Write(fault.to_string()),
    };
    if !replace && target.exists() {
        return Err(VariantError::Exists(shown()));
    }
    static SAVED: AtomicU64 = AtomicU64::new(0);
    let number = SAVED.fetch_add(1, Ordering::Relaxed);
    let part = target.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()));
    // Left over by a process that was killed: nobody else has these numbers.
    let _ = fs::remove_file(&part);
    let written = written(&part, text).and_then(|()| {
        if replace {
            return fs::rename(&part, &target);
        }
        // A link fails if somebody made the file meanwhile; a rename, which is all that some
        // systems have, would take its place.
        match fs::hard_link(&part, &target) {
            Err(fault) if fault.kind() != ErrorKind::AlreadyExists && !target.exists() => {
                fs::rename(&part, &target)
            }
            linked => linked,
        }
    });
    let _ = fs::remove_file(&part);
    written.map_err(fault)?;
    Ok(target)
}

/// Writes a new file, down to the device.
fn written(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::tweak::{State, overrides};

    #[test]
    fn only_plain_names_are_taken() {
        for name in ["peace", "Peace_2027", "a"] {
            assert_eq!(checked_name(name), Ok(name));
        }
        let long = "a".repeat(61);
        for name in [
            "", "..", "../x", "a/b", "a\\b", ".hidden", "a.json", "-a", "7a", "a b", "con", "COM1",
            "é", &long,
        ] {
            assert_eq!(checked_name(name), Err(VariantError::Name), "{name}");
        }
    }

    fn explored(sets: &[&str], state: Value) -> (tempfile::TempDir, Options, Study, Vec<Override>) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("valley.jsonc");
        std::fs::write(&file, include_str!("page/tests.jsonc")).expect("a file");
        let options = Options {
            file,
            sets: sets.iter().map(|s| (*s).to_owned()).collect(),
            ..Options::default()
        };
        let open = |sets: &[String]| {
            Study::open(&options.file, sets).unwrap_or_else(|r| panic!("{:#?}", r.diagnostics))
        };
        let state: State = serde_json::from_value(state).expect("a state");
        let found = overrides(&state, &open(&options.sets)).expect("known names");
        let mut all = options.sets.clone();
        all.extend(found.iter().map(Override::setting));
        let tweaked = open(&all);
        (folder, options, tweaked, found)
    }

    #[test]
    fn a_variant_is_short_and_means_what_the_settings_mean() {
        let state = json!({
            "weights": {"dry": 0.4, "wet": 0.6}, "parameters": {"haste": {"pin": 0.5}, "pull": {"percentiles": {"p50": 0.3}}},
            "horizon": 18, "events": {"signature": "never", "summit": "2026-05-01"}
        });
        // The settings of the command line are part of it, even one that reaches into a list.
        let (_folder, options, tweaked, found) =
            explored(&["outcomes.open.title=Open", "step=2 weeks"], state);
        let text = text(&options, &tweaked, &found, "accord_now").expect("it can be said");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(value["extends"], "valley.jsonc");
        assert_eq!(value["parameters"]["haste"], json!({"value": 0.5}));
        assert_eq!(value["step"], "2 weeks");
        assert!(
            value.get("phases").is_none() && text.lines().count() < 60,
            "{text}"
        );
        let path = save(
            &options,
            std::slice::from_ref(&options.file),
            "accord_now",
            &text,
            false,
        )
        .expect("it is written");
        let read = Study::open(&path, &[]).unwrap_or_else(|r| panic!("{:#?}", r.diagnostics));
        assert_eq!(read.model.sha256.len(), 64);
        assert!(changes(&tweaked.model.source, &read.model.source).is_empty());
    }

    #[test]
    fn nothing_is_written_over_unless_asked_and_the_scenario_never() {
        let (folder, options, tweaked, found) = explored(&[], json!({"horizon": 6}));
        let text = text(&options, &tweaked, &found, "short").expect("it can be said");
        let own = [options.file.clone(), folder.path().join("parent.json")];
        std::fs::write(folder.path().join("parent.json"), "{}").expect("a file");
        save(&options, &own, "short", &text, false).expect("it is new");
        let again = save(&options, &own, "short", "{}", false);
        assert_eq!(again, Err(VariantError::Exists("short.json".into())));
        save(&options, &own, "short", "{}", true).expect("it may go");
        assert_eq!(
            save(&options, &own, "parent", &text, true),
            Err(VariantError::Own("parent.json".into()))
        );
        let names = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(names, 3);
    }
}
