//! Distributions, of numbers and of dates, and what may stand in their place.

use super::{
    PlainProbability, ProbabilityForm, QuantityForm, RangeForm, RateForm, Shape, TimeRange,
    WeightForm, reference, schema_of, text,
};
use crate::family::{FAMILIES, Family, Written};
use crate::scenario::decode::keys::{BESIDE, DISTRIBUTION_FORMS, PERCENTILE, is_percentile};
use crate::scenario::places::ELSE;
use crate::scenario::types::{Distribution, Draw, Parameter};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// What may stand for the numbers of a distribution.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    Formulas,
    /// Also dates and durations.
    Times,
}

impl Numbers {
    fn range(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Formulas => reference::<RangeForm>(generator),
            Self::Times => reference::<TimeRange>(generator),
        }
    }

    /// What may be shifted, or drawn otherwise.
    fn inner(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Formulas => reference::<Draw>(generator),
            Self::Times => reference::<MomentForm>(generator),
        }
    }

    fn expert(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Formulas => reference::<ExpertForm>(generator),
            Self::Times => reference::<TimeExpert>(generator),
        }
    }
}

/// Adds what can be said of any distribution.
fn distribution(shape: Shape<'_>, numbers: Numbers) -> Shape<'_> {
    let argument = &reference::<QuantityForm>(shape.generator);
    let probability = reference::<ProbabilityForm>(shape.generator);
    let range = numbers.range(shape.generator);
    let expert = numbers.expert(shape.generator);
    let inner = numbers.inner(shape.generator);
    let probability_up_to = reference::<PlainProbability>(shape.generator);
    let scale = reference::<RateForm>(shape.generator);
    let mut shape = shape;
    for row in FAMILIES.iter().filter(|row| row.leads()) {
        let mut ways = Vec::new();
        if let Written::List(count) = row.written {
            ways.push(
                json!({"type": "array", "items": argument, "minItems": count, "maxItems": count}),
            );
        } else {
            for way in Family::named(row.name) {
                let properties: Map<String, Value> = (way.arguments.iter())
                    .map(|own| (own.name.to_owned(), argument.clone()))
                    .collect();
                let needed: Vec<&str> = (way.arguments.iter())
                    .filter(|own| own.default.is_none())
                    .map(|own| own.name)
                    .collect();
                ways.push(json!({"type": "object", "properties": properties, "required": needed, "additionalProperties": false}));
            }
        }
        if row.written == Written::KeysOrPercentiles {
            ways.push(json!({
                "type": "object",
                "patternProperties": {PERCENTILE: argument},
                "minProperties": 2,
                "maxProperties": 2,
                "additionalProperties": false
            }));
        }
        shape = shape.optional(row.name, json!({"anyOf": ways}), row.about);
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
            "cumulative",
            json!({"type": "array", "minItems": 2, "items": {
                "type": "array", "prefixItems": [argument, probability_up_to], "items": false, "minItems": 2
            }}),
            "values with the probability up to each, from 0 to 1, straight between them: [value, probability]",
        )
        .optional(
            "experts",
            json!({"type": "array", "items": expert, "minItems": 1}),
            "several judgements, pooled",
        )
        .optional(
            "point_mass",
            json!({
                "type": "object",
                "properties": {
                    "at": described(argument, "the value"),
                    "probability": described(&probability, "its probability")
                },
                "required": ["at", "probability"],
                "additionalProperties": false
            }),
            "a value with a probability of its own; what is drawn otherwise stands in `else`",
        )
        .optional("of", inner.clone(), "what is shifted and scaled")
        .optional(
            "lambda",
            argument.clone(),
            "peakedness of a PERT, 4 if not stated",
        )
        .optional(
            "shape",
            json!({"enum": ["metalog", "monotone"]}),
            "the curve through percentiles: a metalog, if not stated, or pieces that always rise",
        )
        .optional(ELSE, inner, "what is drawn if it is not the `point_mass`")
        .optional("shift", argument.clone(), "is added to what `of` holds, 0 if not stated")
        .optional("scale", scale, "multiplies what `of` holds, 1 if not stated")
        .optional(
            "range",
            range,
            "bounds of a curve through percentiles; truncation of anything else",
        )
        .why()
}

fn described(schema: &Value, description: &str) -> Value {
    let mut schema = schema.clone();
    schema["description"] = description.into();
    schema
}

/// A constant in the place of a distribution.
fn constant(shape: Shape<'_>) -> Shape<'_> {
    let kinds = json!({"type": ["number", "string"]});
    shape.optional("value", kinds, "a constant")
}

/// Adds percentiles, and that exactly one of the forms is stated.
fn one_form(generator: &mut SchemaGenerator, mut schema: Value) -> Value {
    schema["patternProperties"] = json!({PERCENTILE: reference::<QuantityForm>(generator)});
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
    // A key beside a form needs that form, and some forms need another key.
    let beside = BESIDE.iter().filter(|(_, form)| !is_percentile(form));
    let mut needed: Map<String, Value> = beside
        .map(|(key, form)| ((*key).to_owned(), json!([form])))
        .collect();
    needed.insert("point_mass".to_owned(), json!([ELSE]));
    schema["dependentRequired"] = needed.into();
    let mut apart = json!({
        "shape": {"not": has_none},
        "of": {"anyOf": [{"required": ["shift"]}, {"required": ["scale"]}]}
    });
    if has_constant {
        apart["range"] = json!({"not": {"required": ["value"]}});
    }
    schema["dependentSchemas"] = apart;
    schema
}

/// A distribution, or a constant in its place.
fn drawn(generator: &mut SchemaGenerator, numbers: Numbers, description: &str) -> Schema {
    let shape = constant(Shape::new(generator));
    let object = distribution(shape, numbers).finish(description);
    schema_of(one_form(generator, object))
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
    schema_of(one_form(generator, object))
}

struct ExpertForm;
schema!(ExpertForm, "Expert", |generator| judgement(
    generator,
    Numbers::Formulas
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

/// A parameter, or what is drawn in its forms.
fn named_draw(generator: &mut SchemaGenerator, object: &str, whole: &str) -> Schema {
    let shape = Shape::new(generator)
        .optional("title", text(), "name to show to readers")
        .optional("unit", text(), "unit to show beside its values");
    let object = distribution(constant(shape), Numbers::Formulas).finish(object);
    let object = one_form(generator, object);
    json_schema!({"description": whole, "anyOf": [{"type": ["number", "string"]}, object]})
}

schema!(Parameter, "Parameter", |generator| named_draw(
    generator,
    "an uncertain constant",
    "an uncertain constant; a bare number is certain, a bare text is a formula of other parameters"
));

/// What is drawn once a trial.
pub struct PerTrial;
schema!(PerTrial, "PerTrial", |generator| named_draw(
    generator,
    "a number that chance decides once a trial",
    "a number that chance decides once a trial; a bare text is a formula of parameters and of others of these"
));
