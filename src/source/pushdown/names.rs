//! Names of ours in a query around the query of a check.

/// Names of ours in a query around the query of a check: a prefix that no column of that begins with, upper or lower
/// case, so that none can take a name of ours for its own nor be taken for one.
#[derive(Clone, Debug)]
pub struct Names(String);

impl Names {
    /// Names beside `columns`.
    pub fn beside<'a>(columns: impl Iterator<Item = &'a str> + Clone) -> Names {
        let free = |prefix: &String| !columns.clone().any(|column| column.to_lowercase().starts_with(prefix.as_str()));
        let numbered = (1..).map(|number| format!("cutover{number}_"));
        let mut prefixes = std::iter::once("cutover_".to_owned()).chain(numbered);
        Names(prefixes.find(free).expect("more numbers than columns"))
    }

    /// The name `word` of ours.
    pub fn name(&self, word: &str) -> String {
        format!("{}{word}", self.0)
    }

    /// A quoted column of the query of a check, which stands in the FROM under the name `side` of ours.
    pub(in crate::source) fn column(&self, quoted: &str) -> String {
        format!("{}side.{quoted}", self.0)
    }

    /// `FROM` and the statement of a check under the name `side` of ours.
    pub(in crate::source) fn from(&self, statement: &str) -> String {
        format!("FROM (\n{statement}\n) AS {}side", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_begins_like_a_name_of_ours() {
        let names = |columns: &[&str]| Names::beside(columns.iter().copied()).name("k0");
        assert_eq!(names(&["id", "cut"]), "cutover_k0");
        assert_eq!(names(&["id", "CUTOVER_x", "cutover1_"]), "cutover2_k0");
    }
}
