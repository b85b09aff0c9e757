//! ClickHouse: the contract, and what only ClickHouse can get wrong.
//!
//! Another server may stand in for the one `tests/run` starts (plain HTTP). It needs a second user, `readonly`, with
//! the same password and a profile of readonly = 1.

mod settings;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use cutover::frame::{Type, Value};
use cutover::source::ClickHouse;
use cutover::source::{
    Answer, CancellationToken, Engine, Error, ErrorCode, QueryHandle, SourceOptions, SourceUrl, query,
};
use cutover::spec::check::Requirement;

use crate::support::engine_url;

const LIMIT: Duration = Duration::from_secs(60);

fn url() -> url::Url {
    url::Url::parse(&engine_url("CUTOVER_TEST_CLICKHOUSE_URL")).unwrap()
}

fn open(url: &url::Url, options: &SourceOptions) -> ClickHouse {
    let shown = SourceUrl::parse(url.as_str(), std::path::Path::new("/")).unwrap();
    assert_eq!(shown.driver().name, "clickhouse");
    ClickHouse::open(url, options, shown.to_string()).unwrap()
}

fn engine() -> ClickHouse {
    open(&url(), &SourceOptions::default())
}

async fn ask(engine: &ClickHouse, sql: &str) -> Result<Answer, Error> {
    query(engine, sql, LIMIT, &CancellationToken::default()).await
}

async fn refused(sql: &str) -> Error {
    ask(&engine(), sql).await.err().unwrap_or_else(|| panic!("{sql} was not refused"))
}

/// `None` where ClickHouse has no such type: bytes are Strings there, every timestamp is an instant,
/// and JSON columns keep numbers by value, not as they were written.
pub(super) fn expression(case: &str) -> Option<String> {
    let written = match case {
        "true" => "true",
        "false" => "false",
        "i16_min" => "toInt16(-32768)",
        "i32_min" => "toInt32(-2147483648)",
        "i64_min" => "toInt64('-9223372036854775808')",
        "i64_max" => "toInt64('9223372036854775807')",
        "above_2_53" => "toInt64('9007199254740993')",
        "u64_max" => "toUInt64('18446744073709551615')",
        "i128_min" => "toInt128('-170141183460469231731687303715884105728')",
        "u128_max" => "toUInt128('340282366920938463463374607431768211455')",
        "decimal_38_12" => "toDecimal128('99999999999999999999999999.123456789012', 12)",
        "decimal_negative" => "toDecimal64('-0.000000000001', 12)",
        "decimal_65_30" => "toDecimal256(concat('-', repeat('9', 35), '.', repeat('1', 30)), 30)",
        "decimal_76_38" => "toDecimal256(concat(repeat('9', 38), '.', repeat('1', 38)), 38)",
        "u256_max" => "toUInt256('115792089237316195423570985008687907853269984665640564039457584007913129639935')",
        "i256_min" => "toInt256('-57896044618658097711785492504343953926634992332820282019728792003956564819968')",
        "decimal_zero" => "toDecimal32(0, 2)",
        "float" => "0.1",
        "float32" => "toFloat32(0.1)",
        "float_infinity" => "inf",
        "float_minus_infinity" => "-inf",
        "float_nan" => "nan",
        "float_minus_zero" => "-0.0",
        "text" => r#"'naïve 🦀 \'quoted\' "too" \\ |'"#,
        "text_empty" => "''",
        "text_newline" => r"'a\nb\tc'",
        "date" => "toDate('2026-01-01')",
        "date_old" => "toDate32('1969-12-31')",
        "time_micros" => "CAST('23:59:59.999999' AS Time64(6))",
        "instant_micros" => "toDateTime64('2026-01-01 09:00:00.123456', 6, 'Asia/Tokyo')",
        "instant_nanos" => "toDateTime64('2026-01-01 00:00:00.123456789', 9, 'UTC')",
        "instant_before_1970" => "toDateTime64('1969-12-31 23:59:59.999999', 6, 'UTC')",
        "uuid" => "toUUID('0A1B2C3D-0000-4000-8000-00000000FFFF')",
        "enum" => "CAST('second' AS Enum8('first' = 1, 'second' = -2))",
        "array" => "[3, 1, 2]",
        "array_empty" => "CAST([] AS Array(UInt64))",
        "array_of_null" => "['a', NULL]",
        "map" => "map('in', 7)",
        "bytes" | "wall_clock_micros" | "json" => return None,
        other => panic!("the case {other} has no expression"),
    };
    Some(written.to_owned())
}

