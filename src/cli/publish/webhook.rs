//! Posts notifications: a URL that nothing can print, and one request to it.
//!
//! Such a URL is a secret as a whole, because its path is what lets anybody post. So only scheme and host are ever shown,
//! an answer's text is not (servers repeat the path in it), and no redirect is followed.

use std::error::Error as _;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::super::args::WebhookText;
use crate::secret;
use crate::source::network_refusal;
use crate::suite::{SourceSpecError, expanded};

/// Time allowed for a notification, from the connection to the end of the answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Characters of a path's part from which on it may be a token; `services` and `webhook` are none.
const TOKEN: usize = 9;

/// A URL that can be posted to. `Display` and `Debug` show scheme and host.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Webhook(Url);

/// Why nothing was posted. Never holds the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebhookError {
    /// A variable is not set.
    #[error("the variable {0} is not set; export it, or write ${{{0}:-default}}")]
    Unset(String),
    /// A file that the URL takes a part from, and why it is not read.
    #[error("the file {0} of the URL cannot be read: {1}; check the path, which starts where cutover does")]
    File(String, String),
    /// `${` without its end, or with an impossible name.
    #[error("the URL has a `${{` that names no variable; write ${{NAME}}, ${{NAME:-default}} or ${{file:PATH}}")]
    Malformed,
    /// Not a URL that can be posted to.
    #[error("the URL cannot be read; give the whole address of a webhook, beginning with https://")]
    NotHttp,
    /// No answer in time.
    #[error("{place} did not answer within {} s; nothing was posted", PATIENCE.as_secs())]
    Slow {
        /// Scheme and host.
        place: String,
    },
    /// No connection, or one that broke.
    #[error("{place} cannot be reached: {cause}; check the host, the network, and HTTPS_PROXY where there is a proxy")]
    Unreachable {
        /// Scheme and host.
        place: String,
        /// What the system said.
        cause: String,
    },
    /// An answer that sends the message elsewhere.
    #[error(
        "{place} answered {status}, which sends the message elsewhere and is not followed; give the address it leads to"
    )]
    Redirect {
        /// Scheme and host.
        place: String,
        /// The HTTP status.
        status: u16,
    },
    /// Any other answer than success.
    #[error("{place} answered {status}; check that the webhook still exists and takes JSON with a `text`")]
    Refused {
        /// Scheme and host.
        place: String,
        /// The HTTP status.
        status: u16,
    },
}

impl Webhook {
    /// Expands the variables and files of `text` and checks that it can be posted to.
    pub(crate) fn new(text: &WebhookText, variables: impl Fn(&str) -> Option<String>) -> Result<Webhook, WebhookError> {
        let (url, _) = expanded(&text.0, Path::new(""), variables).map_err(|error| match error {
            SourceSpecError::Unset(name) => WebhookError::Unset(name),
            SourceSpecError::File(path, why) => WebhookError::File(path, why),
            SourceSpecError::Malformed => WebhookError::Malformed,
            SourceSpecError::Url(_) => WebhookError::NotHttp,
        })?;
        let url = url.trim();
        secret::keep(url);
        // A token with a `/` of its own would be the host, which is shown.
        let odd = url.split_once("://").and_then(|(_, rest)| network_refusal(rest));
        let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = parsed.filter(|_| odd.is_none()).ok_or(WebhookError::NotHttp)?;
        // Its path is what lets anybody post, and every longer part of it may be the token.
        let parts = url.path_segments().into_iter().flatten().filter(|part| part.len() >= TOKEN);
        let values = url.query().unwrap_or_default().split('&').filter_map(|pair| Some(pair.split_once('=')?.1));
        let whole = [url.path(), url.query().unwrap_or_default(), url.password().unwrap_or_default()];
        whole.into_iter().chain(parts).chain(values).filter(|one| one.len() > 1).for_each(secret::keep);
        Ok(Webhook(url))
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Webhook {
    /// Posts `text` as Slack takes it: JSON with one field. Any answer but success is an error.
    pub(crate) async fn post(&self, text: &str) -> Result<(), WebhookError> {
        let failed = |error: reqwest::Error| match error.is_timeout() {
            true => WebhookError::Slow { place: self.to_string() },
            false => WebhookError::Unreachable { place: self.to_string(), cause: innermost(&error) },
        };
        let agent = concat!("cutover/", env!("CARGO_PKG_VERSION"));
        let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).user_agent(agent);
        let client = client.build().map_err(failed)?;
        let body = serde_json::json!({ "text": text }).to_string();
        let request = client.post(self.0.clone()).header("content-type", "application/json").body(body);
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let place = self.to_string();
        if status.is_success() {
            Ok(())
        } else if status.is_redirection() {
            Err(WebhookError::Redirect { place, status: status.as_u16() })
        } else {
            Err(WebhookError::Refused { place, status: status.as_u16() })
        }
    }
}

/// The first cause of all: what the system or TLS said. Those above it may hold the URL.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| "the request could not be made".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(text: &str) -> Result<Webhook, WebhookError> {
        let variables = |name: &str| (name == "TOKEN").then(|| "T0/B0/s3cret".to_owned());
        Webhook::new(&WebhookText(text.to_owned()), variables)
    }

    #[test]
    fn only_scheme_and_host_can_be_shown() {
        for text in [
            "https://hooks.slack.com/services/${TOKEN}",
            "https://user:s3cret@hooks.slack.com:8443/s3cret?key=s3cret",
            " https://hooks.slack.com/services/T0/B0/s3cret\n",
        ] {
            let url = webhook(text).unwrap();
            assert_eq!(format!("{url} {url:?}"), "https://hooks.slack.com https://hooks.slack.com");
        }
        assert!(!format!("{:?}", WebhookText("https://h/s3cret".to_owned())).contains("s3cret"));
    }

    #[test]
    fn what_is_no_webhook_says_so_without_repeating_it() {
        for text in [
            "T0/B0/s3cret",
            "slack://s3cret@channel",
            "https://",
            "file:///s3cret",
            "https://h:s3cret/x",
            "",
            "https://a/s3cret@h",
            "https://s3cret#@h/x",
            "https://h/x#s3cret",
        ] {
            assert_eq!(webhook(text), Err(WebhookError::NotHttp), "{text}");
        }
        assert_eq!(webhook("https://h/${GONE}"), Err(WebhookError::Unset("GONE".to_owned())));
        assert_eq!(webhook("https://h/${s3cret-"), Err(WebhookError::Malformed));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hook");
        let named = format!("${{file:{}}}", file.display());
        assert!(matches!(webhook(&named), Err(WebhookError::File(path, _)) if Path::new(&path) == file));
        std::fs::write(&file, "https://hooks.example/services/T0/B0/x\n").unwrap();
        assert_eq!(webhook(&named).map(|url| url.0.path().to_owned()), Ok("/services/T0/B0/x".to_owned()));
    }
}
