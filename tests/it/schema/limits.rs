//! Changes after which new refuses what old took, or gives another value back: one planted per property and engine.

use super::planted::{change, every_change_is_found};

/// Catches a limit of PostgreSQL that stands elsewhere than at the column, as a domain's, and an attribute of a constraint
/// that is not compared.
#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let before = "CREATE TABLE p (id bigint PRIMARY KEY); CREATE TABLE q (id bigint PRIMARY KEY); \
                  CREATE DOMAIN positive AS integer CHECK (VALUE > 0); CREATE DOMAIN required AS integer NOT NULL; \
                  CREATE DOMAIN standard AS integer DEFAULT 7; CREATE DOMAIN plain AS integer; \
                  CREATE DOMAIN below AS positive CHECK (VALUE < 9 AND VALUE <> 5); CREATE DOMAIN code AS varchar(5) CHECK (VALUE <> 'VALUE'); \
                  CREATE DOMAIN later AS integer; ALTER DOMAIN later ADD CHECK (VALUE > 0) NOT VALID; \
                  CREATE TYPE mood AS ENUM ('a', 'b'); CREATE SCHEMA less; CREATE TYPE less.mood AS ENUM ('a'); \
                  CREATE TYPE point_of AS (x integer, y integer); CREATE TYPE less.point_of AS (x integer, y smallint);";
    let table = "CREATE TABLE {t} (id bigint PRIMARY KEY, a integer, b integer, c varchar(5), d char(5), u integer UNIQUE, \
                 v integer, f bigint, g integer, e integer CHECK (e > 1), h positive, j json, jb jsonb, tags integer[], \
                 moods mood[], at point_of, x text, k bigint, EXCLUDE (g WITH =), CONSTRAINT f_{t} FOREIGN KEY (f) REFERENCES p (id), \
                 FOREIGN KEY (k) REFERENCES p (id), FOREIGN KEY (k) REFERENCES q (id)); \
                 CREATE UNIQUE INDEX ON {t} (v);";
    let index = "CREATE UNIQUE INDEX ON {t} (v);";
    let changes = [
        change("", "", &[]),
        // What holds as much, wherever it is said.
        change("a integer", "a plain", &[]),
        change("h positive", "h integer CHECK (h > 0)", &[]),
        change("jb jsonb", "jb json", &[]),
        change("c varchar(5)", "c varchar(6)", &[]),
        // Domains, and what they are made of.
        change("a integer", "a positive", &["extra check a > 0"]),
        change(
            "a integer",
            "a below",
            &["extra check ((a)::integer < 9) AND ((a)::integer <> 5)", "extra check a > 0"],
        ),
        change("a integer", "a required", &["changed column a nullable"]),
        change("a integer", "a standard", &["changed column a default"]),
        change("c varchar(5)", "c code", &["extra check (c)::text <> 'VALUE'::text"]),
        change("h positive", "h integer", &["missing check h > 0"]),
        change("h positive", "h later", &["changed check h > 0 definition"]),
        change("tags integer[]", "tags positive[]", &["extra check each element of tags: (VALUE > 0)"]),
        change("tags integer[]", "tags required[]", &["extra check each element of tags: VALUE IS NOT NULL"]),
        change("moods mood[]", "moods less.mood[]", &["changed column moods type"]),
        change("at point_of", "at less.point_of", &["changed column at type"]),
        // Types that give another value back.
        change("c varchar(5)", "c char(5)", &["changed column c type"]),
        change("x text", "x char(5)", &["changed column x type"]),
        change("x text", "x name", &["changed column x type"]),
        change("d char(5)", "d varchar(5)", &["changed column d type"]),
        change("d char(5)", "d char(6)", &["changed column d type"]),
        change("j json", "j jsonb", &["changed column j type"]),
        // Keys.
        change("UNIQUE,", "UNIQUE NULLS NOT DISTINCT,", &["extra unique (u) nulls not distinct", "missing unique (u)"]),
        change("(v)", "(v) NULLS NOT DISTINCT", &["extra unique (v) nulls not distinct", "missing unique (v)"]),
        change("UNIQUE,", "UNIQUE DEFERRABLE,", &["changed unique (u) definition"]),
        change("KEY,", "KEY DEFERRABLE INITIALLY DEFERRED,", &["changed primary key definition"]),
        change(" EXCLUDE (g WITH =),", "", &["missing exclude USING btree (g WITH =)"]),
        change(
            "EXCLUDE (g WITH =)",
            "EXCLUDE (g WITH =) WHERE (g > 0)",
            &["extra exclude USING btree (g WITH =) WHERE ((g > 0))", "missing exclude USING btree (g WITH =)"],
        ),
        // Constraints that hold in part, later, or for no row that is there.
        change("p (id), FOREIGN", "p (id) MATCH FULL, FOREIGN", &["changed foreign key (f) definition"]),
        change("p (id), FOREIGN", "p (id) DEFERRABLE, FOREIGN", &["changed foreign key (f) definition"]),
        change(
            "p (id), FOREIGN",
            "p (id) DEFERRABLE INITIALLY DEFERRED, FOREIGN",
            &["changed foreign key (f) definition"],
        ),
        change("p (id), FOREIGN", "p (id) ON UPDATE SET DEFAULT, FOREIGN", &["changed foreign key (f) definition"]),
        change("(e > 1)", "(e > 1) NO INHERIT", &["changed check e > 1 definition"]),
        change(
            index,
            "CREATE UNIQUE INDEX ON {t} (v); ALTER TABLE {t} DROP CONSTRAINT f_{t}, ADD FOREIGN KEY (f) REFERENCES p (id) NOT VALID;",
            &["changed foreign key (f) definition"],
        ),
        change(
            index,
            "CREATE UNIQUE INDEX ON {t} (v); ALTER TABLE {t} DROP CONSTRAINT {t}_e_check, ADD CHECK (e > 1) NOT VALID;",
            &["changed check e > 1 definition"],
        ),
        // Two foreign keys of one column.
        change(", FOREIGN KEY (k) REFERENCES p (id)", "", &["changed foreign key (k) definition"]),
        change(", FOREIGN KEY (k) REFERENCES q (id)", "", &["changed foreign key (k) definition"]),
    ];
    every_change_is_found("postgres", "schema_limits", before, table, &changes).await;
}

