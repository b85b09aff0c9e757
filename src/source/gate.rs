//! The gate that every query of a user passes before it is sent: one statement, and one that reads.
//!
//! The engines refuse to write by themselves, each in its own way; this keeps away from them what those ways do not
//! cover: a second statement, a file on the server's machine, a lock. The functions that send a query to a server take a
//! [`ReadQuery`], which nothing else makes.

use super::dialect::Dialect;
use super::error::Error;
use super::lexer;
use super::lexer::{Kind, Lexer, Unclear};
use crate::model::ErrorCode;

/// One statement that reads, as its engine takes it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadQuery<'a>(&'a str);

/// Why a text is no [`ReadQuery`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// Where, in bytes from the start.
    pub offset: usize,
    /// What is wrong, with a hint.
    pub message: String,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        Error::new(ErrorCode::StatementRefused, refused.message)
    }
}

impl From<Unclear> for Refused {
    fn from(unclear: Unclear) -> Refused {
        Refused { offset: unclear.offset, message: format!("the query cannot be taken apart: {}", unclear.why) }
    }
}

impl<'a> ReadQuery<'a> {
    /// Takes `sql`, read by `lexer`, up to the semicolon that may end it.
    ///
    /// # Errors
    /// Nothing, more than one statement, or one that does more than read.
    pub fn check(lexer: &Lexer, sql: &'a str) -> Result<ReadQuery<'a>, Refused> {
        let code: Vec<Code<'a>> = lexer::tokens(lexer, sql)?
            .into_iter()
            .filter(|token| token.kind != Kind::Blank)
            .map(|token| Code { kind: token.kind, text: &sql[token.start..token.end], offset: token.start })
            .collect();
        let end = code.iter().position(|one| one.text == ";").unwrap_or(code.len());
        let (statement, after) = code.split_at(end);
        if let Some(second) = after.iter().find(|one| one.text != ";") {
            let message = "the query holds more than one statement; give one statement to a query";
            return Err(Refused { offset: second.offset, message: message.to_owned() });
        }
        reads(lexer, statement)?;
        Ok(ReadQuery(&sql[..after.first().map_or(sql.len(), |semicolon| semicolon.offset)]))
    }

    /// Its text, without a semicolon; a comment may end it, so that what follows belongs on a line of its own.
    pub fn text(self) -> &'a str {
        self.0
    }
}

/// Whether an engine reads `sql` as one statement that reads, under some of its settings; the engine that sends it looks
/// again under those that hold.
///
/// # Errors
/// See [`ReadQuery::check`].
pub fn admits(dialect: &dyn Dialect, sql: &str) -> Result<(), Refused> {
    let mut refused = None;
    for lexer in dialect.lexers() {
        match ReadQuery::check(lexer, sql) {
            Ok(_) => return Ok(()),
            Err(why) => drop(refused.get_or_insert(why)),
        }
    }
    refused.map_or(Ok(()), Err)
}

/// `sql` without the semicolon that ends it and what stands behind that, so that it can stand in parentheses on lines of
/// its own; unchanged where it is no query.
pub fn statement<'a>(dialect: &dyn Dialect, sql: &'a str) -> &'a str {
    let checked = dialect.lexers().iter().find_map(|lexer| ReadQuery::check(lexer, sql).ok());
    checked.map_or(sql, ReadQuery::text)
}

/// Every statement of a script, without the semicolons between them; what cannot be taken apart is left together.
pub fn statements<'a>(dialect: &dyn Dialect, script: &'a str) -> Vec<&'a str> {
    let usual = &dialect.lexers()[0];
    let (tokens, _) = lexer::lex(usual, script);
    let (mut found, mut start, mut empty) = (Vec::new(), 0, true);
    for token in tokens {
        if &script[token.start..token.end] == ";" {
            if !std::mem::replace(&mut empty, true) {
                found.push(&script[start..token.start]);
            }
            start = token.end;
        } else {
            empty &= token.kind == Kind::Blank;
        }
    }
    let rest = &script[start..];
    if !empty || lexer::tokens(usual, rest).is_err() {
        found.push(rest);
    }
    found
}

/// A token that is no comment.
struct Code<'a> {
    kind: Kind,
    text: &'a str,
    offset: usize,
}

impl Code<'_> {
    fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

const HINT: &str = "a run only reads: write one SELECT";

/// What changes rows, in the first place of a statement.
const WRITES: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"];

