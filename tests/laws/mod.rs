//! Laws that hold whatever a scenario says: about bytes, about draws, about files, and about what
//! happens inside one trial.

mod branches;
mod bytes;
mod calendar;
mod comparisons;
mod conditional;
mod conditions;
mod derived;
mod discover;
mod events;
mod explanations;
mod faults;
mod files;
mod flips;
mod formulas;
mod given;
mod history;
mod judgements;
mod kinds;
mod listing;
mod luck;
mod months;
mod one_instant;
mod one_number;
mod parameters;
mod parts;
mod pathways;
mod per_trial;
mod quantiles;
mod questions;
mod ranges;
mod readings;
mod replays;
mod reweighting;
mod slots;
mod spread;
mod states;
mod streams;
mod sweeps;
mod tables;
mod trends;
mod tripwires;
mod waits;

use serde_json::{Value, json};

/// A scenario with every construct of the file format, small enough to be run often.
pub fn rich() -> Value {
    json!({
        "format": 1,
        "name": "rich",
        "title": "Blockade of a strait",
        "start": "2026-01-01",
        "horizon": "14 months",
        "step": "2 weeks",
        "sources": {"tables": {"title": "Tables"}},
        "parameters": {
            "resolve": {"p5": 0.1, "p50": 0.25, "p95": 0.5, "range": [0, 1], "note": "why", "source": "tables"},
            "cost": {"pert": [0.1, 0.2, 0.5]},
            "spread": {"lognormal": {"mu": 0, "sigma": 0.3}},
            "view": {"experts": [
                {"name": "A", "weight": 2, "p5": 0.2, "p50": 0.3, "p95": 0.5},
                {"name": "B", "weight": 1, "uniform": [0.3, 0.7]},
            ]},
            "leak": 0.3,
            "leak_again": "leak * 0.5",
            "worse": {"uniform": ["cost", {"value": "cost + 0.2"}]},
        },
        "per_trial": {
            "weather": {"normal": {"mean": "0.1 * resolve", "sd": 0.2}, "unit": "m"},
            "delay": {"gamma": {"shape": 2, "rate": "10 + view"}, "note": "why"},
            "both": "weather + 2 * delay",
        },
        "correlations": [{"between": ["resolve", "cost"], "rank": -0.4}, {"between": ["weather", "delay"], "rank": 0.3}],
        "trends": {
            "stalemate": {"weight": 0.5, "source": "tables", "when": "time_in(phase == blockade) > 0.7 * t", "by": ["5 months", "2026-12-31"]},
            "escalation": {"weight": 0.3, "when": "highest(price) > 110 and average(support) < 0.6"},
            "instability": {"weight": 0.2},
        },
        "weight_concentration": 30,
        "shifts": {
            "stalemate": {"escalation": {"rate": 0.3, "per": "year"}, "instability": {"chance": 0.05, "within": "12 months"}},
            "escalation": {"stalemate": {"mean_wait": "2 years"}},
        },
        "phases": {"blockade": {"start": 0.8}, "talks": {"start": 0.2}, "truce": {}, "treaty": {"final": true}},
        "states": {
            "posture": {
                "title": "Posture", "values": {"engaged": {"start": "1 - cost"}, "paused": {"start": "cost"}, "withdrawn": {"title": "Gone"}},
                "moves": {"engaged": {"paused": {"chance": 0.4, "within": "12 months", "times": {"state": {"law": {"strict": 2}}}}}, "paused": {"engaged": 3}},
            },
            "law": {"values": {"lax": {"start": true}, "strict": {}}, "each_step": {"lax": {"strict": "0.02 * leak"}}},
        },
        "indicators": {
            "support": {"start": 0.6, "drift": "0.8 * (resolve - support)", "volatility": 0.15, "range": [0, 1], "at_range": "reflect"},
            "price": {
                "start": {"normal": {"mean": 80, "sd": "5 * spread"}},
                "drift": {"by": "trend", "escalation": 12, "else": 0}, "volatility": "0.2 * price", "range": [1, null],
            },
            "convoys": {"start": 0},
        },
        "noise_correlations": [{"between": ["support", "price"], "value": -0.3}],
        "derived": {"pressure": "(1 - support) * price / 100"},
        "events": {
            "truce_signed": {
                "hazard": {"chance": 0.6, "within": "12 months", "times": {
                    "trend": {"escalation": 0.3}, "phase": {"talks": 2.5},
                    "indicator": {"support": {"ratio": 0.5, "at": 0.6, "per": 0.1}}, "factor": "1 + leak",
                }},
                "phases": ["blockade", "talks"],
                "if": "count(convoy) < 30 and pressure > 0.1",
                "limit": 3, "rest": "30 days",
                "effects": [{"phase": "truce"}, {"set": "convoys", "to": 0}, {"add": "support", "by": {"normal": {"mean": 0.05, "sd": 0.02}}}],
            },
            "convoy": {
                "hazard": "12 * (1 - cost) * if(phase == truce, 2, 1)",
                "effects": [{"add": "convoys", "by": 1}, {"multiply": "price", "by": {"uniform": [0.97, 1]}}],
            },
            "incident": {"hazard": "view * exp(-since(convoy)) + 0.1", "phases": ["truce"], "effects": [{"phase": "blockade"}]},
            "election": {"at": "2026-11-03", "probability": 0.9, "effects": [{"trend": "instability"}]},
            "summit": {"every": "2 months", "from": "2026-01-31", "probability": "0.5 * resolve + 0.3", "effects": [{"add": "support", "by": 0.01}], "branches": {
                "agreed": {"probability": "0.4 * support", "effects": [{"add": "price", "by": {"normal": {"mean": -1, "sd": 1}}}]},
                "adjourned": {"probability": 0.3},
                "failed": {"effects": [{"multiply": "support", "by": 0.95}]},
            }},
            "response": {"after": "summit.failed", "wait": {"gamma": {"shape": 2, "rate": "30 * (1 + pressure)"}}, "again": "also", "effects": [{"add": "price", "by": 1}]},
            "patience_ends": {"after": {"phase": "truce"}, "wait": {"weibull": {"shape": 1.4, "scale": "3 months"}}, "if": "support < 0.7", "if_not_allowed": "wait", "effects": [{"phase": "blockade"}]},
            "tired": {"after": {"trend": "escalation"}, "wait": "5 weeks", "on_leave": "keep", "again": "ignore", "probability": 0.7, "effects": [{"add": "support", "by": -0.02}]},
            "delivery": {"at": {"uniform": ["2026-03-01", "2026-09-01"]}, "effects": [{"add": "support", "by": 0.1}]},
            "debate": {"at": "2026-08-01", "not_in": {"posture": ["withdrawn"]}, "effects": [{"move": "posture", "to": {"withdrawn": "leak / 2", "engaged": "rest"}}]},
            "panic": {"when": "price > 90", "limit": 2, "effects": [{"phase": "talks"}]},
            "breach": {"hazard": {"ageing": {"weibull": {"shape": 0.7, "scale": "2 years"}}, "since": "phase", "times": {"indicator": {"support": {"ratio": 0.4, "at": 0.5, "per": 0.2}}}}, "phases": ["truce"], "effects": [{"phase": "blockade"}]},
            "flare": {"hazard": {"ageing": {"gompertz": {"rate": "0.2 + leak", "growth": -1}}, "since": {"event": "incident"}}, "rest": "2 weeks", "effects": [{"add": "price", "by": 1}]},
            "deal": {"hazard": {"rate": 0.8, "per": "year"}, "phases": ["truce"], "effects": [{"phase": "treaty"}]},
        },
        "history": {
            "phase": "2 months", "posture": "90 days",
            "events": {"convoy": ["2025-12-20"], "summit.failed": ["2025-12-10", "2025-12-24"], "incident": ["2025-11-03"], "flare": ["2025-12-28"]},
        },
        "headline": "{group.quiet} ({group.quiet.range}) by {end}; {trend.escalation} and {metric.convoys_sent} of {question.crisis.title}",
        "groups": {"quiet": {"title": "Quiet", "note": "why"}},
        "outcomes": [
            {"name": "settled", "group": "quiet", "when": "phase == treaty"},
            {"name": "calm", "group": "quiet", "when": "phase == truce and since(truce_signed) > 0.1"},
            {"name": "crisis", "when": "ever(panic) or final(price) > 120"},
        ],
        "metrics": {
            "price_at_end": {"value": "final(price)", "unit": "USD/t"},
            "worst_price": "highest(price)",
            "least_support": "lowest(support)",
            "mean_support": "average(support)",
            "years_of_truce": "time_in(phase == truce)",
            "first_truce": "first(truce_signed)",
            "first_low": "first(support < 0.4)",
            "convoys_sent": "count(convoy)",
            "bill": "both + worse * leak_again",
        },
        "ratios": {"price_of_a_convoy": {"title": "Price of a convoy", "of": "price_at_end", "over": "convoys_sent", "unit": "USD/t"}},
        "questions": {
            "truce_by_june": {"ever": "phase == truce", "by": "2026-06-30"},
            "dear_at_new_year": {"holds": "price > 80", "at": "2026-12-31"},
            "late": {"ever": "price < 200 * delay"},
            "crisis": {"ever": "price > 110 and count(convoy) > 2"},
            "mostly_dear": {"holds": "average(price) > 85"},
            "lasts_if_signed": {"holds": "phase == truce", "at": "2026-12-31", "given": "at(ever(truce_signed), 2026-09-30)"},
        },
    })
}
