//! Values of params as an agent gives them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::suite::Overrides;

/// Values by name.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Params(BTreeMap<String, Given>);

/// A value in place of one that the suite has.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct Given(String);

impl TryFrom<Value> for Given {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::String(text) => Ok(Given(text)),
            Value::Number(number) => Ok(Given(number.to_string())),
            Value::Bool(truth) => Ok(Given(truth.to_string())),
            _ => Err("a param is a text, a number or a truth value; write a list as the text `a,b`"),
        }
    }
}

impl JsonSchema for Given {
    fn schema_name() -> Cow<'static, str> {
        "Given".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

impl Params {
    /// What the suites take.
    pub(crate) fn overrides(self) -> Overrides {
        Overrides { params: self.0.into_iter().map(|(name, Given(text))| (name, text)).collect(), sources: Vec::new() }
    }
}
