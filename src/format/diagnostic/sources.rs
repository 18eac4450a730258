//! The texts that a scenario was made of, and where in them a place stands.
//!
//! Layers stand from the oldest ancestor to the last `--set`. A pointer into the effective scenario
//! is looked for in the most derived layer that has it, so a fault inherited through `extends`
//! points into the parent's file.

use super::index::Index;
use super::place::{Part, Place};
use super::pointer;
use super::scan::{self, Spot};
use std::ops::Range;
use std::path::Path;

/// Number of a layer within its [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerId(pub usize);

/// One text that says something about the scenario.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Path as the author gave it, or `--set`, or what a formula of the command line is called.
    pub name: String,
    pub text: String,
    root: Root,
    /// Lists that it changes in part.
    edits: Vec<Edit>,
    index: Index,
}

/// A list that a layer changed without stating it anew: where its items came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Where the list stands.
    pub path: Vec<String>,
    /// One for each item.
    pub origins: Vec<Origin>,
}

/// Where an item of a changed list came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Its index in the list as it was before.
    pub below: Option<usize>,
    /// Where the layer itself says something of it, from the list on.
    pub own: Option<Vec<String>>,
}

impl Origin {
    /// An item that was there before.
    pub fn below(index: usize) -> Self {
        Self {
            below: Some(index),
            own: None,
        }
    }

    /// An item that the layer states.
    pub fn own<'p>(path: impl IntoIterator<Item = &'p str>) -> Self {
        Self {
            below: None,
            own: Some(path.into_iter().map(str::to_owned).collect()),
        }
    }
}

#[derive(Clone, Debug)]
enum Root {
    Document,
    /// `a.b.c=VALUE`: what the path stands for, where each of its parts stands, and where the value
    /// starts.
    Setting {
        path: Vec<String>,
        parts: Vec<Range<usize>>,
        value: usize,
    },
    /// A formula that stands at `path`; all of the text is the formula, as it was typed.
    Formula {
        path: Vec<String>,
    },
    /// Columns of a file that stand at `path` as a list of pairs: where each pair stands.
    Columns {
        path: Vec<String>,
        cells: Vec<[Range<usize>; 2]>,
    },
}

/// All layers, the most derived last.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    layers: Vec<Layer>,
}

