# Starts Spark Connect, and fetches its ADBC driver, for a script that has sourced lib.sh; both are installed into .engines/.
# shellcheck shell=bash

SPARK="pyspark==4.3.0 adbc-driver-spark==0.3.0"

spark_port=
spark_cluster_port=
jdbc_jar=

# The server is a Java program: 17 is the first version that runs it.
find_java() {
    local version
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1 || true)
    [ "${version:-0}" -lt 17 ] || return 0
    # Which of the two there is depends on the system; in a shell of its own, since a package that is not there ends it.
    (apt_install openjdk-17-jre-headless) 2>/dev/null || true
    command -v java >/dev/null || apt_install default-jre-headless
}

install_spark() {
    mkdir -p .engines
    (
        # Two runs at once must not fill one environment.
        ! command -v flock >/dev/null || flock 9
        local folder
        folder=$(cd .engines && pwd -P)/spark-venv
        [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$folder: $SPARK" ] || exit 0
        say "installing $SPARK from PyPI into .engines/ (about 500 MB)"
        new_venv "$folder"
        # What they need beside each other is for Python programs, of which none runs here.
        # shellcheck disable=SC2086
        "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps $SPARK >&2
        printf '%s' "$folder: $SPARK" >"$folder/installed"
    ) 9>.engines/spark.lock
}

# The driver of JDBC by which Spark reads PostgreSQL, from Debian's package or from an archive of it that is unpacked here: what the
# package wants beside it is for others.
find_jdbc() {
    jdbc_jar=/usr/share/java/postgresql.jar
    [ ! -f "$jdbc_jar" ] || return 0
    jdbc_jar=$(cd .engines && pwd -P)/jdbc/usr/share/java/postgresql.jar
    [ ! -f "$jdbc_jar" ] || return 0
    command -v apt-get >/dev/null || die "there is no $jdbc_jar; put the driver of JDBC of PostgreSQL there"
    say "fetching libpostgresql-jdbc-java with apt-get into .engines/"
    local fetched
    fetched=$(mktemp -d "$HOME_OF_ENGINES/jdbc.XXXXXX")
    (cd "$fetched" && { apt-get download -qq libpostgresql-jdbc-java || { apt-get update -qq && apt-get download -qq libpostgresql-jdbc-java; }; }) \
        </dev/null >"$fetched/log" 2>&1 || { cat "$fetched/log" >&2; die "apt-get could not fetch libpostgresql-jdbc-java"; }
    dpkg -x "$fetched"/*.deb "$fetched/jdbc"
    mkdir -p .engines
    # Of two runs at once the second finds it there.
    mv -T "$fetched/jdbc" .engines/jdbc 2>/dev/null || [ -f "$jdbc_jar" ]
}

# The path of the driver, unless another is given.
find_spark() {
    [ -z "${CUTOVER_TEST_SPARK_DRIVER:-}" ] || return 0
    install_spark
    CUTOVER_TEST_SPARK_DRIVER=$(echo "$(cd .engines && pwd -P)"/spark-venv/lib/python3*/site-packages/adbc_driver_spark/libadbc_driver_spark.so)
    export CUTOVER_TEST_SPARK_DRIVER
}

# Starts two servers, which takes from ten seconds to a minute; spark_answers waits for them. In one all is one program; the
# other has two executors, programs of their own, between which rows are shuffled.
start_spark() {
    find_java
    install_spark
    find_jdbc
    spark_port=$(free_port)
    start_spark_server spark "$spark_port" "local[2]"
    spark_pid=$!
    export CUTOVER_TEST_SPARK_URL="adbc:spark://127.0.0.1:$spark_port"
    spark_cluster_port=$(free_port)
    start_spark_server spark-cluster "$spark_cluster_port" "local-cluster[2,1,1024]"
    spark_cluster_pid=$!
    export CUTOVER_TEST_SPARK_CLUSTER_URL="adbc:spark://127.0.0.1:$spark_cluster_port"
}

# start_spark_server FOLDER PORT MASTER
start_spark_server() {
    local home=$HOME_OF_ENGINES/$1 server
    server=$(echo "$(cd .engines && pwd -P)"/spark-venv/lib/python3*/site-packages/pyspark)
    mkdir "$home"
    # Quick in what tests ask, which is little: no code is compiled for a query, and a shuffle has two parts. The zone is far
    # from UTC, so a session that is not pinned shows.
    (cd "$home" && exec env SPARK_HOME="$server" SPARK_LOCAL_IP=127.0.0.1 "$server/bin/spark-submit" \
        --class org.apache.spark.sql.connect.service.SparkConnectServer --master "$3" --driver-memory 1g \
        --jars "$jdbc_jar" \
        --driver-java-options "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" \
        --conf spark.connect.grpc.binding.address=127.0.0.1 --conf spark.connect.grpc.binding.port="$2" \
        --conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 --conf spark.ui.enabled=false \
        --conf spark.sql.warehouse.dir="$home/warehouse" --conf spark.sql.shuffle.partitions=2 \
        --conf spark.sql.session.timeZone=America/New_York --conf spark.sql.codegen.wholeStage=false spark-internal) \
        >"$home/log" 2>&1 </dev/null &
    store_pids="$store_pids $!"
}

spark_answers() {
    [ -n "$spark_port" ] || return 0
    # A minute is little for it where the machine does other work.
    WAIT_FIFTHS=1500 wait_for "$spark_pid" "$HOME_OF_ENGINES/spark/log" Spark listens "$spark_port"
    WAIT_FIFTHS=1500 wait_for "$spark_cluster_pid" "$HOME_OF_ENGINES/spark-cluster/log" "Spark's cluster" listens "$spark_cluster_port"
}

listens() {
    python3 -c "import socket; socket.create_connection(('127.0.0.1', $1), 1).close()"
}
