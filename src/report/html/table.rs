//! Tables of a page: a caption, scoped headers, numbers set right.

use super::markup::{Markup, escape};

/// A table; every row has as many cells as the head.
pub struct Table {
    /// What it shows; read out first.
    pub caption: String,
    pub head: Vec<String>,
    /// Columns of text, from the left; the others hold numbers.
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
    pub fn markup(&self) -> Markup {
        let caption = escape(&self.caption);
        let mut html = format!(
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>"
        );
        for (column, title) in self.head.iter().enumerate() {
            let class = self.class(column);
            html += &format!("<th scope=\"col\"{class}>{}</th>", escape(title));
        }
        html += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            for (column, cell) in row.iter().enumerate() {
                let class = self.class(column);
                let cell = cell.as_str();
                html += &match column {
                    0 => format!("<th scope=\"row\"{class}>{cell}</th>"),
                    _ => format!("<td{class}>{cell}</td>"),
                };
            }
            html += "</tr>\n";
        }
        html += "</tbody>\n</table>\n</div>\n";
        Markup::trusted(html)
    }

    fn class(&self, column: usize) -> &'static str {
        if column < self.text_columns {
            ""
        } else {
            " class=\"n\""
        }
    }
}
