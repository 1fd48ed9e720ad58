//! Codes that TWS says about its own links, and what they mean for those who hear them.
//!
//! While the link to IB is lost (1100) no quote and no order news comes through; orders live on. 1101 says that market data
//! has to be asked for again, 1102 that it goes on. Whether fills of the meantime are told is a
//! [reading](crate::exchange::readings::After1102).
//!
//! Read next: [`unserved`](crate::session::unserved).

use crate::exchange::event::Event;
use crate::exchange::readings::After1102;
use crate::session::{Connection, Desk, Say};

/// The state of TWS's own links.
#[derive(Debug, Default)]
pub struct Outage {
    /// Since 1100: news that nobody has heard.
    is_cut: bool,
    unheard: Vec<Event>,
    /// Since 2103, 2110 or 10197: no quotes.
    is_dark: bool,
}

impl Outage {
    /// Does no quote come through?
    pub(super) fn is_dark(&self) -> bool {
        self.is_dark || self.is_cut
    }
}

impl Desk {
    /// News that cannot come through; gives them back if they can.
    pub(super) fn hold_back(&mut self, event: Event) -> Option<Event> {
        if !self.outage.is_cut {
            return Some(event);
        }
        self.outage.unheard.push(event);
        None
    }

    /// Says a code to everybody, and does what it says.
    pub(super) fn say_code(&mut self, code: i32, id: Option<i32>, text: Option<String>) {
        let text = text.unwrap_or_else(|| words(code));
        match code {
            1100 => self.outage.is_cut = true,
            2103 | 2110 | 10197 => self.outage.is_dark = true,
            2104 => self.outage.is_dark = false,
            10182 => return self.end_histories(&text),
            _ => {}
        }
        for connection in self.started() {
            self.fail(connection, id.unwrap_or(-1), code, text.clone());
            if matches!(code, 326 | 1300) {
                self.out.push((connection, Say::Close { reason: format!("code {code}") }));
            }
        }
        match code {
            1101 => self.reconnect(false),
            1102 => self.reconnect(true),
            _ => {}
        }
    }

    fn reconnect(&mut self, is_data_kept: bool) {
        self.outage.is_cut = false;
        if !is_data_kept {
            for session in self.sessions.values_mut() {
                session.tickers.clear();
                session.bars.clear();
                session.ticks.clear();
                session.depths.clear();
            }
        }
        let unheard = std::mem::take(&mut self.outage.unheard);
        let is_told = !is_data_kept || self.exchange.options().readings.after_1102 == After1102::Told;
        for event in unheard.into_iter().filter(|_| is_told) {
            self.on_news(event);
        }
    }

    fn end_histories(&mut self, text: &str) {
        let mut ended = Vec::new();
        for (connection, session) in &mut self.sessions {
            ended.extend(session.histories.keys().map(|id| (*connection, *id)));
            session.histories.clear();
        }
        for (connection, id) in ended {
            self.fail(connection, id, 10182, text);
        }
    }

    fn started(&self) -> Vec<Connection> {
        let started = self.sessions.iter().filter(|(_, session)| session.client.is_some());
        started.map(|(connection, _)| *connection).collect()
    }
}

fn words(code: i32) -> String {
    let words = match code {
        100 => "Max rate of messages per second has been exceeded",
        326 => "Unable to connect as the client id is already in use. Retry with a unique client id.",
        502 => "Couldn't connect to TWS.",
        504 => "Not connected",
        1100 => "Connectivity between IBKR and Trader Workstation has been lost.",
        1101 => "Connectivity between IBKR and Trader Workstation has been restored - data lost.",
        1102 => "Connectivity between IBKR and Trader Workstation has been restored - data maintained.",
        1300 => "TWS socket port has been reset and this connection is being dropped.",
        2103 => "Market data farm connection is broken:usfarm",
        2104 => "Market data farm connection is OK:usfarm",
        2105 => "HMDS data farm connection is broken:ushmds",
        2106 => "HMDS data farm connection is OK:ushmds",
        2107 => "HMDS data farm connection is inactive but should be available upon demand.ushmds",
        2108 => "Market data farm connection is inactive but should be available upon demand.usfarm",
        2110 => {
            "Connectivity between Trader Workstation and server is broken. It will be restored automatically."
        }
        2119 => "Market data farm is connecting:usfarm",
        2157 => "Sec-def data farm connection is broken:secdefnj",
        2158 => "Sec-def data farm connection is OK:secdefnj",
        10182 => "Failed to request live updates (disconnected).",
        10197 => "No market data during competing live session",
        other => return format!("Code {other} by a scenario"),
    };
    words.to_owned()
}
