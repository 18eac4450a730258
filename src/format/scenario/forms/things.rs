//! Hazards, choices, events, and what is read off a trial.

use super::draws::MomentForm;
use super::{
    ChanceForm, ConditionForm, Count, DateForm, DurationForm, NAME, Name, ProbabilityForm,
    QuantityForm, RateForm, Shape, WaitForm, map, reference, schema_of, text,
};
use crate::scenario::places::{BY, ELSE};
use crate::scenario::types::{
    Coefficient, Derived, Draw, Effect, Event, Hazard, HazardRatio, Metric, Question, Times, Why,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

schema!(Times, "Times", |generator| {
    let coefficients = map::<Coefficient>(generator);
    let ratios = map::<HazardRatio>(generator);
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
        .of::<ChanceForm>("chance", "chance of at least one firing within the time `within`, 0 to 1")
        .of::<WaitForm>("within", "the time that `chance` is about")
        .of::<RateForm>("rate", "firings per time `per`")
        .of::<DurationForm>("per", "the time that `rate` is about; a year if not stated; also \"year\", \"month\", \"week\", \"day\"")
        .of::<WaitForm>("mean_wait", "average time between firings")
        .of::<RateForm>("value", "a rate per year")
        .of::<Times>("times", "what multiplies it")
        .why()
        .one_of(
            &[&["chance", "within"], &["rate"], &["mean_wait"], &["value"]],
            &[("per", "rate")],
            "a hazard with its factors",
        );
    json_schema!({
        "description": "how readily an event fires: a chance within a time, a rate, a mean wait, or a formula for the rate per year",
        "anyOf": [{"type": ["number", "string"], "minimum": 0}, object]
    })
});

schema!(Coefficient, "Coefficient", |generator| {
    let itself = reference::<Coefficient>(generator);
    let plain = reference::<QuantityForm>(generator);
    let why = Why::json_schema(generator).to_value();
    let mut properties = Map::new();
    properties.insert(
        BY.to_owned(),
        json!({"enum": ["trend", "phase"], "description": "what it depends on"}),
    );
    let mut otherwise = itself.clone();
    otherwise["description"] = "for those that are not named".into();
    properties.insert(ELSE.to_owned(), otherwise);
    if let Some(own) = why.get("properties").and_then(Value::as_object) {
        properties.extend(own.clone());
    }
    json_schema!({
        "description": "a number, a formula, or one of these for each trend or phase",
        "anyOf": [plain, {
            "type": "object",
            "properties": properties,
            "required": [BY],
            "additionalProperties": itself,
            "propertyNames": {"pattern": NAME}
        }]
    })
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
        .of::<DateForm>(
            "by",
            "last day that counts for `ever`; the end if not stated"
        )
        .of::<ConditionForm>(
            "holds",
            "does this hold at the date `at`? It may read the path so far"
        )
        .of::<DateForm>(
            "at",
            "the date that `holds` is about; the end if not stated"
        )
        .why()
        .one_of(
            &[&["ever"], &["holds"]],
            &[("by", "ever"), ("at", "holds")],
            "a yes/no forecast, with a date or about the whole run"
        )
));

schema!(Effect, "Effect", |generator| {
    let mut schema = Shape::new(generator)
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
                &["trend"],
            ],
            &[],
            "one thing that a firing does",
        );
    // `by` goes with either of two.
    schema["dependentSchemas"] =
        json!({"by": {"anyOf": [{"required": ["add"]}, {"required": ["multiply"]}]}});
    schema_of(schema)
});

schema!(Event, "Event", |generator| {
    let names = json!({"type": "array", "items": reference::<Name>(generator)});
    let effects = json!({"type": "array", "items": reference::<Effect>(generator)});
    let moment = reference::<MomentForm>(generator);
    schema_of(
        Shape::new(generator)
            .optional("title", text(), "name to show to readers")
            .of::<Hazard>("hazard", "how readily it fires")
            .optional(
                "at",
                moment,
                "when it fires: a date, or a distribution of dates",
            )
            .of::<ProbabilityForm>(
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
                &[("probability", "at")],
                "something that can happen",
            ),
    )
});
