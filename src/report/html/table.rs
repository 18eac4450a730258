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
    /// Headings within the table, each with the number of the row that it stands before.
    pub parts: Vec<(usize, String)>,
    /// Whether the last column has words, which a phone breaks.
    pub ends_in_words: bool,
}

impl Table {
    pub fn new<'h>(caption: &str, head: impl IntoIterator<Item = &'h str>) -> Self {
        Self {
            caption: caption.into(),
            head: head.into_iter().map(Into::into).collect(),
            text_columns: 1,
            rows: Vec::new(),
            parts: Vec::new(),
            ends_in_words: false,
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

    #[must_use]
    pub fn ending_in_words(mut self) -> Self {
        self.ends_in_words = true;
        self
    }

    /// A heading over the rows that follow.
    pub fn part(&mut self, title: &str) {
        self.parts.push((self.rows.len(), title.into()));
    }

    /// Without the columns, behind the first, in which no row has anything.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let is_full: Vec<bool> = (0..self.head.len())
            .map(|i| i == 0 || self.rows.iter().any(|row| !row[i].as_str().is_empty()))
            .collect();
        let kept = |i: usize| is_full.get(i).copied().unwrap_or(true);
        self.ends_in_words &= is_full.last().copied().unwrap_or(false);
        let mut number = 0..;
        self.head.retain(|_| number.next().is_some_and(kept));
        for row in &mut self.rows {
            let mut number = 0..;
            row.retain(|_| number.next().is_some_and(kept));
        }
        self
    }

    /// In a frame of its own, which scrolls sideways where the page must not.
    ///
    /// End tags and quotes that HTML does without are left out: a page has tens of thousands of
    /// cells.
    pub fn markup(&self) -> Markup {
        let caption = escape(&self.caption);
        let mut html = format!(
            "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"{caption}\">\n<table class=\"t{}{}\">\n<caption>{caption}</caption>\n<thead><tr>",
            self.text_columns,
            if self.ends_in_words { " words" } else { "" }
        );
        for title in &self.head {
            // A column that has no name is no header.
            html += &match title.is_empty() {
                true => "<td>".to_owned(),
                false => format!("<th scope=col>{}", whole_dates(title)),
            };
        }
        html += "\n<tbody>\n";
        for (number, row) in self.rows.iter().enumerate() {
            if let Some((_, title)) = self.parts.iter().find(|(first, _)| *first == number) {
                // A body of its own: each keeps its heading with its first row on paper.
                html += &format!(
                    "{}<tr><th class=part scope=rowgroup colspan={}>{}\n",
                    if number > 0 { "<tbody>\n" } else { "" },
                    self.head.len(),
                    escape(title)
                );
            }
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

/// A heading whose dates are not broken at their hyphens.
fn whole_dates(title: &str) -> String {
    let words = title.split(' ').map(|word| {
        let is_date = word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('-');
        match is_date {
            true => format!("<span class=day>{}</span>", escape(word)),
            false => escape(word),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_broken_between_its_words_only() {
        assert_eq!(
            whole_dates("true by 2026-12-20"),
            "true by <span class=day>2026-12-20</span>"
        );
        assert_eq!(whole_dates("5% to 95%, a-b & c"), "5% to 95%, a-b &amp; c");
    }

    #[test]
    fn a_column_in_which_nothing_stands_is_left_out() {
        let mut table = Table::new("what it shows", ["what", "chance", "range", "in words"]);
        table.row(["a", "3%", "", ""].map(Markup::from));
        table.row(["b", "4%", "", "unlikely"].map(Markup::from));
        let table = table.without_empty_columns();
        assert_eq!(table.head, ["what", "chance", "in words"]);
        let cells = |row: &[Markup]| {
            row.iter()
                .map(|cell| cell.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(cells(&table.rows[0]), ["a", "3%", ""]);
        assert_eq!(cells(&table.rows[1]), ["b", "4%", "unlikely"]);
    }
}
