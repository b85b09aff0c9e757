//! Services of libpq: what a URL leaves out, from the file of services that PostgreSQL's own clients read.
//!
//! The file is read as libpq reads it: values are taken as they stand, without quotes, and the first of a name counts. What
//! the URL says itself comes before the service, and the service before PostgreSQL's variables.

use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::fs::input;

/// What stands in files of services and changes neither which server answers nor how the connection is protected.
const WITHOUT_EFFECT: [&str; 14] = [
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "sslcompression",
    "sslsni",
    "tcp_user_timeout",
    "gssdelegation",
];

/// Demands that cutover does not make, and the values by which they demand nothing.
const DEMANDS: [(&str, &[&str]); 6] = [
    ("channel_binding", &["prefer", "disable"]),
    ("gssencmode", &["prefer", "disable"]),
    ("require_auth", &[]),
    ("requirepeer", &[]),
    ("sslnegotiation", &["postgres"]),
    ("target_session_attrs", &["any"]),
];

/// Parameters that a service may give as a URL gives them.
const PARAMETERS: [&str; 6] = ["sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "options"];

/// `url` with what the service that it or `PGSERVICE` names says and it does not.
pub(super) fn complete(url: &Url, _base: &Path) -> Result<Url, String> {
    let in_url = url.query_pairs().find(|(name, _)| name == "service").map(|(_, value)| value.into_owned());
    let given = in_url.clone().or_else(|| std::env::var("PGSERVICE").ok()).filter(|name| !name.is_empty());
    let Some(name) = given else { return Ok(url.clone()) };
    let (file, entries) = find(&name)?;
    let refused = |why: String| format!("the service `{name}` of {} {why}", file.display());
    let mut full = url.clone();
    if in_url.is_none() {
        full.query_pairs_mut().append_pair("service", &name);
    }
    place(&mut full, &entries).map_err(refused)?;
    for (key, value) in &entries {
        let has = |name: &str| url.query_pairs().any(|(given, _)| plain(&given) == name);
        match key.as_str() {
            "host" | "hostaddr" => {}
            "port" if url.port().is_none() && !has("port") => {
                let port = value.parse().map_err(|_| refused("has a `port` that is none".to_owned()))?;
                let _ = full.set_port(Some(port));
            }
            "user" if url.username().is_empty() && !has("user") => {
                let _ = full.set_username(&encoded(value));
            }
            "password" if url.password().is_none() && !has("password") => {
                let _ = full.set_password(Some(&encoded(value)));
            }
            "dbname" if url.path().trim_matches('/').is_empty() && !has("dbname") => full.set_path(&encoded(value)),
            "port" | "user" | "password" | "dbname" => {}
            known if PARAMETERS.contains(&known) => {
                if !has(known) {
                    full.query_pairs_mut().append_pair(known, value);
                }
            }
            known if WITHOUT_EFFECT.contains(&known) => {}
            "passfile" => {
                return Err(refused("has a `passfile`; set PGPASSFILE to it and leave it out there".to_owned()));
            }
            other => {
                let demand = DEMANDS.iter().find(|(name, _)| *name == other);
                if !demand.is_some_and(|(_, nothing)| nothing.contains(&value.as_str())) {
                    let why =
                        "which cutover does not do; leave it out there, or write what the service says into the URL";
                    return Err(refused(format!("asks for `{other}`, {why}")));
                }
            }
        }
    }
    Ok(full)
}

/// Puts the host of a service into a URL that has none: a name, an address, or the folder of a socket.
fn place(full: &mut Url, entries: &[(String, String)]) -> Result<(), String> {
    if full.host_str().is_some_and(|host| !host.is_empty()) {
        return Ok(());
    }
    let said = |wanted: &str| entries.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    let (host, address) = (said("host").filter(|host| !host.is_empty()), said("hostaddr"));
    let Some(at) = host.or(address).filter(|host| !host.is_empty()) else {
        return Err("names no host, and neither does the URL; write the host before the `/` of the URL".to_owned());
    };
    if [host, address, said("port")].into_iter().flatten().any(|value| value.contains(',')) {
        return Err(
            "names several hosts, and one is taken; write the one that is meant before the `/` of the URL".to_owned()
        );
    }
    let socket = at.starts_with('/');
    let bracketed = if at.contains(':') { format!("[{at}]") } else { at.to_owned() };
    full.set_host(Some(if socket { "localhost" } else { &bracketed }))
        .map_err(|_| "has a `host` that is none".to_owned())?;
    if socket {
        full.query_pairs_mut().append_pair("host", at);
    } else if let Some(address) = address.filter(|_| host.is_some()) {
        full.query_pairs_mut().append_pair("hostaddr", address);
    }
    Ok(())
}

/// The file that has the service `name`, and its entries.
fn find(name: &str) -> Result<(PathBuf, Vec<(String, String)>), String> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = variable("PGSERVICEFILE").or_else(|| Some(std::env::home_dir()?.join(".pg_service.conf")));
    let all = variable("PGSYSCONFDIR").map(|folder| folder.join("pg_service.conf"));
    let files: Vec<PathBuf> = [own, all].into_iter().flatten().collect();
    for file in files.iter().filter(|file| file.exists()) {
        let shown = file.display();
        let text =
            input::text(file).map_err(|cause| format!("the file of services {shown} cannot be read: {cause}"))?;
        let entries = entries(&text, name).map_err(|why| format!("the file of services {shown}: {why}"))?;
        if let Some(entries) = entries {
            return Ok((file.clone(), entries));
        }
    }
    let looked: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let looked = looked.join(" and ");
    Err(format!("no service `{name}` stands in {looked}; write it there, or set PGSERVICEFILE to the file that has it"))
}

