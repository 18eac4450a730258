//! What a sweep varies, as the command line says it: `PATH=FROM..TO:N`, `PATH=a,b,c`, and whole
//! variants.

use super::exit::Misuse;
use crate::analysis::latin_hypercube;
use anyhow::Result;
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Runs that a sweep has at most.
const MOST_POINTS: usize = 10_000;

/// One `--vary`.
#[derive(Clone, Debug, PartialEq)]
pub struct Vary {
    pub path: String,
    pub values: Values,
}

/// The values of an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// From one number to another, both included; without a count only for a Latin hypercube.
    Range {
        from: f64,
        to: f64,
        count: Option<usize>,
    },
    /// As written, for `--set`.
    List(Vec<String>),
}

/// Reads `PATH=FROM..TO:N` or `PATH=a,b,c`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn vary(text: &str) -> Result<Vary, String> {
    let fault = |what: &str| {
        format!(
            "`{text}`: {what}; expected PATH=FROM..TO:N such as parameters.x.p50=0.1..0.5:9, or PATH=a,b,c"
        )
    };
    let (path, values) = text
        .split_once('=')
        .ok_or_else(|| fault("there is no `=`"))?;
    let (path, values) = (path.trim(), values.trim());
    if path.is_empty() {
        return Err(fault("there is no path before `=`"));
    }
    if values.is_empty() {
        return Err(fault("there is no value after `=`"));
    }
    // Text in quotation marks, or in a list, may have dots of its own.
    let is_range = |(from, _): &(&str, &str)| !from.contains(['"', ',', '[', '{']);
    let values = match values.split_once("..").filter(is_range) {
        Some((from, rest)) => range(from, rest).map_err(|what| fault(&what))?,
        None => Values::List(items(values).map_err(|what| fault(&what))?),
    };
    Ok(Vary {
        path: path.to_owned(),
        values,
    })
}

fn range(from: &str, rest: &str) -> Result<Values, String> {
    let number = |text: &str| -> Result<f64, String> {
        let parsed = text.trim().parse::<f64>().ok();
        parsed
            .filter(|number| number.is_finite())
            .ok_or_else(|| format!("`{}` is not a number", text.trim()))
    };
    let (to, count) = match rest.split_once(':') {
        Some((to, count)) => (to, Some(count.trim())),
        None => (rest, None),
    };
    let (from, to) = (number(from)?, number(to)?);
    if from == to {
        return Err("the range is a single number".into());
    }
    let count = match count {
        None => None,
        Some(text) => match text.parse::<usize>() {
            Ok(count) if (2..=MOST_POINTS).contains(&count) => Some(count),
            _ => {
                return Err(format!(
                    "`{text}` is not a number of values from 2 to {MOST_POINTS}"
                ));
            }
        },
    };
    Ok(Values::Range { from, to, count })
}

/// The parts between commas that stand in no bracket and no quotes.
fn items(text: &str) -> Result<Vec<String>, String> {
    let (mut items, mut item) = (Vec::new(), String::new());
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '[' | '{' | '(' if !quoted => depth += 1,
            ']' | '}' | ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                items.push(std::mem::take(&mut item).trim().to_owned());
                continue;
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        item.push(c);
    }
    items.push(item.trim().to_owned());
    match items.iter().any(String::is_empty) {
        true => Err("a value between commas is empty".into()),
        false => Ok(items),
    }
}

