//! Servers of one test's own, whose certificates and global settings it may change, and certificates for them.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server that goes when this is dropped.
pub(crate) struct Own {
    child: Child,
    /// Its URL on 127.0.0.1.
    pub url: String,
    tls: PathBuf,
}

impl Own {
    /// Starts `postgres` or `mysql` with the certificate `name` of `authority`.
    pub(crate) fn start(engine: &str, authority: &Authority, name: &str) -> Own {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/own.sh");
        let mut command = Command::new(script);
        command.args([engine]).args([authority.path(name, "crt"), authority.path(name, "key")]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("bash");
        let mut said = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        let mut line = || said.next().unwrap_or_else(|| panic!("{engine} did not start")).expect("a line of text");
        let (url, tls) = (line(), PathBuf::from(line()));
        Own { child, url, tls }
    }

    /// Puts another certificate where the server reads it; the server is then told to read it again.
    pub(crate) fn replace_certificate(&self, authority: &Authority, name: &str) {
        for ending in ["crt", "key"] {
            // Written into the files there are: they keep their owner.
            let content = std::fs::read(authority.path(name, ending)).expect("the certificate");
            std::fs::write(self.tls.join(format!("server.{ending}")), content).expect("the server's file");
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A certificate authority of the test, and what it issued.
pub(crate) struct Authority(tempfile::TempDir);

impl Authority {
    /// One that nobody trusts yet.
    pub(crate) fn new() -> Authority {
        let authority = Authority(tempfile::tempdir().expect("a folder"));
        openssl(&["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3"])
            .args(["-subj", "/CN=test authority", "-keyout"])
            .arg(authority.path("ca", "key"))
            .arg("-out")
            .arg(authority.path("ca", "crt"))
            .succeed();
        authority
    }

    /// Issues the certificate `name` for `hosts`, such as `DNS:localhost,IP:127.0.0.1`, valid for a day from now or, where it
    /// is to have expired, from the first day of 2020.
    pub(crate) fn issue(&self, name: &str, hosts: &str, expired: bool) {
        self.request(name).succeed();
        let extensions = self.path(name, "ext");
        std::fs::write(&extensions, format!("subjectAltName={hosts}\nbasicConstraints=critical,CA:FALSE\n"))
            .expect("a file");
        let mut sign = openssl(&["x509", "-req", "-days", "1", "-CAcreateserial", "-extfile"]);
        sign.arg(extensions).arg("-in").arg(self.path(name, "csr")).arg("-CA").arg(self.path("ca", "crt"));
        sign.arg("-CAkey").arg(self.path("ca", "key")).arg("-out").arg(self.path(name, "crt"));
        if expired {
            let library =
                std::env::var("CUTOVER_TEST_FAKETIME").expect("CUTOVER_TEST_FAKETIME is not set; tests/run sets it");
            sign.env("LD_PRELOAD", library).env("FAKETIME", "@2020-01-01 00:00:00");
        }
        sign.succeed();
    }

    /// Makes the certificate `name` for `hosts` that nobody but its own key has signed.
    pub(crate) fn sign_itself(&self, name: &str, hosts: &str) {
        openssl(&["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3"])
            .args(["-subj", "/CN=itself", "-addext", &format!("subjectAltName={hosts}")])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
            .arg(self.path(name, "key"))
            .arg("-out")
            .arg(self.path(name, "crt"))
            .succeed();
    }

    fn request(&self, name: &str) -> Command {
        let mut request = openssl(&["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        request
            .args(["-subj", "/CN=server", "-keyout"])
            .arg(self.path(name, "key"))
            .arg("-out")
            .arg(self.path(name, "csr"));
        request
    }

    /// The file of a certificate (`crt`) or a key.
    pub(crate) fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.0.path().join(format!("{name}.{ending}"))
    }
}

fn openssl(arguments: &[&str]) -> Command {
    let mut command = Command::new("openssl");
    command.args(arguments);
    command
}

trait Succeed {
    fn succeed(&mut self);
}

impl Succeed for Command {
    fn succeed(&mut self) {
        let done = self.output().expect("openssl");
        assert!(done.status.success(), "{self:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}
