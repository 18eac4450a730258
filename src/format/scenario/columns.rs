//! Tables that name a CSV file: its columns are put in the place of its name when the scenario is
//! read.
//!
//! From there on such a table has points as any other: the fingerprint, settings and results see
//! numbers, and a result runs without the file. The texts become layers of the sources, so that
//! whatever is wrong with a point is shown in the file that states it.

use super::decode::keys::TABLE_FORMS;
use super::files::{Files, reason};
use super::load::located;
use super::parse;
use crate::diagnostic::pointer::{join, segments};
use crate::diagnostic::{Diagnostic, Layer, LayerId, Place, Sources, nearest};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// The keys that name a file and two of its columns.
const KEYS: &[&str] = TABLE_FORMS[1];
const POINTS: &str = TABLE_FORMS[0][0];

/// What is known of tables that are read from files.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The folder of the scenario file that named the file of a table last, by table.
    folders: BTreeMap<String, PathBuf>,
    /// The keys that the points of a table took the place of.
    read: BTreeMap<String, Map<String, Value>>,
}

impl Columns {
    /// Remembers which files a layer names: they are looked for in its folder.
    pub fn named_in(&mut self, layer: &Value, folder: &Path) {
        for (name, table) in layer["tables"].as_object().into_iter().flatten() {
            if table.get(KEYS[0]).is_some() {
                self.folders.insert(name.clone(), folder.to_owned());
            }
        }
    }

    /// Reads the files that tables name, and gives the tables their points. What is not of the
    /// right form is left for the decoder to refuse.
    pub fn put(
        &mut self,
        files: &dyn Files,
        scenario: &mut Value,
        sources: &mut Sources,
    ) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let tables = scenario.get_mut("tables").and_then(Value::as_object_mut);
        for (name, table) in tables.into_iter().flatten() {
            let Some(table) = table.as_object_mut() else {
                continue;
            };
            if !table.contains_key(KEYS[0]) || table.contains_key(POINTS) {
                continue;
            }
            // A setting may name another file with the same columns.
            for (key, value) in self.read.get(name).into_iter().flatten() {
                table.entry(key.clone()).or_insert(value.clone());
            }
            let stated: Map<String, Value> = (KEYS.iter())
                .filter_map(|key| Some(((*key).to_owned(), table.get(*key)?.clone())))
                .collect();
            let texts: Vec<&str> = stated.values().filter_map(Value::as_str).collect();
            let [file, x, y] = texts[..] else { continue };
            let asked = Asked {
                pointer: &join("/tables", name),
                file,
                columns: [x, y],
                dated: table.get("over").is_some_and(|over| over == "date"),
            };
            let folder = self
                .folders
                .get(name)
                .map_or(Path::new(""), PathBuf::as_path);
            match asked.read(files, folder, sources) {
                Ok(points) => {
                    *table = with_points(table, points);
                    self.read.insert(name.clone(), stated);
                }
                Err(fault) => faults.push(*fault),
            }
        }
        faults
    }
}

/// The table with points in the place of the file.
fn with_points(table: &Map<String, Value>, points: Vec<Value>) -> Map<String, Value> {
    let points = Value::Array(points);
    let kept = table.iter().filter_map(|(key, value)| match key.as_str() {
        key if key == KEYS[0] => Some((POINTS.to_owned(), points.clone())),
        key if KEYS.contains(&key) => None,
        _ => Some((key.clone(), value.clone())),
    });
    kept.collect()
}

/// Points, and where the place and the value of each stand.
type Points = (Vec<Value>, Vec<[Range<usize>; 2]>);

/// What a table wants of a file.
struct Asked<'t> {
    /// Of the table.
    pointer: &'t str,
    file: &'t str,
    columns: [&'t str; 2],
    dated: bool,
}