/// A number with twelve significant digits at most: steps of a range are not exact.
pub fn rounded(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

impl Vary {
    /// Its values in a grid, as text for `--set`.
    ///
    /// # Errors
    /// [`Misuse`] for a range without a count.
    fn grid(&self) -> Result<Vec<String>> {
        match &self.values {
            Values::List(items) => Ok(items.clone()),
            Values::Range {
                from,
                to,
                count: Some(count),
            } => {
                let step = |i: usize| i as f64 / (*count - 1) as f64;
                let at = |i| rounded(from * (1.0 - step(i)) + to * step(i));
                Ok((0..*count).map(|i| at(i).to_string()).collect())
            }
            Values::Range {
                from,
                to,
                count: None,
            } => {
                let text = format!(
                    "--vary {}={from}..{to}: how many values? Write {}={from}..{to}:9, or give --lhs N",
                    self.path, self.path
                );
                Err(Misuse(text).into())
            }
        }
    }

    /// How many different numbers it takes; 0 if one of its values is none.
    pub fn numbers(&self) -> usize {
        match &self.values {
            Values::Range { count, .. } => count.unwrap_or(0),
            Values::List(items) => {
                let numbers: Option<Vec<u64>> = (items.iter())
                    .map(|item| item.parse::<f64>().ok().map(f64::to_bits))
                    .collect();
                numbers.map_or(0, |all| all.into_iter().collect::<BTreeSet<_>>().len())
            }
        }
    }

    /// The range of a Latin hypercube.
    ///
    /// # Errors
    /// [`Misuse`] for anything but a range without a count.
    fn ends(&self) -> Result<[f64; 2]> {
        match self.values {
            Values::Range {
                from,
                to,
                count: None,
            } => Ok([from, to]),
            _ => {
                let text = format!(
                    "--vary {}: with --lhs each input is a range without a number of values, such as {}=0.1..0.5",
                    self.path, self.path
                );
                Err(Misuse(text).into())
            }
        }
    }
}

/// A run that is asked for: the file, what is set in it, and where that is on each axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub file: PathBuf,
    pub sets: Vec<String>,
    pub at: Vec<Value>,
}

/// All runs, and the values of each axis.
#[derive(Debug)]
pub struct Plan {
    pub points: Vec<Asked>,
    /// By axis: path and values.
    pub axes: Vec<(String, Vec<Value>)>,
}

