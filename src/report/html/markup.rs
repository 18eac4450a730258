//! Pieces of HTML that are safe by construction: text goes in, escaped text comes out.
//!
//! [`Markup`] is the only thing that a page is made of. Whatever came from a file enters it by
//! [`Markup::text`] or [`Markup::code`] and cannot leave the place where it was put; addresses
//! become links only if they are plain web addresses.

pub use crate::report::chart::escape;
use serde_json::Value;
use std::fmt::Write;

/// Escaped HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// A text as it is.
    pub fn text(text: &str) -> Self {
        Self(escape(text))
    }

    /// A name or a formula.
    pub fn code(text: &str) -> Self {
        Self(format!("<code>{}</code>", escape(text)))
    }

    /// A text in which names stand between backticks.
    pub fn with_names(text: &str) -> Self {
        let parts: Vec<&str> = text.split('`').collect();
        // An odd one out is a character like any other.
        if parts.len().is_multiple_of(2) {
            return Self::text(text);
        }
        let each = parts.iter().enumerate().map(|(i, part)| match i % 2 {
            0 => Self::text(part),
            _ => Self::code(part),
        });
        each.fold(Self::default(), Self::and)
    }

    /// A text that matters.
    pub fn strong(text: &str) -> Self {
        Self(format!("<strong>{}</strong>", escape(text)))
    }

    /// A text beside the matter.
    pub fn faint(text: &str) -> Self {
        Self(format!("<span class=\"faint\">{}</span>", escape(text)))
    }

    /// A link into the same page.
    pub fn anchor(id: &str, text: &str) -> Self {
        Self(format!("<a href=\"#{}\">{}</a>", escape(id), escape(text)))
    }

    /// A link to a web address; the text alone if `address` is anything else.
    pub fn link(address: &str, text: &str) -> Self {
        if !is_web_address(address) {
            return Self::text(text);
        }
        Self(format!(
            "<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
            escape(address),
            escape(text)
        ))
    }

    /// JSON for the inside of an element, where quotation marks can stay as they are.
    ///
    /// It can be copied from the page as it is: what [`text`](Self::text) would drop is written as
    /// JSON escapes.
    pub fn json(value: &Value) -> Self {
        let mut text = String::new();
        for c in value.to_string().chars() {
            match c {
                '&' | '<' | '>' => text += &escape(c.encode_utf8(&mut [0; 4])),
                c if escape(c.encode_utf8(&mut [0; 4])).is_empty() => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(text, "\\u{unit:04x}");
                    }
                }
                c => text.push(c),
            }
        }
        Self(text)
    }

    /// Markup that this program wrote itself, such as a chart.
    pub fn trusted(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    #[must_use]
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        self.0 += &more.into().0;
        self
    }

    /// Adds an element around `inner`; `attributes` are of this program.
    pub fn element(&mut self, tag: &str, attributes: &str, inner: &Self) {
        let gap = if attributes.is_empty() { "" } else { " " };
        let _ = writeln!(self.0, "<{tag}{gap}{attributes}>{}</{tag}>", inner.0);
    }

    /// Adds what this program wrote.
    pub fn raw(&mut self, html: &str) {
        self.0 += html;
    }

    pub fn push(&mut self, more: &Self) {
        self.0 += &more.0;
    }

    /// The text without markup; names and formulas as `name` tells them.
    pub fn plain(&self, name: &dyn Fn(&str) -> String) -> String {
        let mut text = String::new();
        let mut code = None;
        for piece in self.0.split_inclusive('>') {
            // What stands in a file is escaped, so that each of these signs is a tag's.
            let (told, tag) = piece.rsplit_once('<').unwrap_or((piece, ""));
            code.as_mut().unwrap_or(&mut text).push_str(&plain(told));
            match tag {
                "code>" => code = Some(String::new()),
                "/code>" => text += &code.take().map_or_else(String::new, |own| name(&own)),
                _ => {}
            }
        }
        text
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Pieces on lines of their own.
    pub fn lines(pieces: impl IntoIterator<Item = Self>) -> Self {
        let pieces: Vec<String> = pieces.into_iter().map(|piece| piece.0).collect();
        Self(pieces.join("<br>"))
    }

    /// Pieces with something between them.
    pub fn join(pieces: impl IntoIterator<Item = Self>, between: &str) -> Self {
        let pieces: Vec<String> = pieces.into_iter().map(|piece| piece.0).collect();
        Self(pieces.join(&escape(between)))
    }
}

impl From<&str> for Markup {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Markup {
    fn from(text: String) -> Self {
        Self::text(&text)
    }
}

/// The text that [`escape`] has made safe.
fn plain(escaped: &str) -> String {
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
    ];
    let text = (signs.iter()).fold(escaped.to_owned(), |text, (from, to)| {
        text.replace(from, to)
    });
    text.replace("&amp;", "&")
}

/// True for `http` and `https` addresses without blanks, quotes or control characters.
fn is_web_address(address: &str) -> bool {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let is_odd =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '\\');
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(is_odd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_leave_its_place() {
        let hostile = "</title><script>alert(1)</script>\"'><img onerror=x>&]]>\u{0}\u{202e}";
        let text = escape(hostile);
        for c in ['<', '>', '"', '\'', '\u{0}', '\u{202e}'] {
            assert!(!text.contains(c), "{text}");
        }
        let back = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        assert_eq!(back, hostile.trim_end_matches(['\u{0}', '\u{202e}']));
    }

    #[test]
    fn plain_text_is_what_was_put_in_and_names_are_told_by_the_caller() {
        let odd = "a<b> & \"c\" &lt; 'd'";
        let markup = Markup::text(odd)
            .and(Markup::strong(" x "))
            .and(Markup::code("a>b"))
            .and(Markup::anchor("id", odd));
        let told = markup.plain(&|name| format!("[{name}]"));
        assert_eq!(told, format!("{odd} x [a>b]{odd}"));
        assert_eq!(Markup::code("x").plain(&str::to_owned), "x");
    }

    #[test]
    fn json_is_the_same_value_when_it_is_copied_from_the_page() {
        let value = serde_json::json!({"a<b>": "\u{202e}x & \"y\" \u{7f}\n", "c": [1.5, null]});
        let shown = Markup::json(&value);
        let text = shown.as_str().replace("&lt;", "<").replace("&gt;", ">");
        let text = text.replace("&amp;", "&");
        assert!(
            !shown.as_str().contains(['<', '\u{202e}', '\u{7f}']),
            "{text}"
        );
        let back: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(back, value);
    }

    #[test]
    fn only_web_addresses_become_links() {
        for address in ["https://example.org/a?b=1&c=2", "http://example.org"] {
            let link = Markup::link(address, "x");
            assert!(link.as_str().starts_with("<a href=\"http"), "{link:?}");
        }
        for address in [
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//example.org",
            "https://",
            "https://a\" onclick=\"x",
            "https://a b",
            "",
        ] {
            assert_eq!(Markup::link(address, "x").as_str(), "x", "{address}");
        }
    }
}
