//! The first screen of a run: the answer, how sure, and what it hangs on, on at most forty lines.
//!
//! Likeliest first; digits no finer than what is known; chance in the simulation is said once, and
//! beside a number only where it is not small against the range. What does not fit is counted, and
//! the last lines say how to see it.

mod cells;
mod metrics;
mod questions;

use super::beside::{Against, Beside};
use super::text::{Line, is_at_most, right, shorten};
use super::{Order, Page, label, palette, run};
use crate::report::headline;
use crate::report::known::Known;
use crate::report::{dates, drivers, format};
use crate::results::{OutcomeResult, RunResult};
use cells::{Widths, bar_width, drawn, named, numbers, right_to, scale};
use questions::{conditional, questions};
use std::io;
use unicode_width::UnicodeWidthStr;

/// Lines of a screen of forty, less that of the prompt.
const LINES: usize = 39;
/// Trends shown at most.
const MOST_TRENDS: usize = 8;
/// Questions shown at least, if there are so many, and at most.
const QUESTIONS: [usize; 2] = [3, 10];
/// Assumptions that the answer is said to hang on, at most.
const MOST_DRIVERS: usize = 3;
/// Share of the range from which an assumption stands out.
const STANDS_OUT: f64 = 0.1;
const SHARE: usize = 7;
/// Behind the heading of trends, where there is room: their chances do not add up.
const SEVERAL: &str = " (several may hold)";
/// Warnings that come before all others, the worst first.
const WORST: [&str; 6] = [
    "non-finite",
    "interrupted",
    "outcome-shadowed",
    "unclassified",
    "chance-not-realised",
    "few-draws",
];
/// Widths of the numbers of an assumption.
const DRIVER: [usize; 3] = [10, 11, 12];
const NARROWEST_BAR: usize = 6;

pub fn write(
    page: &mut Page<'_>,
    result: &RunResult,
    order: Order,
    against: Option<Against<'_>>,
) -> io::Result<()> {
    let mut sections = vec![head(page, result), trends(page, result, order, against)];
    let (drivers, says_shares) = hangs_on(page, result);
    // The longest of the last lines are reserved.
    let all_signs = Signs {
        at_most: true,
        bars: true,
        shares: says_shares,
    };
    let reserved = foot(page, result, all_signs, against);
    // With the blank lines between sections; behind the last there is none.
    let used: usize = (sections.iter().chain([&drivers, &reserved]))
        .filter(|lines| !lines.is_empty())
        .map(|lines| lines.len() + 1)
        .sum();
    let used = used.saturating_sub(1);
    // With a heading and a blank line. Questions about some futures get what outcomes leave, unless
    // there are no others.
    let asked = match (result.questions.len(), result.conditional.len()) {
        (0, 0) => 0,
        (0, _) => 3,
        (n, _) => n.min(QUESTIONS[0]) + 2,
    };
    let outcomes = outcomes(
        page,
        result,
        order,
        LINES.saturating_sub(used + asked + 1).max(4),
        against,
    );
    let left = LINES.saturating_sub(used + outcomes.len() + 1);
    let for_some = match result.conditional.is_empty() {
        true => 0,
        false => 3,
    };
    let all = questions(page, result, left.saturating_sub(2 + for_some), against);
    let left = left.saturating_sub(all.len() + 1);
    sections.extend([
        outcomes,
        drivers,
        all,
        conditional(page, result, left, against),
    ]);
    let any =
        |is: &dyn Fn(&str) -> bool| sections.iter().flatten().any(|line| line.pieces().any(is));
    let signs = Signs {
        at_most: any(&is_at_most),
        bars: any(&|piece| ["┃", "╋"].contains(&piece)),
        shares: says_shares,
    };
    sections.push(foot(page, result, signs, against));
    let last = sections.len() - 1;
    let mut first = true;
    for (i, lines) in sections
        .iter()
        .enumerate()
        .filter(|(_, lines)| !lines.is_empty())
    {
        // Without time the numbers are the answer.
        if i == last && result.scenario.is_timeless() {
            metrics::write(page, result)?;
        }
        if !std::mem::replace(&mut first, false) {
            page.blank()?;
        }
        for line in lines {
            page.line(line)?;
        }
    }
    Ok(())
}