/// A place in a file. Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<'s> {
    pub file: &'s str,
    pub text: &'s str,
    /// `None` if the fault is about the file as a whole.
    pub span: Option<Span>,
    /// A formula of the command line, which stands nowhere in the scenario.
    pub is_formula: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub bytes: Range<usize>,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl Layer {
    /// A file, by the name under which its author knows it.
    pub fn file(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            root: Root::Document,
            edits: Vec::new(),
            index: Index::default(),
        }
    }

    /// A value set from the command line: `path` is what the dotted path stands for (array items by
    /// index), `parts` are the bytes of its parts in `text`, and the value starts at byte `value`.
    pub fn setting(
        text: impl Into<String>,
        path: Vec<String>,
        parts: Vec<Range<usize>>,
        value: usize,
    ) -> Self {
        Self {
            name: "--set".to_owned(),
            text: text.into(),
            root: Root::Setting { path, parts, value },
            edits: Vec::new(),
            index: Index::default(),
        }
    }

    /// A file of which two columns stand at `path` of the scenario, as a list of pairs: `cells` are
    /// the bytes of each pair.
    pub fn columns(
        name: impl Into<String>,
        text: impl Into<String>,
        path: Vec<String>,
        cells: Vec<[Range<usize>; 2]>,
    ) -> Self {
        Self {
            root: Root::Columns { path, cells },
            ..Self::file(name, text)
        }
    }

    /// The same with lists that it changes in part.
    pub fn edited(mut self, edits: Vec<Edit>) -> Self {
        self.edits = edits;
        self
    }

    /// How far `wanted` can be followed here, and to what; `mentioned` if it is only a beginning of
    /// the path of a setting.
    fn follow(&self, wanted: &[String]) -> Found {
        match &self.root {
            Root::Document => {
                let (steps, spot) = scan::follow(&self.text, &mut self.index.known(), 0, wanted);
                Found {
                    steps,
                    spot,
                    mentioned: false,
                }
            }
            Root::Formula { path } => {
                let shared = path.iter().zip(wanted).take_while(|(a, b)| a == b).count();
                Found {
                    steps: shared,
                    spot: Spot {
                        key: None,
                        value: 0..self.text.len(),
                    },
                    mentioned: shared < path.len(),
                }
            }
            Root::Columns { path, cells } => {
                let inside = wanted.strip_prefix(path.as_slice());
                let mut indices = inside.into_iter().flatten().map(|part| part.parse().ok());
                let row: Option<&[Range<usize>; 2]> = indices
                    .next()
                    .flatten()
                    .and_then(|row: usize| cells.get(row));
                let cell = row.and_then(|row| row.get(indices.next()??));
                let (deeper, range) = match (cell, row) {
                    (Some(cell), _) => (2, cell.clone()),
                    (None, Some([x, y])) => (1, x.start.min(y.start)..x.end.max(y.end)),
                    (None, None) => (0, 0..self.text.len()),
                };
                Found {
                    steps: inside.map_or(0, |_| path.len() + deeper),
                    spot: Spot {
                        key: None,
                        value: range,
                    },
                    // It states nothing else of the scenario.
                    mentioned: inside.is_none(),
                }
            }
            Root::Setting { path, parts, value } => {
                let shared = path.iter().zip(wanted).take_while(|(a, b)| a == b).count();
                if shared < path.len() {
                    let part = shared
                        .checked_sub(1)
                        .and_then(|last| parts.get(last).cloned());
                    let shown = part.clone().unwrap_or(0..*value);
                    return Found {
                        steps: shared,
                        spot: Spot {
                            key: part,
                            value: shown,
                        },
                        mentioned: true,
                    };
                }
                let (deeper, mut spot) = self.follow_value(*value, &wanted[shared..]);
                if deeper == 0 {
                    spot.key = parts.last().cloned();
                }
                Found {
                    steps: shared + deeper,
                    spot,
                    mentioned: false,
                }
            }
        }
    }

    fn follow_value(&self, start: usize, path: &[String]) -> (usize, Spot) {
        match self.text.as_bytes().get(start) {
            Some(b'{' | b'[' | b'"') => {
                scan::follow(&self.text, &mut self.index.known(), start, path)
            }
            // A bare word, a number or a formula without quotes: all of it is the value.
            _ => (
                0,
                Spot {
                    key: None,
                    value: start..self.text.len(),
                },
            ),
        }
    }
}

struct Found {
    steps: usize,
    spot: Spot,
    mentioned: bool,
}

impl Sources {
    /// Adds a layer on top of the others.
    pub fn push(&mut self, layer: Layer) -> LayerId {
        self.layers.push(layer);
        LayerId(self.layers.len() - 1)
    }

    /// Shows the last layer, if it is the setting of `path`, as what its author typed: the formula
    /// which is the value of `key` there. Faults then point into that formula, under this name.
    pub fn typed(&mut self, name: &str, formula: &str, path: [&str; 2], key: &str) {
        let Some(last) = self.layers.last_mut() else {
            return;
        };
        if matches!(&last.root, Root::Setting { path: own, .. } if *own == path) {
            let path = path.iter().chain([&key]).map(|part| (*part).to_owned());
            let root = Root::Formula {
                path: path.collect(),
            };
            *last = Layer {
                root,
                ..Layer::file(name, formula)
            };
        }
    }

    /// Says which lists the last layer changes in part.
    pub fn edited(&mut self, edits: Vec<Edit>) {
        if let Some(last) = self.layers.last_mut() {
            last.edits = edits;
        }
    }

    /// A path as the layer of this rank has it; shorter where that layer has nothing of the kind.
    fn seen_by(&self, rank: usize, wanted: &[String]) -> Vec<String> {
        let mut path = wanted.to_vec();
        for (above, layer) in self.layers.iter().enumerate().skip(rank).rev() {
            for Edit {
                path: list,
                origins,
            } in layer.edits.iter().rev()
            {
                let origin = path
                    .strip_prefix(list.as_slice())
                    .and_then(|inside| origins.get(inside.first()?.parse::<usize>().ok()?));
                let Some(origin) = origin else { continue };
                let inside = path.split_off(list.len());
                match (above == rank, &origin.own, origin.below) {
                    (true, Some(own), _) => path.extend(own.iter().chain(&inside[1..]).cloned()),
                    (false, _, Some(index)) => {
                        path.push(index.to_string());
                        path.extend(inside.into_iter().skip(1));
                    }
                    _ => {}
                }
            }
        }
        path
    }

