//! A client of our own on a real socket, which sees frames as they are: what other clients hide.
#![allow(dead_code, reason = "each test needs its own part of it")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use paper::wire::message::contract::Contract;
use paper::wire::message::order::{CancelOrderRequest, Order, PlaceOrderRequest};
use paper::wire::message::quote::MarketDataRequest;
use paper::wire::message::request::StartApi;
use paper::wire::{Reply, Request, frame};

/// Far longer than anything takes.
const GUARD: Duration = Duration::from_secs(30);

pub(crate) struct Wire {
    stream: TcpStream,
    waiting: Vec<u8>,
}

impl Wire {
    /// Connects, and says nothing.
    pub(crate) fn raw(address: SocketAddr) -> Wire {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(GUARD)).unwrap();
        stream.set_nodelay(true).unwrap();
        Wire { stream, waiting: Vec::new() }
    }

    /// Connects and says hello; what comes back is not looked at.
    pub(crate) fn greet(address: SocketAddr) -> Wire {
        Wire::greet_as(address, "v213..226")
    }

    /// Connects and says which versions it speaks.
    pub(crate) fn greet_as(address: SocketAddr, versions: &str) -> Wire {
        let mut wire = Wire::raw(address);
        wire.write(&[b"API\0".to_vec(), frame(versions.as_bytes())].concat());
        wire
    }

    /// A client that has taken its id.
    pub(crate) fn connect(address: SocketAddr, client: i32) -> Wire {
        let mut wire = Wire::greet(address);
        assert!(wire.body().is_some_and(|body| body.starts_with(b"226\0")));
        wire.ask(&Request::StartApi(StartApi { client_id: Some(client), ..StartApi::default() }));
        wire.until(|reply| matches!(reply, Reply::NextValidId(_)));
        wire
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Writes to a connection that may have ended.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    pub(crate) fn ask(&mut self, request: &Request) {
        self.write(&frame(&request.encode()));
    }

    /// Asks for market data.
    pub(crate) fn subscribe(&mut self, id: i32) {
        let (req_id, contract) = (Some(id), Some(apple()));
        self.ask(&Request::MarketData(MarketDataRequest { req_id, contract, ..Default::default() }));
    }

    pub(crate) fn place(&mut self, id: i32, order: Order) {
        let contract = apple();
        let order = Some(Box::new(Order { transmit: Some(true), ..order }));
        self.ask(&Request::PlaceOrder(PlaceOrderRequest {
            order_id: Some(id),
            contract: Some(contract),
            order,
            attached_orders: None,
        }));
    }

    pub(crate) fn cancel(&mut self, id: i32) {
        self.ask(&Request::CancelOrder(CancelOrderRequest { order_id: Some(id), order_cancel: None }));
    }

    /// The next body; none once the connection has ended.
    pub(crate) fn body(&mut self) -> Option<Vec<u8>> {
        let mut buffer = [0; 4096];
        loop {
            if let Some((head, rest)) = self.waiting.split_first_chunk::<4>() {
                let length = u32::from_be_bytes(*head) as usize;
                if let Some(body) = rest.get(..length).map(<[u8]>::to_vec) {
                    self.waiting.drain(..4 + length);
                    return Some(body);
                }
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(count) => self.waiting.extend_from_slice(&buffer[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    panic!("nothing came")
                }
                Err(_) => return None,
            }
        }
    }

    /// Has it ended without a word? Waits a moment; a word is a failure.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        match self.stream.read(&mut [0; 64]) {
            Ok(count) => {
                assert_eq!(count, 0, "it said something");
                true
            }
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    /// Waits for a reply, and gives all that came up to it.
    pub(crate) fn until(&mut self, is_it: impl Fn(&Reply) -> bool) -> Vec<Reply> {
        let mut came = Vec::new();
        while let Some(body) = self.body() {
            let Some(reply) = Reply::decode(&body) else { continue };
            let is_last = is_it(&reply);
            came.push(reply);
            if is_last {
                return came;
            }
        }
        panic!("the connection ended after {came:?}")
    }

    /// Everything that has come by the time the gateway answers a question that is asked now.
    pub(crate) fn settle(&mut self) -> Vec<Reply> {
        self.ask(&Request::CurrentTime(paper::wire::message::Empty {}));
        let mut came = self.until(|reply| matches!(reply, Reply::CurrentTime(_)));
        came.pop();
        came
    }
}

pub(crate) fn apple() -> Contract {
    Contract {
        symbol: Some("AAPL".to_owned()),
        sec_type: Some("STK".to_owned()),
        currency: Some("USD".to_owned()),
        exchange: Some("SMART".to_owned()),
        ..Contract::default()
    }
}

pub(crate) fn limit(side: &str, shares: u32, price: f64, order_ref: &str) -> Order {
    Order {
        action: Some(side.to_owned()),
        order_type: Some("LMT".to_owned()),
        total_quantity: Some(shares.to_string()),
        lmt_price: Some(price),
        tif: Some("GTC".to_owned()),
        order_ref: Some(order_ref.to_owned()),
        ..Order::default()
    }
}

/// Order news in short: what a person would tell of them. Other replies are left out.
pub(crate) fn told(replies: &[Reply]) -> Vec<String> {
    replies
        .iter()
        .filter_map(|reply| match reply {
            Reply::OrderStatus(status) => {
                Some(format!("{} {} {}", status.order_id(), status.status(), status.filled()))
            }
            Reply::ExecutionDetails(details) => {
                let execution = details.execution.as_ref()?;
                let (side, id) = (execution.side(), execution.exec_id());
                let corrected = if id.ends_with(".01") { "" } else { " corrected" };
                let liquidation = if execution.is_liquidation() { " liquidation" } else { "" };
                let shares = execution.shares();
                Some(format!("{} {side} {shares}{corrected}{liquidation}", execution.order_id()))
            }
            Reply::CommissionReport(report) if report.commission_and_fees() == f64::MAX => {
                Some("commission unknown".to_owned())
            }
            Reply::CommissionReport(_) => Some("commission".to_owned()),
            Reply::Failure(failure) => Some(format!("{} code {}", failure.id(), failure.error_code())),
            Reply::Position(position) => Some(format!("position {}", position.position())),
            Reply::NextValidId(next) => Some(format!("next id {}", next.order_id())),
            Reply::ManagedAccounts(accounts) => Some(format!("accounts {}", accounts.accounts_list())),
            _ => None,
        })
        .collect()
}