/// What the section `name` of a file of services says, the first of each name; absent where there is no such section.
fn entries(text: &str, name: &str) -> Result<Option<Vec<(String, String)>>, String> {
    let mut found: Option<Vec<(String, String)>> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_matches(|c: char| c.is_ascii_whitespace());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            found = (section.split_once(']').map(|(section, _)| section) == Some(name)).then(Vec::new);
            continue;
        }
        let Some(entries) = &mut found else { continue };
        // No line is repeated: it may hold a password.
        let line_is = |why: &str| format!("line {} {why}", at + 1);
        if line.starts_with("ldap") {
            return Err(line_is("asks a directory (LDAP), which cutover does not; write what it says into the file"));
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(line_is("is no name=value"));
        };
        if key == "service" || key == "servicefile" {
            return Err(line_is("names another service, which PostgreSQL's own clients refuse too"));
        }
        if !entries.iter().any(|(known, _)| known == key) {
            entries.push((key.to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}

/// A parameter by the name that libpq has for it.
fn plain(name: &str) -> &str {
    match name {
        "ssl-mode" => "sslmode",
        "ssl-root-cert" | "ssl-ca" => "sslrootcert",
        "ssl-cert" => "sslcert",
        "ssl-key" => "sslkey",
        name if name.starts_with("options[") => "options",
        name => name,
    }
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::entries;

    /// Catches a password that is cut at a `#` or loses its quotes, a section that runs into the next, and a later value that
    /// wins, all of which libpq reads otherwise.
    #[test]
    fn a_file_of_services_is_read_as_libpq_reads_it() {
        let text = "# all\n[other]\nhost=no\n\n  [prod]  \nhost=db.internal\n password='a b'#c=d \nhost=late\n[prod]\nuser=late\n";
        let read = entries(text, "prod").unwrap().unwrap();
        let wanted = [("host", "db.internal"), ("password", "'a b'#c=d")];
        assert_eq!(read, wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(entries(text, "pro").unwrap(), None);
        assert_eq!(entries("[none]\n", "none").unwrap(), Some(Vec::new()));
        for (line, told) in
            [("hunter2", "line 2 is no name=value"), ("ldap://h", "line 2 asks"), ("service=x", "line 2 names")]
        {
            let why = entries(&format!("[s]\n{line}\n"), "s").unwrap_err();
            assert!(why.starts_with(told) && !why.contains("hunter2"), "{why}");
        }
    }
}
