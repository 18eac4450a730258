//! JSON Schemas of those parts of the format whose decoded type is not shaped like the file.
//!
//! A duration is text in a file and years in a [`Scenario`](super::Scenario); a hazard is one of several sets of keys and becomes an
//! enum. What a plain struct says about itself is derived in `types.rs`; the rest is said here, key by key.

use super::families::{FAMILIES, PERCENTILE};
use super::types::{
    Coefficient, Derived, Distribution, Draw, Effect, Event, Hazard, Metric, Parameter, Question,
    Times, Why,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Gives a type a named schema.
macro_rules! schema {
    ($type:ty, $name:literal, $build:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let build: fn(&mut SchemaGenerator) -> Schema = $build;
                build(generator)
            }
        }
    };
}

/// `1`.
pub struct Format;
schema!(Format, "Format", |_| json_schema!({"const": 1}));

/// Anything at all.
pub struct Anything;
schema!(Anything, "Anything", |_| json_schema!({}));

/// An identifier.
pub struct Name;
schema!(Name, "Name", |_| json_schema!({
    "type": "string",
    "pattern": "^[\\p{L}_][\\p{L}\\p{M}\\p{N}_]*$",
    "description": "a Unicode identifier: letters, digits, `_`"
}));

/// One name or a list of names.
pub struct OneOrMoreNames;
schema!(OneOrMoreNames, "OneOrMoreNames", |generator| {
    let name = generator.subschema_for::<Name>();
    json_schema!({"anyOf": [name.clone(), {"type": "array", "items": name}]})
});

/// A number that no parameter can move.
pub struct PlainNumber;
schema!(PlainNumber, "Number", |generator| annotated(
    generator,
    json!({"type": "number"}),
    "a number"
));

/// A number or a formula.
pub struct QuantityForm;
schema!(QuantityForm, "Quantity", |generator| annotated(
    generator,
    json!({"type": ["number", "string"]}),
    "a number, or a formula over parameters and whatever is known there"
));

/// A truth-valued formula.
pub struct ConditionForm;
schema!(ConditionForm, "Condition", |_| json_schema!({
    "type": "string",
    "description": "a truth-valued formula such as `trust > 0.3 and phase == talks`"
}));

/// A duration that is known before the run.
pub struct DurationForm;
schema!(DurationForm, "Duration", |generator| annotated(
    generator,
    json!({"type": ["number", "string"]}),
    "a duration such as \"12 months\", \"90 days\", \"1 week\", \"1/52 years\", or a number of years"
));

/// A duration that may be a formula.
pub struct WaitForm;
schema!(WaitForm, "Wait", |generator| annotated(
    generator,
    json!({"type": ["number", "string"]}),
    "a duration such as \"12 months\", a number of years, or a formula for it"
));

/// A date.
pub struct DateForm;
schema!(DateForm, "Date", |_| json_schema!({
    "type": "string",
    "pattern": "^\\d{4}-\\d{2}-\\d{2}$",
    "description": "a date, YYYY-MM-DD"
}));

/// A duration or a date.
pub struct HorizonForm;
schema!(HorizonForm, "Horizon", |generator| annotated(
    generator,
    json!({"type": ["number", "string"]}),
    "a duration since the start such as \"36 months\", or a date"
));

/// A probability at t = 0.
pub struct StartForm;
schema!(StartForm, "Start", |generator| annotated(
    generator,
    json!({"type": ["number", "string", "boolean"]}),
    "a probability, a formula over parameters, or `true` for 1"
));

/// Two ends.
pub struct RangeForm;
schema!(RangeForm, "Range", |_| json_schema!({
    "type": "array",
    "items": {"type": ["number", "string", "null"]},
    "minItems": 2,
    "maxItems": 2,
    "description": "lowest and highest value; `null` leaves an end open (dates only where a date is drawn)"
}));

/// A whole number, at least 1.
pub struct Count;
schema!(
    Count,
    "Count",
    |_| json_schema!({"type": "integer", "minimum": 1})
);

/// A seed.
pub struct Seed;
schema!(
    Seed,
    "Seed",
    |_| json_schema!({"type": "integer", "minimum": 0})
);

/// `plain`, or `{"value": plain, "note": …, "source": …}`.
fn annotated(generator: &mut SchemaGenerator, plain: Value, description: &str) -> Schema {
    let object = Shape::new(generator)
        .required("value", plain.clone(), "the value itself")
        .why()
        .finish("a value with its reasons");
    json_schema!({"description": description, "anyOf": [plain, object]})
}

