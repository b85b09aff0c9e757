//! The clauses of a query: each is evaluated as PostgreSQL does, or refused.

use sqlparser::ast::{
    Cte, Distinct, Fetch, GroupByExpr, GroupByWithModifier, JoinConstraint, JoinOperator, LimitClause, NamedWindowExpr,
    OrderBy, OrderByKind, Query, Select, SelectFlavor, SelectItem, SetExpr, SetOperator, SetQuantifier, TableFactor,
    TableWithJoins, WildcardAdditionalOptions, With,
};

use super::reason::{unknown, without};
use super::windows::{sorted, window};

/// Functions that make rows of their arguments alone.
const MAKE_ROWS: [&str; 3] = ["unnest", "generate_series", "range"];

/// Refuses the clauses around a SELECT.
pub(super) fn query(query: &Query) -> Result<(), String> {
    let Query { with, body, order_by, limit_clause, fetch, locks, for_clause, settings, format_clause, pipe_operators } =
        query;
    if let Some(With { with_token: _, recursive, cte_tables }) = with {
        without(*recursive, "WITH RECURSIVE")?;
        for Cte { alias: _, query: _, from, materialized: _, closing_paren_token: _ } in cte_tables {
            without(from.is_some(), "WITH … FROM")?;
        }
    }
    set(body)?;
    if let Some(OrderBy { kind, interpolate }) = order_by {
        without(interpolate.is_some(), "INTERPOLATE")?;
        match kind {
            OrderByKind::All(_) => return Err(unknown("ORDER BY ALL")),
            OrderByKind::Expressions(all) => sorted(all)?,
        }
    }
    match limit_clause {
        Some(LimitClause::LimitOffset { limit: _, offset: _, limit_by }) => {
            without(!limit_by.is_empty(), "LIMIT … BY, which ROW_NUMBER() OVER (PARTITION BY …) replaces")?;
        }
        Some(LimitClause::OffsetCommaLimit { offset: _, limit: _ }) | None => {}
    }
    match fetch {
        Some(Fetch { with_ties: true, .. }) => return Err(unknown("FETCH … WITH TIES")),
        Some(Fetch { percent: true, .. }) => return Err(unknown("FETCH … PERCENT")),
        Some(_) => return Err("FETCH is not known over files; write LIMIT n".to_owned()),
        None => {}
    }
    without(!locks.is_empty(), "FOR UPDATE and its like")?;
    without(for_clause.is_some(), "FOR XML, FOR JSON and FOR BROWSE")?;
    without(settings.is_some(), "SETTINGS")?;
    without(format_clause.is_some(), "FORMAT")?;
    without(!pipe_operators.is_empty(), "the operator |>")
}

/// Refuses set operations that count equal rows, other than UNION, and what is no query.
fn set(body: &SetExpr) -> Result<(), String> {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => Ok(()),
        SetExpr::SetOperation { op, set_quantifier, left, right } => {
            match (op, set_quantifier) {
                (SetOperator::Except | SetOperator::Intersect | SetOperator::Minus, SetQuantifier::All) => {
                    return Err(format!(
                        "{op} ALL counts rows wrongly in SQL over files; compare COUNT(*) of each row with GROUP BY instead, \
                         or leave out ALL"
                    ));
                }
                (SetOperator::Minus, _) => return Err(unknown("MINUS, which is written EXCEPT")),
                (_, SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName) => {
                    return Err(unknown("UNION … BY NAME"));
                }
                (_, SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None) => {}
            }
            set(left)?;
            set(right)
        }
        SetExpr::Table(_) => Err(unknown("TABLE t, which is written SELECT * FROM t")),
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
            Err(unknown("statements that write"))
        }
    }
}

