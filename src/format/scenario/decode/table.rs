//! Tables: their points, and what holds between and outside of them.

use super::{Decoder, keys};
use crate::diagnostic::{Place, pointer::join};
use crate::scenario::tables::{Table, TableOver, TablePlace as Where};
use crate::scenario::types::At;
use serde_json::Value;

impl<'v> Decoder<'v> {
    pub(super) fn table(&mut self, value: &'v Value, pointer: &str) -> Option<Table> {
        let what = "a table";
        let object = self.object(value, pointer, what, &[keys::TABLE], |_| false)?;
        let (title, unit) = (self.text(&object, "title"), self.text(&object, "unit"));
        let why = self.why(&object);
        let over = match object.get("over") {
            None => TableOver::Argument,
            Some(_) => {
                let words = [("month", TableOver::Month), ("date", TableOver::Date)];
                self.word(&object, "over", &words)
            }
        };
        let is_linear = self.word(&object, "between", &[("linear", true), ("step", false)]);
        let is_bounded = self.word(&object, "outside", &[("hold", false), ("error", true)]);
        let wrap = self.truth(&object, "wrap").unwrap_or(false);
        if wrap && over != TableOver::Month {
            let place = Place::key(join(pointer, "wrap"));
            let message = "only a table over the month begins anew every year";
            let hint = "add `\"over\": \"month\"`, or leave `wrap` out";
            let fault = self.fault("conflicting-keys", place, message.to_owned());
            fault.hints.push(hint.to_owned());
            return None;
        }
        if self.one_form(&object, keys::TABLE_FORMS, what)? == "file" {
            // The points took its place when it was read: who reads scenarios has told why not.
            for key in keys::TABLE_FORMS[1] {
                self.required(&object, key, what);
                self.text(&object, key);
            }
            return None;
        }
        let points = self.list(&object, "points", |decoder, value, pointer| {
            decoder.point(value, pointer, over)
        })?;
        if let Some((Value::Array(stated), pointer)) = object.get("points")
            && stated.is_empty()
        {
            return self.out_of_range(&pointer, "a table has at least one point".to_owned());
        }
        Some(Table {
            pointer: pointer.to_owned(),
            title,
            unit,
            over,
            points,
            is_linear,
            wrap,
            is_bounded,
            why,
        })
    }

    /// `[place, value]`.
    fn point(
        &mut self,
        value: &'v Value,
        pointer: &str,
        over: TableOver,
    ) -> Option<(At<Where>, f64)> {
        let Some([x, y]) = value.as_array().map(Vec::as_slice) else {
            return self.wrong_type(pointer, "a point `[place, value]`", value);
        };
        let at = join(pointer, "0");
        let place = match over {
            TableOver::Date => Where::Date(self.dated(x, &at)?.value),
            _ => Where::Number(self.number(x, &at)?.value),
        };
        let y = self.number(y, &join(pointer, "1"))?.value;
        Some((At::new(place, at), y))
    }
}
