//! How much the gateway can say and how soon it answers, over real sockets of this machine.
//!
//! Three figures, and none of them a limit: quotes that one subscriber gets at full tilt, the time from an order to its
//! acknowledgement, and what a thousand quoted symbols cost. `cargo bench -p paper` prints them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on has failed")]

#[path = "../tests/wire_client/mod.rs"]
mod wire_client;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use paper::wire::message::Empty;
use paper::wire::message::contract::Contract;
use paper::wire::message::quote::MarketDataRequest;
use paper::wire::{Reply, Request};
use paper::{AccountOptions, Gateway, MarketOptions, Options};
use rust_decimal::Decimal;
use wire_client::{Wire, limit};

const LINES: usize = 100;
const STEPS: u32 = 3_000;
const ORDERS: i32 = 5_000;
const SPAN: Duration = Duration::from_secs(10);

fn main() {
    // Cargo passes its own options to every bench; a name chooses one.
    let chosen = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_chosen = |name: &str| chosen.as_ref().is_none_or(|chosen| name.contains(chosen.as_str()));
    if is_chosen("quotes") {
        quotes();
    }
    if is_chosen("orders") {
        orders();
    }
    if is_chosen("symbols") {
        symbols();
    }
}

fn symbol(number: usize) -> String {
    format!("W{number:03}")
}

fn subscribe(wire: &mut Wire, id: usize, symbol: String) {
    let text = |words: &str| Some(words.to_owned());
    let contract = Contract { symbol: Some(symbol), sec_type: text("STK"), ..Contract::default() };
    let (req_id, contract) = (i32::try_from(id).ok(), Some(contract));
    wire.ask(&Request::MarketData(MarketDataRequest { req_id, contract, ..Default::default() }));
}

/// A gateway of walking symbols whose market stands at 09:40.
fn gateway(symbols: usize) -> Gateway {
    let walks = (0..symbols).map(|number| (symbol(number), Decimal::from(20 + number))).collect();
    let market = MarketOptions { walks, ..MarketOptions::default() };
    let account = AccountOptions { orders_a_side_max: 1_000, ..AccountOptions::default() };
    let gateway = Gateway::start(Options { market, account, is_paused: true, ..Options::default() }).unwrap();
    gateway.control().step(15 * 60).unwrap();
    gateway
}

/// One subscriber, as many lines as TWS gives, and a market that goes on as soon as it has read them all.
fn quotes() {
    let gateway = gateway(LINES);
    let mut wire = Wire::connect(gateway.tws(), 1);
    for number in 0..LINES {
        subscribe(&mut wire, number + 1, symbol(number));
    }
    wire.settle();
    let (begun, mut count) = (Instant::now(), 0_u64);
    for _ in 0..STEPS {
        gateway.control().step(1).unwrap();
        wire.ask(&Request::CurrentTime(Empty {}));
        loop {
            let body = wire.body().expect("it was disconnected");
            match body[3] {
                // CurrentTime; TickPrice, TickSize, TickGeneric and TickString.
                249 => break,
                201 | 202 | 245 | 246 => count += 1,
                _ => {}
            }
        }
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    println!("quotes to one subscriber, {LINES} lines: {rate:.0} a second ({count} in all)");
}

/// From writing an order to reading that it works; each is cancelled before the next.
fn orders() {
    let gateway = gateway(0);
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.settle();
    let mut times: Vec<Duration> = (1..=ORDERS)
        .map(|id| {
            let begun = Instant::now();
            wire.place(id, limit("BUY", 10, 50.0, ""));
            wire.until(|reply| matches!(reply, Reply::OrderStatus(_)));
            let time = begun.elapsed();
            wire.cancel(id);
            wire.until(|reply| matches!(reply, Reply::Failure(_)));
            time
        })
        .collect();
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 1_000].as_secs_f64() * 1e6;
    println!(
        "order to acknowledgement, {ORDERS} orders: median {:.0} us, 99 of 100 within {:.0} us, 999 of 1000 within {:.0} us",
        at(500),
        at(990),
        at(999)
    );
}

/// The gateway as a program of its own, so that its time on the processor is nobody else's.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Seconds on the processor so far, as Linux counts them; none elsewhere.
fn processor_time(id: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    // A tick is a hundredth of a second on every Linux that Rust runs on.
    Some(ticks / 100.0)
}

/// A thousand symbols at ten clients, at a pace that gives each some ten quotes a second.
fn symbols() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paper-gateway"));
    // At this speed the first minute is over soon and the market is open.
    command
        .args(["--port", "0", "--control-port", "0", "--speed", "3"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for number in 0..10 * LINES {
        command.arg("--walk").arg(format!("{}={}", symbol(number), 20 + number % 500));
    }
    let mut program = Program(command.spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let listening = lines.next().unwrap().unwrap();
    let tws: SocketAddr = listening
        .strip_prefix("listening on ")
        .and_then(|rest| rest.split(',').next())
        .unwrap()
        .parse()
        .unwrap();
    let control = listening.rsplit_once("http://").unwrap().1.to_owned();
    post(&control, "/step?seconds=900");
    let (count, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for client in 0..10 {
            let (count, is_over) = (&count, &is_over);
            scope.spawn(move || {
                let mut wire = Wire::connect(tws, i32::try_from(client).unwrap() + 1);
                for number in 0..LINES {
                    subscribe(&mut wire, number + 1, symbol(client * LINES + number));
                }
                while !is_over.load(Ordering::Relaxed) && wire.body().is_some() {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // What is told of a line at its beginning is over by then.
        thread::sleep(Duration::from_secs(5));
        let (before, quoted) = (processor_time(program.0.id()), count.load(Ordering::Relaxed));
        thread::sleep(SPAN);
        let (after, quoted) = (processor_time(program.0.id()), count.load(Ordering::Relaxed) - quoted);
        is_over.store(true, Ordering::Relaxed);
        let each = quoted as f64 / SPAN.as_secs_f64() / (10 * LINES) as f64;
        let share = before.zip(after).map(|(before, after)| (after - before) / SPAN.as_secs_f64() * 100.0);
        let share = share.map_or("not known here".to_owned(), |share| format!("{share:.1} % of one core"));
        println!("{} symbols at 10 clients, {each:.1} quotes a second each: {share}", 10 * LINES);
    });
}

fn post(address: &str, path: &str) {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request =
        format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
