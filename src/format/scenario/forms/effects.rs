//! What a firing does.

use super::{Name, ProbabilityForm, Shape, map, reference, schema_of};
use crate::scenario::combine::{COMBINES, CombineRow};
use crate::scenario::types::{Draw, Effect};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Where a move leads.
struct DestinationForm;
schema!(DestinationForm, "Destination", |generator| {
    let mut shares = map::<ProbabilityForm>(generator);
    shares["minProperties"] = 1.into();
    shares["description"] = "names with their probabilities, one of which may be \"rest\"".into();
    json_schema!({
        "description": "a name, or names with their probabilities",
        "anyOf": [{"type": "string"}, shares]
    })
});

/// What changes an indicator, and by which number.
fn changes(mut shape: Shape<'_>) -> Shape<'_> {
    for row in &COMBINES {
        shape = shape.of::<Name>(row.key, row.about[0]);
        let same = || CombineRow::with_amount(row.amount);
        if same().last().is_some_and(|last| last.key == row.key) {
            let numbers: Vec<&str> = same().map(|row| row.about[1]).collect();
            let keys = CombineRow::keys_in_words(same());
            let about = format!("the {}, for {keys}", numbers.join(" or "));
            shape = shape.of::<Draw>(row.amount, &about);
        }
    }
    shape
}

/// One of the keys that a number goes with is there.
fn required_by(amount: &str) -> Vec<Value> {
    CombineRow::with_amount(amount)
        .map(|row| json!({"required": [row.key]}))
        .collect()
}

/// One of several effects that do not see one another.
struct TogetherForm;
schema!(TogetherForm, "EffectTogether", |generator| {
    let keys = COMBINES.map(|row| [row.key, row.amount]);
    let mut schema = changes(Shape::new(generator)).why().one_of(
        &keys.each_ref().map(|keys| &keys[..]),
        &[],
        "one of several effects that do not see one another",
    );
    schema["dependentSchemas"] = json!({"by": {"anyOf": required_by("by")}});
    schema_of(schema)
});

schema!(Effect, "Effect", |generator| {
    let [mut set, mut moved] = [
        reference::<Draw>(generator),
        reference::<DestinationForm>(generator),
    ];
    set["description"] = "the new value".into();
    moved["description"] = "the value to move to".into();
    let reference_to_effects = reference::<TogetherForm>(generator);
    let forms: Vec<[&str; 2]> = COMBINES.iter().map(|row| [row.key, row.amount]).collect();
    let others: [&[&str]; 4] = [&["phase"], &["trend"], &["move", "to"], &["together"]];
    let forms: Vec<&[&str]> = forms.iter().map(|keys| &keys[..]).chain(others).collect();
    let mut schema = changes(Shape::new(generator))
        .optional(
            "to",
            json!({"anyOf": [set, moved]}),
            "the new value, for `set`; the value to move to, for `move`",
        )
        .of::<DestinationForm>("phase", "phase to move to")
        .of::<DestinationForm>("trend", "trend to move to")
        .of::<Name>("move", "state to move")
        .optional(
            "together",
            json!({"type": "array", "items": reference_to_effects, "minItems": 1}),
            "effects on several indicators, all of which read what was before any of them",
        )
        .why()
        .one_of(&forms, &[], "one thing that a firing does");
    // `by` and `to` go with either of two, and mean different things there.
    schema["dependentSchemas"] = json!({
        "by": {"anyOf": required_by("by")},
        "to": {"anyOf": [
            {"required": ["set"], "properties": {"to": set}, "additionalProperties": true},
            {"required": ["move"], "properties": {"to": moved}, "additionalProperties": true}
        ]}
    });
    schema_of(schema)
});
