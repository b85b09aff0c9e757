//! The table of codes in docs/diagnosis.md says what the program says.

use std::path::Path;

use cutover::model::{Difference, Elsewhere, Finding, FindingCode, Term};

const MARK: &str = "<!-- the rows are written by CUTOVER_UPDATE=1 cargo test --test it diagnosis -->";
const HEAD: &str = "| code | what it says |\n| --- | --- |\n";

/// What is constant in the example of a code.
fn parameter(code: FindingCode) -> Option<&'static str> {
    use FindingCode as Code;
    Some(match code {
        Code::NullToValue | Code::Constant => "0",
        Code::ValueToNull => "",
        Code::Clamped => "2147483647",
        Code::Wrapped => "32 bits, signed",
        Code::Zone => "+2 h",
        Code::ZoneSummer => "+1 h / +2 h",
        Code::Shifted => "-1 d",
        Code::CutTime => "second",
        Code::EpochUnit => "0.001",
        Code::Plus => "5",
        Code::Times => "1000",
        Code::Rounded | Code::RoundedHalfEven | Code::CutDigits | Code::RoundedDown | Code::RoundedUp => "2",
        Code::UnicodeForm => "NFC",
        Code::LineEnds => "LF",
        Code::Misread | Code::Reread => "Latin-1",
        Code::Replaced => "?",
        Code::Quoted | Code::Unquoted => "double quotes",
        Code::Escaped | Code::Unescaped => "HTML",
        Code::CutCharacters | Code::CutBytes => "255",
        Code::PrefixAdded | Code::PrefixLost => "cus_",
        Code::SuffixAdded | Code::SuffixLost => ".0",
        Code::ElementLost | Code::ElementAdded => "debug",
        Code::OtherColumn => "billing_city",
        Code::Neighbour => "previous",
        Code::OneValue => "paid → settled",
        Code::KeyChanged | Code::RowChanged => "new is old in lower case",
        Code::Copies => "2",
        Code::MovedNotLost => "40",
        Code::Carried => "97",
        Code::VersionTie | Code::Superseded | Code::Unmerged => "new",
        _ => return None,
    })
}

fn example(code: FindingCode) -> String {
    let class = match code {
        FindingCode::KeyChanged | FindingCode::RowChanged | FindingCode::Concentrated => Difference::Missing,
        FindingCode::Copies => Difference::Duplicate,
        _ => Difference::Changed,
    };
    let mut finding = Finding::new(code, class, 1_190, 1_204);
    finding.parameter = parameter(code).map(str::to_owned);
    if code == FindingCode::Concentrated {
        finding.terms = vec![Term { column: "tenant".to_owned(), is: Some("4711".to_owned()), ..Term::default() }];
        let (ratio, at_least) = (Some(1_204.0), Some(822.0));
        finding.elsewhere = Some(Elsewhere { inside: 1_190, looked: 20_000, has: 600, ratio, at_least });
    }
    if code == FindingCode::ColumnsTogether {
        finding.columns = vec!["updated_at".to_owned()];
    } else if class == Difference::Changed || code == FindingCode::RowChanged {
        finding.column = Some("v".to_owned());
    }
    finding.text()
}

/// Catches a code that the page lacks, or of which it says what the program no longer says.
#[test]
fn the_page_has_every_code_in_the_words_of_the_program() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnosis.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let row = |code: &FindingCode| format!("| `{code}` | {} |\n", example(*code).replace('|', "\\|"));
    let table: String = FindingCode::ALL.iter().map(row).collect();
    let (before, rest) = text.split_once(HEAD).expect("the table of codes");
    let (_, after) = rest.split_once(MARK).expect("the mark behind the table");
    let wanted = format!("{before}{HEAD}{table}{MARK}{after}");
    if std::env::var_os("CUTOVER_UPDATE").is_some() {
        std::fs::write(&page, &wanted).unwrap();
        return;
    }
    assert_eq!(text, wanted, "CUTOVER_UPDATE=1 writes it");
}
