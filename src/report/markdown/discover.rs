//! Ranges that lead to an outcome, as Markdown.

use super::{INTERRUPTED, escape, joined, label, table};
use crate::report::table::{
    boxed_range, boxed_sentence, boxes_answer, boxes_legend, boxes_on_the_way, boxes_rows,
    boxes_shown, boxes_together, given_value, restricted_inputs, share_of_draws, tree_branch,
    tree_branches,
};
use crate::results::DiscoverResult;
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_discover(out: &mut dyn Write, result: &DiscoverResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    if result.run.interrupted {
        writeln!(out, "{INTERRUPTED}\n")?;
    }
    writeln!(out, "{}\n", escape(&boxes_answer(result)))?;
    for (number, found) in boxes_shown(result) {
        writeln!(out, "## Box {number}\n")?;
        writeln!(out, "{}\n", escape(&boxed_sentence(result, number, found)))?;
        let columns = [
            "limit",
            boxes_rows(result),
            "without ± pp",
            "told from noise",
        ];
        let rows = found.limits.iter().map(|limit| {
            vec![
                escape(&boxed_range(limit)),
                share_of_draws(&limit.share),
                joined(given_value(&limit.kept_out, false)),
                if limit.detectable { "yes" } else { "no" }.into(),
            ]
        });
        table(out, &columns, 1, rows)?;
        writeln!(out)?;
    }
    if let Some(text) = boxes_together(result) {
        writeln!(out, "{}\n", escape(&text))?;
    }
    let rows = boxes_on_the_way(result);
    if !rows.is_empty() {
        writeln!(out, "## Wider and narrower\n")?;
        let columns = [
            "restricted",
            boxes_rows(result),
            "chance ± pp",
            "holds ± pp",
        ];
        let rows = rows.into_iter().map(|row| {
            vec![
                escape(&restricted_inputs(row)),
                share_of_draws(&row.size.mass),
                joined(given_value(&row.size.density, false)),
                joined(given_value(&row.size.coverage, false)),
            ]
        });
        table(out, &columns, 1, rows)?;
        writeln!(out)?;
    }
    let nodes = tree_branches(result);
    if !nodes.is_empty() {
        writeln!(out, "## As a tree\n")?;
        let of = boxes_rows(result);
        let columns = [&*format!("{of} where"), of, "chance ± pp", "holds ± pp"];
        let rows = nodes.into_iter().map(|node| {
            vec![
                escape(&tree_branch(node)),
                share_of_draws(&node.size.mass),
                joined(given_value(&node.size.density, false)),
                joined(given_value(&node.size.coverage, false)),
            ]
        });
        table(out, &columns, 1, rows)?;
        writeln!(out)?;
    }
    writeln!(out, "{}", escape(&boxes_legend(result)))
}
