//! Stories, near misses and pathways, as Markdown.

use super::{INTERRUPTED, escape, label, table, warnings};
use crate::report::format;
use crate::report::stories::{INTERRUPTED as SEARCH_INTERRUPTED, in_groups, stands_for, tells};
use crate::report::table::{
    NEAR_INTERRUPTED, behind_way, near_answer, near_instead, near_legend, near_size, other_ways,
    way_ends_in, way_next, way_share, ways_answer, ways_legend,
};
use crate::results::{NearMisses, OtherWays, Pathway, Pathways, Storyline, Typical, narrative};
use std::io::{self, Write};

/// Each story in sentences, as a list.
///
/// # Errors
/// Those of `out`.
pub fn write_typical(out: &mut dyn Write, typical: &[Typical]) -> io::Result<()> {
    for group in typical {
        let title = label(&group.outcome_title, &group.outcome);
        writeln!(out, "# {}\n", escape(title))?;
        if group.interrupted {
            writeln!(out, "{SEARCH_INTERRUPTED}\n")?;
        }
        if group.stories.is_empty() {
            let searched = format::count(group.searched);
            writeln!(out, "None of the first {searched} trials ends so.")?;
            continue;
        }
        writeln!(out, "{}", escape(&in_groups(group)))?;
        for (number, one) in (1..).zip(&group.stories) {
            let of = group.stories.len();
            writeln!(out, "\n## Typical trial {number} of {of}\n")?;
            let which = format!(
                "Trial {}, seed {}: {}. One possible future, not a forecast.",
                format::count(one.story.trial),
                one.story.seed,
                stands_for(group, one)
            );
            writeln!(out, "{}\n", escape(&which))?;
            for text in tells(&one.tells) {
                writeln!(out, "{}\n", escape(&text))?;
            }
            sentences(out, &one.narrative)?;
        }
    }
    Ok(())
}

/// The story in sentences, as a list.
///
/// # Errors
/// Those of `out`.
pub fn write_storyline(out: &mut dyn Write, story: &Storyline) -> io::Result<()> {
    let info = &story.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    writeln!(
        out,
        "Trial {}, parameter draw {}, seed {}. One possible future, not a forecast.\n",
        format::count(story.trial),
        format::count(story.draw),
        story.seed
    )?;
    for one in &story.before {
        let text = format!("Before the start, {}: {}", one.date, story.earlier(one));
        writeln!(out, "- {}", escape(&text))?;
    }
    sentences(out, &narrative(story))
}

fn sentences(out: &mut dyn Write, told: &[String]) -> io::Result<()> {
    told.iter()
        .try_for_each(|text| writeln!(out, "- {}", escape(text)))
}

/// # Errors
/// Those of `out`.
pub fn write_near(out: &mut dyn Write, result: &NearMisses) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    writeln!(out, "{}.\n", near_size(result).join("; "))?;
    if result.interrupted {
        writeln!(out, "{NEAR_INTERRUPTED}\n")?;
    }
    writeln!(out, "{}\n", escape(&near_answer(result)))?;
    for (heading, ends) in [
        ("another group", &result.groups),
        ("another outcome", &result.ends),
    ] {
        if ends.is_empty() {
            continue;
        }
        writeln!(out, "## One event away from {heading}\n")?;
        let rows = ends
            .iter()
            .map(|end| vec![escape(label(&end.title, &end.name)), way_share(&end.share)]);
        table(out, &[heading, "share ±, pp"], 1, rows)?;
        writeln!(out)?;
    }
    for (change, heading) in [
        ("without", "If this had not happened"),
        ("with", "If this had happened, which was likelier than not"),
    ] {
        let events = result.events.iter().filter(|one| one.change == change);
        let rows: Vec<Vec<String>> = events
            .map(|one| {
                vec![
                    escape(label(&one.title, &one.event)),
                    escape(&near_instead(one)),
                    way_share(&one.turned),
                    way_share(&one.possible),
                ]
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "## {heading}\n")?;
        let columns = ["event", "instead ±, pp", "ends otherwise ±, pp", "of ±, pp"];
        table(out, &columns, 2, rows.into_iter())?;
        writeln!(out)?;
    }
    writeln!(out, "{}", escape(&near_legend(result)))?;
    if !result.warnings.is_empty() {
        writeln!(out)?;
    }
    warnings(out, &result.warnings, 2)
}

/// # Errors
/// Those of `out`.
pub fn write_paths(out: &mut dyn Write, result: &Pathways) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    if result.run.interrupted {
        writeln!(out, "{INTERRUPTED}\n")?;
    }
    writeln!(out, "{}\n", escape(&ways_answer(result)))?;
    level(out, 0, &result.branches, result.others.as_ref())?;
    if result.trials > 0 {
        writeln!(out, "\n{}", escape(&ways_legend(result)))?;
    }
    Ok(())
}

fn level(
    out: &mut dyn Write,
    depth: usize,
    branches: &[Pathway],
    others: Option<&OtherWays>,
) -> io::Result<()> {
    let before = "  ".repeat(depth);
    let told = |branch: &Pathway| {
        let ends = branch
            .ends
            .first()
            .map(|end| format!(" ({})", way_ends_in(end)));
        let text = format!(
            "{} {}{}",
            way_share(&branch.share),
            way_next(branch),
            ends.unwrap_or_default()
        );
        escape(&text)
    };
    for branch in branches {
        writeln!(out, "{before}- {}", told(branch))?;
        let (further, folded) = behind_way(branch);
        level(out, depth + 1, further, folded)?;
    }
    if let Some(others) = others {
        writeln!(out, "{before}- {}", escape(&other_ways(others)))?;
        for rare in &others.distinct {
            writeln!(out, "{before}  - rare: {}", told(rare))?;
        }
    }
    Ok(())
}
