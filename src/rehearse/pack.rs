//! A pack's rehearsal as files: which there are, what they create, and their SQL with its placeholders filled in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::Side;
use crate::source::Dialect;
use crate::spec::check::{ParamValue, Template};

/// The `rehearsal/` folder of a pack.
#[derive(Clone, Debug)]
pub(crate) struct Pack {
    /// Folder of the pack.
    pub folder: PathBuf,
    /// What goes with it.
    pub settings: PackSettings,
    files: BTreeMap<String, String>,
}

/// What goes with a rehearsal: `rehearsal/rehearsal.toml`, all of which may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PackSettings {
    /// About how many rows the main old table gets unless the command line says so.
    pub rows: Option<u64>,
    /// Tags of the checks that are made for its data; none means all.
    pub tags: Vec<String>,
    /// Params of a run on its data, as after `--param`.
    pub params: BTreeMap<String, String>,
}

/// A defect that can be planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Defect {
    /// Its name.
    pub name: String,
    /// What happened in real life, from the comment that opens its file.
    pub story: String,
}

/// Why a pack cannot be rehearsed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackError {
    /// There is no such pack.
    #[error(
        "there is no rehearsal in {}; name a folder that holds rehearsal/old.schema.sql, or a pack below checks/", .0.display()
    )]
    Absent(PathBuf),
    /// A file cannot be read.
    #[error("{} cannot be read: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Its settings cannot be used.
    #[error("{}: {why}", .path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What it builds cannot be taken away again.
    #[error("there is no {file} in {}; write what drops all that the rehearsal makes, each with IF EXISTS", .folder.display())]
    NoClear {
        /// The file that is not there.
        file: String,
        /// Where it should be.
        folder: PathBuf,
    },
    /// A file has a placeholder that is none.
    #[error("{file}: {why}")]
    Template {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is no such defect.
    #[error("the pack has no defect `{name}`{}; it has {known}", .nearest.as_ref().map_or(String::new(), |near| format!(" (did you mean `{near}`?)")))]
    NoDefect {
        /// The name that was given.
        name: String,
        /// All names.
        known: String,
        /// The nearest of them.
        nearest: Option<String>,
    },
}

