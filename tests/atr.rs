//! The average true range against a second implementation, in floats and by the definition,
//! over all the daily prices that are shipped.

use std::io::Read;

use engine::{Atr, Bar, Price};
use flate2::read::GzDecoder;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

const PERIOD: usize = 14;
const TOLERANCE: f64 = 1e-9;

/// High, low and close of each day of one ticker, oldest first.
fn days(text: &str, ticker: &str) -> Vec<[Decimal; 3]> {
    let rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let own = rows.filter(|row| row[0] == ticker);
    own.map(|row| [3, 4, 5].map(|column: usize| row[column].parse().expect("a price"))).collect()
}

/// Wilder's average of the newest day, from all true ranges at once.
fn by_definition(days: &[[f64; 3]]) -> f64 {
    let range = |(index, [high, low, _]): (usize, &[f64; 3])| match index.checked_sub(1) {
        None => high - low,
        Some(before) => high.max(days[before][2]) - low.min(days[before][2]),
    };
    let ranges: Vec<f64> = days.iter().enumerate().map(range).collect();
    let period = 14.0;
    let first = ranges[..PERIOD].iter().sum::<f64>() / period;
    ranges[PERIOD..].iter().fold(first, |average, range| (average * (period - 1.0) + range) / period)
}

#[test]
fn both_agree_on_every_day_of_every_shipped_ticker() {
    let file = std::fs::File::open("paper/data/stocks.csv.gz").expect("the shipped prices");
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).expect("text");
    let mut compared = 0;
    for ticker in ["AAPL", "FB", "GOOG", "IBM", "MSFT"] {
        let days = days(&text, ticker);
        let floats: Vec<[f64; 3]> =
            days.iter().map(|day| day.map(|price| price.to_f64().expect("a float"))).collect();
        let mut atr = Atr::new(u32::try_from(PERIOD).expect("small"));
        for (index, [high, low, close]) in days.iter().enumerate() {
            let price = |value: &Decimal| Price::new(*value).expect("a price");
            atr.push(Bar { high: price(high), low: price(low), close: price(close) });
            let expected = (index + 1 >= PERIOD).then(|| by_definition(&floats[..=index]));
            let told = atr.value().map(|value| value.to_f64().expect("a float"));
            match (told, expected) {
                (Some(told), Some(expected)) => {
                    assert!((told - expected).abs() < TOLERANCE, "{ticker} {index}: {told}, not {expected}");
                    compared += 1;
                }
                (told, expected) => assert_eq!(told, expected, "{ticker} {index}"),
            }
        }
    }
    assert!(compared > 12_000, "only {compared} days");
}