#[tokio::test]
async fn the_contract_holds() {
    super::hold(&engine(), expression).await;
}

/// Catches a NULL read as what stands in its place: 0, an empty text, 1970.
#[tokio::test]
async fn every_type_has_a_null_of_its_own() {
    let engine = engine();
    for of in [
        "Bool",
        "Int8",
        "UInt64",
        "Int128",
        "UInt256",
        "Decimal(76, 38)",
        "Decimal(38, 12)",
        "Float64",
        "String",
        "FixedString(4)",
        "Date",
        "Date32",
        "DateTime",
        "DateTime64(9)",
        "Time",
        "UUID",
        "Enum8('a' = 1)",
        "JSON",
    ] {
        let sql = format!("SELECT CAST(NULL AS Nullable({of})) AS v, [v] AS l");
        let answer = ask(&engine, &sql).await.unwrap_or_else(|e| panic!("{of}: {e}"));
        assert_eq!(answer.frame.values("v"), [Value::Null], "{of}");
        assert_eq!(answer.frame.values("l"), [Value::Array(vec![Value::Null])], "{of}");
    }
    let answer = ask(&engine, "SELECT NULL AS v, [] AS l").await.unwrap();
    assert_eq!(answer.frame.types(), [Type::Null, Type::Array(Box::new(Type::Null))]);
}

/// Catches types that lose their meaning inside containers and wrappers.
#[tokio::test]
async fn nested_and_wrapped_types_keep_their_meaning() {
    let sql = "SELECT
        map('a', [toDateTime('2026-01-01 00:00:00', 'UTC')]) AS moments,
        CAST(['b', 'a'], 'Array(Enum8(\\'a\\' = 1, \\'b\\' = 2))') AS labels,
        [toUUID('0a1b2c3d-0000-4000-8000-00000000ffff')] AS ids,
        CAST('x' AS LowCardinality(Nullable(String))) AS low,
        CAST(7 AS SimpleAggregateFunction(sum, UInt64)) AS total,
        map(toDate('1970-01-02'), toDecimal64('1.50', 2)) AS prices,
        toFixedString('ab', 3) AS padded,
        toInt256(-5) AS wide,
        [toDecimal256('1.5', 38), toDecimal256(repeat('9', 38), 38)] AS wide_list,
        map('k', toUInt256(7)) AS wide_map,
        CAST('{\"a\": 9007199254740993}' AS JSON) AS json,
        1 = 1 AS truth";
    let answer = ask(&engine(), sql).await.unwrap();
    let text = |s: &str| Value::Text(s.to_owned());
    let first = |name: &str| answer.frame.values(name).remove(0);
    let moment = Value::Instant(1_767_225_600_000_000_000);
    assert_eq!(first("moments"), Value::Map(vec![(text("a"), Value::Array(vec![moment]))]));
    assert_eq!(first("labels"), Value::Array(vec![text("b"), text("a")]));
    assert_eq!(first("ids"), Value::Array(vec![Value::Uuid("0a1b2c3d-0000-4000-8000-00000000ffff".to_owned())]));
    assert_eq!(first("low"), text("x"));
    assert_eq!(first("total"), Value::Integer(7));
    assert_eq!(first("prices"), Value::Map(vec![(Value::Date(1), Value::Decimal { unscaled: 150, scale: 2 })]));
    assert_eq!(first("padded"), text("ab\0"));
    assert_eq!(first("wide"), Value::Integer(-5));
    let nines = Value::Integer(10i128.pow(38) - 1);
    assert_eq!(first("wide_list"), Value::Array(vec![Value::Decimal { unscaled: 15, scale: 1 }, nines]));
    assert_eq!(first("wide_map"), Value::Map(vec![(text("k"), Value::Integer(7))]));
    assert_eq!(first("json"), Value::Json("{\"a\":9007199254740993}".to_owned()));
    assert_eq!(first("truth"), Value::Integer(1));
}

