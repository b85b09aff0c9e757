//! Queries that any SQL engine answers alike, made from a seed.

/// A source of choices that depends on its seed alone (splitmix64).
pub(super) struct Choices(u64);

impl Choices {
    pub(super) fn new(seed: u64) -> Choices {
        Choices(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// Columns of both tables `a` and `c`: whole numbers and texts, with NULLs, zeros, negatives and equal values.
const NUMBERS: [&str; 3] = ["id", "g", "n"];
const TEXTS: [&str; 1] = ["t"];
const COMPARE: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// Names of tables that a place of a query may use.
type Scope<'a> = &'a [&'a str];

pub(super) fn query(choices: &mut Choices) -> String {
    match choices.below(12) {
        0 | 1 => plain(choices),
        2..=4 => joined(choices),
        5 | 6 => grouped(choices),
        7 => set(choices),
        8 => with(choices),
        9 => window(choices),
        10 => limited(choices),
        _ => nested(choices),
    }
}

fn plain(choices: &mut Choices) -> String {
    let (one, two, three) = (number(choices, &["a"], 2), text(choices, &["a"], 2), condition(choices, &["a"], 2));
    format!("SELECT a.id, {one} AS x, {two} AS y, {three} AS z FROM a WHERE {}", condition(choices, &["a"], 3))
}

fn joined(choices: &mut Choices) -> String {
    let form = choices.of(&["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT JOIN", "CROSS JOIN"]);
    let scope = ["a", "c"];
    let (one, two) = (number(choices, &scope, 1), text(choices, &scope, 1));
    let on = match choices.below(4) {
        _ if form == "CROSS JOIN" => String::new(),
        0 => format!(" ON a.id = c.id AND {}", condition(choices, &scope, 1)),
        1 => format!(" ON a.g = c.g AND {}", condition(choices, &scope, 1)),
        2 => format!(" ON a.id {} c.id", choices.of(&COMPARE)),
        _ => format!(" ON {}", condition(choices, &scope, 2)),
    };
    let filter =
        if choices.below(2) == 0 { format!(" WHERE {}", condition(choices, &scope, 2)) } else { String::new() };
    format!("SELECT a.id AS ai, c.id AS ci, {one} AS x, {two} AS y FROM a {form} c{on}{filter}")
}

fn grouped(choices: &mut Choices) -> String {
    let key = choices.of(&["a.g", "a.t", "a.n % 3", "CASE WHEN a.n > 0 THEN 'up' ELSE a.t END", "a.g IS NULL"]);
    let what = number(choices, &["a"], 1);
    let total = aggregate(choices, "a");
    let having = match choices.below(3) {
        0 => format!(" HAVING COUNT(*) {} {}", choices.of(&COMPARE), choices.below(4)),
        1 => format!(" HAVING {} {} {}", aggregate(choices, "a"), choices.of(&COMPARE), literal(choices)),
        _ => String::new(),
    };
    let from = if choices.below(3) == 0 { "a LEFT JOIN c ON c.g = a.g" } else { "a" };
    format!("SELECT {key} AS k, COUNT(*) AS rows_, SUM({what}) AS s, {total} AS m FROM {from} GROUP BY {key}{having}")
}

fn aggregate(choices: &mut Choices, table: &str) -> String {
    let column = format!("{table}.{}", choices.of(&NUMBERS));
    match choices.below(6) {
        0 => format!("MIN({column})"),
        1 => format!("MAX({column})"),
        2 => format!("COUNT({column})"),
        3 => format!("COUNT(DISTINCT {column})"),
        4 => format!("SUM(DISTINCT {column})"),
        _ => format!("SUM({column})"),
    }
}

fn set(choices: &mut Choices) -> String {
    let operator = choices.of(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]);
    let side = |choices: &mut Choices, table: &str| {
        let columns = format!("{table}.{}, {table}.t", choices.of(&NUMBERS));
        format!("SELECT {columns} FROM {table} WHERE {}", condition(choices, &[table], 1))
    };
    let (left, right) = (side(choices, "a"), side(choices, "c"));
    format!("SELECT * FROM ({left} {operator} {right}) AS u")
}

fn with(choices: &mut Choices) -> String {
    let (inner, outer) = (condition(choices, &["a"], 1), condition(choices, &["w"], 1));
    let form = choices.of(&["JOIN", "LEFT JOIN"]);
    format!(
        "WITH w AS (SELECT a.id, a.g, a.n, a.t FROM a WHERE {inner}), v AS (SELECT w.g, SUM(w.n) AS s FROM w GROUP BY w.g) \
         SELECT w.id, w.t, v.s FROM w {form} v ON v.g = w.g WHERE {outer}"
    )
}

fn window(choices: &mut Choices) -> String {
    let function = match choices.below(9) {
        0 => "ROW_NUMBER()".to_owned(),
        1 => "RANK()".to_owned(),
        2 => "DENSE_RANK()".to_owned(),
        3 => format!("LAG(a.n, {})", 1 + choices.below(2)),
        4 => "LEAD(a.n)".to_owned(),
        5 => "FIRST_VALUE(a.n)".to_owned(),
        6 => "COUNT(a.n)".to_owned(),
        7 => "MIN(a.n)".to_owned(),
        _ => "SUM(a.n)".to_owned(),
    };
    let partition = choices.of(&["PARTITION BY a.g ", "PARTITION BY a.t ", ""]);
    let frame = choices.of(&[
        "",
        " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
        " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
        " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
        " ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING",
    ]);
    let ranks = function.ends_with("()") || function.starts_with("LAG") || function.starts_with("LEAD");
    let frame = if ranks { "" } else { frame };
    format!(
        "SELECT a.id, {function} OVER ({partition}ORDER BY a.id{frame}) AS w FROM a WHERE {}",
        condition(choices, &["a"], 1)
    )
}

fn limited(choices: &mut Choices) -> String {
    let (count, skipped) = (choices.below(6), choices.below(4));
    let direction = choices.of(&["ASC", "DESC"]);
    format!(
        "SELECT u.k, u.c FROM (SELECT a.g AS k, COUNT(*) AS c FROM a WHERE a.g IS NOT NULL GROUP BY a.g) AS u ORDER BY u.c \
         {direction}, u.k LIMIT {count} OFFSET {skipped}"
    )
}

fn nested(choices: &mut Choices) -> String {
    let number = choices.of(&NUMBERS);
    let inner = condition(choices, &["c"], 1);
    let filter = match choices.below(6) {
        0 => format!("a.{number} IN (SELECT c.{number} FROM c WHERE {inner})"),
        1 => format!("a.{number} NOT IN (SELECT c.{number} FROM c WHERE {inner} AND c.{number} IS NOT NULL)"),
        2 => format!("EXISTS (SELECT 1 FROM c WHERE c.{number} = a.{number} AND {inner})"),
        3 => format!("NOT EXISTS (SELECT 1 FROM c WHERE c.{number} = a.{number} AND {inner})"),
        4 => format!("a.n {} (SELECT MAX(c.n) FROM c WHERE c.g = a.g)", choices.of(&COMPARE)),
        _ => format!("a.{number} NOT IN (SELECT c.{number} FROM c WHERE {inner})"),
    };
    format!("SELECT a.id, a.t, (SELECT COUNT(*) FROM c WHERE c.g = a.g) AS n FROM a WHERE {filter}")
}

fn column(choices: &mut Choices, scope: Scope<'_>, names: &[&str]) -> String {
    format!("{}.{}", choices.of(scope), choices.of(names))
}

fn literal(choices: &mut Choices) -> String {
    choices.of(&["-2", "0", "1", "2", "3", "7", "NULL"]).to_owned()
}

fn number(choices: &mut Choices, scope: Scope<'_>, depth: usize) -> String {
    if depth == 0 || choices.below(3) == 0 {
        return column(choices, scope, &NUMBERS);
    }
    let mut inner = || number(choices, scope, depth - 1);
    let (one, two) = (inner(), inner());
    match choices.below(9) {
        0 => format!("({one} + {two})"),
        1 => format!("({one} - {two})"),
        2 => format!("({one} * {two})"),
        3 => format!("({one} % {})", choices.of(&["2", "3", "-3"])),
        4 => format!("({one} / {})", choices.of(&["2", "-3", "7"])),
        5 => format!("COALESCE({one}, {two})"),
        6 => format!("NULLIF({one}, {two})"),
        7 => format!("-{one}"),
        _ => format!("CASE WHEN {} THEN {one} ELSE {two} END", condition(choices, scope, depth - 1)),
    }
}

fn text(choices: &mut Choices, scope: Scope<'_>, depth: usize) -> String {
    let base = column(choices, scope, &TEXTS);
    if depth == 0 {
        return base;
    }
    match choices.below(8) {
        0 => format!("UPPER({base})"),
        1 => format!("LOWER({base})"),
        2 => format!("TRIM({base})"),
        3 => format!("REPLACE({base}, 'a', 'zz')"),
        4 => format!("SUBSTR({base}, 2, 2)"),
        5 => format!("({base} || '-' || {})", text(choices, scope, depth - 1)),
        6 => format!("COALESCE({base}, 'none')"),
        _ => base,
    }
}

fn condition(choices: &mut Choices, scope: Scope<'_>, depth: usize) -> String {
    if depth > 1 && choices.below(2) == 0 {
        let (one, two) = (condition(choices, scope, depth - 1), condition(choices, scope, depth - 1));
        return match choices.below(5) {
            0 | 1 => format!("({one} AND {two})"),
            2 | 3 => format!("({one} OR {two})"),
            _ => format!("(NOT {one})"),
        };
    }
    let (one, two) = (number(choices, scope, depth.min(1)), number(choices, scope, 0));
    match choices.below(12) {
        0..=2 => format!("({one} {} {two})", choices.of(&COMPARE)),
        3 => format!("({one} {} {})", choices.of(&COMPARE), literal(choices)),
        4 => format!("({one} IS NULL)"),
        5 => format!("({one} IS NOT NULL)"),
        6 => format!("({one} IN ({}, {}, {}))", literal(choices), literal(choices), choices.of(&["5", "-1"])),
        7 => format!("({one} NOT IN ({}, {}))", choices.of(&["1", "2"]), literal(choices)),
        8 => format!("({one} BETWEEN {} AND {})", choices.of(&["-3", "0", "NULL"]), choices.of(&["1", "5"])),
        9 => format!("({} IS {}DISTINCT FROM {two})", one, choices.of(&["", "NOT "])),
        10 => {
            format!(
                "({} {} '{}')",
                text(choices, scope, 1),
                choices.of(&["LIKE", "NOT LIKE"]),
                choices.of(&["%a%", "b_", "", "%"])
            )
        }
        _ => format!(
            "(({one} {} {two}) IS {})",
            choices.of(&COMPARE),
            choices.of(&["TRUE", "FALSE", "NOT TRUE", "NOT FALSE"])
        ),
    }
}
