//! `cutover mcp` as an agent meets it: a process that is sent lines of JSON-RPC, written here by hand.

mod ending;
mod hiding;
mod hostile;
mod page;
mod tools;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::cli::cutover;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and its client.
struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: JoinHandle<String>,
    /// Everything that came out of stdout.
    heard: String,
    /// What came that answers nothing.
    notifications: Vec<Json>,
    id: u64,
}

impl Client {
    /// Starts `cutover mcp` in `folder`.
    fn started(folder: &Path, arguments: &[&str]) -> Client {
        Client::with(folder, arguments, &[])
    }

    /// Starts it with these variables, too, and shakes hands.
    fn with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Client {
        let mut client = Client::mute(folder, arguments, variables);
        let hello = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "a test", "version": "1" },
        });
        let told = client.request("initialize", hello);
        assert_eq!(told["result"]["serverInfo"]["name"], "cutover", "{told}");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string());
        client
    }

    /// Starts it and says nothing.
    fn mute(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Client {
        let mut child = cutover(folder)
            .arg("mcp")
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                if tell.send(line.unwrap()).is_err() {
                    break;
                }
            }
        });
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        let stdin = child.stdin.take();
        Client { child, stdin, lines, stderr, heard: String::new(), notifications: Vec::new(), id: 0 }
    }

    fn send(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line, which is JSON; none where there is no other.
    fn next(&mut self, patience: Duration) -> Option<Json> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => {
                self.heard += &line;
                self.heard.push('\n');
                Some(serde_json::from_str(&line).unwrap_or_else(|why| panic!("no JSON: {why}: {line}")))
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no answer within {patience:?}; so far {}", self.heard),
        }
    }

    /// Sends a request that nobody waits for yet, and returns its id.
    fn ask(&mut self, method: &str, params: Json) -> u64 {
        self.id += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.id, "method": method, "params": params });
        self.send(&request.to_string());
        self.id
    }

    fn request(&mut self, method: &str, params: Json) -> Json {
        let id = self.ask(method, params);
        loop {
            let message = self.next(PATIENCE).expect("the server is still there");
            assert_eq!(message["jsonrpc"], "2.0");
            if message["id"] == id {
                return message;
            }
            assert!(message.get("method").is_some(), "an answer to nothing: {message}");
            self.notifications.push(message);
        }
    }

    /// What a tool answers.
    fn call(&mut self, tool: &str, arguments: Json) -> Json {
        let mut told = self.request("tools/call", json!({ "name": tool, "arguments": arguments }));
        assert!(told.get("error").is_none(), "{told}");
        told["result"].take()
    }

    /// What a tool answers that does what it is asked for: for people, and for programs.
    fn done(&mut self, tool: &str, arguments: Json) -> (String, Json) {
        let mut told = self.call(tool, arguments);
        assert_eq!(told["isError"], false, "{told}");
        (words(&told), told["structuredContent"].take())
    }

    /// What a tool says that does not do what it is asked for.
    fn refused(&mut self, tool: &str, arguments: Json) -> String {
        let told = self.call(tool, arguments);
        assert_eq!((&told["isError"], told.get("structuredContent")), (&Json::Bool(true), None), "{told}");
        words(&told)
    }

    /// Closes stdin, and returns the exit code with all that was ever said.
    fn closed(mut self) -> (Option<i32>, String) {
        drop(self.stdin.take());
        while self.next(PATIENCE).is_some() {}
        let begun = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            if begun.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("the server outlives its client");
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let said = self.stderr.join().unwrap();
        (code, self.heard + &said)
    }
}

/// The words of an answer.
fn words(told: &Json) -> String {
    let blocks = told["content"].as_array().unwrap();
    assert_eq!((blocks.len(), &blocks[0]["type"]), (1, &Json::from("text")), "{told}");
    blocks[0]["text"].as_str().unwrap().to_owned()
}

/// What another command prints in `folder`.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(cutover(folder).args(arguments).output().unwrap().stdout).unwrap()
}

/// Files below `folder` with what is in them, those of reports aside.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = all.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
        (name, std::fs::read(entry.path()).unwrap())
    });
    files.filter(|(name, _)| !name.starts_with("reports/")).collect()
}
