//! Panics kept to what they broke: a source, a check, a report, and at the very end the program, which then exits with 2.
//!
//! What cannot be caught, a stack that overflows or memory that runs out, has to be bounded where the input comes in.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::future::Future;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;

/// Whether what a panic says, which may quote a value, is kept to itself.
static WITHHELD: AtomicBool = AtomicBool::new(false);

/// A defect of cutover, or of a library below it, that showed as a panic.
#[derive(Debug)]
pub struct Defect(Box<dyn Any + Send>);

impl Defect {
    /// What a panic left, such as that of a thread.
    pub fn new(panic: Box<dyn Any + Send>) -> Self {
        Defect(panic)
    }

    /// What the panic said.
    pub fn text(&self) -> &str {
        let text = self.0.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| self.0.downcast_ref::<&str>().copied()).unwrap_or("no message")
    }
}

/// One line about a panic, with a backtrace behind it only where `RUST_BACKTRACE` asks for one.
pub fn told(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or(String::new(), |place| format!(" at {place}"));
    let text = if WITHHELD.load(Ordering::Relaxed) {
        "its text is withheld".to_owned()
    } else {
        panic.payload_as_str().unwrap_or("no message").replace('\n', " ")
    };
    let trace = Backtrace::capture();
    let trace = if trace.status() == BacktraceStatus::Captured { format!("{trace}\n") } else { String::new() };
    format!("cutover met a defect of its own{place}; {text}\n{trace}")
}

/// From now on tells where a panic happened and not what it says.
pub fn withhold_panics() {
    WITHHELD.store(true, Ordering::Relaxed);
}

/// What `work` comes to, or the panic that ended it.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Defect> {
    catch_unwind(AssertUnwindSafe(work)).map_err(Defect)
}

/// The same for what takes its time.
pub async fn isolated<T>(work: impl Future<Output = T>) -> Result<T, Defect> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(Defect)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a panic that goes through, whatever it is made of.
    #[tokio::test]
    async fn a_panic_ends_where_it_is_caught_and_keeps_its_text() {
        assert_eq!(caught(|| panic!("a {}", "b")).map(|()| 0).unwrap_err().text(), "a b");
        assert_eq!(isolated(async { panic!("static") }).await.map(|()| 0).unwrap_err().text(), "static");
        assert_eq!(caught(|| std::panic::panic_any(7)).map(|()| 0).unwrap_err().text(), "no message");
        assert_eq!(caught(|| 3).unwrap(), 3);
        assert_eq!(isolated(async { 3 }).await.unwrap(), 3);
    }
}
