//! Result files back to what they were written from.
//!
//! JSON has no NaN and no infinity: both are written as `null`. Where a number stands, `null` is
//! read as NaN, so that whatever a run writes is read back, and writing it again gives the same
//! bytes. Faults say where they are.

use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};
use std::fmt;

/// Why a value is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadFault {
    /// Such as `outcomes[2].by_trend.calm`; empty for the whole.
    pub path: String,
    pub message: String,
}

impl ReadFault {
    /// A fault at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    fn below(mut self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }
}

impl fmt::Display for ReadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{} at {path}", self.message),
        }
    }
}

impl std::error::Error for ReadFault {}

impl de::Error for ReadFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new("", message.to_string())
    }
}

/// Reads a result.
///
/// # Errors
/// The first place at which the value is of another kind.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, ReadFault> {
    T::deserialize(Reader(value))
}

struct Reader(Value);

impl<'de> Deserializer<'de> for Reader {
    type Error = ReadFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(truth),
            Value::String(text) => visitor.visit_string(text),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::Array(list) => visitor.visit_seq(Elements {
                rest: list.into_iter(),
                next: 0,
            }),
            Value::Object(map) => visitor.visit_map(Members {
                rest: map.into_iter(),
                at: None,
            }),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match self.0 {
            Value::Null => visitor.visit_f64(f64::NAN),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        match self.0 {
            Value::String(word) => {
                let word: StringDeserializer<ReadFault> = word.into_deserializer();
                visitor.visit_enum(word)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Elements {
    rest: std::vec::IntoIter<Value>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = ReadFault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadFault> {
        let Some(value) = self.rest.next() else {
            return Ok(None);
        };
        let step = format!("[{}]", self.next);
        self.next += 1;
        let read = seed.deserialize(Reader(value));
        read.map(Some).map_err(|fault| fault.below(&step))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Members {
    rest: <Map<String, Value> as IntoIterator>::IntoIter,
    /// The member whose key has been read.
    at: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = ReadFault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadFault> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.at = Some((key.clone(), value));
        let key: StringDeserializer<ReadFault> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadFault> {
        let Some((key, value)) = self.at.take() else {
            return Err(ReadFault::new("", "a value stands without its key"));
        };
        let read = seed.deserialize(Reader(value));
        read.map_err(|fault| fault.below(&key))
    }
}

/// A number where serde reads ahead, and would take `null` for something else.
///
/// # Errors
/// Those of the deserializer.
pub fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let number = <Option<f64> as serde::Deserialize>::deserialize(from)?;
    Ok(number.unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::StoryChange;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    struct Part {
        value: f64,
        list: Vec<f64>,
        pair: Option<[f64; 2]>,
        #[serde(default)]
        any: Value,
    }

    #[test]
    fn null_is_no_number_and_everything_else_is_itself() {
        let value = json!({"value": null, "list": [1, null, -2.5], "pair": [null, 3e77], "any": {"x": [null, true]}});
        let part: Part = read(value).expect("it is one");
        assert!(part.value.is_nan() && part.list[1].is_nan());
        assert_eq!((part.list[0], part.list[2]), (1.0, -2.5));
        assert!(
            part.pair
                .is_some_and(|[low, high]| low.is_nan() && high == 3e77)
        );
        assert_eq!(part.any, json!({"x": [null, true]}));
        let none: Part = read(json!({"value": 1, "list": [], "pair": null})).expect("it is one");
        assert_eq!((none.pair, none.any), (None, Value::Null));
    }

    #[test]
    fn a_fault_says_where_it_is() {
        let fault = |value| read::<Vec<Part>>(value).expect_err("it is none");
        let good = json!({"value": 1, "list": [1]});
        let found = fault(json!([good, {"value": 1, "list": [1, "x"]}]));
        assert_eq!(found.path, "[1].list[1]");
        assert!(found.to_string().contains("expected f64"), "{found}");
        let found = fault(json!([{"list": []}]));
        assert_eq!(
            (found.path.as_str(), found.message.as_str()),
            ("[0]", "missing field `value`")
        );
        assert!(read::<u64>(Value::Null).is_err());
    }

    #[test]
    fn a_change_of_a_story_may_lead_to_no_number() {
        let change = json!({"what": "indicator", "name": "x", "from": null, "to": 2});
        let change: StoryChange = read(change).expect("it is one");
        assert!(
            matches!(change, StoryChange::Indicator { from, to, .. } if from.is_nan() && to == 2.0)
        );
    }
}
