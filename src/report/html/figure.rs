//! A chart in a page: caption, drawing, the table behind it.

use super::markup::Markup;
use super::table::Table;
use crate::report::chart::{Chart, Frame};

/// Drawn twice, and the style sheet shows the one that fits: text stays readable on a phone.
pub fn large(prefix: &str, draw: impl Fn(&Frame) -> Chart) -> Markup {
    let frame = |width, name: &str| {
        Frame::new(width)
            .with_prefix(&format!("{prefix}{name}-"))
            .without_heading()
    };
    let wide = draw(&frame(Frame::WIDE, "w"));
    let narrow = draw(&frame(Frame::NARROW, "n"));
    let mut drawings = Markup::default();
    drawings.element("div", "class=\"wide\"", &Markup::trusted(&*wide.svg));
    drawings.element("div", "class=\"narrow\"", &Markup::trusted(&*narrow.svg));
    figure("chart", &wide, &drawings)
}

/// Drawn once, narrow enough for a phone.
pub fn small(prefix: &str, draw: impl Fn(&Frame) -> Chart) -> Markup {
    let frame = Frame::new(Frame::NARROW)
        .with_prefix(&format!("{prefix}s-"))
        .without_heading();
    let chart = draw(&frame);
    figure("chart small", &chart, &Markup::trusted(&*chart.svg))
}

fn figure(class: &str, chart: &Chart, drawing: &Markup) -> Markup {
    let mut caption = Markup::strong(&chart.title);
    if !chart.subtitle.is_empty() {
        caption = caption
            .and(Markup::trusted("<br>"))
            .and(Markup::faint(&chart.subtitle));
    }
    let mut inner = Markup::default();
    inner.element("figcaption", "", &caption);
    inner.push(drawing);
    let mut table = Table::new(&chart.title, chart.table.header.iter().map(String::as_str));
    for row in &chart.table.rows {
        table.row(row.iter().map(|cell| Markup::text(cell)));
    }
    let mut behind = Markup::default();
    behind.element("summary", "", &"The numbers".into());
    behind.push(&table.markup());
    inner.element("details", "", &behind);
    let mut figure = Markup::default();
    figure.element("figure", &format!("class=\"{class}\""), &inner);
    figure
}