/// Catches a type without an exact canonical one that gets through, or is refused without a hint.
#[tokio::test]
async fn what_cannot_be_exact_is_refused_by_name_with_a_hint() {
    for (expression, way) in [
        ("unhex('FF00')", "hex(cost)"),
        ("[unhex('FF00')]", "arrayMap(x -> hex(x), cost)"),
        ("map('k', unhex('FF00'))", "mapApply((k, v) -> (k, hex(v)), cost)"),
        ("tuple(1, 'a')", "tupleElement(cost, 1)"),
        ("sumState(1)", "finalizeAggregation(cost)"),
        ("toIPv4('1.2.3.4')", "toString(cost)"),
        ("CAST(1 AS Dynamic)", "toJSONString(cost)"),
        ("INTERVAL 1 DAY", "toInt64(cost)"),
        ("toBFloat16(1.5)", "toFloat32(cost)"),
    ] {
        let error = refused(&format!("SELECT {expression} AS cost")).await;
        assert_eq!(error.code, ErrorCode::ValueUnreadable, "{expression}: {error}");
        assert!(error.message.contains("`cost`") && error.message.contains(way), "{expression}: {error}");
    }
    assert!(refused("SELECT 1 AS a, a FROM (SELECT 2 AS b)").await.message.contains("appears twice"));
}

/// Catches a hint that does not work.
#[tokio::test]
async fn the_ways_out_lead_out() {
    let sql = "SELECT hex(unhex('FF00')) AS a, tupleElement((1, 'a'), 1) AS d,
        finalizeAggregation(sumState(1)) AS e, mapApply((k, v) -> (k, toString(v)), map('h', toIPv4('1.2.3.4'))) AS f,
        toJSONString(CAST(1 AS Dynamic)) AS g, toInt64(INTERVAL 1 DAY) AS h, toFloat32(toBFloat16(1.5)) AS i";
    let answer = ask(&engine(), sql).await.unwrap();
    assert_eq!(answer.frame.values("i"), [Value::Float(1.5)]);
}