impl Asked<'_> {
    fn fault(&self, code: &'static str, message: String) -> Diagnostic {
        Diagnostic::error(code, Place::value(join(self.pointer, KEYS[0])), message)
    }

    fn read(
        &self,
        files: &dyn Files,
        folder: &Path,
        sources: &mut Sources,
    ) -> Result<Vec<Value>, Box<Diagnostic>> {
        let layer = LayerId(sources.layers().len());
        let name = folder.join(self.file).display().to_string();
        let (text, fault) = parse::decode(self.bytes(files, folder)?);
        let found = match fault {
            Some(fault) => Err(located(fault, layer).into()),
            None => self.points(&text, layer),
        };
        let (points, cells, fault) = match found {
            Ok((points, cells)) => (points, cells, None),
            Err(fault) => (Vec::new(), Vec::new(), Some(fault)),
        };
        let path = segments(&join(self.pointer, POINTS));
        sources.push(Layer::columns(name, text, path, cells));
        fault.map_or(Ok(points), Err)
    }

    /// The content of the file, which lies in the folder or below it.
    fn bytes(&self, files: &dyn Files, folder: &Path) -> Result<Vec<u8>, Box<Diagnostic>> {
        let own = Path::new(self.file);
        let path = folder.join(own);
        let name = path.display();
        let outside = || {
            let message = format!("`{name}` is not in the folder of the file that names it");
            let hint = "put it beside that file, or in a folder below";
            self.fault("file-outside-folder", message).hint(hint)
        };
        let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !own.components().all(stays) {
            return Err(outside().into());
        }
        let bytes = files.read(&path).map_err(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                let message = format!("cannot read `{name}`: {}", reason(&error));
                return self.fault("file-unreadable", message);
            }
            let fault = self.fault("file-not-found", format!("there is no file `{name}`"));
            let beside = files.beside(&path).unwrap_or_default();
            let tables = beside.iter().map(String::as_str);
            let tables = tables.filter(|name| name.to_lowercase().ends_with(".csv"));
            let wanted = own.file_name().and_then(|name| name.to_str());
            let meant = wanted.and_then(|wanted| nearest(wanted, tables));
            let meant = meant.map(|meant| own.with_file_name(meant).display().to_string());
            fault
                .hints(meant.map(|meant| format!("did you mean `{meant}`?")))
                .hint("the path is relative to the file that states it")
        })?;
        // A link may lead elsewhere.
        let home = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        if !files.identity(&path).starts_with(files.identity(home)) {
            return Err(outside().into());
        }
        // Spreadsheets write a mark before the text that JSON does not allow.
        let marked = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec);
        Ok(marked.unwrap_or(bytes))
    }

    /// The points that the columns make, and where each stands.
    fn points(&self, text: &str, layer: LayerId) -> Result<Points, Box<Diagnostic>> {
        let invalid = |range: Range<usize>, message: String| {
            Diagnostic::error("invalid-csv", Place::text(layer, Some(range)), message)
        };
        let rows = rows(text).map_err(|open| invalid(open, "nothing closes this quote".into()))?;
        let Some((header, rows)) = rows.split_first() else {
            let message = "the file has no row, and the first one names the columns";
            return Err(invalid(0..0, message.to_owned()).into());
        };
        let titles: Vec<Cow<'_, str>> = header.iter().map(|cell| content(text, cell)).collect();
        let mut columns = [0; 2];
        for (column, (key, wanted)) in columns.iter_mut().zip(KEYS[1..].iter().zip(self.columns)) {
            let mut found = (titles.iter().enumerate()).filter(|(_, title)| *title == wanted);
            let Some((first, _)) = found.next() else {
                let place = Place::value(join(self.pointer, key));
                let message = format!("the file has no column `{wanted}`");
                let first = header.first().map_or(0, |cell| cell.start);
                let last = header.last().map_or(0, |cell| cell.end);
                let fault = Diagnostic::error("unknown-column", place, message)
                    .related(
                        Place::text(layer, Some(first..last)),
                        "the first row names the columns",
                    )
                    .suggest(wanted, titles.iter().map(|title| title.as_ref()));
                let is_one = titles.len() == 1 && titles[0].contains([';', '\t']);
                let hint = is_one.then(|| "columns stand apart by commas".to_owned());
                return Err(fault.hints(hint).into());
            };
            if let Some((second, _)) = found.next() {
                let message = format!("a second column is called `{wanted}`");
                return Err(invalid(header[second].clone(), message).into());
            }
            *column = first;
        }
        let mut points = Vec::with_capacity(rows.len());
        let mut cells = Vec::with_capacity(rows.len());
        for row in rows {
            let [Some(x), Some(y)] = columns.map(|column| row.get(column)) else {
                let whole = row[0].start..row[row.len() - 1].end;
                let message = format!("this row has {} of the {} columns", row.len(), header.len());
                return Err(invalid(whole, message).into());
            };
            let place = match (self.dated, content(text, x)) {
                (true, place) => Value::String(place.into_owned()),
                (false, place) => number(&place),
            };
            points.push(Value::Array(vec![place, number(&content(text, y))]));
            cells.push([x.clone(), y.clone()]);
        }
        Ok((points, cells))
    }
}

