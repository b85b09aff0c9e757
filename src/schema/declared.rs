//! The text of a declared type: its name, its arguments, the labels of an enum.

/// The name of a declared type and what stands in its parentheses: `varchar(255)` is `varchar` and `255`. Letters are small;
/// text behind the parentheses, as in `timestamp(3) with time zone`, belongs to the name.
pub(crate) fn split(declared: &str) -> (String, Vec<String>) {
    let text = declared.trim();
    let (Some(open), Some(close)) = (text.find('('), text.rfind(')')) else {
        return (text.to_ascii_lowercase(), Vec::new());
    };
    if close < open {
        return (text.to_ascii_lowercase(), Vec::new());
    }
    let name = format!("{} {}", text[..open].trim(), text[close + 1..].trim());
    (name.trim().to_ascii_lowercase(), arguments(&text[open + 1..close]))
}

/// The arguments between parentheses, at the commas of the outermost level.
pub(crate) fn arguments(text: &str) -> Vec<String> {
    parts(text, false)
}

/// The same of an engine that writes a quote within quotes behind a backslash.
pub(crate) fn escaped_arguments(text: &str) -> Vec<String> {
    parts(text, true)
}

fn parts(text: &str, has_escapes: bool) -> Vec<String> {
    let (mut parts, mut depth, mut is_quoted, mut is_escaped) = (vec![String::new()], 0_usize, false, false);
    for c in text.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if has_escapes && is_quoted => is_escaped = true,
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            ',' if depth == 0 && !is_quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("never empty").push(c);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// The labels of an enum, as SQL writes them: `'a', 'it''s'`, each with a number behind it or none.
pub(crate) fn labels(text: &str) -> Vec<String> {
    arguments(text)
        .into_iter()
        .map(|label| {
            let inner = label.strip_prefix('\'').and_then(|rest| Some(&rest[..rest.rfind('\'')?]));
            inner.map_or(label.clone(), |inner| inner.replace("\'\'", "'"))
        })
        .collect()
}

/// The labels of an enum of an engine that writes a quote within one behind a backslash.
pub(crate) fn escaped_labels(text: &str) -> Vec<String> {
    let label = |label: String| {
        let inner = label.strip_prefix('\'').and_then(|rest| Some(&rest[..rest.rfind('\'')?]));
        let Some(inner) = inner else { return label };
        let (mut text, mut is_escaped) = (String::new(), false);
        for c in inner.chars() {
            if c == '\\' && !is_escaped {
                is_escaped = true;
            } else {
                is_escaped = false;
                text.push(c);
            }
        }
        text
    };
    escaped_arguments(text).into_iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_its_name_and_its_arguments() {
        let parts = |text: &str| {
            let (name, arguments) = split(text);
            format!("{name}: {}", arguments.join(" | "))
        };
        assert_eq!(parts("VARCHAR(255)"), "varchar: 255");
        assert_eq!(parts("timestamp(3) with time zone"), "timestamp with time zone: 3");
        assert_eq!(parts("Decimal(10, 2)"), "decimal: 10 | 2");
        assert_eq!(parts("Map(String, Array(UInt8))"), "map: String | Array(UInt8)");
        assert_eq!(parts("enum('a','b,c')"), "enum: 'a' | 'b,c'");
        assert_eq!(parts("int"), "int: ");
        assert_eq!(parts(")("), ")(: ");
    }

    #[test]
    fn labels_are_read_without_their_quotes_and_numbers() {
        assert_eq!(labels("'a', 'it''s', 'c,d'"), ["a", "it's", "c,d"]);
        assert_eq!(labels("'new' = 1, 'old' = -2"), ["new", "old"]);
        assert!(labels("").is_empty());
        assert_eq!(escaped_labels(r"'it\'s' = 1, 'a,b' = 2, 'c\\' = 3"), ["it's", "a,b", r"c\"]);
    }
}