/// Title, span, and the answer in a sentence.
fn head(page: &Page<'_>, result: &RunResult) -> Vec<Line> {
    let scenario = &result.scenario;
    let name = label(&scenario.title, &scenario.name);
    let title = match scenario.is_timeless() {
        true => name,
        false => format!(
            "{name}, {} to {} ({})",
            scenario.start,
            headline::end(result),
            dates::duration(scenario.horizon)
        ),
    };
    let mut lines = page.wrapped(palette::TITLE, &title, 0);
    if result.run.interrupted {
        lines.extend(page.wrapped(palette::WARNING, run::INTERRUPTED, 0));
    }
    lines.extend(page.wrapped(anstyle::Style::new(), &headline::of(result), 0));
    lines
}

/// What becomes of the trends, a row each.
fn trends(
    page: &Page<'_>,
    result: &RunResult,
    order: Order,
    against: Option<Against<'_>>,
) -> Vec<Line> {
    let beside = Beside::of(against, |c| &c.trends, page.width());
    let mut trends = headline::trends_by(result, order);
    if trends.is_empty() {
        return Vec::new();
    }
    let more = trends.len().saturating_sub(MOST_TRENDS);
    trends.truncate(MOST_TRENDS);
    let times: Vec<f64> = (trends.iter())
        .find(|trend| !trend.comes_true.is_empty())
        .map(|trend| trend.comes_true.iter().map(|c| c.years).collect())
        .unwrap_or_default();
    // The first and the last; the others are in the full tables.
    let mut shown: Vec<f64> = times
        .first()
        .into_iter()
        .chain(times.last())
        .copied()
        .collect();
    shown.dedup();
    let chances = trends.iter().flat_map(|trend| &trend.comes_true);
    let widths = Widths::of(
        chances
            .filter(|c| shown.contains(&c.years))
            .map(Known::from),
    );
    let when = |years: f64| match (years - result.scenario.horizon).abs() < 1e-9 {
        true => "at the end".to_owned(),
        false => format!("true in {}", span(years)),
    };
    let mut columns: Vec<(f64, String, usize)> = (shown.iter())
        .map(|years| (*years, when(*years)))
        .map(|(years, head)| (years, head.clone(), widths.both().max(head.width() + 2)))
        .collect();
    if columns.len() == 1 {
        columns[0].1 = "true at the end".to_owned();
        columns[0].2 = columns[0].2.max(17);
    }
    let has_leads = headline::has_leads(result);
    let shares = SHARE * (1 + usize::from(has_leads));
    let taken = |columns: &[(f64, String, usize)]| -> usize {
        2 + shares + beside.width() + columns.iter().map(|column| column.2).sum::<usize>()
    };
    // What comes true at the end is worth more than the rest.
    while columns.len() > 1 && taken(&columns) + 14 > page.width() {
        columns.remove(0);
    }
    let fixed = taken(&columns);
    let widest = trends
        .iter()
        .map(|t| label(&t.title, &t.name).width())
        .max();
    let for_several = match columns.is_empty() {
        true => 0,
        false => "Trends".len() + SEVERAL.len() - 2,
    };
    let name = widest
        .unwrap_or(0)
        .max(for_several)
        .min(page.width().saturating_sub(fixed).max(14));
    let bar = bar_width(page, fixed + name);
    let mut header = Line::styled(palette::SECTION, "Trends");
    if !columns.is_empty() && "Trends".len() + SEVERAL.len() <= 2 + name {
        header.push(palette::FAINT, SEVERAL);
    }
    header.pad_to(2 + name);
    right(&mut header, palette::HEADER, "weight", SHARE);
    if has_leads {
        right(&mut header, palette::HEADER, "leads", SHARE);
    }
    for (_, head, width) in &columns {
        right(&mut header, palette::HEADER, head, *width);
    }
    beside.heads(&mut header, 0);
    let full = scale((trends.iter()).filter_map(|t| t.comes_true.last().map(Known::from)));
    let mut lines = vec![header];
    for trend in trends {
        let mut line = named(&label(&trend.title, &trend.name), 2, name);
        right(&mut line, palette::FAINT, &whole(trend.weight), SHARE);
        if has_leads {
            right(&mut line, palette::FAINT, &whole(trend.leads), SHARE);
        }
        for (years, _, width) in &columns {
            let chance = trend.comes_true.iter().find(|c| c.years == *years);
            match chance.map(Known::from) {
                Some(known) => {
                    line.pad_to(line.width() + width - widths.both());
                    numbers(&mut line, &known, widths);
                }
                None => right(&mut line, palette::FAINT, "–", *width),
            }
        }
        beside.write(&mut line, &trend.name);
        if let Some(last) = trend.comes_true.last().filter(|_| bar >= NARROWEST_BAR) {
            line.push(anstyle::Style::new(), "  ");
            line.append(drawn(&last.into(), full, bar));
        }
        lines.push(line);
    }
    if more > 0 {
        lines.push(Line::styled(
            palette::FAINT,
            &format!("  {more} more: --table trends"),
        ));
    }
    lines
}

