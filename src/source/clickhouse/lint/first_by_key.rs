//! How `ORDER BY … LIMIT 1 BY` chooses one row of each key. Pure.

use super::tree::Tree;

/// The choice of a query, in SQL over the columns of its table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// What the rows among which it chooses have in common.
    pub(crate) key: String,
    /// Whether no row of its key comes before a row; all of these are as good as the first.
    pub(crate) first: String,
}

/// Reads the choice of `query`; absent where it takes other rows than the first, or reads more than columns as they are.
/// `column` names the column of the table that a node is.
pub(crate) fn read(tree: &Tree, query: usize, column: impl Fn(usize) -> Option<String>) -> Option<Chosen> {
    let one = tree.children(tree.section(query, "LIMIT BY LIMIT")?).first()?;
    if tree.attribute(*one, "constant_value") != Some("UInt64_1") {
        return None;
    }
    let columns = list(tree, query, "LIMIT BY").iter().map(|node| column(*node).map(|name| quoted(&name)));
    let key = columns.collect::<Option<Vec<_>>>().filter(|columns| !columns.is_empty())?.join(", ");
    let order = list(tree, query, "ORDER BY").iter().map(|sort| ordered(tree, *sort, &column));
    let order = order.collect::<Option<Vec<_>>>()?;
    let first = match order.is_empty() {
        true => "1".to_owned(),
        false => format!("rank() OVER (PARTITION BY {key} ORDER BY {}) = 1", order.join(", ")),
    };
    Some(Chosen { key, first })
}

fn list<'a>(tree: &'a Tree, query: usize, section: &str) -> &'a [usize] {
    let list = tree.section(query, section).and_then(|section| tree.children(section).first());
    list.map_or(&[], |list| tree.children(*list))
}

/// One column of an order; absent where it orders otherwise than a window would by the same words.
fn ordered(tree: &Tree, sort: usize, column: impl Fn(usize) -> Option<String>) -> Option<String> {
    let otherwise = ["nulls_sort_direction", "collator"].iter().any(|name| tree.attribute(sort, name).is_some());
    if otherwise || tree.attribute(sort, "with_fill") != Some("0") {
        return None;
    }
    let direction = match tree.attribute(sort, "sort_direction")? {
        "ASCENDING" => "ASC",
        "DESCENDING" => "DESC",
        _ => return None,
    };
    // What stands behind EXPRESSION is its text, which may look like anything.
    let [expression] = tree.children(sort) else { return None };
    let [node] = tree.children(*expression) else { return None };
    Some(format!("{} {direction}", quoted(&column(*node)?)))
}

/// Quotes a name.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(order: &str, limit: &str) -> Option<Chosen> {
        let sort = match order {
            "" => String::new(),
            _ => format!(
                "  ORDER BY\n    LIST id: 4, nodes: 1\n      SORT id: 5, {order}\n        EXPRESSION\n          COLUMN id: 6, \
                 column_name: v, result_type: Int64, source_id: 1\n"
            ),
        };
        let text = format!(
            "QUERY id: 0\n  JOIN TREE\n    TABLE id: 1, table_name: d.t\n{sort}  LIMIT BY LIMIT\n    CONSTANT id: 2, \
             constant_value: {limit}, constant_value_type: UInt64\n  LIMIT BY\n    LIST id: 3, nodes: 1\n      \
             COLUMN id: 7, column_name: i`d, result_type: String, source_id: 1"
        );
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let tree = Tree::read(&lines).unwrap();
        read(&tree, 0, |node| tree.attribute(node, "column_name").map(str::to_owned))
    }

    /// Catches an order that is turned round, a name that ends its quotes, and an order of NULL or of a language taken for
    /// the plain one: each would call rows tied that are not.
    #[test]
    fn the_first_row_of_a_key_is_that_of_the_order() {
        let chosen = |first: &str| Some(Chosen { key: r"`i\`d`".to_owned(), first: first.to_owned() });
        let first = |order: &str| chosen(&format!(r"rank() OVER (PARTITION BY `i\`d` ORDER BY `v` {order}) = 1"));
        let plain = |direction: &str| format!("sort_direction: {direction}, with_fill: 0");
        assert_eq!(read_of(&plain("DESCENDING"), "UInt64_1"), first("DESC"));
        assert_eq!(read_of(&plain("ASCENDING"), "UInt64_1"), first("ASC"));
        assert_eq!(read_of("", "UInt64_1"), chosen("1"));
        assert_eq!(read_of(&plain("DESCENDING"), "UInt64_2"), None);
        for odd in ["collator: de, with_fill: 0", "nulls_sort_direction: DESCENDING, with_fill: 0", "with_fill: 1"] {
            assert_eq!(read_of(&format!("sort_direction: DESCENDING, {odd}"), "UInt64_1"), None, "{odd}");
        }
    }
}
