//! A dated watch list, as Markdown.

use super::{INTERRUPTED, escape, joined, label, table};
use crate::report::table::{
    given_value, observation, tripwire_share, watched_answer, watched_deciding, watched_lead,
    watched_sentence, watched_worth,
};
use crate::results::{Tripwire, TripwiresResult};
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_tripwires(out: &mut dyn Write, result: &TripwiresResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    if result.run.interrupted {
        writeln!(out, "{INTERRUPTED}\n")?;
    }
    writeln!(out, "{}\n", escape(&watched_answer(result)))?;
    for day in &result.days {
        let rows: Vec<&Tripwire> = (result.tripwires.iter())
            .filter(|row| row.by == *day && row.detectable)
            .collect();
        writeln!(out, "## By {day}\n")?;
        if rows.is_empty() {
            writeln!(out, "Nothing seen by then tells it apart.\n")?;
            continue;
        }
        let columns = [
            "seen before that day begins",
            "how often ±, pp",
            "if so ±, pp",
            "if not ±, pp",
            "hit ±, pp",
            "false alarm ±, pp",
            "tells ±, pp of the entropy",
            "worth ±",
            "lead ±, days",
        ];
        let best = watched_sentence(result, rows[0]);
        let rows = rows.into_iter().map(|row| {
            let mut cells = vec![escape(&observation(row))];
            let values = [
                &row.seen,
                &row.if_seen,
                &row.if_not_seen,
                &row.hit_rate,
                &row.false_alarm_rate,
            ];
            cells.extend(values.map(|value| joined(given_value(value, false))));
            cells.push(joined(tripwire_share(row.information_share.as_ref())));
            cells.push(joined(watched_worth(row)));
            cells.push(joined(watched_lead(row)));
            cells
        });
        table(out, &columns, 1, rows)?;
        writeln!(out, "\nBest sign: {}\n", escape(&best))?;
    }
    for text in watched_deciding(result) {
        writeln!(out, "{}\n", escape(&text))?;
    }
    Ok(())
}
