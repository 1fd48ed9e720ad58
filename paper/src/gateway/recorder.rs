//! Every conversation, told while it runs and kept in a file, if that was asked for.
//!
//! A file that can no longer be written ends the capture, not the gateway.
//!
//! Read next: [`wire::capture`](crate::wire::capture) for what a captured frame is.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use chrono::Utc;

use crate::session::Connection;
use crate::wire::capture::{Captured, Writer};

/// What listens to every conversation.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    is_told: bool,
    file: Option<BufWriter<File>>,
}

impl Recorder {
    /// Makes the file anew.
    pub(super) fn new(is_told: bool, file: Option<&Path>) -> std::io::Result<Recorder> {
        let named = |path: &Path, error: std::io::Error| {
            let text = format!(
                "failed to write the capture `{}`; its folder must be there and writable: {error}",
                path.display()
            );
            std::io::Error::new(error.kind(), text)
        };
        let open = |path| File::create(path).map(BufWriter::new).map_err(|error| named(path, error));
        Ok(Recorder { is_told, file: file.map(open).transpose()? })
    }

    /// Hears one body. In the handshake there is no version yet.
    pub(super) fn hear(&mut self, connection: Connection, from: Writer, version: Option<u32>, body: &[u8]) {
        if !self.is_told && self.file.is_none() {
            return;
        }
        let captured = Captured { time: Utc::now(), connection, from, version, body: body.to_vec() };
        if self.is_told {
            tracing::info!(target: "paper::trace", "{captured}");
        }
        self.write(|file| file.write_all(captured.to_line().as_bytes()));
    }

    /// Lets the file hold everything heard so far.
    pub(super) fn flush(&mut self) {
        self.write(BufWriter::flush);
    }

    fn write(&mut self, write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) {
        if let Some(Err(error)) = self.file.as_mut().map(write) {
            tracing::error!("the capture ends here: {error}");
            self.file = None;
        }
    }
}
