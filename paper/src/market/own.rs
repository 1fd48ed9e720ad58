//! Prices of the user's own: daily bars, intraday bars or a script of quotes, each from a CSV file whose header says which.
//!
//! | header | what it is |
//! |---|---|
//! | `Ticker,Date,Open,High,Low,Close,Volume…` | daily bars of several symbols, as the shipped file has them |
//! | `time,open,high,low,close,volume` | bars of one symbol; a time without an hour makes them daily |
//! | `time,bid,ask,last[,bid_size,ask_size]` | a script: each line holds from its second on |
//!
//! Times are the exchange's (`2024-03-01 09:30:00`), or carry their own offset (RFC 3339). What lies outside regular hours
//! counts only where there is trading then, and never for the day's own bar. A line that cannot be read is an error with its number; nothing is guessed.
//!
//! Read next: [`path`](crate::market::path), which plays them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use crate::market::calendar::{SESSION_SECONDS, ZONE};
use crate::market::daily::{Daily, day};
use crate::market::price::{Pips, on_tick};

/// 09:30, in seconds of the day.
const OPEN: u32 = 9 * 3600 + 1800;

/// The days of one symbol.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices {
    /// The symbol.
    pub symbol: String,
    /// Its days.
    pub days: BTreeMap<NaiveDate, Daily>,
    /// What is known of the inside of some of them.
    pub inside: BTreeMap<NaiveDate, Inside>,
    /// What is known of the hours around them, by the second of the day.
    pub outside: BTreeMap<NaiveDate, Inside>,
}

/// What is known of the inside of a day, by the second of its session.
#[derive(Debug, Clone, PartialEq)]
pub enum Inside {
    /// A bar begins at each of these seconds and lasts until the next one.
    Bars(BTreeMap<u32, Daily>),
    /// The quote from each of these seconds on.
    Script(BTreeMap<u32, Scripted>),
}

/// One line of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scripted {
    /// Best bid.
    pub bid: Pips,
    /// Best ask.
    pub ask: Pips,
    /// Last trade.
    pub last: Pips,
    /// Shares at the bid.
    pub bid_size: u64,
    /// Shares at the ask.
    pub ask_size: u64,
}

/// Why a price file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BadPrices {
    /// It cannot be read.
    #[error("failed to read the prices `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No known header.
    #[error("`{path}`: the header `{header}` is none of a price file's")]
    Header {
        /// The file.
        path: PathBuf,
        /// What it begins with.
        header: String,
    },
    /// A line that says nothing.
    #[error("`{path}`:{line}: `{text}` is no line of prices")]
    Line {
        /// The file.
        path: PathBuf,
        /// Its number, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
}

impl Prices {
    /// Reads a file. `symbol` names what is in it, where the file does not.
    ///
    /// # Errors
    /// It cannot be read, or says what cannot be understood.
    pub fn read(path: &Path, symbol: &str) -> Result<Vec<Prices>, BadPrices> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| BadPrices::Read { path: path.to_owned(), source })?;
        Prices::parse(path, symbol, &text)
    }

    fn parse(path: &Path, symbol: &str, text: &str) -> Result<Vec<Prices>, BadPrices> {
        let header = text.lines().next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut all: BTreeMap<String, Prices> = BTreeMap::new();
        let form = [
            ("ticker,date,open,high,low,close,volume", shipped as Reader),
            ("time,open,high,low,close,volume", bar),
            ("time,bid,ask,last", quote),
        ];
        let Some((_, read)) = form.into_iter().find(|(begin, _)| header.starts_with(begin)) else {
            return Err(BadPrices::Header { path: path.to_owned(), header });
        };
        for (line, text) in (1..).zip(text.lines()).skip(1).filter(|(_, text)| !text.trim().is_empty()) {
            let fields: Vec<&str> = text.trim().split(',').map(str::trim).collect();
            let bad = || BadPrices::Line { path: path.to_owned(), line, text: text.to_owned() };
            read(&mut all, symbol, &fields).ok_or_else(bad)?;
        }
        let mut prices: Vec<Prices> = all.into_values().collect();
        prices.iter_mut().for_each(Prices::sum_up);
        Ok(prices)
    }

    /// Where a time of day belongs, and by which number: the second of the session, or else that of the day.
    fn at(&mut self, time: NaiveTime) -> (&mut BTreeMap<NaiveDate, Inside>, u32) {
        match second_of(time) {
            Some(second) => (&mut self.inside, second),
            None => (&mut self.outside, time.num_seconds_from_midnight()),
        }
    }

    /// The days that follow from their insides.
    fn sum_up(&mut self) {
        for (date, inside) in &self.inside {
            let day = match inside {
                Inside::Bars(bars) => bars.values().copied().reduce(join),
                Inside::Script(lines) => lines.values().map(|line| flat(line.last)).reduce(join),
            };
            self.days.extend(day.map(|day| (*date, day)));
        }
    }
}

