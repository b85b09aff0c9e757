//! Objects of S3, Google Cloud Storage, Azure and web servers, read where they lie: of Parquet only what a query needs.

mod grouped;
mod open;
mod pinned;
mod profile;

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::execution::object_store::ObjectStoreUrl;
use futures::TryStreamExt;
use object_store::path::{Path, PathPart};
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::parameters::{Parameter, Parameters, shown};
use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::format;
use super::lake::{Keeper, LOGS, Lake, Root};
use super::object::Object;
use super::tables::{AMONG, Contents, ENDINGS, Tables};
pub(super) use pinned::Pinned;

/// The schemes, as they are listed for people.
pub(super) const SCHEMES: &[&str] = &["s3", "gs", "az", "https"];

/// Other schemes that are read.
pub(super) const ALIASES: &[&str] = &["s3a", "gcs", "azure", "abfs", "abfss", "http"];

/// What may stand behind the `?`.
pub(super) static PARAMETERS: Parameters = Parameters {
    known: &[
        shown(&["region"]),
        shown(&["endpoint"]),
        Parameter { names: &["anonymous"], values: &["true", "false"], shown: true },
    ],
    elsewhere: &[(
        &[
            "accesskeyid",
            "secretaccesskey",
            "awsaccesskeyid",
            "awssecretaccesskey",
            "token",
            "sastoken",
            "accountkey",
            "key",
        ],
        "give it in the environment variable that the store's own tools read, such as AWS_SECRET_ACCESS_KEY",
    )],
    ..Parameters::NONE
};

/// A place in a store: an object, a folder, or a pattern.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    store: Arc<dyn ObjectStore>,
    store_url: ObjectStoreUrl,
    /// What stands before every object's place where people read it.
    root: String,
    /// The path behind the bucket, decoded, without slashes around it.
    path: String,
    /// Whether the store can list what it holds.
    lists: bool,
    encrypted: bool,
    identity: String,
}

/// The objects of a place as they are now, and the store that holds on to them.
pub(super) struct Listed {
    pub(super) tables: Tables,
    pub(super) store_url: Url,
    pub(super) store: Arc<dyn ObjectStore>,
}

impl Objects {
    /// Names the place at `url`; credentials are those that the environment has for its store.
    ///
    /// # Errors
    /// A URL or an environment that says too little.
    pub(super) fn open(url: &Url) -> Result<Objects, Error> {
        let unfit = |what: String| Error::new(ErrorCode::SourceUnfit, what);
        let path = decoded(url.path()).ok_or_else(|| unfit("the path is not UTF-8".to_owned()))?;
        let opened = open::open(url).map_err(unfit)?;
        let root = &url[..url::Position::BeforePath];
        let store_url = ObjectStoreUrl::parse(format!("{}://{}", url.scheme(), url.authority()));
        Ok(Objects {
            store: opened.store,
            store_url: store_url.map_err(|cause| unfit(cause.to_string()))?,
            root: root.to_owned(),
            path: path.trim_matches('/').to_owned(),
            lists: opened.lists,
            encrypted: opened.encrypted,
            identity: opened.identity,
        })
    }

    /// Returns where the store is and who asks it, without what is secret.
    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// Returns whether what is read is encrypted on its way, and the host verified.
    pub(super) fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Lists the tables at the place. What they hold is read as it is at this moment, or not at all.
    ///
    /// # Errors
    /// A store that is away or refuses, nothing at the place, and what [`tables`](super::tables::tables) refuses of folders.
    pub(super) async fn list(&self) -> Result<Listed, Error> {
        let found = self.found().await?;
        let objects = found.values().flat_map(|group| &group.objects);
        let pinned: Arc<dyn ObjectStore> = Arc::new(Pinned::new(self.store.clone(), &self.root, objects));
        // What a log names is not looked for before.
        let logged: Arc<dyn ObjectStore> = Arc::new(Pinned::learning(self.store.clone(), &self.root));
        let above = grouped::above(&self.path);
        let file = |meta: ObjectMeta| {
            let path = PathBuf::from(format!("{}/{}", self.root, meta.location));
            let depth = meta.location.parts().count().saturating_sub(above + 1);
            DataFile::object(path, Object { store: pinned.clone(), store_url: self.store_url.clone(), meta })
                .within(depth)
        };
        let table = |(name, group): (String, grouped::Group)| {
            if let Some(grouped::Logged { keeper, folder, metadata }) = group.lake {
                let root = Root::stored(logged.clone(), &self.root, folder);
                let root =
                    root.map_err(|cause| Error::new(ErrorCode::SourceUnfit, format!("{}: {cause}", self.root)))?;
                return Ok((name, Contents::Lake(Lake { keeper, root, metadata })));
            }
            let mut files: Vec<DataFile> = group.objects.into_iter().map(file).collect();
            if let Some(first) = files.first_mut() {
                let unread = group.unread.map(|path| PathBuf::from(format!("{}/{path}", self.root)));
                *first = first.clone().beside(unread);
            }
            Ok((name, Contents::Files(files)))
        };
        let tables = found.into_iter().map(table).collect::<Result<Tables, Error>>()?;
        let store_url: &Url = self.store_url.as_ref();
        Ok(Listed { tables, store_url: store_url.clone(), store: pinned })
    }

