//! Hazards, choices, events, and what is read off a trial.

use super::draws::MomentForm;
use super::{
    ChanceForm, ConditionForm, Count, DateForm, DurationForm, NAME, Name, NumberForm,
    ProbabilityForm, QuantityForm, RateForm, Shape, WaitForm, map, map_of, reference, schema_of,
    text,
};
use crate::scenario::decode::keys::TABLE_FORMS;
use crate::scenario::places::{BY, ELSE};
use crate::scenario::tables::Table;
use crate::scenario::types::{
    Branch, Coefficient, Derived, Effect, Event, Hazard, HazardRatio, Metric, Question, State,
    StateValue, Times, Why,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Says more of one key of an object that is described elsewhere.
fn part(key: &str, schema: Value) -> Value {
    json!({"properties": {key: schema}, "additionalProperties": true})
}

schema!(Times, "Times", |generator| {
    let coefficients = map::<Coefficient>(generator);
    let ratios = map::<HazardRatio>(generator);
    let by_state = map_of(generator, &coefficients);
    schema_of(
        Shape::new(generator)
            .optional(
                "trend",
                coefficients.clone(),
                "factor under each trend; 1 for those not named",
            )
            .optional(
                "phase",
                coefficients.clone(),
                "factor in each phase; 1 for those not named",
            )
            .optional(
                "state",
                by_state,
                "by state, the factor in each of its values; 1 for those not named",
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

/// How a hazard changes with age.
struct AgeingForm;
schema!(AgeingForm, "Ageing", |generator| {
    let rate = reference::<RateForm>(generator);
    let duration = reference::<WaitForm>(generator);
    let number = reference::<QuantityForm>(generator);
    let described = |schema: &Value, about: &str| {
        let mut schema = schema.clone();
        schema["description"] = about.into();
        schema
    };
    let shape = described(&rate, "the shape");
    let scale = described(&duration, "the scale, a time");
    let first_rate = described(&rate, "the rate per year at age 0");
    let growth = described(
        &number,
        "how fast the rate grows, per year; below 0 it falls",
    );
    let two = |first: (&str, &Value), second: (&str, &Value)| {
        json!({
            "type": "object",
            "properties": {first.0: first.1, second.0: second.1},
            "required": [first.0, second.0],
            "additionalProperties": false
        })
    };
    let step = json!({
        "type": "array",
        "prefixItems": [{"type": ["number", "string"], "minimum": 0}, rate],
        "minItems": 2,
        "maxItems": 2
    });
    schema_of(
        Shape::new(generator)
            .optional(
                "weibull",
                two(("shape", &shape), ("scale", &scale)),
                "(shape/scale) (age/scale)^(shape - 1) per year; the scale is a time",
            )
            .optional(
                "gompertz",
                two(("rate", &first_rate), ("growth", &growth)),
                "rate exp(growth age) per year",
            )
            .optional(
                "log_logistic",
                two(("shape", &shape), ("scale", &scale)),
                "(shape/scale) (age/scale)^(shape - 1) / (1 + (age/scale)^shape) per year: with a shape above 1 it rises, and falls again",
            )
            .optional(
                "steps",
                json!({"type": "array", "items": step, "minItems": 1}),
                "ages, ascending from 0, and the rate per year from each on",
            )
            .one_of(
                &[&["weibull"], &["gompertz"], &["log_logistic"], &["steps"]],
                &[],
                "how a hazard changes with age",
            ),
    )
});

schema!(Hazard, "Hazard", |generator| {
    let event = json!({
        "type": "object",
        "properties": {"event": {"type": "string", "description": "the event, or a branch"}},
        "required": ["event"],
        "additionalProperties": false
    });
    let moved = json!({
        "type": "object",
        "properties": {
            "phase": {"type": "string", "description": "the phase that was entered"},
            "trend": {"type": "string", "description": "the trend that was entered"},
            "state": {"type": "string", "description": "the state that moved"},
            "value": {"type": "string", "description": "the value that it was given; any, if not stated"}
        },
        "oneOf": [{"required": ["phase"]}, {"required": ["trend"]}, {"required": ["state"]}],
        "dependentRequired": {"value": ["state"]},
        "additionalProperties": false
    });
    let since = json!({"anyOf": [{"enum": ["start", "phase"]}, event, moved]});
    let object = Shape::new(generator)
        .of::<ChanceForm>("chance", "chance of at least one firing within the time `within`, 0 to 1")
        .of::<WaitForm>("within", "the time that `chance` is about")
        .of::<RateForm>("rate", "firings per time `per`")
        .of::<DurationForm>("per", "the time that `rate` is about; a year if not stated; also \"year\", \"month\", \"week\", \"day\"")
        .of::<WaitForm>("mean_wait", "average time between firings")
        .of::<RateForm>("value", "a rate per year")
        .of::<AgeingForm>("ageing", "a rate that changes with the time since `since`")
        .optional(
            "since",
            since,
            "what the age is counted from: the start, the entry into the present phase, the last move of a state, or the last firing of an event or entry into a phase, a trend or a value, before the first of which there is no hazard",
        )
        .of::<Times>("times", "what multiplies it")
        .why()
        .one_of(
            &[&["chance", "within"], &["rate"], &["mean_wait"], &["value"], &["ageing", "since"]],
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
        json!({"type": "string", "pattern": NAME, "description": "what it depends on: `trend`, `phase` or a state"}),
    );
    let mut otherwise = itself.clone();
    otherwise["description"] = "for those that are not named".into();
    properties.insert(ELSE.to_owned(), otherwise);
    if let Some(own) = why.get("properties").and_then(Value::as_object) {
        properties.extend(own.clone());
    }
    json_schema!({
        "description": "a number, a formula, or one of these for each trend, phase or value of a state",
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

schema!(Table, "Table", |generator| {
    let number = reference::<NumberForm>(generator);
    let points_over = |place: Value| {
        let point = json!({
            "type": "array", "prefixItems": [place, number], "items": false, "minItems": 2
        });
        part(
            "points",
            json!({"type": "array", "items": point, "description": "pairs"}),
        )
    };
    let dated = points_over(reference::<DateForm>(generator));
    let numbered = points_over(number.clone());
    let mut schema = Shape::new(generator)
        .optional("title", text(), "name to show to readers")
        .optional("unit", text(), "unit of its values")
        .optional(
            "over",
            json!({"enum": ["month", "date"]}),
            "what it is looked up by; a number in brackets if not stated",
        )
        .optional(
            "points",
            json!({"type": "array", "minItems": 1, "items": {"type": "array"}}),
            "pairs of a place (a number, or a date) and a value, by ascending place",
        )
        .optional(
            "file",
            text(),
            "in place of `points`: a CSV file, in the folder of the file that names it or below",
        )
        .optional("x", text(), "the column of the file that has the places")
        .optional("y", text(), "the column of the file that has the values")
        .optional(
            "between",
            json!({"enum": ["linear", "step"]}),
            "lines between the points, or each value up to the next; lines if not stated",
        )
        .optional(
            "wrap",
            json!({"type": "boolean"}),
            "`true`: after December comes January, for tables over the month",
        )
        .optional(
            "outside",
            json!({"enum": ["hold", "error"]}),
            "outside of the points the outermost values hold, or there is none; they hold if not stated",
        )
        .why()
        .one_of(TABLE_FORMS, &[], "numbers that are looked up");
    // What the places of the points are follows from what it is looked up by, and so does whether a
    // year can begin anew.
    let is = |key: &str, value: Value| {
        let mut schema = part(
            key,
            json!({"const": value, "description": "what it is here"}),
        );
        schema["required"] = json!([key]);
        schema
    };
    schema["if"] = is("over", json!("date"));
    schema["then"] = dated;
    schema["else"] = numbered;
    let months = [
        is("over", json!("month")),
        json!({"not": is("wrap", json!(true))}),
    ];
    schema["dependentSchemas"] = json!({"wrap": {"anyOf": months}});
    schema_of(schema)
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
        .optional(
            "full",
            json!({"type": "boolean"}),
            "`true`: the result has its whole distribution function",
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
        .of::<ConditionForm>(
            "given",
            "only trials in which this holds at that date count; it may read the path so far"
        )
        .why()
        .one_of(
            &[&["ever"], &["holds"]],
            &[("by", "ever"), ("at", "holds")],
            "a yes/no forecast, with a date or about the whole run"
        )
));

schema!(State, "State", |generator| {
    let values = map::<StateValue>(generator);
    let hazards = map::<Hazard>(generator);
    let moves = map_of(generator, &hazards);
    let shares = map::<ProbabilityForm>(generator);
    let each_step = map_of(generator, &shares);
    schema_of(
        Shape::new(generator)
            .optional("title", text(), "name to show to readers")
            .required("values", values, "the values that it can have")
            .optional(
                "moves",
                moves,
                "hazards of moving from one value (outer key) to another (inner key)",
            )
            .optional(
                "each_step",
                each_step,
                "probabilities of moving from one value (outer key) to another (inner key) at the end of each grid step; the rest stays",
            )
            .why()
            .finish("a variable that has one of a few named values at a time"),
    )
});

schema!(Event, "Event", |generator| {
    let names = json!({"type": "array", "items": reference::<Name>(generator)});
    let by_state = map_of(generator, &names);
    let effects = json!({"type": "array", "items": reference::<Effect>(generator)});
    let moment = reference::<MomentForm>(generator);
    let branches = map::<Branch>(generator);
    let wait = reference::<MomentForm>(generator);
    let name = json!({"type": "string"});
    let entry = json!({
        "type": "object",
        "properties": {
            "phase": {"type": "string", "description": "the phase that is entered"},
            "trend": {"type": "string", "description": "the trend that is entered"},
            "state": {"type": "string", "description": "the state that moves"},
            "value": {"type": "string", "description": "the value that it is given"}
        },
        "oneOf": [
            {"required": ["phase"]}, {"required": ["trend"]}, {"required": ["state", "value"]}
        ],
        "dependentRequired": {"state": ["value"], "value": ["state"]},
        "additionalProperties": false
    });
    let after = json!({"anyOf": [name, entry]});
    let mut schema = Shape::new(generator)
            .optional("title", text(), "name to show to readers")
            .of::<Hazard>("hazard", "how readily it fires")
            .optional(
                "at",
                moment,
                "when it fires: a date, or a distribution of dates",
            )
            .of::<ConditionForm>("when", "fires at the instant at which this becomes true")
            .of::<DurationForm>(
                "every",
                "fires at dates that recur after this time; whole months and years count by the calendar",
            )
            .of::<DateForm>(
                "from",
                "the first of the dates that recur; one period after the start if not stated",
            )
            .of::<DateForm>(
                "until",
                "the last day that counts for dates that recur; the end if not stated",
            )
            .optional(
                "after",
                after,
                "fires some time after a firing of this event or branch, or after the entry into a phase or trend",
            )
            .optional(
                "wait",
                wait,
                "how long after: a duration, a number of years, a formula, or a distribution of them",
            )
            .optional(
                "again",
                json!({"enum": ["restart", "ignore", "also"]}),
                "what a further start does to a clock that runs: it starts anew (the default), nothing, or a second clock runs beside it",
            )
            .optional(
                "on_leave",
                json!({"enum": ["stop", "keep"]}),
                "when the phase or trend is left: the clock stops (the default), or runs on",
            )
            .optional(
                "if_not_allowed",
                json!({"enum": ["lost", "wait"]}),
                "where it is not allowed when its time has come: it is lost (the default), or waits until it is allowed",
            )
            .of::<ProbabilityForm>(
                "probability",
                "chance that it fires when its time has come, 1 if not stated; not with `hazard`",
            )
            .of::<ConditionForm>("if", "guard: it can fire only while this holds")
            .optional(
                "in",
                by_state.clone(),
                "by state, `phase` or `trend`: the values in which it can fire",
            )
            .optional(
                "not_in",
                by_state,
                "by state, `phase` or `trend`: the values in which it cannot fire",
            )
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
            .optional(
                "priority",
                json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
                "of events due at one instant, those of higher priority fire first; 0 if not stated",
            )
            .optional("effects", effects, "what a firing does, in order")
            .optional(
                "branches",
                branches,
                "results that exclude one another, by name: each firing has one of them, after the effects",
            )
            .why()
            .one_of(
                &[&["hazard"], &["at"], &["when"], &["every"], &["after", "wait"]],
                &[
                    ("from", "every"),
                    ("until", "every"),
                    ("again", "after"),
                    ("on_leave", "after"),
                ],
                "something that can happen",
            );
    let unless = |keys: &[&str]| {
        let keys: Vec<Value> = keys.iter().map(|key| json!({"required": [key]})).collect();
        json!({"not": {"anyOf": keys}})
    };
    // What `phases` says, `in` and `not_in` do not say too.
    let apart = |word: &str| {
        let silent = json!({"not": {"required": [word]}, "description": "other states"});
        json!({"allOf": [part("in", silent.clone()), part("not_in", silent)]})
    };
    schema["dependentSchemas"] = json!({
        "probability": unless(&["hazard"]),
        "if_not_allowed": unless(&["hazard", "when"]),
        "phases": apart("phase"),
        "trends": apart("trend"),
        "on_leave": part("after", json!({"type": "object", "description": "an entry, which is left again"}))
    });
    schema_of(schema)
});

schema!(Branch, "Branch", |generator| {
    let effects = json!({"type": "array", "items": reference::<Effect>(generator)});
    schema_of(
        Shape::new(generator)
            .optional("title", text(), "name to show to readers, after that of the event")
            .of::<ProbabilityForm>(
                "probability",
                "chance that a firing has this result; one branch may leave it out and takes the rest",
            )
            .optional("effects", effects, "what this result does, in order")
            .why()
            .finish("one of several results of a firing"),
    )
});

/// What happened before the start.
pub struct HistoryForm;
schema!(HistoryForm, "History", |generator| {
    let formula = json!({"type": "string", "description": "a formula that gives years since the start, below 0"});
    let date = json!({"anyOf": [reference::<DateForm>(generator), formula]});
    let dates = json!({"type": "array", "items": date});
    let events = json!({"type": "object", "additionalProperties": dates});
    let ages = reference::<WaitForm>(generator);
    let mut history = Shape::new(generator)
        .of::<WaitForm>(
            "phase",
            "how long the phase that a trial starts in has lasted at t = 0",
        )
        .optional(
            "events",
            events,
            "dates before the start on which an event, a branch (EVENT.BRANCH) or a move fired, ascending; or formulas that give years since the start",
        )
        .why()
        .finish("what happened before the start; any other key is a state, and how long it has not moved at t = 0");
    history["additionalProperties"] = ages;
    schema_of(history)
});
