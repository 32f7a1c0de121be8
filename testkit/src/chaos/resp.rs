//! Where Redis' messages end (RESP 2 and 3).

/// How many of the bytes are the first message; nothing until it is whole.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut expected) = (0, 1);
    while expected > 0 {
        let (kind, number, end) = line(bytes, at)?;
        at = end;
        expected -= 1;
        match kind {
            b'$' | b'=' | b'!' => at += number.map_or(0, |length| length + 2),
            b'*' | b'~' | b'>' => expected += number.unwrap_or(0),
            b'%' => expected += 2 * number.unwrap_or(0),
            _ => {}
        }
    }
    (at <= bytes.len()).then_some(at)
}

/// The name of a request's command, in capitals.
pub(super) fn command(request: &[u8]) -> String {
    // `*2`, `$3`, `GET`, ...
    let name = request.split(|byte| *byte == b'\n').nth(2);
    let name = String::from_utf8_lossy(name.unwrap_or_default());
    name.trim_end().to_ascii_uppercase()
}

/// The line at `at`: its kind, its number unless there is none or it says that there is nothing, its end.
fn line(bytes: &[u8], at: usize) -> Option<(u8, Option<usize>, usize)> {
    let rest = bytes.get(at..)?;
    let length = rest.windows(2).position(|two| two == b"\r\n")?;
    let (kind, number) = rest[..length].split_first()?;
    let number = str::from_utf8(number).ok().and_then(|n| n.parse().ok());
    Some((*kind, number, at + length + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: [&[u8]; 11] = [
        b"+OK\r\n",
        b"-ERR no\r\n",
        b":-7\r\n",
        b"$-1\r\n",
        b"$0\r\n\r\n",
        b"$4\r\na\r\nb\r\n",
        b"*0\r\n",
        b"*-1\r\n",
        b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
        b"*2\r\n*1\r\n:1\r\n$-1\r\n",
        b"%1\r\n+role\r\n*2\r\n:1\r\n_\r\n",
    ];

    #[test]
    fn a_message_ends_where_it_ends() {
        for message in MESSAGES {
            let more = [message, b"+OK\r\n"].concat();
            assert_eq!(length(&more), Some(message.len()), "{message:?}");
        }
    }

    #[test]
    fn a_message_that_is_not_whole_has_no_length() {
        for message in MESSAGES {
            for some in 0..message.len() {
                assert_eq!(length(&message[..some]), None, "{some} of {message:?}");
            }
        }
    }

    #[test]
    fn a_request_says_its_command() {
        assert_eq!(command(b"*2\r\n$3\r\nget\r\n$1\r\na\r\n"), "GET");
        assert_eq!(command(b"+OK\r\n"), "");
    }
}
