//! The rows that are searched and counted: parameter draws, or with early conditions trials.
//!
//! Takes a study, the inputs of its draws and what was read of its trials; gives columns of
//! numbers, what each is called, and how many trials of each row have the outcome.

use crate::analysis::given::{Halves, share};
use crate::analysis::sensitivity::inputs::named;
use crate::analysis::study::Study;
use crate::analysis::tripwires::{Look, What, called, watched};
use crate::engine::{Settings, Setup, inputs};
use crate::estimate::REPLICATES;
use crate::program::InputCode;
use crate::results::{BoxSize, GivenRow, GivenValue};
use jiff::civil::Date;

/// Share of the rows that may have no number in a column.
const MISSING: f64 = 0.01;

/// What a column is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub title: String,
    /// `parameter` or `weight`; of an early condition as of a sign ([`called`]).
    pub kind: &'static str,
    /// The day of an early condition; empty for an input.
    pub by: String,
    of: Of,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    /// By number of the program.
    Input(usize),
    /// Number of the reading, and the day.
    Look(usize, usize),
}

/// What is looked at early: readings of each trial, and the days.
#[derive(Clone, Debug, Default)]
pub struct Early {
    pub looks: Vec<Look>,
    /// Years since the start.
    pub days: Vec<f64>,
}

impl Early {
    /// All that can be looked at on these days; nothing without days.
    pub fn all(study: &Study, days: Vec<f64>) -> Self {
        Self {
            looks: match days.is_empty() {
                true => Vec::new(),
                false => Look::all(&study.model, days.len()),
            },
            days,
        }
    }

    /// Whether trials are not looked at one by one.
    pub fn is_none(&self) -> bool {
        self.days.is_empty()
    }

    /// The study in which all is read; `None` for the study itself.
    pub fn study(&self, study: &Study) -> Option<Study> {
        (!self.is_none()).then(|| watched(study, &self.looks, &self.days))
    }

    /// Only the readings that `needed` columns are made of, of which the columns then speak.
    pub fn only(&self, columns: &mut [Column], needed: &[bool]) -> Self {
        let mut looks = Vec::new();
        for (column, _) in columns
            .iter_mut()
            .zip(needed)
            .filter(|(_, needed)| **needed)
        {
            let Of::Look(look, _) = &mut column.of else {
                continue;
            };
            let own = &self.looks[*look];
            *look = looks.iter().position(|one| one == own).unwrap_or_else(|| {
                looks.push(own.clone());
                looks.len() - 1
            });
        }
        Self {
            looks,
            days: self.days.clone(),
        }
    }
}

/// Rows of a run.
pub struct Rows {
    pub columns: Vec<Column>,
    /// By column, then by row; empty for a column that is not needed.
    pub values: Vec<Vec<f64>>,
    pub hits: Vec<u32>,
    /// Trials of a row.
    pub trials: u32,
    /// Rows of a draw.
    pub of_draw: usize,
}

/// All columns that there may be.
pub fn columns(study: &Study, early: &Early, dates: &[Date]) -> Vec<Column> {
    let inputs = named(study).into_iter().enumerate();
    let inputs = inputs.map(|(i, input)| Column {
        name: input.name,
        title: input.title,
        kind: input.kind,
        by: String::new(),
        of: Of::Input(i),
    });
    let looks = early.looks.iter().enumerate().flat_map(|(l, look)| {
        let days = match look.day {
            Some(day) => day..day + 1,
            None => 0..dates.len(),
        };
        let (name, title, _, kind) = called(&study.model, look.what);
        days.map(move |day| Column {
            name: name.clone(),
            title: title.clone(),
            kind,
            by: dates[day].to_string(),
            of: Of::Look(l, day),
        })
    });
    inputs.chain(looks).collect()
}

/// What is read of the trials of a block: how many of each row have the outcome, and the readings.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub hits: Vec<u32>,
    /// By look, then by trial.
    pub looks: Vec<Vec<f64>>,
}

