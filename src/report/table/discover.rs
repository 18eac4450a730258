//! Ranges of what is uncertain that lead to an outcome, for the eye.

use super::estimates::join_errors;
use super::given::told;
use super::grid::Grid;
use super::text::{Line, dotted, shorten};
use super::{Page, label, palette, run};
use crate::report::format;
use crate::results::{BoxLimit, DiscoverResult, FoundBox, GivenValue, Peeled, TreeNode};
use std::io;

/// Shares of the draws at which a box on the way is shown.
const ON_THE_WAY: [f64; 5] = [0.6, 0.4, 0.25, 0.15, 0.08];
/// Cells of a name in a tree, which has it again and again.
const IN_A_TREE: usize = 40;
/// Inputs of a box on the way that are named.
const NAMED: usize = 3;

pub fn write(page: &mut Page<'_>, result: &DiscoverResult) -> io::Result<()> {
    let info = &result.scenario;
    let plain = anstyle::Style::new();
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    page.paragraph(palette::FAINT, &dotted(run::size_of(&result.run)), 0)?;
    run::interrupted(page, &result.run)?;
    page.paragraph(plain, &answer(result), 0)?;
    for (number, found) in shown(result) {
        page.section(&format!("Box {number}"), "")?;
        page.paragraph(plain, &sentence(result, number, found), 2)?;
        limits(page, found, rows_of(result))?;
    }
    if let Some(text) = together(result) {
        page.blank()?;
        page.paragraph(plain, &text, 0)?;
    }
    let rows = on_the_way(result);
    if !rows.is_empty() {
        page.section(
            "Wider and narrower",
            "boxes on the way to the first one and beyond",
        )?;
        peeling(page, &rows, rows_of(result))?;
    }
    let nodes = branches(result);
    if !nodes.is_empty() {
        page.section(
            "As a tree",
            "the input that tells most apart, then the next",
        )?;
        tree(page, &nodes, rows_of(result))?;
    }
    page.blank()?;
    page.paragraph(palette::FAINT, &legend(result), 0)?;
    for warning in result.warnings.iter().take(3) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

/// Boxes that are told from noise, with their numbers, which are their places among all.
pub fn shown(result: &DiscoverResult) -> Vec<(usize, &FoundBox)> {
    let boxes = (1..).zip(&result.boxes);
    boxes.filter(|(_, one)| one.detectable).collect()
}

/// What is looked for, how likely it is over all draws, and whether anything stands out.
pub fn answer(result: &DiscoverResult) -> String {
    let chance = format::percentage(result.probability, result.std_error);
    let rows = rows_of(result);
    let mut text = format!(
        "{}: {} ± {} pp over all {rows}.",
        label(&result.of.title, &result.of.name),
        chance.value,
        chance.error,
    );
    if result.inputs + result.conditions == 0 {
        text.push_str(" Nothing in the file is uncertain: there are no ranges to look at.");
    } else if result.probability == 0.0 || result.probability == 1.0 {
        text.push_str(" It is the same in all trials: there is nothing to tell apart.");
    } else if shown(result).is_empty() {
        text.push_str(&match result.least_density {
            Some(density) if density <= result.probability => format!(
                " That is at least {}% already: no box is needed.",
                format::plain(100.0 * density)
            ),
            Some(density) => format!(
                " No box was found in which it is at least {}%, beyond chance.",
                format::plain(100.0 * density)
            ),
            None => format!(
                " No box stands out: no ranges of the {} were found in which it is likelier, beyond chance.",
                looked_at(result)
            ),
        });
    }
    text
}

/// What was looked at.
fn looked_at(result: &DiscoverResult) -> String {
    let some = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let inputs = some(result.inputs, "uncertain input");
    let conditions = some(result.conditions, "early condition");
    match (result.inputs, result.conditions) {
        (_, 0) => inputs,
        (0, _) => conditions,
        _ => format!("{inputs} and {conditions}"),
    }
}

/// A share or a chance with its error.
fn with_error(value: &GivenValue) -> String {
    let (value, error) = told(value, false);
    match error.as_str() {
        "" => value,
        error => format!("{value} ± {error} pp"),
    }
}

/// A share of the draws, which is known better than anybody reads it.
pub fn of_draws(share: &GivenValue) -> String {
    match share.value {
        Some(share) if share > 0.0 && share < 0.01 => "<1%".into(),
        Some(share) if share < 1.0 && share > 0.99 => ">99%".into(),
        Some(share) => format!("{}%", format::fixed(100.0 * share, 0)),
        None => "–".into(),
    }
}

/// A box in a sentence.
pub fn sentence(result: &DiscoverResult, number: usize, found: &FoundBox) -> String {
    let (place, elsewhere) = match number {
        1 => (String::new(), "elsewhere".into()),
        2 => (", outside box 1,".into(), "outside both boxes".into()),
        n => (
            format!(", outside boxes 1 to {},", n - 1),
            format!("outside all {n} boxes"),
        ),
    };
    let rows = rows_of(result);
    let mut text = format!(
        "In {} of the {rows}{place} the chance is {}, {elsewhere} {}. These {rows} hold {} of all futures with this end.",
        of_draws(&found.size.mass),
        with_error(&found.size.density),
        with_error(&found.elsewhere),
        with_error(&found.size.coverage),
    );
    if let Some(asked) = result.least_density.filter(|_| found.below_asked) {
        text.push_str(&format!(
            " Counted on these trials the chance is less than the {}% asked for.",
            format::plain(100.0 * asked)
        ));
    }
    text
}

/// Several boxes in a sentence; nothing for one.
pub fn together(result: &DiscoverResult) -> Option<String> {
    let number = shown(result).len();
    let all = result.together.as_ref().filter(|_| number > 1)?;
    Some(format!(
        "Together these {number} boxes are {} of the {}, with a chance of {}, and hold {} of all futures with this end.",
        of_draws(&all.mass),
        rows_of(result),
        with_error(&all.density),
        with_error(&all.coverage),
    ))
}

fn input_name(kind: &str, title: &str, name: &str) -> String {
    match kind {
        "weight" => format!("weight of {}", label(title, name)),
        _ => label(title, name),
    }
}

/// An early condition that is met or not; `None` of a number.
fn told_early(name: &str, (kind, by): (&str, &str), is_met: Option<bool>) -> Option<String> {
    let is_met = is_met.unwrap_or(false);
    Some(match (kind, is_met) {
        ("event", true) => format!("{name}: by {by}"),
        ("event", false) => format!("{name}: not by {by}"),
        ("phase" | "state", true) => format!("{name}: on {by}"),
        ("phase" | "state", false) => format!("{name}: not on {by}"),
        _ => return None,
    })
}

/// The name of a number, with its day.
fn on_day(name: String, (kind, by): (&str, &str)) -> String {
    match (kind, by) {
        (_, "") => name,
        ("firings", day) => format!("firings of {name} by {day}"),
        (_, day) => format!("{name} on {day}"),
    }
}

/// Rows, in the plural: of what shares are shares.
pub fn rows_of(result: &DiscoverResult) -> &'static str {
    match result.days.is_empty() {
        true => "draws",
        false => "futures",
    }
}

