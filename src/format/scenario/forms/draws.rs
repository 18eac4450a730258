//! Distributions, of numbers and of dates, and what may stand in their place.

use super::{
    PlainNumber, PlainProbability, ProbabilityForm, QuantityForm, RangeForm, Shape, TimeRange,
    WeightForm, reference, schema_of, text,
};
use crate::scenario::decode::keys::DISTRIBUTION_FORMS;
use crate::scenario::families::{FAMILIES, PERCENTILE};
use crate::scenario::types::{Distribution, Draw, Parameter};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// What may stand for the numbers of a distribution.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    /// Numbers alone: nothing that moves can be read there.
    Plain,
    Formulas,
    /// Also dates and durations.
    Times,
}

impl Numbers {
    fn argument(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Plain => reference::<PlainNumber>(generator),
            Self::Formulas | Self::Times => reference::<QuantityForm>(generator),
        }
    }

    fn probability(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Plain => reference::<PlainProbability>(generator),
            Self::Formulas | Self::Times => reference::<ProbabilityForm>(generator),
        }
    }

    fn range(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Plain | Self::Formulas => reference::<RangeForm>(generator),
            Self::Times => reference::<TimeRange>(generator),
        }
    }

    fn expert(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Plain => reference::<ParameterExpert>(generator),
            Self::Formulas => reference::<ExpertForm>(generator),
            Self::Times => reference::<TimeExpert>(generator),
        }
    }
}

/// Adds what can be said of any distribution.
fn distribution(shape: Shape<'_>, numbers: Numbers) -> Shape<'_> {
    let argument = &numbers.argument(shape.generator);
    let probability = numbers.probability(shape.generator);
    let range = numbers.range(shape.generator);
    let expert = numbers.expert(shape.generator);
    let mut shape = shape;
    for arguments in FAMILIES {
        let count = arguments.list.len();
        let mut ways = Vec::new();
        if count > 0 {
            ways.push(
                json!({"type": "array", "items": argument, "minItems": count, "maxItems": count}),
            );
        }
        for keys in arguments.keys {
            let properties: Map<String, Value> = keys
                .iter()
                .map(|key| ((*key).to_owned(), argument.clone()))
                .collect();
            ways.push(json!({"type": "object", "properties": properties, "required": keys, "additionalProperties": false}));
        }
        if arguments.fitted {
            ways.push(json!({
                "type": "object",
                "patternProperties": {PERCENTILE: argument},
                "minProperties": 2,
                "maxProperties": 2,
                "additionalProperties": false
            }));
        }
        shape = shape.optional(arguments.family, json!({"anyOf": ways}), arguments.about);
    }
    let discrete = json!({
        "type": "object",
        "properties": {
            "values": {"type": "array", "items": argument, "minItems": 1, "description": "the values"},
            "probabilities": {"type": "array", "items": probability, "minItems": 1, "description": "one probability for each value"}
        },
        "required": ["values", "probabilities"],
        "additionalProperties": false
    });
    shape
        .optional(
            "discrete",
            discrete,
            "listed values with their probabilities",
        )
        .optional(
            "experts",
            json!({"type": "array", "items": expert, "minItems": 1}),
            "several judgements, pooled",
        )
        .optional(
            "lambda",
            argument.clone(),
            "peakedness of a PERT, 4 if not stated",
        )
        .optional(
            "range",
            range,
            "bounds of a metalog; truncation of any other family",
        )
        .why()
}

/// A constant in the place of a distribution.
fn constant(shape: Shape<'_>, numbers: Numbers) -> Shape<'_> {
    let kinds = match numbers {
        Numbers::Plain => json!({"type": "number"}),
        Numbers::Formulas | Numbers::Times => json!({"type": ["number", "string"]}),
    };
    shape.optional("value", kinds, "a constant")
}

/// Adds percentiles, and that exactly one of the forms is stated.
fn one_form(generator: &mut SchemaGenerator, numbers: Numbers, mut schema: Value) -> Value {
    schema["patternProperties"] = json!({PERCENTILE: numbers.argument(generator)});
    // Some key is a percentile: not every key is none.
    let has_none = json!({"propertyNames": {"not": {"pattern": PERCENTILE}}});
    let percentiles = json!({"not": has_none});
    let has_constant = schema["properties"].get("value").is_some();
    let forms = DISTRIBUTION_FORMS
        .iter()
        .filter(|form| has_constant || **form != "value");
    schema["oneOf"] = forms
        .map(|form| json!({"required": [form]}))
        .chain([percentiles])
        .collect();
    schema["allOf"] = json!([{"anyOf": [has_none, {"required": ["p50"]}]}]);
    schema["dependentRequired"] = json!({"lambda": ["pert"]});
    if has_constant {
        schema["dependentSchemas"] = json!({"range": {"not": {"required": ["value"]}}});
    }
    schema
}

/// A distribution, or a constant in its place.
fn drawn(generator: &mut SchemaGenerator, numbers: Numbers, description: &str) -> Schema {
    let shape = constant(Shape::new(generator), numbers);
    let object = distribution(shape, numbers).finish(description);
    schema_of(one_form(generator, numbers, object))
}

schema!(Distribution, "Distribution", |generator| drawn(
    generator,
    Numbers::Formulas,
    "a distribution: percentiles, a family, listed values, or several experts"
));

struct TimeDistribution;
schema!(TimeDistribution, "TimeDistribution", |generator| drawn(
    generator,
    Numbers::Times,
    "a distribution of dates; numbers count years since the start"
));

/// One judgement.
fn judgement(generator: &mut SchemaGenerator, numbers: Numbers) -> Schema {
    let shape = Shape::new(generator)
        .optional("name", text(), "who judges")
        .of::<WeightForm>("weight", "relative weight, 1 if not stated");
    let object = distribution(shape, numbers)
        .finish("one judgement: a distribution with a name and a weight");
    schema_of(one_form(generator, numbers, object))
}

struct ExpertForm;
schema!(ExpertForm, "Expert", |generator| judgement(
    generator,
    Numbers::Formulas
));

struct ParameterExpert;
schema!(ParameterExpert, "ParameterExpert", |generator| judgement(
    generator,
    Numbers::Plain
));

struct TimeExpert;
schema!(TimeExpert, "TimeExpert", |generator| judgement(
    generator,
    Numbers::Times
));

schema!(Draw, "Draw", |generator| {
    let object = reference::<Distribution>(generator);
    json_schema!({
        "description": "a number, a formula, or a distribution",
        "anyOf": [{"type": ["number", "string"]}, object]
    })
});

/// When an event fires.
pub struct MomentForm;
schema!(MomentForm, "Moment", |generator| {
    let object = reference::<TimeDistribution>(generator);
    json_schema!({
        "description": "a date, a number of years, a formula, or a distribution of dates",
        "anyOf": [{"type": ["number", "string"]}, object]
    })
});

schema!(Parameter, "Parameter", |generator| {
    let shape = Shape::new(generator)
        .optional("title", text(), "name to show to readers")
        .optional("unit", text(), "unit to show beside its values");
    let object = distribution(constant(shape, Numbers::Plain), Numbers::Plain)
        .finish("an uncertain constant");
    let object = one_form(generator, Numbers::Plain, object);
    json_schema!({"description": "an uncertain constant; a bare number is certain", "anyOf": [{"type": "number"}, object]})
});
