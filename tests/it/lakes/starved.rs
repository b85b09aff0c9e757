//! Tables with a log where the process may start no more threads.

use std::process::Command;

use super::DELTA;

/// Kilobytes of addresses with which this program starts and not all of its threads do, and steps around them.
const SIZES: std::ops::RangeInclusive<u64> = 24..=70;

/// What `timeout` says of a program that had to be killed.
const KILLED: i32 = 128 + 9;

/// Catches a reader that waits for a thread that never starts: a run that does not end.
#[test]
fn a_run_ends_where_threads_do_not_start() {
    let table = DELTA.table(&DELTA.cases[0].table);
    let mut ended = Vec::new();
    let sizes = SIZES.step_by(2).map(|size| (size * 100_000).to_string());
    for size in sizes.chain(["unlimited".to_owned()]) {
        let shell = format!(
            "ulimit -c 0; ulimit -v {size}; exec timeout --signal=KILL 20 '{}' diff --old '{table}' --new '{table}' --key id --quiet",
            env!("CARGO_BIN_EXE_cutover")
        );
        let output = Command::new("bash").args(["-c", &shell]).output().unwrap();
        let code = output.status.code();
        assert_ne!(code, Some(KILLED), "{size}: {}", String::from_utf8_lossy(&output.stderr));
        ended.push(code);
    }
    assert!(ended.contains(&Some(0)) && ended.contains(&Some(2)), "a size that is too small, and no limit: {ended:?}");
}
