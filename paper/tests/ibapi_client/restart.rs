//! An account that outlives its gateway: stopped, killed, asked to end; and the files that are refused.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use futures::StreamExt;
use ibapi::orders::{CommissionReport, Execution, Executions, Order};
use ibapi::prelude::{Action, Client, ExecutionFilter, PositionUpdate, SubscriptionItem, order_builder};
use paper::{AccountOptions, Gateway, MarketOptions, Options};

use crate::orders::{Book, bracket, buy_at_market, open_orders, submit};
use crate::{connect, connect_to, next, open, stock, within};

/// Fills that are looked for in the file: too many for it to be written at each of them by chance.
const FILLS: usize = 6;

/// A place for a file that is not there yet.
fn missing(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder.join("account.json")
}

fn options(state: &Path) -> Options {
    let market = MarketOptions { speed: 300.0, ..MarketOptions::default() };
    Options { market, state: Some(state.to_owned()), ..Options::default() }
}

/// What a client finds when it asks for everything that is its own; in words where the crate's types do not compare.
#[derive(Debug, PartialEq)]
struct Found {
    next_id: i32,
    orders: Vec<(i32, String)>,
    executions: Vec<String>,
    positions: Vec<(String, f64, f64)>,
}

async fn found(client: &Client) -> Found {
    let orders = open_orders(client).await;
    Found {
        next_id: within(client.next_valid_order_id()).await.unwrap(),
        orders: orders.into_iter().map(|(id, order)| (id, format!("{order:?}"))).collect(),
        executions: executions(client).await.iter().map(|one| format!("{one:?}")).collect(),
        positions: positions(client).await,
    }
}

async fn executions(client: &Client) -> Vec<(Execution, CommissionReport)> {
    let mut told = within(client.executions(ExecutionFilter::default())).await.unwrap();
    let (mut executions, mut costs) = (Vec::new(), Vec::new());
    while let Some(Ok(item)) = within(told.next()).await {
        match item {
            SubscriptionItem::Data(Executions::ExecutionData(data)) => executions.push(data.execution),
            SubscriptionItem::Data(Executions::CommissionReport(report)) => costs.push(report),
            SubscriptionItem::Notice(_) => {}
        }
    }
    executions.into_iter().zip(costs).collect()
}

async fn positions(client: &Client) -> Vec<(String, f64, f64)> {
    let mut told = within(client.positions()).await.unwrap();
    let mut positions = Vec::new();
    while let PositionUpdate::Position(one) = next(&mut told).await {
        positions.push((one.contract.symbol.to_string(), one.position, one.average_cost));
    }
    positions
}

#[tokio::test]
async fn an_account_goes_on_where_its_gateway_stopped() {
    let state = missing("goes_on");
    let gateway = Gateway::start(options(&state)).unwrap();
    let address = gateway.tws();
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::market_order(Action::Buy, 50.0);
    let [parent, target, stop] = bracket(&client, &stock("AAPL"), entry, 200.0, 50.0).await;
    book.until(|book| book.status(parent) == "Filled" && book.held(stop) == "trigger").await;
    // A family whose last member has not come yet.
    let held = Order { transmit: false, ..order_builder::limit_order(Action::Buy, 10.0, 5.0) };
    let held = submit(&client, &stock("IBM"), &held).await;
    let before = found(&client).await;
    assert_eq!((before.next_id, before.orders.len(), before.positions.len()), (held + 1, 2, 1));
    let stopped_at = gateway.market_now();
    client.disconnect().await;
    drop((client, book));
    tokio::task::spawn_blocking(move || gateway.stop()).await.unwrap();

    // A start that was asked for counts for a new account only.
    let market = MarketOptions { start: "2010-01-04".parse().unwrap(), ..options(&state).market };
    let gateway = Gateway::start(Options { tws: address, market, ..options(&state) }).unwrap();
    assert!(gateway.market_now() >= stopped_at, "{} {stopped_at}", gateway.market_now());
    assert_eq!(gateway.market_now().date_naive(), stopped_at.date_naive());
    let client = connect(&gateway, 5).await;
    assert_eq!(found(&client).await, before);
    let mut book = Book::of(&client).await;
    let child = Order { parent_id: held, ..order_builder::limit_order(Action::Sell, 10.0, 500.0) };
    let child = submit(&client, &stock("IBM"), &child).await;
    book.until(|book| book.status(held) == "Submitted" && book.held(child) == "child").await;
    drop(within(client.cancel_order(target, "")).await.unwrap());
    book.until(|book| book.status(target) == "Cancelled" && book.status(stop) == "Cancelled").await;
    drop(within(client.cancel_order(held, "")).await.unwrap());
    book.until(|book| book.status(child) == "Cancelled").await;
}

/// The program itself. It is killed when the test ends, however it ends.
struct Program {
    child: Child,
    lines: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Program {
    fn start(state: &Path, port: u16) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paper-gateway"));
        command.args(["--speed", "300", "--port", &port.to_string(), "--state"]).arg(state);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it has an output"));
        let line = line(&mut lines);
        let address = line.strip_prefix("listening on ").and_then(|rest| rest.split(',').next());
        Program { child, lines, address: address.expect("it listens").parse().expect("an address") }
    }

