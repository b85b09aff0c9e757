"""ClickHouse's HTTP interface over the real ClickHouse engine (PyPI `chdb-core`), for tests.

The engine parses, checks and runs every statement; this front only speaks HTTP the way the server does:
query in the body, the URL or multipart/form-data; settings, `database`, `default_format`, `query_id` and
`param_*` as URL parameters; users; error codes as headers and HTTP states; errors after the first bytes.
Each request has a connection of its own, so database, settings and `readonly` are that request's alone.

Not spoken: sessions, HTTP compression, native block compression (`compress=1` is refused), TLS.

    python3 clickhouse.py --port 8123 --path DIR [--user U --password P]

Users, all with the same password: U (default `default`, no password); `readonly`, whose profile is readonly=1, so that it
may change no setting, as a usual reporting account; and for every profile `profile?SETTING=VALUE&…`, in which
`const=SETTING,…` names those that the profile allows nobody to change.
"""

import argparse
import base64
import email
import json
import re
import secrets
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import chdb

# Parameters of a request that are no settings of the engine.
NOT_SETTINGS = {"query", "database", "default_format", "query_id", "user", "password", "compress", "decompress",
                "session_id", "session_timeout", "session_check", "quota_key", "stacktrace", "role",
                "wait_end_of_query", "buffer_size"}
# HTTP states as the server's exceptionCodeToHTTPStatus gives them; every other error is 500.
STATES = {194: 401, 516: 403, 192: 403, 193: 403, 62: 400, 36: 400, 6: 400, 26: 400, 27: 400, 38: 400, 41: 400,
          43: 400, 44: 400, 53: 400, 456: 400, 60: 404, 81: 404, 46: 404, 47: 404, 50: 404, 56: 404, 73: 404,
          115: 404, 48: 501, 159: 408}
END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
VERSION = ""


class Refusal(Exception):
    """An error the server itself would raise before the engine sees the query."""

    def __init__(self, code, name, message):
        super().__init__(f"Code: {code}. DB::Exception: {message} ({name})")


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def message_of(error):
    """The server's line for an error of the engine, and its code."""
    text = re.sub(r"^(Streaming query failed|Query failed): ", "", str(error).strip())
    nested = re.match(r"Code: (\d+)\. DB::Exception: (Code: \1\. DB::Exception: .*) \(version [^()]*\)\. \(\w+\)$", text, re.S)
    if nested:
        text = nested.group(2)
    text = re.sub(r"\n/\* query_id=\S+ \*/", "", text)
    code = re.match(r"Code: (\d+)", text)
    return f"{text} (version {VERSION} (official build))\n", int(code.group(1)) if code else 1001


