//! Flags of `cutover diff` for the rules of columns that are asked for most; `--rule` takes every other, as a suite has it.

use clap::Args;

use super::super::super::args::value_parsers::pair;

/// The rules of columns that have a flag of their own.
#[derive(Args, Debug)]
#[command(next_help_heading = "Rules of columns")]
pub(super) struct RuleArgs {
    /// Compare the text of a column as JSON; repeatable
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    json: Vec<String>,
    /// Read the times of a column that have no zone in this one, such as created_at=UTC; repeatable
    #[arg(long, value_name = "COLUMN=ZONE", value_parser = pair)]
    zone: Vec<(String, String)>,
    /// What stands for NULL in a column, such as coupon= for the empty text; repeatable
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = pair)]
    null: Vec<(String, String)>,
    /// White space around the text of a column does not count; repeatable
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    trim: Vec<String>,
    /// Compare the arrays of a column as sets; repeatable
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    set: Vec<String>,
    /// Floor the times of a column, such as ts=1ms; repeatable
    #[arg(long, value_name = "COLUMN=DURATION", value_parser = pair)]
    truncate: Vec<(String, String)>,
    /// Leave a column out and say why, such as note='free text'; repeatable
    #[arg(long, value_name = "COLUMN=REASON", value_parser = pair)]
    ignore: Vec<(String, String)>,
}

impl RuleArgs {
    /// Returns the rules as a suite has them, each with its column.
    pub(super) fn rules(&self) -> Vec<(String, toml::Table)> {
        let one = |column: &String, name: &str, value: toml::Value| {
            (column.clone(), toml::Table::from_iter([(name.to_owned(), value)]))
        };
        let on = [("json", &self.json), ("trim", &self.trim), ("set", &self.set)];
        let on =
            on.into_iter().flat_map(|(name, columns)| columns.iter().map(move |column| one(column, name, true.into())));
        let texts = [("zone", &self.zone), ("truncate", &self.truncate), ("ignore", &self.ignore)];
        let texts = texts
            .into_iter()
            .flat_map(|(name, pairs)| pairs.iter().map(move |(column, text)| one(column, name, text.as_str().into())));
        let nulls = self.null.iter().map(|(column, text)| one(column, "null", value(text)));
        on.chain(texts).chain(nulls).collect()
    }
}

/// A number or a truth value where the text is one, else the text.
fn value(text: &str) -> toml::Value {
    let read = format!("value = {text}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("value"));
    read.filter(|value| value.is_integer() || value.is_float() || value.is_bool()).unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_null_is_a_number_where_it_is_one() {
        assert_eq!((value("0"), value("-1.5")), (0.into(), (-1.5).into()));
        assert_eq!((value(""), value("n/a"), value("[1]")), ("".into(), "n/a".into(), "[1]".into()));
    }
}