/// Catches a statement form that describing it breaks.
#[tokio::test]
async fn statements_in_every_form_are_read() {
    let engine = engine();
    for sql in [
        "WITH 5 AS x SELECT x AS v",
        "WITH t AS (SELECT 5 AS v) SELECT v FROM t SETTINGS max_threads = 1;",
        "SELECT 5 AS v -- the end",
        "/* a ; b */ SELECT 5 AS v; # done",
        "(SELECT 5 AS v)",
        "FROM (SELECT 5 AS v) SELECT v",
        "SELECT ? AS v FROM (SELECT 1)".replace('?', "length('a?b?c')").as_str(),
        "SELECT 2 AS v LIMIT 0 UNION ALL SELECT 5",
    ] {
        let answer = ask(&engine, sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        assert_eq!(answer.frame.values("v"), [Value::Integer(5)], "{sql}");
    }
    assert!(refused("SELECT 1; SELECT 2").await.message.contains("more than one statement"));
    assert!(refused("SELECT 1 FORMAT JSON").await.message.contains("without FORMAT"));
}

/// Catches batches dropped, repeated or mixed up: more rows than one block holds.
#[tokio::test]
async fn a_result_of_many_batches_is_whole() {
    let sql = "SELECT number AS n, toString(number) AS t FROM numbers(300000) ORDER BY n";
    let answer = ask(&engine(), sql).await.unwrap();
    assert_eq!(answer.frame.height(), 300_000);
    let last = answer.frame.values("t").pop();
    assert_eq!(last, Some(Value::Text("299999".to_owned())));
    let numbers = answer.frame.values("n");
    assert!(numbers.iter().enumerate().all(|(at, n)| *n == Value::Integer(at as i128)));
}

/// Catches an error after the first rows that ends up as a shorter result.
#[tokio::test]
async fn an_error_in_the_middle_of_a_result_is_an_error() {
    let sql = "SELECT throwIf(number = 250000, 'planted') AS v FROM numbers(300000) SETTINGS max_block_size = 1000";
    let error = refused(sql).await;
    assert!(error.message.contains("planted") && error.message.contains("code 395"), "{error} {:?}", error.causes);
}

#[tokio::test]
async fn errors_carry_the_servers_code_and_position() {
    let error = refused("SELECT 1,\n  2 2").await;
    assert!(error.message.contains("code 62") && error.message.contains("position 15"), "{error}");
    assert!(error.message.contains("(line 2, col 5)"), "{error}");
    assert_eq!(error.code, ErrorCode::QueryRefused);
    assert!(refused("SELECT * FROM no_such_table").await.message.contains("no_such_table"));
}

/// Catches a write that gets through; `readonly = 2` alone lets the first two pass.
#[tokio::test]
async fn nothing_is_ever_written() {
    let engine = engine();
    let file = format!("planted{}.csv", std::process::id());
    for sql in [
        format!("INSERT INTO FUNCTION file('{file}', 'CSV', 'a Int8') SELECT 1"),
        format!("WITH 1 AS x INSERT INTO FUNCTION file('{file}', 'CSV', 'a Int8') SELECT x"),
        format!("SELECT 1 INTO OUTFILE '{file}'"),
        "CREATE TABLE planted (a Int8) ENGINE = Memory".to_owned(),
        "DROP TABLE IF EXISTS planted".to_owned(),
    ] {
        let error = ask(&engine, &sql).await.err().unwrap_or_else(|| panic!("{sql} was not refused"));
        assert!(error.message.contains("write one SELECT"), "{sql}: {error}");
    }
    let read = ask(&engine, &format!("SELECT * FROM file('{file}', 'CSV', 'a Int8')")).await;
    assert!(read.is_err(), "the file was written");
    let mode = ask(&engine, "SELECT toInt8(getSetting('readonly')) AS v").await.unwrap();
    assert_eq!(mode.frame.values("v"), [Value::Integer(2)], "the server itself refuses writes");
    let error = ask(&engine, "SELECT 1 SETTINGS readonly = 0").await.unwrap_err();
    assert!(error.message.contains("code 164"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_named_but_never_printed() {
    let mut url = url();
    url.set_password(Some("wr0ng-secret")).unwrap();
    let engine = open(&url, &SourceOptions::default());
    let error = ask(&engine, "SELECT 1").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::AccessRefused);
    let all = format!("{error} {error:?}");
    assert!(error.message.contains("user and password"), "{error}");
    assert!(!all.contains("wr0ng-secret"), "{all}");
}

#[tokio::test]
async fn an_unreachable_server_is_a_connection_fault() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = url::Url::parse(&format!("clickhouse://u:s3cret-x@127.0.0.1:{port}/")).unwrap();
    let error = open(&url, &SourceOptions::default()).describe().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Connection);
    assert!(
        error.message.contains(&format!("127.0.0.1:{port}")) && !format!("{error:?}").contains("s3cret-x"),
        "{error:?}"
    );
}

/// Catches settings sent to an account that may send none, and an answer that does not say so.
#[tokio::test]
async fn an_account_that_may_change_no_setting_is_read_without_any() {
    let mut url = url();
    url.set_username("readonly").unwrap();
    let engine = open(&url, &SourceOptions::default());
    super::hold(&engine, expression).await;
    let answer = ask(&engine, "SELECT 'naïve' AS v").await.unwrap();
    let codes: Vec<&str> = answer.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["settings_not_sent"]);
    let report = engine.describe().await.unwrap();
    assert_eq!(
        (report.settings["readonly"].as_str(), report.settings["settings_sent"].as_str()),
        ("1", "none that change the profile")
    );
    assert!(ask(&engine, "SELECT unhex('FF') AS v").await.unwrap_err().message.contains("hex(v)"));

    let zoned = SourceOptions { timezone: Some("Asia/Tokyo".to_owned()), ..SourceOptions::default() };
    let error = open(&url, &zoned).describe().await.unwrap_err();
    assert!(error.message.contains("session_timezone"), "{error}");
}