def first_word(sql):
    bare = re.sub(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|#[ !][^\n]*(?:\n|\Z)|/\*.*?\*/|\()*", "", sql, flags=re.S)
    word = re.match(r"\w+", bare)
    return word.group(0).upper() if word else ""


def marked(sql, query_id):
    """The query with its id at the end, where `KILL QUERY` finds it: the engine gives ids of its own."""
    return f"{sql}\n/* query_id={query_id} */"


def killing(sql):
    """`KILL QUERY WHERE query_id = 'x'` said in terms of `marked`."""
    def found(match):
        return f"(query LIKE '%/* query_id={match.group(1)} */' AND query NOT LIKE 'KILL%')"
    return re.sub(r"\bquery_id\s*=\s*'([\w-]+)'", found, sql)


def messages(stream):
    """The messages of a small Arrow stream without its schema and end: what may follow in a longer stream."""
    (length,) = struct.unpack_from("<i", stream, 4)
    return stream[8 + length:-len(END_OF_STREAM)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "ClickHouse"
    # A response is several small writes; without this each waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        if urlsplit(self.path).path == "/ping":
            return self.reply(200, b"Ok.\n")
        self.answer({"readonly": "2"})

    def do_POST(self):
        self.answer({})

    def answer(self, defaults):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parameters = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        query_id = parameters.get("query_id") or secrets.token_hex(16)
        connection = None
        try:
            profile = self.profile(parameters)
            parameters, sql = self.statement(parameters, body)
            if parameters.get("compress") == "1" or parameters.get("decompress") == "1":
                raise Refusal(48, "NOT_IMPLEMENTED", "native block compression is not spoken by this front")
            connection = chdb.connect(self.server.folder)
            self.prepare(connection, profile, {**defaults, **parameters})
            self.refuse_several(connection, sql)
            self.run(connection, sql, parameters.get("default_format") or "TabSeparated", query_id)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:  # every error of the engine becomes the server's answer
            text, code = message_of(error)
            self.reply(STATES.get(code, 500), text.encode(), {"X-ClickHouse-Exception-Code": str(code)}, query_id)
        finally:
            if connection is not None:
                connection.close()

    def profile(self, parameters):
        """Settings of the user's profile, after its password was checked."""
        user = self.headers.get("X-ClickHouse-User") or parameters.get("user")
        password = self.headers.get("X-ClickHouse-Key") or parameters.get("password")
        basic = self.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            user, _, password = base64.b64decode(basic[6:]).decode().partition(":")
        user, password = user or "default", password or ""
        known = user in (self.server.user, "readonly") or user.startswith("profile?")
        if not known or password != self.server.password:
            raise Refusal(516, "AUTHENTICATION_FAILED", f"{user}: Authentication failed: password is incorrect, "
                          "or there is no user with such name.")
        if user.startswith("profile?"):
            return dict(parse_qsl(user.removeprefix("profile?"), keep_blank_values=True))
        return {"readonly": "1"} if user == "readonly" else {}

    def statement(self, parameters, body):
        kind = self.headers.get("Content-Type", "")
        sql = parameters.get("query", "")
        if kind.startswith("multipart/form-data"):
            form = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
            for part in form.get_payload():
                name = part.get_param("name", header="content-disposition")
                parameters[name] = part.get_payload(decode=True).decode()
            sql = parameters.get("query", "")
        elif body:
            sql = f"{sql}\n{body.decode()}" if sql else body.decode()
        if not sql.strip():
            raise Refusal(62, "SYNTAX_ERROR", "Syntax error: failed at position 1 (end of query) (line 1, col 1): Empty query.")
        return parameters, sql

    def prepare(self, connection, profile, parameters):
        if parameters.get("database"):
            name = parameters["database"].replace("`", "\\`")
            connection.query(f"USE `{name}`")
        constant = [name for name in profile.pop("const", "").split(",") if name]
        self.set(connection, profile)
        settings = {name: value for name, value in parameters.items() if name not in NOT_SETTINGS}
        if "filter" in settings:  # as the server does: one more condition, whatever the profile's is
            settings["filter"] = " AND ".join(f"({one})" for one in (profile.get("filter"), settings["filter"]) if one)
        for name in settings:
            if not re.fullmatch(r"\w+", name):
                raise Refusal(115, "UNKNOWN_SETTING", f"Unknown setting '{name}'.")
            # As the server does, which passes over a value that is the profile's own.
            if name in constant and settings[name] != profile.get(name):
                raise Refusal(452, "SETTING_CONSTRAINT_VIOLATION", f"Setting {name} should not be changed")
        self.set(connection, settings)

    def set(self, connection, settings):
        """All at once, and `readonly` last: the others are given in the same breath, not after it."""
        names = sorted(settings, key=lambda name: name == "readonly")
        if names:
            connection.query("SET " + ", ".join(f"{name} = {quote(settings[name])}" for name in names))

    def refuse_several(self, connection, sql):
        """The engine as a library runs `a; b`; the server refuses it."""
        if ";" in sql.rstrip().rstrip(";") and first_word(sql) != "INSERT":
            try:
                connection.query(f"SELECT formatQuery({quote(sql)})")
            except Exception as error:
                if "Multi-statements" in str(error):
                    raise Refusal(62, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed).") from None

    def run(self, connection, sql, wanted, query_id):
        if first_word(sql) == "KILL":
            sql = killing(sql)
        elif first_word(sql) != "INSERT":
            sql = marked(sql, query_id)
        own_format = re.search(r"\bFORMAT\s+(\w+)\s*;?\s*/\* query_id=\S+ \*/\Z", sql)
        if wanted == "ArrowStream" and not own_format and first_word(sql) in ("SELECT", "WITH", "FROM"):
            if self.stream(connection, sql, query_id):
                return
        result = connection.query(sql, wanted)
        summary = json.dumps({"read_rows": str(result.storage_rows_read()), "read_bytes": str(result.storage_bytes_read())})
        self.reply(200, result.bytes() if result.size() else b"",
                   {"X-ClickHouse-Summary": summary, "X-ClickHouse-Format": own_format.group(1) if own_format else wanted}, query_id)

    def stream(self, connection, sql, query_id):
        """Sends blocks as they come; False when there is none, since the engine then gives no schema either."""
        blocks = iter(connection.send_query(sql, "ArrowStream"))
        first = next(blocks, None)
        if first is None:
            return False
        tag = secrets.token_hex(8)
        self.send_response(200)
        self.common({"X-ClickHouse-Format": "ArrowStream", "X-ClickHouse-Exception-Tag": tag}, query_id)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(first.bytes()[:-len(END_OF_STREAM)])
        try:
            for block in blocks:
                self.chunk(messages(block.bytes()))
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:  # as the server does since 25.11: the text in the body, then no last chunk
            text = message_of(error)[0].encode()
            self.chunk(f"\r\n__exception__\r\n{tag}\r\n".encode() + text + f"{len(text)} {tag}\r\n__exception__\r\n".encode())
            self.close_connection = True
            return True
        self.chunk(END_OF_STREAM)
        self.wfile.write(b"0\r\n\r\n")
        return True

    def chunk(self, data):
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def common(self, headers, query_id):
        for name, value in {**headers, "X-ClickHouse-Query-Id": query_id, "X-ClickHouse-Server-Display-Name": "chdb"}.items():
            self.send_header(name, value)

    def reply(self, state, body, headers=None, query_id=""):
        self.send_response(state)
        self.common(headers or {}, query_id)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--path", required=True, help="folder of the engine's data; one process at a time")
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--user", default="default")
    arguments.add_argument("--password", default="")
    options = arguments.parse_args()

    global VERSION
    # One connection stays open: the engine lives as long as any connection does.
    keeper = chdb.connect(options.path)
    VERSION = keeper.query("SELECT version()", "TabSeparated").bytes().decode().strip()
    server = Server((options.host, options.port), Handler)
    server.folder, server.user, server.password = options.path, options.user, options.password
    print(f"ready: ClickHouse {VERSION} on http://{options.host}:{options.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
