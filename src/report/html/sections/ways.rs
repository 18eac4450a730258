//! Near misses of an outcome, and the ways that trials take.

use super::{Body, why};
use crate::report::INTERRUPTED;
use crate::report::chart::from_results as chart;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::label;
use crate::report::table::{
    NEAR_INTERRUPTED, behind_way, near_answer, near_instead, near_legend, near_size, other_ways,
    way_ends_in, way_next, way_share, ways_answer, ways_legend,
};
use crate::results::{NearMisses, OtherWays, Pathway, Pathways};

pub fn near(body: &mut Body, result: &NearMisses) {
    body.section("near", "Near misses", |body| {
        if result.interrupted {
            body.paragraph(NEAR_INTERRUPTED);
        }
        body.paragraph(Markup::with_names(&near_answer(result)));
        body.remark(format!("{}.", near_size(result).join("; ")));
        for (id, title, ends) in [
            (
                "near-groups",
                "One event away from another group",
                &result.groups,
            ),
            (
                "near-ends",
                "One event away from another outcome",
                &result.ends,
            ),
        ] {
            if let Some(rows) = chart::near(id, title, ends) {
                body.chart(|frame| rows.draw(frame));
            }
        }
    });
    for (key, change, title) in [
        ("if-not", "without", "If this had not happened"),
        (
            "if-so",
            "with",
            "If this had happened, which was likelier than not",
        ),
    ] {
        let head = ["event", "instead ±, pp", "ends otherwise ±, pp", "of ±, pp"];
        let mut table = Table::new(title, head).texts(2);
        for one in result.events.iter().filter(|one| one.change == change) {
            table.row([
                Markup::text(label(&one.title, &one.event)),
                near_instead(one).as_str().into(),
                way_share(&one.turned).as_str().into(),
                way_share(&one.possible).as_str().into(),
            ]);
        }
        if !table.rows.is_empty() {
            body.section(key, title, |body| body.table(&table));
        }
    }
    body.remark(near_legend(result));
    why::warned(body, &result.warnings);
}

pub fn paths(body: &mut Body, result: &Pathways) {
    body.section("pathways", "Pathways", |body| {
        if result.run.interrupted {
            body.paragraph(INTERRUPTED);
        }
        body.paragraph(Markup::with_names(&ways_answer(result)));
        if result.trials == 0 {
            return;
        }
        let tree = level(&result.branches, result.others.as_ref());
        body.add(&tree);
        body.remark(ways_legend(result));
    });
    why::provenance(body, &result.run, "");
    why::warned(body, &result.warnings);
}

/// Branches as a list, in which each holds its own.
fn level(branches: &[Pathway], others: Option<&OtherWays>) -> Markup {
    let mut list = Markup::default();
    for branch in branches {
        let (further, folded) = behind_way(branch);
        let inner = level(further, folded);
        list.element("li", "", &told(branch).and(inner));
    }
    if let Some(others) = others {
        let mut rare = Markup::default();
        for branch in &others.distinct {
            rare.element("li", "", &Markup::text("rare: ").and(told(branch)));
        }
        let mut inner = Markup::default();
        if !rare.is_empty() {
            inner.element("ul", "", &rare);
        }
        list.element("li", "", &Markup::text(&other_ways(others)).and(inner));
    }
    let mut whole = Markup::default();
    if !list.is_empty() {
        whole.element("ul", "class=\"tree\"", &list);
    }
    whole
}

fn told(branch: &Pathway) -> Markup {
    let text = Markup::text(&format!("{} ", way_share(&branch.share)))
        .and(Markup::strong(&way_next(branch)));
    match branch.ends.first() {
        Some(end) => text.and(Markup::faint(&format!(" [{}]", way_ends_in(end)))),
        None => text,
    }
}