/// Looks at one statement.
fn reads(lexer: &Lexer, statement: &[Code<'_>]) -> Result<(), Refused> {
    let refuse = |offset: usize, message: String| Err(Refused { offset, message });
    let Some(first) = statement.iter().find(|one| one.text != "(") else {
        return refuse(0, "the query is empty; give one SELECT".to_owned());
    };
    if !first.is_one_of(lexer.beginnings) {
        let message = match first.kind {
            Kind::Word => {
                let word = first.text.to_uppercase();
                format!("the statement begins with {word} and was not sent; {HINT}")
            }
            _ => format!("the statement does not begin as a query and was not sent; {HINT}"),
        };
        return refuse(first.offset, message);
    }
    let mut depth: usize = 0;
    for one in statement {
        match (one.kind, one.text) {
            (Kind::Mark, "(") => depth += 1,
            (Kind::Mark, ")") if depth == 0 => {
                return refuse(one.offset, "a parenthesis is closed that was not opened; correct the query".to_owned());
            }
            (Kind::Mark, ")") => depth -= 1,
            _ => {}
        }
    }
    if depth > 0 {
        return refuse(first.offset, "a parenthesis is not closed; correct the query".to_owned());
    }
    if let Some(offset) = totals(lexer, statement) {
        return refuse(
            offset,
            "WITH TOTALS adds a row that stands beside the answer, and was not sent; add that row with UNION ALL, or leave it out"
                .to_owned(),
        );
    }
    if let Some((offset, name)) = acts(lexer, statement) {
        return refuse(
            offset,
            format!("the query calls {name}, which does more than read, and was not sent; leave it out"),
        );
    }
    if let Some((offset, name, value)) = sets(lexer, statement) {
        return refuse(
            offset,
            format!(
                "the query sets {name}, which may cut its answer or write it otherwise and is {value} in every query, and was not \
                 sent; leave it out"
            ),
        );
    }
    let found = writes_after_with(lexer, statement)
        .or_else(|| writes_inside(statement))
        .or_else(|| writes_elsewhere(lexer, statement))
        .or_else(|| locks(lexer, statement));
    match found {
        Some((offset, what)) => refuse(offset, format!("the query {what} and was not sent; {HINT}")),
        None => Ok(()),
    }
}

type Found = Option<(usize, String)>;

/// `WITH … INSERT` and its like: the first verb outside of parentheses is not one that reads, or there is none.
fn writes_after_with(lexer: &Lexer, statement: &[Code<'_>]) -> Found {
    let with = statement.iter().find(|one| one.text != "(").filter(|first| first.is("WITH"))?;
    let outermost = statement.iter().take_while(|one| one.text == "(").count();
    let mut depth = 0;
    for (at, one) in statement.iter().enumerate() {
        // What stands behind the last of the list, such as VALUES, or a query in parentheses.
        let behind = depth == outermost && at > 0 && statement[at - 1].text == ")";
        if behind && (one.text == "(" || one.is_one_of(lexer.beginnings)) {
            return None;
        }
        match one.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        // A name of the list, whatever it is called.
        let named = statement.get(at + 1).is_some_and(|next| next.is("AS"))
            || at.checked_sub(1).is_some_and(|before| statement[before].is("AS") || statement[before].text == ".");
        if depth != outermost || named {
            continue;
        }
        if one.is("SELECT") {
            return None;
        }
        if one.is_one_of(&WRITES) && statement.get(at + 1).is_some_and(|next| next.text != "(") {
            return Some((one.offset, format!("would {}", one.text.to_uppercase())));
        }
    }
    Some((with.offset, "has no SELECT behind its WITH".to_owned()))
}

/// A subquery or a common table expression that writes.
fn writes_inside(statement: &[Code<'_>]) -> Found {
    statement.windows(3).enumerate().find_map(|(at, three)| {
        let [before, verb, after] = three else { return None };
        let begins = before.text == "(" || before.text == ")";
        let into = verb.is_one_of(&["INSERT", "MERGE", "REPLACE"]) && after.is_one_of(&["INTO", "OVERWRITE"]);
        let from = verb.is("DELETE") && after.is("FROM");
        let named = matches!(after.kind, Kind::Word | Kind::Name);
        let set = verb.is("UPDATE") && named && statement[at + 3..].iter().any(|one| one.is("SET"));
        (begins && (into || from || set)).then(|| (verb.offset, format!("would {}", verb.text.to_uppercase())))
    })
}

/// `INTO` a file, a table or a variable, where no column can have that name without quotes.
///
/// What stands before excuses no file: `AS` may itself be a name there, as in `@as INTO OUTFILE`, and a dot its end.
fn writes_elsewhere(lexer: &Lexer, statement: &[Code<'_>]) -> Found {
    statement.iter().enumerate().find_map(|(at, one)| {
        let named = at.checked_sub(1).is_some_and(|at| statement[at].text == "." || statement[at].is("AS"));
        let next = statement.get(at + 1);
        let file = next.filter(|next| next.is_one_of(&["OUTFILE", "DUMPFILE"]));
        if !one.is("INTO") || (file.is_none() && (named || lexer.into_is_a_name)) {
            return None;
        }
        let what = match file {
            Some(file) => format!("writes a file (INTO {})", file.text.to_uppercase()),
            None => "puts its answer INTO something".to_owned(),
        };
        Some((one.offset, what))
    })
}

/// `WITH TOTALS` of the outermost query.
fn totals(lexer: &Lexer, statement: &[Code<'_>]) -> Option<usize> {
    let outermost = statement.iter().take_while(|one| one.text == "(").count();
    let mut depth = 0;
    let mut at = statement.windows(2).filter(|two| {
        match two[0].text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        lexer.totals_beside && depth <= outermost && two[0].is("WITH") && two[1].is("TOTALS")
    });
    at.next().map(|two| two[0].offset)
}

/// A call of a function that does more than read.
fn acts(lexer: &Lexer, statement: &[Code<'_>]) -> Found {
    statement.windows(2).find_map(|two| {
        let [called, after] = two else { return None };
        let name = called.text.trim_matches(['"', '`']).to_ascii_lowercase();
        let is_name = matches!(called.kind, Kind::Word | Kind::Name);
        let acts = is_name && after.text == "(" && lexer.acting.contains(&name.as_str());
        acts.then_some((called.offset, name))
    })
}

/// A setting that a query gives itself, in `SETTINGS name = value, …`, though it has another value in every query.
fn sets<'a>(lexer: &Lexer, statement: &[Code<'a>]) -> Option<(usize, &'a str, &'static str)> {
    if lexer.fixed.is_empty() {
        return None;
    }
    let bare = |text: &str| text.trim_matches(['\'', '"', '`']).to_owned();
    let mut lists = statement.windows(3).enumerate().filter(|(_, three)| {
        three[0].is("SETTINGS") && matches!(three[1].kind, Kind::Word | Kind::Name) && three[2].text == "="
    });
    lists.find_map(|(start, _)| {
        let (mut depth, mut begins) = (0_i64, true);
        for at in start + 1..statement.len() {
            let one = &statement[at];
            match one.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            if depth < 0 || (depth == 0 && one.is_one_of(&["UNION", "INTERSECT", "EXCEPT", "SELECT"])) {
                return None;
            }
            if begins && depth == 0 && statement.get(at + 1).is_some_and(|next| next.text == "=") {
                let name = bare(one.text);
                let mut fixed = lexer.fixed.iter().flat_map(|some| some.iter());
                let found = fixed.find(|(known, _)| *known == name);
                let given = statement.get(at + 2).map(|value| bare(value.text)).unwrap_or_default();
                if let Some((_, value)) = found.filter(|(_, value)| *value != given) {
                    let value = if value.is_empty() { "empty" } else { value };
                    return Some((one.offset, one.text, value));
                }
            }
            begins = depth == 0 && one.text == ",";
        }
        None
    })
}

/// Locks that keep others from writing.
fn locks(lexer: &Lexer, statement: &[Code<'_>]) -> Found {
    if !lexer.locks_rows {
        return None;
    }
    const FORMS: [&[&str]; 5] = [
        &["FOR", "UPDATE"],
        &["FOR", "NO", "KEY", "UPDATE"],
        &["FOR", "SHARE"],
        &["FOR", "KEY", "SHARE"],
        &["LOCK", "IN", "SHARE", "MODE"],
    ];
    let lock = |form: &[&str]| {
        let mut windows = statement.windows(form.len());
        let found = windows.find(|words| words.iter().zip(form).all(|(one, word)| one.is(word)))?;
        Some((found[0].offset, format!("locks rows ({})", form.join(" "))))
    };
    FORMS.iter().find_map(|form| lock(form))
}

#[cfg(test)]
mod tests;