type Reader = fn(&mut BTreeMap<String, Prices>, &str, &[&str]) -> Option<()>;

fn shipped(all: &mut BTreeMap<String, Prices>, _: &str, fields: &[&str]) -> Option<()> {
    let [symbol, date, open, high, low, close, volume, ..] = fields else { return None };
    let prices = numbers([open, high, low, close])?;
    of(all, symbol).days.insert(date.parse().ok()?, day(prices, volume.parse::<f64>().ok()? as u64));
    Some(())
}

fn bar(all: &mut BTreeMap<String, Prices>, symbol: &str, fields: &[&str]) -> Option<()> {
    let [time, open, high, low, close, volume, ..] = fields else { return None };
    let one = day(numbers([open, high, low, close])?, volume.parse::<f64>().ok()? as u64);
    match moment(time)? {
        (date, None) => drop(of(all, symbol).days.insert(date, one)),
        (date, Some(time)) => {
            let (days, second) = of(all, symbol).at(time);
            let inside = days.entry(date).or_insert_with(|| Inside::Bars(BTreeMap::new()));
            if let Inside::Bars(bars) = inside {
                bars.insert(second, one);
            }
        }
    }
    Some(())
}

fn quote(all: &mut BTreeMap<String, Prices>, symbol: &str, fields: &[&str]) -> Option<()> {
    let [time, bid, ask, last, sizes @ ..] = fields else { return None };
    let [bid, ask, last, _] = numbers([bid, ask, last, "1"])?.map(on_tick);
    let size = |at: usize| sizes.get(at).map_or(Some(500), |size| size.parse().ok());
    let line = Scripted { bid, ask, last, bid_size: size(0)?, ask_size: size(1)? };
    let (date, time) = moment(time)?;
    let (days, second) = of(all, symbol).at(time?);
    let inside = days.entry(date).or_insert_with(|| Inside::Script(BTreeMap::new()));
    if let Inside::Script(lines) = inside {
        lines.insert(second, line);
    }
    (0 < bid && bid < ask).then_some(())
}

fn of<'a>(all: &'a mut BTreeMap<String, Prices>, symbol: &str) -> &'a mut Prices {
    let new = || Prices { symbol: symbol.to_owned(), ..Prices::default() };
    all.entry(symbol.to_owned()).or_insert_with(new)
}

fn numbers(texts: [&str; 4]) -> Option<[f64; 4]> {
    let mut all = [0.0; 4];
    for (number, text) in all.iter_mut().zip(texts) {
        *number = text.parse().ok().filter(|price: &f64| price.is_finite() && *price > 0.0)?;
    }
    Some(all)
}

fn moment(text: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    if let Ok(date) = text.parse() {
        return Some((date, None));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        let local = at.with_timezone(&ZONE);
        return Some((local.date_naive(), Some(local.time())));
    }
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let local = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some((local.date(), Some(local.time())))
}

/// The second of the session; none outside of it.
fn second_of(time: NaiveTime) -> Option<u32> {
    time.num_seconds_from_midnight().checked_sub(OPEN).filter(|second| *second <= SESSION_SECONDS)
}

fn flat(price: Pips) -> Daily {
    Daily { open: price, high: price, low: price, close: price, volume: 1_000_000 }
}

fn join(one: Daily, next: Daily) -> Daily {
    Daily {
        high: one.high.max(next.high),
        low: one.low.min(next.low),
        close: next.close,
        volume: one.volume + next.volume,
        ..one
    }
}

#[cfg(test)]
mod tests {
    use super::Prices;
    use std::path::Path;

    fn parse(text: &str) -> Result<Vec<Prices>, String> {
        Prices::parse(Path::new("prices.csv"), "ACME", text).map_err(|bad| bad.to_string())
    }

    #[test]
    fn a_time_with_an_hour_is_the_inside_of_a_day() {
        let text = "time,open,high,low,close,volume\n2024-03-01 09:30,10,11,9,10.5,100\n\
                    2024-03-01T14:31:00Z,10.5,12,10,11,50\n2024-03-01 08:00,1,1,1,1,1\n";
        let prices = parse(text).unwrap().remove(0);
        let day = prices.days[&"2024-03-01".parse().unwrap()];
        assert_eq!(
            (day.open, day.high, day.low, day.close, day.volume),
            (100_000, 120_000, 90_000, 110_000, 150)
        );
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        assert_eq!(
            parse("time,open,high,low,close,volume\n2024-03-01,1,1,1,x,1\n").unwrap_err(),
            "`prices.csv`:2: `2024-03-01,1,1,1,x,1` is no line of prices"
        );
        assert!(parse("a,b\n").unwrap_err().ends_with("is none of a price file's"));
        assert!(parse("time,bid,ask,last\n2024-03-01 10:00:00,10,9,10\n").is_err(), "a crossed quote");
    }
}
