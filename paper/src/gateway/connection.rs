//! One connection: bytes in, frames out, each in its own direction, both ended together.
//!
//! Read next: [`hub`](crate::gateway::hub).

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::gateway::hub::Heard;
use crate::gateway::link::{Link, gathering, wait_in, write as write_to};
use crate::market::random::Stream;
use crate::session::Connection;
use crate::wire::frame::FrameReader;

/// The most frames that wait for a client to read them; beyond it the client is disconnected.
pub const FRAMES_MAX: usize = 16_384;

/// Frames that are written with one call.
const BATCH: usize = 256;

/// How long a client may take no byte before it counts as gone.
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);

/// Carries a connection until either side ends it, and tells the hub.
pub async fn carry(
    stream: TcpStream,
    connection: Connection,
    hub: mpsc::Sender<Heard>,
    link: watch::Receiver<Link>,
) {
    // Without it small frames wait for the acknowledgement of the ones before.
    let _ = stream.set_nodelay(true);
    let (mut read, mut write) = stream.into_split();
    let (frames, waiting) = mpsc::channel(FRAMES_MAX);
    if hub.send(Heard::Opened { connection, frames }).await.is_err() {
        return;
    }
    let why = tokio::select! {
        why = listen(&mut read, connection, &hub, link.clone()) => why,
        why = speak(&mut write, waiting, link.clone(), connection) => why,
        () = reset(link.clone()) => "a reset was asked for".to_owned(),
    };
    if link.borrow().is_reset
        && let Ok(stream) = read.reunite(write)
    {
        let _ = stream.set_zero_linger();
    }
    let _ = hub.send(Heard::Closed { connection, why }).await;
}

async fn reset(mut link: watch::Receiver<Link>) {
    if link.wait_for(|link| link.is_reset).await.is_err() {
        // The hub has forgotten the connection: what it said before is still being written.
        std::future::pending::<()>().await;
    }
}

async fn listen(
    read: &mut OwnedReadHalf,
    connection: Connection,
    hub: &mpsc::Sender<Heard>,
    mut link: watch::Receiver<Link>,
) -> String {
    let mut reader = FrameReader::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = match read.read(&mut buffer).await {
            Ok(0) => return "the client closed it".to_owned(),
            Ok(count) => count,
            Err(error) => return error.to_string(),
        };
        wait_in(&mut link).await;
        reader.push(&buffer[..count]);
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

async fn speak(
    write: &mut OwnedWriteHalf,
    mut waiting: mpsc::Receiver<Vec<u8>>,
    mut link: watch::Receiver<Link>,
    connection: Connection,
) -> String {
    let mut frames = Vec::with_capacity(BATCH);
    let mut chance = Stream::of(connection, &["link"]);
    while waiting.recv_many(&mut frames, BATCH).await > 0 {
        if let Some(span) = gathering(&link) {
            sleep(span).await;
            while let Ok(frame) = waiting.try_recv() {
                frames.push(frame);
            }
        }
        let bytes = frames.concat();
        frames.clear();
        // A faulty link is slow on purpose; only a sound one that takes nothing is a client that does not read.
        let is_sound = *link.borrow() == Link::default();
        let written = write_to(write, &bytes, &mut link, &mut chance);
        let written = if is_sound { timeout(WRITE_TIME_MAX, written).await } else { Ok(written.await) };
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error.to_string(),
            Err(_) => return "the client does not read".to_owned(),
        }
    }
    let _ = write.shutdown().await;
    "the gateway closed it".to_owned()
}
