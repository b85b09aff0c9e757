//! Profiles of AWS's own tools: the keys in `~/.aws/credentials` and `~/.aws/config`.

use std::path::PathBuf;

use ini::{Ini, Properties};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Key};

/// Adds the keys, the region and the endpoint of the profile that `AWS_PROFILE` names, or of the default one, where the
/// environment itself has no credentials.
///
/// # Errors
/// A profile that is named and absent, files that cannot be read, and a profile whose keys another program makes.
pub(super) fn applied(builder: AmazonS3Builder) -> Result<AmazonS3Builder, String> {
    let given = [Key::AccessKeyId, Key::WebIdentityTokenFile, Key::ContainerCredentialsRelativeUri];
    let given =
        given.into_iter().chain([Key::ContainerCredentialsFullUri]).any(|key| builder.get_config_value(&key).is_some());
    if given {
        return Ok(builder);
    }
    let named = std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    let files = [("AWS_SHARED_CREDENTIALS_FILE", "credentials"), ("AWS_CONFIG_FILE", "config")];
    let mut read = Vec::with_capacity(2);
    for (variable, name) in files {
        let Some(path) = path(variable, name).filter(|path| path.is_file()) else { continue };
        let unreadable = |cause: &dyn std::fmt::Display| format!("{} cannot be read: {cause}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|cause| unreadable(&cause))?;
        // The cause could repeat a line that holds a key.
        read.push(
            Ini::load_from_str(&text)
                .map_err(|cause| unreadable(&format_args!("line {} is none of an INI file", cause.line)))?,
        );
    }
    with(builder, &read, named.as_deref())
}

fn path(variable: &str, name: &str) -> Option<PathBuf> {
    let given = std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
    given.or_else(|| Some(std::env::home_dir()?.join(".aws").join(name)))
}

/// The same, from files that were read.
fn with(mut builder: AmazonS3Builder, files: &[Ini], named: Option<&str>) -> Result<AmazonS3Builder, String> {
    let name = named.unwrap_or("default");
    let sections: Vec<&Properties> = files
        .iter()
        .flat_map(|file| [file.section(Some(name)), file.section(Some(format!("profile {name}")))])
        .flatten()
        .collect();
    let value = |key: &str| sections.iter().find_map(|section| section.get(key)).map(str::to_owned);
    match (named, sections.is_empty()) {
        (Some(named), true) => {
            return Err(format!("AWS_PROFILE names the profile `{named}`, which stands in no file below ~/.aws"));
        }
        (None, true) => return Ok(builder),
        (_, false) => {}
    }
    let made = ["sso_session", "sso_start_url", "credential_process", "role_arn", "login_session"];
    if value("aws_access_key_id").is_none()
        && let Some(made) = made.into_iter().find(|key| value(key).is_some())
    {
        return Err(format!(
            "the profile `{name}` has no keys but `{made}`; put them into the environment with: \
             eval \"$(aws configure export-credentials --profile {name} --format env)\""
        ));
    }
    let keys = [
        ("aws_access_key_id", Key::AccessKeyId),
        ("aws_secret_access_key", Key::SecretAccessKey),
        ("aws_session_token", Key::Token),
        ("region", Key::Region),
        ("endpoint_url", Key::Endpoint),
    ];
    for (name, key) in keys {
        if builder.get_config_value(&key).is_none()
            && let Some(value) = value(name)
        {
            builder = builder.with_config(key, value);
        }
    }
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(named: Option<&str>) -> Result<Vec<Option<String>>, String> {
        let credentials = "[default]\naws_access_key_id = A\naws_secret_access_key = B\n[ci]\naws_access_key_id = C\n\
                           aws_secret_access_key = D\naws_session_token = E\n";
        let config = "[default]\nregion = eu-central-1\n[profile ci]\nregion = us-east-2\nendpoint_url = https://minio\n\
                      [profile sso]\nsso_session = x\n";
        let files = [credentials, config].map(|text| Ini::load_from_str(text).unwrap());
        let builder = with(AmazonS3Builder::new(), &files, named)?;
        let keys = [Key::AccessKeyId, Key::SecretAccessKey, Key::Token, Key::Region, Key::Endpoint];
        Ok(keys.map(|key| builder.get_config_value(&key)).into())
    }

    /// Catches keys of another profile, and one without keys that is taken for an account without any.
    #[test]
    fn a_profile_has_its_own_keys() {
        let own = |values: [Option<&str>; 5]| Ok(values.map(|value| value.map(str::to_owned)).into());
        assert_eq!(read(None), own([Some("A"), Some("B"), None, Some("eu-central-1"), None]));
        assert_eq!(read(Some("ci")), own([Some("C"), Some("D"), Some("E"), Some("us-east-2"), Some("https://minio")]));
        assert!(read(Some("other")).unwrap_err().contains("`other`"));
        assert!(read(Some("sso")).unwrap_err().contains("aws configure export-credentials --profile sso"));
    }
}
