//! Rows, how they change, and how SQLite is told of them.

use std::fmt::Write as _;

/// Splitmix64 (Steele, Lea, Flood 2014): the same pairs in every run.
pub(super) struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

/// A row; NULL is `None`.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub number: Option<usize>,
    /// Its place in [`words`].
    pub word: Option<usize>,
    pub text: Option<usize>,
    /// Hundredths, in a column of decimals.
    pub amount: Option<i64>,
    /// Hundredths, in a column of text that the check takes for decimals.
    pub price: Option<i64>,
    pub halves: Option<i64>,
    /// Seconds after noon.
    pub moment: Option<usize>,
    /// Zeros at the end of the price: the same number, and another text.
    pub zeros: usize,
    /// How the moment is written: another way to write it is no other value.
    pub form: usize,
}

/// Words that a careless separator, trim, cut or placeholder would merge.
pub(super) fn words() -> Vec<String> {
    let mut words = ["", " ", "a", "A", "a ", "a,b", "a\"b'c\\", "NULL", "null", "1", "01"].map(str::to_owned).to_vec();
    words.extend(["x", "y"].map(|end| "long ".repeat(1_000) + end));
    words
}

const WORDS: usize = 13;
const COLUMNS: usize = 5;
const AMOUNTS: [i64; 8] = [-50, 0, 10, 40, 41, 1_000, 5_001, 123_456];

impl Row {
    pub(super) fn random(random: &mut Random) -> Row {
        let mut some = |below: usize| Some(random.below(below + 1)).filter(|value| *value < below);
        let amount = |at: Option<usize>| at.map(|at| AMOUNTS[at]);
        Row {
            number: some(5),
            word: some(WORDS),
            text: some(WORDS),
            amount: amount(some(AMOUNTS.len())),
            price: amount(some(AMOUNTS.len())),
            halves: some(4).map(|halves| i64::try_from(halves).unwrap() - 1),
            moment: some(3),
            zeros: some(3).unwrap_or(0),
            form: some(3).unwrap_or(0),
        }
    }

    /// Another value in one column that is no key.
    fn vary(&mut self, column: usize, random: &mut Random) {
        let other = Row::random(random);
        match column {
            0 => self.text = other.text,
            1 => self.amount = other.amount,
            2 => self.price = other.price,
            3 => self.halves = other.halves,
            _ => self.moment = other.moment,
        }
    }

    fn is_of_key(&self, other: &Row) -> bool {
        (self.number, self.word) == (other.number, other.word)
    }

    /// The columns in which they differ, by the numbers that [`Row::vary`] takes.
    fn differing(&self, other: &Row) -> Vec<usize> {
        let differs = [
            self.text != other.text,
            self.amount != other.amount,
            self.price != other.price,
            self.halves != other.halves,
            self.moment != other.moment,
        ];
        (0..COLUMNS).filter(|at| differs[*at]).collect()
    }

    fn literals(&self) -> String {
        let null = || "NULL".to_owned();
        let words = words();
        let text = |at: Option<usize>| at.map_or_else(null, |at| format!("'{}'", words[at].replace('\'', "''")));
        let decimal = |hundredths: i64| {
            format!("{}{}.{:02}", if hundredths < 0 { "-" } else { "" }, hundredths.abs() / 100, hundredths.abs() % 100)
        };
        let price = |hundredths| match self.zeros {
            // As the decimal beside it is told.
            0 => format!("'{}'", decimal(hundredths).trim_end_matches('0').trim_end_matches('.')),
            zeros => format!("'{}{}'", decimal(hundredths), "0".repeat(zeros)),
        };
        let moment = |seconds| {
            let (between, end) = [(" ", ""), ("T", ".000"), (" ", ".0")][self.form];
            format!("'2026-03-29{between}12:00:{seconds:02}{end}'")
        };
        [
            self.number.map_or_else(null, |number| number.to_string()),
            text(self.word),
            text(self.text),
            self.amount.map_or_else(null, decimal),
            self.price.map_or_else(null, price),
            self.halves.map_or_else(null, |halves| format!("{:.1}", halves as f64 / 2.0)),
            self.moment.map_or_else(null, moment),
        ]
        .join(", ")
    }
}

/// What a check compares: the tables of the two sides.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub old: Vec<Row>,
    pub new: Vec<Row>,
}

impl Tables {
    /// Old, and new made of it by a few changes.
    pub(super) fn random(random: &mut Random) -> Tables {
        let old: Vec<Row> = (0..2 + random.below(6)).map(|_| Row::random(random)).collect();
        let mut tables = Tables { new: old.clone(), old };
        (0..=random.below(4)).for_each(|_| tables.change(random));
        tables
    }

    /// A change of a value that differs already, of anything else, or of nothing but the order and how values are written.
    pub(super) fn change(&mut self, random: &mut Random) {
        if random.below(2) == 0 && self.change_further(random) {
            return;
        }
        let side = if random.below(3) == 0 { &mut self.old } else { &mut self.new };
        if side.is_empty() {
            side.push(Row::random(random));
        }
        let at = random.below(side.len());
        match random.below(7) {
            0 => side.push(Row::random(random)),
            // The same row once more.
            1 => side.push(side[at].clone()),
            2 => drop(side.remove(at)),
            3 => side.reverse(),
            4 => (side[at].form, side[at].zeros) = (random.below(3), random.below(3)),
            _ => side[at].vary(random.below(COLUMNS), random),
        }
    }

    /// A row that is on both sides and differs: it does so by another value or in another column, or no more. Whether
    /// there is one.
    fn change_further(&mut self, random: &mut Random) -> bool {
        let (old, new) = (&self.old, &self.new);
        let pairs = (0..old.len()).flat_map(|a| (0..new.len()).map(move |b| (a, b)));
        let differ = |(a, b): &(usize, usize)| old[*a].is_of_key(&new[*b]) && !old[*a].differing(&new[*b]).is_empty();
        let pairs: Vec<(usize, usize)> = pairs.filter(differ).collect();
        if pairs.is_empty() {
            return false;
        }
        let (a, b) = pairs[random.below(pairs.len())];
        let (old, new) = (&mut self.old[a], &mut self.new[b]);
        let columns = old.differing(new);
        let column = columns[random.below(columns.len())];
        match random.below(5) {
            0 => *new = old.clone(),
            1 => [old, new].into_iter().for_each(|row| std::mem::swap(&mut row.amount, &mut row.price)),
            2 => old.vary(column, random),
            _ => new.vary(column, random),
        }
        true
    }

    /// Leaves one row of each `key`.
    pub(super) fn thin(&mut self, key: impl Fn(&Row) -> (Option<usize>, Option<usize>)) {
        for side in [&mut self.old, &mut self.new] {
            let mut seen = Vec::new();
            side.retain(|row| {
                let is_new = !seen.contains(&key(row));
                seen.push(key(row));
                is_new
            });
        }
    }
}

/// The table `name` with these rows, and one that is the same on both sides and in every run.
pub(super) fn script(name: &str, rows: &[Row]) -> String {
    let mut script = format!(
        "CREATE TABLE {name} (number INTEGER, word TEXT, text TEXT, amount DECIMAL(12, 4), price TEXT, ratio REAL, \
         moment DATETIME);\nINSERT INTO {name} VALUES (100, 'z', 'z', 1, '1', 0.5, '2026-01-01 12:00')"
    );
    rows.iter().for_each(|row| write!(script, ",\n({})", row.literals()).unwrap());
    script + ";\n"
}