/// A value of `--set` as it is shown: JSON, or the text.
fn shown(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// All runs of a grid, the last axis fastest; of whole variants too, which are the slowest axis.
///
/// # Errors
/// [`Misuse`] for a range without a count, a variant that is none, a path that varies twice, or
/// more runs than a sweep has.
pub fn grid(file: &Path, vary: &[Vary], variants: &[String]) -> Result<Plan> {
    let own = Asked {
        file: file.to_owned(),
        sets: Vec::new(),
        at: Vec::new(),
    };
    let mut plan = Plan {
        points: vec![own],
        axes: Vec::new(),
    };
    distinct(vary)?;
    let variants = named_variants(file, variants)?;
    if !variants.is_empty() {
        let mut points = Vec::new();
        // Alone, the file is what the variants are compared with already.
        if !vary.is_empty() {
            points.push(Asked {
                at: vec!["as it is".into()],
                ..plan.points[0].clone()
            });
        }
        points.extend(variants);
        let names = points.iter().flat_map(|point| point.at.clone()).collect();
        plan = Plan {
            points,
            axes: vec![("variant".into(), names)],
        };
    }
    for one in vary {
        let values = one.grid()?;
        if plan.points.len().saturating_mul(values.len()) > MOST_POINTS {
            let text =
                format!("the grid has more than {MOST_POINTS} runs: give fewer values, or --lhs N");
            return Err(Misuse(text).into());
        }
        let with = |point: &Asked, value: &String| {
            let mut point = point.clone();
            point.sets.push(format!("{}={value}", one.path));
            point.at.push(shown(value));
            point
        };
        let points = plan.points.iter();
        let points = points.flat_map(|point| values.iter().map(move |value| with(point, value)));
        plan.points = points.collect();
        plan.axes.push((
            one.path.clone(),
            values.iter().map(|value| shown(value)).collect(),
        ));
    }
    Ok(plan)
}

/// All runs of a Latin hypercube.
///
/// # Errors
/// [`Misuse`] for inputs that are no ranges, or a path that varies twice.
pub fn hypercube(file: &Path, vary: &[Vary], points: usize, seed: u64) -> Result<Plan> {
    distinct(vary)?;
    let ends: Vec<[f64; 2]> = vary.iter().map(Vary::ends).collect::<Result<_>>()?;
    let paths: Vec<String> = vary.iter().map(|one| one.path.clone()).collect();
    let points = latin_hypercube(seed, &paths, points).into_iter();
    let points = points.map(|unit| {
        let at: Vec<f64> = (unit.iter().zip(&ends))
            .map(|(u, [from, to])| rounded(from * (1.0 - u) + to * u))
            .collect();
        Asked {
            file: file.to_owned(),
            sets: (paths.iter().zip(&at))
                .map(|(path, value)| format!("{path}={value}"))
                .collect(),
            at: at.into_iter().map(Value::from).collect(),
        }
    });
    Ok(Plan {
        points: points.collect(),
        axes: (paths.iter().zip(&ends))
            .map(|(path, ends)| (path.clone(), ends.map(Value::from).into()))
            .collect(),
    })
}

fn distinct(vary: &[Vary]) -> Result<()> {
    for (i, one) in vary.iter().enumerate() {
        if vary[..i].iter().any(|other| other.path == one.path) {
            return Err(Misuse(format!("--vary {} is given twice", one.path)).into());
        }
    }
    Ok(())
}

/// Variants, each a file or some values of this file under a name.
fn named_variants(file: &Path, variants: &[String]) -> Result<Vec<Asked>> {
    let mut found: IndexMap<String, Asked> = IndexMap::new();
    for text in variants {
        let of_file = text
            .split_once(':')
            .filter(|(name, set)| !name.trim().is_empty() && set.contains('='));
        let (name, path, set) = match of_file {
            Some((name, set)) => (name.trim(), file, Some(set)),
            None if text.contains('=') => {
                let text = format!(
                    "--variant {text}: expected a FILE, or NAME:PATH=VALUE such as hasty:trends.escalation.weight=0.5"
                );
                return Err(Misuse(text).into());
            }
            None => (text.as_str(), Path::new(text), None),
        };
        let variant = found.entry(name.to_owned()).or_insert_with(|| Asked {
            file: path.to_owned(),
            sets: Vec::new(),
            at: vec![name.into()],
        });
        variant.sets.extend(set.map(str::to_owned));
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &[&str]) -> Vec<Vary> {
        lines.iter().map(|line| vary(line).expect(line)).collect()
    }

    #[test]
    fn a_grid_is_the_product_of_its_axes_the_last_fastest() {
        let plan =
            grid(Path::new("f"), &asked(&["a.b=0..0.3:4", "c=x,[1,2]"]), &[]).expect("a plan");
        let sets: Vec<String> = plan.points.iter().map(|p| p.sets.join(" ")).collect();
        assert_eq!(sets.len(), 8);
        assert_eq!(
            sets[..3],
            ["a.b=0 c=x", "a.b=0 c=[1,2]", "a.b=0.1 c=x"],
            "steps are round numbers"
        );
        assert_eq!(
            plan.points[7].at,
            [Value::from(0.3), serde_json::json!([1, 2])]
        );
    }

    #[test]
    fn variants_are_files_or_named_changes_and_an_axis_with_the_file_itself() {
        let variants = ["v.json", "off:events.e=null", "off:horizon=2"].map(String::from);
        let plan = grid(Path::new("f"), &[], &variants).expect("a plan");
        assert_eq!(plan.points.len(), 2);
        assert_eq!(plan.points[0].file, Path::new("v.json"));
        assert_eq!(plan.points[1].sets, ["events.e=null", "horizon=2"]);
        let plan = grid(Path::new("f"), &asked(&["x=1,2"]), &variants).expect("a plan");
        assert_eq!(plan.points.len(), 6);
        assert_eq!(plan.points[1].at, [Value::from("as it is"), Value::from(2)]);
    }

    #[test]
    fn what_is_no_range_and_no_list_is_refused_by_its_fault() {
        for (text, wanted) in [
            ("a.b", "no `=`"),
            ("=1..2:3", "no path"),
            ("a=", "no value"),
            ("a=1..:3", "`` is not a number"),
            ("a=1..2:1", "`1` is not a number of values"),
            ("a=2..2:3", "a single number"),
            ("a=1..x:3", "`x` is not a number"),
            ("a=1,,2", "is empty"),
        ] {
            let fault = vary(text).expect_err(text);
            assert!(fault.contains(wanted), "{fault}");
        }
        let plan = |lines: &[&str]| {
            grid(Path::new("f"), &asked(lines), &[])
                .expect_err("a fault")
                .to_string()
        };
        assert!(plan(&["a=1..2"]).contains("how many values"));
        assert!(plan(&["a=1,2", "a=3"]).contains("given twice"));
        assert!(plan(&["a=0..1:200", "b=0..1:200"]).contains("more than 10000 runs"));
        let fault = hypercube(Path::new("f"), &asked(&["a=1..2:3"]), 5, 1).expect_err("a fault");
        assert!(fault.to_string().contains("without a number of values"));
    }
}
