//! Queries of PostgreSQL's catalogue for the schema of the table at `at`, an expression of its `regclass`.
//!
//! What newer versions have is read from a row as JSON, which has a key where the catalogue has the column.

/// The types that each column is made of: its own, then that below a domain or of the elements of an array, and so on.
/// `arrays` counts the arrays above one.
fn types_of_columns(at: &str) -> String {
    format!(
        "WITH RECURSIVE made AS (SELECT a.attnum, a.atttypid AS type, a.atttypmod AS typmod, 0 AS depth, 0 AS arrays \
         FROM pg_attribute AS a WHERE a.attrelid = {at} AND a.attnum > 0 AND NOT a.attisdropped \
         UNION ALL SELECT m.attnum, CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.typelem END, \
         CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE m.typmod END, m.depth + 1, m.arrays + (t.typtype <> 'd')::int \
         FROM made AS m JOIN pg_type AS t ON t.oid = m.type WHERE t.typtype = 'd' OR (t.typcategory = 'A' AND t.typelem <> 0))"
    )
}

/// One row per column. A domain's default and NOT NULL are the column's.
pub(super) fn columns_sql(at: &str) -> String {
    format!(
        "{}, last AS (SELECT DISTINCT ON (attnum) * FROM made ORDER BY attnum, depth DESC), \
         domains AS (SELECT m.attnum, m.depth, t.typnotnull, pg_get_expr(t.typdefaultbin, 0) AS standard FROM made AS m \
         JOIN pg_type AS t ON t.oid = m.type WHERE t.typtype = 'd' AND m.arrays = 0) \
         SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS declared, \
         format_type(l.type, l.typmod) AS base, l.arrays AS arrays, getdatabaseencoding()::text AS encoding, \
         (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e \
         WHERE e.enumtypid = l.type) AS labels, (t.typtype = 'c')::int AS is_row, \
         (NOT a.attnotnull AND NOT EXISTS (SELECT FROM domains AS o WHERE o.attnum = a.attnum AND o.typnotnull))::int AS nullable, \
         CASE WHEN a.attgenerated = '' THEN COALESCE(pg_get_expr(d.adbin, d.adrelid), (SELECT o.standard FROM domains AS o \
         WHERE o.attnum = a.attnum AND o.standard IS NOT NULL ORDER BY o.depth LIMIT 1)) END AS standard, \
         CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generated, \
         a.attidentity::text AS identity, \
         (SELECT max(s.seqincrement) FROM pg_depend AS p JOIN pg_sequence AS s ON s.seqrelid IN (p.objid, p.refobjid) \
         WHERE (p.classid = 'pg_class'::regclass AND p.deptype = 'i' AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum) \
         OR (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass)) AS step FROM pg_attribute AS a JOIN last AS l ON l.attnum = a.attnum \
         JOIN pg_type AS t ON t.oid = l.type LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         WHERE a.attrelid = {at} ORDER BY a.attnum",
        types_of_columns(at)
    )
}

/// One row per type that the columns are made of, fields of row types and types below these among them: by its own name, what
/// it is; of a row type one row per field.
pub(super) fn types_sql(at: &str) -> String {
    format!(
        "WITH RECURSIVE used AS (SELECT a.atttypid AS oid FROM pg_attribute AS a WHERE a.attrelid = {at} AND a.attnum > 0 \
         AND NOT a.attisdropped UNION SELECT x.oid FROM used AS u JOIN pg_type AS t ON t.oid = u.oid CROSS JOIN LATERAL \
         (SELECT f.atttypid AS oid FROM pg_attribute AS f WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 \
         AND NOT f.attisdropped UNION ALL SELECT t.typelem WHERE t.typcategory = 'A' AND t.typelem <> 0 \
         UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd') AS x) \
         SELECT format_type(t.oid, NULL) AS name, t.typtype::text AS kind, \
         (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid) AS labels, \
         format_type(t.typbasetype, t.typtypmod) AS base, format_type(t.typbasetype, NULL) AS below, t.typnotnull::int AS required, \
         (SELECT string_agg(pg_get_constraintdef(c.oid), ' ' ORDER BY pg_get_constraintdef(c.oid)) FROM pg_constraint AS c \
         WHERE c.contypid = t.oid AND c.contype = 'c') AS checks, \
         quote_ident(f.attname) AS field, format_type(f.atttypid, f.atttypmod) AS declared, format_type(f.atttypid, NULL) AS of \
         FROM used AS u JOIN pg_type AS t ON t.oid = u.oid LEFT JOIN pg_attribute AS f ON t.typtype = 'c' \
         AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped WHERE t.typtype IN ('c', 'e', 'd') \
         ORDER BY t.oid, f.attnum"
    )
}