/// A closed object, built key by key.
struct Shape<'g> {
    generator: &'g mut SchemaGenerator,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl<'g> Shape<'g> {
    fn new(generator: &'g mut SchemaGenerator) -> Self {
        Self {
            generator,
            properties: Map::new(),
            required: Vec::new(),
        }
    }

    fn optional(mut self, key: &str, schema: Value, description: &str) -> Self {
        let mut schema = schema;
        if let Some(fields) = schema.as_object_mut() {
            fields.insert("description".to_owned(), description.into());
        }
        self.properties.insert(key.to_owned(), schema);
        self
    }

    fn required(mut self, key: &'static str, schema: Value, description: &str) -> Self {
        self.required.push(key);
        self.optional(key, schema, description)
    }

    fn of<T: JsonSchema>(self, key: &str, description: &str) -> Self {
        let schema = reference::<T>(self.generator);
        self.optional(key, schema, description)
    }

    fn need<T: JsonSchema>(self, key: &'static str, description: &str) -> Self {
        let schema = reference::<T>(self.generator);
        self.required(key, schema, description)
    }

    fn why(mut self) -> Self {
        let why = Why::json_schema(self.generator);
        if let Some(properties) = why.get("properties").and_then(Value::as_object) {
            self.properties.extend(properties.clone());
        }
        self
    }

    fn finish(self, description: &str) -> Value {
        json!({
            "description": description,
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false
        })
    }

    /// Exactly one of these groups of keys has to be stated.
    fn one_of(self, groups: &[&[&str]], description: &str) -> Value {
        let mut schema = self.finish(description);
        schema["oneOf"] = groups
            .iter()
            .map(|group| json!({"required": group}))
            .collect();
        schema
    }
}

fn reference<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

fn schema_of(value: Value) -> Schema {
    Schema::try_from(value).unwrap_or_default()
}

fn text() -> Value {
    json!({"type": "string"})
}

/// A map from names to `T`.
fn map<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    json!({"type": "object", "additionalProperties": reference::<T>(generator)})
}

schema!(Times, "Times", |generator| {
    let coefficients = map::<Coefficient>(generator);
    let ratios = map::<super::types::HazardRatio>(generator);
    schema_of(
        Shape::new(generator)
            .optional(
                "trend",
                coefficients.clone(),
                "factor under each trend; 1 for those not named",
            )
            .optional(
                "phase",
                coefficients,
                "factor in each phase; 1 for those not named",
            )
            .optional(
                "indicator",
                ratios,
                "hazard ratio by indicator or derived value: ratio^((x - at) / per)",
            )
            .of::<Coefficient>("factor", "any further factor")
            .why()
            .finish("what multiplies a hazard"),
    )
});

schema!(Hazard, "Hazard", |generator| {
    let object = Shape::new(generator)
        .of::<QuantityForm>("chance", "chance of at least one firing within the time `within`, 0 to 1")
        .of::<WaitForm>("within", "the time that `chance` is about")
        .of::<QuantityForm>("rate", "firings per time `per`")
        .of::<DurationForm>("per", "the time that `rate` is about; a year if not stated; also \"year\", \"month\", \"week\", \"day\"")
        .of::<WaitForm>("mean_wait", "average time between firings")
        .optional("value", json!({"type": ["number", "string"]}), "a rate per year")
        .of::<Times>("times", "what multiplies it")
        .why()
        .one_of(&[&["chance", "within"], &["rate"], &["mean_wait"], &["value"]], "a hazard with its factors");
    json_schema!({
        "description": "how readily an event fires: a chance within a time, a rate, a mean wait, or a formula for the rate per year",
        "anyOf": [{"type": ["number", "string"]}, object]
    })
});

schema!(Coefficient, "Coefficient", |generator| {
    let itself = reference::<Coefficient>(generator);
    let plain = reference::<QuantityForm>(generator);
    let why = Why::json_schema(generator).to_value();
    let mut properties = Map::new();
    properties.insert(
        "by".to_owned(),
        json!({"enum": ["trend", "phase"], "description": "what it depends on"}),
    );
    let mut otherwise = itself.clone();
    otherwise["description"] = "for those that are not named".into();
    properties.insert("else".to_owned(), otherwise);
    if let Some(own) = why.get("properties").and_then(Value::as_object) {
        properties.extend(own.clone());
    }
    json_schema!({
        "description": "a number, a formula, or one of these for each trend or phase",
        "anyOf": [plain, {
            "type": "object",
            "properties": properties,
            "required": ["by"],
            "additionalProperties": itself
        }]
    })
});

