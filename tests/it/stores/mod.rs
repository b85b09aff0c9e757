//! Files that lie in object stores and on web servers: the same rows give the same verdict wherever they lie.
//!
//! Stores stand in for those of the clouds: moto for S3 and, as Google's XML protocol is S3's, for Google Cloud Storage;
//! Azurite for Azure; a web server of this file's own, which counts what it is asked for and can replace what it gives.

mod web;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use object_store::ObjectStoreExt;
use object_store::azure::MicrosoftAzureBuilder;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::cli::cutover;
use crate::support::engine_url;
use web::Web;

/// The account of Azurite, as its own documentation gives it.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A store as a test sees it.
struct Store {
    /// What its URLs begin with, and end with.
    url: fn(&str) -> String,
    environment: Vec<(&'static str, String)>,
    put: Put,
}

/// How objects come into it.
#[derive(Clone, Copy)]
enum Put {
    Moto,
    Azurite,
}

impl Put {
    /// Puts an object there that anybody may read.
    async fn put(self, path: &str, bytes: Vec<u8>) {
        match self {
            Put::Moto => {
                let request = reqwest::Client::new().put(format!("{}/cutover/{path}", s3_endpoint()));
                let answer = request.header("x-amz-acl", "public-read").body(bytes).send().await.unwrap();
                assert!(answer.status().is_success(), "{path}: {answer:?}");
            }
            Put::Azurite => {
                let builder = MicrosoftAzureBuilder::new().with_endpoint(azure_endpoint()).with_allow_http(true);
                let builder = builder.with_account(ACCOUNT).with_access_key(KEY).with_container_name("cutover");
                builder.build().unwrap().put(&path.into(), bytes.into()).await.unwrap();
            }
        }
    }
}

fn s3_endpoint() -> String {
    engine_url("CUTOVER_TEST_S3_ENDPOINT")
}

fn azure_endpoint() -> String {
    engine_url("CUTOVER_TEST_AZURE_ENDPOINT")
}

fn stores() -> Vec<(&'static str, Store)> {
    let keys = || {
        vec![
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "s3cret-of-aws".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ]
    };
    let with_endpoint = [keys(), vec![("AWS_ENDPOINT_URL", s3_endpoint())]].concat();
    let azure = vec![
        ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT.to_owned()),
        ("AZURE_STORAGE_ACCOUNT_KEY", KEY.to_owned()),
        ("AZURE_STORAGE_ENDPOINT", azure_endpoint()),
    ];
    let store = |url, environment, put| Store { url, environment, put };
    vec![
        ("s3, by the environment", store(|path| format!("s3://cutover/{path}"), with_endpoint, Put::Moto)),
        (
            "s3, by the URL",
            store(
                |path| format!("s3a://cutover/{path}?endpoint={}&region=us-east-1", s3_endpoint()),
                keys(),
                Put::Moto,
            ),
        ),
        (
            "gs",
            store(
                |path| format!("gs://cutover/{path}?endpoint={}&anonymous=true", s3_endpoint()),
                Vec::new(),
                Put::Moto,
            ),
        ),
        (
            "gs, of an emulator",
            store(
                |path| format!("gs://cutover/{path}"),
                vec![("STORAGE_EMULATOR_HOST", s3_endpoint().trim_start_matches("http://").to_owned())],
                Put::Moto,
            ),
        ),
        ("az", store(|path| format!("az://cutover/{path}"), azure, Put::Azurite)),
    ]
}

/// Bytes of a Parquet file of `rows` rows, in row groups of 1000; the amounts of the rows that are `changed` are others.
fn parquet(rows: i64, changed: impl Fn(i64) -> bool) -> Vec<u8> {
    let id: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
    let amount = |n: i64| i128::from(n) * 7 + i128::from(changed(n));
    let amount = Decimal128Array::from_iter_values((0..rows).map(amount)).with_precision_and_scale(20, 2).unwrap();
    let note: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|n| format!("note {n:0>200}"))));
    let columns = [("id", id), ("amount", Arc::new(amount)), ("note", note)];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties =
        WriterProperties::builder().set_max_row_group_row_count(Some(1000)).set_dictionary_enabled(false).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn csv(changed: bool) -> Vec<u8> {
    let line = |n: i64| format!("{n},{}\n", if changed && n == 3 { "x" } else { "a" });
    let lines: String = (0..10).map(line).collect();
    format!("id,v\n{lines}").into_bytes()
}

