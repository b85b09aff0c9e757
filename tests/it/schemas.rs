//! The schemas under `docs/` are those of the program.

/// Rewrites `docs/<name>` when `CUTOVER_UPDATE` is set, else compares it.
fn current(name: &str, schema: &serde_json::Value) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let text = format!("{schema:#}\n");
    if std::env::var_os("CUTOVER_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        text,
        "docs/{name} is old; CUTOVER_UPDATE=1 cargo test schemas"
    );
}

/// Catches a report whose shape changed without its schema.
#[test]
fn the_report_schema_is_current() {
    current("report.schema.json", &cutover::report::schema());
}

/// Catches a proof whose shape changed without its schema.
#[test]
fn the_proof_schema_is_current() {
    current("proof.schema.json", &cutover::report::proof::schema());
}

/// Catches a suite field that editors do not know.
#[test]
fn the_suite_schema_is_current() {
    current("suite.schema.json", &cutover::suite::schema());
}
