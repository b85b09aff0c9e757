//! Why a check could not be compared, as data: what kind of error, where, what, and what is behind it.
//!
//! The sentence of a report is put together by [`ErrorReport`]'s `Display` alone, and nothing reads it back.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Asked, Disclosure, ErrorCode, Side};

/// Why a check could not be compared. Where both sides failed, one error holds both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorReport {
    code: ErrorCode,
    /// Outermost first.
    places: Vec<Place>,
    /// What went wrong, and a hint.
    what: String,
    /// The column it is about, and its type.
    column: Option<String>,
    type_name: Option<String>,
    /// The server's own code for it, which quotes nothing.
    server_code: Option<String>,
    causes: Vec<Cause>,
    /// Further errors of the same check.
    others: Vec<ErrorReport>,
}

/// Where in a check an error happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A query, at its source.
    Query {
        /// Which query of the check.
        asked: Asked,
        /// The source's name in the suite.
        source: String,
    },
    /// A param that follows the clock of a source.
    Clock {
        /// The param's name.
        param: String,
        /// The source's name in the suite.
        source: String,
    },
    /// A param.
    Param(String),
    /// The windows of the check.
    Windows,
    /// The keys that are left without some, which are described.
    Without(&'static str),
    /// Old, compared with another run of its query.
    OldAgainstItself,
    /// The rows of old, read twice.
    OldTwice,
    /// What `--plan server` asks.
    ServerPlan,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Query { asked, source } => write!(f, "{asked} side, source `{source}`"),
            Place::Clock { param, source } => write!(f, "param `{param}` follows the clock of source `{source}`"),
            Place::Param(param) => write!(f, "param `{param}`"),
            Place::Windows => f.write_str("the window cannot be cut"),
            Place::Without(keys) => write!(f, "without the keys {keys}"),
            Place::OldAgainstItself => f.write_str("old against itself"),
            Place::OldTwice => f.write_str("old side, run twice"),
            Place::ServerPlan => f.write_str("--plan server"),
        }
    }
}

/// One cause below an error. Without a code it is in words of others, and withheld where values are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What kind of error it is, where it is one of cutover's own or of the system's.
    pub code: Option<ErrorCode>,
    /// What went wrong.
    pub text: String,
}

impl Cause {
    /// Makes a cause in words of others.
    pub fn of_others(text: impl Into<String>) -> Cause {
        Cause { code: None, text: text.into() }
    }

    /// Makes a cause whose text is as `code` says.
    pub fn new(code: ErrorCode, text: impl Into<String>) -> Cause {
        Cause { code: Some(code), text: text.into() }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl ErrorReport {
    /// Makes an error without causes. Under a code that names only, `what` must hold no value of a row.
    pub fn new(code: ErrorCode, what: impl Into<String>) -> Self {
        ErrorReport { code, what: what.into(), ..ErrorReport::default() }
    }

    /// Adds causes, outermost first.
    pub fn caused_by(mut self, causes: impl IntoIterator<Item = Cause>) -> Self {
        self.causes.extend(causes);
        self
    }

    /// Adds the server's own code for what went wrong, such as `SQLSTATE 42601`.
    pub fn with_server_code(self, server_code: Option<String>) -> Self {
        ErrorReport { server_code, ..self }
    }

    /// Says which column it is about, and of which type, as far as they are known; `what` names them too.
    pub fn on_column(self, column: Option<String>, type_name: Option<String>) -> Self {
        ErrorReport { column, type_name, ..self }
    }

    /// Says where it happened, around any place that is known already.
    pub fn at(mut self, place: Place) -> Self {
        self.places.insert(0, place);
        self
    }

    /// Adds a hint behind what went wrong.
    pub fn and_hint(mut self, hint: &str) -> Self {
        self.what = format!("{}; {hint}", self.what);
        self
    }

    /// Drops all causes.
    pub fn without_causes(self) -> Self {
        ErrorReport { causes: Vec::new(), ..self }
    }

    /// Makes one of several errors, in their order; an unknown one of none.
    pub fn joined(errors: impl IntoIterator<Item = ErrorReport>) -> ErrorReport {
        let mut errors = errors.into_iter();
        let mut joined = errors.next().unwrap_or_default();
        joined.others.extend(errors);
        joined
    }

    /// Returns what kind of error it is. Of several the first that is not retryable decides: what has to be corrected on
    /// one side does not pass because the other side would.
    pub fn code(&self) -> ErrorCode {
        self.all().map(|one| one.code).find(|code| !code.is_retryable()).unwrap_or(self.code)
    }

    /// Returns the sentence of the report, without causes.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// Returns all causes, in their order.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        self.all().flat_map(|one| &one.causes)
    }

    /// Returns every text in it that is not a name, for what must change it as a whole.
    pub fn texts_mut(&mut self) -> Vec<&mut String> {
        let ErrorReport { code: _, places: _, what, column: _, type_name: _, server_code: _, causes, others } = self;
        let mut texts = vec![what];
        texts.extend(causes.iter_mut().map(|cause| &mut cause.text));
        texts.extend(others.iter_mut().flat_map(ErrorReport::texts_mut));
        texts
    }

    /// Replaces what may quote a value by words that say so, and drops such causes.
    pub fn without_values(mut self) -> ErrorReport {
        match self.code.disclosure() {
            Disclosure::NamesOnly => {}
            Disclosure::MayQuoteValues => {
                let what = match &self.server_code {
                    Some(code) => format!("the server refused the query ({code}); its text"),
                    None => "what went wrong".to_owned(),
                };
                self.what =
                    format!("{what} is withheld, because it may quote a value; run the query by hand to see it");
            }
        }
        self.causes.retain(|cause| cause.code.is_some_and(|code| code.disclosure() == Disclosure::NamesOnly));
        self.others = self.others.into_iter().map(ErrorReport::without_values).collect();
        self
    }

    /// Itself and the further errors.
    fn all(&self) -> impl Iterator<Item = &ErrorReport> {
        std::iter::once(self).chain(&self.others)
    }
}

impl fmt::Display for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, one) in self.all().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            one.places.iter().try_for_each(|place| write!(f, "{place}: "))?;
            f.write_str(&one.what)?;
        }
        Ok(())
    }
}

