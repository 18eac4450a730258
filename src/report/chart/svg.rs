//! Marks written as SVG text.
//!
//! Takes coordinates in pixels of the chart's frame and class names of the [style
//! sheet](super::theme); gives elements. Every text that comes in is escaped. Knows nothing of
//! scales and data.

use std::fmt::Write;

/// Which point of a text stands at its x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Elements written so far.
#[derive(Default)]
pub(super) struct Drawing {
    out: String,
}

impl Drawing {
    pub fn into_text(self) -> String {
        self.out
    }

    /// A box of that class; `tip` is what a browser shows under the pointer.
    pub fn rect(&mut self, [x, y, width, height]: [f64; 4], class: &str, tip: &str) {
        let _ = write!(
            self.out,
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}""#,
            number(x),
            number(y),
            number(width.max(0.0)),
            number(height.max(0.0)),
        );
        self.end("rect", tip);
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let _ = write!(
            self.out,
            r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1),
        );
    }

    pub fn circle(&mut self, (x, y): (f64, f64), radius: f64, class: &str, tip: &str) {
        let _ = write!(
            self.out,
            r#"<circle class="{class}" cx="{}" cy="{}" r="{}""#,
            number(x),
            number(y),
            number(radius),
        );
        self.end("circle", tip);
    }

    pub fn polygon(
        &mut self,
        points: impl IntoIterator<Item = (f64, f64)>,
        class: &str,
        tip: &str,
    ) {
        let _ = write!(self.out, r#"<path class="{class}" d="{}Z""#, path(points));
        self.end("path", tip);
    }

    pub fn polyline(
        &mut self,
        points: impl IntoIterator<Item = (f64, f64)>,
        class: &str,
        tip: &str,
    ) {
        let _ = write!(self.out, r#"<path class="{class}" d="{}""#, path(points));
        self.end("path", tip);
    }

    /// One line of text; nothing if there is none.
    pub fn text(&mut self, (x, y): (f64, f64), size: f64, anchor: Anchor, class: &str, text: &str) {
        let text = escape(text);
        if text.trim().is_empty() {
            return;
        }
        self.text_element((x, y), size, anchor, class, &text);
    }

    /// Texts of different classes one after another on one line, each set off by a blank.
    pub fn phrase(
        &mut self,
        (x, y): (f64, f64),
        size: f64,
        anchor: Anchor,
        parts: &[(&str, &str)],
    ) {
        let parts = (parts.iter())
            .map(|(class, text)| (class, escape(text)))
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(class, text)| {
                if class.is_empty() {
                    text
                } else {
                    format!(r#"<tspan class="{class}">{text}</tspan>"#)
                }
            });
        let parts: Vec<String> = parts.collect();
        if !parts.is_empty() {
            self.text_element((x, y), size, anchor, "", &parts.join(" "));
        }
    }

    fn text_element(
        &mut self,
        (x, y): (f64, f64),
        size: f64,
        anchor: Anchor,
        class: &str,
        escaped: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let class = if class.is_empty() {
            String::new()
        } else {
            format!(r#" class="{class}""#)
        };
        let _ = write!(
            self.out,
            r#"<text{class} x="{}" y="{}" font-size="{}"{anchor}>{escaped}</text>"#,
            number(x),
            number(y),
            number(size),
        );
    }

    fn end(&mut self, element: &str, tip: &str) {
        if tip.is_empty() {
            self.out.push_str("/>");
        } else {
            let _ = write!(self.out, "><title>{}</title></{element}>", escape(tip));
        }
    }
}

/// Lines through the points, as the `d` of a path.
fn path(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.into_iter().enumerate() {
        let verb = if i == 0 { 'M' } else { 'L' };
        let _ = write!(d, "{verb}{} {}", number(x), number(y));
    }
    d
}

/// A coordinate: at most two decimals, no negative zero; what is not finite becomes 0.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

/// Text as it may stand in an element or in a quoted attribute of SVG and HTML.
///
/// Control characters, code points that XML forbids and marks that turn the direction of what
/// follows are dropped; line breaks and tabs become blanks.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_dropped(c) => {}
            c => out.push(c),
        }
    }
    out
}

fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// A chart's name as part of an `id`: letters, digits, `-` and `_`; anything else becomes its code
/// point, so that no two names meet.
pub(super) fn identifier(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') {
            out.push(c);
        } else {
            let _ = write!(out, "~{:x}~", u32::from(c));
        }
    }
    let out = out.replace('~', ".");
    if out.len() <= LONGEST {
        return out;
    }
    // No folder takes the whole name: its beginning, and what tells it from others (FNV-1a).
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}.{hash:016x}", &out[..LONGEST - 17])
}

/// Letters of an identifier, which is the name of a file too.
const LONGEST: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_name_becomes_one_that_a_folder_takes_and_stays_its_own() {
        let long = "é".repeat(100_000);
        let (one, other) = (identifier(&long), identifier(&format!("{long}x")));
        assert!(one != other && one.len() == LONGEST && other.len() == LONGEST);
        assert_eq!(identifier(&"x".repeat(LONGEST)), "x".repeat(LONGEST));
    }

    #[test]
    fn coordinates_have_two_decimals_at_most_and_no_negative_zero() {
        let cases = [
            (1.0, "1"),
            (-0.001, "0"),
            (0.125, "0.12"),
            (12.5, "12.5"),
            (-3.456, "-3.46"),
            (100.0, "100"),
            (f64::NAN, "0"),
            (f64::INFINITY, "0"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn markup_control_characters_and_turned_directions_do_not_pass() {
        assert_eq!(
            escape("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"
        );
        assert_eq!(escape("a\u{0}\u{1b}\u{202e}b\u{ffff}\nc"), "ab c");
    }

    #[test]
    fn different_names_have_different_identifiers() {
        let names = ["a b", "a.b", "a-b", "ab", "ä", "a\u{308}", "a.20.b"];
        let mut ids: Vec<String> = names.iter().map(|name| identifier(name)).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), names.len());
    }
}