/// A time since the start, in years where they are whole.
fn span(years: f64) -> String {
    match years {
        1.0 => "1 year".to_owned(),
        _ if years.fract() == 0.0 => format!("{years} years"),
        _ => dates::duration(years),
    }
}

/// A percentage in whole points, as inputs and shares of time are.
fn whole(share: f64) -> String {
    crate::report::known::percent(share, Some(0))
}

/// A row of the table of outcomes.
struct Row<'r> {
    name: &'r str,
    is_group: bool,
    title: String,
    indent: usize,
    known: Known<'r>,
}

/// Groups with their outcomes, on so many lines.
fn outcomes(
    page: &Page<'_>,
    result: &RunResult,
    order: Order,
    room: usize,
    against: Option<Against<'_>>,
) -> Vec<Line> {
    if !result.has_classes() {
        return Vec::new();
    }
    let mut of_groups = Beside::of(against, |c| &c.groups, page.width());
    let of_outcomes = Beside::of(against, |c| &c.differences, page.width()).aligned(&mut of_groups);
    let none = result.outcomes.last().filter(|_| result.outcomes.len() > 1);
    let has_rest = none.is_some_and(|none| none.probability > 0.0);
    let (mut rows, mut left_out) = self::rows(result, order, room - 1);
    if left_out > 0 || has_rest {
        (rows, left_out) = self::rows(result, order, room - 2);
    }
    let mut widths = Widths::of(rows.iter().map(|row| row.known));
    widths.percent = widths.percent.max(" chance".len());
    let fixed = widths.both() + of_groups.width();
    // Beside differences a name is worth more than a bar.
    let for_bars = if against.is_some() { 0 } else { 14 };
    let widest = rows.iter().map(|row| row.indent + row.title.width()).max();
    let mut header = Line::styled(palette::SECTION, "Outcomes");
    if !result.scenario.is_timeless() {
        header.push(palette::FAINT, &format!(" at {}", headline::end(result)));
    }
    let name = widest
        .unwrap_or(0)
        .max(header.width())
        .min(page.width().saturating_sub(fixed + for_bars).max(20));
    let bar = bar_width(page, fixed + name);
    let full = scale(rows.iter().map(|row| row.known));
    right_to(&mut header, "chance", name + widths.percent);
    if rows.iter().any(|row| row.known.has_range()) {
        right_to(&mut header, "range", name + widths.both());
    }
    of_groups.heads(&mut header, name + widths.both());
    let mut lines = vec![header];
    for row in &rows {
        let mut line = named(&row.title, row.indent, name - row.indent);
        numbers(&mut line, &row.known, widths);
        let beside = if row.is_group {
            &of_groups
        } else {
            &of_outcomes
        };
        beside.write(&mut line, row.name);
        if bar >= NARROWEST_BAR {
            line.push(anstyle::Style::new(), "  ");
            line.append(drawn(&row.known, full, bar));
        }
        lines.push(line);
    }
    let mut remarks = Vec::new();
    if left_out > 0 {
        remarks.push(format!("{left_out} more: --table outcomes"));
    }
    if let Some(none) = none.filter(|_| has_rest) {
        remarks.push(format!("none of these: {}", Known::from(none).percent()));
    }
    if !remarks.is_empty() {
        lines.push(Line::styled(
            palette::FAINT,
            &format!("  ({})", remarks.join("; ")),
        ));
    }
    lines
}

