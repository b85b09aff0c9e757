"""A server that is none: it speaks the start of a protocol and then nonsense, or passes on another server's words damaged.

    python3 hostile_server.py PROTOCOL SCENARIO              # PROTOCOL: postgres, mysql, clickhouse
    python3 hostile_server.py proxy HOST PORT SEED           # answers of the server at HOST:PORT, damaged as SEED says
    python3 hostile_server.py after HOST PORT PROTOCOL WORD  # the same, whole, until a client says WORD; then words without end

Prints its port, and serves until its standard input ends.
"""

import random
import socket
import struct
import sys
import threading
import time

HUGE = 0x7FFFFFF0


def receive(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def endless(connection, begin, one):
    connection.sendall(begin)
    block = one * max(1, 65536 // len(one))
    while True:
        connection.sendall(block)


def drip(connection, data):
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(0.3)
    time.sleep(3600)


# PostgreSQL

def message(kind, body):
    return kind + struct.pack(">i", len(body) + 4) + body


PG_READY = message(b"Z", b"I")
PG_HELLO = (message(b"R", struct.pack(">i", 0)) + message(b"S", b"server_version\x0017.0\x00")
            + message(b"S", b"client_encoding\x00UTF8\x00") + message(b"K", struct.pack(">ii", 1, 2)) + PG_READY)
PG_ROW = message(b"T", struct.pack(">h", 1) + b"n\x00" + struct.pack(">ihihih", 0, 0, 23, 4, -1, 0))


def postgres(connection, scenario):
    while True:
        length = struct.unpack(">i", receive(connection, 4))[0]
        code = struct.unpack(">i", receive(connection, 4))[0]
        receive(connection, length - 8)
        if code in (80877103, 80877104):
            if scenario == "drip":
                drip(connection, b"N" + PG_HELLO)
            connection.sendall(b"N")
            continue
        break
    if scenario == "drip":
        drip(connection, PG_HELLO)
    if scenario == "garbage":
        connection.sendall(random.Random(7).randbytes(4096))
        time.sleep(3600)
    if scenario == "cut":
        connection.sendall(PG_HELLO[: len(PG_HELLO) // 2])
        return
    if scenario == "huge_hello":
        connection.sendall(b"R" + struct.pack(">i", HUGE) + b"x" * 64)
        time.sleep(3600)
    if scenario == "negative_hello":
        connection.sendall(b"R" + struct.pack(">i", -5) + b"x" * 64)
        time.sleep(3600)
    connection.sendall(PG_HELLO)
    connection.recv(65536)
    if scenario == "huge":
        connection.sendall(b"D" + struct.pack(">i", HUGE) + b"x" * 64)
    elif scenario == "short":
        connection.sendall(message(b"T", b"") + message(b"D", b"\x00") + message(b"C", b"") + PG_READY)
    elif scenario == "empty_error":
        connection.sendall(message(b"E", b"") + PG_READY)
    elif scenario == "garbage_after_ready":
        connection.sendall(random.Random(8).randbytes(4096))
    elif scenario == "wrong_kinds":
        connection.sendall(b"".join(message(bytes([kind]), b"\x00" * 8) for kind in range(32, 127)))
    elif scenario == "endless":
        endless(connection, PG_ROW, message(b"D", struct.pack(">hi", 1, 4) + b"\x00\x00\x00\x01"))
    elif scenario == "endless_notices":
        endless(connection, b"", message(b"N", b"SNOTICE\x00Mhello\x00\x00"))
    time.sleep(3600)


# MySQL

def packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number & 255]) + body


MY_HELLO = packet(0, b"\x0a" + b"8.0.36\x00" + struct.pack("<I", 9) + b"abcdefgh\x00" + struct.pack("<H", 0xF7FF)
                  + b"\x21" + struct.pack("<H", 2) + struct.pack("<H", 0x000F | 0x0008) + b"\x15" + b"\x00" * 10
                  + b"ijklmnopqrst\x00" + b"mysql_native_password\x00")
MY_OK = b"\x00\x00\x00\x02\x00\x00\x00"


def mysql(connection, scenario):
    if scenario == "drip":
        drip(connection, MY_HELLO)
    if scenario == "garbage":
        connection.sendall(random.Random(7).randbytes(4096))
        time.sleep(3600)
    if scenario == "cut":
        connection.sendall(MY_HELLO[:30])
        return
    if scenario == "empty_hello":
        connection.sendall(packet(0, b""))
        time.sleep(3600)
    if scenario == "short_hello":
        connection.sendall(packet(0, b"\x0a" + b"8.0.36\x00" + b"\x01"))
        time.sleep(3600)
    if scenario == "no_end_of_version":
        connection.sendall(packet(0, b"\x0a" + b"8" * 64))
        time.sleep(3600)
    connection.sendall(MY_HELLO)
    connection.recv(65536)
    if scenario == "empty_answer":
        connection.sendall(packet(2, b""))
        time.sleep(3600)
    if scenario == "switch_to_nothing":
        connection.sendall(packet(2, b"\xfe"))
        time.sleep(3600)
    connection.sendall(packet(2, MY_OK))
    while True:
        connection.recv(65536)
        if scenario == "garbage_after_ready":
            connection.sendall(random.Random(8).randbytes(4096))
        elif scenario == "huge":
            connection.sendall(b"\xff\xff\xff\x01" + b"\x03")
        elif scenario == "many_columns":
            connection.sendall(packet(1, b"\xfe" + struct.pack("<Q", 1 << 62)))
        elif scenario == "short_column":
            connection.sendall(packet(1, b"\x01") + packet(2, b"\x03de"))
        elif scenario == "short_error":
            connection.sendall(packet(1, b"\xff"))
        elif scenario == "endless":
            text = lambda value: bytes([len(value)]) + value
            column = (text(b"def") + text(b"") * 3 + text(b"n") + text(b"n") + b"\x0c" + struct.pack("<HIBHBH", 33, 99, 253, 0, 0, 0))
            endless(connection, packet(1, b"\x01") + packet(2, column) + packet(3, b"\xfe\x00\x00\x00\x00"),
                    packet(4, text(b"x" * 99)))
        else:
            connection.sendall(packet(1, MY_OK))


# ClickHouse over HTTP

def http(body, extra=""):
    return (f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{extra}\r\n").encode() + body


def rows(*pairs):
    return "".join('["%s","%s"]\n' % pair for pair in pairs).encode()


def clickhouse(connection, scenario):
    if scenario == "drip":
        drip(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
    while True:
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return
            head += more
        head, _, body = head.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), None)
        if length is None:
            while b"0\r\n\r\n" not in body:
                body += connection.recv(65536)
        else:
            body += receive(connection, length - len(body))
        if scenario == "garbage":
            connection.sendall(random.Random(7).randbytes(4096))
            return
        if scenario == "no_json":
            connection.sendall(http(b"hello\n"))
            continue
        if scenario == "deep_json":
            connection.sendall(http(b"[" * 2_000_000))
            continue
        if scenario == "cut":
            connection.sendall(http(rows(("readonly", "2")))[:-5])
            return
        if scenario == "endless":
            endless(connection, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"c\r\n[\"a\",\"bcde\"]\r\n")
        if scenario == "endless_header":
            endless(connection, b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n")
        if b"DESCRIBE TABLE" in body:
            deep = "Array(" * 100_000 + "UInt8" + ")" * 100_000
            connection.sendall(http(rows(("n", deep if scenario == "deep_type" else "UInt8"))))
        elif b"EXPLAIN" in body:
            connection.sendall(http(b'["QUERY id: 0"]\n'))
        elif b"system." in body or b"version()" in body:
            connection.sendall(http(rows(("readonly", "2"), ("join_use_nulls", "0"), ("version()", "26.1"), ("timezone()", "UTC"))))
        elif scenario == "arrow_garbage":
            connection.sendall(http(random.Random(8).randbytes(65536)))
        elif scenario == "arrow_huge":
            connection.sendall(http(b"\xff\xff\xff\xff" + struct.pack("<i", HUGE) + b"x" * 64))
        elif scenario == "arrow_negative":
            connection.sendall(http(b"\xff\xff\xff\xff" + struct.pack("<i", -8) + b"x" * 64))
        else:
            connection.sendall(http(b""))


# Another server's words, damaged

def damaged(chance, data):
    data = bytearray(data)
    at = chance.randrange(len(data))
    how = chance.randrange(6)
    if how == 0:
        data[at] ^= 1 << chance.randrange(8)
    elif how == 1:
        del data[at : at + chance.randrange(1, 9)]
    elif how == 2:
        data[at:at] = chance.randbytes(chance.randrange(1, 9))
    elif how == 3:
        data[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00"])
    elif how == 4:
        data[at:at] = data[: chance.randrange(1, len(data) + 1)]
    else:
        del data[at:]
    return bytes(data)


def proxy(connection, host, port, seed):
    chance = random.Random(seed)
    # Late ones reach the rows, early ones the greeting.
    calm = chance.choice([0, 1, 2, 4, 8, 16, 32])
    server = socket.create_connection((host, port))

    def up():
        try:
            while data := connection.recv(65536):
                server.sendall(data)
        except OSError:
            pass
        server.close()

    threading.Thread(target=up, daemon=True).start()
    count = 0
    while data := server.recv(65536):
        count += 1
        if count > calm and chance.random() < 0.3:
            data = damaged(chance, data)
        if data:
            connection.sendall(data)


# Another server's words until a query holds a certain one

def after(connection, host, port, protocol, word):
    server = socket.create_connection((host, port))

    def down():
        try:
            while data := server.recv(65536):
                connection.sendall(data)
        except OSError:
            pass

    def forever():
        try:
            if protocol == "postgres":
                endless(connection, b"", message(b"N", b"SNOTICE\x00Mhello\x00\x00"))
            text = lambda value: bytes([len(value)]) + value
            column = (text(b"def") + text(b"") * 3 + text(b"n") + text(b"n") + b"\x0c"
                      + struct.pack("<HIBHBH", 33, 99, 253, 0, 0, 0))
            prepared = packet(1, b"\x00" + struct.pack("<IHHBH", 1, 1, 0, 0, 0))
            # Both sides have agreed that nothing stands between columns and rows.
            endless(connection, prepared + packet(2, column) + packet(1, b"\x01") + packet(2, column),
                    packet(3, b"\x00\x00" + text(b"x" * 99)))
        except OSError:
            pass

    threading.Thread(target=down, daemon=True).start()
    said = b""
    while data := connection.recv(65536):
        said = said[-64:] + data
        if word in said:
            # What the server still says would come between.
            time.sleep(0.1)
            server.shutdown(socket.SHUT_RD)
            threading.Thread(target=forever, daemon=True).start()
            while connection.recv(65536):
                pass
            return
        server.sendall(data)


def serve(connection, count):
    try:
        if sys.argv[1] == "after":
            after(connection, sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5].encode())
        elif sys.argv[1] == "proxy":
            proxy(connection, sys.argv[2], int(sys.argv[3]), f"{sys.argv[4]}-{count}")
        elif sys.argv[2] == "silence":
            time.sleep(3600)
        elif sys.argv[2] != "close":
            {"postgres": postgres, "mysql": mysql, "clickhouse": clickhouse}[sys.argv[1]](connection, sys.argv[2])
    except OSError:
        pass
    finally:
        connection.close()


def accept(listener):
    count = 0
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, count), daemon=True).start()
        count += 1


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(listener,), daemon=True).start()
sys.stdin.read()
