//! Names what a finding of the diagnosis says; the names are part of the contract with scripts.

use serde::{Serialize, Serializer};

/// Declares the codes with their names, in the order in which one is preferred to another that is as true.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What a finding says of the rows that it covers. Where two are true of the same rows, the one declared first is told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $($(#[$doc])* $variant,)+
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &'static [FindingCode] = &[$(FindingCode::$variant,)+];

            /// Returns its name in reports.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(FindingCode::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// A number beyond the range of a type is at the end of that range.
    Clamped = "clamped",
    /// NULL in old is one value in new.
    NullToValue = "null_to_value",
    /// One value of old is NULL in new.
    ValueToNull = "value_to_null",
    /// Whatever old holds is NULL in new.
    Nulled = "nulled",
    /// Whatever old holds is one value in new.
    Constant = "constant",
    /// A number beyond the range of a type came out at its other end.
    Wrapped = "wrapped",
    /// A time is later or earlier by an offset of a zone.
    Zone = "zone",
    /// A time is later or earlier by one of two offsets that are an hour apart, by its date.
    ZoneSummer = "zone_summer",
    /// A time is later or earlier by a constant.
    Shifted = "shifted",
    /// A time is floored to a unit.
    CutTime = "cut_time",
    /// A time is the number of another unit since 1970.
    EpochUnit = "epoch_unit",
    /// A number plus a constant.
    Plus = "plus",
    /// A number times a constant.
    Times = "times",
    /// A number rounded, halves away from zero or none seen.
    Rounded = "rounded",
    /// A number rounded, halves to the even digit.
    RoundedHalfEven = "rounded_half_even",
    /// A number without the digits behind one.
    CutDigits = "cut_digits",
    /// A number rounded towards −∞.
    RoundedDown = "rounded_down",
    /// A number rounded towards +∞.
    RoundedUp = "rounded_up",
    /// A number that went through a 32-bit float.
    Float32 = "float32",
    /// A number that went through a 64-bit float.
    Float64 = "float64",
    /// Text without the blanks at its ends.
    Trimmed = "trimmed",
    /// Text with blanks added at its ends.
    Padded = "padded",
    /// Text in lower case.
    Lower = "lower",
    /// Text in upper case.
    Upper = "upper",
    /// Text that differs in case only.
    Case = "case",
    /// Text in another form of Unicode.
    UnicodeForm = "unicode_form",
    /// The ends of lines are written otherwise.
    LineEnds = "line_ends",
    /// UTF-8 that was read as another encoding.
    Misread = "misread",
    /// Text that had been misread and is right in new.
    Reread = "reread",
    /// Characters beyond ASCII are replaced by one.
    Replaced = "replaced",
    /// Zeros at the beginning are gone.
    ZerosLost = "zeros_lost",
    /// Zeros are added at the beginning.
    ZerosAdded = "zeros_added",
    /// Quotes are added around the text.
    Quoted = "quoted",
    /// Quotes around the text are gone.
    Unquoted = "unquoted",
    /// Characters are escaped.
    Escaped = "escaped",
    /// Escapes are resolved.
    Unescaped = "unescaped",
    /// The same number is written otherwise.
    NumberSpelling = "number_spelling",
    /// The same truth is written otherwise.
    BoolSpelling = "bool_spelling",
    /// The same moment is written otherwise.
    TimeSpelling = "time_spelling",
    /// Text ends after so many characters.
    CutCharacters = "cut_characters",
    /// Text ends after so many bytes.
    CutBytes = "cut_bytes",
    /// A prefix is added.
    PrefixAdded = "prefix_added",
    /// A prefix is gone.
    PrefixLost = "prefix_lost",
    /// A suffix is added.
    SuffixAdded = "suffix_added",
    /// A suffix is gone.
    SuffixLost = "suffix_lost",
    /// An array has the same elements in another order.
    Reordered = "reordered",
    /// An array has lost what stood twice in it.
    DuplicatesLost = "duplicates_lost",
    /// One element or key is gone.
    ElementLost = "element_lost",
    /// One element or key is added.
    ElementAdded = "element_added",
    /// Numbers are text.
    NumbersAsText = "numbers_as_text",
    /// The value that another column of old has.
    OtherColumn = "other_column",
    /// The value that the row beside it has in old.
    Neighbour = "neighbour",
    /// One value of old is one other value in new.
    OneValue = "one_value",
    /// Missing and extra rows are the same rows under a changed key.
    KeyChanged = "key_changed",
    /// Missing rows are extra rows but for one column, where rows are known by all of theirs.
    RowChanged = "row_changed",
    /// Every row of a key stands several times.
    Copies = "copies",
    /// Rows have something in common that other rows do not.
    Concentrated = "concentrated",
    /// Columns that changed in the same rows.
    ColumnsTogether = "columns_together",
    /// What some groups lost others gained.
    MovedNotLost = "moved_not_lost",
    /// Some of the groups that differ make up nearly all of the difference.
    Carried = "carried",
    /// A side has several rows of the newest version, and one of them is the row of the other side.
    VersionTie = "version_tie",
    /// A side shows a version of a row that a newer one replaces.
    Superseded = "superseded",
    /// A side is read unmerged, and has several rows that a merge makes one.
    Unmerged = "unmerged",
}

impl std::fmt::Display for FindingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FindingCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl schemars::JsonSchema for FindingCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FindingCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
        schemars::json_schema!({ "type": "string", "enum": names })
    }
}