/// Rows of groups and outcomes, at most so many, and how many outcomes were left out: the rarest.
fn rows(result: &RunResult, order: Order, room: usize) -> (Vec<Row<'_>>, usize) {
    let classes = headline::classes_by(result, order);
    let mut members: Vec<&OutcomeResult> = result
        .outcomes
        .iter()
        .filter(|o| o.group.is_some())
        .collect();
    if order == Order::Likeliest {
        members.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    }
    // Classes come before members, and the likelier before the rarer.
    let kept_classes = likeliest(
        classes.iter().map(|class| class.known.probability),
        room.max(1),
    );
    let most = room.saturating_sub(classes.len());
    let kept_members = likeliest(members.iter().map(|outcome| outcome.probability), most);
    let mut rows = Vec::new();
    let mut left_out = 0;
    for (class, is_kept) in classes.iter().zip(kept_classes) {
        let is_group = result.groups.iter().any(|group| group.name == class.name);
        if is_kept {
            rows.push(Row {
                name: class.name,
                is_group,
                title: class.title.to_owned(),
                indent: 2,
                known: class.known,
            });
        } else if !is_group {
            left_out += 1;
        }
        let own = members.iter().zip(&kept_members);
        for (outcome, is_kept_too) in
            own.filter(|(o, _)| is_group && o.group.as_deref() == Some(class.name))
        {
            if is_kept && *is_kept_too {
                rows.push(Row {
                    name: &outcome.name,
                    is_group: false,
                    title: label(&outcome.title, &outcome.name),
                    indent: 4,
                    known: (*outcome).into(),
                });
            } else {
                left_out += 1;
            }
        }
    }
    (rows, left_out)
}

/// Which of these are among the `most` likeliest; of equals, the first.
fn likeliest(chances: impl Iterator<Item = f64>, most: usize) -> Vec<bool> {
    let chances: Vec<f64> = chances.collect();
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*b].total_cmp(&chances[*a]));
    let mut kept = vec![false; chances.len()];
    order.into_iter().take(most).for_each(|i| kept[i] = true);
    kept
}

/// The assumptions that explain most of the likeliest class's range, and their shares if there are
/// any to name.
fn hangs_on(page: &Page<'_>, result: &RunResult) -> (Vec<Line>, Option<Shares>) {
    let Some(found) = drivers::of(result) else {
        return (Vec::new(), None);
    };
    let of = format!("What '{}' hangs on", found.title);
    let none = |why: &str| {
        let text = format!("{of}: {why}.");
        (page.wrapped(palette::FAINT, &text, 0), None)
    };
    let drivers = match found.drivers {
        Ok(drivers) => drivers,
        Err(why) => return none(&why),
    };
    let out: Vec<_> = (drivers.inputs.iter())
        .filter(|input| input.detectable && input.share >= STANDS_OUT)
        .take(MOST_DRIVERS)
        .collect();
    if out.is_empty() {
        let why = format!("no single assumption of {} stands out", drivers.looked_at);
        return none(&why);
    }
    let shown = |input: &crate::results::Driver| {
        let text = label(&input.title, &input.input);
        if input.kind == "weight" {
            format!("Weight of {text}")
        } else {
            text
        }
    };
    let fixed = DRIVER.iter().sum::<usize>();
    let widest = out
        .iter()
        .map(|input| 2 + shown(input).width())
        .max()
        .unwrap_or(0);
    let name = widest
        .max(of.width())
        .min(page.width().saturating_sub(fixed).max(20));
    let mut header = Line::styled(palette::SECTION, &shorten(&of, name));
    header.pad_to(name);
    for (text, width) in ["explains", "if lowest", "if highest"]
        .into_iter()
        .zip(DRIVER)
    {
        right(&mut header, palette::HEADER, text, width);
    }
    let mut lines = vec![header];
    let all: f64 = out.iter().map(|input| input.share).sum();
    for input in out {
        let mut line = named(&shown(input), 2, name - 2);
        right(
            &mut line,
            palette::ESTIMATE,
            &drivers::explains(input),
            DRIVER[0],
        );
        for (p, error, width) in [
            (input.low, input.low_std_error, DRIVER[1]),
            (input.high, input.high_std_error, DRIVER[2]),
        ] {
            let digits = crate::report::known::places(None, error);
            right(
                &mut line,
                anstyle::Style::new(),
                &crate::report::known::percent(p, digits),
                width,
            );
        }
        lines.push(line);
    }
    let shares = match all > 1.0 {
        true => Shares::Overlapping,
        false => Shares::Apart,
    };
    (lines, Some(shares))
}

