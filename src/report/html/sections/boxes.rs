//! Results of `discover`: boxes with what each of their limits does, the tree, and changes that
//! make another outcome the likeliest.

use super::Body;
use super::why::{NOISE, cell, interrupted, provenance, verdict, warned};
use crate::report::format;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::table::{
    FLIP_IN_DOUBT, boxed_range, boxed_sentence, boxes_answer, boxes_legend, boxes_on_the_way,
    boxes_rows, boxes_shown, boxes_together, flip_answer, flip_cells, flip_command, flip_distance,
    flip_held, flip_legend, flip_level, flip_parted, given_value, restricted_inputs,
    share_of_draws, tree_branch, tree_branches,
};
use crate::results::{BoxSize, DiscoverResult, FlipResult};

pub fn discover(body: &mut Body, result: &DiscoverResult) {
    let of = boxes_rows(result);
    body.section("answer", "In short", |body| {
        interrupted(body, &result.run);
        body.paragraph(boxes_answer(result));
    });
    for (number, found) in boxes_shown(result) {
        let title = format!("Box {number}");
        body.section(&format!("box-{number}"), &title, |body| {
            body.paragraph(boxed_sentence(result, number, found));
            let head = ["limit", "told from noise", of, "without ±, pp"];
            let mut table = Table::new("What each limit keeps out", head).texts(2);
            for limit in &found.limits {
                table.row([
                    Markup::text(&boxed_range(limit)),
                    verdict(limit.detectable, NOISE),
                    share_of_draws(&limit.share).as_str().into(),
                    cell(given_value(&limit.kept_out, false)),
                ]);
            }
            body.table(&table);
        });
    }
    if let Some(text) = boxes_together(result) {
        body.section("together", "Together", |body| body.paragraph(text));
    }
    let sized = |size: &BoxSize| {
        [
            share_of_draws(&size.mass).as_str().into(),
            cell(given_value(&size.density, false)),
            cell(given_value(&size.coverage, false)),
        ]
    };
    let rows = boxes_on_the_way(result);
    if !rows.is_empty() {
        body.section("peeling", "Wider and narrower", |body| {
            let head = ["restricted", of, "chance ±, pp", "holds ±, pp"];
            let title = "Boxes on the way to the first one and beyond";
            let mut table = Table::new(title, head).texts(1);
            for row in rows {
                let [mass, chance, holds] = sized(&row.size);
                table.row([Markup::text(&restricted_inputs(row)), mass, chance, holds]);
            }
            body.table(&table);
        });
    }
    let nodes = tree_branches(result);
    if !nodes.is_empty() {
        body.section("tree", "As a tree", |body| {
            let head = ["where", of, "chance ±, pp", "holds ±, pp"];
            let title = "The input that tells most apart, then the next";
            let mut table = Table::new(title, head).texts(1);
            for node in nodes {
                let [mass, chance, holds] = sized(&node.size);
                table.row([Markup::text(&tree_branch(node)), mass, chance, holds]);
            }
            body.table(&table);
        });
    }
    body.remark(boxes_legend(result));
    let more = format!(
        " Chosen on {} trials under seed {}.",
        format::count(result.chosen_on.trials),
        result.chosen_on.seed
    );
    provenance(body, &result.run, &more);
    warned(body, &result.warnings);
}

pub fn flip(body: &mut Body, result: &FlipResult) {
    body.section("answer", "In short", |body| {
        interrupted(body, &result.run);
        body.paragraph(flip_answer(result));
    });
    let [flips, doubtful, others] = flip_parted(result);
    let doubt = format!("It may lead if ({FLIP_IN_DOUBT})");
    for (key, title, rows) in [
        ("flips", "It leads if", flips),
        ("doubtful", doubt.as_str(), doubtful),
        ("others", "It does not lead if", others),
    ] {
        if rows.is_empty() {
            continue;
        }
        body.section(key, title, |body| {
            let head = [
                "held",
                "settings",
                "sd",
                "level at sd (95% interval)",
                "chance ±, pp",
                "rival ±, pp",
                "lead ±, pp",
            ];
            let mut table = Table::new(title, head).texts(2);
            for row in rows {
                let mut cells = vec![
                    Markup::text(&flip_held(row)),
                    Markup::code(&flip_command(row)),
                    flip_distance(row).as_str().into(),
                    flip_level(row).as_str().into(),
                ];
                cells.extend(flip_cells(row).map(cell));
                table.row(cells);
            }
            body.table(&table);
        });
    }
    body.remark(flip_legend(result));
    provenance(body, &result.run, "");
    warned(body, &result.warnings);
}