/// Why a check could not be compared.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "ErrorReport")]
struct Shown {
    /// What kind of error it is, by which a script decides whether to try again.
    code: ErrorCode,
    /// What was being done, on which side, source and column, and a hint.
    message: String,
    /// The side that was asked, where the error is one side's.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<Side>,
    /// The source that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// The column that it is about; of several the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// The type of the column, as its engine calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<String>,
    /// The server's own code, such as `SQLSTATE 42703`.
    #[serde(skip_serializing_if = "Option::is_none")]
    server_code: Option<String>,
    /// The causes below it, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
}

impl Serialize for ErrorReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = self.code();
        // Where it happened is told of the error that decides.
        let told = self.all().find(|one| one.code == code).unwrap_or(self);
        let asked = told.places.iter().find_map(|place| match place {
            Place::Query { asked, source } => Some((asked.side(), source.clone())),
            _ => None,
        });
        let (side, source) = asked.unzip();
        Shown {
            code,
            message: self.message(),
            side,
            source,
            column: told.column.clone(),
            r#type: told.type_name.clone(),
            server_code: told.server_code.clone(),
            causes: self.causes().map(ToString::to_string).collect(),
        }
        .serialize(serializer)
    }
}

impl schemars::JsonSchema for ErrorReport {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Shown::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Shown::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Side;

    const CANARY: &str = "ada@example.org";

    fn at(side: Side) -> Place {
        Place::Query { asked: side.into(), source: side.to_string() }
    }

    /// Catches a code that lets through what it declares to withhold, one that withholds what names only, and causes in
    /// words of others.
    #[test]
    fn what_a_code_declares_is_what_is_shown() {
        for code in ErrorCode::ALL {
            let causes = [Cause::new(*code, CANARY), Cause::of_others(CANARY)];
            let error = ErrorReport::new(*code, CANARY).caused_by(causes).at(at(Side::Old));
            let shown = error.without_values();
            let names_only = code.disclosure() == Disclosure::NamesOnly;
            assert_eq!(shown.message().contains(CANARY), names_only, "{code}");
            assert_eq!(shown.causes().count(), usize::from(names_only), "{code}");
            assert!(shown.message().starts_with("old side, source `old`: "), "{code}: the place is no value");
            assert_eq!(shown.code(), *code);
        }
    }

    /// Catches a harmless side that lets the other through, and one that is withheld with it.
    #[test]
    fn each_of_two_errors_is_shown_by_its_own_code() {
        let harmless = || ErrorReport::new(ErrorCode::Connection, "cannot connect to x").at(at(Side::Old));
        let quoting = || ErrorReport::new(ErrorCode::QueryRefused, CANARY).at(at(Side::New));
        for pair in [[harmless(), quoting()], [quoting(), harmless()]] {
            let shown = ErrorReport::joined(pair).without_values().message();
            assert!(shown.contains("cannot connect to x") && !shown.contains(CANARY), "{shown}");
        }
    }

    /// Catches a server's words that are shown, and its code that is not.
    #[test]
    fn a_servers_words_are_withheld_and_its_code_is_not() {
        let refused =
            ErrorReport::new(ErrorCode::QueryRefused, CANARY).with_server_code(Some("SQLSTATE 22P02".to_owned()));
        let shown = refused.at(at(Side::Old)).caused_by([Cause::of_others(CANARY)]).without_values();
        let text = serde_json::to_string(&shown).unwrap();
        assert!(!text.contains(CANARY), "{text}");
        assert!(
            text.contains("old side, source `old`: the server refused the query (SQLSTATE 22P02); its text"),
            "{text}"
        );
    }

    /// Catches a script that must read a sentence to learn where an error happened, and a place of another error than the one
    /// that decides.
    #[test]
    fn where_it_happened_is_told_of_the_error_that_decides() {
        let passing = ErrorReport::new(ErrorCode::Timeout, "x").at(at(Side::Old));
        let lasting = ErrorReport::new(ErrorCode::TypeUnsupported, "y")
            .on_column(Some("price".to_owned()), Some("money".to_owned()))
            .at(at(Side::New));
        let shown = serde_json::to_value(ErrorReport::joined([passing, lasting])).unwrap();
        let fields = ["code", "side", "source", "column", "type"].map(|name| shown[name].as_str().unwrap());
        assert_eq!(fields, ["type_unsupported", "new", "new", "price", "money"]);
        let plain = serde_json::to_value(ErrorReport::new(ErrorCode::NothingCompared, "x")).unwrap();
        assert_eq!(plain.as_object().unwrap().len(), 2, "{plain}");
    }

    /// Catches a run that is tried again all night because one of two errors would pass.
    #[test]
    fn what_has_to_be_corrected_decides() {
        let error = |code| ErrorReport::new(code, "x");
        let both = [error(ErrorCode::Timeout), error(ErrorCode::QueryRefused)];
        assert_eq!(ErrorReport::joined(both).code(), ErrorCode::QueryRefused);
        assert_eq!(ErrorReport::joined([error(ErrorCode::Timeout)]).code(), ErrorCode::Timeout);
    }
}
