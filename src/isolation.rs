//! Panics kept to what they broke: a source, a check, a report, and at the very end the program, which then exits with 2.
//! And what may never give way kept from the thread that looks at the clock.
//!
//! What cannot be caught, a stack that overflows or memory that runs out, has to be bounded where the input comes in.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::future::Future;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinError, spawn_blocking};

/// Whether what a panic says, which may quote a value, is kept to itself.
static WITHHELD: AtomicBool = AtomicBool::new(false);

/// A defect of cutover, or of a library below it, that showed as a panic.
#[derive(Debug)]
pub(crate) struct Defect(Box<dyn Any + Send>);

impl Defect {
    /// What a panic left, such as that of a thread.
    pub(crate) fn new(panic: Box<dyn Any + Send>) -> Self {
        Defect(panic)
    }

    /// What the panic said.
    pub(crate) fn text(&self) -> &str {
        let text = self.0.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| self.0.downcast_ref::<&str>().copied()).unwrap_or("no message")
    }
}

/// Returns one line about a panic, with a backtrace behind it only where `RUST_BACKTRACE` asks for one.
pub(crate) fn panic_line(panic: &PanicHookInfo<'_>) -> String {
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
pub(crate) fn withhold_panics() {
    WITHHELD.store(true, Ordering::Relaxed);
}

/// What `work` comes to, or the panic that ended it.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Defect> {
    catch_unwind(AssertUnwindSafe(work)).map_err(Defect)
}

/// The same for what takes its time.
pub(crate) async fn isolated<T>(work: impl Future<Output = T>) -> Result<T, Defect> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(Defect)
}

/// What `work` comes to, run on a thread of its own that nothing else needs; a panic there goes on here. Where this is no
/// longer waited for, `work` ends as soon as it gives way.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> BoxFuture<'static, T> + Send + 'static) -> T {
    let (mut told, answered) = oneshot::channel();
    let handle = Handle::current();
    let thread = spawn_blocking(move || {
        handle.block_on(async {
            tokio::select! {
                done = work() => drop(told.send(done)),
                () = told.closed() => {}
            }
        });
    });
    match answered.await {
        Ok(done) => done,
        Err(_) => resumed(thread).await,
    }
}

/// Lets the panic go on that ended `thread` before it answered.
pub(crate) async fn resumed<T>(thread: impl Future<Output = Result<(), JoinError>>) -> T {
    match thread.await.map_err(JoinError::try_into_panic) {
        Err(Ok(panic)) => resume_unwind(panic),
        // Without its runtime nothing is answered, and nobody waits.
        _ => std::future::pending().await,
    }
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
        assert_eq!(
            isolated(apart(|| async { panic!("{}", "apart") }.boxed())).await.map(|()| 0).unwrap_err().text(),
            "apart"
        );
    }

    /// Catches work that never gives way and keeps whoever asked for it from the clock, and work that goes on unasked.
    #[tokio::test]
    async fn what_never_gives_way_holds_nobody_up() {
        let begun = std::time::Instant::now();
        let busy = apart(|| async { std::thread::sleep(std::time::Duration::from_secs(20)) }.boxed());
        assert!(tokio::time::timeout(std::time::Duration::from_millis(100), busy).await.is_err());
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
        let (held, dropped) = oneshot::channel::<()>();
        let waiting = apart(move || {
            async move {
                let _held = held;
                std::future::pending::<()>().await;
            }
            .boxed()
        });
        assert!(tokio::time::timeout(std::time::Duration::from_millis(100), waiting).await.is_err());
        assert!(tokio::time::timeout(std::time::Duration::from_secs(10), dropped).await.unwrap().is_err());
    }
}