impl Pack {
    /// The pack at `name`: a folder, or one below `checks/`.
    pub(crate) fn find(name: &str) -> Result<Pack, PackError> {
        let given = PathBuf::from(name);
        let folder = if given.join("rehearsal").is_dir() { given } else { Path::new("checks").join(name) };
        let inside = folder.join("rehearsal");
        if !inside.join("old.schema.sql").is_file() {
            return Err(PackError::Absent(inside));
        }
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&inside).max_depth(2).sort_by_file_name() {
            let path = match entry {
                Ok(entry) => entry.into_path(),
                Err(cause) => return Err(PackError::Unreadable { path: inside, cause: cause.into() }),
            };
            if path.extension().is_some_and(|end| end == "sql") {
                let text = crate::fs::input::text(&path)
                    .map_err(|cause| PackError::Unreadable { path: path.clone(), cause })?;
                let name = path.strip_prefix(&inside).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.insert(name, text);
            }
        }
        let settings = settings(&inside.join("rehearsal.toml"))?;
        Ok(Pack { folder, settings, files })
    }

    /// The file that takes away all that a rehearsal makes. A pack that makes other things for one of `variants` needs one
    /// for that as well.
    pub(super) fn clear(&self, variants: &[String]) -> Result<String, PackError> {
        let own = variants
            .iter()
            .find(|variant| self.files.keys().any(|file| file.ends_with(&format!("schema.{variant}.sql"))));
        let file = own.map_or("clear.sql".to_owned(), |variant| format!("clear.{variant}.sql"));
        if self.files.contains_key(&file) {
            return Ok(file);
        }
        Err(PackError::NoClear { file, folder: self.folder.join("rehearsal") })
    }

    /// The file `stem.sql`, or `stem.<variant>.sql` for the first variant there is one for.
    pub(super) fn file(&self, stem: &str, variants: &[String]) -> Option<String> {
        let own = variants.iter().map(|variant| format!("{stem}.{variant}.sql"));
        own.chain([format!("{stem}.sql")]).find(|file| self.files.contains_key(file))
    }

    /// Every defect, by name.
    pub(crate) fn defects(&self) -> Vec<Defect> {
        let mut defects: Vec<Defect> = Vec::new();
        for (file, text) in &self.files {
            let Some((name, _)) = defect(file) else { continue };
            let comment = text.lines().map_while(|line| line.strip_prefix("--")).map(str::trim);
            let story = comment.collect::<Vec<_>>().join(" ");
            if defects.last().is_none_or(|last| last.name != name) {
                defects.push(Defect { name: name.to_owned(), story });
            }
        }
        defects
    }

    /// Sides on which the defect `name` is planted, each with the stem of its file.
    pub(crate) fn planted(&self, name: Option<&str>) -> Result<Vec<(Side, String)>, PackError> {
        let Some(name) = name else { return Ok(Vec::new()) };
        let files = self.files.keys().filter_map(|file| Some((file, defect(file)?)));
        let found: Vec<(Side, String)> = files
            .filter(|(_, (of, _))| *of == name)
            .map(|(file, (_, side))| (side, file.trim_end_matches(".sql").to_owned()))
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let known: Vec<String> = self.defects().into_iter().map(|defect| defect.name).collect();
        let score = |one: &&String| (strsim::jaro_winkler(one, name) * 1000.0) as u32;
        let nearest = known.iter().max_by_key(score).filter(|one| score(one) > 800).cloned();
        Err(PackError::NoDefect { name: name.to_owned(), known: known.join(", "), nearest })
    }

    /// Names of the tables and views that `stem.sql` creates, in order.
    pub(super) fn creates(&self, stem: &str) -> Vec<String> {
        let text = self.files.get(&format!("{stem}.sql")).map_or("", String::as_str);
        let code: String = text.lines().map(|line| line.split("--").next().unwrap_or("")).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = code.split(|c: char| c.is_whitespace() || c == '(').filter(|w| !w.is_empty()).collect();
        let mut names: Vec<String> = Vec::new();
        for at in (0..words.len()).filter(|at| words[*at].eq_ignore_ascii_case("create")) {
            let is = |offset: usize, word: &str| words.get(at + offset).is_some_and(|w| w.eq_ignore_ascii_case(word));
            let skip = usize::from(is(1, "materialized") || is(1, "unlogged"));
            if !is(1 + skip, "table") && !is(1 + skip, "view") {
                continue;
            }
            let exists = if is(2 + skip, "if") { 3 } else { 0 };
            let name =
                words.get(at + 2 + skip + exists).map(|name| name.trim_matches(|c| c == ';' || c == '"' || c == '`'));
            if let Some(name) = name.filter(|name| !name.is_empty() && !names.iter().any(|one| one == name)) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// The SQL of `file` in `dialect`.
    pub(super) fn render(&self, file: &str, dialect: &dyn Dialect, rows: u64, seed: u64) -> Result<String, PackError> {
        let failed = |why: String| PackError::Template { file: file.to_owned(), why };
        let text = self.files.get(file).ok_or_else(|| failed("it is not there".to_owned()))?;
        let params = BTreeMap::from([
            ("rows".to_owned(), ParamValue::Integer(rows.into())),
            ("seed".to_owned(), ParamValue::Integer(seed.into())),
        ]);
        let template = Template::parse(text, Some(dialect)).map_err(|error| failed(error.message))?;
        template.render(dialect, &params).map_err(|error| failed(error.message))
    }
}

/// Reads the settings at `path`; those of a pack without any are empty.
fn settings(path: &Path) -> Result<PackSettings, PackError> {
    if !path.exists() {
        return Ok(PackSettings::default());
    }
    let text = crate::fs::input::text(path).map_err(|cause| PackError::Unreadable { path: path.to_owned(), cause })?;
    toml::from_str(&text)
        .map_err(|error| PackError::Settings { path: path.to_owned(), why: error.message().to_owned() })
}

/// Name and side of a file `defects/NAME.SIDE.sql`; its variants stand for it, and are none of their own.
fn defect(file: &str) -> Option<(&str, Side)> {
    let (name, at) = file.strip_prefix("defects/")?.strip_suffix(".sql")?.split_once('.')?;
    Some((name, Side::named(at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(files: &[(&str, &str)]) -> Pack {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Pack { folder: PathBuf::new(), settings: PackSettings::default(), files }
    }

    /// Catches a table that is made unseen, and so would be made over another.
    #[test]
    fn what_a_schema_creates_is_read_from_it() {
        let schema = "-- CREATE TABLE not_this (x int);\nCREATE TABLE a (x int);\ncreate table if not exists b(\n y int);\n\
                      CREATE MATERIALIZED VIEW c AS SELECT 1; CREATE VIEW \"d\" AS SELECT 1; CREATE INDEX i ON a (x);";
        assert_eq!(pack(&[("old.schema.sql", schema)]).creates("old.schema"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_defect_is_named_by_its_file_and_told_by_its_comment() {
        let pack = pack(&[
            ("defects/lost_tags.new.sql", "-- tags were\n-- lost\nDELETE FROM t;"),
            ("defects/twice.old.sql", "-- one\nSELECT 1;"),
            ("defects/twice.new.sql", "-- two\nSELECT 2;"),
            ("defects/twice.new.timescaledb.sql", "-- otherwise\nSELECT 3;"),
        ]);
        let names: Vec<(String, String)> = pack.defects().into_iter().map(|d| (d.name, d.story)).collect();
        assert_eq!(names, [("lost_tags".into(), "tags were lost".into()), ("twice".into(), "two".into())]);
        let stem = |side: &str| format!("defects/twice.{side}");
        assert_eq!(pack.planted(Some("twice")).unwrap(), [(Side::New, stem("new")), (Side::Old, stem("old"))]);
        let on = |extension: &str| pack.file(&stem("new"), &[extension.to_owned()]).unwrap();
        assert_eq!((on("timescaledb"), on("postgis")), (stem("new.timescaledb") + ".sql", stem("new") + ".sql"));
        let error = pack.planted(Some("lost_tag")).unwrap_err().to_string();
        assert!(error.contains("did you mean `lost_tags`"), "{error}");
    }
}
