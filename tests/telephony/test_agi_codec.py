"""AGI bytes: whole, byte by byte, truncated, hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.agi_codec import (
    MAX_LINE,
    EnvironmentReader,
    Lines,
    ProtocolError,
    Reply,
    ReplyReader,
    UnsafeArgument,
    encode_command,
    quote,
)
from tests.telephony.fake_asterisk import split_words

REPLIES = [
    (b"200 result=0\n", Reply(200, "0")),
    (b"200 result=-1\n", Reply(200, "-1")),
    (b"200 result=49 endpos=11680\n", Reply(200, "49", endpos=11680)),
    (b"200 result=-1 (hangup) endpos=80\n", Reply(200, "-1", "hangup", 80)),
    (b"200 result= (timeout)\n", Reply(200, "", "timeout")),
    (b"200 result=\n", Reply(200, "")),
    (b"200 result=1*2 (timeout)\n", Reply(200, "1*2", "timeout")),
    (b"200 result=1 (a (b) c)\n", Reply(200, "1", "a (b) c")),
    (b"200 result=1 (two\nlines)\n", Reply(200, "1", "two\nlines")),
    (b"HANGUP\n200 result=0\n", Reply(200, "0")),
    (b"agi_callingtns: 0\n\n200 result=0\n", Reply(200, "0")),
    (b"510 Invalid or unknown command\n", Reply(510, data="Invalid or unknown command")),
    (b"511 Command Not Permitted on a dead channel\n", Reply(511, data="Command Not Permitted on a dead channel")),
    (b"520 Invalid command syntax.\n", Reply(520, data="Invalid command syntax.")),
    (
        b"520-Invalid command syntax.  Proper usage follows:\nUsage: X\n  200 result=7\n520 End of proper usage.\n",
        Reply(520, data="Invalid command syntax.  Proper usage follows:\nUsage: X\n  200 result=7\n520 End of proper usage."),
    ),
    (b"200 result=1\r\n", Reply(200, "1")),
]


def reader() -> tuple[Lines, ReplyReader]:
    lines = Lines()
    return lines, ReplyReader(lines)


@pytest.mark.parametrize(("data", "expected"), REPLIES)
def test_a_reply_is_read_whole(data: bytes, expected: Reply) -> None:
    lines, replies = reader()
    lines.feed(data)
    assert (replies.next(), replies.next()) == (expected, None)
    assert replies.hung_up == data.startswith(b"HANGUP")


@pytest.mark.parametrize(("data", "expected"), REPLIES)
def test_a_reply_is_read_byte_by_byte(data: bytes, expected: Reply) -> None:
    lines, replies = reader()
    for n in range(len(data) - 1):
        lines.feed(data[n : n + 1])
        assert replies.next() is None
    lines.feed(data[-1:])
    assert replies.next() == expected


def test_a_hang_up_line_after_a_reply_is_not_lost() -> None:
    lines, replies = reader()
    lines.feed(b"200 result=-1\nHANGUP\nHANGUP\n")
    assert replies.next() == Reply(200, "-1")
    assert not replies.hung_up
    assert replies.next() is None
    assert replies.hung_up


@pytest.mark.parametrize("data", [b"x" * (MAX_LINE + 2), b"junk\n" * 300, b"200 result=1 (\n" + b"never\n" * 200])
def test_a_peer_that_says_too_much_is_refused(data: bytes) -> None:
    lines, replies = reader()
    lines.feed(data)
    with pytest.raises(ProtocolError):
        replies.next()


@given(st.binary(max_size=400))
def test_random_bytes_are_a_reply_or_refused(data: bytes) -> None:
    lines, replies = reader()
    lines.feed(data)
    try:
        while replies.next() is not None:
            pass
    except ProtocolError:
        pass


HEADER = b"agi_network: yes\nagi_request: agi://h/call?call=c-1\nagi_callerid: 0199000001\nagi_arg_1: a:b\n\n"


@pytest.mark.parametrize("step", [1, 7, len(HEADER)])
def test_a_header_is_read_in_any_pieces(step: int) -> None:
    lines = Lines()
    header = EnvironmentReader(lines)
    found = None
    for start in range(0, len(HEADER), step):
        assert found is None
        lines.feed(HEADER[start : start + step])
        found = header.next()
    assert found == {
        "agi_network": "yes",
        "agi_request": "agi://h/call?call=c-1",
        "agi_callerid": "0199000001",
        "agi_arg_1": "a:b",
    }


@pytest.mark.parametrize(
    "caller",
    ['"Anne" <1>', "a,b;c|d&e", "x" * 500, "☎️ Zoé 🦊", "\\", "${SHELL(id)}", "'; DROP TABLE", "agi_request: agi://evil/"],
)
def test_an_odd_caller_name_is_only_a_string(caller: str) -> None:
    lines = Lines()
    lines.feed(f"agi_request: agi://h/call\nagi_calleridname: {caller}\nagi_threadid: 1\n\n".encode())
    assert EnvironmentReader(lines).next() == {
        "agi_request": "agi://h/call",
        "agi_calleridname": caller,
        "agi_threadid": "1",
    }


def test_a_caller_name_that_is_not_utf8_is_read_with_marks() -> None:
    lines = Lines()
    lines.feed(b"agi_request: agi://h/call\nagi_calleridname: Zo\xe9 \xff\n\n")
    found = EnvironmentReader(lines).next()
    assert found is not None
    assert found["agi_calleridname"] == "Zo\ufffd \ufffd"


def test_a_name_smuggled_in_by_a_newline_does_not_replace_the_true_one() -> None:
    lines = Lines()
    lines.feed(b"agi_request: agi://h/call?call=true\nagi_callerid: 1\nagi_request: agi://h/resume?call=other\n\n200 result=1\n")
    found = EnvironmentReader(lines).next()
    assert found is not None
    assert found["agi_request"] == "agi://h/call?call=true"


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\n", b"\n\n", b"agi_a: 1\n" * 300 + b"\n", b"agi_a: " + b"x" * 9_000 + b"\n\n", b"\x16\x03\x01\n"]
)
def test_what_is_no_header_is_refused(data: bytes) -> None:
    lines = Lines()
    lines.feed(data)
    with pytest.raises(ProtocolError):
        EnvironmentReader(lines).next()


ARGUMENTS = st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=["Cs"]), max_size=200)


@given(st.lists(ARGUMENTS, max_size=4))
def test_asterisk_reads_back_the_arguments_that_were_sent(arguments: list[str]) -> None:
    line = encode_command("SET VARIABLE", *arguments).decode()
    assert line.endswith("\n")
    assert split_words(line[:-1]) == ["SET", "VARIABLE", *arguments]


@pytest.mark.parametrize("argument", ["a\nHANGUP", "a\rb", "a\0b", "\n"])
def test_an_argument_cannot_end_the_line(argument: str) -> None:
    with pytest.raises(UnsafeArgument):
        encode_command("SET VARIABLE", "IVR_REASON", argument)
    with pytest.raises(UnsafeArgument):
        quote(argument)


def test_a_command_longer_than_asterisk_reads_is_refused() -> None:
    with pytest.raises(UnsafeArgument):
        encode_command("SET VARIABLE", "X", "y" * 5_000)