    async fn found(&self) -> Result<grouped::Grouped, Error> {
        let shown = || format!("{}/{}", self.root, self.path);
        let refused = |cause: object_store::Error| {
            let message = format!("{} cannot be read: {}", shown(), told(&cause));
            Error::new(ErrorCode::Connection, message)
        };
        let absent = |what: &str| Error::new(ErrorCode::SourceMissing, format!("{} {what}; check the path", shown()));
        let place = Path::parse(&self.path).map_err(|cause| absent(&format!("is no place of an object: {cause}")))?;
        let is_pattern = grouped::is_pattern(&self.path);
        if !is_pattern && format::of(self.path.as_ref()).is_some() {
            match self.store.head(&place).await {
                Ok(meta) => return Ok(grouped::one(meta)),
                // A folder may have such a name as well.
                Err(object_store::Error::NotFound { .. }) if self.lists => {}
                Err(object_store::Error::NotFound { .. }) => return Err(absent("is not there")),
                Err(cause) => return Err(refused(cause)),
            }
        }
        if let Some((folder, metadata)) = Keeper::named_by(&self.path) {
            self.store.head(&place).await.map_err(refused)?;
            let folder = Path::parse(folder).map_err(|cause| absent(&format!("is no place of a table: {cause}")))?;
            let name = folder.filename().ok_or_else(|| absent("gives its table no name"))?.to_owned();
            let logged = grouped::Logged { keeper: Keeper::Iceberg, folder, metadata: Some(metadata.to_owned()) };
            let group = grouped::Group { lake: Some(logged), ..grouped::Group::default() };
            return Ok(grouped::Grouped::from([(name, group)]));
        }
        if !self.lists {
            return Err(absent(&format!(
                "is no {ENDINGS}, and a web server does not list its files; name one file (ClickHouse is clickhouses://)"
            )));
        }
        let prefix = if is_pattern { grouped::folder(&self.path) } else { self.path.as_str() };
        let prefix = Path::parse(prefix).map_err(|cause| absent(&format!("is no place of an object: {cause}")))?;
        if !is_pattern && let Some(keeper) = self.keeper(&prefix).await.map_err(refused)? {
            let name = prefix.filename().ok_or_else(|| absent("gives its table no name"))?.to_owned();
            let group = grouped::Group {
                lake: Some(grouped::Logged { keeper, folder: prefix.clone(), metadata: None }),
                ..grouped::Group::default()
            };
            return Ok(grouped::Grouped::from([(name, group)]));
        }
        let mut above = if is_pattern { Some(prefix.clone()) } else { parent(&prefix) };
        while let Some(folder) = above {
            // Who may read a folder may be unable to look above it.
            if matches!(self.keeper(&folder).await, Ok(Some(_))) {
                return Err(Error::new(ErrorCode::SourceUnfit, format!("{}/{folder} {AMONG}", self.root)));
            }
            above = parent(&folder);
        }
        let all: Vec<ObjectMeta> = self.store.list(Some(&prefix)).try_collect().await.map_err(refused)?;
        let grouped = if is_pattern { grouped::matching(all, &self.path) } else { grouped::below(all, &prefix) };
        let grouped = grouped.map_err(|what| absent(&what))?;
        if grouped.is_empty() { Err(absent(&format!("holds no {ENDINGS}"))) } else { Ok(grouped) }
    }

    /// Whose log a folder has, if any.
    async fn keeper(&self, folder: &Path) -> object_store::Result<Option<Keeper>> {
        for log in LOGS {
            let inside: Path = folder.parts().chain([PathPart::from(log)]).collect();
            let mut objects = self.store.list(Some(&inside));
            let mut looked = 0;
            while let (Some(meta), true) = (objects.try_next().await?, looked < LOOKED) {
                looked += 1;
                let parts: Vec<_> = meta.location.prefix_match(folder).into_iter().flatten().collect();
                if let Some(keeper) = Keeper::of(&parts) {
                    return Ok(Some(keeper));
                }
            }
        }
        Ok(None)
    }
}

/// Objects in the place of a log that are looked at.
const LOOKED: usize = 1000;

/// The folder above; absent above the first.
fn parent(folder: &Path) -> Option<Path> {
    let parts: Vec<_> = folder.parts().collect();
    (parts.len() > 1).then(|| parts[..parts.len() - 1].iter().cloned().collect())
}

/// Returns the path of a URL as its store knows it.
pub(super) fn decoded(path: &str) -> Option<String> {
    percent_decode_str(path).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// What a store said, with what helps.
fn told(cause: &object_store::Error) -> String {
    use object_store::Error as Cause;
    let said = root(cause);
    let hint = match cause {
        Cause::PermissionDenied { .. } | Cause::Unauthenticated { .. } => {
            "; give an account that may list and read, by the environment that the store's own tools read"
        }
        _ => "; check the endpoint and the bucket",
    };
    format!("{}{hint}", without_markup(&said))
}

/// The innermost cause, which is the one that says what happened.
fn root(cause: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(cause), |cause| cause.source()).last().unwrap_or(cause).to_string()
}

/// What the XML says that stores answer with.
fn without_markup(said: &str) -> String {
    let said = said.trim().trim_end_matches(':');
    let Some((before, document)) = said.split_once("<?xml") else { return said.to_owned() };
    let message = document.split_once("<Message>").and_then(|(_, rest)| rest.split_once("</Message>"));
    let before = before.trim().trim_end_matches(':');
    message.map_or_else(|| before.to_owned(), |(message, _)| format!("{before}: {}", message.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_quoted_in_its_own_words() {
        let answer = "Server returned non-2xx status code: 404 Not Found: <?xml version=\"1.0\"?>\n<Error><Code>NoSuchBucket\
                      </Code><Message>The specified bucket does not exist</Message></Error>";
        let told = "Server returned non-2xx status code: 404 Not Found: The specified bucket does not exist";
        assert_eq!(without_markup(answer), told);
        assert_eq!(
            without_markup("Server returned non-2xx status code: 403 Forbidden: "),
            "Server returned non-2xx status code: 403 Forbidden"
        );
    }
}
