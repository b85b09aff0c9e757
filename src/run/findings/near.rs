//! Names that are likely meant for another, and values that are numbers: what masking asks of a text.

/// Whether `value` is a number, which under `--no-examples` an aggregate may show.
pub(crate) fn is_number(value: &str) -> bool {
    crate::frame::exact::decimal(value).is_ok() || ["NaN", "inf", "-inf"].contains(&value)
}

/// Whether `column` is likely what `name` should have been: case and separators aside, or one slip of the keyboard.
pub(crate) fn alike(name: &str, column: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (name, column) = (plain(name), plain(column));
    name == column || (name.chars().count() >= 4 && strsim::osa_distance(&name, &column) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_keyboard_is_seen_and_other_columns_are_not() {
        for (name, column) in [("emial", "email"), ("Email", "e_mail"), ("output", "outputs")] {
            assert!(alike(name, column), "{name} {column}");
        }
        for (name, column) in [("input", "input_tokens"), ("id", "ip"), ("email", "name")] {
            assert!(!alike(name, column), "{name} {column}");
        }
    }
}