    fn kill(&mut self) {
        self.child.kill().expect("it is there to be killed");
        self.child.wait().expect("it has ended");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended cannot be killed; that is no fault.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(lines: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).expect("it speaks");
    line
}

#[tokio::test]
async fn a_fill_that_was_seen_outlives_a_kill() {
    let state = missing("kill");
    let mut program = Program::start(&state, 0);
    let address = program.address.to_string();
    let client = connect_to(&address, 5).await;
    let mut book = Book::of(&client).await;
    let mut id = 0;
    for count in 1..=FILLS {
        id = buy_at_market(&client, &stock("MSFT"), 10.0).await;
        book.until(|book| book.executions.len() == count).await;
        // Looked at now: the replayed market would fill a lost order again, at the same price and by the same id.
        let file = std::fs::read_to_string(&state).expect("the account's file");
        assert!(
            file.contains(&book.executions[count - 1].execution_id),
            "fill {count} was seen and is not kept"
        );
    }
    program.kill();
    let seen = book.executions.clone();
    client.disconnect().await;
    drop((client, book));

    let program = Program::start(&state, program.address.port());
    let client = connect_to(&program.address.to_string(), 5).await;
    let executions = executions(&client).await;
    let told: Vec<String> = executions.iter().map(|(execution, _)| format!("{execution:?}")).collect();
    assert_eq!(told, seen.iter().map(|execution| format!("{execution:?}")).collect::<Vec<_>>());
    assert!(executions.iter().all(|(_, report)| report.commission == 1.0));
    assert_eq!(positions(&client).await[0].1, 10.0 * FILLS as f64);
    assert_eq!(within(client.next_valid_order_id()).await.unwrap(), id + 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_terminated_program_ends_cleanly() {
    let state = missing("terminated");
    let mut program = Program::start(&state, 0);
    let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", program.child.id())]).status();
    assert!(asked.expect("a shell").success());
    assert_eq!(line(&mut program.lines), "stopped\n");
    assert!(program.child.wait().expect("it has ended").success());
}

/// Starts on a file and gives the words of its refusal; the file is as it was.
fn refusal(options: Options) -> String {
    let path = options.state.clone().expect("a file");
    let before = std::fs::read(&path).ok();
    let refused = Gateway::start(options).expect_err("it must be refused");
    assert_eq!(std::fs::read(&path).ok(), before);
    refused.to_string().replace(&path.display().to_string(), "FILE")
}

#[test]
fn another_account_or_market_is_refused_in_words() {
    let state = missing("other");
    let options = options(&state);
    let running = Gateway::start(options.clone()).unwrap();
    let refused = Gateway::start(options.clone()).expect_err("two write one file");
    assert_eq!(refused.kind(), ErrorKind::ResourceBusy);
    running.stop();
    let account = AccountOptions { id: "DSIM0002".to_owned(), ..AccountOptions::default() };
    assert_eq!(
        refusal(Options { account, ..options.clone() }),
        "the account's file `FILE` has account `DSIM0001`, asked for is `DSIM0002`; start with --account DSIM0001, or \
         name another file with --state"
    );
    let market = MarketOptions { seed: 8, ..options.market.clone() };
    assert_eq!(
        refusal(Options { market, ..options.clone() }),
        "the account's file `FILE` has seed `7`, asked for is `8`; start with --seed 7, or name another file with --state"
    );
    let walks = [("TSLA".to_owned(), 20.into())].into_iter().collect();
    let market = MarketOptions { walks, ..options.market.clone() };
    assert_eq!(
        refusal(Options { market, ..options.clone() }),
        "the account's file `FILE` has walks ``, asked for is `TSLA=20`; start with no --walk, or name another file \
         with --state"
    );
    Gateway::start(options).unwrap().stop();
}

#[test]
fn a_file_that_is_not_whole_or_of_another_schema_is_refused_and_left_alone() {
    let state = missing("not_whole");
    Gateway::start(options(&state)).unwrap().stop();
    let whole = std::fs::read_to_string(&state).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&state, &whole[..length]).unwrap();
        let told = refusal(options(&state));
        assert!(
            told.starts_with("the account's file `FILE` is not whole; put a good copy in its place"),
            "{told}"
        );
        assert!(told.contains("EOF while parsing"), "{told}");
    }
    std::fs::write(&state, whole.replacen("\"schema\":2", "\"schema\":3", 1)).unwrap();
    let told = refusal(options(&state));
    assert!(told.contains("has schema 3, this gateway knows 2; use the gateway that wrote it"), "{told}");
    std::fs::write(&state, &whole).unwrap();
    Gateway::start(options(&state)).unwrap().stop();
}

#[test]
fn a_place_where_nothing_can_be_written_is_refused() {
    let state = missing("nowhere").with_file_name("no/such/folder.json");
    let told = refusal(options(&state));
    assert!(
        told.starts_with("failed to write the account's file `FILE`; its folder must be there"),
        "{told}"
    );
}
