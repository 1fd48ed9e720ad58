//! What happened on the exchange, to those it concerns: order news to the client that placed the order, changes of the
//! account to whoever subscribed to it.
//!
//! Read next: [`account`](crate::session::account).

use crate::exchange::event::Event;
use crate::exchange::order::{Order, Phase};
use crate::session::Desk;
use crate::wire::table::Reply;

impl Desk {
    pub(super) fn on_event(&mut self, event: Event) {
        for event in self.pass_news(event) {
            self.on_news(event);
        }
    }

    /// Tells what happened, unless nothing comes through.
    pub(super) fn on_news(&mut self, event: Event) {
        let Some(event) = self.hold_back(event) else { return };
        match event {
            Event::OrderChanged(order) => self.on_order_changed(&order),
            Event::CancelPending(order) => {
                let status = self.order_status(&order, "PendingCancel");
                self.say_of_order(order.key.client, &status);
            }
            Event::Executed(execution) => {
                let details = self.execution_details(-1, &execution);
                self.say_of_order(execution.key.told().client, &details);
            }
            Event::CommissionCharged(execution) => {
                let report = self.commission_report(&execution);
                self.say_of_order(execution.key.told().client, &report);
            }
            Event::Noted { key, code, text } => {
                if let Some(connection) = self.connection_of(key.client) {
                    self.fail(connection, key.id, code, text);
                }
            }
            Event::WhatIfAnswered(what_if) => {
                let answer = self.what_if(&what_if);
                self.say_to_client(what_if.key.client, answer);
            }
            Event::Busted { con_id } => self.on_busted(con_id),
            Event::PositionChanged { con_id } => self.push_position(con_id),
        }
    }

    fn on_order_changed(&mut self, order: &Order) {
        // TWS sends a cancelled order's status without its terms.
        if order.phase != Phase::Cancelled {
            let open = self.open_order(order);
            self.say_of_order(order.key.client, &open);
        }
        let status = self.order_status(order, order.status());
        self.say_of_order(order.key.client, &status);
    }

    /// Bars that a busted trade was part of are no longer sent: TWS wants them to be asked for again.
    fn on_busted(&mut self, con_id: i32) {
        let symbol = self.exchange.market().listing(con_id).map(|listing| listing.symbol.clone());
        let mut dropped = Vec::new();
        for (connection, session) in &mut self.sessions {
            let lines = session.bars.extract_if(.., |_, line| Some(line.symbol()) == symbol.as_deref());
            dropped.extend(lines.map(|(id, _)| (*connection, id)));
        }
        for (connection, id) in dropped {
            self.fail(connection, id, 10225, "Bust event occurred, the real time bars are deactivated.");
        }
    }

    pub(super) fn say_to_client(&mut self, client: i32, reply: Reply) {
        if let Some(connection) = self.connection_of(client) {
            self.say(connection, reply);
        }
    }
}