impl Rows {
    /// Rows of blocks of a run. `used` says of each of `all` columns whether it is needed; without
    /// it those that have numbers are, and the others are left out.
    pub fn new(
        study: &Study,
        settings: &Settings,
        early: &Early,
        (all, used): (&[Column], Option<&[bool]>),
        seen: Vec<Seen>,
    ) -> Self {
        let per_draw = settings.trials_per_draw;
        let of_draw = match early.is_none() {
            true => 1,
            false => per_draw as usize,
        };
        let mut hits = Vec::new();
        let mut looks: Vec<Vec<f64>> = vec![Vec::new(); early.looks.len()];
        for block in seen {
            hits.extend(block.hits);
            for (all, more) in looks.iter_mut().zip(block.looks) {
                all.extend(more);
            }
        }
        let is_used = |c: usize| used.is_none_or(|used| used[c]);
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); all.len()];
        let setup = Setup::new(&study.program, settings.seed);
        for draw in 0..(hits.len() / of_draw) as u32 {
            let dealt = inputs(settings.design, &setup, draw);
            for (c, column) in all.iter().enumerate() {
                let Of::Input(i) = column.of else { break };
                if is_used(c) {
                    let value = match &study.program.inputs[i] {
                        InputCode::Parameter(p) => dealt.parameters[*p],
                        InputCode::Weight { trend, .. } => dealt.weights[*trend],
                    };
                    values[c].extend(std::iter::repeat_n(value, of_draw));
                }
            }
        }
        for (c, column) in all.iter().enumerate() {
            let Of::Look(l, day) = column.of else {
                continue;
            };
            if is_used(c) {
                let read = looks[l].iter();
                values[c] = match early.looks[l].what {
                    // Before that day begins: what is dated on the day itself comes too late.
                    What::Event(_) => read
                        .map(|first| f64::from(u8::from(*first < early.days[day])))
                        .collect(),
                    _ => read.copied().collect(),
                };
            }
        }
        let mut rows = Self {
            columns: all.to_vec(),
            values,
            hits,
            trials: if early.is_none() { per_draw } else { 1 },
            of_draw,
        };
        if used.is_none() {
            rows.leave_out();
        }
        rows
    }

    /// Leaves out columns that lack numbers, or whose numbers are all one.
    fn leave_out(&mut self) {
        let has_numbers = |(column, values): (&Column, &Vec<f64>)| {
            let missing = values.iter().filter(|value| !value.is_finite()).count();
            match column.of {
                Of::Input(_) => missing == 0,
                Of::Look(..) => {
                    let mut known = values.iter().filter(|value| value.is_finite());
                    let first = known.next();
                    missing as f64 <= MISSING * values.len() as f64
                        && known.any(|value| Some(value) != first)
                }
            }
        };
        let kept: Vec<bool> = (self.columns.iter().zip(&self.values))
            .map(has_numbers)
            .collect();
        let mut keep = kept.iter();
        self.columns.retain(|_| *keep.next().expect("as many"));
        let mut keep = kept.iter();
        self.values.retain(|_| *keep.next().expect("as many"));
    }

    pub fn responses(&self) -> Vec<f64> {
        let share = |hits: &u32| f64::from(*hits) / f64::from(self.trials);
        self.hits.iter().map(share).collect()
    }

    /// The draw of a row.
    pub fn draw(&self, row: usize) -> usize {
        row / self.of_draw
    }

    /// Counts by replicate on both sides of a line through some of the rows.
    fn halves(
        &self,
        among: impl Fn(usize) -> bool,
        inside: impl Fn(usize) -> bool,
    ) -> (Halves, u64) {
        let mut halves = Halves {
            hits: [[0; REPLICATES]; 2],
            trials: [[0; REPLICATES]; 2],
        };
        let mut rows = 0;
        for (row, hits) in self.hits.iter().enumerate().filter(|(row, _)| among(*row)) {
            let side = usize::from(!inside(row));
            let replicate = self.draw(row) % REPLICATES;
            rows += u64::from(side == 0);
            halves.hits[side][replicate] += u64::from(*hits);
            halves.trials[side][replicate] += u64::from(self.trials);
        }
        (halves, rows)
    }

    /// What lies inside a part of the rows, with its difference from the rest of `among`.
    pub fn size(&self, among: impl Fn(usize) -> bool, inside: impl Fn(usize) -> bool) -> Counted {
        let all = self.hits.len() as u64;
        let draws = all / self.of_draw as u64;
        // Of everything: mass and coverage are over all rows, whatever is compared.
        let (whole, rows) = self.halves(|_| true, |row| among(row) && inside(row));
        let size = |of: [&[u64; REPLICATES]; 2]| {
            let rest = std::array::from_fn(|m| of[1][m]);
            let one = Halves {
                hits: [*of[0], [0; REPLICATES]],
                trials: [rest, [0; REPLICATES]],
            };
            share("", "", &one, draws).all
        };
        let added = |parts: &[[u64; REPLICATES]; 2]| -> [u64; REPLICATES] {
            std::array::from_fn(|m| parts[0][m] + parts[1][m])
        };
        // Everything is everything, whatever was seen of it.
        let is_all = rows == all && whole.hits[0].iter().any(|hits| *hits > 0);
        let exact = |value: GivenValue| match is_all {
            true => GivenValue {
                std_error: Some(0.0),
                ci95: Some([1.0, 1.0]),
                ..value
            },
            false => value,
        };
        let mass = size([&whole.trials[0], &added(&whole.trials)]);
        let coverage = size([&whole.hits[0], &added(&whole.hits)]);
        let (compared, _) = self.halves(&among, &inside);
        let row = share("", "", &compared, draws);
        Counted {
            rows,
            size: BoxSize {
                mass: exact(mass),
                density: row.held.clone(),
                coverage: exact(coverage),
            },
            row,
        }
    }
}

pub struct Counted {
    pub rows: u64,
    pub size: BoxSize,
    /// Inside, and the rest of what it was compared with.
    pub row: GivenRow,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a reading one row in a hundred may have no number, of an input none; what is the same in
    /// all rows tells nothing.
    #[test]
    fn columns_without_numbers_and_without_differences_are_left_out() {
        let column = |name: &str, of: Of| Column {
            name: name.into(),
            title: String::new(),
            kind: "indicator",
            by: String::new(),
            of,
        };
        let with_gaps = |gaps: usize| -> Vec<f64> {
            let value = |row: usize| if row < gaps { f64::NAN } else { row as f64 };
            (0..1000).map(value).collect()
        };
        let mut rows = Rows {
            columns: vec![
                column("input", Of::Input(0)),
                column("input with a gap", Of::Input(1)),
                column("few gaps", Of::Look(0, 0)),
                column("many gaps", Of::Look(1, 0)),
                column("always so", Of::Look(2, 0)),
            ],
            values: vec![
                with_gaps(0),
                with_gaps(1),
                with_gaps(10),
                with_gaps(11),
                vec![1.0; 1000],
            ],
            hits: vec![0; 1000],
            trials: 1,
            of_draw: 1,
        };
        rows.leave_out();
        let names: Vec<&str> = rows.columns.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["input", "few gaps"]);
        assert_eq!(rows.values.len(), 2);
    }
}