/// Refuses the clauses of a SELECT.
pub(super) fn select(select: &Select) -> Result<(), String> {
    let Select {
        select_token: _,
        // Comments, which change no answer.
        optimizer_hints: _,
        distinct,
        select_modifiers,
        top,
        top_before_distinct: _,
        projection,
        exclude,
        into,
        from,
        lateral_views,
        prewhere,
        selection: _,
        connect_by,
        group_by,
        cluster_by,
        distribute_by,
        sort_by,
        having: _,
        named_window,
        qualify: _,
        window_before_qualify: _,
        value_table_mode,
        flavor,
    } = select;
    match distinct {
        Some(Distinct::Distinct | Distinct::On(_) | Distinct::All) | None => {}
    }
    without(select_modifiers.is_some(), "modifiers of SELECT such as STRAIGHT_JOIN and SQL_NO_CACHE")?;
    without(top.is_some(), "TOP, which is written LIMIT")?;
    without(exclude.is_some(), "EXCLUDE")?;
    without(into.is_some(), "SELECT … INTO")?;
    without(!lateral_views.is_empty(), "LATERAL VIEW")?;
    without(prewhere.is_some(), "PREWHERE, which is written WHERE")?;
    without(!connect_by.is_empty(), "CONNECT BY")?;
    without(
        !cluster_by.is_empty() || !distribute_by.is_empty() || !sort_by.is_empty(),
        "CLUSTER, DISTRIBUTE and SORT BY",
    )?;
    without(value_table_mode.is_some(), "AS STRUCT and AS VALUE")?;
    without(!matches!(flavor, SelectFlavor::Standard), "a FROM before its SELECT")?;
    projection.iter().try_for_each(selected)?;
    from.iter().try_for_each(joined)?;
    match group_by {
        GroupByExpr::All(_) => return Err(unknown("GROUP BY ALL")),
        GroupByExpr::Expressions(_, modifiers) => {
            if let Some(modifier) = modifiers.first() {
                return Err(unknown(match modifier {
                    GroupByWithModifier::Rollup => "GROUP BY … WITH ROLLUP, which is written GROUP BY ROLLUP (…)",
                    GroupByWithModifier::Cube => "GROUP BY … WITH CUBE, which is written GROUP BY CUBE (…)",
                    GroupByWithModifier::Totals => {
                        "GROUP BY … WITH TOTALS, which is written GROUP BY GROUPING SETS ((…), ())"
                    }
                    GroupByWithModifier::GroupingSets(_) => "GROUP BY … GROUPING SETS",
                }));
            }
        }
    }
    named_window.iter().try_for_each(|named| match &named.1 {
        NamedWindowExpr::WindowSpec(spec) => window(spec),
        NamedWindowExpr::NamedWindow(_) => Err(unknown("a window that is another's name")),
    })
}

fn selected(item: &SelectItem) -> Result<(), String> {
    match item {
        SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => Ok(()),
        SelectItem::ExprWithAliases { .. } => Err(unknown("several names for one column")),
        SelectItem::QualifiedWildcard(_, options) | SelectItem::Wildcard(options) => {
            let WildcardAdditionalOptions {
                wildcard_token: _,
                opt_ilike,
                opt_exclude,
                opt_except,
                opt_replace,
                opt_rename,
                opt_alias,
            } = options;
            without(
                opt_ilike.is_some() || opt_replace.is_some() || opt_rename.is_some() || opt_alias.is_some(),
                "* with ILIKE, REPLACE and RENAME",
            )?;
            // All but some columns is what it says.
            let _ = (opt_exclude, opt_except);
            Ok(())
        }
    }
}

