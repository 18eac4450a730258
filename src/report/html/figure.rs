//! A chart in a page: caption, drawing, the table behind it.

use super::markup::{Markup, escape};
use super::table::Table;
use crate::report::chart::{Chart, Frame};

/// Drawn twice, and the style sheet shows the one that fits: text stays readable on a phone.
///
/// A title that is already there as the heading above (`shown`) is not repeated.
pub fn large(prefix: &str, shown: &str, draw: impl Fn(&Frame) -> Chart) -> Markup {
    let frame = |width, name: &str| {
        Frame::new(width)
            .with_prefix(&format!("{prefix}{name}-"))
            .without_heading()
    };
    let wide = draw(&frame(Frame::WIDE, "w"));
    let narrow = draw(&frame(Frame::NARROW, "n"));
    let mut drawings = Markup::default();
    drawings.element("div", "class=\"wide\"", &drawing(&wide));
    drawings.element("div", "class=\"narrow\"", &drawing(&narrow));
    let caption = caption(&wide, wide.title != shown);
    figure("chart", &caption, &wide, &drawings)
}

/// A chart that a phone shows in a frame which scrolls sideways, with `behind` instead of a table.
pub fn scrolling(
    prefix: &str,
    draw: impl Fn(&Frame) -> Chart,
    summary: &str,
    behind: &Markup,
) -> Markup {
    let frame = Frame::new(Frame::WIDE)
        .with_prefix(prefix)
        .without_heading();
    let chart = draw(&frame);
    let mut frame = Markup::default();
    let attributes = format!(
        "class=\"timeline\" role=\"group\" tabindex=\"0\" aria-label=\"{}\"",
        escape(&chart.title)
    );
    frame.element("div", &attributes, &drawing(&chart));
    let mut inner = caption(&chart, true);
    inner.push(&frame);
    inner.push(&details(summary, behind));
    let mut figure = Markup::default();
    figure.element("figure", "class=\"chart\"", &inner);
    figure
}

/// Drawn once, narrow enough for a phone.
pub fn small(prefix: &str, draw: impl Fn(&Frame) -> Chart) -> Markup {
    let frame = Frame::new(Frame::NARROW)
        .with_prefix(&format!("{prefix}s-"))
        .without_heading();
    let chart = draw(&frame);
    figure(
        "chart small",
        &caption(&chart, true),
        &chart,
        &drawing(&chart),
    )
}

/// The drawing, its read-out between single quotes: JSON is full of double ones, and each would
/// take six bytes.
fn drawing(chart: &Chart) -> Markup {
    const START: &str = " data-readout=\"";
    let svg = &chart.svg;
    let parts = svg.split_once(START);
    let Some((before, (readout, after))) =
        parts.and_then(|(before, rest)| Some((before, rest.split_once('"')?)))
    else {
        return Markup::trusted(&**svg);
    };
    let readout = readout.replace("&quot;", "\"");
    Markup::trusted(format!("{before} data-readout='{readout}'{after}"))
}

fn figure(class: &str, caption: &Markup, chart: &Chart, drawing: &Markup) -> Markup {
    let mut inner = caption.clone();
    inner.push(drawing);
    let mut table = Table::new(&chart.title, chart.table.header.iter().map(String::as_str));
    for row in &chart.table.rows {
        table.row(row.iter().map(|cell| Markup::text(cell)));
    }
    inner.push(&details("The numbers", &table.markup()));
    let mut figure = Markup::default();
    figure.element("figure", &format!("class=\"{class}\""), &inner);
    figure
}

fn caption(chart: &Chart, is_titled: bool) -> Markup {
    let mut lines = Vec::new();
    if is_titled {
        lines.push(Markup::strong(&chart.title));
    }
    if !chart.subtitle.is_empty() {
        lines.push(Markup::faint(&chart.subtitle));
    }
    let mut caption = Markup::default();
    if !lines.is_empty() {
        let text = Markup::lines(lines);
        caption.element("figcaption", "", &text);
    }
    caption
}

fn details(summary: &str, behind: &Markup) -> Markup {
    let mut inner = Markup::default();
    inner.element("summary", "", &summary.into());
    inner.push(behind);
    let mut details = Markup::default();
    details.element("details", "", &inner);
    details
}
