//! A finding in words: what is true of the rows, with its numbers, and never why.

use std::fmt::Write as _;

use super::code_words::value;
use super::{Difference, DifferenceForm, Elsewhere, Finding, FindingCode, Term, agree, percent, plural, thousands};

impl Finding {
    /// Returns all of it as one sentence without a full stop.
    pub fn text(&self) -> String {
        let mut text = match self.code {
            FindingCode::Concentrated => return self.concentrated(),
            FindingCode::ColumnsTogether => {
                let names: Vec<String> = self.columns.iter().map(|name| format!("`{name}`")).collect();
                let alone = if names.len() == 1 { " alone" } else { "" };
                format!("{} {} in {}{alone}", self.subject(), agree(self.of, "differs", "differ"), listed(&names))
            }
            FindingCode::RowChanged => format!(
                "{}: an {} is the same but for `{}`, where {}",
                self.subject(),
                if self.form == DifferenceForm::Tags { "added tag" } else { "extra row" },
                self.column.as_deref().unwrap_or_default(),
                self.parameter.as_deref().unwrap_or("new is another value")
            ),
            code => format!("{}: {}", self.subject(), code.says(self.parameter.as_deref())),
        };
        if let (false, Some(elsewhere)) = (self.terms.is_empty(), &self.elsewhere) {
            let _ = write!(text, "; {}{}", self.shared(elsewhere), self.same_rows());
        }
        text
    }

    /// `all 1,204 missing rows`, `1,190 of 1,204 changed \`cost\` (98 %)`.
    fn subject(&self) -> String {
        let about = if self.estimated { "about " } else { "" };
        let what = match (&self.column, self.class) {
            // Of groups that one side lacks, too, which count as 0 there.
            (Some(column), _) if matches!(self.code, FindingCode::Carried | FindingCode::MovedNotLost) => {
                format!("{} in `{column}`", agree(self.of, "group that differs", "groups that differ"))
            }
            (Some(column), Difference::Changed) if self.columns.is_empty() => format!("changed `{column}`"),
            (Some(_), Difference::Changed) => {
                format!("changed {}", listed(&self.columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>()))
            }
            (_, Difference::Duplicate) => format!("duplicate {}", agree(self.of, "key", "keys")),
            (_, class) => {
                let class = match (self.form, class) {
                    (DifferenceForm::Tags, Difference::Missing) => "lost",
                    (DifferenceForm::Tags, Difference::Extra) => "added",
                    (_, Difference::Missing) => "missing",
                    (_, Difference::Extra) => "extra",
                    (_, Difference::Changed) => "changed",
                    (_, Difference::Duplicate) => "duplicate",
                    (_, Difference::Warned) => "warned",
                };
                let one = self.one();
                format!("{class} {}", agree(self.of, one, &format!("{one}s")))
            }
        };
        if self.covers == self.of {
            return match self.of {
                1 => format!("{about}the one {what}"),
                of => format!("{about}all {} {what}", thousands(of)),
            };
        }
        let share = percent(self.covers as f64 / self.of as f64);
        format!("{about}{} of {} {what} ({share})", thousands(self.covers), thousands(self.of))
    }

    /// What one of the rows that are looked at is.
    fn one(&self) -> &'static str {
        match self.form {
            DifferenceForm::Tags => "tag",
            DifferenceForm::Numbers => "group",
            DifferenceForm::Rows | DifferenceForm::Violations => "row",
        }
    }

    fn concentrated(&self) -> String {
        let terms = joined(&self.terms);
        let Some(elsewhere) = &self.elsewhere else { return format!("{}: {terms}", self.subject()) };
        let mut text = format!("{} {} {terms}", self.subject(), agree(self.covers, "has", "have"));
        let _ = write!(text, ", {}{}", self.beside(elsewhere), self.same_rows());
        text
    }

    fn same_rows(&self) -> String {
        if self.also.is_empty() {
            String::new()
        } else {
            format!("; nearly the same {}s: {}", self.one(), joined(&self.also))
        }
    }

    /// Of the rows of a transformation.
    fn shared(&self, elsewhere: &Elsewhere) -> String {
        let all = elsewhere.inside == self.covers;
        let of = if all { "all of these".to_owned() } else { format!("{} of these", thousands(elsewhere.inside)) };
        format!("{of} have {}, {}", joined(&self.terms), self.beside(elsewhere))
    }

    /// How the other rows stand to it.
    fn beside(&self, elsewhere: &Elsewhere) -> String {
        let one = self.one();
        if elsewhere.has == 0 {
            return match elsewhere.looked {
                1 => format!("and the one other {one} has not"),
                looked => format!("and none of {}", plural(looked, &format!("other {one}"))),
            };
        }
        let mut text = format!("and {} of the other {one}s", percent(elsewhere.share()));
        if let (Some(ratio), Some(least)) = (elsewhere.ratio, elsewhere.at_least) {
            let (ratio, least) = (rounded(ratio), rounded(least));
            let _ = write!(text, "; such a {one} is {ratio} times as likely to differ (at least {least})");
        }
        text
    }
}