fn ndjson(changed: bool) -> Vec<u8> {
    let line = |n: i64| format!("{{\"id\":{n},\"v\":\"{}\"}}\n", if changed && n == 3 { "x" } else { "a" });
    (0..10).map(line).collect::<String>().into_bytes()
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

/// Returns the exit code and what is said.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

fn diff(folder: &Path, old: &str, new: &str) -> Command {
    let mut command = cutover(folder);
    // What the machine of the test has of its own.
    for name in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "GOOGLE_APPLICATION_CREDENTIALS", "AZURE_STORAGE_ACCOUNT_NAME"] {
        command.env_remove(name);
    }
    command.env("HOME", folder).args(["diff", "--old", old, "--new", new, "--key", "id"]);
    command
}

/// Catches a store whose rows are others than those of the folder, a difference that is not seen there, an object of another
/// table that is taken along, and a key of an account in what is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_gives_what_a_folder_gives() {
    let folder = tempfile::tempdir().unwrap();
    let mark = format!("t{}", std::process::id());
    type Form = (&'static str, &'static str, fn(bool) -> Vec<u8>);
    let forms: [Form; 4] = [
        ("orders.parquet", "orders.parquet", |changed| parquet(2500, |n| changed && n == 2222)),
        ("table.csv", "table.csv", csv),
        ("table.ndjson.zst", "table.ndjson.zst", |changed| zipped(&ndjson(changed))),
        ("parts-*.csv", "parts-1.csv", csv),
    ];
    for (name, store) in stores() {
        for (asked, object, bytes) in forms {
            let local = folder.path().join(object);
            for changed in [false, true] {
                std::fs::write(&local, bytes(false)).unwrap();
                store.put.put(&format!("{mark}/{object}"), bytes(changed)).await;
                let url = (store.url)(&format!("{mark}/{asked}"));
                let mut command = diff(folder.path(), object, &url);
                command.envs(store.environment.iter().map(|(name, value)| (*name, value)));
                let (code, text) = said(&mut command);
                assert_eq!(code, Some(i32::from(changed)), "{name}: {object}: {text}");
                assert_eq!(text.contains("1 changed"), changed, "{name}: {object}: {text}");
                assert!(!text.contains("s3cret-of-aws") && !text.contains(KEY), "{name}: {text}");
            }
        }
        // A folder: a table of its own folder beside one of its own object, and a name that only begins alike.
        for (object, bytes) in [
            ("w/orders/day=1/a.csv", csv(false)),
            ("w/orders/b.csv", b"id,v\n10,a\n".to_vec()),
            ("w/orders/_tmp/c.csv", b"id,v\n11,a\n".to_vec()),
            ("w/other.csv", b"id,v\n12,a\n".to_vec()),
            ("w2/orders/z.csv", b"id,v\n13,a\n".to_vec()),
        ] {
            store.put.put(&format!("{mark}/{object}"), bytes).await;
        }
        std::fs::write(folder.path().join("orders.csv"), [csv(false), b"10,a\n".to_vec()].concat()).unwrap();
        let mut command = diff(folder.path(), "orders.csv", &(store.url)(&format!("{mark}/w")));
        command.args(["--new-table", "orders"]).envs(store.environment.iter().map(|(name, value)| (*name, value)));
        let (code, text) = said(&mut command);
        assert_eq!(code, Some(0), "{name}: {text}");
    }
}