    /// The layers, from the oldest ancestor to the last `--set`.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Paths of the files among the layers, as they were given.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let files = self
            .layers
            .iter()
            .filter(|layer| !matches!(layer.root, Root::Setting { .. } | Root::Formula { .. }));
        files.map(|layer| Path::new(&layer.name))
    }

    /// Finds the file and the bytes of a place. `None` only if there are no layers.
    pub fn locate(&self, place: &Place) -> Option<Located<'_>> {
        if let Part::Text(id) = place.part {
            let layer = self.layers.get(id.0)?;
            return Some(layer.located(place.range.clone()));
        }
        let path = pointer::segments(&place.pointer);
        let best = self
            .layers
            .iter()
            .enumerate()
            .map(|(rank, layer)| {
                let seen = self.seen_by(rank, &path);
                let mut found = layer.follow(&seen);
                let is_whole = found.steps == seen.len() && seen.len() >= path.len();
                found.steps = match is_whole {
                    true => path.len(),
                    false => found.steps.min(path.len().saturating_sub(1)),
                };
                (layer, rank, found)
            })
            .max_by_key(|(_, rank, found)| (found.steps, !found.mentioned, *rank));
        let (layer, _, found) = best?;
        let complete = found.steps == path.len();
        let spot = found.spot;
        let range = match (&place.part, &place.range) {
            (Part::Value, Some(inside)) if complete => layer.inside(&spot.value, inside),
            (Part::Key, _) if complete => {
                spot.key.unwrap_or_else(|| layer.shown(None, &spot.value))
            }
            _ => layer.shown(spot.key, &spot.value),
        };
        Some(layer.located(Some(range)))
    }
}

impl Layer {
    fn inside(&self, value: &Range<usize>, range: &Range<usize>) -> Range<usize> {
        let is_quoted = self.text[value.clone()].starts_with('"');
        if is_quoted && !matches!(self.root, Root::Formula { .. }) {
            scan::inside_string(&self.text, value, range)
        } else {
            let start = (value.start + range.start).min(value.end);
            start..(value.start + range.end).clamp(start, value.end)
        }
    }

    /// What to underline for a value: itself on one line; of a longer one its key, or else its
    /// first character.
    fn shown(&self, key: Option<Range<usize>>, value: &Range<usize>) -> Range<usize> {
        if !self.text[value.clone()].contains('\n') {
            return value.clone();
        }
        key.unwrap_or(value.start..value.start + 1)
    }

    fn located(&self, range: Option<Range<usize>>) -> Located<'_> {
        let span = range.map(|range| {
            let start = floor_boundary(&self.text, range.start);
            let end = floor_boundary(&self.text, range.end).max(start);
            let mut known = self.index.known();
            let (line, column) = known.line_and_column(&self.text, start);
            let (end_line, end_column) = known.line_and_column(&self.text, end);
            Span {
                bytes: start..end,
                line,
                column,
                end_line,
                end_column,
            }
        });
        Located {
            file: &self.name,
            text: &self.text,
            span,
            is_formula: matches!(self.root, Root::Formula { .. }),
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'s>(sources: &'s Sources, place: &Place) -> (&'s str, &'s str, usize, usize) {
        let found = sources.locate(place).unwrap();
        let span = found.span.unwrap();
        (found.file, &found.text[span.bytes], span.line, span.column)
    }

    fn family() -> Sources {
        let mut sources = Sources::default();
        sources.push(Layer::file(
            "parent.json",
            "{\n  \"a\": {\"b\": 1, \"ć\": \"x + y\"},\n  \"l\": [1, 2]\n}",
        ));
        sources.push(Layer::file("child.json", "{\"a\": {\"b\": 2}}"));
        let text = "a.d=z * (w)";
        sources.push(Layer::setting(
            text,
            vec!["a".into(), "d".into()],
            vec![0..1, 2..3],
            4,
        ));
        sources
    }

