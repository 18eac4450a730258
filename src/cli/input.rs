//! Result files: read with a limit, told apart, and looked at before anything is computed from
//! them.

use super::exit::Misuse;
use crate::results::{ReadFault, RunResult, check_run, read};
use anyhow::Result;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Version of result files that is understood.
const FORMAT: u64 = 1;
/// Largest result file that is read, in bytes. Those of real scenarios have a hundredth of it.
const LARGEST: u64 = 512 << 20;

/// A result file's content; `-` is standard input.
///
/// # Errors
/// [`Misuse`] if it cannot be read, is too large, or is not JSON.
pub fn value(path: &Path) -> Result<Value> {
    let shown = path.display();
    let content = if path.as_os_str() == "-" {
        limited(io::stdin().lock(), LARGEST)
    } else {
        File::open(path).and_then(|file| limited(file, LARGEST))
    };
    let text = content.map_err(|fault| Misuse(format!("cannot read `{shown}`: {fault}")))?;
    serde_json::from_str(&text).map_err(|fault| {
        let hint = "results are written with --format json";
        let text = format!("`{shown}` is not a result file: it is not JSON ({fault}); {hint}");
        Misuse(text).into()
    })
}

fn limited(source: impl Read, largest: u64) -> io::Result<String> {
    let mut text = String::new();
    let read = source.take(largest + 1).read_to_string(&mut text);
    if text.len() as u64 > largest {
        let message = format!("it is larger than {} MiB", largest >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    read.map(|_| text)
}

/// The result that a value holds, if it can be one: `sound` is what looks at it.
///
/// # Errors
/// [`Misuse`] for another version of the format, for what is missing, and for what no run writes.
pub fn decoded<T: DeserializeOwned>(
    value: Value,
    shown: &str,
    sound: impl Fn(&T) -> Result<(), ReadFault>,
) -> Result<T> {
    let format = value.get("format").and_then(Value::as_u64);
    if format != Some(FORMAT) {
        let format = value.get("format").map_or("none".into(), Value::to_string);
        let text = format!("`{shown}` has format {format}; this version reads format {FORMAT}");
        return Err(Misuse(text).into());
    }
    let hint = "write it again with --format json";
    let decoded: T = read(value).map_err(|fault| {
        Misuse(format!(
            "`{shown}` is not a whole result file: {fault}; {hint}"
        ))
    })?;
    sound(&decoded).map_err(|fault| {
        let text = format!("`{shown}` is not what a run writes: {fault}; {hint}");
        Misuse(text)
    })?;
    Ok(decoded)
}

/// The result of a run that a value holds.
///
/// # Errors
/// As [`decoded`].
pub fn run_result(value: Value, shown: &str) -> Result<RunResult> {
    decoded(value, shown, check_run)
}

/// The result of a run in a file; `None` if it is a scenario, or nothing that can be read.
///
/// # Errors
/// As [`run_result`].
pub fn finished(path: &Path) -> Result<Option<RunResult>> {
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let Ok(value) = value(path) else {
        return Ok(None);
    };
    let is_result = ["tool", "scenario", "run"]
        .iter()
        .all(|key| value.get(key).is_some());
    match is_result {
        true => run_result(value, &path.display().to_string()).map(Some),
        false => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_is_given_up() {
        let error = limited(io::repeat(b' '), 1 << 20).expect_err("it never ends");
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
        let whole = limited(&b"{}  "[..], 4).expect("it fits");
        assert_eq!(whole, "{}  ");
        assert!(limited(&b"{}   "[..], 4).is_err());
    }
}