/// Adds what can be said of any distribution.
fn distribution(shape: Shape<'_>) -> Shape<'_> {
    let argument = reference::<QuantityForm>(shape.generator);
    let argument = &argument;
    let range = reference::<RangeForm>(shape.generator);
    let expert = reference::<ExpertForm>(shape.generator);
    let mut shape = shape.optional("value", json!({"type": ["number", "string"]}), "a constant");
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
            "probabilities": {"type": "array", "items": argument, "minItems": 1, "description": "one probability for each value"}
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

fn percentiles(mut schema: Value) -> Value {
    schema["patternProperties"] = json!({PERCENTILE: {"$ref": "#/$defs/Quantity"}});
    schema
}

schema!(Distribution, "Distribution", |generator| schema_of(
    percentiles(
        distribution(Shape::new(generator))
            .finish("a distribution: percentiles, a family, listed values, or several experts")
    )
));

struct ExpertForm;
schema!(ExpertForm, "Expert", |generator| {
    let shape = Shape::new(generator)
        .optional("name", text(), "who judges")
        .of::<PlainNumber>("weight", "relative weight, 1 if not stated");
    schema_of(percentiles(
        distribution(shape).finish("one judgement: a distribution with a name and a weight"),
    ))
});

schema!(Draw, "Draw", |generator| {
    let object = reference::<Distribution>(generator);
    json_schema!({
        "description": "a number, a formula, or a distribution",
        "anyOf": [{"type": ["number", "string"]}, object]
    })
});

schema!(Parameter, "Parameter", |generator| {
    let shape = Shape::new(generator)
        .optional("title", text(), "name to show to readers")
        .optional("unit", text(), "unit to show beside its values");
    let object = percentiles(distribution(shape).finish("an uncertain constant"));
    json_schema!({"description": "an uncertain constant; a bare number is certain", "anyOf": [{"type": "number"}, object]})
});

schema!(Derived, "Derived", |generator| {
    let coefficient = reference::<Coefficient>(generator);
    let object = Shape::new(generator)
        .optional("title", text(), "name to show to readers")
        .optional("unit", text(), "unit to show beside its values")
        .need::<Coefficient>("value", "the formula")
        .why()
        .finish("a named formula with its title and reasons");
    json_schema!({"description": "a named formula over the state", "anyOf": [coefficient, object]})
});

schema!(Metric, "Metric", |generator| {
    let object = Shape::new(generator)
        .optional("title", text(), "name to show to readers")
        .optional("unit", text(), "unit to show beside its values")
        .required(
            "value",
            json!({"type": ["number", "string"]}),
            "the formula",
        )
        .why()
        .finish("a formula over the finished trial with its title and reasons");
    json_schema!({"description": "a number read off a finished trial", "anyOf": [{"type": ["number", "string"]}, object]})
});

schema!(Question, "Question", |generator| schema_of(
    Shape::new(generator)
        .optional("title", text(), "the question in words")
        .of::<ConditionForm>(
            "ever",
            "did this hold at any time up to the end of the day `by`?"
        )
        .of::<DateForm>("by", "last day that counts for `ever`")
        .of::<ConditionForm>("holds", "does this hold at the date `at`?")
        .of::<DateForm>("at", "the date that `holds` is about")
        .why()
        .one_of(
            &[&["ever", "by"], &["holds", "at"]],
            "a yes/no forecast with a date"
        )
));

schema!(Effect, "Effect", |generator| schema_of(
    Shape::new(generator)
        .of::<Name>("set", "indicator to set")
        .of::<Draw>("to", "its new value, for `set`")
        .of::<Name>("add", "indicator to add to")
        .of::<Name>("multiply", "indicator to multiply")
        .of::<Draw>("by", "the summand or factor, for `add` and `multiply`")
        .of::<Name>("phase", "phase to move to")
        .of::<Name>("trend", "trend to move to")
        .why()
        .one_of(
            &[
                &["set", "to"],
                &["add", "by"],
                &["multiply", "by"],
                &["phase"],
                &["trend"]
            ],
            "one thing that a firing does"
        )
));

schema!(Event, "Event", |generator| {
    let names = json!({"type": "array", "items": reference::<Name>(generator)});
    let effects = json!({"type": "array", "items": reference::<Effect>(generator)});
    let moment = reference::<Draw>(generator);
    schema_of(
        Shape::new(generator)
            .optional("title", text(), "name to show to readers")
            .of::<Hazard>("hazard", "how readily it fires")
            .optional(
                "at",
                moment,
                "when it fires: a date, or a distribution of dates",
            )
            .of::<QuantityForm>(
                "probability",
                "chance that it fires when its time `at` comes, 1 if not stated",
            )
            .of::<ConditionForm>("when", "fires at the instant at which this becomes true")
            .of::<ConditionForm>("if", "guard: it can fire only while this holds")
            .optional(
                "phases",
                names.clone(),
                "phases in which it can fire; all if not stated",
            )
            .optional(
                "trends",
                names,
                "trends under which it can fire; all if not stated",
            )
            .of::<Count>(
                "limit",
                "how often it can fire in a trial; any number if not stated",
            )
            .of::<WaitForm>(
                "rest",
                "time after a firing during which it cannot fire again",
            )
            .optional("effects", effects, "what a firing does, in order")
            .why()
            .one_of(
                &[&["hazard"], &["at"], &["when"]],
                "something that can happen",
            ),
    )
});
