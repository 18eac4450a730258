//! JSON Schemas of those parts of the format whose decoded type is not shaped like the file.
//!
//! A duration is text in a file and years in a [`Scenario`](super::Scenario); a hazard is one of
//! several sets of keys and becomes an enum. What a plain struct says about itself is derived in
//! `types.rs`; the rest is said here, key by key.

use super::decode::keys::{TIME, TIMED, TOLD};
use super::decode::thing::FORMATS;
use super::types::Why;
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

mod draws;
mod effects;
mod things;

pub use draws::PerTrial;
pub use things::HistoryForm;

/// Says that the keys of time go together, what needs them, and that a file without them computes
/// something all the same.
pub fn with_time(schema: &mut Schema) {
    let needed: Map<String, Value> = (TIME.iter())
        .map(|key| {
            let others = TIME.iter().filter(|other| *other != key);
            ((*key).to_owned(), others.copied().collect())
        })
        .chain(TIMED.iter().map(|key| ((*key).to_owned(), json!(TIME))))
        .collect();
    schema.insert("dependentRequired".to_owned(), needed.into());
    let each = TIME[..1].iter().chain(&TOLD);
    let each = each.map(|key| json!({"required": [key]}));
    schema.insert(
        "oneOf".to_owned(),
        json!([{"anyOf": each.collect::<Vec<_>>()}]),
    );
}

/// A version of the format.
pub struct Format;
schema!(Format, "Format", |_| json_schema!({"enum": FORMATS}));

/// Nothing that this version takes.
pub struct Reserved;
schema!(Reserved, "Reserved", |_| json_schema!({"not": {}}));

/// A line of text with something in it.
pub struct Line;
schema!(Line, "Line", |_| json_schema!({
    "type": "string",
    "pattern": "^[^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f][^\\x00-\\x1f\\x7f]*$",
    "description": "a line of text"
}));

/// Identifiers: exact in ASCII, and any other sign beyond it. Properties of Unicode characters are
/// not understood by every validator.
const NAME: &str = r"^[^\x00-@\[-\^`{-\x7f][^\x00-/:-@\[-\^`{-\x7f]*$";

/// An identifier.
pub struct Name;
schema!(Name, "Name", |_| json_schema!({
    "type": "string",
    "pattern": NAME,
    "description": "a Unicode identifier: letters, digits, `_`"
}));

/// One name or a list of names.
pub struct OneOrMoreNames;
schema!(OneOrMoreNames, "OneOrMoreNames", |_| json_schema!({
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
}));

/// A number that is not negative.
pub struct WeightForm;
schema!(WeightForm, "Weight", |generator| annotated(
    generator,
    json!({"type": "number", "minimum": 0}),
    "a number that is not negative"
));

/// How sure weights are.
pub struct Concentration;
schema!(Concentration, "Concentration", |generator| annotated(
    generator,
    json!({"type": "number", "minimum": 1e-6, "maximum": 1e9}),
    "a number from 1e-6 to 1e9"
));

