//! What `EXPLAIN QUERY TREE` answers, as a tree: one node a line, children indented below it.

/// A query as the server understands it, every name resolved.
#[derive(Clone, Debug)]
pub(crate) struct Tree(Vec<Node>);

/// One line; `COLUMN id: 4, column_name: v` has the label `COLUMN`, a section such as `GROUP BY` is its own label.
#[derive(Clone, Debug)]
struct Node {
    text: String,
    parent: Option<usize>,
    children: Vec<usize>,
}

impl Tree {
    /// Reads the lines of an answer; `None` where they are no tree, such as after a name with a line end.
    pub(crate) fn read(lines: &[String]) -> Option<Tree> {
        let mut nodes: Vec<Node> = Vec::new();
        // The last node of each depth so far.
        let mut path: Vec<usize> = Vec::new();
        for line in lines {
            let text = line.trim_start_matches(' ');
            let indent = line.len() - text.len();
            let (depth, odd) = (indent / 2, indent % 2 == 1);
            let root = nodes.is_empty();
            if odd || text.is_empty() || line.contains('\n') || depth > path.len() || root != (depth == 0) {
                return None;
            }
            path.truncate(depth);
            let (parent, at) = (path.last().copied(), nodes.len());
            if let Some(parent) = parent {
                nodes[parent].children.push(at);
            }
            nodes.push(Node { text: text.to_owned(), parent, children: Vec::new() });
            path.push(at);
        }
        (nodes.first().map(Node::label).is_some_and(|label| ["QUERY", "UNION"].contains(&label))).then_some(Tree(nodes))
    }

    /// Every node, the names under `PROJECTION COLUMNS` aside, which may look like anything.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len()).filter(|at| self.parent(*at).is_none_or(|parent| self.label(parent) != "PROJECTION COLUMNS"))
    }

    pub(crate) fn label(&self, at: usize) -> &str {
        self.0[at].label()
    }

    pub(crate) fn text(&self, at: usize) -> &str {
        &self.0[at].text
    }

    pub(crate) fn parent(&self, at: usize) -> Option<usize> {
        self.0[at].parent
    }

    pub(crate) fn children(&self, at: usize) -> &[usize] {
        &self.0[at].children
    }

    /// The child of `at` with this label.
    pub(crate) fn section(&self, at: usize, label: &str) -> Option<usize> {
        self.children(at).iter().copied().find(|child| self.label(*child) == label)
    }

    /// The value of `name` in the line of `at`: up to the next `, name: `, as types hold commas too.
    pub(crate) fn attribute(&self, at: usize, name: &str) -> Option<&str> {
        let text = self.text(at);
        let (_, value) = text.split_once(&format!(" {name}: "))?;
        let next = value.match_indices(", ").find(|(found, _)| {
            let word = value[found + 2..].split_once(": ").map_or("", |(word, _)| word);
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        });
        Some(next.map_or(value, |(end, _)| &value[..end]))
    }

    /// What [`Tree::attribute`] calls `id`.
    pub(crate) fn id(&self, at: usize) -> Option<&str> {
        self.attribute(at, "id")
    }

    /// The first node with this id that is printed in full.
    pub(crate) fn by_id(&self, id: &str) -> Option<usize> {
        self.nodes().find(|at| self.id(*at) == Some(id))
    }

    /// `at` and what is below it, subqueries aside.
    pub(crate) fn below(&self, at: usize) -> Vec<usize> {
        let (mut found, mut open) = (Vec::new(), vec![at]);
        while let Some(at) = open.pop() {
            found.push(at);
            let inner = |child: &&usize| !["QUERY", "UNION", "PROJECTION COLUMNS"].contains(&self.label(**child));
            open.extend(self.children(at).iter().filter(inner));
        }
        found
    }

    /// The arguments of a function.
    pub(crate) fn arguments(&self, at: usize) -> &[usize] {
        let list = self.section(at, "ARGUMENTS").and_then(|section| self.children(section).first());
        list.map_or(&[], |list| self.children(*list))
    }

    /// Names of the tables it reads.
    pub(crate) fn tables(&self) -> Vec<String> {
        let tables = self.nodes().filter(|at| self.label(*at) == "TABLE");
        tables.filter_map(|at| self.attribute(at, "table_name").map(str::to_owned)).collect()
    }
}

impl Node {
    fn label(&self) -> &str {
        self.text.split_once(" id: ").map_or(self.text.as_str(), |(label, _)| label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_is_read_by_its_indent_and_its_names() {
        let tree = Tree::read(&lines(
            "QUERY id: 0\n  PROJECTION\n    LIST id: 1, nodes: 1\n      COLUMN id: 2, column_name: s, result_type: \
             AggregateFunction(sum, Int64), source_id: 3\n  JOIN TREE\n    TABLE id: 3, table_name: d.t, final: 1",
        ))
        .unwrap();
        let column = tree.by_id("2").unwrap();
        assert_eq!(tree.attribute(column, "result_type"), Some("AggregateFunction(sum, Int64)"));
        assert_eq!(tree.attribute(column, "source_id"), Some("3"));
        assert_eq!(tree.tables(), ["d.t"]);
        assert_eq!(tree.attribute(tree.by_id("3").unwrap(), "final"), Some("1"));
        assert_eq!(tree.label(tree.section(0, "JOIN TREE").unwrap()), "JOIN TREE");
    }

    /// What cannot be read as a tree must not be taken for a query without tables.
    #[test]
    fn anything_else_is_no_tree() {
        for text in ["", "Code: 60", "QUERY id: 0\nTABLE id: 1", "QUERY id: 0\n    LIST id: 1", "QUERY id: 0\n x"] {
            assert!(Tree::read(&lines(text)).is_none(), "{text:?}");
        }
    }
}
