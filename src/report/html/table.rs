//! Tables of a page: a caption, scoped headers, numbers set right.

use super::markup::{Markup, escape};

/// A table; every row has as many cells as the head.
pub struct Table {
    /// What it shows; read out first.
    pub caption: String,
    pub head: Vec<String>,
    /// Columns of text, from the left, one to four; the others hold numbers.
    pub text_columns: usize,
    pub rows: Vec<Vec<Markup>>,
}

impl Table {
    pub fn new<'h>(caption: &str, head: impl IntoIterator<Item = &'h str>) -> Self {
        Self {
            caption: caption.into(),
            head: head.into_iter().map(Into::into).collect(),
            text_columns: 1,
            rows: Vec::new(),
        }
    }

    #[must_use]
    pub fn texts(mut self, columns: usize) -> Self {
        self.text_columns = columns;
        self
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Markup>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// In a frame of its own, which scrolls sideways where the page must not.
    ///
    /// End tags and quotes that HTML does without are left out: a page has tens of thousands of
    /// cells.
    pub fn markup(&self) -> Markup {
        let caption = escape(&self.caption);
        let mut html = format!(
            "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"{caption}\">\n<table class=\"t{}\">\n<caption>{caption}</caption>\n<thead><tr>",
            self.text_columns
        );
        for title in &self.head {
            // A column that has no name is no header.
            html += &match title.is_empty() {
                true => "<td>".to_owned(),
                false => format!("<th scope=col>{}", escape(title)),
            };
        }
        html += "\n<tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            for (column, cell) in row.iter().enumerate() {
                html += if column == 0 {
                    "<th scope=row>"
                } else {
                    "<td>"
                };
                html += cell.as_str();
            }
            html += "\n";
        }
        html += "</table>\n</div>\n";
        Markup::trusted(html)
    }
}
