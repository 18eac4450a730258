//! As much of a WebSocket (RFC 6455) as a browser's debugging port needs: texts, one at a time.
//!
//! Takes an address of this machine; sends texts and receives them whole. The other end is trusted:
//! what it answers to the handshake is not checked beyond its status.

use crate::protocol::PATIENCE;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

const MASK: [u8; 4] = [1, 2, 3, 4];

pub struct Socket(BufReader<TcpStream>);

impl Socket {
    /// Opens `ws://HOST/PATH`.
    ///
    /// # Errors
    /// What the connection says, or a refusal of the handshake.
    pub fn open(host: &str, path: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        // The key is the example of the standard: nothing here depends on its being random.
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        stream.write_all(request.as_bytes())?;
        let mut stream = BufReader::new(stream);
        let mut status = String::new();
        stream.read_line(&mut status)?;
        if !status.contains(" 101 ") {
            return Err(io::Error::other(status));
        }
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line)?;
        }
        Ok(Self(stream))
    }

    /// # Errors
    /// What the connection says.
    pub fn send(&mut self, text: &str) -> io::Result<()> {
        self.frame(TEXT, text.as_bytes())
    }

    /// What a client sends is masked; Firefox takes a mask of zeros for none.
    fn frame(&mut self, kind: u8, bytes: &[u8]) -> io::Result<()> {
        let mut frame = vec![0x80 | kind];
        match bytes.len() {
            short @ 0..=125 => frame.push(0x80 | short as u8),
            middle @ 126..=0xffff => {
                frame.push(0x80 | 126);
                frame.extend((middle as u16).to_be_bytes());
            }
            long => {
                frame.push(0x80 | 127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        frame.extend(MASK);
        frame.extend(
            bytes
                .iter()
                .zip(MASK.iter().cycle())
                .map(|(byte, mask)| byte ^ mask),
        );
        self.0.get_mut().write_all(&frame)
    }

    /// The next text.
    ///
    /// # Errors
    /// What the connection says, that nothing comes, or that the other end has closed it.
    pub fn receive(&mut self) -> io::Result<String> {
        let mut text = Vec::new();
        loop {
            let mut head = [0; 2];
            self.0.read_exact(&mut head)?;
            let is_last = head[0] & 0x80 != 0;
            let length = match head[1] & 0x7f {
                126 => {
                    let mut length = [0; 2];
                    self.0.read_exact(&mut length)?;
                    u64::from(u16::from_be_bytes(length))
                }
                127 => {
                    let mut length = [0; 8];
                    self.0.read_exact(&mut length)?;
                    u64::from_be_bytes(length)
                }
                short => u64::from(short),
            };
            let mut bytes = vec![0; length as usize];
            self.0.read_exact(&mut bytes)?;
            match head[0] & 0x0f {
                CLOSE => return Err(io::ErrorKind::ConnectionAborted.into()),
                PING => self.frame(PONG, &bytes)?,
                PONG => {}
                // A text, or what goes on with it.
                _ => {
                    text.extend(bytes);
                    if is_last {
                        return String::from_utf8(text).map_err(io::Error::other);
                    }
                }
            }
        }
    }
}