#[tokio::test]
async fn time_zone_database_and_settings_reach_the_session() {
    let mut options = SourceOptions { timezone: Some("Asia/Tokyo".to_owned()), ..SourceOptions::default() };
    options.settings.insert("join_use_nulls".to_owned(), "1".to_owned());
    let mut url = url();
    url.set_path("/system");
    let engine = open(&url, &options);
    let sql = "SELECT currentDatabase() AS d, toString(toDateTime(0)) AS t, r.b AS b
        FROM (SELECT 1 AS a) AS l LEFT JOIN (SELECT 2 AS a, 5 AS b) AS r ON l.a = r.a";
    let answer = ask(&engine, sql).await.unwrap();
    assert_eq!(answer.frame.values("d"), [Value::Text("system".to_owned())]);
    assert_eq!(answer.frame.values("t"), [Value::Text("1970-01-01 09:00:00".to_owned())]);
    assert_eq!(answer.frame.values("b"), [Value::Null]);
    assert!(answer.warnings.is_empty());
    let report = engine.describe().await.unwrap();
    assert_eq!((report.engine.as_str(), report.timezone.as_str()), ("clickhouse", "Asia/Tokyo"));
    assert_eq!((report.settings["join_use_nulls"].as_str(), report.settings["readonly"].as_str()), ("1", "2"));
    assert!(!report.version.is_empty());

    options.settings.insert("no_such_setting".to_owned(), "1".to_owned());
    let error = open(&url, &options).describe().await.unwrap_err();
    assert!(error.message.contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn the_clock_and_the_engine_are_told() {
    let engine = engine();
    let apart = engine.now().await.unwrap() - chrono::Utc::now();
    assert!(apart.num_seconds().abs() < 60, "{apart}");
    assert!(engine.has(&Requirement::Engine("clickhouse".to_owned())).await.unwrap());
    assert!(!engine.has(&Requirement::Extension("timescaledb".to_owned())).await.unwrap());
}

/// Catches a query that works on at the server after it was given up.
#[tokio::test]
async fn a_query_given_up_ends_at_the_server() {
    let engine = engine();
    let marker = format!("planted{}", std::process::id());
    let sql = format!("SELECT sum(sipHash64(number)) AS {marker} FROM numbers(1000000000000)");
    let started = Instant::now();
    let error = query(&engine, &sql, Duration::from_secs(1), &CancellationToken::default()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout);
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());

    // The server's own limit is not what ends it here: the run is stopped long before.
    let stop = CancellationToken::default();
    let running = query(&engine, &sql, LIMIT, &stop);
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        stop.cancel();
    };
    let (outcome, ()) = tokio::join!(running, stopping);
    assert_eq!(outcome.unwrap_err().code, ErrorCode::Interrupted);
    let left = format!(
        "SELECT count() AS n FROM system.processes WHERE query LIKE '%{marker}%' AND query NOT LIKE '%processes%'"
    );
    for _ in 0..50 {
        if ask(&engine, &left).await.unwrap().frame.values("n") == [Value::Integer(0)] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the query still runs at the server");
}

/// Catches a server's own limit that is reported as something else than a timeout.
#[tokio::test]
async fn the_servers_limit_is_a_timeout() {
    let sql = "SELECT sum(sipHash64(number)) AS v FROM numbers(1000000000000)";
    let error = engine().fetch(sql, Duration::from_secs(1), &QueryHandle::default()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout, "{error}");
}

/// Catches a response that ends too early and passes for a shorter result. The proxy ends every response in
/// perfect HTTP; only Arrow's own end-of-stream marker is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_cut_off_anywhere_is_an_error() {
    let sql = "SELECT number AS n, toString(number) AS t FROM numbers(200000)";
    let whole = raw(sql);
    let boundaries = batch_boundaries(&whole);
    assert!(boundaries.len() > 3, "the response must hold several batches: {boundaries:?} of {}", whole.len());
    let mut cuts = boundaries.clone();
    cuts.extend([0, 3, 7, boundaries[1] + 5, boundaries[1] + 300, whole.len() - 1, whole.len() - 4, whole.len() - 7]);
    for cut in cuts {
        let engine = open(&cutting(cut), &SourceOptions::default());
        let outcome = ask(&engine, sql).await;
        if cut == whole.len() {
            assert_eq!(outcome.unwrap().frame.height(), 200_000, "the proxy itself does no harm");
        } else {
            let error = outcome.map(|answer| answer.frame.height()).expect_err(&format!("cut after {cut} bytes"));
            assert_eq!(error.code, ErrorCode::ConnectionLost, "cut after {cut} bytes: {error}");
            assert!(error.message.contains("cut off"), "cut after {cut} bytes: {error}");
        }
    }
}