/// What a box asks of one input.
pub fn range(limit: &BoxLimit) -> String {
    let name = input_name(&limit.kind, &limit.title, &limit.input);
    if let Some(told) = told_early(
        &name,
        (&limit.kind, &limit.by),
        limit.low.map(|low| low > 0.0),
    ) {
        return told;
    }
    let name = on_day(name, (&limit.kind, &limit.by));
    match (limit.low, limit.high) {
        (Some(low), Some(high)) if low == high => format!("{name}: {}", format::plain(low)),
        (Some(low), Some(high)) => {
            format!("{name}: {} to {}", format::plain(low), format::plain(high))
        }
        (Some(low), None) => format!("{name}: {} or more", format::plain(low)),
        (None, Some(high)) => format!("{name}: {} or less", format::plain(high)),
        (None, None) => name,
    }
}

pub fn legend(result: &DiscoverResult) -> String {
    if result.inputs + result.conditions == 0 {
        return "± is a standard error and comes from chance in the simulation.".into();
    }
    let told: Vec<usize> = shown(result).iter().map(|(number, _)| *number).collect();
    let is_gap = told.last().is_some_and(|last| *last > told.len());
    let gap = if is_gap {
        " Boxes that are not told from noise have a number, too, and are not shown."
    } else {
        ""
    };
    let trials = format::count(result.chosen_on.trials);
    if !result.days.is_empty() {
        return format!(
            "± is a standard error and comes from chance in the simulation. Looked at were the {}, at the beginning of each day. futures: share of them that \
             meet this limit alone; without: chance in those that only this limit keeps out. Chosen on {trials} trials of another seed, counted on these.{gap}",
            looked_at(result)
        );
    }
    format!(
        "± is a standard error and comes from chance in the simulation. A draw is one set of values of all {} uncertain inputs. draws: share of them that meet \
         this limit alone; without: chance in the draws that only this limit keeps out. Chosen on {trials} trials of another seed, counted on these.{gap}",
        result.inputs
    )
}

fn limits(page: &mut Page<'_>, found: &FoundBox, of: &str) -> io::Result<()> {
    let rows = &found.limits;
    let mut grid = Grid::new("", rows.iter().map(range));
    let shares = rows.iter().map(|row| of_draws(&row.share));
    grid.plain_column(of, 1, shares);
    let kept_out = join_errors(rows.iter().map(|row| told(&row.kept_out, false)).collect());
    let styled = (rows.iter().zip(kept_out)).map(|(row, text)| match row.detectable {
        true => Line::styled(palette::ESTIMATE, &text),
        false => Line::styled(palette::FAINT, &format!("{text} (noise)")),
    });
    grid.column("without ± pp", 0, styled);
    grid.write(page)
}