/// Shares of what assumptions explain.
#[derive(Clone, Copy)]
enum Shares {
    Apart,
    /// They sum to more than there is.
    Overlapping,
}

/// What there is above that the last lines have to explain.
#[derive(Clone, Copy)]
struct Signs {
    /// Ranges with a sign behind them.
    at_most: bool,
    bars: bool,
    shares: Option<Shares>,
}

/// How sure, what to beware of, and where the rest is.
fn foot(
    page: &Page<'_>,
    result: &RunResult,
    signs: Signs,
    against: Option<Against<'_>>,
) -> Vec<Line> {
    let run = &result.run;
    let draws = format::count(run.draws);
    let has_range = result.outcomes.iter().any(|o| Known::from(o).has_range());
    let mut text = format!(
        "Chance in the simulation {} ({} trials, {draws} draws, seed {}); what is wrong in the file is not counted.",
        headline::chance(result),
        format::count(run.trials),
        run.seed
    );
    if run.non_finite > 0 {
        text.push_str(&format!(
            " {} trials were stopped by a non-finite value.",
            format::count(run.non_finite)
        ));
    }
    if has_range {
        text.push_str(" Ranges: 5% to 95% over the draws of the assumptions");
        text.push_str(match signs.at_most {
            true => " (*: at most).",
            false => ".",
        });
    } else if run.draws >= 20 && run.trials_per_draw > 1 {
        text.push_str(" No assumption is uncertain.");
    }
    text.push_str(match signs.shares {
        Some(Shares::Apart) => " Explains: share of the variance behind the range.",
        Some(Shares::Overlapping) => {
            " Explains: share of the variance behind the range; shares overlap."
        }
        None => "",
    });
    if signs.bars {
        text.push_str(" Bars: ┃\u{a0}chance (┣╋┫\u{a0}with\u{a0}its\u{a0}error)");
        text.push_str(if has_range {
            ", ▓░\u{a0}range."
        } else {
            "."
        });
    }
    let mut lines = page.wrapped(palette::FAINT, &text, 0);
    if let Some(against) = against {
        lines.extend(page.wrapped(palette::FAINT, &against.told(result), 0));
    }
    let rank = |code: &str| {
        WORST
            .iter()
            .position(|worst| *worst == code)
            .unwrap_or(WORST.len())
    };
    if let Some(worst) = result
        .warnings
        .iter()
        .min_by_key(|warning| rank(&warning.code))
    {
        let others = match result.warnings.len() {
            1 => String::new(),
            n => format!(" ({n} in all: --table warnings)"),
        };
        let text = format!("warning[{}]: {}{others}", worst.code, worst.message);
        lines.extend(page.wrapped(palette::WARNING, &shorten(&text, 2 * page.width() - 4), 0));
    }
    let explore = if cfg!(feature = "explore") {
        " · explore FILE"
    } else {
        ""
    };
    let rest = format!("--full everything · --report page.html{explore} · compare FILE FILE");
    lines.extend(page.wrapped(palette::FAINT, &rest, 0));
    lines
}
