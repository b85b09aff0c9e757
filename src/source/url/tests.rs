use super::*;

/// Catches a password that is shown as the host, the database, a parameter or a file of a URL that means something else
/// than its writer meant, and a URL whose secret is nowhere to be seen but taken apart wrongly.
#[test]
fn no_part_of_a_url_that_may_be_a_secret_is_shown() {
    let odd = [
        "postgres://u:/S3CRET@h/db",
        "postgres://u:#S3CRET@h/db",
        "postgres://u:12/S3CRET@h/db",
        "postgres://u:a@S3CRET@h/db",
        "mysql://u:7?S3CRET@h/db",
        "clickhouse://u:/S3CRET@h:1/db",
        "clickhouses://h/db?S3CRET",
        "clickhouse://h/db#S3CRET",
        "mariadb://h/S3CRET/db",
        "postgres://h:/S3CRET",
        "postgres://h/db?sslpassword=S3CRET",
        "mysql://h/db?token=S3CRET",
        "postgres://u:S3CRET@h:notaport/db",
        "postgres://u:S3CRET@:5432/db",
        "postgres:/u:S3CRET@h/db",
        "postgres:u:S3CRET@h/db",
        "POSTGRES:u:S3CRET@h/db",
        "//u:S3CRET@h/db",
        "u:S3CRET@h/db",
        "oracle://u:S3CRET@h/db",
        "S3CRET://h/db",
        "S3CRET://u@h/db",
        "postgres://u:S3CRET@h1:5432,h2:5432/db",
        " postgres://u:S3CRET@h/db",
        "postgres://u:S3CRET@h/db\n",
        "postgres://u:S3C\tRET@h/db",
        "sqlite:u:S3CRET@h/db",
        "sqlite://u:S3CRET@h/db",
        "sqlite:a.db?key=S3CRET",
        "adbc:duckdb:u:S3CRET@h/db",
        "adbc:duckdb:a.duckdb?motherduck_token=S3CRET",
        "adbc:snowflake:S3CRET",
        "duckdb:S3CRET.duckdb",
        "duckdb://u:S3CRET@h/db",
        "a.csv?token=S3CRET",
        "postgres//u:S3CRET@h/db",
        "postgres;//u:S3CRET@h/db",
        "clickhouse//u:S3CRET@h",
        "s3//key:S3CRET@bucket/x",
        "exports/u:S3CRET@h/db",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=S3CRET==;EndpointSuffix=core.windows.net",
        "Endpoint=sb;SharedAccessSignature=S3CRET",
        "host=h password=S3CRET dbname=d",
        "host=h PASSWORD = 'S3CRET'",
        "Server=h;Database=d;Uid=u;Pwd=S3CRET;",
        "sqlite:a.db;password=S3CRET",
        "file://u:S3CRET@h/db",
        "file://u:/S3CRET@h/db",
    ];
    for text in odd {
        let why = SourceUrl::parse(text, Path::new("/")).expect_err(text);
        assert!(!format!("{why} {why:?}").contains("S3C"), "{why}");
    }
    let masked = [
        "postgres://u:S3CRET@h/db",
        "postgres://u:%2FS3CRET@h/db",
        "postgres://u@h/db?password=S3CRET&sslkey=S3CRET&options=S3CRET",
        "clickhouse://h:8123/db?user=u&password=S3CRET&access_token=S3CRET",
        "mysql://u:S3CRET@h/d?ssl-key=S3CRET",
    ];
    for text in masked {
        let url = SourceUrl::parse(text, Path::new("/")).unwrap();
        assert!(!format!("{url} {url:?}").contains("S3CRET"), "{url}");
        assert!(url.secrets().iter().any(|one| one.ends_with("S3CRET")));
    }
    let setting = "clickhouse://h/?session_timezone=Europe%2FBerlin&max_memory_usage=10000000000";
    assert!(SourceUrl::parse(setting, Path::new("/")).unwrap().secrets().is_empty(), "it may stand in data");
    let shown = SourceUrl::parse("postgres://u@h/db?sslmode=verify-full&host=%2Frun", Path::new("/")).unwrap();
    assert_eq!(shown.to_string(), "postgres://u@h/db?sslmode=verify-full&host=%2Frun");
    assert!(SourceUrl::parse("postgres://app:app@h/db", Path::new("/")).unwrap().secrets().is_empty());
}

