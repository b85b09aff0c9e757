//! Every way to get the file of waivers wrong.

use super::{LOSSES, judged, later, pair, waiver, write};
use crate::cli::cutover;

/// Catches a mistake that is silently no limit, and one that is reported without its place or the hint.
#[test]
fn every_mistake_of_the_file_is_told_with_its_place() {
    const PIN: &str = "{ column = \"cost\", old = 1, new = 2 }";
    let mistakes = [
        (
            waiver("shop.itms", "", later()),
            "waivers.toml:2:1: waiver: there is no check `shop.itms` in this folder; did you mean `shop.items`?",
        ),
        (
            waiver("shop.items", "colums = [\"cost\"]", later()),
            "waivers.toml:3:1: waiver: unknown field `colums`; did you mean `columns`?",
        ),
        (
            waiver("shop.items", "keys = [{ idd = 1 }]", later()),
            "`idd` is no key column of `shop.items`; did you mean `id`?",
        ),
        (waiver("shop.items", "columns = \"id\"", later()), "`id` is a key column, which never differs"),
        (waiver("shop.items", "differences = [\"lost\"]", later()), "`shop.items` has no differences called `lost`"),
        (waiver("shop.items", "columns = \"cost\"\ndifferences = [\"missing\"]", later()), "is about whole rows"),
        (waiver("shop.tags", "columns = \"name\"", later()), "`columns` means nothing for kind `tag_dedup`"),
        (waiver("shop.latency", "columns = \"p59\"", later()), "has no number `p59`; did you mean `p50`?"),
        (waiver("shop.totals", "keys = [{ id = 1 }]", later()), "`shop.totals` has no key"),
        (waiver("shop.items", "keys = []", later()), "`keys` is empty, which would be no limit at all"),
        (waiver("shop.items", "values = []", later()), "`values` is empty"),
        (
            waiver("shop.items", &format!("values = [{PIN}]\nkeys = [{{ id = 1 }}]"), later()),
            "`values` have keys of their own",
        ),
        (waiver("shop.items", &format!("values = [{PIN}]\ncolumns = \"cost\""), later()), "have columns of their own"),
        (waiver("shop.items", &format!("values = [{PIN}]\nany_value = true"), later()), "keep one of them"),
        (waiver("shop.items", &format!("values = [{PIN}]\ndifferences = \"missing\""), later()), "is about whole rows"),
        (waiver("shop.tags", &format!("values = [{PIN}]"), later()), "`values` means nothing for kind `tag_dedup`"),
        (
            waiver("shop.items", "values = [{ column = \"cost\", old = 1 }]", later()),
            "the value of one side only; give both",
        ),
        (waiver("shop.items", "values = [{ column = \"cost\" }]", later()), "has no value for `old` and `new`"),
        (waiver("shop.items", "values = [{ old = 1, new = 2 }]", later()), "lacks `column`"),
        (
            waiver("shop.items", "values = [{ column = \"cost\", old = 1.5, new = 2 }]", later()),
            "`old` of `values` is a float",
        ),
        (
            waiver("shop.items", "keys = [{ id = 2026-01-01T00:00:00.500 }]", later()),
            "no report shows it so; write the text that reports show, in quotes, such as \"2026-01-01T00:00:00.500\"",
        ),
        (
            waiver("shop.items", "values = [{ column = \"cost\", delta = \"x\" }]", later()),
            "`delta` of `values` is no number",
        ),
        (waiver("shop.items", "values = [{ column = \"cost\", delta = 1, old = 2 }]", later()), "keep one of them"),
        (
            waiver("shop.items", "values = [{ colum = \"cost\" }]", later()),
            "unknown field `colum`; did you mean `column`?",
        ),
        (
            waiver("shop.items", "values = [{ key = { idd = 1 }, column = \"cost\", delta = 1 }]", later()),
            "is no key column",
        ),
        (waiver("shop.latency", "values = [{ column = \"p59\", delta = 1 }]", later()), "did you mean `p50`?"),
        (waiver("shop.items", "per_key = 1", later()), "`per_key` needs `keys`"),
        (waiver("shop.items", "keys = [{ id = 1 }]\nper_key = 0", later()), "`per_key` is 0"),
        (waiver("shop.items", "keys = [{ id = 1 }]\nper_key = 1\nat_most = 1", later()), "exclude each other"),
        (waiver("shop.items", "any_value = true\nat_most = 1", later()), "covers any value already"),
        (waiver("shop.items", "any_value = false", later()), "remove it"),
        (waiver("shop.items", "at_most = 0", later()), "`at_most` is 0"),
        (waiver("shop.items", "at_most = -1", later()), "waiver: `at_most`"),
        (waiver("shop.items@2026-01-01", "", later()), "`shop.items` has no windows"),
        (waiver("shop.items", "", later()).replace("why = \"known loss\"\n", ""), "waiver: `why` is missing"),
        (waiver("shop.items", "", later()).replace("\"data team\"", "\" \""), "waiver: `owner` is empty"),
        ("[[waivers]]\ncheck = \"shop.items\"\nwhy = \"w\"\nowner = \"o\"\n".to_owned(), "waiver: `until` is missing"),
        (
            waiver("shop.items", "", later()).replace(&later().to_string(), "\"2026-12-31\""),
            "which is no date; write a date without quotes",
        ),
        ("[[waiver]]\n".to_owned(), "unknown field `waiver`; did you mean `waivers`?"),
        ("waivers = 1\n".to_owned(), "begin each with [[waivers]]"),
        ("[[waivers]\n".to_owned(), "waivers.toml:1:"),
    ];
    for (text, told) in mistakes {
        let folder = pair();
        write(folder.path(), "waivers.toml", &text);
        for command in ["run", "validate"] {
            let output = cutover(folder.path()).args([command, "suite.toml"]).output().unwrap();
            let shown = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{text}\n{shown}");
            assert!(shown.contains(told), "{text}\n{shown}\nwanted: {told}");
        }
    }
}

/// Catches a misspelt column, which only the result can tell, that makes a waiver of nothing or of everything.
#[test]
fn a_column_that_is_not_compared_is_an_error() {
    let ran = judged(LOSSES, &waiver("shop.items", "columns = [\"cots\"]\nany_value = true", later()), "shop.items");
    assert_eq!(ran.code, 2, "{}", ran.shown);
    assert!(ran.shown.contains("waivers.toml:2: the waiver names the column `cots`"), "{}", ran.shown);
    assert!(ran.shown.contains("did you mean `cost`?"), "{}", ran.shown);
    let pinned = "values = [{ column = \"cots\", old = 1, new = 2 }]";
    let ran = judged(LOSSES, &waiver("shop.items", pinned, later()), "shop.items");
    assert!(ran.code == 2 && ran.shown.contains("names the column `cots`"), "{}", ran.shown);
    let ran = judged(LOSSES, &waiver("shop.tags", "keys = [{ id = 2, nam = \"b\" }]", later()), "shop.tags");
    assert_eq!(ran.code, 2, "{}", ran.shown);
    assert!(ran.shown.contains("did you mean `name`?"), "{}", ran.shown);
}