/// Boxes on the way that are worth a row: the first whose mass is at most each of some shares.
pub fn on_the_way(result: &DiscoverResult) -> Vec<&Peeled> {
    if shown(result).is_empty() {
        return Vec::new();
    }
    let mass = |peeled: &Peeled| peeled.size.mass.value.unwrap_or(0.0);
    let mut rows: Vec<&Peeled> = Vec::new();
    for share in ON_THE_WAY {
        let found = result.peeling.iter().find(|peeled| mass(peeled) <= share);
        let Some(row) = found else { break };
        if rows.last().is_none_or(|last| *last != row) {
            rows.push(row);
        }
    }
    rows
}

/// The inputs that a box on the way restricts.
pub fn restricted(peeled: &Peeled) -> String {
    let names = peeled.limits.iter().map(|limit| match limit.by.as_str() {
        "" => limit.input.clone(),
        day => format!("{} {day}", limit.input),
    });
    let names: Vec<String> = names.collect();
    match names.len() {
        n if n > NAMED => format!("{} and {} more", names[..NAMED].join(", "), n - NAMED),
        _ => names.join(", "),
    }
}

/// The nodes of the tree below all draws, but for those below a split that is not told from noise.
pub fn branches(result: &DiscoverResult) -> Vec<&TreeNode> {
    let mut told = Vec::new();
    // The depth from which on nodes are left out.
    let mut hidden = u32::MAX;
    for node in &result.tree {
        if node.depth >= hidden {
            continue;
        }
        if node.depth > 0 {
            told.push(node);
        }
        hidden = match node.detectable {
            true => u32::MAX,
            false => node.depth + 1,
        };
    }
    told
}

/// A node as what leads to it, under so many others.
pub fn branch(node: &TreeNode) -> String {
    let marks = "· ".repeat(node.depth.saturating_sub(1) as usize);
    // Its own name: a title would fill line after line.
    let name = input_name(&node.kind, "", &node.input);
    let name = shorten(&name, IN_A_TREE);
    if let Some(told) = told_early(&name, (&node.kind, &node.by), node.from.map(|_| true)) {
        return format!("{marks}{told}");
    }
    let name = format!("{marks}{}", on_day(name, (&node.kind, &node.by)));
    match (node.below, node.from) {
        (Some(at), _) => format!("{name}: below {}", format::plain(at)),
        (_, Some(at)) => format!("{name}: {} or more", format::plain(at)),
        _ => name,
    }
}

fn tree(page: &mut Page<'_>, nodes: &[&TreeNode], of: &str) -> io::Result<()> {
    let side = |of: fn(&TreeNode) -> &GivenValue| {
        join_errors(nodes.iter().map(|node| told(of(node), false)).collect())
    };
    let labels = nodes.iter().map(|node| branch(node));
    let mut grid = Grid::new("", labels);
    let shares = nodes.iter().map(|node| of_draws(&node.size.mass));
    grid.plain_column(of, 1, shares);
    grid.plain_column("chance ± pp", 0, side(|node| &node.size.density));
    grid.plain_column("holds ± pp", 2, side(|node| &node.size.coverage));
    grid.write(page)
}

fn peeling(page: &mut Page<'_>, rows: &[&Peeled], of: &str) -> io::Result<()> {
    let side = |of: fn(&Peeled) -> &GivenValue| {
        join_errors(rows.iter().map(|row| told(of(row), false)).collect())
    };
    let names = rows.iter().map(|row| shorten(&restricted(row), 60));
    let mut grid = Grid::new("", names);
    grid.plain_column(of, 0, rows.iter().map(|row| of_draws(&row.size.mass)));
    grid.plain_column("chance ± pp", 0, side(|row| &row.size.density));
    grid.plain_column("holds ± pp", 1, side(|row| &row.size.coverage));
    grid.write(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{boxes, flips};
    use crate::report::table::{Look, write_discover, write_flip};
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn no_line_is_wider_than_the_page_and_a_tree_ends_at_noise() {
        for width in [60, 80, 100] {
            let look = Look {
                color: false,
                width,
            };
            let mut bytes = Vec::new();
            write_discover(&mut bytes, &boxes(), look).expect("a vector takes all");
            write_flip(&mut bytes, &flips(), look).expect("a vector takes all");
            let text = String::from_utf8(bytes).expect("text is UTF-8");
            for line in text.lines() {
                assert!(line.width() <= width, "{width}:\n{line}\n\n{text}");
            }
            let flat = text.split_whitespace().collect::<Vec<&str>>().join(" ");
            for head in [
                "without ± pp",
                "chance ± pp",
                "(noise)",
                "sd",
                "outside both boxes 12.3%",
                "less than the 40% asked for",
                "It leads if",
                "It may lead if",
                "Not within 3 sd",
                "Start weights were left out",
            ] {
                assert!(flat.contains(head), "{head} at {width}:\n{text}");
            }
        }
        let found = boxes();
        let depths: Vec<u32> = branches(&found).iter().map(|node| node.depth).collect();
        assert_eq!(depths, [1, 2, 3, 1]);
    }
}
