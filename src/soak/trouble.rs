//! What a soak does to the program and its gateway, and how often.

use paper::faults::Fault;
use serde_json::json;

use super::dice::Dice;

/// One disturbance.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    /// The program is killed (SIGKILL) and started again.
    Kill,
    /// It is asked to end (SIGTERM) and started again.
    Terminate,
    /// The gateway misbehaves, in this order.
    Gateway(&'static str, Vec<Fault>),
}

impl Trouble {
    /// What it is called in the report.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Trouble::Kill => "kill -9",
            Trouble::Terminate => "kill -15",
            Trouble::Gateway(name, _) => name,
        }
    }

    /// Draws one. Kills, where there are any, come more often than any single fault.
    pub(super) fn draw(dice: &mut Dice, kills: bool) -> Trouble {
        match dice.below(10) {
            0 | 1 if kills => Trouble::Kill,
            2 if kills => Trouble::Terminate,
            _ => faults(dice),
        }
    }
}

/// A fault of the gateway. None of these may freeze a ticker: each has an explanation that
/// the broker tells. Seconds of a socket's fault are of the process, those of an order of
/// the market.
fn faults(dice: &mut Dice) -> Trouble {
    let code = |code: i32| json!({ "fault": "code", "code": code });
    let all = [
        ("net.close", json!([{ "fault": "net.close", "how": "fin" }])),
        ("net.close rst", json!([{ "fault": "net.close", "how": "rst" }])),
        ("net.blackhole", json!([{ "fault": "net.blackhole", "seconds": 7 }])),
        ("net.mute", json!([{ "fault": "net.mute", "seconds": 3 }])),
        ("net.noaccept", json!([{ "fault": "net.noaccept", "seconds": 2 }, { "fault": "net.close" }])),
        ("net.delay", json!([{ "fault": "net.delay", "ms": 30, "jitter_ms": 60 }])),
        ("net.fragment", json!([{ "fault": "net.fragment", "bytes": 3 }])),
        ("net.heal", json!([{ "fault": "net.heal" }])),
        ("frame.dup execution", json!([{ "fault": "frame.dup", "message": 11 }])),
        ("frame.dup status", json!([{ "fault": "frame.dup", "message": 3 }])),
        (
            "frame.drop positions' end",
            json!([{ "fault": "frame.drop", "message": 62 }, { "fault": "net.close" }]),
        ),
        ("status.dup", json!([{ "fault": "status.dup", "times": 4 }])),
        ("status.skip", json!([{ "fault": "status.skip" }])),
        ("status.stale", json!([{ "fault": "status.stale" }])),
        ("fill.partial", json!([{ "fault": "fill.partial", "parts": 3, "order_ref": ".E" }])),
        ("fill.before_ack", json!([{ "fault": "fill.before_ack", "order_ref": ".E" }])),
        ("order.reject", json!([{ "fault": "order.reject", "code": 201, "order_ref": ".E" }])),
        ("order.reject child", json!([{ "fault": "order.reject", "code": 201, "after": "child" }])),
        ("order.drop_silent", json!([{ "fault": "order.drop_silent", "order_ref": ".E" }])),
        ("order.ack_delay", json!([{ "fault": "order.ack_delay", "seconds": 600 }])),
        ("cancel.reject", json!([{ "fault": "cancel.reject", "code": 161 }])),
        ("modify.race_filled", json!([{ "fault": "modify.race_filled" }])),
        ("exec.late", json!([{ "fault": "exec.late", "seconds": 300 }])),
        ("commission.late", json!([{ "fault": "commission.late", "seconds": 300 }])),
        ("nextid.rollback", json!([{ "fault": "nextid.rollback", "by": 20 }, { "fault": "net.close" }])),
        ("1100, 1102", json!([code(1100), code(1102)])),
        ("1100, 1101", json!([code(1100), code(1101)])),
        ("2103, 2104", json!([code(2103), code(2104)])),
        ("10197, 2104", json!([code(10197), code(2104)])),
        ("code 100", json!([code(100)])),
    ];
    let (name, faults) = dice.one_of(&all).cloned().unwrap_or_default();
    Trouble::Gateway(name, serde_json::from_value(faults).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Dice, Trouble};

    #[test]
    fn every_fault_is_one_that_the_gateway_knows() {
        let mut dice = Dice::of(1);
        for _ in 0..2_000 {
            if let Trouble::Gateway(name, faults) = Trouble::draw(&mut dice, true) {
                assert!(!faults.is_empty(), "`{name}` is nothing that the gateway knows");
            }
        }
    }
}
