//! A prediction API whose every word the test decides.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// The API; it answers for as long as the test runs.
pub(crate) struct Signals {
    pub(crate) address: SocketAddr,
    said: Arc<Mutex<Vec<Value>>>,
    /// The newest question, as it came.
    asked: Arc<Mutex<String>>,
}

impl Signals {
    pub(crate) fn start() -> Signals {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (address, said) = (listener.local_addr().expect("its address"), Arc::new(Mutex::default()));
        let all: Arc<Mutex<Vec<Value>>> = said.clone();
        let asked = Arc::<Mutex<String>>::default();
        let newest = asked.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let Ok(mut connection) = connection else { continue };
                // Who asks may have been stopped in the middle of it.
                let _ = connection.set_read_timeout(Some(Duration::from_secs(1)));
                let body = Value::from(all.lock().expect("the signals").clone()).to_string();
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";
                // Who asks may have gone.
                let mut question = [0; 4096];
                let length = connection.read(&mut question).unwrap_or(0);
                *newest.lock().expect("the question") =
                    String::from_utf8_lossy(&question[..length]).into_owned();
                let _ = write!(connection, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
            }
        });
        Signals { address, said, asked }
    }

    /// True if the newest question had this in it.
    pub(crate) fn was_asked_with(&self, words: &str) -> bool {
        self.asked.lock().expect("the question").contains(words)
    }

    /// How much was said.
    pub(crate) fn count(&self) -> usize {
        self.said.lock().expect("the signals").len()
    }

    /// Says something about a symbol, at a moment of the market.
    pub(crate) fn say(&self, symbol: &str, signal: &str, confidence: f64, at: &str) {
        let mut said = self.said.lock().expect("the signals");
        let id = format!("{symbol}-{}", said.len());
        said.push(
            json!({ "id": id, "symbol": symbol, "signal": signal, "confidence": confidence, "timestamp": at }),
        );
    }
}
