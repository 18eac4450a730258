//! Text as outlines of letters, for pictures made without the fonts of a machine.
//!
//! Takes the marks of a [drawing](super::svg) and the embedded fonts (Roboto, regular and bold:
//! `font/`); gives the same marks with each text as a path. Pairs of letters are kerned as the
//! fonts say. Letters that the fonts lack are left blank.

use resvg::usvg::roxmltree::{Document, Node};
use std::fmt::Write;
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

const REGULAR: &[u8] = include_bytes!("font/Roboto-Regular.ttf");
const BOLD: &[u8] = include_bytes!("font/Roboto-Bold.ttf");

/// Classes that the [style sheet](super::theme) sets in bold.
const BOLD_CLASSES: [&str; 2] = ["h", "b"];

/// Class of a path that was a text: it has the colour of text.
pub(super) const CLASS: &str = "letters";

/// The marks with every text as paths.
///
/// # Errors
/// What is wrong with the marks, if they are no well-formed XML.
pub(super) fn outlined(marks: &str) -> Result<String, String> {
    const END: &str = "</text>";
    let fonts = Fonts::new();
    let mut out = String::with_capacity(4 * marks.len());
    let mut rest = marks;
    while let Some(start) = rest.find("<text") {
        let (before, text) = rest.split_at(start);
        let end = text.find(END).ok_or("a text does not end")? + END.len();
        out.push_str(before);
        fonts.write_text(&text[..end], &mut out)?;
        rest = &text[end..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Part of a text in one style.
struct Run<'a> {
    class: &'a str,
    text: &'a str,
}

struct Fonts {
    regular: Face<'static>,
    bold: Face<'static>,
}

impl Fonts {
    fn new() -> Self {
        let face = |data| Face::parse(data, 0).expect("an embedded font is a font");
        Self {
            regular: face(REGULAR),
            bold: face(BOLD),
        }
    }

    fn of(&self, class: &str) -> &Face<'static> {
        let is_bold = class.split(' ').any(|word| BOLD_CLASSES.contains(&word));
        if is_bold { &self.bold } else { &self.regular }
    }

    fn write_text(&self, element: &str, out: &mut String) -> Result<(), String> {
        let document = Document::parse(element).map_err(|error| error.to_string())?;
        let text = document.root_element();
        let number = |name: &str| -> Result<f64, String> {
            let value = text.attribute(name).and_then(|value| value.parse().ok());
            value.ok_or_else(|| format!("a text without a number as its {name}"))
        };
        let (x, y, size) = (number("x")?, number("y")?, number("font-size")?);
        let runs: Vec<Run> = (text.descendants())
            .filter(Node::is_text)
            .map(|node| Run {
                class: (node.parent())
                    .and_then(|parent| parent.attribute("class"))
                    .unwrap_or_default(),
                text: node.text().unwrap_or_default(),
            })
            .collect();
        let widths: Vec<f64> = (runs.iter())
            .map(|run| size * width(self.of(run.class), run.text))
            .collect();
        let length: f64 = widths.iter().sum();
        let mut x = match text.attribute("text-anchor") {
            Some("middle") => x - length / 2.0,
            Some("end") => x - length,
            _ => x,
        };
        for (run, width) in runs.iter().zip(widths) {
            let mut path = Path {
                d: String::new(),
                x,
                y,
                scale: size / f64::from(self.of(run.class).units_per_em()),
            };
            path.letters(self.of(run.class), run.text);
            let _ = write!(
                out,
                r#"<path class="{CLASS} {}" d="{}"/>"#,
                run.class, path.d
            );
            x += width;
        }
        Ok(())
    }
}

/// Glyphs of a text and where each begins, in units of the font; the last place is the end.
fn places(face: &Face, text: &str) -> (Vec<(GlyphId, i32)>, i32) {
    let mut x = 0;
    let mut placed: Vec<(GlyphId, i32)> = Vec::new();
    for letter in text.chars() {
        let glyph = face.glyph_index(letter).unwrap_or_default();
        if let Some(&(before, _)) = placed.last() {
            x += i32::from(kerning(face, before, glyph));
        }
        placed.push((glyph, x));
        x += i32::from(face.glyph_hor_advance(glyph).unwrap_or_default());
    }
    (placed, x)
}

/// Width of a text for each unit of its size.
fn width(face: &Face, text: &str) -> f64 {
    f64::from(places(face, text).1) / f64::from(face.units_per_em())
}

/// By how much the second of two neighbours moves, in units of the font.
fn kerning(face: &Face, first: GlyphId, second: GlyphId) -> i16 {
    let Some(table) = face.tables().gpos else {
        return 0;
    };
    let mut subtables =
        (table.lookups.into_iter()).flat_map(|l| l.subtables.into_iter::<PositioningSubtable>());
    // The first subtable that has something to say of the pair decides.
    (subtables)
        .find_map(|subtable| match subtable {
            PositioningSubtable::Pair(PairAdjustment::Format1 { coverage, sets }) => {
                sets.get(coverage.get(first)?)?.get(second)
            }
            PositioningSubtable::Pair(PairAdjustment::Format2 {
                coverage,
                classes,
                matrix,
            }) => {
                coverage.get(first)?;
                matrix.get((classes.0.get(first), classes.1.get(second)))
            }
            _ => None,
        })
        .map_or(0, |(value, _)| value.x_advance)
}

/// Data of an SVG path that grows by letters.
struct Path {
    d: String,
    /// Where the text begins on its line, in pixels.
    x: f64,
    y: f64,
    /// Pixels for each unit of the font.
    scale: f64,
}

impl Path {
    fn letters(&mut self, face: &Face, text: &str) {
        let origin = self.x;
        for (glyph, at) in places(face, text).0 {
            self.x = origin + f64::from(at) * self.scale;
            face.outline_glyph(glyph, self);
        }
    }

    fn to<const N: usize>(&mut self, command: char, points: [(f32, f32); N]) {
        self.d.push(command);
        for (x, y) in points {
            let (x, y) = (
                self.x + f64::from(x) * self.scale,
                self.y - f64::from(y) * self.scale,
            );
            let _ = write!(self.d, "{x:.3} {y:.3} ");
        }
    }
}

impl OutlineBuilder for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        self.to('M', [(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.to('L', [(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.to('Q', [(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.to('C', [(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.d.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Smallest and largest x of the points of all paths.
    fn extent(marks: &str) -> (f64, f64) {
        let points = marks.split('"').filter(|part| part.starts_with('M'));
        let numbers = points.flat_map(|d| d.split(['M', 'L', 'Q', 'C', 'Z', ' ']));
        let numbers: Vec<f64> = numbers.filter_map(|n| n.parse().ok()).collect();
        let x = || numbers.iter().copied().step_by(2);
        (
            x().fold(f64::INFINITY, f64::min),
            x().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    fn drawn(anchor: &str, text: &str) -> String {
        let element =
            format!(r#"<text class="m" x="100" y="50" font-size="10"{anchor}>{text}</text>"#);
        outlined(&element).expect("a text")
    }

    #[test]
    fn a_text_stands_where_its_anchor_says() {
        // Upright strokes have next to no room beside them.
        let text = "HHHHHHHHHH";
        let (left, right) = extent(&drawn("", text));
        assert!((100.0..101.5).contains(&left), "{left}");
        let length = right - left;
        let (left, right) = extent(&drawn(r#" text-anchor="end""#, text));
        assert!((98.5..100.0).contains(&right), "{right}");
        assert!((right - left - length).abs() < 0.01);
        let (left, right) = extent(&drawn(r#" text-anchor="middle""#, text));
        assert!((left + right - 200.0).abs() < 0.5, "{left} {right}");
    }

    #[test]
    fn pairs_are_kerned_and_entities_are_letters() {
        let face = Fonts::new().regular;
        assert!(width(&face, "AV") < width(&face, "A") + width(&face, "V"));
        assert_eq!(width(&face, "HH"), 2.0 * width(&face, "H"));
        assert_eq!(extent(&drawn("", "&lt;")), extent(&drawn("", "&#60;")));
        assert!(extent(&drawn("", "&lt;")).1 < 110.0);
    }

    #[test]
    fn parts_of_a_phrase_follow_one_another_in_their_styles() {
        let phrase = drawn("", r#"one <tspan class="b">two</tspan> three"#);
        let classes: Vec<&str> = phrase.split("class=\"").skip(1).collect();
        let classes: Vec<&str> = classes.iter().filter_map(|c| c.split('"').next()).collect();
        assert_eq!(classes, ["letters m", "letters b", "letters m"]);
        let fonts = Fonts::new();
        assert_ne!(width(&fonts.bold, "two"), width(&fonts.regular, "two"));
        let whole = width(&fonts.regular, "one ")
            + width(&fonts.bold, "two")
            + width(&fonts.regular, " three");
        let (left, right) = extent(&phrase);
        assert!(
            (right - left - 10.0 * whole).abs() < 1.5,
            "{left} {right} {whole}"
        );
    }

    #[test]
    fn bold_is_what_the_style_sheet_sets_in_bold() {
        let sheet = super::super::theme::file_stylesheet();
        let bold = sheet.lines().filter(|line| line.contains("font-weight"));
        let selectors = BOLD_CLASSES.map(|class| format!(".qx .{class}")).join(",");
        let rules: Vec<&str> = bold.collect();
        assert_eq!(rules, [format!("{selectors}{{font-weight:bold}}")]);
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        for marks in [
            "<text x=\"1\"",
            "<text x=\"1\" y=\"2\">a</text>",
            "<text>&</text>",
        ] {
            assert!(outlined(marks).is_err(), "{marks}");
        }
        assert_eq!(outlined("<rect/>").as_deref(), Ok("<rect/>"));
    }
}