    #[test]
    fn a_place_is_found_in_the_most_derived_layer_that_has_it() {
        let sources = family();
        assert_eq!(
            shown(&sources, &Place::value("/a/b")),
            ("child.json", "2", 1, 13)
        );
        assert_eq!(
            shown(&sources, &Place::value("/l/1")),
            ("parent.json", "2", 3, 12)
        );
        assert_eq!(
            shown(&sources, &Place::key("/a/ć")),
            ("parent.json", "\"ć\"", 2, 17)
        );
        assert_eq!(
            shown(&sources, &Place::formula("/a/ć", 4..5)),
            ("parent.json", "y", 2, 27)
        );
        assert_eq!(
            shown(&sources, &Place::formula("/a/d", 5..6)),
            ("--set", "w", 1, 10)
        );
        assert_eq!(shown(&sources, &Place::key("/a/d")), ("--set", "d", 1, 3));
        assert_eq!(shown(&sources, &Place::value("/a")).0, "child.json");
    }

    #[test]
    fn a_formula_of_the_command_line_is_shown_as_it_was_typed() {
        let mut sources = family();
        let place = Place::formula("/a/d/holds", 8..12);
        sources.typed("CONDITION", "\"x\" or w\nnone", ["a", "b"], "holds");
        assert_eq!(shown(&sources, &place).0, "--set", "it is of another path");
        sources.typed("CONDITION", "\"x\" or none", ["a", "d"], "holds");
        let wanted = ("CONDITION", "none", 1, 8);
        assert_eq!(
            shown(&sources, &Place::formula("/a/d/holds", 7..11)),
            wanted
        );
        assert!(sources.locate(&place).is_some_and(|found| found.is_formula));
        assert_eq!(shown(&sources, &Place::key("/a/d/holds")).0, "CONDITION");
        assert_eq!(shown(&sources, &Place::value("/a/b")).0, "child.json");
        assert_eq!(sources.files().count(), 2);
    }

    #[test]
    fn an_item_of_a_changed_list_is_found_in_the_layer_that_states_it() {
        let mut sources = Sources::default();
        sources.push(Layer::file(
            "parent.json",
            r#"{"l": ["a", "b", {"name": "c", "x": 1}]}"#,
        ));
        sources.push(Layer::file(
            "child.json",
            r#"{"l": {"add_first": ["z"], "c": {"x": 2}, "remove": ["a"]}}"#,
        ));
        let mut named = Origin::below(2);
        named.own = Some(vec!["c".into()]);
        sources.edited(vec![Edit {
            path: vec!["l".into()],
            origins: vec![Origin::own(["add_first", "0"]), Origin::below(1), named],
        }]);
        let text = "l={\"add\": [\"y\"]}";
        let setting = Layer::setting(text, vec!["l".into()], std::iter::once(0..1).collect(), 2);
        let origins = (0..3).map(Origin::below).chain([Origin::own(["add", "0"])]);
        sources.push(setting.edited(vec![Edit {
            path: vec!["l".into()],
            origins: origins.collect(),
        }]));
        for (place, file, stated) in [
            ("/l/0", "child.json", "\"z\""),
            ("/l/1", "parent.json", "\"b\""),
            ("/l/2/x", "child.json", "2"),
            ("/l/2/name", "parent.json", "\"c\""),
            ("/l/3", "--set", "\"y\""),
        ] {
            let (found, text, ..) = shown(&sources, &Place::value(place));
            assert_eq!((found, text), (file, stated), "{place}");
        }
    }

    #[test]
    fn a_value_of_several_lines_is_shown_by_its_key_or_first_character() {
        let mut sources = Sources::default();
        sources.push(Layer::file("f.json", "{\n\"a\": {\n}}"));
        assert_eq!(
            shown(&sources, &Place::value("/a")),
            ("f.json", "\"a\"", 2, 1)
        );
        assert_eq!(shown(&sources, &Place::value("")), ("f.json", "{", 1, 1));
    }

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let mut sources = Sources::default();
        sources.push(Layer::file("f.json", "{\"мир\": 1, \"війна\": 2}"));
        assert_eq!(
            shown(&sources, &Place::value("/війна")),
            ("f.json", "2", 1, 21)
        );
    }
}
