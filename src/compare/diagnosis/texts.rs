//! Text that is old's, cut, trimmed, in another case, with something added or lost.

use unicode_normalization::UnicodeNormalization;

use super::pair::{Fits, Pair, add_if, text};
use crate::model::FindingCode as Code;

/// Bytes of text beyond which it is not looked into: exact tests of what is longer cost more than they tell.
const LONGEST: usize = 64 << 10;

/// Characters of a prefix or suffix that is named.
const AFFIX: usize = 100;

/// What holds of `pair`.
pub(super) fn fits(pair: Pair<'_>, fits: &mut Fits) {
    let (Some(old), Some(new)) = (text(pair.old), text(pair.new)) else { return };
    if old.len() > LONGEST || new.len() > LONGEST {
        return;
    }
    add_if(old.trim() == new, Code::Trimmed, fits);
    add_if(new.trim() == old, Code::Padded, fits);
    add_if(old.to_lowercase() == new, Code::Lower, fits);
    add_if(old.to_uppercase() == new, Code::Upper, fits);
    add_if(old.to_lowercase() == new.to_lowercase(), Code::Case, fits);
    if !old.is_ascii() {
        forms(old, new, fits);
    }
    line_ends(old, new, fits);
    zeros(old, new, fits);
    quotes(old, new, fits);
    cut(old, new, fits);
    affixes(old, new, fits);
}

fn forms(old: &str, new: &str, fits: &mut Fits) {
    let forms = [("NFC", old.nfc().eq(new.chars())), ("NFD", old.nfd().eq(new.chars()))];
    // What the first two forms keep apart, the others do not.
    let wide = [("NFKC", old.nfkc().eq(new.chars())), ("NFKD", old.nfkd().eq(new.chars()))];
    let held = forms.iter().chain(&wide).find(|(_, holds)| *holds);
    fits.extend(held.map(|(name, _)| (Code::UnicodeForm, (*name).to_owned())));
}

fn line_ends(old: &str, new: &str, fits: &mut Fits) {
    if !old.contains(['\n', '\r']) {
        return;
    }
    let plain = old.replace("\r\n", "\n");
    for (ends, name) in [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR"), (" ", "blanks"), ("", "nothing")] {
        if plain.replace(['\n', '\r'], ends) == new {
            fits.push((Code::LineEnds, name.to_owned()));
        }
    }
}

fn zeros(old: &str, new: &str, fits: &mut Fits) {
    let lost = |more: &str, less: &str| {
        let rest = more.trim_start_matches('0');
        more.starts_with('0') && (rest == less || (rest.is_empty() && less == "0"))
    };
    add_if(lost(old, new), Code::ZerosLost, fits);
    add_if(lost(new, old), Code::ZerosAdded, fits);
}

fn quotes(old: &str, new: &str, fits: &mut Fits) {
    let within = |quote: char, text: &str, inner: &str| {
        text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).is_some_and(|rest| rest == inner)
    };
    for (quote, name) in [('"', "double quotes"), ('\'', "single quotes"), ('`', "backticks")] {
        if within(quote, new, old) {
            fits.push((Code::Quoted, name.to_owned()));
        }
        if within(quote, old, new) {
            fits.push((Code::Unquoted, name.to_owned()));
        }
    }
    for (escape, name) in ESCAPES {
        if escape(old) == new {
            fits.push((Code::Escaped, name.to_owned()));
        }
        if escape(new) == old {
            fits.push((Code::Unescaped, name.to_owned()));
        }
    }
}

/// A way to write a text, with its name.
type Escape = (fn(&str) -> String, &'static str);

/// Ways in which characters are escaped.
const ESCAPES: [Escape; 5] = [
    (|text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"), "HTML without quotes"),
    (html, "HTML"),
    (json, "JSON"),
    (|text| text.replace('\'', "''"), "SQL"),
    (|text| text.replace('\\', "\\\\"), "backslashes"),
];

fn html(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    plain.replace('"', "&quot;").replace('\'', "&#39;")
}

/// As the inside of a JSON string.
fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// Whether new is the beginning of old, and how long it is.
fn cut(old: &str, new: &str, fits: &mut Fits) {
    if new.is_empty() {
        return;
    }
    if let Some(rest) = old.strip_prefix(new) {
        fits.push((Code::CutCharacters, new.chars().count().to_string()));
        fits.push((Code::CutBytes, new.len().to_string()));
        // A cut by bytes leaves out a character that it would split.
        let next = rest.chars().next().map_or(0, char::len_utf8);
        fits.extend((1..next).map(|more| (Code::CutBytes, (new.len() + more).to_string())));
    }
}

/// What stands before or behind one of the two that the other lacks.
fn affixes(old: &str, new: &str, fits: &mut Fits) {
    let short = |text: &&str| !text.is_empty() && text.chars().count() <= AFFIX;
    for (more, less, before, behind) in
        [(new, old, Code::PrefixAdded, Code::SuffixAdded), (old, new, Code::PrefixLost, Code::SuffixLost)]
    {
        if less.is_empty() {
            continue;
        }
        fits.extend(more.strip_suffix(less).filter(short).map(|prefix| (before, prefix.to_owned())));
        fits.extend(more.strip_prefix(less).filter(short).map(|suffix| (behind, suffix.to_owned())));
    }
}
