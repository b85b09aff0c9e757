//! Splits what comes into lines, and answers those that the protocol would pass over without a word: its client would wait.

use std::fmt;

use rmcp::model::{ClientJsonRpcMessage, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::async_rw::DEFAULT_MAX_LINE_LENGTH as LONGEST;
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// Bytes of a line that are kept to find its id; many clients write it last.
const KEPT: usize = 4 * LONGEST;

/// A whole line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// What the protocol reads.
    Message(Vec<u8>),
    /// The answer to what it does not.
    Answer(Vec<u8>),
}

/// Puts lines together.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    length: usize,
}

impl Lines {
    /// Adds `bytes`, and returns the lines that end in them.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut whole = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.length += part.len();
            let room = KEPT.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                whole.push(judged(std::mem::take(&mut self.line), std::mem::take(&mut self.length)));
            }
        }
        whole
    }
}

fn judged(line: Vec<u8>, length: usize) -> Line {
    let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii();
    let id = id(text);
    let error = if length > LONGEST {
        let most = LONGEST >> 20;
        ErrorData::invalid_request(format!("the line is longer than {most} MiB; send less at once"), None)
    } else {
        match serde_json::from_slice::<Value>(text) {
            Err(cause) if !text.is_empty() => {
                ErrorData::parse_error(format!("the line cannot be read as JSON: {cause}"), None)
            }
            // The protocol would answer without its id.
            Ok(Value::Object(request))
                if id.is_some()
                    && request.contains_key("method")
                    && serde_json::from_slice::<ClientJsonRpcMessage>(text).is_err() =>
            {
                let form = "give `jsonrpc`, \"2.0\", `method`, a text, and `params`, an object";
                ErrorData::invalid_request(format!("the request is none of the protocol: {form}"), None)
            }
            _ => return Line::Message(line),
        }
    };
    let mut answer = serde_json::to_value(ServerJsonRpcMessage::error(error, id)).unwrap_or_default();
    // JSON-RPC wants the id of a request that could not be found as null.
    if let Some(answer) = answer.as_object_mut() {
        answer.entry("id").or_insert(Value::Null);
    }
    Line::Answer(format!("{answer}\n").into_bytes())
}

/// The id of a request, wherever else it breaks off, is nested too deep, or is no UTF-8.
fn id(text: &[u8]) -> Option<RequestId> {
    let mut found = None;
    // What comes behind the id may be anything.
    let _ = serde_json::Deserializer::from_slice(text).deserialize_map(Id(&mut found));
    found
}

struct Id<'a>(&'a mut Option<RequestId>);

impl<'de> Visitor<'de> for Id<'_> {
    type Value = ();

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("a request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(name) = entries.next_key::<String>()? {
            if name == "id" {
                *self.0 = serde_json::from_value(entries.next_value::<Value>()?).ok();
            } else {
                // Does not go deeper with what is nested, and reads over bytes that are no text.
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(line: Line) -> Value {
        let Line::Answer(text) = line else { panic!("a message: {line:?}") };
        assert!(text.ends_with(b"\n"));
        serde_json::from_slice(&text).unwrap()
    }

    /// Catches a line that is put together wrongly from its parts, and one that is answered though the protocol reads it.
    #[test]
    fn messages_are_passed_on_as_they_came() {
        let text = "{\"id\":1}\r\n\n  \nnull\n\u{feff}[]\n\"é\"\n";
        for size in 1..=text.len() {
            let mut lines = Lines::default();
            let all: Vec<Line> = text.as_bytes().chunks(size).flat_map(|part| lines.add(part)).collect();
            let wanted: Vec<Line> =
                text.split_inclusive('\n').map(|line| Line::Message(line.as_bytes().to_vec())).collect();
            assert_eq!(all, wanted, "in parts of {size}");
        }
        assert_eq!(Lines::default().add(b"{\"id\":1}"), [], "its end is not there yet");
    }

    /// Catches an answer that its client cannot tell from others, before and behind what cannot be read; and an id that is
    /// that of something else.
    #[test]
    fn what_cannot_be_read_is_answered_by_its_id() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let cases: [(&[u8], Value); 9] = [
            (b"{", Value::Null),
            (b"garbage", Value::Null),
            (b"[{\"id\":7}", Value::Null),
            (b"{\"params\":{\"id\":7}", Value::Null),
            (b"{\"id\":1.5,}", Value::Null),
            (b"{\"id\":7,\"method\":\"a", 7.into()),
            (b"{\"id\":\"a\",\"method\":\"\xff\"}", "a".into()),
            (b"{\"method\":\"\xff\",\"id\":7}", 7.into()),
            (&[b"{\"params\":", deep.as_bytes(), b",\"id\":7}"].concat(), 7.into()),
        ];
        for (line, wanted) in cases {
            let told = answer(Lines::default().add(&[line, b"\n"].concat()).remove(0));
            assert_eq!((&told["error"]["code"], told.get("id")), (&(-32700).into(), Some(&wanted)), "{told}");
        }
        let long = format!("{{\"params\":\"{}\",\"id\":7}}\nnull\n", "a".repeat(LONGEST));
        let [first, Line::Message(second)] = <[Line; 2]>::try_from(Lines::default().add(long.as_bytes())).unwrap()
        else {
            panic!("the next line is read")
        };
        assert_eq!(second, b"null\n");
        let told = answer(first);
        assert_eq!((&told["error"]["code"], &told["id"]), (&(-32600).into(), &7.into()), "{told}");
    }
}
