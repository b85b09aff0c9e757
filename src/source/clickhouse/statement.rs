//! The end of a statement as ClickHouse's lexer sees it. What the statement says is the server's to judge.

use crate::source::{Error, Fault};

/// `sql` up to its closing semicolon; a second statement is an error.
pub(super) fn single(sql: &str) -> Result<&str, Error> {
    let mut end = None;
    let mut said_something = false;
    let mut at = 0;
    while let Some((token, length)) = next(&sql[at..]) {
        match (token, end) {
            (Token::Blank, _) => {}
            (Token::Semicolon, None) => end = Some(at),
            (Token::Semicolon, Some(_)) => {}
            (Token::Other, None) => said_something = true,
            (Token::Other, Some(_)) => {
                let message = "the query holds more than one statement; give one statement to a query";
                return Err(Error::new(Fault::Query, message));
            }
        }
        at += length;
    }
    if !said_something {
        return Err(Error::new(Fault::Query, "the query is empty; give one SELECT"));
    }
    Ok(&sql[..end.unwrap_or(sql.len())])
}

/// Every statement of `sql`, without the semicolons between them.
pub(super) fn all(sql: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let (mut start, mut at, mut said_something) = (0, 0, false);
    while let Some((token, length)) = next(&sql[at..]) {
        if token == Token::Semicolon {
            if std::mem::take(&mut said_something) {
                statements.push(&sql[start..at]);
            }
            start = at + length;
        }
        said_something |= token == Token::Other;
        at += length;
    }
    if said_something {
        statements.push(&sql[start..]);
    }
    statements
}

/// The first word of a statement, in upper case, parentheses before it aside; empty where it begins otherwise.
pub(super) fn first_word(statement: &str) -> String {
    let mut rest = statement;
    while let Some((token, length)) = next(rest) {
        let text = &rest[..length];
        if token == Token::Other && text != "(" {
            return if text.chars().all(word) { text.to_ascii_uppercase() } else { String::new() };
        }
        rest = &rest[length..];
    }
    String::new()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    /// White space or a comment.
    Blank,
    Semicolon,
    Other,
}

/// The first token of `rest` and its length in bytes.
fn next(rest: &str) -> Option<(Token, usize)> {
    let first = rest.chars().next()?;
    let to = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len());
    Some(match first {
        c if c.is_whitespace() => (Token::Blank, c.len_utf8()),
        ';' => (Token::Semicolon, 1),
        '-' if rest.starts_with("--") => (Token::Blank, to("\n", 2)),
        '#' if rest.starts_with("# ") || rest.starts_with("#!") => (Token::Blank, to("\n", 1)),
        '/' if rest.starts_with("/*") => (Token::Blank, to("*/", 2)),
        '\'' | '"' | '`' => (Token::Other, quoted(rest, first)),
        // `$tag$ … $tag$`; a dollar sign inside a word starts nothing.
        '$' => match rest[1..].find('$').map(|found| &rest[..found + 2]) {
            Some(tag) if tag[1..tag.len() - 1].chars().all(word) && rest[tag.len()..].contains(tag) => {
                (Token::Other, to(tag, tag.len()))
            }
            _ => (Token::Other, 1),
        },
        c if word(c) => (Token::Other, rest.find(|c| !word(c) && c != '$').unwrap_or(rest.len())),
        c => (Token::Other, c.len_utf8()),
    })
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Length of a quoted token; a doubled quote starts the next token, which ends in the same place.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{all, first_word, single};

    #[test]
    fn the_first_word_stands_after_comments_and_parentheses() {
        assert_eq!(first_word("/* SELECT */ -- x\n ((insert INTO t"), "INSERT");
        assert_eq!(first_word("'SELECT'"), "");
    }

    #[test]
    fn only_a_semicolon_outside_quotes_and_comments_ends_a_statement() {
        for whole in [
            "SELECT ';' -- ; not here\n, \"a;b\", `c;d`, 'it\\';s', 'x'';y' /* ; */ # ; nor here",
            "SELECT $tag$ ; $tag$, $$;$$",
            "SELECT 5 - -3, 'naïve;', 7 /2",
        ] {
            assert_eq!(single(whole).unwrap(), whole);
            assert_eq!(single(&format!("{whole}\n; -- done\n;")).unwrap(), format!("{whole}\n"));
        }
    }

    #[test]
    fn a_script_is_its_statements() {
        let script = "CREATE TABLE a (x String DEFAULT ';'); -- done;\n\n;INSERT INTO a VALUES (';');\n-- end";
        let found: Vec<&str> = all(script).into_iter().map(str::trim).collect();
        assert_eq!(found, ["CREATE TABLE a (x String DEFAULT ';')", "INSERT INTO a VALUES (';')"]);
    }

    #[test]
    fn a_second_statement_and_an_empty_one_are_refused() {
        assert!(single("SELECT 1; DROP TABLE t").unwrap_err().message.contains("more than one statement"));
        assert!(single("SELECT a$b$; SELECT '$b$'").is_err(), "a dollar sign inside a word starts no heredoc");
        assert!(single(" -- nothing\n;").unwrap_err().message.contains("empty"));
    }
}