/// The number that a cell holds, made as from JSON; what is none stays a text, which the decoder
/// refuses.
fn number(cell: &str) -> Value {
    let signed = cell.parse::<i64>().ok().filter(|_| cell != "-0");
    let large = || cell.parse::<u64>().ok().map(Number::from);
    let real = || cell.parse().ok().and_then(Number::from_f64);
    match signed.map(Number::from).or_else(large).or_else(real) {
        Some(number) => Value::Number(number),
        None => Value::String(cell.to_owned()),
    }
}

/// What stands in a cell, without quotes and the blanks around it.
fn content<'t>(text: &'t str, cell: &Range<usize>) -> Cow<'t, str> {
    let cell = text[cell.clone()].trim();
    let quoted = cell
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(inner) if inner.contains("\"\"") => inner.replace("\"\"", "\"").into(),
        Some(inner) => inner.trim().into(),
        None => cell.into(),
    }
}

/// The cells of each row that has something in it, by RFC 4180: `,` between cells, and quotes
/// around those that hold one.
///
/// Written here because faults are shown in their cells, and readers of CSV tell at most where a
/// row begins.
///
/// # Errors
/// The quote that nothing closes.
fn rows(text: &str) -> Result<Vec<Vec<Range<usize>>>, Range<usize>> {
    let bytes = text.as_bytes();
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        if bytes[at] == b'"' {
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) => return Err(start..start + 1),
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), _) => break,
                    _ => at += 1,
                }
            }
        }
        let rest = &bytes[at..];
        let is_end = |byte: &u8| matches!(byte, b',' | b'\n' | b'\r');
        at += rest.iter().position(is_end).unwrap_or(rest.len());
        row.push(start..at);
        match bytes.get(at) {
            Some(b',') if at + 1 == bytes.len() => row.push(at + 1..at + 1),
            Some(b',') => {}
            _ => rows.push(std::mem::take(&mut row)),
        }
        at += 1;
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows.retain(|row| row.len() > 1 || !text[row[0].clone()].trim().is_empty());
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_are_found_with_quotes_blanks_and_any_ends_of_lines() {
        for (text, expected) in [
            ("a,b\n1,2\n", json!([["a", "b"], ["1", "2"]])),
            (
                "a,b\r\n\r\n1, 2 \r3,4",
                json!([["a", "b"], ["1", "2"], ["3", "4"]]),
            ),
            (
                "\"a, \"\"x\"\"\",b\n\"1\n2\",",
                json!([["a, \"x\"", "b"], ["1\n2", ""]]),
            ),
            ("a,\n,b", json!([["a", ""], ["", "b"]])),
            ("\n \n", json!([])),
        ] {
            let found: Vec<Vec<_>> = (rows(text).unwrap().iter())
                .map(|row| row.iter().map(|cell| content(text, cell)).collect())
                .collect();
            assert_eq!(json!(found), expected, "{text:?}");
        }
        assert_eq!(rows("a,b\n1,\"2"), Err(6..7));
    }

    #[test]
    fn a_number_is_the_one_that_json_would_give() {
        for text in ["1", "-0", "0.1", "1e3", "1.0", "-7", "18446744073709551615"] {
            let (value, faults) = parse::parse(text, parse::Dialect::Json);
            assert_eq!((faults.len(), value), (0, Some(number(text))), "{text}");
        }
        for text in ["", "n/a", "inf", "NaN", "1,5"] {
            assert_eq!(number(text), json!(text));
        }
    }
}
