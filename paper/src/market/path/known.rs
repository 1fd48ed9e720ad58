//! A path whose inside is known, from bars or from a script of the user's own.
//!
//! Read next: [`quote`](crate::market::quote).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::DayPath;
use crate::market::daily::Daily;
use crate::market::own::{Inside, Scripted};
use crate::market::price::{Pips, double, on_tick};

impl DayPath {
    /// The path of a day whose inside is known.
    pub fn known(seed: u64, symbol: &str, date: NaiveDate, day: &Daily, inside: &Inside) -> DayPath {
        let mut path = DayPath::new(seed, symbol, date, day);
        path.play(inside);
        // Regular hours begin with their first price, whenever that was.
        path.begins = 0;
        path
    }

    /// Follows what is known of its inside.
    pub(in crate::market) fn play(&mut self, inside: &Inside) {
        match inside {
            Inside::Bars(bars) => self.follow_bars(bars),
            Inside::Script(lines) => self.follow_script(lines),
        }
        self.remember();
    }

    fn follow_script(&mut self, lines: &BTreeMap<u32, Scripted>) {
        let Some((begins, first)) = lines.first_key_value() else { return };
        for (second, price) in (0..).zip(&mut self.lasts) {
            *price = lines.range(..=second).next_back().map_or(first.last, |(_, line)| line.last);
        }
        self.begins = *begins;
        self.script.clone_from(lines);
    }

    /// Inside a bar the price goes from open over the nearer extreme and the other one to the close.
    fn follow_bars(&mut self, bars: &BTreeMap<u32, Daily>) {
        let mut volumes = vec![0; self.lasts.len()];
        let starts: Vec<u32> = bars.keys().copied().collect();
        let mut traded = 0;
        for (at, bar) in bars.values().enumerate() {
            let from = starts[at] as usize;
            let to = starts.get(at + 1).map_or(self.lasts.len(), |next| *next as usize);
            let length = to - from;
            let turns = if bar.close >= bar.open {
                [bar.open, bar.low, bar.high, bar.close]
            } else {
                [bar.open, bar.high, bar.low, bar.close]
            };
            let seconds = self.lasts[from..to].iter_mut().zip(&mut volumes[from..to]);
            for (second, (last, volume)) in seconds.enumerate() {
                *last = between(&turns, second, length);
                *volume = traded + bar.volume * (second + 1) as u64 / length as u64;
            }
            traded += bar.volume;
        }
        if let Some(first) = starts.first() {
            let open = self.lasts[*first as usize];
            self.lasts[..*first as usize].fill(open);
            self.begins = *first;
        }
        self.volumes = Some(volumes);
    }
}

/// A point of the way through four prices. Short bars leave out what they have no second for, never the close.
fn between(turns: &[Pips; 4], second: usize, length: usize) -> Pips {
    if second + 1 >= length {
        return turns[3];
    }
    let x = 3.0 * second as f64 / (length - 1) as f64;
    let leg = (x as usize).min(2);
    let (from, to) = (double(turns[leg]), double(turns[leg + 1]));
    // The turns themselves are exact where a second meets them, and are met by the nearest one where none does.
    let near = x - leg as f64;
    let half = 1.5 / length as f64;
    match near {
        near if near <= half => turns[leg],
        near if near >= 1.0 - half => turns[leg + 1],
        near => on_tick(from + near * (to - from)),
    }
}
