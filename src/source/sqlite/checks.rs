//! The check constraints of a table, which SQLite keeps only in the text of its `CREATE TABLE`.

/// Returns the expressions of the checks in `sql`, in their order, as they are written.
pub(super) fn checks(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut is_check = false;
    while let Some(token) = token(sql, at) {
        let text = &sql[at..token];
        if text == "(" && is_check {
            let end = closing(sql, token);
            found.push(sql[token..end].trim().to_owned());
            at = (end + 1).min(sql.len());
            is_check = false;
            continue;
        }
        if !text.trim().is_empty() && !text.starts_with("--") && !text.starts_with("/*") {
            is_check = text.eq_ignore_ascii_case("check");
        }
        at = token;
    }
    found
}

/// Where the token ends that begins at `at`: a word, a quoted text or name, a comment, white space, or one character.
fn token(sql: &str, at: usize) -> Option<usize> {
    let rest = &sql[at..];
    let first = rest.chars().next()?;
    let until = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len());
    let length = match first {
        '\'' | '"' | '`' => until(&first.to_string(), 1),
        '[' => until("]", 1),
        _ if rest.starts_with("--") => until("\n", 2),
        _ if rest.starts_with("/*") => until("*/", 2),
        _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    };
    Some(at + length)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The place of the parenthesis that closes the one before `from`.
fn closing(sql: &str, from: usize) -> usize {
    let (mut at, mut depth) = (from, 1_usize);
    while let Some(end) = token(sql, at) {
        match &sql[at..end] {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
        at = end;
    }
    sql.len()
}

#[cfg(test)]
mod tests {
    use super::checks;

    /// Catches a check that is not seen, and one that is seen in a text, a name or a comment.
    #[test]
    fn checks_are_found_in_the_text_of_a_table() {
        let sql = "CREATE TABLE t (a INT CHECK (a > (1 + 2)), -- CHECK (no)\n b TEXT DEFAULT 'CHECK (no)', \
                   \"check\" INT, /* CHECK (no) */ CONSTRAINT c check(b <> ')' AND b IN ('x', 'it''s')), [CHECK] INT)";
        assert_eq!(checks(sql), ["a > (1 + 2)", "b <> ')' AND b IN ('x', 'it''s')"]);
        assert!(checks("CREATE TABLE t (a INT)").is_empty());
        assert_eq!(checks("CREATE TABLE t (a CHECK (a").len(), 1);
    }
}
