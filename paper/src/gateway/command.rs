//! What the hub does with a command of the control handle.
//!
//! Read next: [`sabotage`](crate::gateway::sabotage).

use chrono::TimeDelta;
use rust_decimal::Decimal;

use crate::exchange::order::Side;
use crate::gateway::control::{Books, Command, Done, Live, Shown};
use crate::gateway::hub::Hub;

impl Hub {
    pub(super) fn on_command(&mut self, command: Command) {
        match command {
            Command::Fault(fault) => self.carry_out(*fault),
            Command::Scenario(scenario) => self.begin(&scenario),
            Command::Pause(is_paused) => self.running.pause(is_paused),
            Command::Step(seconds) => self.running.step(TimeDelta::seconds(i64::from(seconds))),
            Command::Speed(speed) => self.running.set_speed(speed),
            Command::Show(answer) => {
                self.desk.advance(self.running.now());
                // Who asked may have gone.
                let _ = answer.send(self.shown());
            }
            Command::Books(answer) => {
                self.desk.advance(self.running.now());
                let _ = answer.send(self.books());
            }
        }
        self.desk.advance(self.running.now());
    }

    fn books(&self) -> Books {
        let exchange = self.desk.exchange();
        let name = |con_id| exchange.market().listing(con_id).map(|listing| listing.symbol.clone());
        let orders = exchange.live().filter_map(|order| {
            let (terms, symbol) = (&order.terms, name(order.terms.con_id)?);
            let signed = signed(terms.side, order.remaining());
            Some(Live { order_ref: terms.order_ref.clone(), symbol, signed })
        });
        let executions = exchange.executions().iter().map(|execution| Done {
            exec_id: execution.exec_id.clone(),
            order_ref: execution.order_ref.clone(),
            signed: signed(execution.side, execution.shares),
            price: execution.price,
            commission: execution.commission,
        });
        let Shown { positions, cash, .. } = self.shown();
        Books { orders: orders.collect(), executions: executions.collect(), positions, cash }
    }

    fn shown(&self) -> Shown {
        let exchange = self.desk.exchange();
        let values = exchange.values();
        let name = |con_id| exchange.market().listing(con_id).map(|listing| listing.symbol.clone());
        let held = exchange.account().positions().filter(|(_, held)| !held.quantity.is_zero());
        Shown {
            market_time: exchange.now(),
            clients: self.peers.keys().filter_map(|connection| self.desk.client_of(*connection)).collect(),
            connections: self.desk.connections(),
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
            live_orders: exchange.live().count(),
            executions: exchange.executions().len(),
            cash: values.cash,
            net_liquidation: values.net_liquidation,
            positions: held.filter_map(|(con_id, held)| Some((name(con_id)?, held.quantity))).collect(),
        }
    }
}

fn signed(side: Side, shares: Decimal) -> Decimal {
    match side {
        Side::Buy => shares,
        Side::Sell => -shares,
    }
}