/// A correlation.
pub struct CorrelationForm;
schema!(CorrelationForm, "Correlation", |generator| annotated(
    generator,
    json!({"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 1}),
    "a number between -1 and 1"
));

/// A number or formula for a probability.
pub struct ProbabilityForm;
schema!(ProbabilityForm, "Probability", |generator| annotated(
    generator,
    json!({"type": ["number", "string"], "minimum": 0, "maximum": 1}),
    "a number from 0 to 1, or a formula for it"
));

/// A probability that is known before the run.
pub struct PlainProbability;
schema!(PlainProbability, "PlainProbability", |generator| annotated(
    generator,
    json!({"type": "number", "minimum": 0, "maximum": 1}),
    "a number from 0 to 1"
));

/// A chance within a time, which no finite rate makes certain.
pub struct ChanceForm;
schema!(ChanceForm, "Chance", |generator| annotated(
    generator,
    json!({"type": ["number", "string"], "minimum": 0, "exclusiveMaximum": 1}),
    "a number from 0 to less than 1, or a formula for it"
));

/// A number that is not negative, or a formula for it.
pub struct RateForm;
schema!(RateForm, "Rate", |generator| annotated(
    generator,
    json!({"type": ["number", "string"], "minimum": 0}),
    "a number that is not negative, or a formula for it"
));

/// A number that is no formula.
struct NumberForm;
schema!(NumberForm, "Number", |generator| annotated(
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
    json!({"type": ["number", "string"], "exclusiveMinimum": 0}),
    "a duration such as \"12 months\", \"90 days\", \"1 week\", \"1/52 years\", or a number of years"
));

/// A duration that may be a formula.
pub struct WaitForm;
schema!(WaitForm, "Wait", |generator| annotated(
    generator,
    json!({"type": ["number", "string"], "exclusiveMinimum": 0}),
    "a duration such as \"12 months\", a number of years, or a formula for it"
));

/// A date.
pub struct DateForm;
schema!(DateForm, "Date", |_| json_schema!({
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "description": "a date, YYYY-MM-DD"
}));

/// A duration or a date.
pub struct HorizonForm;
schema!(HorizonForm, "Horizon", |generator| annotated(
    generator,
    json!({"type": ["number", "string"], "exclusiveMinimum": 0}),
    "a duration since the start such as \"36 months\", or a date"
));

/// A time at which something is reported.
pub struct ReportedForm;
schema!(ReportedForm, "Reported", |generator| annotated(
    generator,
    json!({"type": ["number", "string"], "minimum": 0}),
    "a duration since the start such as \"6 months\", or a date"
));

/// A share at which a quantile is told.
pub struct LevelForm;
schema!(LevelForm, "Level", |generator| annotated(
    generator,
    json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    "a number between 0 and 1"
));

/// A probability at t = 0.
pub struct StartForm;
schema!(StartForm, "Start", |generator| annotated(
    generator,
    json!({"type": ["number", "string", "boolean"], "minimum": 0, "maximum": 1}),
    "a probability, a formula over parameters, or `true` for 1"
));

/// Two ends.
pub struct RangeForm;
schema!(RangeForm, "Range", |_| json_schema!({
    "type": "array",
    "items": {"type": ["number", "null"]},
    "minItems": 2,
    "maxItems": 2,
    "description": "lowest and highest value; `null` leaves an end open"
}));

/// A table of words.
pub struct WordsForm;
schema!(WordsForm, "Words", |generator| {
    let word = reference::<Line>(generator);
    let row = json!({
        "type": "array",
        "prefixItems": [word, {"type": "number", "exclusiveMinimum": 0, "maximum": 1}],
        "minItems": 2,
        "maxItems": 2
    });
    json_schema!({
        "type": "array",
        "items": row,
        "minItems": 1,
        "description": "words in ascending order, each with the chance up to which it reaches; the last reaches to 1"
    })
});

/// Two ends in time.
struct TimeRange;
schema!(TimeRange, "TimeRange", |_| json_schema!({
    "type": "array",
    "items": {"type": ["number", "string", "null"]},
    "minItems": 2,
    "maxItems": 2,
    "description": "first and last date, duration since the start or number of years; `null` leaves an end open"
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
    |_| json_schema!({"type": "integer", "minimum": 0, "maximum": u64::MAX})
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

    /// Exactly one of these groups of keys has to be stated, whole; `more` are keys that need
    /// another beside them.
    fn one_of(self, groups: &[&[&str]], more: &[(&str, &str)], description: &str) -> Value {
        let mut schema = self.finish(description);
        schema["oneOf"] = groups
            .iter()
            .map(|group| json!({"required": group}))
            .collect();
        // The keys of a group go together, unless one of them is in two groups.
        let together = groups.iter().flat_map(|group| {
            let others = group.iter().cycle().skip(1);
            group.iter().zip(others).map(|(key, other)| (*key, *other))
        });
        let is_shared = |key: &str| groups.iter().filter(|group| group.contains(&key)).count() > 1;
        let needed: Map<String, Value> = together
            .filter(|(key, other)| key != other && !is_shared(key))
            .chain(more.iter().copied())
            .map(|(key, other)| (key.to_owned(), json!([other])))
            .collect();
        if !needed.is_empty() {
            schema["dependentRequired"] = needed.into();
        }
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
    let items = reference::<T>(generator);
    map_of(generator, &items)
}

/// A map from names to such items.
fn map_of(generator: &mut SchemaGenerator, items: &Value) -> Value {
    let names = reference::<Name>(generator);
    json!({"type": "object", "additionalProperties": items, "propertyNames": names})
}