/// Catches an error that speaks of a port where hosts were listed, and a comma that is no list taken for one.
#[test]
fn several_hosts_are_refused_by_that_name() {
    let read = |text| SourceUrl::parse(text, Path::new("/"));
    for text in [
        "postgres://h1:5432,h2:5432/db",
        "postgres://u:p@h1,h2/db",
        "postgresql://h1,h2:5433",
        "mysql://u@h1:3306,h2:3306/db?ssl-mode=DISABLED",
        "clickhouse://h1,h2:8123",
        "postgres://u@h/db?host=h1,h2",
        "postgres://u@h/db?port=1,2",
        "postgres://[::1]:5432,[::2]:5432/db",
    ] {
        let why = read(text).expect_err(text);
        assert_eq!(why, UrlError::Hosts, "{text}");
    }
    for text in ["postgres://u:p,q@h/db", "postgres://u@h/a,b", "clickhouse://h/?format_csv_null_representation=a,b"] {
        assert!(read(text).is_ok(), "{text}");
    }
}

#[test]
fn what_stays_on_this_machine_is_told_from_the_rest() {
    let remote = |text| SourceUrl::parse(text, Path::new("/")).unwrap().is_remote();
    for text in
        ["postgres://db/a", "mysql://10.0.0.1/a", "clickhouse://[2001:db8::1]/a", "postgres://localhost/a?host=db"]
    {
        assert!(remote(text), "{text}");
    }
    for text in [
        "postgres://localhost/a",
        "mysql://127.0.0.1/a",
        "clickhouse://[::1]/a",
        "postgres://db/a?host=/run/postgresql",
        "postgres://%2Frun%2Fpostgresql/a",
        "postgres://u@/a?host=/run/postgresql",
        "mysql:///a?socket=/run/mysqld/mysqld.sock",
        "mysql://db/a?socket=/run/mysqld/mysqld.sock",
        "sqlite:a.db",
        "a.csv",
    ] {
        assert!(!remote(text), "{text}");
    }
}

#[test]
fn paths_start_at_the_suite() {
    let base = Path::new("/suite");
    let shown = |text| SourceUrl::parse(text, base).unwrap().to_string();
    assert_eq!(shown("sqlite:a.db"), "sqlite:/suite/a.db");
    assert_eq!(shown("sqlite:///a.db"), "sqlite:/a.db");
    assert_eq!(shown("new"), "/suite/new");
    assert_eq!((shown("./a:b"), shown("/a:b@c")), ("/suite/./a:b".to_owned(), "/a:b@c".to_owned()));
    assert_eq!(shown("file:///a@b.csv"), "/a@b.csv");
    assert_eq!(shown("sales/year=2026/month=01"), "/suite/sales/year=2026/month=01");
    assert!(matches!(SourceUrl::parse("oracle://h/x", base), Err(UrlError::Scheme(_))));
    assert_eq!(shown("adbc:duckdb:a.duckdb"), "adbc:duckdb:/suite/a.duckdb");
    assert_eq!(shown("adbc:duckdb:///a.duckdb"), "adbc:duckdb:/a.duckdb");
    let refused = SourceUrl::parse("gs:///t.csv", base).unwrap_err().to_string();
    assert!(refused.contains("it names no bucket"), "{refused}");
}

/// Catches an address of ClickHouse Cloud's own pages that is taken for that of a file.
#[test]
fn a_server_of_clickhouse_cloud_is_told_by_its_scheme() {
    let read = |text| SourceUrl::parse(text, Path::new("/"));
    let why = read("https://abc.eu-central-1.aws.clickhouse.cloud:8443").unwrap_err().to_string();
    assert!(why.contains("write clickhouses://"), "{why}");
    assert!(read("clickhouses://u:p@abc.eu-central-1.aws.clickhouse.cloud:8443/default").is_ok());
    assert!(read("https://abc.example.org/t.csv").is_ok());
}