fn rounded(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}") } else { thousands(ratio.min(1e15) as u64) }
}

fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn joined(terms: &[Term]) -> String {
    let one = |term: &Term| {
        let what = match &term.property {
            Some(property) => format!("{property} of `{}`", term.column),
            None => format!("`{}`", term.column),
        };
        let page = term.property.as_ref().and_then(|property| property.strip_prefix(Term::PAGE));
        match (&term.is, &term.from, &term.to) {
            (Some(is), ..) if page.is_some() => {
                format!("a place by `{}` that is the {} of each {}", term.column, value(is), page.unwrap_or_default())
            }
            _ if term.null => format!("{what} NULL"),
            (Some(is), _, _) => format!("{what} = {}", value(is)),
            (None, Some(from), Some(to)) => format!("{what} from {} to {}", value(from), value(to)),
            (None, Some(from), None) => format!("{what} ≥ {}", value(from)),
            (None, None, Some(to)) => format!("{what} ≤ {}", value(to)),
            (None, None, None) => format!("one value of {what}"),
        }
    };
    listed(&terms.iter().map(one).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(finding: &Finding) -> String {
        finding.text()
    }

    /// Catches a sentence whose numbers do not add up to what it says, or that says all where one is left.
    #[test]
    fn all_is_said_of_all_only() {
        let mut finding = Finding::new(FindingCode::Times, Difference::Changed, 1_204, 1_204);
        finding.column = Some("cost".to_owned());
        finding.parameter = Some("1000".to_owned());
        assert_eq!(told(&finding), "all 1,204 changed `cost`: new is old × 1000");
        finding.covers = 1_203;
        assert_eq!(told(&finding), "1,203 of 1,204 changed `cost` (99.9 %): new is old × 1000");
        finding.terms = vec![Term { column: "currency".to_owned(), is: Some("JPY".to_owned()), ..Term::default() }];
        finding.elsewhere = Some(Elsewhere { inside: 1_203, looked: 20_000, has: 0, ratio: None, at_least: None });
        assert_eq!(
            told(&finding),
            "1,203 of 1,204 changed `cost` (99.9 %): new is old × 1000; all of these have `currency` = JPY, and none of 20,000 \
             other rows"
        );
    }

    /// Catches groups that one side lacks and that are called changed.
    #[test]
    fn groups_that_one_side_lacks_differ_too() {
        let mut finding = Finding::new(FindingCode::Carried, Difference::Changed, 2, 24);
        (finding.column, finding.parameter) = (Some("v".to_owned()), Some("93".to_owned()));
        let text = told(&finding);
        assert_eq!(text, "2 of 24 groups that differ in `v` (8 %): these carry 93 % of the whole difference");
    }

    /// Catches a code that has no words, with its parameter or without.
    #[test]
    fn every_code_says_something() {
        for code in FindingCode::ALL {
            for parameter in [None, Some("+1 h / +2 h".to_owned()), Some("2".to_owned())] {
                let mut finding = Finding::new(*code, Difference::Changed, 5, 5);
                finding.columns = vec!["a".to_owned()];
                finding.terms = vec![Term { column: "a".to_owned(), null: true, ..Term::default() }];
                finding.parameter = parameter;
                let text = told(&finding);
                assert!(text.len() > 20 && !text.ends_with(": "), "{code}: {text}");
            }
        }
        assert_eq!(
            FindingCode::ALL.len(),
            FindingCode::ALL.iter().map(|code| code.as_str()).collect::<std::collections::BTreeSet<_>>().len()
        );
    }
}