/// Catches the same in MySQL and MariaDB: signs, padding, character sets, and what is written when a row changes.
#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    let before = "CREATE TABLE p (id bigint PRIMARY KEY);";
    let table = "CREATE TABLE {t} (id bigint PRIMARY KEY, n decimal(10,2), d double, i int unsigned, y year, s smallint unsigned, \
                 v varchar(10), c char(10), l varchar(10) CHARACTER SET latin1, e enum('a','b'), b binary(4), w varbinary(4), \
                 tiny tinytext, big text, ts timestamp(3) NULL, at datetime(3), f bigint, k bigint, \
                 FOREIGN KEY (f) REFERENCES p (id)) CHARACTER SET utf8mb4;";
    let changes = [
        change("", "", &[]),
        // What holds as much.
        change("i int unsigned", "i decimal(10,0) unsigned", &[]),
        change("y year", "y smallint", &[]),
        change("c char(10)", "c varchar(10)", &[]),
        change("c char(10)", "c char(11)", &[]),
        change("CHARACTER SET latin1", "CHARACTER SET utf8mb3", &[]),
        change("b binary(4)", "b varbinary(4)", &[]),
        change("tiny tinytext", "tiny varchar(255)", &[]),
        change("v varchar(10)", "v tinytext", &[]),
        change("e enum('a','b')", "e char(1) CHARACTER SET ascii", &[]),
        // Signs and ranges.
        change("n decimal(10,2)", "n decimal(10,2) unsigned", &["changed column n type"]),
        change("d double", "d double unsigned", &["changed column d type"]),
        change("i int unsigned", "i int", &["changed column i type"]),
        change("s smallint unsigned", "s year", &["changed column s type"]),
        // Text that loses its blanks, its characters or its end, and bytes that become more.
        change("v varchar(10)", "v char(10)", &["changed column v type"]),
        change("v varchar(10)", "v varchar(10) CHARACTER SET latin1", &["changed column v type"]),
        change("v varchar(10)", "v varchar(10) CHARACTER SET utf8mb3", &["changed column v type"]),
        change("v varchar(10)", "v varchar(10) CHARACTER SET ascii", &["changed column v type"]),
        change("CHARACTER SET latin1", "CHARACTER SET latin2", &["changed column l type"]),
        change("tiny tinytext", "tiny varchar(254)", &["changed column tiny type"]),
        change("big text", "big varchar(16000)", &["changed column big type"]),
        change("b binary(4)", "b binary(5)", &["changed column b type"]),
        change("b binary(4)", "b varbinary(3)", &["changed column b type"]),
        change("w varbinary(4)", "w binary(4)", &["changed column w type"]),
        // Moments that change by themselves.
        change(
            "ts timestamp(3) NULL",
            "ts timestamp(3) NULL ON UPDATE CURRENT_TIMESTAMP(3)",
            &["changed column ts default"],
        ),
        change("at datetime(3)", "at datetime(3) ON UPDATE CURRENT_TIMESTAMP(3)", &["changed column at default"]),
        change("REFERENCES p (id)", "REFERENCES p (id) ON UPDATE CASCADE", &["changed foreign key (f) definition"]),
    ];
    every_change_is_found("mysql", "schema_limits", before, table, &changes).await;
}

