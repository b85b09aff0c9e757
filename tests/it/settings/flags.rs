//! Flags of `cutover diff` that would be taken and do nothing.

use crate::cli::cutover;
use crate::waivers::write;

/// Catches a tolerance that is said and not applied: without a key, for a key, for a column left out, for no number at all.
#[test]
fn a_tolerance_without_effect_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "old.csv", "id,cost,name\n1,10,a\n2,20,b\n");
    write(folder.path(), "new.csv", "id,cost,name\n1,11,a\n2,20,b\n");
    let cases = [
        (&["--absolute", "cost=1"][..], "--absolute needs a key"),
        (&["--relative", "0.1"], "--relative needs a key"),
        (&["--key", "id", "--absolute", "id=1"], "--absolute id: a key column pairs rows"),
        (&["--key", "id", "--exclude", "cost", "--absolute", "cost=1"], "--absolute cost: the column is not compared"),
        (&["--key", "id", "--columns", "name", "--relative", "cost=1"], "--relative cost: the column is not compared"),
        (&["--key", "id", "--absolute", "1"], "--absolute: no column that is compared is known to hold numbers"),
    ];
    let ran = |args: &[&str]| {
        let mut command = cutover(folder.path());
        command.args(["diff", "--old", "old.csv", "--new", "new.csv", "--report", "json=out.json"]).args(args);
        let output = command.output().unwrap();
        let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.code().unwrap(), shown)
    };
    for (args, told) in cases {
        let (code, shown) = ran(args);
        assert!(code == 2 && shown.contains(told), "{args:?}: {shown}");
    }
    assert_eq!(ran(&["--key", "id"]).0, 1);
    let (code, shown) = ran(&["--key", "id", "--absolute", "cost=1"]);
    assert_eq!(code, 0, "the hint works: {shown}");
}
