//! What a catalogue says of writing to a table: which columns take no values, and what else changes with its rows. Pure data.

/// What becomes of rows of a table that are written, beside what a statement says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writing {
    /// Columns that follow from others and are given no values.
    pub computed: Vec<String>,
    /// Columns that number rows, and whose numbers no statement changes.
    pub numbered: Vec<String>,
    /// Columns that change whenever their row does, unless a statement names them.
    pub touched: Vec<String>,
    /// Columns of text that take some texts for the same that are not.
    pub loose: Vec<String>,
    /// The schema or database that the table is in, where a name without it is looked for by settings of a session.
    pub place: Option<String>,
    /// The time zone that the run read it in.
    pub zone: Zone,
    /// Foreign keys of any table that lead to this one.
    pub references: Vec<Reference>,
    /// What runs by itself when rows are written, such as triggers, in words.
    pub runs: Vec<String>,
    /// Tables whose rows are among those of this one, while their keys are not.
    pub heirs: Vec<String>,
}

/// The time zone of a session, by which conditions of queries and texts of moments are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// The statement that gives a session the same; absent where none is needed, or there is none.
    pub given_by: Option<String>,
    /// Its name where what changes rows is read in another one.
    pub left_out: Option<String>,
}

/// A foreign key that leads to a table, as seen from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table that has it.
    pub from: String,
    /// The columns that it leads to; empty where they are those of the primary key.
    pub columns: Vec<String>,
    /// What becomes of rows that refer to one which goes, such as `cascade`; absent where that is refused.
    pub on_delete: Option<String>,
    /// The same where one gets another value.
    pub on_update: Option<String>,
}
