//! Text of another encoding, made UTF-8 as it is read.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Bytes that are decoded at once.
const PIECE: usize = 64 << 10;

/// Reads text of an encoding as UTF-8.
pub(super) struct Decoded<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// What of `raw` is read and not yet decoded.
    start: usize,
    end: usize,
    last: bool,
    /// The line that is being decoded, from 1.
    line: u64,
    text: Vec<u8>,
    /// What of `text` is decoded and not yet given away.
    given: usize,
    decoded: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Reads `input`; where it begins with the mark of an encoding, in that one.
    pub(super) fn new(input: R, encoding: &'static Encoding) -> Decoded<R> {
        Decoded {
            input,
            decoder: encoding.new_decoder(),
            raw: vec![0; PIECE],
            start: 0,
            end: 0,
            last: false,
            line: 1,
            text: vec![0; PIECE],
            given: 0,
            decoded: 0,
            ended: false,
        }
    }

    /// Decodes the next piece.
    fn decode(&mut self) -> io::Result<()> {
        if self.start == self.end && !self.last {
            (self.start, self.end) = (0, self.input.read(&mut self.raw)?);
            self.last = self.end == 0;
        }
        let raw = &self.raw[self.start..self.end];
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, self.last);
        self.start += read;
        (self.given, self.decoded) = (0, written);
        self.line += memchr::memchr_iter(b'\n', &self.text[..written]).count() as u64;
        match result {
            DecoderResult::Malformed(..) => {
                let (line, name) = (self.line, self.decoder.encoding().name());
                let message =
                    format!("line {line} holds bytes that are no {name}; name its encoding with `csv.encoding`");
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
            DecoderResult::InputEmpty => {
                self.ended = self.last;
                Ok(())
            }
            DecoderResult::OutputFull => Ok(()),
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded && !self.ended {
            self.decode()?;
        }
        let read = (&self.text[self.given..self.decoded]).read(to)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives at most so many bytes at once.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let most = to.len().min(self.1);
            self.0.read(&mut to[..most])
        }
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// Catches a malformed or cut character that is replaced, and its line that is told wrongly.
    #[test]
    fn what_is_no_text_is_an_error() {
        for (encoding, bytes, line) in [
            (encoding_rs::SHIFT_JIS, b"a\nb\n\x82".to_vec(), 3),
            (encoding_rs::SHIFT_JIS, b"a\n\x82\xff\n".to_vec(), 2),
            (encoding_rs::UTF_16LE, [utf16("a\n"), vec![0x00]].concat(), 2),
            (encoding_rs::UTF_16LE, [utf16("a\n"), vec![0x00, 0xd8], utf16("b")].concat(), 2),
        ] {
            let message = io::read_to_string(Decoded::new(&bytes[..], encoding)).unwrap_err().to_string();
            assert!(message.contains(&format!("line {line} holds")), "{message}");
        }
    }

    proptest! {
        /// Catches a character that is lost between two pieces.
        #[test]
        fn text_comes_back(text in "[a-zé€日😀\\n]{0,200}", pace in 1usize..9) {
            let (little, big) = (utf16(&text), text.encode_utf16().flat_map(u16::to_be_bytes).collect());
            for bytes in [[vec![0xff, 0xfe], little.clone()].concat(), [vec![0xfe, 0xff], big].concat(), little] {
                let read = io::read_to_string(Decoded::new(Slow(&bytes, pace), encoding_rs::UTF_16LE)).unwrap();
                prop_assert_eq!(&read, &text);
            }
        }
    }
}
