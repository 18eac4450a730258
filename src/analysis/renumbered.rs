//! A study with other numbers in place of some that its file states: what reading the file again
//! with `--set` would give, without reading it.
//!
//! Formulas read parameters from places of their own, and trends start by weights that no formula
//! reads, so a program stays as it is but for these numbers. Only constants are replaced: what a
//! parameter that becomes one takes with it (its correlations, its place among the inputs) is for
//! reading to find out.

use super::study::Study;
use crate::model::ParameterValue;
use crate::program::compile;
use crate::scenario::sha256;
use serde_json::Value;

/// How far from 1 weights may sum: beyond it reading has something to say.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

impl Study {
    /// The study with other numbers at these paths: values of parameters that are constants, such
    /// as `parameters.NAME.value`, and weights of trends. `None` if anything else stands at one of
    /// them, or if more than these numbers could change: then the file has to be read.
    ///
    /// Runs of it are those of the file read with these settings. Nothing is linted anew, so it has
    /// no warnings; and what is impossible ends its run, where reading would refuse it with its
    /// place.
    pub fn with_numbers(&self, numbers: &[(Vec<String>, Value)]) -> Option<Self> {
        let mut model = self.model.clone();
        let mut held = Vec::new();
        let mut weighed = false;
        for (path, value) in numbers {
            let new = value.as_f64()?;
            let stated = path.iter().try_fold(&mut model.source, |here, part| {
                here.as_object_mut()?.get_mut(part)
            })?;
            stated.as_f64()?;
            *stated = value.clone();
            match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["parameters", name] | ["parameters", name, "value"] => {
                    let index = model.parameters.iter().position(|p| p.name == name)?;
                    let is_read = model.all_drawn().any(|(_, one)| one.reads.contains(&index));
                    if is_read || !model.parameters[index].value.is_constant() {
                        return None;
                    }
                    model.parameters[index].value = ParameterValue::Constant(new);
                    held.push(index);
                }
                ["trends", _, "weight"] => weighed = true,
                _ => return None,
            }
        }
        if weighed {
            for trend in &mut model.trends {
                trend.weight = model.source["trends"][&trend.name]["weight"].as_f64()?;
            }
            let sum: f64 = model.trends.iter().map(|trend| trend.weight).sum();
            let are_weights = model.trends.iter().all(|trend| trend.weight >= 0.0);
            let is_whole = (sum - 1.0).abs() <= ROUNDING;
            if !are_weights || !is_whole {
                return None;
            }
        }
        model.sha256 = sha256(&model.source);
        let program = if weighed {
            // Uncertain weights are inputs, and where their bins end depends on them.
            compile(&model)
        } else {
            let mut program = self.program.clone();
            for index in held {
                program.parameters[index].value = model.parameters[index].value.clone();
            }
            program
        };
        Some(Self {
            model,
            program,
            diagnostics: Vec::new(),
            sources: self.sources.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Silent;
    use serde_json::json;

    fn opened(file: &str, sets: &[String]) -> Study {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        Study::open(path.as_ref(), sets)
            .unwrap_or_else(|r| panic!("{sets:?}: {:#?}", r.diagnostics))
    }

    fn path(of: &str) -> Vec<String> {
        of.split('.').map(str::to_owned).collect()
    }

    /// The model and the program, to the last bit of every number.
    fn told(study: &Study) -> String {
        format!("{:?}\n{:?}", study.model, study.program)
    }

    const FILES: [&str; 3] = [
        "scenarios/baseline.json",
        "scenarios/port_strike.json",
        "src/explore/page/tests.jsonc",
    ];

    #[test]
    fn a_constant_with_another_value_is_the_file_read_again() {
        let mut tried = 0;
        for file in FILES {
            let base = opened(file, &[]);
            for parameter in &base.model.parameters {
                let ParameterValue::Uncertain(distribution) = &parameter.value else {
                    continue;
                };
                let at = format!("parameters.{}.value", parameter.name);
                let [first, second] = [0.2, 0.7].map(|p| distribution.quantile(p));
                let before = opened(file, &[format!("{at}={first}")]);
                let Some(found) = before.with_numbers(&[(path(&at), json!(second))]) else {
                    continue;
                };
                tried += 1;
                let read = opened(file, &[format!("{at}={second}")]);
                assert!(told(&found) == told(&read), "{file} {at}");
                assert!(told(&found) != told(&before), "{file} {at}");
            }
        }
        assert!(tried > 20, "{tried}");
    }

    #[test]
    fn its_runs_are_those_of_the_file_read_again() {
        let weights = |low: f64| {
            [("dry", 1.0 - low), ("wet", low)]
                .map(|(name, weight)| (path(&format!("trends.{name}.weight")), json!(weight)))
        };
        let pin = |value: f64| (path("parameters.haste.value"), json!(value));
        let numbers = |value: f64, low: f64| [&[pin(value)][..], &weights(low)].concat();
        let sets = |value, low| -> Vec<String> {
            let all = numbers(value, low).into_iter();
            all.map(|(path, value)| format!("{}={value}", path.join(".")))
                .collect()
        };
        let file = FILES[2];
        let before = opened(file, &sets(0.3, 0.25));
        let found = before.with_numbers(&numbers(0.5, 0.75)).expect("constants");
        let read = opened(file, &sets(0.5, 0.75));
        assert!(told(&found) == told(&read));
        let run = |study: &Study| {
            let settings = study.settings().trials(2048).build();
            let mut run = study.run(&settings, &Silent).expect("it runs");
            // What reading finds doubtful is not looked for again.
            run.warnings.clear();
            serde_json::to_string(&run).expect("it is plain data")
        };
        assert!(run(&found) == run(&read));
        assert!(run(&found) != run(&before));
    }

    #[test]
    fn what_has_to_be_read_is_refused() {
        let study = opened(FILES[2], &["parameters.haste.value=0.3".to_owned()]);
        for (at, value) in [
            ("parameters.pull.p50", json!(0.3)),
            ("parameters.haste.value", json!("0.2 + 0.1")),
            ("parameters.hasty.value", json!(0.3)),
            ("trends.dry.weight", json!(0.5)),
            ("horizon", json!(3)),
        ] {
            assert!(study.with_numbers(&[(path(at), value)]).is_none(), "{at}");
        }
        // Another parameter is made of it.
        let text = |value: f64| {
            include_str!("../explore/page/tests.jsonc").replace(
                "\"calm\": 0.5",
                &format!("\"calm\": {value}, \"calmer\": \"2 * calm\""),
            )
        };
        let made = Study::from_text(&text(0.5), "made.jsonc").expect("it can be read");
        let numbers = [(path("parameters.calm"), json!(0.6))];
        assert!(made.with_numbers(&numbers).is_none());
        assert!(study.with_numbers(&numbers).is_some());
    }
}
