//! What a tool answers: words as its command prints them, and the same for programs.

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use super::super::sanitize;
use crate::secret::hidden_in_value;

/// Characters of a value that are shown.
const VALUE: usize = 4_000;

/// Characters of all words.
pub(super) const WORDS: usize = 100_000;

/// What a tool answers.
#[derive(Debug)]
pub(super) struct Answer {
    /// What people would read.
    pub(super) words: String,
    /// What programs would read; an object.
    pub(super) json: Value,
    /// Whether it tells of something that could not be done.
    pub(super) is_error: bool,
    /// Characters of a value that are shown.
    pub(super) longest: usize,
}

impl Answer {
    /// Something that was done.
    pub(super) fn new(words: String, json: Value) -> Answer {
        Answer { words, json, is_error: false, longest: VALUE }
    }

    /// The same with values that are as long as all words may be: those of which a part is of no use.
    pub(super) fn whole(self) -> Answer {
        Answer { longest: WORDS, ..self }
    }
}

/// Returns what the client is sent, without secrets and of bounded length.
pub(super) fn result(done: Result<Answer, String>) -> CallToolResult {
    let words = |text: String| vec![ContentBlock::text(shortened(text, WORDS))];
    match done {
        Ok(Answer { words: text, mut json, is_error, longest }) => {
            made_safe(&mut json, longest);
            let mut result = CallToolResult::success(words(sanitize::lines(text.trim(), false)));
            result.structured_content = Some(json);
            result.is_error = Some(is_error);
            result
        }
        Err(why) => CallToolResult::error(words(sanitize::sentence(&why))),
    }
}

/// Hides secrets in all texts, and cuts the long ones.
fn made_safe(value: &mut Value, longest: usize) {
    match value {
        Value::String(text) => {
            let shown = hidden_in_value(text).into_owned();
            *text = shortened(shown, longest);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| made_safe(item, longest)),
        Value::Object(entries) => entries.iter_mut().for_each(|(_, value)| made_safe(value, longest)),
        _ => {}
    }
}

fn shortened(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => format!("{}… ({} more characters)", &text[..end], text[end..].chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a value of any length that fills an agent's memory, and one that is cut inside a character or for nothing.
    #[test]
    fn long_texts_are_cut_and_say_so() {
        let mut value = serde_json::json!({ "a": ["é".repeat(VALUE + 7), "é".repeat(VALUE)] });
        made_safe(&mut value, VALUE);
        let texts: Vec<&str> = value["a"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        assert_eq!(texts[0], "é".repeat(VALUE) + "… (7 more characters)");
        assert_eq!(texts[1], "é".repeat(VALUE));
    }
}