/// One row per check of a domain and column that has it, those of domains below domains and of elements of arrays among
/// them; an element's NOT NULL is one, too.
pub(super) fn domain_checks_sql(at: &str) -> String {
    format!(
        "{}, checks AS (SELECT contypid, pg_get_expr(conbin, 0) AS expression, convalidated FROM pg_constraint \
         WHERE contype = 'c' AND contypid <> 0 UNION ALL SELECT oid, 'VALUE IS NOT NULL', true FROM pg_type WHERE typtype = 'd' AND typnotnull) \
         SELECT quote_ident(a.attname) AS col, m.arrays AS arrays, c.expression AS expression, \
         CASE WHEN NOT c.convalidated THEN 'not valid' END AS own FROM made AS m JOIN checks AS c ON c.contypid = m.type \
         JOIN pg_attribute AS a ON a.attrelid = {at} AND a.attnum = m.attnum \
         WHERE m.arrays > 0 OR c.expression <> 'VALUE IS NOT NULL' ORDER BY a.attnum, m.depth, c.expression",
        types_of_columns(at)
    )
}

/// One row per constraint: `says` is what every engine can judge, `own` what only this one has.
pub(super) fn constraints_sql(at: &str) -> String {
    let names = |numbers: &str, of: &str| {
        format!(
            "(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest({numbers}) WITH ORDINALITY AS k(attnum, place) \
             JOIN pg_attribute AS a ON a.attrelid = {of} AND a.attnum = k.attnum)"
        )
    };
    format!(
        "SELECT c.contype::text AS kind, {} AS columns, CASE WHEN f.relnamespace = (SELECT o.relnamespace FROM pg_class AS o WHERE o.oid = c.conrelid) THEN f.relname::text \
         ELSE f.relnamespace::regnamespace::text || '.' || quote_ident(f.relname) END AS target, {} AS targets, \
         c.confdeltype::text AS on_delete, c.confupdtype::text AS on_update, pg_get_expr(c.conbin, c.conrelid) AS expression, \
         CASE WHEN c.contype = 'x' THEN pg_get_constraintdef(c.oid) END AS definition, \
         concat_ws(' ', CASE WHEN to_jsonb(i) ->> 'indnullsnotdistinct' = 'true' AND c.contype = 'u' THEN 'nulls not distinct' END, \
         CASE WHEN to_jsonb(c) ->> 'conperiod' = 'true' THEN 'without overlaps' END) AS says, \
         concat_ws(', ', CASE WHEN c.confmatchtype = 'f' THEN 'match full' END, (SELECT 'sets only ' || \
         string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) FROM jsonb_array_elements_text( \
         CASE jsonb_typeof(to_jsonb(c) -> 'confdelsetcols') WHEN 'array' THEN to_jsonb(c) -> 'confdelsetcols' ELSE '[]' END) AS s \
         JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = s::int), \
         CASE WHEN c.condeferred THEN 'deferrable initially deferred' WHEN c.condeferrable THEN 'deferrable' END, \
         CASE WHEN c.connoinherit AND c.contype = 'c' THEN 'no inherit' END, CASE WHEN NOT c.convalidated THEN 'not valid' END, \
         CASE WHEN to_jsonb(c) ->> 'conenforced' = 'false' THEN 'not enforced' END) AS own \
         FROM pg_constraint AS c LEFT JOIN pg_class AS f ON f.oid = c.confrelid \
         LEFT JOIN pg_index AS i ON i.indexrelid = c.conindid AND c.contype = 'u' WHERE c.conrelid = {at} \
         AND (c.contype IN ('p', 'u', 'f', 'c', 'x') OR c.contype = 'n' AND NOT c.convalidated) ORDER BY c.contype, c.conname",
        names("c.conkey", "c.conrelid"),
        names("c.confkey", "c.confrelid")
    )
}

/// One row per index that belongs to no constraint.
pub(super) fn indexes_sql(at: &str) -> String {
    format!(
        "SELECT i.indisunique::int AS uniqueness, ARRAY(SELECT COALESCE((SELECT CASE WHEN a.attname ~ '^[[:alnum:]_]+$' THEN a.attname::text ELSE quote_ident(a.attname) END FROM pg_attribute AS a \
         WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]), pg_get_indexdef(i.indexrelid, k, true)) \
         FROM generate_series(1, i.indnkeyatts) AS k ORDER BY k) AS columns, pg_get_expr(i.indpred, i.indrelid) AS predicate, \
         CASE WHEN to_jsonb(i) ->> 'indnullsnotdistinct' = 'true' AND i.indisunique THEN 'nulls not distinct' END AS says \
         FROM pg_index AS i WHERE i.indrelid = {at} AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_constraint AS c \
         WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid) ORDER BY i.indexrelid"
    )
}
