//! Where a source is: a server by its URL, or a path.

use std::path::PathBuf;

use url::Url;

/// Where a source is, password and all. Has no `Debug` for that.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A server.
    Server(Url),
    /// A file or folder, resolved against the folder of the suite.
    Path(PathBuf),
}
