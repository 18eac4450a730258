//! A page as its reader meets it: headings, texts, tables, items and the texts of drawings, in
//! their order.

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Blocks of a page in the order in which they stand.
#[derive(Debug, PartialEq)]
pub enum Block {
    Heading(String),
    Text(String),
    /// Rows of cells, the head first.
    Table(Vec<Vec<String>>),
    Item(String),
    /// Texts of a drawing.
    Drawing(Vec<String>),
}

pub struct Page(pub Vec<Block>);

impl Page {
    pub fn of(html: &str) -> Self {
        let document = parse_document(RcDom::default(), ParseOpts::default()).one(html);
        let mut blocks = Vec::new();
        gather(&document.document, &mut blocks);
        Self(blocks)
    }

    /// Blocks below a heading that starts so, up to the next.
    pub fn under(&self, heading: &str) -> &[Block] {
        let is_it =
            |block: &Block| matches!(block, Block::Heading(text) if text.starts_with(heading));
        let start = self.0.iter().position(is_it);
        let start = start.unwrap_or_else(|| panic!("no heading {heading}")) + 1;
        let is_next = |block: &Block| matches!(block, Block::Heading(_));
        let rest = &self.0[start..];
        &rest[..rest.iter().position(is_next).unwrap_or(rest.len())]
    }

    /// The rows of the only table under a heading, without its head.
    pub fn rows(&self, heading: &str) -> &[Vec<String>] {
        let tables: Vec<_> = (self.under(heading).iter())
            .filter_map(|block| match block {
                Block::Table(rows) => Some(&rows[1..]),
                _ => None,
            })
            .collect();
        let [rows] = tables[..] else {
            panic!("{} tables under {heading}", tables.len())
        };
        rows
    }

    pub fn text(&self, heading: &str) -> String {
        let texts = self.under(heading).iter().filter_map(|block| match block {
            Block::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(" ")
    }
}

fn gather(node: &Handle, blocks: &mut Vec<Block>) {
    let children = || node.children.borrow();
    if let NodeData::Element { name, .. } = &node.data {
        let text = || words(node);
        match &*name.local {
            "head" | "nav" | "script" | "footer" | "header" => return,
            "h2" | "h3" => return blocks.push(Block::Heading(text())),
            "p" | "figcaption" => return blocks.push(Block::Text(text())),
            "li" => return blocks.push(Block::Item(text())),
            "svg" => {
                let mut texts = Vec::new();
                each(node, "text", &mut |text| texts.push(words(text)));
                return blocks.push(Block::Drawing(texts));
            }
            "table" => {
                let mut rows = Vec::new();
                each(node, "tr", &mut |row| {
                    let cells = row.children.borrow();
                    let cells = cells.iter().filter(|cell| {
                        matches!(&cell.data, NodeData::Element { name, .. } if matches!(&*name.local, "th" | "td"))
                    });
                    rows.push(cells.map(words).collect());
                });
                return blocks.push(Block::Table(rows));
            }
            _ => {}
        }
    }
    for child in children().iter() {
        gather(child, blocks);
    }
}

fn each(node: &Handle, wanted: &str, found: &mut dyn FnMut(&Handle)) {
    for child in node.children.borrow().iter() {
        if matches!(&child.data, NodeData::Element { name, .. } if &*name.local == wanted) {
            found(child);
        } else {
            each(child, wanted, found);
        }
    }
}

/// The text of an element, its blanks made plain.
fn words(node: &Handle) -> String {
    fn put(node: &Handle, text: &mut String) {
        match &node.data {
            NodeData::Text { contents } => text.push_str(&contents.borrow()),
            NodeData::Element { name, .. } if matches!(&*name.local, "title" | "desc") => {}
            _ => node
                .children
                .borrow()
                .iter()
                .for_each(|child| put(child, text)),
        }
    }
    let mut text = String::new();
    put(node, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
