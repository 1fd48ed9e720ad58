//! One connection: bytes in, frames out, each in its own direction, both ended together.
//!
//! Read next: [`hub`](crate::gateway::hub).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::gateway::hub::Heard;
use crate::session::Connection;
use crate::wire::frame::FrameReader;

/// The most frames that wait for a client to read them; beyond it the client is disconnected.
pub const FRAMES_MAX: usize = 16_384;

/// Frames that are written with one call.
const BATCH: usize = 256;

/// How long one write may take before the client counts as gone.
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);

/// Carries a connection until either side ends it, and tells the hub.
pub async fn carry(stream: TcpStream, connection: Connection, hub: mpsc::Sender<Heard>) {
    // Without it small frames wait for the acknowledgement of the ones before.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let (frames, waiting) = mpsc::channel(FRAMES_MAX);
    if hub.send(Heard::Opened { connection, frames }).await.is_err() {
        return;
    }
    let why = tokio::select! {
        why = listen(read, connection, &hub) => why,
        why = speak(write, waiting) => why,
    };
    let _ = hub.send(Heard::Closed { connection, why }).await;
}

async fn listen(mut read: OwnedReadHalf, connection: Connection, hub: &mpsc::Sender<Heard>) -> String {
    let mut reader = FrameReader::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match read.read(&mut buffer).await {
            Ok(0) => return "the client closed it".to_owned(),
            Ok(count) => reader.push(&buffer[..count]),
            Err(error) => return error.to_string(),
        }
        loop {
            match reader.next_body() {
                Ok(Some(body)) => {
                    if hub.send(Heard::Body { connection, body }).await.is_err() {
                        return "the gateway stopped".to_owned();
                    }
                }
                Ok(None) => break,
                Err(bad) => return bad.to_string(),
            }
        }
    }
}

async fn speak(mut write: OwnedWriteHalf, mut waiting: mpsc::Receiver<Vec<u8>>) -> String {
    let mut frames = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut frames, BATCH).await > 0 {
        let bytes = frames.concat();
        frames.clear();
        match timeout(WRITE_TIME_MAX, write.write_all(&bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error.to_string(),
            Err(_) => return "the client does not read".to_owned(),
        }
    }
    let _ = write.shutdown().await;
    "the gateway closed it".to_owned()
}