/// Catches a store that is away, refuses or holds nothing there, and is told otherwise, late, or as an equal.
#[test]
fn what_is_not_to_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), csv(false)).unwrap();
    let (s3, dead) = (s3_endpoint(), "http://127.0.0.1:9");
    for (url, expected) in [
        (format!("s3://cutover/nothing/t.csv?endpoint={s3}&anonymous=true"), "check the path"),
        (format!("s3://cutover/nothing/?endpoint={s3}&anonymous=true"), "holds no .parquet"),
        (format!("s3://no-such-bucket/t/?endpoint={s3}&anonymous=true"), "check the endpoint and the bucket"),
        (format!("s3://cutover/t.csv?endpoint={dead}&anonymous=true"), "cannot be read"),
        (format!("http://{}/cutover/", s3.trim_start_matches("http://")), "a web server does not list its files"),
        ("s3://key:s3cret-word@cutover/t.csv".to_owned(), "has no account"),
        ("s3://cutover/t.csv?secret_access_key=s3cret-word".to_owned(), "AWS_SECRET_ACCESS_KEY"),
        ("gs://cutover/t.csv?region=x&anonymous=true".to_owned(), "`region` means nothing to gs://"),
        ("az://cutover/t.csv".to_owned(), "AZURE_STORAGE_ACCOUNT_NAME"),
    ] {
        let started = std::time::Instant::now();
        let mut command = diff(folder.path(), "t.csv", &url);
        let (code, text) = said(command.args(["--table", "t"]));
        assert_eq!(code, Some(2), "{url}: {text}");
        assert!(text.contains(expected) && !text.contains("s3cret-word"), "{url}: {text}");
        assert!(started.elapsed().as_secs() < 40, "{url}: {:?}", started.elapsed());
    }
}

/// Catches a reading of a whole object where a query wants one column of it.
#[test]
fn only_the_columns_of_a_query_are_read() {
    let bytes = parquet(20_000, |_| false);
    let (folder, web) = (tempfile::tempdir().unwrap(), Web::serve(bytes.clone()));
    std::fs::write(folder.path().join("t.parquet"), &bytes).unwrap();
    let url = web.url("t.parquet");
    let whole = bytes.len();
    let (code, text) = said(diff(folder.path(), "t.parquet", &url).args(["--columns", "amount"]));
    assert_eq!(code, Some(0), "{text}");
    let few = web.sent();
    assert!(few > 0 && few < whole / 2, "{few} bytes of {whole}");
    let (code, text) = said(&mut diff(folder.path(), "t.parquet", &url));
    assert_eq!(code, Some(0), "{text}");
    assert!(web.sent() - few >= whole * 9 / 10, "{} bytes of {whole}", web.sent() - few);
}

/// Catches rows of two objects that are taken for those of one, because the one was put in the other's place meanwhile.
#[test]
fn an_object_is_read_as_it_was_or_not_at_all() {
    let [old, new] = [false, true].map(|changed| parquet(20_000, |_| changed));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.parquet"), &old).unwrap();
    let mut seen = [0; 3];
    for after in 1.. {
        let web = Web::replaced(old.clone(), new.clone(), after);
        let (code, text) = said(&mut diff(folder.path(), "t.parquet", &web.url("t.parquet")));
        let told = ["20,000 rows equal", "20,000 changed", "was replaced while it was read; run it again"];
        let code = usize::try_from(code.unwrap()).unwrap();
        assert!(text.contains(told[code]), "after {after} answers: {text}");
        seen[code] += 1;
        if !web.was_replaced() {
            break;
        }
    }
    assert!(seen.iter().all(|times| *times > 0), "{seen:?}");
    let web = Web::replaced(csv(false), csv(true), 1);
    std::fs::write(folder.path().join("t.csv"), csv(false)).unwrap();
    let (code, text) = said(&mut diff(folder.path(), "t.csv", &web.url("t.csv")));
    assert!(code == Some(2) && text.contains(&format!("{} was replaced while", web.url("t.csv"))), "{text}");
}
