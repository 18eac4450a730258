//! Changes that make another outcome the likeliest, as Markdown.

use super::{INTERRUPTED, escape, joined, label, table};
use crate::report::table::{
    FLIP_IN_DOUBT, flip_answer, flip_cells, flip_command, flip_distance, flip_held, flip_legend,
    flip_level, flip_parted,
};
use crate::results::{FlipChange, FlipResult};
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_flip(out: &mut dyn Write, result: &FlipResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    if result.run.interrupted {
        writeln!(out, "{INTERRUPTED}\n")?;
    }
    writeln!(out, "{}\n", escape(&flip_answer(result)))?;
    let [flips, doubtful, others] = flip_parted(result);
    let doubt = format!("It may lead if ({FLIP_IN_DOUBT})");
    for (heading, rows) in [
        ("It leads if", flips),
        (doubt.as_str(), doubtful),
        ("It does not lead if", others),
    ] {
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "## {heading}\n")?;
        let columns = [
            "held",
            "sd",
            "level at sd (95% interval)",
            "chance ± pp",
            "rival ± pp",
            "lead ± pp",
            "settings",
        ];
        let rows = rows.into_iter().map(|row: &FlipChange| {
            let mut cells = vec![escape(&flip_held(row)), flip_distance(row), flip_level(row)];
            cells.extend(flip_cells(row).map(joined));
            cells.push(escape(&flip_command(row)));
            cells
        });
        table(out, &columns, 1, rows)?;
        writeln!(out)?;
    }
    writeln!(out, "{}", escape(&flip_legend(result)))
}
