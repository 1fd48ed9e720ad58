//! Whose money is traded: the mode, the port and the account have to say the same.
//!
//! Real money moves only where all three say so, and paper only where none does. Whatever
//! is mixed is refused, before an order could leave.

/// What the config says of whose money is traded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// True in mode `"live"`.
    pub live: bool,
    /// Ports behind which real money is. TWS listens on 7496 for a live account, IB Gateway on 4001; see their
    /// settings, API.
    pub live_ports: Vec<u16>,
    /// The live accounts that may be traded.
    pub live_accounts: Vec<String>,
}

/// What does not agree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// Paper mode, and a port of real money.
    #[error(
        "port {port} is one of live_ports, and mode is \"paper\"; TWS listens on 7497 and IB Gateway on 4002 for paper"
    )]
    LivePort {
        /// The port.
        port: u16,
    },
    /// Live mode, and a port of no real money.
    #[error(
        "mode is \"live\", and port {port} is none of live_ports {live:?}; if live money is behind it, name it there"
    )]
    PaperPort {
        /// The port.
        port: u16,
        /// Those that are.
        live: Vec<u16>,
    },
    /// Paper mode, and an account with real money.
    #[error(
        "account {account} holds real money; it is traded only in mode = \"live\" and if live_accounts names it"
    )]
    LiveAccount {
        /// The account.
        account: String,
    },
    /// Live mode, and an account that nobody has named.
    #[error("account {account} is none of live_accounts {live:?}; name it there if its money is meant")]
    NotNamed {
        /// The account.
        account: String,
        /// Those that are.
        live: Vec<String>,
    },
    /// Live mode, and a paper account.
    #[error("mode is \"live\", and account {account} is a paper account, as all that begin with D are")]
    PaperAccount {
        /// The account.
        account: String,
    },
    /// Paper mode, and a paper account among the live ones.
    #[error("live_accounts names {account}, and mode is \"paper\"")]
    NamedOnPaper {
        /// The account.
        account: String,
    },
}

impl Agreement {
    /// Whether the port may be connected to.
    ///
    /// # Errors
    /// It is not one of the mode.
    pub fn of_port(&self, port: u16) -> Result<(), Disagreement> {
        match (self.live, self.live_ports.contains(&port)) {
            (false, true) => Err(Disagreement::LivePort { port }),
            (true, false) => Err(Disagreement::PaperPort { port, live: self.live_ports.clone() }),
            _ => Ok(()),
        }
    }

    /// Whether the account may be traded. Paper accounts begin with `D` (IB's guide to account numbers).
    ///
    /// # Errors
    /// It is not one of the mode, or nobody has named it.
    pub fn of_account(&self, account: &str) -> Result<(), Disagreement> {
        let (paper, named) =
            (account.starts_with('D'), self.live_accounts.iter().any(|name| name == account));
        let account = account.to_owned();
        match (self.live, paper, named) {
            (true, false, true) | (false, true, false) => Ok(()),
            (true, true, _) => Err(Disagreement::PaperAccount { account }),
            (true, false, false) => Err(Disagreement::NotNamed { account, live: self.live_accounts.clone() }),
            (false, false, _) => Err(Disagreement::LiveAccount { account }),
            (false, true, true) => Err(Disagreement::NamedOnPaper { account }),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::Agreement;

    /// All sixteen: what is told of each, the port's word before the account's.
    #[test]
    fn two_of_sixteen_may_trade() {
        let mut told = String::new();
        for row in 0..16_u8 {
            let [live, port, paper, named] = [8, 4, 2, 1].map(|bit| row & bit != 0);
            let account = if paper { "DU1" } else { "U1" };
            let live_accounts = if named { vec![account.to_owned()] } else { vec!["U9".to_owned()] };
            let agreement = Agreement { live, live_ports: vec![7496, 4001], live_accounts };
            let port = if port { 7496 } else { 7497 };
            let may = agreement.of_port(port).and_then(|()| agreement.of_account(account));
            let mode = if live { "live " } else { "paper" };
            let named = if named { "named" } else { "-    " };
            let may = may.map_or_else(|why| format!("no: {why}"), |()| "YES".to_owned());
            told += &format!("{mode} {port} {account:3} {named} {may}\n");
        }
        expect![[r#"
            paper 7497 U1  -     no: account U1 holds real money; it is traded only in mode = "live" and if live_accounts names it
            paper 7497 U1  named no: account U1 holds real money; it is traded only in mode = "live" and if live_accounts names it
            paper 7497 DU1 -     YES
            paper 7497 DU1 named no: live_accounts names DU1, and mode is "paper"
            paper 7496 U1  -     no: port 7496 is one of live_ports, and mode is "paper"; TWS listens on 7497 and IB Gateway on 4002 for paper
            paper 7496 U1  named no: port 7496 is one of live_ports, and mode is "paper"; TWS listens on 7497 and IB Gateway on 4002 for paper
            paper 7496 DU1 -     no: port 7496 is one of live_ports, and mode is "paper"; TWS listens on 7497 and IB Gateway on 4002 for paper
            paper 7496 DU1 named no: port 7496 is one of live_ports, and mode is "paper"; TWS listens on 7497 and IB Gateway on 4002 for paper
            live  7497 U1  -     no: mode is "live", and port 7497 is none of live_ports [7496, 4001]; if live money is behind it, name it there
            live  7497 U1  named no: mode is "live", and port 7497 is none of live_ports [7496, 4001]; if live money is behind it, name it there
            live  7497 DU1 -     no: mode is "live", and port 7497 is none of live_ports [7496, 4001]; if live money is behind it, name it there
            live  7497 DU1 named no: mode is "live", and port 7497 is none of live_ports [7496, 4001]; if live money is behind it, name it there
            live  7496 U1  -     no: account U1 is none of live_accounts ["U9"]; name it there if its money is meant
            live  7496 U1  named YES
            live  7496 DU1 -     no: mode is "live", and account DU1 is a paper account, as all that begin with D are
            live  7496 DU1 named no: mode is "live", and account DU1 is a paper account, as all that begin with D are
        "#]].assert_eq(&told);
    }
}
