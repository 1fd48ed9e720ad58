//! A stock that is priced in pence, on an account in dollars: sized in dollars at the account's own
//! rate, protected in pence, and its costs told in dollars.

mod support;

use paper::{Gateway, Options};
use support::{Program, audit, market};

#[test]
fn a_stock_in_pence_is_sized_in_the_accounts_currency() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = Options { ..market::options() };
    options.market.walks.insert("VOD".to_owned(), 150.into());
    options.market.pence.insert("VOD".to_owned());
    let gateway = Gateway::start(options).expect("a paper gateway");
    market::config(folder.path(), &gateway);
    let tickers = folder.path().join("config/tickers.toml");
    let text = std::fs::read_to_string(&tickers).expect("the tickers");
    let defaults = text.split("\n[AAPL]").next().expect("the defaults");
    std::fs::write(&tickers, format!("{defaults}\n[VOD]\ncurrency = \"GBP\"\n")).expect("to write");

    let mut program = Program::start_in(folder.path(), &[]);
    let mut told = program.wait_for(&["place E1 ", "filled E1 ", "  holds "]);
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "{told}");

    let order = told.split("place E1 ").nth(1).expect("an entry");
    let words: Vec<&str> = order.split([' ', ',']).collect();
    let (shares, limit): (f64, f64) = (words[1].parse().expect("shares"), words[3].parse().expect("a limit"));
    let pounds = shares * limit / 100.0;
    // 10,000 dollars at 1.80 are 5,555 pounds.
    assert!(pounds <= 5_555.6 && pounds + limit / 100.0 > 5_555.5, "{pounds} pounds:\n{told}");
    assert!(audit::until_sound(&gateway.tws().to_string(), &told) > 0, "{told}");
}