fn address(url: &url::Url) -> String {
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(8123))
}

/// The body of an ArrowStream response, as the server sends it.
fn raw(sql: &str) -> Vec<u8> {
    let url = url();
    let head = format!(
        "POST /?default_format=ArrowStream&max_threads=1 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\
         X-ClickHouse-User: {}\r\nX-ClickHouse-Key: {}\r\nContent-Length: {}\r\n\r\n{sql}",
        url.username(),
        percent_encoding::percent_decode_str(url.password().unwrap_or_default()).decode_utf8().unwrap(),
        sql.len()
    );
    let mut server = TcpStream::connect(address(&url)).unwrap();
    server.write_all(head.as_bytes()).unwrap();
    let mut response = Vec::new();
    server.read_to_end(&mut response).unwrap();
    parts(&response).1
}

/// Head and body of a whole response, its chunks joined.
fn parts(response: &[u8]) -> (String, Vec<u8>) {
    let end = response.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(response[..end].to_vec()).unwrap();
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return (head, response[end..].to_vec());
    }
    let (mut body, mut at) = (Vec::new(), end);
    loop {
        let line = at + response[at..].windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&response[at..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return (head, body);
        }
        body.extend_from_slice(&response[line + 2..line + 2 + size]);
        at = line + 2 + size + 2;
    }
}

/// Where messages of an Arrow stream end: after the schema, after each batch, after the end-of-stream marker.
fn batch_boundaries(stream: &[u8]) -> Vec<usize> {
    let mut at = 0;
    let mut boundaries = Vec::new();
    while at < stream.len() {
        let length = u32::from_le_bytes(stream[at + 4..at + 8].try_into().unwrap()) as usize;
        let body = match length {
            0 => 0,
            _ => body_length(&stream[at + 8..at + 8 + length]),
        };
        at += 8 + length + body;
        boundaries.push(at);
    }
    boundaries
}

/// `bodyLength` of a message: its fourth flatbuffer field, an i64.
fn body_length(message: &[u8]) -> usize {
    let offset = |at: usize| i32::from_le_bytes(message[at..at + 4].try_into().unwrap());
    let table = usize::try_from(offset(0)).unwrap();
    let fields = usize::try_from(offset(0) - offset(table)).unwrap();
    let short = |at: usize| u16::from_le_bytes(message[at..at + 2].try_into().unwrap()) as usize;
    // The table of fields begins with its own length and leaves out trailing defaults.
    let field = if short(fields) > 10 { short(fields + 10) } else { 0 };
    if field == 0 {
        return 0;
    }
    i64::from_le_bytes(message[table + field..table + field + 8].try_into().unwrap()).try_into().unwrap()
}

/// A server before the real one that cuts the body of every Arrow response after `cut` bytes.
fn cutting(cut: usize) -> url::Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut url = url();
    let real = address(&url);
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let request = request(&mut client);
            let arrow = String::from_utf8_lossy(&request).contains("default_format=ArrowStream");
            let mut server = TcpStream::connect(&real).unwrap();
            server.write_all(&request).unwrap();
            let mut response = Vec::new();
            server.read_to_end(&mut response).unwrap();
            let (_, mut body) = parts(&response);
            if arrow {
                body.truncate(cut);
            }
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = client.write_all(head.as_bytes()).and_then(|()| client.write_all(&body));
        }
    });
    url
}

/// One whole request, told to close the connection after its answer.
fn request(client: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = head {
            let text = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = text.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
            if bytes.len() >= end + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap()) {
                let mut closing = bytes[..end].to_vec();
                closing.extend_from_slice(b"\r\nConnection: close");
                closing.extend_from_slice(&bytes[end..]);
                return closing;
            }
        }
        let read = client.read(&mut buffer).unwrap();
        assert!(read > 0, "the client hung up");
        bytes.extend_from_slice(&buffer[..read]);
    }
}