/// Refuses joins, those in parentheses too, that are answered otherwise or not at all.
fn joined(tables: &TableWithJoins) -> Result<(), String> {
    for join in &tables.joins {
        without(join.global, "GLOBAL JOIN")?;
        let merged =
            |constraint: &JoinConstraint| matches!(constraint, JoinConstraint::Using(_) | JoinConstraint::Natural);
        match &join.join_operator {
            JoinOperator::FullOuter(on) | JoinOperator::Right(on) | JoinOperator::RightOuter(on) if merged(on) => {
                return Err("FULL and RIGHT JOIN with USING or NATURAL leave the key NULL for rows that only the right side has; \
                            write JOIN … ON a.k = b.k, and COALESCE(a.k, b.k) for the key"
                    .to_owned());
            }
            JoinOperator::Join(_)
            | JoinOperator::Inner(_)
            | JoinOperator::Left(_)
            | JoinOperator::LeftOuter(_)
            | JoinOperator::Right(_)
            | JoinOperator::RightOuter(_)
            | JoinOperator::FullOuter(_)
            | JoinOperator::LeftSemi(_)
            | JoinOperator::RightSemi(_)
            | JoinOperator::LeftAnti(_)
            | JoinOperator::RightAnti(_) => {}
            JoinOperator::CrossJoin(on) => without(!matches!(on, JoinConstraint::None), "CROSS JOIN with a condition")?,
            JoinOperator::Semi(_) | JoinOperator::Anti(_) => {
                return Err(unknown("SEMI and ANTI JOIN without LEFT or RIGHT"));
            }
            JoinOperator::CrossApply | JoinOperator::OuterApply => return Err(unknown("APPLY")),
            JoinOperator::AsOf { .. } => return Err(unknown("ASOF JOIN")),
            JoinOperator::StraightJoin(_) => return Err(unknown("STRAIGHT_JOIN")),
            JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin => {
                return Err(unknown("ARRAY JOIN, which CROSS JOIN UNNEST(…) replaces"));
            }
        }
    }
    Ok(())
}

/// Refuses tables that are read otherwise than they are written, or past the source.
pub(super) fn table(factor: &TableFactor) -> Result<(), String> {
    let called = |name: &str| {
        if MAKE_ROWS.contains(&name.to_lowercase().as_str()) {
            return Ok(());
        }
        Err(format!(
            "`{name}(…)` reads past the types of its source; put the file into the folder of the source, where it is a table"
        ))
    };
    match factor {
        TableFactor::Table {
            name,
            alias: _,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } => {
            if args.is_some() {
                called(&name.to_string())?;
            }
            without(!with_hints.is_empty() || !index_hints.is_empty(), "hints of a table")?;
            without(version.is_some(), "FOR SYSTEM_TIME and other versions of a table")?;
            without(*with_ordinality, "WITH ORDINALITY")?;
            without(!partitions.is_empty(), "PARTITION (…) of a table, which WHERE replaces")?;
            without(json_path.is_some(), "paths of JSON behind a table")?;
            without(sample.is_some(), "TABLESAMPLE and SAMPLE; `sample` of a check takes the same keys on both sides")
        }
        TableFactor::Derived { lateral: _, subquery: _, alias: _, sample } => {
            without(sample.is_some(), "TABLESAMPLE and SAMPLE; `sample` of a check takes the same keys on both sides")
        }
        TableFactor::Function { lateral: _, name, args: _, with_ordinality, alias: _ } => {
            without(*with_ordinality, "WITH ORDINALITY")?;
            called(&name.to_string())
        }
        TableFactor::TableFunction { expr: sqlparser::ast::Expr::Function(function), alias: _ } => {
            called(&function.name.to_string())
        }
        TableFactor::TableFunction { expr, alias: _ } => called(&expr.to_string()),
        TableFactor::UNNEST { alias: _, array_exprs: _, with_offset, with_offset_alias, with_ordinality } => {
            without(*with_offset || with_offset_alias.is_some() || *with_ordinality, "UNNEST with numbers of its rows")
        }
        TableFactor::NestedJoin { table_with_joins, alias: _ } => joined(table_with_joins),
        TableFactor::JsonTable { .. } | TableFactor::OpenJsonTable { .. } | TableFactor::XmlTable { .. } => {
            Err(unknown("JSON_TABLE, OPENJSON and XMLTABLE"))
        }
        TableFactor::Pivot { .. } | TableFactor::Unpivot { .. } => Err(unknown("PIVOT and UNPIVOT")),
        TableFactor::MatchRecognize { .. } => Err(unknown("MATCH_RECOGNIZE")),
        TableFactor::SemanticView { .. } => Err(unknown("SEMANTIC_VIEW")),
    }
}