/// Catches the same in ClickHouse: constraints, projections, fixed lengths, and the years that a type of moments has.
#[tokio::test(flavor = "multi_thread")]
async fn clickhouse() {
    let table = "CREATE TABLE {t} (id UInt64, `constraint` String DEFAULT 'CONSTRAINT c CHECK (', n Int32, f FixedString(4), day Date, \
                 at DateTime64(3), moment DateTime, CONSTRAINT one CHECK id > 0, CONSTRAINT two ASSUME n > 0, \
                 PROJECTION p (SELECT n, count() GROUP BY n)) ENGINE = MergeTree ORDER BY id";
    let changes = [
        change("", "", &[]),
        change("CONSTRAINT one", "CONSTRAINT three", &[]),
        change("day Date", "day Date32", &[]),
        change("moment DateTime", "moment DateTime64(0)", &[]),
        change("id > 0", "id > 1", &["extra check id > 1", "missing check id > 0"]),
        change(" CONSTRAINT one CHECK id > 0,", "", &["missing check id > 0"]),
        change("two ASSUME", "two CHECK", &["extra check n > 0", "missing check assume n > 0"]),
        change(" CONSTRAINT two ASSUME n > 0,", "", &["missing check assume n > 0"]),
        change(
            "SELECT n, count()",
            "SELECT n, sum(id)",
            &["extra projection (SELECT n, sum(id) GROUP BY n)", "missing projection (SELECT n, count() GROUP BY n)"],
        ),
        change(
            ", PROJECTION p (SELECT n, count() GROUP BY n)",
            "",
            &["missing projection (SELECT n, count() GROUP BY n)"],
        ),
        change("FixedString(4)", "FixedString(5)", &["changed column f type"]),
        change("FixedString(4)", "String", &["changed column f type"]),
        change("DateTime64(3)", "DateTime64(9)", &["changed column at type"]),
        change("DateTime64(3)", "DateTime", &["changed column at type"]),
    ];
    every_change_is_found("clickhouse", "schema_limits", "SELECT 1", table, &changes).await;
}

/// Catches the same in SQLite, whose catalogue has some of it in the text of statements only.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let table = "CREATE TABLE {t} (id INTEGER PRIMARY KEY, a INT, \"b as (1)\" TEXT, h TEXT DEFAULT ('x' || ','), \
                 g INT GENERATED ALWAYS AS (a + (1)) STORED, [v] INT AS (a * 2)); CREATE INDEX {t}_p ON {t} (a) WHERE h IS NOT NULL; \
                 CREATE INDEX {t}_e ON {t} (lower(h), a); CREATE UNIQUE INDEX {t}_u ON {t} (a, substr(h, 1, 2)) WHERE a > 5;";
    let changes = [
        change("", "", &[]),
        change("(a + (1))", "(a  +  (1))", &[]),
        change("WHERE h IS", "WHERE  h\n IS", &[]),
        change("(a + (1))", "(a + (2))", &["changed column g default"]),
        change("(a * 2)", "(a * 3)", &["changed column v default"]),
        change("IS NOT NULL", "IS NULL", &["extra index (a) where h IS NULL", "missing index (a) where h IS NOT NULL"]),
        change(" WHERE h IS NOT NULL", "", &["extra index (a)", "missing index (a) where h IS NOT NULL"]),
        change("lower(h)", "upper(h)", &["extra index (upper(h), a)", "missing index (lower(h), a)"]),
        change(
            "WHERE a > 5",
            "WHERE a > 6",
            &["extra unique (a, substr(h, 1, 2)) where a > 6", "missing unique (a, substr(h, 1, 2)) where a > 5"],
        ),
        change(
            "1, 2)",
            "1, 3)",
            &["extra unique (a, substr(h, 1, 3)) where a > 5", "missing unique (a, substr(h, 1, 2)) where a > 5"],
        ),
    ];
    every_change_is_found("sqlite", "schema_limits", "SELECT 1;", table, &changes).await;
}
